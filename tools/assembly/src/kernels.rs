//! Kernels whose machine code is looked at.
// Kernels are written here as anybody might write them.
#![allow(clippy::all)]

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use std::hint::black_box;

/// The least and the greatest.
#[kernel(parallel, cuda)]
pub fn extremes(x: &[f64]) -> (f64, f64) {
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    for i in 0..x.len() {
        least = least.min(x[i]);
        greatest = greatest.max(x[i]);
    }
    (least, greatest)
}

/// A sum, whose lanes fill sixteen registers.
#[kernel(parallel, cuda)]
pub fn total(x: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i];
    }
    sum
}

/// The least and where it comes first.
#[kernel(parallel, cuda)]
pub fn first_least(x: &[f64]) -> (f64, usize) {
    let (mut best, mut at) = (f64::INFINITY, 0);
    for i in 0..x.len() {
        if x[i] < best {
            best = x[i];
            at = i;
        }
    }
    (best, at)
}

/// How many are above a limit.
#[kernel(parallel, cuda)]
pub fn count(x: &[f32], limit: f32) -> u32 {
    let mut above = 0;
    for i in 0..x.len() {
        if x[i] > limit {
            above += 1;
        }
    }
    above
}

/// A flag.
#[kernel(parallel, cuda)]
pub fn any_below(x: &[i32], limit: i32) -> bool {
    let mut found = false;
    for i in 0..x.len() {
        found = found || x[i] < limit;
    }
    found
}

/// A sum under a condition.
#[kernel(parallel, cuda)]
pub fn sum_where(x: &[f64], mark: &[u8]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        if mark[i] != 0 {
            sum += x[i];
        }
    }
    sum
}

/// Casts that saturate.
#[kernel(parallel, cuda)]
pub fn whole(x: &[f32], y: &mut [i32]) {
    for i in 0..x.len() {
        y[i] = x[i] as i32;
    }
}

/// The same of numbers of 64 bits.
#[kernel(parallel, cuda)]
pub fn whole_doubles(x: &[f64], y: &mut [i32]) {
    for i in 0..x.len() {
        y[i] = x[i] as i32;
    }
}

/// Casts to integers of 64 bits.
#[kernel(parallel, cuda)]
pub fn whole_sum(x: &[f64]) -> i64 {
    let mut sum = 0;
    for i in 0..x.len() {
        sum += x[i].floor() as i64;
    }
    sum
}

/// Casts from integers of 64 bits.
#[kernel(parallel, cuda)]
pub fn fractions(x: &[u64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = (x[i] >> 11) as f64 * f64::EPSILON / 2.0;
    }
}

/// Elements of three widths.
#[kernel(parallel, cuda)]
pub fn widen(x: &[u8], scale: f32, y: &mut [f32], sums: &mut [u16]) {
    for i in 0..x.len() {
        y[i] = scale * x[i] as f32;
        sums[i] = (x[i] as u16) << 2;
    }
}

/// A stencil that asks about borders.
#[kernel(parallel, cuda)]
pub fn with_borders(a: ArrayView2<'_, f64>, mut b: ArrayViewMut2<'_, f64>) {
    let (rows, columns) = a.dim();
    for i in 0..rows {
        for j in 0..columns {
            let left = if j > 0 { a[[i, j - 1]] } else { 0.0 };
            let right = if j + 1 < columns { a[[i, j + 1]] } else { 0.0 };
            b[[i, j]] = a[[i, j]] - 0.5 * (left + right);
        }
    }
}

/// A product of matrices in flat arrays.
#[kernel(parallel, cuda)]
pub fn flat(n: usize, a: &[f64], b: &[f64], c: &mut [f64]) {
    for i in 0..n {
        for j in 0..n {
            let mut sum = 0.0;
            for k in 0..n {
                sum += a[i * n + k] * b[k * n + j];
            }
            c[i * n + j] = sum;
        }
    }
}

/// An inner loop as long as the outer one's variable says.
#[kernel(parallel, cuda)]
pub fn triangular(n: usize, a: &[f64], sums: &mut [f64]) {
    for i in 0..n {
        let mut sum = 0.0;
        for j in 0..i {
            sum += a[i - j];
        }
        sums[2 * i + 1] = sum;
    }
}

/// An index that is data.
#[kernel(parallel, cuda)]
pub fn look_up(at: &[usize], x: &[f64], y: &mut [f64]) {
    for i in 0..at.len() {
        y[i] = x[at[i]];
    }
}

/// Compares the versions of a kernel, whose code is only there if somebody calls it.
macro_rules! agree {
    ($kernel:ident($($arg:expr),*)) => {
        assert_eq!($kernel::parallel($($arg),*), $kernel::serial($($arg),*));
    };
    ($kernel:ident($($arg:expr),*), $($out:ident),+) => {{
        $kernel::parallel($($arg,)* $(&mut $out),+);
        let parallel = ($($out.clone(),)+);
        $kernel::serial($($arg,)* $(&mut $out),+);
        assert_eq!(parallel, ($($out,)+));
    }};
}

/// Compares the versions of all kernels; without a call, their code would not be there.
pub fn run() {
    // Of lengths that LLVM knows, there would be only the code that these take.
    let n = black_box(100);
    let x: Vec<f64> = (0..n * n).map(|i| (i * i % 97) as f64).collect();
    let single: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    let bytes: Vec<u8> = x.iter().map(|x| *x as u8).collect();
    agree!(extremes(&x));
    // Whole numbers, of which sums are exact.
    agree!(total(&x));
    agree!(first_least(&x));
    agree!(count(&single, 50.0));
    agree!(any_below(&vec![3; n], 3));
    agree!(sum_where(&x, &bytes));
    agree!(whole_sum(&x));
    let mut ints = vec![0; x.len()];
    agree!(whole(&single), ints);
    let mut ints = vec![0; x.len()];
    agree!(whole_doubles(&x), ints);
    let (wide, mut parts) = (vec![u64::MAX / 3; n], vec![0.0; n]);
    agree!(fractions(&wide), parts);
    let (mut floats, mut shorts) = (single.clone(), vec![0; x.len()]);
    agree!(widen(&bytes, 0.5), floats, shorts);
    let a = Array2::from_shape_vec((n, n), x.clone()).unwrap();
    let (mut b, mut c) = (a.clone(), a.clone());
    with_borders::parallel(a.view(), b.view_mut());
    with_borders::serial(a.view(), c.view_mut());
    assert_eq!(b, c);
    let (mut y, mut sums) = (x.clone(), x.clone());
    agree!(flat(n, &x, &x), y);
    agree!(triangular(n, &x), sums);
    let (at, mut looked) = (vec![7; n], vec![0.0; n]);
    agree!(look_up(&at, &x), looked);
}
