//! A second way to an array while a loop writes it.

use kernel_runtime::prelude::*;
use ndarray::{ArrayView1, ArrayViewMut1};

#[kernel(parallel)]
fn reads_the_whole(a: &mut [f64]) {
    let n = a.len() - 1;
    let b: &mut [f64] = &mut a[1..];
    for i in 0..n {
        b[i] = a[i] + 1.0;
    }
}

#[kernel(parallel)]
fn reads_a_part(a: &mut [f64]) {
    let n = a.len() - 1;
    let b: &[f64] = &a[1..];
    for i in 0..n {
        a[i] = b[i] + 1.0;
    }
}

#[kernel(parallel)]
fn writes_both(mut a: ArrayViewMut1<f64>) {
    let mut b: ArrayViewMut1<f64> = a.view_mut();
    for i in 0..100 {
        a[i] = 1.0;
        b[i + 1] = 2.0;
    }
}

#[kernel(parallel)]
fn reads_a_view(mut a: ArrayViewMut1<f64>) {
    let b: ArrayView1<f64> = a.view();
    for i in 0..100 {
        a[i] = b[i + 1] + 1.0;
    }
}

fn main() {}
