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
    let mut found = Vec::from([0.0]);
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
        i += 2;
    }
}

#[kernel(parallel)]
fn first_of(x: &[i32], k: i32) -> Option<usize> {
    let mut first = None;
    for (i, &v) in x.iter().enumerate() {
        if first.is_none() && v == k {
            first = Some(i);
        }
    }
    first
}

#[kernel(parallel)]
fn places(sorted: &[i32], x: &[i32], y: &mut [usize]) {
    for i in 0..x.len() {
        y[i] = match sorted.binary_search(&x[i]) {
            Ok(k) => k,
            Err(k) => k,
        };
    }
}

#[kernel(parallel)]
fn sorted_rows(x: &mut [i32]) {
    for row in x.chunks_mut(4) {
        row.sort();
    }
}

#[kernel(parallel)]
fn product_of_pairs(x: &[[f64; 2]]) -> [f64; 2] {
    let mut m = [1.0, 0.0];
    for v in x {
        m = [m[0] * v[0] - m[1] * v[1], m[0] * v[1] + m[1] * v[0]];
    }
    m
}

fn main() {}
