use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn sum(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x.iter().copied().map(absolute) {
        s += v;
    }
    s
}

#[kernel(parallel)]
fn running(y: &mut [f64]) {
    let mut last = 0.0;
    for v in y.iter_mut() {
        *v += last;
        last = *v;
    }
}

#[kernel(parallel)]
fn neighbour(y: &mut [f64], n: usize, m: usize) {
    for i in 0..m {
        let row = &mut y[i * n..(i + 2) * n];
        for j in 0..2 * n {
            row[j] = 0.0;
        }
    }
}

#[kernel(parallel)]
fn in_order(y: &mut [f64], n: usize) {
    let mut k = 0;
    for row in y.chunks_exact_mut(n) {
        k = 2 * k + 1;
        for j in 0..n {
            row[j] = k as f64;
        }
    }
}

/// Another meaning of `iter` on a `Vec`, which method calls find first.
trait Tail {
    fn iter(&self) -> std::slice::Iter<'_, f64>;
}

impl Tail for Vec<f64> {
    fn iter(&self) -> std::slice::Iter<'_, f64> {
        self[1..].iter()
    }
}

#[kernel(parallel)]
fn hidden(x: &Vec<f64>) -> f64 {
    let mut s = 0.0;
    for v in x.iter() {
        s += v;
    }
    s
}

#[kernel(parallel)]
fn hidden_inside(x: &Vec<f64>, y: &mut [f64]) {
    for i in 0..y.len() {
        for v in x.iter() {
            y[i] += v;
        }
    }
}

fn main() {}

fn absolute(v: f64) -> f64 {
    v.abs()
}
