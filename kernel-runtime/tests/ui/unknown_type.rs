#![allow(unused)]
use kernel_runtime::prelude::*;

#[derive(Clone, Copy)] struct Config {
    scale: f64,
}

#[kernel(parallel)]
fn scale(x: &[f64], y: &mut [f64], k: f64) {
    let config = Config { scale: k };
    let pair = (config, k);
    for i in 0..x.len() {
        let z = pair;
        y[i] = x[i] * z.1;
    }
}

mod tables {
    pub const EMPTY: [[f64; 2]; 4] = [[1.0; 2]; 4];
}

#[kernel(parallel)]
fn looked_up(x: &mut [f64]) {
    for i in 0..x.len() {
        let row = tables::EMPTY[i % 4];
        x[i] = 1.0;
    }
}

fn main() {}
