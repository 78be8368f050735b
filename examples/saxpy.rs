//! `y = a x + y` over a hundred thousand numbers, checked against the plain loop.

use kernel_examples::data;
use kernel_runtime::prelude::*;

const N: usize = 100_003;

/// Adds `a * x` to `y`.
#[kernel(parallel, cuda)]
pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

fn main() {
    let x = data::vector_f32(1, N);
    let start = data::vector_f32(2, N);
    let mut expected = start.clone();
    for (value, x) in expected.iter_mut().zip(&x) {
        *value += 2.5 * x;
    }
    let mut y = start.clone();
    saxpy(2.5, &x, &mut y);
    assert_eq!(y, expected, "a map has the bits of the plain loop");
    let sum: f64 = y.iter().map(|&value| f64::from(value)).sum();
    println!("y[7] = {}, sum = {sum:.3}", y[7]);

    let mut on_device = start;
    match saxpy::cuda(2.5, &x, &mut on_device) {
        Ok(()) => println!("cuda gave the same bits: {}", on_device == y),
        Err(error) => println!("no CUDA version was run: {error}"),
    }
    println!("{}", saxpy::report());
}
