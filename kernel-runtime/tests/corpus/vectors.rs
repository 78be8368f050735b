//! Maps whose iterations a device takes several at a time: arrays that begin on a boundary and
//! elsewhere, views with and without neighbours, elements of several sizes, every length of what is
//! left over.

use crate::inputs::{plane, singles};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

/// A row, from an element on.
#[kernel(parallel, cuda)]
fn shifted(x: &[f32], y: &mut [f32], n: usize, from: usize, to: usize) {
    for i in 0..n {
        y[i + to] = x[i + from] + 0.5 * y[i + to];
    }
}

#[kernel(parallel, cuda)]
fn sizes(x: &[f32], mark: &mut [bool], wide: &mut [f64], keep: &mut [u8]) {
    for i in 0..x.len() {
        let large = x[i] > 0.25;
        mark[i] = large;
        wide[i] += if large { x[i] as f64 } else { -1.0 };
        keep[i] = if large { 200 } else { keep[i] >> 1 };
    }
}

#[kernel(parallel, cuda)]
fn smoothed(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (m, n) = a.dim();
    for i in 1..m - 1 {
        for j in 1..n - 1 {
            let across = a[[i, j - 1]] + a[[i, j]] + a[[i, j + 1]];
            b[[i, j]] = across + 0.5 * (a[[i - 1, j]] + a[[i + 1, j]]) + b[[i, j]];
        }
    }
}

#[test]
fn boundaries_and_what_is_left_over() {
    for (from, to) in [(0, 0), (1, 1), (5, 1), (3, 3), (0, 2), (2, 1)] {
        for n in [0, 1, 7, 28, 29, 30, 31, 32, 33, 34, 1027] {
            let (x, y) = (singles(n + from), singles(n + to));
            check!(shifted[y = y.clone()](&x, &mut y, n, from, to));
        }
    }
}

#[test]
fn elements_of_several_sizes() {
    for n in [1, 15, 16, 17, 100] {
        let x = singles(n);
        check!(sizes[mark = vec![false; n], wide = vec![1.5; n], keep = vec![9; n]](
            &x, &mut mark, &mut wide, &mut keep
        ));
    }
}

#[test]
fn rows_of_every_kind() {
    for n in [3, 18, 19, 34, 67] {
        let (a, b) = (plane(5, n), Array2::ones((5, n)));
        check!(smoothed[b = b.clone()](a.view(), b.view_mut()));
        let every_second = plane(5, 2 * n);
        let part = every_second.slice(s![.., ..;2]);
        check!(smoothed[b = b.clone()](part, b.view_mut()));
        check!(smoothed[b = b.clone()](
            a.slice(s![.., ..;-1]),
            b.view_mut()
        ));
        check!(smoothed[b = b.t().to_owned()](
            a.view(),
            b.view_mut().reversed_axes()
        ));
    }
}
