//! Chains that are collected into a `Vec`.

use crate::inputs::{SIZES, doubles, numbers};
use kernel_runtime::prelude::*;
use ndarray::ArrayView2;

#[kernel(parallel, cuda)]
fn doubled(x: &[f64]) -> Vec<f64> {
    x.iter().map(|v| v * 2.0).collect()
}

#[kernel(parallel, cuda)]
fn greater(x: &[f64], y: &[f64]) -> Vec<bool> {
    x.iter().zip(y).map(|(a, b)| a > b).collect::<Vec<bool>>()
}

/// What is collected hides what it is collected from, and can fail.
#[kernel(parallel, cuda)]
fn quotients(x: &[i32], by: i32) -> Vec<i32> {
    let x: Vec<i32> = x.iter().map(|v| 1000 / (v - by)).collect();
    let x: Vec<i32> = x.iter().rev().skip(2).map(|v| v * 3).collect();
    x
}

#[kernel(parallel, cuda)]
fn reversed(x: &[i32], y: &mut [i32]) {
    let n = x.len();
    let at: Vec<usize> = (0..n).map(|i| n - 1 - i).collect();
    for i in 0..n {
        y[i] = x[at[i]];
    }
}

#[kernel(parallel, cuda)]
fn rows(a: ArrayView2<f64>, by: &[f64]) -> Vec<f64> {
    fn weighed(w: f64, v: f64) -> f64 {
        w * v
    }
    (0..a.nrows())
        .map(|i| {
            let mut total = 0.0;
            for j in 0..a.ncols() {
                total += weighed(by[j], a[[i, j]]);
            }
            total
        })
        .collect()
}

#[kernel(parallel, cuda)]
fn means(x: &[f64], k: usize) -> (f64, usize) {
    let mean: Vec<f64> = x
        .chunks(k)
        .map(|c| c.iter().sum::<f64>() / c.len() as f64)
        .collect();
    let mut most = f64::NEG_INFINITY;
    for &v in &mean {
        most = most.max(v);
    }
    (most, mean.len())
}

/// What depends on the item before stays a chain.
#[kernel(parallel, cuda)]
fn running(x: &[f64]) -> Vec<f64> {
    let half: Vec<f64> = x.iter().map(|v| v / 2.0).collect();
    let mut total = 0.0;
    let sums: Vec<f64> = half
        .iter()
        .map(|v| {
            total += v;
            total
        })
        .collect();
    sums
}

#[test]
fn chains_are_collected() {
    for n in SIZES {
        let (x, y) = (doubles(n), doubles(n / 2));
        check!(doubled(&x));
        check!(greater(&x, &y));
        check!(running(&x));
        let m = numbers(n);
        check!(quotients(&m, 2000));
        check!(reversed[y = vec![0; n]](&m, &mut y));
        if n > 40 {
            fails!("divide by zero", quotients(&m, m[40]));
            let a = crate::inputs::plane(n / 8, 8);
            check!(rows(a.view(), &x));
            check!(means(&x, 7));
        }
    }
    fails!("chunk size must be non-zero", means(&doubles(9), 0));
}
