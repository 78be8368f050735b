use kernel_runtime::prelude::*;

fn plane(a: f64, b: f64, c: f64, x: f64, y: f64) -> f64 {
    a * x + b * y + c
}

fn half(x: f64) -> f64 {
    x / 2.0
}

#[kernel(parallel, assume_pure(plane, halves))]
fn many(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = plane(1.0, 2.0, 3.0, x[i], x[i]);
    }
}

#[kernel(parallel, assume_pure(plane))]
fn too_many(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = plane(1.0, 2.0, 3.0, x[i], x[i]);
    }
}

#[kernel(parallel, cuda, assume_pure(half))]
fn no_device(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = half(x[i]);
    }
}

fn main() {}
