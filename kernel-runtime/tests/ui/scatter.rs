use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn scatter(p: &[usize], x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[p[i]] = x[i];
    }
}

fn main() {}
