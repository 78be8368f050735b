//! Inner loops along rows of memory that each iteration has for itself, which a device loads as vectors: rows that
//! begin on a boundary and elsewhere, that are short or have gaps, elements of several sizes, several rows at once.

use crate::inputs::{doubles, plane, singles};
use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2, s};

/// Lengths around those of vectors and passes.
const LENGTHS: [usize; 10] = [0, 1, 31, 47, 48, 52, 67, 96, 131, 300];

#[kernel(parallel, cuda)]
fn sums(a: ArrayView2<f32>, y: &mut [f32]) {
    for i in 0..a.nrows() {
        let mut s = 0.25;
        for j in 0..a.ncols() {
            s += a[[i, j]];
        }
        y[i] = s;
    }
}

#[kernel(parallel, cuda)]
fn products(x: &[f64], z: &[f64], w: &[f32], y: &mut [f64], n: usize, from: usize, shift: usize) {
    for i in 0..y.len() {
        let mut s = 0.0;
        for j in from..n {
            s += x[i * n + j] * z[i * n + j + shift] - w[j] as f64;
        }
        y[i] = s;
    }
}

#[kernel(parallel, cuda)]
fn neighbours(a: ArrayView2<f64>, y: &mut [f64], limit: f64) {
    for i in 0..a.nrows() {
        let (mut s, mut count) = (0.0, 0u32);
        for j in 1..a.ncols() {
            let d = a[[i, j]] - a[[i, j - 1]];
            if d > limit {
                s += a[[i, j - 1]] * d;
                count += 1;
            }
        }
        y[i] = s / f64::max(1.0, count as f64);
    }
}

#[kernel(parallel, cuda)]
fn places(a: &[i64], at: &mut [i64], least: &mut [i64], n: i64) {
    for i in 0..at.len() {
        let (mut best, mut place) = (i64::MAX, -9);
        for j in -3i64..n - 3 {
            let v = a[i * n as usize + (j + 3) as usize];
            if v < best {
                best = v;
                place = j;
            }
        }
        at[i] = place;
        least[i] = best;
    }
}

#[kernel(parallel, cuda)]
fn planes(a: ArrayView3<f32>, mut y: ArrayViewMut2<f32>) {
    for i in 0..y.nrows() {
        for k in 0..y.ncols() {
            let (mut s, mut q) = (1.0, 0.0);
            for j in 0..a.dim().2 {
                s *= 1.0 + a[[i, k, j]] * 0.01;
                q += s;
            }
            y[[i, k]] = q;
        }
    }
}

#[kernel(parallel, cuda)]
fn scaled(mut a: ArrayViewMut2<f32>) {
    for i in 0..a.nrows() {
        let mut most = f32::NEG_INFINITY;
        for j in 0..a.ncols() {
            most = most.max(a[[i, j]]);
        }
        let mut s = 0.0;
        for j in 0..a.ncols() {
            a[[i, j]] -= most;
            s += a[[i, j]];
        }
        for j in 0..a.ncols() {
            a[[i, j]] /= s;
        }
    }
}

#[test]
fn rows_of_every_length_and_layout() {
    for n in LENGTHS {
        let all = plane(7, 2 * n + 5).mapv(|v| v as f32);
        let y = vec![0.5; 7];
        for from in 0..5 {
            check!(sums[y = y.clone()](
                all.slice(s![.., from..from + n]),
                &mut y
            ));
        }
        let all = all.slice(s![.., ..2 * n]);
        check!(sums[y = y.clone()](all.slice(s![.., ..;2]), &mut y));
        check!(sums[y = y.clone()](all.slice(s![..;-1, n..;-1]), &mut y));
        let whole: Array2<f32> = Array2::from_shape_fn((n, 7), |(i, j)| (i * 3 + j) as f32 / 8.0);
        check!(sums[y = y.clone()](whole.t(), &mut y));
    }
}

#[test]
fn several_rows_at_once() {
    for n in LENGTHS {
        for (from, shift) in [(0, 0), (1, 2), (3, 1), (2, 3)] {
            let (x, z, w) = (doubles(6 * n), doubles(6 * n + 3), singles(n));
            let y = vec![0.0; 6];
            check!(products[y = y.clone()](&x, &z, &w, &mut y, n, from, shift));
        }
        let a = plane(6, n + 1);
        check!(neighbours[y = vec![0.0; 6]](a.view(), &mut y, 0.125));
        check!(neighbours[y = vec![0.0; 6]](
            a.slice(s![.., 1..]),
            &mut y,
            0.0
        ));
    }
}

#[test]
fn integers_planes_and_arrays_that_are_written() {
    for n in LENGTHS {
        let a: Vec<i64> = (0..5 * n as i64)
            .map(|k| (k * 7919 + 13) % 257 - 100)
            .collect();
        check!(places[at = vec![0; 5], least = vec![0; 5]](&a, &mut at, &mut least, n as i64));
        let a = Array3::from_shape_fn((2, 3, n), |(i, k, j)| ((i + 2 * k + 3 * j) % 11) as f32);
        check!(planes[y = Array2::zeros((2, 3))](a.view(), y.view_mut()));
        let a = plane(4, n).mapv(|v| v as f32);
        check!(scaled[a = a.clone()](a.view_mut()));
    }
}
