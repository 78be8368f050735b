use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn two_best(x: &[f64]) -> (f64, f64) {
    let mut best = f64::INFINITY;
    let mut second = f64::INFINITY;
    for i in 0..x.len() {
        if x[i] < best {
            second = best;
            best = x[i];
        }
    }
    (best, second)
}

#[kernel(parallel)]
fn two_ways(x: &[f64], y: &[f64]) -> usize {
    let mut best = f64::INFINITY;
    let mut at = 0;
    for i in 0..x.len() {
        if x[i] < best {
            best = x[i];
            at = i;
        }
        if y[i] <= best {
            best = y[i];
            at = i;
        }
    }
    at
}

#[kernel(parallel)]
fn besides(x: &[f64]) -> usize {
    let mut best = f64::INFINITY;
    let mut at = 0;
    for i in 0..x.len() {
        if x[i] < best {
            best = x[i];
            at = i;
        }
        at += 1;
    }
    at
}

#[kernel(parallel)]
fn read(x: &[f64], out: &mut [f64]) -> usize {
    let mut best = f64::INFINITY;
    let mut at = 0;
    for i in 0..x.len() {
        if x[i] < best {
            best = x[i];
            at = i;
        }
        out[i] = best;
    }
    at
}

#[kernel(parallel)]
fn looked_up(x: &[f64], p: &[usize], out: &mut [f64]) -> f64 {
    let mut best = f64::INFINITY;
    let mut what = 0.0;
    for i in 0..x.len() {
        if x[i] < best {
            best = x[i];
            what = x[p[i]];
        }
        out[i] = 1.0;
    }
    what
}

fn main() {}
