use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn filled(x: &mut [f64]) -> usize {
    for i in 0..x.len() {
        x[i] = 1.0;
    }
    i
}

fn main() {}
