use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn last_positive(x: &[i64]) -> i64 {
    let mut k = -1;
    for i in 0..x.len() {
        if x[i] > 0 {
            k = i as i64;
        }
    }
    k
}

fn main() {}
