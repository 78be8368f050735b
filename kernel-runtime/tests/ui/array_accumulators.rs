use kernel_runtime::prelude::*;
use ndarray::ArrayView2;

#[kernel(parallel)]
fn histogram(x: &[u8], hist: &mut [u32]) {
    for i in 0..x.len() {
        hist[x[i] as usize] += 1;
    }
}

#[kernel(parallel)]
fn weighted(bin: &[usize], w: &[f64], hist: &mut [f64]) {
    for i in 0..bin.len() {
        let b = bin[i];
        hist[b] += w[i];
    }
}

#[kernel(parallel)]
fn remainders(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i % 4] += x[i];
    }
}

#[kernel(parallel)]
fn one(y: &mut [u32], n: usize) {
    for _ in 0..n {
        y[0] += 1;
    }
}

#[kernel(parallel)]
fn overwritten(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i % 4] = x[i];
    }
}

#[kernel(parallel)]
fn by_reference(a: ArrayView2<'_, f64>, y: &mut [f64]) {
    for i in prange(0..a.nrows()) {
        for j in 0..a.ncols() {
            y[j] += a[[i, j]];
        }
    }
}

fn main() {}
