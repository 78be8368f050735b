use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn reverse(a: &mut [i32]) {
    let n = a.len();
    for i in 0..n {
        a[i] = a[n - 1 - i];
    }
}

fn main() {}
