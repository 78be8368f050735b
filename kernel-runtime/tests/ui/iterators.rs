use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn sum(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x.iter() {
        s += v;
    }
    s
}

fn main() {}
