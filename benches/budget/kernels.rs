//! Fifty small kernels, a mix of what people write: what their code and their compilation cost
//! is measured by `run` beside this file, with and without the attribute.

use kernel_runtime::prelude::*;
use ndarray::{ArrayView1, ArrayView2, ArrayView3, ArrayViewMut1, ArrayViewMut2, ArrayViewMut3};

// Maps over slices.

#[kernel(parallel, cuda)]
pub fn scale(a: f64, x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] *= a;
    }
}

#[kernel(parallel, cuda)]
pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

#[kernel(parallel, cuda)]
pub fn triad(a: &mut [f64], b: &[f64], c: &[f64], q: f64) {
    for i in 0..a.len() {
        a[i] = b[i] + q * c[i];
    }
}

#[kernel(parallel, cuda)]
pub fn add(x: &[f64], y: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        out[i] = x[i] + y[i];
    }
}

#[kernel(parallel, cuda)]
pub fn subtract(x: &[i64], y: &[i64], out: &mut [i64]) {
    for i in 0..out.len() {
        out[i] = x[i] - y[i];
    }
}

#[kernel(parallel, cuda)]
pub fn divide(x: &[f32], y: &[f32], out: &mut [f32]) {
    for i in 0..out.len() {
        out[i] = x[i] / y[i];
    }
}

#[kernel(parallel, cuda)]
pub fn fill(value: f64, out: &mut [f64]) {
    for i in 0..out.len() {
        out[i] = value;
    }
}

#[kernel(parallel, cuda)]
pub fn iota(start: i32, out: &mut [i32]) {
    for i in 0..out.len() {
        out[i] = start + i as i32;
    }
}

#[kernel(parallel, cuda)]
pub fn root(x: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        out[i] = x[i].sqrt();
    }
}

#[kernel(parallel, cuda)]
pub fn magnitude(re: &[f32], im: &[f32], out: &mut [f32]) {
    for i in 0..out.len() {
        let square = re[i] * re[i] + im[i] * im[i];
        out[i] = square.sqrt();
    }
}

#[kernel(parallel, cuda)]
pub fn clip(low: f64, high: f64, x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] = x[i].max(low).min(high);
    }
}

#[kernel(parallel, cuda)]
pub fn rectify(x: &[f32], out: &mut [f32]) {
    for i in 0..out.len() {
        out[i] = if x[i] > 0.0 { x[i] } else { 0.0 };
    }
}

#[kernel(parallel, cuda)]
pub fn leaky(slope: f32, x: &mut [f32]) {
    for i in 0..x.len() {
        if x[i] < 0.0 {
            x[i] *= slope;
        }
    }
}

#[kernel(parallel, cuda)]
pub fn step(x: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        if x[i] < 0.0 {
            out[i] = -1.0;
        } else if x[i] > 0.0 {
            out[i] = 1.0;
        } else {
            out[i] = 0.0;
        }
    }
}

#[kernel(parallel, cuda)]
pub fn polynomial(x: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        let t = x[i];
        out[i] = ((0.25 * t - 1.5) * t + 2.0) * t - 0.125;
    }
}

#[kernel(parallel, cuda)]
pub fn widen(x: &[f32], out: &mut [f64]) {
    for i in 0..out.len() {
        out[i] = x[i] as f64;
    }
}

#[kernel(parallel, cuda)]
pub fn narrow(x: &[f64], out: &mut [i32]) {
    for i in 0..out.len() {
        out[i] = x[i] as i32;
    }
}

#[kernel(parallel, cuda)]
pub fn gray(r: &[f32], g: &[f32], b: &[f32], out: &mut [f32]) {
    for i in 0..out.len() {
        out[i] = 0.299 * r[i] + 0.587 * g[i] + 0.114 * b[i];
    }
}

#[kernel(parallel, cuda)]
pub fn blend(t: f32, x: &[f32], y: &[f32], out: &mut [f32]) {
    for i in 0..out.len() {
        out[i] = (1.0 - t) * x[i] + t * y[i];
    }
}

