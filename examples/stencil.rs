//! Heat spreading from one hot edge of a square plate: sweeps of a 5-point stencil.

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use std::time::Instant;

const SIDE: usize = 512;
const SWEEPS: usize = 500;

/// One sweep: every inner point of `new` becomes the mean of its four neighbours in `old`.
/// Returns the largest change.
#[kernel(parallel, cuda)]
pub fn sweep(old: ArrayView2<'_, f64>, mut new: ArrayViewMut2<'_, f64>) -> f64 {
    let (rows, columns) = old.dim();
    let mut change: f64 = 0.0;
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let sides = old[[i, j - 1]] + old[[i, j + 1]];
            let ends = old[[i - 1, j]] + old[[i + 1, j]];
            let mean = 0.25 * (sides + ends);
            new[[i, j]] = mean;
            change = change.max((mean - old[[i, j]]).abs());
        }
    }
    change
}

fn main() {
    let mut old = Array2::zeros((SIDE, SIDE));
    old.column_mut(0).fill(1.0);
    let mut new = old.clone();
    let mut change = 0.0;
    let start = Instant::now();
    for _ in 0..SWEEPS {
        change = sweep(old.view(), new.view_mut());
        std::mem::swap(&mut old, &mut new);
    }
    let time = start.elapsed();
    println!("{SWEEPS} sweeps of {SIDE} x {SIDE} in {time:.2?}, last change {change:.3e}");
    let middle = old.slice(s![SIDE / 2, ..80;8]);
    println!("temperature at every eighth point from the hot edge: {middle:.3}");
}
