use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn mixed(bin: &[usize], w: &[f64], hist: &mut [f64]) {
    for i in 0..bin.len() {
        hist[bin[i]] += w[i];
        hist[bin[i]] *= 2.0;
    }
}

#[kernel(parallel)]
fn read(bin: &[usize], hist: &mut [u32], out: &mut [u32]) {
    for i in 0..bin.len() {
        hist[bin[i]] += 1;
        out[i] = hist[bin[i]];
    }
}

#[kernel(parallel)]
fn halved(bin: &[usize], hist: &mut [u32]) {
    for i in 0..bin.len() {
        hist[bin[i]] /= 2;
    }
}

#[kernel(parallel)]
fn reset(bin: &[usize], hist: &mut [u32]) {
    for i in 0..bin.len() {
        hist[bin[i]] += 1;
        hist[0] = 0;
    }
}

#[kernel(parallel)]
fn clamped(bin: &[usize], hist: &mut [i8]) {
    for i in 0..bin.len() {
        hist[bin[i]] = hist[bin[i]].saturating_add(1);
    }
}

#[kernel(parallel)]
fn overwritten(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i % 4] = x[i];
    }
}

fn main() {}
