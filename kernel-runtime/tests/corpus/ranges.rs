//! Iteration: every kind of range, empty, reversed, stepped, at the ends of its type.

use crate::inputs::{SIZES, doubles};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayViewMut2};

#[kernel(parallel, cuda)]
fn plain(y: &mut [i64], from: i64, to: i64, at: i64) -> (u32, i64) {
    let mut count = 5;
    let mut sum = 0;
    for i in from..to {
        y[(i + at) as usize] += i;
        count += 1;
        sum += i;
    }
    (count, sum)
}

#[kernel(parallel, cuda)]
fn inclusive(y: &mut [i32], from: i32, to: i32) -> u32 {
    let mut count = 5;
    for i in from..=to {
        y[(i - from) as usize] = i;
        count += 1;
    }
    count
}

#[test]
fn empty_and_reversed_bounds() {
    for (from, to) in [
        (0, 0),
        (5, 5),
        (5, 2),
        (-20, 20),
        (-1, 0),
        (i64::MAX, i64::MIN),
    ] {
        let at = if from < to { -from } else { 0 };
        check!(plain[y = vec![0; 40]](&mut y, from, to, at));
    }
    for (from, to) in [
        (0, 0),
        (1, 0),
        (5, 5),
        (5, 2),
        (-20, 19),
        (i32::MAX, i32::MAX),
    ] {
        check!(inclusive[y = vec![0; 40]](&mut y, from, to));
    }
    let ends = (i32::MAX - 3, i32::MAX);
    check!(inclusive[y = vec![0; 4]](&mut y, ends.0, ends.1));
}

#[kernel(parallel, cuda)]
fn shifted(y: &mut [i64], n: i64) {
    for i in -n..n {
        y[(i + n) as usize] = i - 3;
    }
}

#[kernel(parallel, cuda)]
fn backwards(x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for i in (0..n).rev() {
        y[n - 1 - i] = x[i];
    }
}

#[kernel(parallel, cuda)]
fn evens(x: &[f64], y: &mut [f64]) {
    for i in (0..x.len()).step_by(2) {
        y[i] = x[i] * 3.0;
    }
}

#[kernel(parallel, cuda)]
fn steps(y: &mut [u32], step: usize) -> u64 {
    let mut sum = 0;
    for i in (1..y.len()).step_by(step).rev() {
        y[i] = i as u32;
        sum += i as u64;
    }
    for i in (0..y.len()).rev().step_by(step) {
        y[i] += 100_000 * (i as u32 % 3);
        sum += 3 * i as u64;
    }
    sum
}

#[test]
fn adapters() {
    for n in SIZES {
        let x = doubles(n);
        check!(shifted[y = vec![0; 2 * n]](&mut y, n as i64));
        check!(backwards[y = x.clone()](&x, &mut y));
        check!(evens[y = x.clone()](&x, &mut y));
        for step in [1, 2, 7, 64, usize::MAX] {
            check!(steps[y = vec![0; n]](&mut y, step));
        }
    }
    fails!("step", steps[y = vec![0; 10]](&mut y, 0));
}

#[kernel(parallel, cuda)]
fn to_the_end(y: &mut [u8]) -> (u64, u32, u64) {
    let (mut a, mut b, mut c) = (0, 0, 0);
    for i in u32::MAX - 70..=u32::MAX {
        a += i as u64;
        y[(u32::MAX - i) as usize] += 1;
    }
    for i in 250..=255_u8 {
        b += i as u32;
        y[i as usize] += 2;
    }
    for i in (usize::MAX - 65)..usize::MAX {
        c ^= i as u64;
        y[usize::MAX - i] += 4;
    }
    (a, b, c)
}

#[kernel(parallel, cuda)]
fn of_every_type(y: &mut [i64], lo: i8, hi: i8, n: u16, m: isize) {
    for i in lo..=hi {
        y[(i as i64 + 128) as usize] = i as i64 * 3;
    }
    for i in 0..n {
        y[i as usize] += i as i64;
    }
    for i in (-m..=m).rev().step_by(3) {
        y[(i + m) as usize] -= 1;
    }
}

#[test]
fn the_ends_of_types() {
    check!(to_the_end[y = vec![0; 256]](&mut y));
    for (lo, hi) in [(i8::MIN, i8::MAX), (3, 3), (3, 2)] {
        check!(of_every_type[y = vec![0; 256]](&mut y, lo, hi, 256, 127));
    }
}

#[kernel(parallel, cuda)]
fn nest(mut a: ArrayViewMut2<i64>, lo: i32, hi: i32, step: usize) {
    for i in (lo..hi).rev() {
        for j in (lo..=hi).step_by(step) {
            a[[(i - lo) as usize, (j - lo) as usize]] = i as i64 * 1000 + j as i64;
        }
    }
}

#[kernel(parallel, cuda)]
fn demanded(x: &[f64], y: &mut [f64]) -> f64 {
    let mut s = 0.0;
    for i in prange(0..x.len()).rev() {
        y[i] = x[i];
        s += x[i];
    }
    s
}

#[test]
fn nests_and_demands() {
    for (lo, hi) in [(-20, 30), (5, 5), (5, 2), (-1, 0)] {
        for step in [1, 3, 100] {
            check!(nest[a = Array2::zeros((60, 60))](
                a.view_mut(),
                lo,
                hi,
                step
            ));
        }
    }
    for n in SIZES {
        close!(demanded[y = vec![0.0; n]](&doubles(n), &mut y));
    }
}
