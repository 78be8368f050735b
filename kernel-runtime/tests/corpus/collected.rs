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

/// Where there are more items than others, the closure is asked once more than there are pairs.
#[kernel(parallel, cuda)]
fn pairs(x: &[i32], y: &[i32], z: &mut [i32]) -> Vec<i32> {
    for i in 0..z.len() {
        z[i] = x[i] + 1;
    }
    let sums: Vec<i32> = x
        .iter()
        .map(|v| 100 / v)
        .zip(y)
        .map(|(a, b)| a + b)
        .collect();
    sums
}

#[test]
fn a_closure_is_asked_once_more() {
    let x = [1, 2, 3, 0, 5];
    check!(pairs[z = [0; 5]](&x, &[1, 2], &mut z));
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

/// Of parts of arrays, with a function by its name.
#[kernel(parallel, cuda)]
fn steps(x: &[f64], k: usize) -> Vec<f64> {
    let step: Vec<f64> = x[k..]
        .iter()
        .zip(&x[..x.len() - k])
        .map(|(b, a)| b - a)
        .collect();
    step.iter().copied().map(f64::abs).collect()
}

/// Of the rows and columns of a matrix.
#[kernel(parallel, cuda)]
fn margins(a: ArrayView2<f64>, y: &mut [f64]) -> Vec<f64> {
    let most: Vec<f64> = a
        .outer_iter()
        .map(|row| row.iter().fold(f64::NEG_INFINITY, |most, x| x.max(most)))
        .collect();
    let sums: Vec<f64> = a
        .axis_iter(ndarray::Axis(1))
        .map(|c| c.iter().sum::<f64>())
        .collect();
    for j in 0..y.len() {
        y[j] = sums[j];
    }
    let first: Vec<f64> = a.rows().into_iter().map(|row| row[0]).collect();
    most.iter().zip(&first).map(|(a, b)| a - b).collect()
}

/// Numbers of the type that a closure says.
#[kernel(parallel, cuda)]
fn billions(count: u64) -> Vec<u64> {
    (0..count).map(|i: u64| i * 1_000_000_000).collect()
}

#[test]
fn parts_and_rows_are_collected() {
    for n in SIZES {
        let x = doubles(n);
        for k in [0, 1, 65] {
            if k <= n {
                check!(steps(&x, k));
            } else {
                fails!("out of range", steps(&x, k));
            }
        }
        let a = crate::inputs::plane(n, 5);
        check!(margins[y = vec![0.0; 5]](a.view(), &mut y));
        check!(billions(n as u64));
    }
    let none = crate::inputs::plane(3, 0);
    fails!(
        "out of bounds",
        margins[y = vec![0.0; 0]](none.view(), &mut y)
    );
}

#[kernel(parallel, cuda)]
fn tuples(x: &[f64]) -> Vec<(f64, f64)> {
    x.iter().map(|v| (v.abs(), v.sqrt())).collect()
}

#[kernel(parallel, cuda)]
fn arrays(x: &[f64], none: bool) -> Vec<[f64; 2]> {
    if none {
        return Vec::new();
    }
    return x.iter().map(|v| [v.abs(), v.sqrt()]).collect();
}

#[test]
fn tuples_and_arrays_are_collected() {
    for n in SIZES {
        check!(tuples(&doubles(n)));
        check!(arrays(&doubles(n), n == 3));
    }
}

#[kernel(parallel, cuda)]
fn pushed(x: &[f64], y: &mut [f64]) -> Vec<(f64, f64)> {
    let mut found = Vec::with_capacity(x.len());
    for (i, v) in x.iter().enumerate() {
        let root = v.abs().sqrt();
        y[i] += root;
        found.push((root, *v));
    }
    found
}

#[kernel(parallel, cuda)]
fn pushed_spans(x: &[f64], k: usize) -> Vec<f64> {
    let mut spans = Vec::<f64>::new();
    for part in x.windows(k) {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for v in part {
            low = low.min(*v);
            high = high.max(*v);
        }
        spans.push(high - low);
    }
    let mut both: Vec<f64> = Vec::new();
    for i in k..spans.len() {
        both.push(spans[i] + spans[i - k]);
    }
    both
}

/// Row by row, with a value for each row.
#[kernel(parallel, cuda)]
fn pushed_plane(x: &[i32], h: u32, w: usize) -> Vec<[i32; 2]> {
    let mut plane = Vec::with_capacity(h as usize * w);
    for i in 0..h {
        let row = x[i as usize] * 3;
        for j in 0..w {
            let column = x[j] / 2;
            plane.push([row - column, i as i32]);
        }
    }
    plane
}

/// The second loop finds a `Vec` that is not empty, and the third may leave elements out.
#[kernel(parallel, cuda)]
fn pushed_later(x: &[i32]) -> Vec<i32> {
    let mut all = Vec::new();
    for &v in x {
        all.push(v / 3);
    }
    for v in x.iter().rev() {
        all.push(*v);
    }
    for &v in x {
        if v < 0 {
            continue;
        }
        all.push(v);
    }
    all
}

#[kernel(parallel, cuda)]
fn by_named_closure(x: &[f64], k: f64) -> Vec<f64> {
    let bent = |v: f64, by: f64| if v > 0.0 { v * by } else { v - k };
    x.iter().map(|v| bent(bent(*v, k), 0.5)).collect()
}

#[test]
fn what_a_loop_pushes() {
    for n in SIZES {
        let x = doubles(n);
        check!(by_named_closure(&x, 1.25));
        check!(pushed[y = vec![1.0; n]](&x, &mut y));
        if n > 0 {
            fails!("out of bounds", pushed[y = vec![1.0; n - 1]](&x, &mut y));
        }
        for k in [1, 2, 40] {
            check!(pushed_spans(&x, k));
        }
        let x = numbers(n);
        check!(pushed_later(&x));
        for w in [0, 1, 40] {
            if w <= n {
                check!(pushed_plane(&x, n.min(300) as u32, w));
            } else if n > 0 {
                fails!("out of bounds", pushed_plane(&x, n as u32, w));
            }
        }
    }
    fails!("non-zero", pushed_spans(&doubles(9), 0));
}
