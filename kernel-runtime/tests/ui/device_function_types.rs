use kernel_runtime::prelude::*;

#[kernel(device)]
fn half(x: f32) -> f32 {
    x / 2.0
}

#[kernel(parallel)]
fn mixed(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = half(x[i]) + 1.0;
    }
}

#[kernel(parallel)]
fn one_too_many(x: &[f32], out: &mut [f32]) {
    for i in 0..x.len() {
        out[i] = half(x[i], 2.0);
    }
}

fn main() {}
