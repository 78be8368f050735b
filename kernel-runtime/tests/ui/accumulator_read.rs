use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn compared(x: &[f64]) -> (f64, u32) {
    let mut s = 0.0;
    let mut early = 0;
    for i in 0..x.len() {
        s += x[i];
        if s < 10.0 {
            early += 1;
        }
    }
    (s, early)
}

#[kernel(parallel)]
fn stored(x: &[f64], out: &mut [f64]) -> f64 {
    let mut m = f64::NEG_INFINITY;
    for i in 0..x.len() {
        m = m.max(x[i]);
        out[i] = x[i] - m;
    }
    m
}

#[kernel(parallel)]
fn in_branches(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        if x[i] > 0.0 {
            s += x[i];
        } else {
            s *= 0.5;
        }
    }
    s
}

#[kernel(parallel)]
fn numbered(x: &[f64], out: &mut [f64]) -> usize {
    let mut count = 0;
    for i in 0..x.len() {
        if x[i] > 0.0 {
            out[count] = x[i];
            count += 1;
        }
    }
    count
}

fn main() {}
