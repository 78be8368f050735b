use kernel_runtime::prelude::*;

type Vec<T> = ndarray::Array1<T>;

#[kernel(parallel)]
fn total(x: &Vec<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i];
    }
    sum
}

fn main() {}
