//! Chains of the driver's that give an `Option`: greatest, least, and what one operation makes of all.

use crate::inputs::{SIZES, doubles, numbers};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2};

#[kernel(parallel, cuda)]
fn spread(x: &[i32]) -> (i32, i32, i32, i32) {
    let most = *x.iter().max().unwrap_or(&-1);
    let least = x.iter().copied().min().unwrap_or(100);
    let even = x
        .iter()
        .copied()
        .filter(|v| v % 2 == 0)
        .max()
        .unwrap_or_default();
    let far = x.iter().max().copied().unwrap_or(7);
    (most, least, even, far)
}

/// Made of several arrays, windows and positions.
#[kernel(parallel, cuda)]
fn greatest(x: &[u32], d: &[u32]) -> (u32, u32, u32, u64) {
    let quotient = x.iter().zip(d).map(|(x, d)| x / d).max().unwrap_or(3);
    let jump = x.windows(2).map(|w| w[1].abs_diff(w[0])).max();
    let third = x
        .iter()
        .enumerate()
        .filter(|(i, _)| i % 3 == 0)
        .map(|(_, &v)| v + 1)
        .min()
        .unwrap_or(9);
    let residue = (1..x.len() as u64).map(|v| v * v % 101).max();
    (quotient, jump.unwrap_or(0), third, residue.unwrap_or(0))
}

#[kernel(parallel, cuda)]
fn combined(x: &[u32]) -> (u32, u32, u32, u32) {
    (
        x.iter().copied().reduce(|a, b| a ^ b).unwrap_or(1),
        x.iter()
            .copied()
            .reduce(|a, b| b.wrapping_mul(a))
            .unwrap_or(2),
        x.iter().copied().reduce(std::cmp::max).unwrap_or(3),
        x.iter().copied().reduce(|p, q| u32::min(p, q)).unwrap_or(4),
    )
}

#[kernel(parallel, cuda)]
fn scaled(x: &[f64], y: &mut [f64]) -> f64 {
    let most = x.iter().map(|v| v.abs()).reduce(f64::max).expect("data");
    for v in y.iter_mut() {
        *v /= most;
    }
    x.iter().copied().reduce(|a, b| a.min(b)).unwrap()
}

#[kernel(parallel, cuda)]
fn summed(x: &[f64], a: ArrayView2<'_, f64>) -> (f64, f64) {
    let sum = x.iter().copied().reduce(|a, b| a + b).unwrap_or(5.0);
    (sum, a.iter().copied().reduce(f64::max).unwrap_or(3.0))
}

/// Held against patterns, also as references.
#[kernel(parallel, cuda)]
fn matched(x: &[i64], y: &mut [i64]) -> i64 {
    let Some(least) = x.iter().copied().min() else {
        return -1;
    };
    if let Some(most) = x.iter().max() {
        let most: i64 = *most;
        for v in y.iter_mut() {
            *v += most - least;
        }
    }
    match x.iter().map(|v| v % 10).max() {
        Some(v) if v > 5 => v,
        Some(v) => -v,
        None => 0,
    }
}

#[test]
fn options_of_the_driver() {
    for n in [0, 1, 2, 127, 128, 1000, 9000] {
        let x: Vec<u32> = (0..n).map(|i| i * 7919 % 1009).collect();
        let signed: Vec<i32> = x.iter().map(|v| *v as i32 - 500).collect();
        let divisors: Vec<u32> = x.iter().map(|v| v % 7 + 1).collect();
        check!(spread(&signed));
        check!(greatest(&x, &divisors));
        check!(combined(&x));
        let wide: Vec<i64> = signed.iter().map(|v| i64::from(*v)).collect();
        check!(matched[y = vec![1; 300]](&wide, &mut y));
        let floats: Vec<f64> = signed.iter().map(|v| f64::from(*v) / 3.0).collect();
        let rows = Array2::from_shape_fn((n as usize / 10, 7), |(i, j)| {
            (i * 31 % 17) as f64 - j as f64
        });
        close!(summed(&floats, rows.view()));
        if n > 0 {
            check!(scaled[y = vec![2.0; 300]](&floats, &mut y));
        }
    }
    fails!("data", scaled[y = vec![2.0; 3]](&[], &mut y));
    fails!("divide by zero", greatest(&[1, 2, 3], &[1, 0, 2]));
}

/// Folds of tuples: their parts are reductions, or an extreme and its place.
#[kernel(parallel, cuda)]
fn folded_apart(x: &[f64], k: &[i32]) -> (f64, f64, usize, f64, i32, i32) {
    let (sum, squares, count) = x
        .iter()
        .fold((0.0, 0.0, 0usize), |(sum, squares, count), v| {
            let v = v * 0.5;
            (sum + v, squares + v * v, count + 1)
        });
    let (at, most) = x
        .iter()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |(at, most), (i, &v)| {
            if v > most { (i, v) } else { (at, most) }
        });
    let (low, high) = k
        .iter()
        .filter(|v| **v != 3)
        .fold((i32::MAX, i32::MIN), |(low, high), &v| {
            (low.min(v), high.max(v))
        });
    (sum - squares / count as f64, most, at, squares, low, high)
}

/// The same in an iteration, and one whose parts depend on each other, which is no reduction.
#[kernel(parallel, cuda)]
fn rescaled(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        let (low, high) = x
            .iter()
            .fold((f64::MAX, f64::MIN), |(a, b), &v| (a.min(v), b.max(v)));
        y[i] = (x[i] - low) / (high - low);
    }
    let (a, _) = x.iter().fold((0.0, 1.0), |(a, b), v| (a + b * v, b * 0.5));
    y.iter_mut().for_each(|y| *y += a);
}

#[test]
fn tuples_are_folded() {
    for n in SIZES {
        let x = doubles(n);
        close!(folded_apart(&x, &numbers(n)));
        if n < 200 {
            close!(rescaled[y = vec![0.0; n]](&x, &mut y));
        }
    }
}

/// The first and the last that match, and a chain in a chain.
#[kernel(parallel, cuda)]
fn ends(k: &[i32], a: ArrayView2<f64>) -> (usize, usize, f64) {
    let even = |v: i32| v % 2 == 0;
    let first = k
        .iter()
        .enumerate()
        .filter(|(_, v)| even(**v))
        .map(|(i, _)| i)
        .min();
    let last = k.iter().enumerate().map(|(i, _)| i).max().unwrap_or(7);
    let norm = (0..a.nrows())
        .map(|i| (0..a.ncols()).map(|j| a[[i, j]]).sum::<f64>().abs())
        .fold(0.0, f64::max);
    (first.unwrap_or(k.len()), last, norm)
}

#[test]
fn places_are_numbers() {
    for n in SIZES {
        check!(ends(&numbers(n), crate::inputs::plane(n, 3).view()));
    }
}
