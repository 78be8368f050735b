use kernel_runtime::prelude::*;

const SCALE: f64 = 1.0;

#[kernel(parallel)]
fn recursive(x: &[u64], out: &mut [u64]) {
    fn fibonacci(n: u64) -> u64 {
        if n < 2 { n } else { fibonacci(n - 1) + fibonacci(n - 2) }
    }
    for i in 0..out.len() {
        out[i] = fibonacci(x[i]);
    }
}

#[kernel(parallel)]
fn hidden(x: &[f64], out: &mut [f64]) {
    fn scaled(x: f64) -> f64 {
        x * SCALE
    }
    {
        const SCALE: f64 = 7.0;
        for i in 0..out.len() {
            out[i] = scaled(x[i]) + SCALE;
        }
    }
}

fn main() {}
