//! Iterations cut at their calls of elementary functions: as many as have lanes together, then the
//! rest one by one.

use crate::inputs::{SIZES, doubles, plane};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut2, s};

/// Values of several types pass from part to part; what is written is read before, and changed
/// between calls; some calls are made by some iterations alone.
#[kernel(parallel, cuda)]
fn decay(x: &[f64], rates: &[f64], left: &mut [f64], steps: &mut [u8], turn: f64) {
    fn half_life(rate: f64) -> f64 {
        let k = 2.0 + rate;
        k.log2() / (rate * rate + 0.5)
    }
    for i in 0..left.len() {
        let (from, fast) = (x[i] + 1.0, rates[i] > 0.25);
        let mut life = half_life(rates[i]);
        let whole = (life * 3.0) as u8;
        left[i] += from.powf(life) * (-turn * life).exp();
        if fast {
            life = life.sqrt();
            left[i] -= life.exp();
        }
        steps[i] = if from.ln() < life { whole } else { whole / 2 };
        debug_assert!(turn < 9.0, "turned by {turn}");
    }
}

/// Rows of a matrix, in place.
#[kernel(parallel, cuda)]
fn flattened(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>, by: f64) {
    let (rows, columns) = a.dim();
    for i in 0..rows {
        for j in 0..columns {
            let distance = (1.0 + b[[i, j]].abs()).acosh() + by;
            b[[i, j]] = (distance * a[[i, j]]).exp2() - distance;
        }
    }
}

#[test]
fn rows_of_every_length() {
    for n in SIZES {
        let (x, rates) = (doubles(n), doubles(n + 7));
        for turn in [0.5, 9.5] {
            // Of builds with debug assertions, every iteration fails.
            if cfg!(debug_assertions) && turn > 9.0 && n > 0 {
                fails!(
                    "turned by 9.5",
                    decay[left = doubles(n), steps = vec![0; n]](
                        &x,
                        &rates[7..],
                        &mut left,
                        &mut steps,
                        turn
                    )
                );
                continue;
            }
            close!(decay[left = doubles(n), steps = vec![0; n]](
                &x,
                &rates[7..],
                &mut left,
                &mut steps,
                turn
            ));
        }
    }
    for (rows, columns) in [(0, 9), (3, 1), (2, 63), (3, 64), (5, 197)] {
        let a = plane(rows, 2 * columns);
        for a in [a.slice(s![.., ..columns]), a.slice(s![.., ..;2])] {
            close!(flattened[b = plane(rows, columns)](a, b.view_mut(), 0.25));
        }
    }
}
