use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn square(x: f64) -> f64 {
    x * x
}

fn main() {}
