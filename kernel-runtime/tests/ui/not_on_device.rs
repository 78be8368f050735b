use kernel_runtime::prelude::*;

#[kernel(parallel, cuda, math = "std")]
fn softplus(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i].exp().ln_1p();
    }
}

fn main() {}
