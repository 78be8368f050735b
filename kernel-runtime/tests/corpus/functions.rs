//! Functions nested in a kernel.

use crate::inputs::{FEW, doubles};
use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn pi(n: u64) -> u64 {
    fn mix(x: u64) -> u64 {
        let z = x.wrapping_add(0x9E3779B97F4A7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58476D1CE4E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D049BB133111EB);
        z ^ (z >> 31)
    }
    fn uniform(s: u64, i: u64) -> f64 {
        (mix((s << 32) + i) >> 11) as f64 * (1.0 / 9007199254740992.0)
    }
    fn power(x: f64, k: u32) -> f64 {
        let mut r = 1.0;
        for _ in 0..k {
            r *= x;
        }
        r
    }
    let mut count = 0;
    for i in 0..n {
        let (x, y) = (uniform(23, 2 * i), uniform(23, 2 * i + 1));
        if power(x, 2) + y * y < 1.0 {
            count += 1;
        }
    }
    count
}

#[kernel(parallel, cuda)]
fn polar(x: &[f64], y: &[f64], out: &mut [[f64; 2]]) {
    /// Length, and the quadrant.
    fn of(x: f64, y: f64) -> (f64, i32) {
        let quadrant = match (x < 0.0, y < 0.0) {
            (false, false) => 0,
            (true, false) => 1,
            (true, true) => 2,
            (false, true) => 3,
        };
        ((x * x + y * y).sqrt(), quadrant)
    }
    for i in 0..out.len() {
        let (length, quadrant) = of(x[i], y[i]);
        out[i][0] = length;
        out[i][1] = quadrant as f64;
    }
}

#[kernel(parallel, cuda)]
fn roots(x: &[f64], out: &mut [f64]) {
    fn newton(x: f64) -> f64 {
        let mut r = x;
        let mut turns = 0;
        while (r * r - x).abs() > 1e-12 * x && turns < 50 {
            r = 0.5 * (r + x / r);
            turns += 1;
        }
        r
    }
    for i in 0..x.len() {
        out[i] = if x[i] > 0.0 { newton(x[i]) } else { 0.0 };
    }
}

#[test]
fn nested_functions() {
    for n in FEW {
        check!(pi(n as u64));
        let (x, y) = (doubles(n), doubles(2 * n));
        check!(roots[out = vec![1.0; n]](&x, &mut out));
        check!(polar[out = vec![[0.0; 2]; n]](&x, &y[n..], &mut out));
    }
}

/// Nested functions of any type with operators, and with lifetimes.
#[kernel(parallel, cuda)]
fn generic(x: &[i32], w: &[f64], y: &mut [i32], z: &mut [f64]) {
    fn squared<T: std::ops::Mul<Output = T> + Copy>(v: T) -> T {
        v * v
    }
    fn larger<T>(a: T, b: T) -> T
    where
        T: PartialOrd,
    {
        if a > b { a } else { b }
    }
    fn total<'a>(row: &'a [f64]) -> f64 {
        row.iter().sum()
    }
    for i in 0..y.len() {
        y[i] = squared(x[i]) + larger(x[i], 3);
        z[i] = larger(squared(w[i]), total(&w[i..i + 3]));
    }
}

#[test]
fn generic_nested_functions() {
    let x: Vec<i32> = (0..500).map(|i| i * 37 % 101 - 50).collect();
    let w = doubles(503);
    check!(generic[y = vec![0; 500], z = vec![0.0; 500]](&x, &w, &mut y, &mut z));
    let large = vec![100_000; 500];
    let result = agreement!(Exact, device,
        generic[y = vec![0; 500], z = vec![0.0; 500]](&large, &w, &mut y, &mut z));
    match cfg!(debug_assertions) {
        true => assert!(
            result
                .expect_err("a failure")
                .contains("attempt to multiply with overflow")
        ),
        false => _ = result.expect("no failure"),
    }
}

/// Nested functions that take arrays and slices of any type.
#[kernel(parallel, cuda)]
fn generic_parts(x: &[f64], p: &[[i32; 3]], y: &mut [f64], q: &mut [[i32; 3]]) {
    fn dot<T>(a: &[T; 3], b: &[T; 3]) -> T
    where
        T: Copy + std::ops::Mul<Output = T> + std::ops::Add<Output = T>,
    {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }
    fn greatest<T: Copy + PartialOrd>(v: &[T]) -> T {
        let mut greatest = v[0];
        for k in 1..v.len() {
            if v[k] > greatest {
                greatest = v[k];
            }
        }
        greatest
    }
    fn smaller<T: Copy + PartialOrd>(a: &T, b: &T) -> T {
        if *a < *b { *a } else { *b }
    }
    fn order<T: Copy + PartialOrd>(v: &mut [T; 3]) {
        for last in [2, 1] {
            for k in 0..last {
                if v[k] > v[k + 1] {
                    let passed = v[k];
                    v[k] = v[k + 1];
                    v[k + 1] = passed;
                }
            }
        }
    }
    for i in 1..p.len() {
        y[i] = greatest(&x[i..i + 4]) + dot(&p[i], &p[i - 1]) as f64 - smaller(&x[i], &x[i + 1]);
        order(&mut q[i]);
    }
}

#[test]
fn generic_functions_of_arrays() {
    let p: Vec<[i32; 3]> = (0..400)
        .map(|i| [i * 37 % 101 - 50, i % 7, 3 - i])
        .collect();
    let x = doubles(404);
    check!(generic_parts[y = vec![0.0; 400], q = p.clone()](&x, &p, &mut y, &mut q));
}
