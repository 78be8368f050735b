#![allow(unused)]
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, Zip};

#[kernel(parallel)]
fn types_that_do_not_fit(x: &[f64], y: &mut [f64], n: usize) {
    for i in 0..x.len() {
        y[i] = x[i] + n;
    }
}

#[kernel(parallel)]
fn lengths_that_can_fail(x: &[f64], y: &mut [f64], n: usize, m: usize) {
    for (o, part) in y.iter_mut().zip(x.chunks(n % m)) {
        *o = part[0];
    }
}

#[kernel(parallel)]
fn shapes_inside(a: ArrayView2<f64>, b: ArrayView2<f64>, y: &mut [f64]) {
    for i in prange(0..y.len()) {
        let mut s = 0.0;
        for (a, b) in a.iter().zip(b.iter()) {
            s += a * b;
        }
        y[i] = s;
    }
}

#[kernel(parallel)]
fn demanded_inside(x: &[f64], y: &mut [f64], n: usize) {
    for i in prange(0..n) {
        let mut s = 0.0;
        for j in prange(0..n) {
            s += x[j];
        }
        y[i] = s;
    }
}

#[kernel(parallel)]
fn steps_inside(x: &mut [f64], n: usize, k: usize) {
    for i in prange(0..n) {
        x[i * n] = 0.0;
        for j in (0..n).step_by(k) {
            x[i * n + j] = 1.0;
        }
    }
}

#[kernel(parallel)]
fn whole_arrays(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        let z = x;
        y[i] = z[i];
    }
}

#[kernel(parallel)]
fn methods_of_other_types(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] = x[i].count_ones() as f64;
    }
}

#[kernel(parallel)]
fn reads_anywhere(x: &mut [f64], at: &[usize]) {
    for i in 0..at.len() {
        x[i] = x[at[i]];
    }
}

#[kernel(parallel)]
fn writes_that_meet(x: &mut [f64], n: usize) {
    for i in 0..n {
        x[i] = 1.0;
        x[n - 1 - i] = 2.0;
    }
}

#[kernel(parallel)]
fn ranges_from_data(x: &mut [f64], ends: &[usize], n: usize) {
    for i in prange(0..n) {
        for j in 0..ends[i] {
            x[i * n + j] = 1.0;
        }
    }
}

#[kernel(parallel)]
fn parts_of_a_tuple(x: &[f64]) -> (f64, usize) {
    let mut pair = [0.0, 0.0];
    for i in 0..x.len() {
        pair[0] = x[i];
    }
    (pair[0], 0)
}

#[kernel(parallel)]
fn best_and_second(x: &[f64]) -> (f64, f64) {
    let (mut best, mut second) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for &v in x {
        if v > best {
            second = best;
            best = v;
        } else if v >= second {
            second = v;
        }
    }
    (best, second)
}

#[kernel(parallel)]
fn lazy_or(x: &[i32], y: &[i32], out: &mut [i32]) -> bool {
    let mut found = false;
    for i in 0..x.len() {
        out[i] = x[i];
        found = found || x[i] / y[i] > 3;
    }
    found
}

#[kernel(parallel)]
fn unknown_names(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let v = outside::VALUE;
        y[i] = x[i];
    }
}

mod outside {
    pub const VALUE: Option<f64> = None;
}

fn main() {}
