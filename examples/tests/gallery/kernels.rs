//! Loops that people write, as kernels.

pub use crate::pricing::black_scholes;
use kernel_examples::data;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

/// `y = a x + y`.
#[kernel(parallel, cuda)]
pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

/// The dot product.
#[kernel(parallel, cuda)]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += x[i] * y[i];
    }
    sum
}

/// Of `floor(1000 x)` the sum, the least and the greatest and their first places, and how many `x`
/// exceed a half.
#[kernel(parallel, cuda)]
pub fn statistics(x: &[f64]) -> (i64, (i64, usize), (i64, usize), u32) {
    let mut sum = 0i64;
    let (mut low, mut low_at) = (i64::MAX, 0);
    let (mut high, mut high_at) = (i64::MIN, 0);
    let mut above = 0u32;
    for i in 0..x.len() {
        let value = (1000.0 * x[i]).floor() as i64;
        sum += value;
        if value < low {
            low = value;
            low_at = i;
        }
        if value > high {
            high = value;
            high_at = i;
        }
        if x[i] > 0.5 {
            above += 1;
        }
    }
    (sum, (low, low_at), (high, high_at), above)
}

/// How many `x` fall into each of equal parts of `0..1`, and the sum of their weights.
#[kernel(parallel, cuda)]
pub fn histogram(x: &[f64], weight: &[f64], count: &mut [i64], sum: &mut [f64]) {
    let bins = count.len() as f64;
    for i in 0..x.len() {
        let bin = (bins * x[i]).floor() as usize;
        count[bin] += 1;
        sum[bin] += weight[i];
    }
}

/// Lloyd's algorithm: points go to the nearest centre, centres to the mean of their points.
#[kernel(parallel, cuda)]
pub fn k_means(
    points: ArrayView2<'_, f64>,
    mut centres: ArrayViewMut2<'_, f64>,
    count: &mut [i64],
    rounds: usize,
) {
    let (n, dims) = points.dim();
    let k = centres.nrows();
    for _ in 0..rounds {
        let mut sum = Array2::<f64>::zeros((k, dims));
        for c in 0..k {
            count[c] = 0;
        }
        for i in 0..n {
            let mut best = f64::INFINITY;
            let mut nearest = 0;
            for c in 0..k {
                let mut distance = 0.0;
                for d in 0..dims {
                    let difference = points[[i, d]] - centres[[c, d]];
                    distance += difference * difference;
                }
                if distance < best {
                    best = distance;
                    nearest = c;
                }
            }
            count[nearest] += 1;
            for d in 0..dims {
                sum[[nearest, d]] += points[[i, d]];
            }
        }
        for c in 0..k {
            for d in 0..dims {
                centres[[c, d]] = sum[[c, d]] / count[c] as f64;
            }
        }
    }
}

/// `c = alpha a b + beta c`.
#[kernel(parallel, cuda)]
pub fn gemm(
    alpha: f64,
    a: ArrayView2<'_, f64>,
    b: ArrayView2<'_, f64>,
    beta: f64,
    mut c: ArrayViewMut2<'_, f64>,
) {
    let (rows, columns) = c.dim();
    let depth = a.ncols();
    for i in 0..rows {
        for j in 0..columns {
            let mut sum = 0.0;
            for k in 0..depth {
                sum += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = alpha * sum + beta * c[[i, j]];
        }
    }
}

/// A sparse matrix in rows times a vector: row `r` has the entries `start[r]..start[r + 1]`.
#[kernel(parallel, cuda)]
pub fn sparse(start: &[usize], column: &[usize], value: &[f64], x: &[f64], y: &mut [f64]) {
    for r in 0..y.len() {
        let mut sum = 0.0;
        for k in start[r]..start[r + 1] {
            sum += value[k] * x[column[k]];
        }
        y[r] = sum;
    }
}

/// One sweep of Laplace's equation; the largest change.
#[kernel(parallel, cuda)]
pub fn laplace(old: ArrayView2<'_, f64>, mut new: ArrayViewMut2<'_, f64>) -> f64 {
    let (rows, columns) = old.dim();
    let mut change: f64 = 0.0;
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let sides = old[[i, j - 1]] + old[[i, j + 1]];
            let ends = old[[i - 1, j]] + old[[i + 1, j]];
            let mean = 0.25 * (sides + ends);
            new[[i, j]] = mean;
            change = change.max((mean - old[[i, j]]).abs());
        }
    }
    change
}

