//! Extremes by something that is computed of the values: of what is kept, too.

use crate::inputs::{FEW, SIZES, doubles, numbers};
use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn largest_in_size(x: &[f64], start: f64) -> (f64, f64) {
    let (mut first, mut last) = (start, start);
    for &v in x {
        if v.abs() > first.abs() {
            first = v;
        }
    }
    for i in 0..x.len() {
        if x[i].abs() >= last.abs() {
            last = x[i];
        }
    }
    (first, last)
}

#[kernel(parallel, cuda)]
fn nearest(x: &[i32], to: i32, start: i32) -> (i32, usize) {
    let (mut best, mut at) = (start, usize::MAX);
    for (i, &v) in x.iter().enumerate() {
        if (v - to).abs() < (best - to).abs() {
            best = v;
            at = i;
        }
    }
    (best, at)
}

#[kernel(parallel, cuda)]
fn by_a_function(x: &[f64], p: &[(f64, f64)], from: (f64, f64)) -> (f64, (f64, f64)) {
    fn off(v: f64) -> f64 {
        let w = v - 0.1;
        w * w
    }
    fn apart(p: (f64, f64), q: (f64, f64)) -> f64 {
        (p.0 - q.0).hypot(p.1 - q.1)
    }
    let mut least = 5.0;
    for i in 0..x.len() {
        if off(x[i]) < off(least) {
            least = x[i];
        }
    }
    let mut best = from;
    for &q in p {
        if apart(q, (0.25, 0.0)) < apart(best, (0.25, 0.0)) {
            best = q;
        }
    }
    (least, best)
}

#[test]
fn sizes_of_numbers() {
    for n in SIZES {
        let mut x = doubles(n);
        check!(largest_in_size(&x, 0.0));
        check!(largest_in_size(&x, -0.25));
        check!(largest_in_size(&x, f64::NAN));
        for k in (0..n).step_by(3) {
            x[k] = [0.5, -0.5, f64::NAN, -0.0][k % 4];
        }
        check!(largest_in_size(&x, 0.0));
        check!(largest_in_size(&x, -0.5));
    }
}

#[test]
fn distances_of_whole_numbers() {
    for n in SIZES {
        let x = numbers(n);
        check!(nearest(&x, 17, 1000));
        check!(nearest(&x, -600, 17));
    }
    check!(nearest(&[], 17, i32::MIN));
    if cfg!(debug_assertions) {
        let x = numbers(200);
        fails!("overflow", nearest(&x, 17, i32::MIN));
        fails!("overflow", nearest(&[5, 3, i32::MIN, 9], 17, 1));
    } else {
        check!(nearest(&numbers(200), 17, i32::MIN));
    }
}

#[test]
fn functions_of_numbers_and_points() {
    for n in FEW {
        let (x, mut y) = (doubles(n), doubles(n + 9));
        let p: Vec<(f64, f64)> = x.iter().copied().zip(y.drain(9..)).collect();
        check!(by_a_function(&x, &p, (9.0, 9.0)));
        check!(by_a_function(&x, &p, (0.25, f64::NAN)));
    }
}
