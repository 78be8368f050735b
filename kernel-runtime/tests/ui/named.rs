#![allow(unused)]
use kernel_runtime::prelude::*;

struct Point {
    x: f64,
}

#[kernel(parallel)]
fn values(x: &mut [f64], scale: Point) {
    for i in 0..x.len() {
        x[i] = 1.0;
    }
}

#[kernel(parallel)]
fn constructs(x: &mut [f64], n: usize) {
    let config = Point { x: 2.0 };
    for i in 0..n {
        let point = Point { x: x[i] };
        let element = &mut x[i];
        *element += point.x;
        if let Some(value) = x.get(i) {
            x[i] = *value;
        }
        x[i] *= config.x;
        let buffer = vec![0.0; 3];
        x[i] += buffer[0];
    }
}

#[kernel(parallel)]
fn collects(x: &[f64]) -> Vec<f64> {
    let mut found = Vec::new();
    for i in 0..x.len() {
        found.push(x[i]);
    }
    found
}

#[kernel(parallel)]
fn counts(x: &mut [f64]) {
    let mut i = 0;
    while i < x.len() {
        x[i] = 1.0;
        i += 1;
    }
}

fn main() {}