#[kernel(parallel, cuda)]
pub fn norms(x: &[f64], y: &[f64], z: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        let sum = x[i] * x[i] + y[i] * y[i] + z[i] * z[i];
        out[i] = sum.sqrt();
    }
}

// Stencils over slices.

#[kernel(parallel, cuda)]
pub fn difference(x: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        out[i] = x[i + 1] - x[i];
    }
}

#[kernel(parallel, cuda)]
pub fn three_points(x: &[f64], out: &mut [f64]) {
    for i in 1..x.len() - 1 {
        out[i] = 0.25 * x[i - 1] + 0.5 * x[i] + 0.25 * x[i + 1];
    }
}

#[kernel(parallel, cuda)]
pub fn moving_mean(x: &[f32], width: usize, out: &mut [f32]) {
    for i in 0..out.len() {
        let mut sum = 0.0;
        for k in 0..width {
            sum += x[i + k];
        }
        out[i] = sum / width as f32;
    }
}

#[kernel(parallel, cuda)]
pub fn convolve(x: &[f64], taps: &[f64], out: &mut [f64]) {
    for i in 0..out.len() {
        let mut sum = 0.0;
        for k in 0..taps.len() {
            sum += x[i + k] * taps[k];
        }
        out[i] = sum;
    }
}

#[kernel(parallel, cuda)]
pub fn flat_transpose(rows: usize, columns: usize, x: &[f64], out: &mut [f64]) {
    for i in 0..rows {
        for j in 0..columns {
            out[i * columns + j] = x[j * rows + i];
        }
    }
}

// Sums, products, minima and maxima over slices.

#[kernel(parallel, cuda)]
pub fn sum(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i];
    }
    s
}

#[kernel(parallel, cuda)]
pub fn sum_f32(x: &[f32]) -> f32 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i];
    }
    s
}

#[kernel(parallel, cuda)]
pub fn sum_i64(x: &[i64]) -> i64 {
    let mut s = 0;
    for i in 0..x.len() {
        s += x[i];
    }
    s
}

#[kernel(parallel, cuda)]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * y[i];
    }
    s
}

#[kernel(parallel, cuda)]
pub fn dot_f32(x: &[f32], y: &[f32]) -> f32 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * y[i];
    }
    s
}

#[kernel(parallel, cuda)]
pub fn squares(x: &[f64], mean: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        let d = x[i] - mean;
        s += d * d;
    }
    s
}

#[kernel(parallel, cuda)]
pub fn distance(x: &[f64], y: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += (x[i] - y[i]).abs();
    }
    s
}

#[kernel(parallel, cuda)]
pub fn product(x: &[f64]) -> f64 {
    let mut p = 1.0;
    for i in 0..x.len() {
        p *= x[i];
    }
    p
}

#[kernel(parallel, cuda)]
pub fn largest(x: &[f64]) -> f64 {
    let mut m = f64::NEG_INFINITY;
    for i in 0..x.len() {
        m = m.max(x[i]);
    }
    m
}

#[kernel(parallel, cuda)]
pub fn smallest(x: &[i32]) -> i32 {
    let mut m = i32::MAX;
    for i in 0..x.len() {
        if x[i] < m {
            m = x[i];
        }
    }
    m
}

#[kernel(parallel, cuda)]
pub fn range(x: &[f32]) -> f32 {
    let mut low = f32::INFINITY;
    let mut high = f32::NEG_INFINITY;
    for i in 0..x.len() {
        low = low.min(x[i]);
        high = high.max(x[i]);
    }
    high - low
}

#[kernel(parallel, cuda)]
pub fn above(x: &[f64], limit: f64) -> u64 {
    let mut count = 0u64;
    for i in 0..x.len() {
        if x[i] > limit {
            count += 1;
        }
    }
    count
}

#[kernel(parallel, cuda)]
pub fn moments(x: &[f64]) -> (f64, f64) {
    let mut first = 0.0;
    let mut second = 0.0;
    for i in 0..x.len() {
        first += x[i];
        second += x[i] * x[i];
    }
    (first, second)
}