/// Steps of electric and magnetic fields in two dimensions: the time loop is driver code, each
/// step has four regions.
#[kernel(parallel, cuda)]
pub fn fdtd(
    steps: usize,
    mut ex: ArrayViewMut2<'_, f64>,
    mut ey: ArrayViewMut2<'_, f64>,
    mut hz: ArrayViewMut2<'_, f64>,
) {
    let (rows, columns) = hz.dim();
    for t in 0..steps {
        for j in 0..columns {
            ey[[0, j]] = t as f64;
        }
        for i in 1..rows {
            for j in 0..columns {
                ey[[i, j]] -= 0.5 * (hz[[i, j]] - hz[[i - 1, j]]);
            }
        }
        for i in 0..rows {
            for j in 1..columns {
                ex[[i, j]] -= 0.5 * (hz[[i, j]] - hz[[i, j - 1]]);
            }
        }
        for i in 0..rows - 1 {
            for j in 0..columns - 1 {
                let along = ex[[i, j + 1]] - ex[[i, j]];
                let across = ey[[i + 1, j]] - ey[[i, j]];
                hz[[i, j]] -= 0.7 * (along + across);
            }
        }
    }
}

/// Steps until each point leaves the disc of radius two.
#[kernel(parallel, cuda)]
pub fn mandelbrot(limit: i32, mut steps: ArrayViewMut2<'_, i32>) {
    let (height, width) = steps.dim();
    for y in 0..height {
        for x in 0..width {
            let cx = -2.0 + 2.5 * x as f64 / width as f64;
            let cy = -1.25 + 2.5 * y as f64 / height as f64;
            let mut zx = 0.0;
            let mut zy = 0.0;
            let mut n = 0;
            while n < limit && zx * zx + zy * zy <= 4.0 {
                let next = zx * zx - zy * zy + cx;
                zy = 2.0 * zx * zy + cy;
                zx = next;
                n += 1;
            }
            steps[[y, x]] = n;
        }
    }
}

/// Accelerations of bodies at rows of `place`, softened.
#[kernel(parallel, cuda)]
pub fn gravity(place: ArrayView2<'_, f64>, weight: &[f64], mut pull: ArrayViewMut2<'_, f64>) {
    let n = weight.len();
    for i in 0..n {
        let mut ax = 0.0;
        let mut ay = 0.0;
        for j in 0..n {
            let dx = place[[j, 0]] - place[[i, 0]];
            let dy = place[[j, 1]] - place[[i, 1]];
            let square = dx * dx + dy * dy + 1e-2;
            let factor = weight[j] / (square * square.sqrt());
            ax += factor * dx;
            ay += factor * dy;
        }
        pull[[i, 0]] = ax;
        pull[[i, 1]] = ay;
    }
}

/// How many of `n` random points of the unit square lie in the unit circle; the points are made in
/// the loop.
#[kernel(parallel, cuda)]
pub fn circle(seed: u64, n: u64) -> u64 {
    let mut inside = 0u64;
    for i in 0..n {
        let mut square = 0.0;
        for half in 0..2u64 {
            let coordinate = data::u(seed, 2 * i + half);
            square += coordinate * coordinate;
        }
        if square < 1.0 {
            inside += 1;
        }
    }
    inside
}

/// One step of the game of life on a torus.
#[kernel(parallel, cuda)]
pub fn life(old: ArrayView2<'_, u8>, mut new: ArrayViewMut2<'_, u8>) {
    let (rows, columns) = old.dim();
    for i in 0..rows {
        for j in 0..columns {
            let mut neighbours = 0u8;
            for di in 0..3 {
                for dj in 0..3 {
                    if di != 1 || dj != 1 {
                        let row = (i + rows + di - 1) % rows;
                        let column = (j + columns + dj - 1) % columns;
                        neighbours += old[[row, column]];
                    }
                }
            }
            let survives = neighbours == 2 && old[[i, j]] == 1;
            new[[i, j]] = if neighbours == 3 || survives { 1 } else { 0 };
        }
    }
}
