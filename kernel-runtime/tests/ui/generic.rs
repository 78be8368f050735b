use kernel_runtime::prelude::*;

#[kernel(parallel)]
fn unlisted<T: Float>(x: &[T], y: &mut [T]) {
    for i in 0..x.len() {
        y[i] = x[i];
    }
}

#[kernel(parallel, types(U = [f32, f64]))]
fn no_parameter(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i];
    }
}

#[kernel(parallel, types(T = [f32, String]))]
fn no_element<T: Float>(x: &[T], y: &mut [T]) {
    for i in 0..x.len() {
        y[i] = x[i];
    }
}

fn main() {}
