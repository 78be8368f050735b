//! Inner loops that neighbouring iterations go through together, and borders that wrap or clamp.

use crate::inputs::{doubles, plane};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

/// Loops in loops, one with a range of its own for each row; what one part of an iteration finds,
/// the others use.
#[kernel(parallel, cuda)]
fn lower_product(a: ArrayView2<f64>, b: ArrayView2<f64>, mut c: ArrayViewMut2<f64>, deep: i32) {
    let (m, n) = c.dim();
    for i in 0..m {
        for j in 0..n {
            let (mut sum, scale) = (0.0, c[[i, j]]);
            let mut least = i32::MAX;
            for k in 0..=i {
                let term = a[[i, k]] * b[[k, j]];
                sum += term;
                for d in (0..deep).rev() {
                    if term > d as f64 {
                        least = least.min(d);
                    }
                }
                sum -= 0.25 * sum;
            }
            if least < 3 {
                sum = -sum;
            }
            c[[i, j]] = sum + scale + least as f64;
        }
    }
}

#[kernel(parallel, cuda)]
fn pairs(place: ArrayView2<f32>, w: &[f32], pull: &mut [f32], count: &mut [u8]) {
    for i in 0..place.nrows() {
        let (mut force, mut close) = (0.0, 0u8);
        for j in 0..w.len() {
            let d = place[[j, 0]] - place[[i, 0]] * place[[i, 1]];
            force += w[j] * d / (d * d + 0.5).sqrt();
            if d * d < 1.0 {
                close = close.wrapping_add(1);
            }
        }
        pull[i] = force;
        count[i] = close;
    }
}

/// Steps until a point is far away, at most `limit`, on a grid that is halved until it is fine: loops
/// that neighbours leave at different times, beside one that they go through together.
#[kernel(parallel, cuda)]
fn escape(at: ArrayView2<f64>, limit: i32, mut steps: ArrayViewMut2<i32>) {
    let (m, n) = at.dim();
    for i in 0..m {
        for j in 0..n {
            let (start, mut zx, mut zy, mut made) = (3.0 * at[[i, j]], 0.0, 0.1, 0);
            while made < limit && zx * zx + zy * zy <= 4.0 {
                let next = zx * zx - zy * zy + start;
                zy = 2.0 * zx * zy;
                zx = if next > 1.5 { 1.5 } else { next };
                made += 1;
            }
            let (mut fine, mut sum) = (1.0f32, zx as f32);
            for k in 0..3 {
                while fine * sum > k as f32 {
                    fine *= 0.5;
                }
                sum += fine;
            }
            steps[[i, j]] = made + (fine * 64.0) as i32;
        }
    }
}

/// A ring along the row, clamped across.
#[kernel(parallel, cuda)]
fn ring(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>, turn: i64) -> f64 {
    let (m, n) = a.dim();
    let mut most = 0.0f64;
    for i in 0..m {
        for j in 0..n {
            let left = (j as i64 - turn).rem_euclid(n as i64) as usize;
            let right = if j + 1 == n { 0 } else { j + 1 };
            let (up, down) = (i.saturating_sub(1), (i + 1).min(m - 1));
            let far = a[[i, (j + 2).min(n - 1)]] * a[[i, j.saturating_sub(2)]];
            let sum = a[[i, left]] + a[[i, right]] - a[[up, j]] + 0.5 * a[[down, j]];
            b[[i, j]] = sum - far;
            most = most.max(sum);
        }
    }
    most
}

#[test]
fn strips_of_every_length() {
    for (m, n) in [(0, 9), (3, 1), (2, 8), (5, 71), (9, 130)] {
        let (a, b) = (plane(m, m), plane(m, 2 * n));
        for b in [b.slice(s![.., ..n]), b.slice(s![.., ..;2])] {
            check!(lower_product[c = plane(m, n)](a.view(), b, c.view_mut(), 5));
        }
    }
    for (m, n) in [(1, 7), (3, 8), (2, 33)] {
        let at = plane(m, n);
        for limit in [0, 1, 40] {
            check!(escape[steps = Array2::zeros((m, n))](
                at.view(),
                limit,
                steps.view_mut()
            ));
        }
    }
    for n in [0, 1, 7, 64, 150] {
        let x: Vec<f32> = doubles(n).iter().map(|x| *x as f32).collect();
        let place = plane(n, 2).mapv(|x| x as f32);
        check!(pairs[p = vec![0.0; n], c = vec![0; n]](place.view(), &x, &mut p, &mut c));
    }
}

#[test]
fn borders_of_every_width() {
    for (m, n) in [(0, 3), (1, 1), (3, 2), (2, 5), (4, 140)] {
        let a = plane(m, n);
        for turn in [0, 1, -2, 3, 500] {
            check!(ring[b = Array2::zeros((m, n))](
                a.view(),
                b.view_mut(),
                turn
            ));
        }
    }
}
