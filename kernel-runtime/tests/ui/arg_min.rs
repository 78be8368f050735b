use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn nearest(x: &[f64]) -> usize {
    let mut best = f64::INFINITY;
    let mut at = 0;
    for i in 0..x.len() {
        if x[i] < best {
            best = x[i];
            at = i;
        }
    }
    at
}

fn main() {}
