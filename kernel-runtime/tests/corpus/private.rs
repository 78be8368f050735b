//! Variables from outside that each iteration assigns before it reads them.
// As they are written where C was.
#![allow(unused_assignments)]

use crate::inputs::{FEW, doubles, plane};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

#[kernel(parallel, cuda)]
fn steps(x: &[f64], y: &mut [f64], mut scale: f64) -> f64 {
    let mut h;
    let (mut j, mut sum) = (0, 0.0);
    for i in 0..x.len() {
        scale = x[i] * 3.0;
        if scale > 0.0 {
            h = 1.0;
        } else {
            h = -scale;
        }
        j = i;
        while j > 5 {
            j /= 3;
        }
        y[i] = h * x[j];
        sum += h;
    }
    sum
}

#[kernel(parallel, cuda)]
fn nested(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (m, n) = a.dim();
    let (mut left, mut right) = (0.0, 0.0);
    for _ in 0..2 {
        for i in 0..m {
            for j in 1..n {
                left = a[[i, j - 1]];
                right = a[[i, j]];
                b[[i, j]] += left * right;
            }
        }
    }
}

#[test]
fn borrowed_variables() {
    for n in FEW {
        close!(steps[y = vec![0.0; n]](&doubles(n), &mut y, 1.0));
    }
    for (m, n) in [(0, 3), (1, 1), (3, 5), (40, 70)] {
        check!(nested[b = Array2::ones((m, n))](
            plane(m, n).view(),
            b.view_mut()
        ));
    }
}
