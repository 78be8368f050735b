//! Names from outside: constants, statics, modules, std's.

use crate::inputs::{FEW, doubles};
use kernel_runtime::prelude::*;
use std::f64::consts;

const SCALE: f64 = 2.5;
static OFFSET: i64 = 3;
const WEIGHTS: [f64; 3] = [0.25, 0.5, 0.25];

mod settings {
    pub const RADIUS: usize = 4;
    pub const ROUNDS: usize = 3;
    pub static LIMIT: f32 = 0.25;
}

#[kernel(parallel, cuda)]
fn scaled(x: &[f64], out: &mut [f64]) {
    let offset: i64 = OFFSET;
    for i in 0..x.len() {
        let mut t = x[i] * SCALE + offset as f64 * consts::PI + f64::EPSILON;
        for _ in 0..settings::ROUNDS {
            t *= 0.75;
        }
        out[i] = t;
    }
}

#[kernel(parallel, cuda)]
fn smoothed(x: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        let mut s = 0.0;
        for k in 0..2 * settings::RADIUS + 1 {
            s += x[i + k];
        }
        out[i] = s / (2 * settings::RADIUS + 1) as f64;
    }
}

#[kernel(parallel, cuda)]
fn clipped(x: &mut [f32]) -> u32 {
    const HALF: f32 = 0.5;
    let limit: f32 = settings::LIMIT;
    let mut count = 0;
    for i in 0..x.len() {
        if x[i] > limit {
            x[i] = limit * HALF + f32::MIN_POSITIVE;
            count += 1;
        }
    }
    count
}

#[kernel(parallel, cuda)]
fn weighted(x: &[f64], out: &mut [f64]) {
    let w: [f64; 3] = WEIGHTS;
    for i in 1..x.len() - 1 {
        out[i] = w[0] * x[i - 1] + w[1] * x[i] + w[2] * x[i + 1];
    }
}

#[test]
fn names_from_outside() {
    for n in FEW {
        let x = doubles(n);
        check!(scaled[out = x.clone()](&x, &mut out));
        let wide = doubles(n + 2 * settings::RADIUS);
        check!(smoothed[out = x.clone()](&wide, &mut out));
        check!(clipped[x = x.iter().map(|v| *v as f32).collect::<Vec<_>>()](&mut x));
        check!(weighted[out = wide.clone()](&wide, &mut out));
    }
}
