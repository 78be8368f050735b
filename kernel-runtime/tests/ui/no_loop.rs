use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn square(x: f64) -> f64 {
    x * x
}

#[kernel(parallel)]
fn halves(x: &[f64], y: &mut [f64]) {
    let mut i = 0;
    while i < x.len() {
        y[i / 2] = x[i];
        i += 3;
    }
}

fn main() {}
