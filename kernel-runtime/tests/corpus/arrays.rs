//! Fixed arrays: slices of them, parameters, tables of the driver, locals of an iteration.

use crate::inputs::{FEW, doubles, numbers};
use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn norms(p: &[[f64; 3]], out: &mut [f64]) {
    for i in 0..p.len() {
        let mut s = 0.0;
        for c in 0..3 {
            s += p[i][c] * p[i][c];
        }
        out[i] = s.sqrt();
    }
}

#[kernel(parallel, cuda)]
fn cross(a: &[[f32; 3]], b: &[[f32; 3]], out: &mut [[f32; 3]]) {
    for i in 0..out.len() {
        out[i][0] = a[i][1] * b[i][2] - a[i][2] * b[i][1];
        out[i][1] = a[i][2] * b[i][0] - a[i][0] * b[i][2];
        out[i][2] = a[i][0] * b[i][1] - a[i][1] * b[i][0];
    }
}

#[kernel(parallel, cuda)]
fn blur(x: &[f64], y: &mut [f64], k: &[f64; 3]) {
    let w = [0.25, 0.5, 0.25];
    for i in 1..x.len() - 1 {
        let mut s = 0.0;
        for d in 0..3 {
            s += w[d] * x[i + d - 1] * k[d];
        }
        y[i] = s;
    }
}

const CHANNELS: usize = 3;

#[kernel(parallel, cuda)]
fn graded(x: &mut [[f32; 3]], gain: &[f32; CHANNELS], mut bias: [f32; CHANNELS]) {
    bias[0] += 0.5;
    for i in 0..x.len() {
        for c in 0..CHANNELS {
            x[i][c] = (x[i][c] * gain[c] + bias[c]).clamp(0.0, 1.0);
        }
    }
}

#[kernel(parallel, cuda)]
fn median(x: &[i32], y: &mut [i32]) {
    for i in 2..x.len() - 2 {
        let mut v = [x[i - 2], x[i - 1], x[i], x[i + 1], x[i + 2]];
        for a in 0..4 {
            for b in 0..4 - a {
                if v[b] > v[b + 1] {
                    let t = v[b];
                    v[b] = v[b + 1];
                    v[b + 1] = t;
                }
            }
        }
        y[i] = v[2];
    }
}

#[kernel(parallel, cuda)]
fn advance(position: &mut [[f64; 2]], velocity: &mut [[f64; 2]], dt: f64) -> f64 {
    let gravity = [0.0, -9.81];
    let mut energy = 0.0;
    for i in 0..position.len() {
        for c in 0..2 {
            velocity[i][c] += gravity[c] * dt;
            position[i][c] += velocity[i][c] * dt;
        }
        if position[i][1] < 0.0 {
            position[i][1] = -position[i][1];
            velocity[i][1] *= -0.5;
        }
        energy += 0.5 * (velocity[i][0] * velocity[i][0] + velocity[i][1] * velocity[i][1]);
    }
    energy
}

#[kernel(parallel, cuda)]
fn digits(x: &[i32], out: &mut [[u8; 4]]) {
    for i in 0..x.len() {
        let mut bins = [0_u8; 10];
        let mut v = x[i].unsigned_abs();
        while v > 0 {
            bins[(v % 10) as usize] += 1;
            v /= 10;
        }
        for c in 0..4 {
            out[i][c] = bins[2 * c] + bins[(i + c) % 10];
        }
    }
}

/// Lists of the driver's: behind references, of bytes, and of fixed arrays.
#[kernel(parallel, cuda)]
fn lists(x: &[u8], out: &mut [u8], sums: &mut [f64]) {
    let hex = b"0123456789abcdef";
    let weights = &[0.5, 0.25];
    let turns = [[1.0, 2.0], [3.0, 4.0]];
    let mut rows = vec![[0.0; 2]; x.len()];
    for i in 0..x.len() {
        out[2 * i] = hex[(x[i] >> 4) as usize];
        out[2 * i + 1] = hex[(x[i] & 15) as usize];
        rows[i][1] = turns[i % 2][0] * weights[1];
    }
    for turn in 0..2 {
        for i in 0..x.len() {
            sums[i] += rows[i][turn] + rows[0][1];
        }
        rows[0][1] += weights[turn];
    }
}

#[test]
fn fixed_arrays() {
    for n in FEW {
        let p: Vec<[f64; 3]> = doubles(n).iter().map(|v| [*v, 1.0 - v, 0.5]).collect();
        check!(norms[out = vec![0.0; n]](&p, &mut out));
        let q: Vec<[f32; 3]> = p.iter().map(|v| v.map(|c| c as f32)).collect();
        let r: Vec<[f32; 3]> = p.iter().map(|v| v.map(|c| 3.0 - c as f32)).collect();
        check!(cross[out = q.clone()](&q, &r, &mut out));
        check!(graded[x = q.clone()](
            &mut x,
            &[1.0, 0.5, 2.0],
            [0.25, -0.5, 0.0]
        ));
        let x = doubles(n + 2);
        check!(blur[y = x.clone()](&x, &mut y, &[1.0, 2.0, 3.0]));
        let x = numbers(n + 4);
        check!(median[y = x.clone()](&x, &mut y));
        check!(digits[out = vec![[0; 4]; n]](&x[..n], &mut out));
        let x: Vec<u8> = (0..=n).map(|i| (i * 37 % 256) as u8).collect();
        check!(lists[out = vec![0; 2 * n + 2], sums = vec![1.0; n + 1]](
            &x, &mut out, &mut sums
        ));
        let p: Vec<[f64; 2]> = p.iter().map(|v| [v[0], v[1]]).collect();
        close!(advance[p = p.clone(), v = p.clone()](&mut p, &mut v, 0.125));
    }
}

/// What elements are, only the function's result says.
#[kernel(parallel, cuda)]
fn pairs_of_neighbours(x: &[u8]) -> ([[u64; 3]; 3], [f32; 2]) {
    let mut counts = [[0; 3]; 3];
    let mut sums = [0.0; 2];
    for w in x.windows(2) {
        counts[(w[0] % 3) as usize][(w[1] % 3) as usize] += 1;
        sums[(w[0] / 128) as usize] += 0.25;
    }
    (counts, sums)
}

#[test]
fn arrays_of_the_results_types() {
    for n in [0, 1, 2, 70, 3000] {
        let x: Vec<u8> = doubles(n)
            .iter()
            .map(|v| (v * 999.0) as i32 as u8)
            .collect();
        check!(pairs_of_neighbours(&x));
    }
}
