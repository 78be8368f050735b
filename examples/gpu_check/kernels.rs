//! The kernels that are checked and timed. Sums are short: they are computed so many `times`, in regions of
//! their own, so that one's time is not that of the first after a pause.

pub use crate::pricing::black_scholes;
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut2};

/// What the others are measured against.
#[kernel(parallel, cuda)]
pub fn copy(x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] = x[i];
    }
}

#[kernel(parallel, cuda)]
pub fn sum_f32(times: usize, x: &[f32]) -> f32 {
    let mut total = 0.0;
    for _ in 0..times {
        total = 0.0;
        for i in 0..x.len() {
            total += x[i];
        }
    }
    total
}

#[kernel(parallel, cuda)]
pub fn sum_f64(times: usize, x: &[f64]) -> f64 {
    let mut total = 0.0;
    for _ in 0..times {
        total = 0.0;
        for i in 0..x.len() {
            total += x[i];
        }
    }
    total
}

#[kernel(parallel, cuda)]
pub fn dot(times: usize, x: &[f32], y: &[f32]) -> f32 {
    let mut total = 0.0;
    for _ in 0..times {
        total = 0.0;
        for i in 0..x.len() {
            total += x[i] * y[i];
        }
    }
    total
}

#[kernel(parallel, cuda)]
pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

/// The mean of each inner point's four neighbours.
#[kernel(parallel, cuda)]
pub fn stencil(x: ArrayView2<'_, f32>, mut y: ArrayViewMut2<'_, f32>) {
    let (rows, columns) = x.dim();
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let sides = x[[i, j - 1]] + x[[i, j + 1]];
            y[[i, j]] = 0.25 * (sides + x[[i - 1, j]] + x[[i + 1, j]]);
        }
    }
}

#[kernel(parallel, cuda)]
pub fn transpose(x: ArrayView2<'_, f32>, mut y: ArrayViewMut2<'_, f32>) {
    let (rows, columns) = x.dim();
    for i in 0..rows {
        for j in 0..columns {
            y[[j, i]] = x[[i, j]];
        }
    }
}

#[kernel(parallel, cuda)]
pub fn row_sums(x: ArrayView2<'_, f32>, y: &mut [f32]) {
    let (rows, columns) = x.dim();
    for i in 0..rows {
        let mut total = 0.0;
        for j in 0..columns {
            total += x[[i, j]];
        }
        y[i] = total;
    }
}

#[kernel(parallel, cuda)]
pub fn product(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, mut c: ArrayViewMut2<'_, f32>) {
    let (rows, inner) = a.dim();
    for i in 0..rows {
        for j in 0..b.ncols() {
            let mut total = 0.0;
            for k in 0..inner {
                total += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = total;
        }
    }
}

/// Accelerations of bodies of one mass, each at `(x, y, z)`.
#[kernel(parallel, cuda)]
pub fn n_body(at: ArrayView2<'_, f32>, mut force: ArrayViewMut2<'_, f32>) {
    for i in 0..at.nrows() {
        let (mut fx, mut fy, mut fz) = (0.0, 0.0, 0.0);
        for j in 0..at.nrows() {
            let dx = at[[j, 0]] - at[[i, 0]];
            let dy = at[[j, 1]] - at[[i, 1]];
            let dz = at[[j, 2]] - at[[i, 2]];
            let square = dx * dx + dy * dy + dz * dz + 0.01;
            let pull = 1.0 / (square * square.sqrt());
            fx += dx * pull;
            fy += dy * pull;
            fz += dz * pull;
        }
        force[[i, 0]] = fx;
        force[[i, 1]] = fy;
        force[[i, 2]] = fz;
    }
}

/// Steps until a point of the plane leaves the circle of radius two.
#[kernel(parallel, cuda)]
pub fn mandelbrot(most: u32, mut steps: ArrayViewMut2<'_, u32>) {
    let (rows, columns) = steps.dim();
    for i in 0..rows {
        for j in 0..columns {
            let re = 3.0 * j as f64 / columns as f64 - 2.25;
            let im = 2.5 * i as f64 / rows as f64 - 1.25;
            let (mut x, mut y) = (0.0, 0.0);
            let mut count = 0;
            while count < most && x * x + y * y <= 4.0 {
                let next = x * x - y * y + re;
                y = 2.0 * x * y + im;
                x = next;
                count += 1;
            }
            steps[[i, j]] = count;
        }
    }
}

/// Multiply-adds of each of the eight chains in [`multiply_add`].
pub const ROUNDS: usize = 256;

/// Eight chains of fused multiply-adds for each element: what arithmetic is measured against.
#[kernel(parallel, cuda)]
pub fn multiply_add(a: f32, b: f32, y: &mut [f32]) {
    for i in 0..y.len() {
        let x = y[i];
        let (mut s, mut t, mut u, mut v) = (x, x + 1.0, x + 2.0, x + 3.0);
        let (mut p, mut q, mut r, mut w) = (x + 4.0, x + 5.0, x + 6.0, x + 7.0);
        for _ in 0..ROUNDS {
            s = s.mul_add(a, b);
            t = t.mul_add(a, b);
            u = u.mul_add(a, b);
            v = v.mul_add(a, b);
            p = p.mul_add(a, b);
            q = q.mul_add(a, b);
            r = r.mul_add(a, b);
            w = w.mul_add(a, b);
        }
        y[i] = (s + t + u + v) + (p + q + r + w);
    }
}
