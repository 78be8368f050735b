use kernel_runtime::prelude::*;

#[allow(non_camel_case_types)]
type f64 = f32;

#[kernel(parallel)]
fn sum(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i];
    }
    s
}

fn main() {}