// Matrices and more.

#[kernel(parallel, cuda)]
pub fn sum2d(arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut s = 0.0;
    for i in 0..m {
        for j in 0..n {
            s += arr[[i, j]];
        }
    }
    s
}

#[kernel(parallel, cuda)]
pub fn largest2d(arr: ArrayView2<'_, f32>) -> f32 {
    let (m, n) = arr.dim();
    let mut high = f32::NEG_INFINITY;
    for i in 0..m {
        for j in 0..n {
            high = high.max(arr[[i, j]]);
        }
    }
    high
}

#[kernel(parallel, cuda)]
pub fn copy2d(x: ArrayView2<'_, f64>, mut out: ArrayViewMut2<'_, f64>) {
    let (m, n) = out.dim();
    for i in 0..m {
        for j in 0..n {
            out[[i, j]] = x[[i, j]];
        }
    }
}

#[kernel(parallel, cuda)]
pub fn transpose(x: ArrayView2<'_, f64>, mut out: ArrayViewMut2<'_, f64>) {
    let (m, n) = x.dim();
    for i in 0..m {
        for j in 0..n {
            out[[j, i]] = x[[i, j]];
        }
    }
}

#[kernel(parallel, cuda)]
pub fn outer(x: ArrayView1<'_, f64>, y: ArrayView1<'_, f64>, mut out: ArrayViewMut2<'_, f64>) {
    let (m, n) = out.dim();
    for i in 0..m {
        for j in 0..n {
            out[[i, j]] = x[i] * y[j];
        }
    }
}

#[kernel(parallel, cuda)]
pub fn gemv(a: ArrayView2<'_, f64>, x: ArrayView1<'_, f64>, mut y: ArrayViewMut1<'_, f64>) {
    let (m, n) = a.dim();
    for i in 0..m {
        let mut s = 0.0;
        for j in 0..n {
            s += a[[i, j]] * x[j];
        }
        y[i] = s;
    }
}

#[kernel(parallel, cuda)]
pub fn matmul(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, mut c: ArrayViewMut2<'_, f64>) {
    let (m, n) = c.dim();
    let (_, depth) = a.dim();
    for i in 0..m {
        for j in 0..n {
            let mut s = 0.0;
            for k in 0..depth {
                s += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = s;
        }
    }
}

#[kernel(parallel, cuda)]
pub fn five_points(old: ArrayView2<'_, f64>, mut new: ArrayViewMut2<'_, f64>) {
    let (m, n) = old.dim();
    for i in 1..m - 1 {
        for j in 1..n - 1 {
            let sides = old[[i, j - 1]] + old[[i, j + 1]];
            let ends = old[[i - 1, j]] + old[[i + 1, j]];
            new[[i, j]] = 0.25 * (sides + ends);
        }
    }
}

#[kernel(parallel, cuda)]
pub fn residual(old: ArrayView2<'_, f64>, new: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = old.dim();
    let mut worst: f64 = 0.0;
    for i in 0..m {
        for j in 0..n {
            worst = worst.max((new[[i, j]] - old[[i, j]]).abs());
        }
    }
    worst
}

#[kernel(parallel, cuda)]
pub fn shift_rows(mean: ArrayView1<'_, f32>, mut x: ArrayViewMut2<'_, f32>) {
    let (m, n) = x.dim();
    for i in 0..m {
        for j in 0..n {
            x[[i, j]] -= mean[i];
        }
    }
}

#[kernel(parallel, cuda)]
pub fn sum3d(arr: ArrayView3<'_, f64>) -> f64 {
    let (l, m, n) = arr.dim();
    let mut s = 0.0;
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                s += arr[[i, j, k]];
            }
        }
    }
    s
}

#[kernel(parallel, cuda)]
pub fn scale3d(a: f64, x: ArrayView3<'_, f64>, mut out: ArrayViewMut3<'_, f64>) {
    let (l, m, n) = out.dim();
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                out[[i, j, k]] = a * x[[i, j, k]];
            }
        }
    }
}
