//! Kernels, end to end: every version of each agrees with the serial one, or with the canonical
//! order.
#![deny(warnings, missing_docs, clippy::all)]
#![forbid(unsafe_code)]

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

/// Sum of every element.
#[kernel(parallel, cuda)]
pub fn sum2d(arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            result += arr[[i, j]];
        }
    }
    result
}

/// `y = a x + y`
#[kernel(parallel)]
pub fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

/// Transpose.
#[kernel(parallel)]
fn transpose(a: ArrayView2<f32>, mut b: ArrayViewMut2<f32>) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            b[[j, i]] = a[[i, j]];
        }
    }
}

/// Count and sum.
#[kernel(parallel)]
fn count(x: &[f64], limit: f64) -> (usize, f64) {
    let mut c = 0;
    let mut s = 1.0;
    for i in 0..x.len() {
        if x[i] > limit {
            c += 1;
        } else {
            s *= x[i] + 1.5;
        }
    }
    (c, s)
}

/// Gather.
#[kernel(parallel)]
fn gather(x: &[f64], at: &[usize], out: &mut [f64]) {
    for i in 0..at.len() {
        out[i] = x[at[i]];
    }
}

/// Division.
#[kernel(parallel)]
fn divide(x: &[i32], y: &[i32], out: &mut [i32]) {
    for i in (0..out.len()).rev() {
        out[i] = x[i] / y[i];
    }
}

#[test]
fn all() {
    let a = Array2::from_shape_fn((300, 300), |(i, j)| (i * 300 + j) as f64 * 0.25);
    assert_eq!(sum2d(a.view()), sum2d::serial(a.view()));
    assert_eq!(sum2d::parallel(a.view()), sum2d::serial(a.view()));

    println!("{}", sum2d::report());
    let x: Vec<f64> = (0..100_000).map(|k| k as f64).collect();
    let mut y = x.clone();
    let mut z = x.clone();
    axpy(2.0, &x, &mut y);
    axpy::serial(2.0, &x, &mut z);
    assert_eq!(y, z);
    let t = a.mapv(|x| x as f32);
    let mut u = Array2::zeros((300, 300));
    transpose(t.view(), u.view_mut());
    assert_eq!(u, t.t());
    println!("{:?}", count(&x, 5.0));
}
