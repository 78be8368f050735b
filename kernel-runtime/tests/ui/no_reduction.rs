use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn remainders(x: &[u32]) -> u32 {
    let mut s = 1000;
    for i in 0..x.len() {
        s %= x[i];
    }
    s
}

#[kernel(parallel)]
fn shifts(x: &[u32]) -> u32 {
    let mut s = 1;
    for i in 0..x.len() {
        s <<= x[i] & 1;
    }
    s
}

#[kernel(parallel)]
fn horner(c: &[f64], x: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..c.len() {
        s = s * x + c[i];
    }
    s
}

#[kernel(parallel)]
fn called(x: &[f64]) -> f64 {
    fn join(a: f64, b: f64) -> f64 {
        (a * a + b * b).sqrt()
    }
    let mut s = 0.0;
    for i in 0..x.len() {
        s = join(s, x[i]);
    }
    s
}

#[kernel(parallel)]
fn saturating(x: &[i8]) -> i8 {
    let mut s = 0i8;
    for i in 0..x.len() {
        s = s.saturating_add(x[i]);
    }
    s
}

#[kernel(parallel)]
fn quotients(x: &[i64]) -> i64 {
    let mut q = i64::MAX;
    for i in 0..x.len() {
        q /= x[i];
    }
    q
}

fn main() {}
