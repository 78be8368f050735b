use kernel_runtime::prelude::*;
use ndarray::ArrayViewMut2;

#[kernel(parallel)]
fn sweep(mut u: ArrayViewMut2<'_, f64>) {
    let (m, n) = u.dim();
    for i in 1..m - 1 {
        for j in 1..n - 1 {
            u[[i, j]] = 0.25 * (u[[i - 1, j]] + u[[i + 1, j]] + u[[i, j - 1]] + u[[i, j + 1]]);
        }
    }
}

fn main() {}
