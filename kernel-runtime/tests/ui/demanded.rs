use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn steps(a: &mut [f64], b: &mut [f64], n: usize) {
    for t in prange(0..n) {
        let k = 1.0 / (t + 1) as f64;
        for i in 1..a.len() {
            b[i] = a[i - 1] * k;
        }
        for i in 1..a.len() {
            a[i] = b[i];
        }
    }
}

fn main() {}
