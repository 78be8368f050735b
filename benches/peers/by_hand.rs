//! The loops in rayon, as someone who knows it would write them.
#![allow(clippy::needless_range_loop)]

use kernel_examples::data::u;
use rayon::prelude::*;

/// Elements that one task takes where the work is light.
const TASK: usize = 1 << 14;

pub fn sum2d(a: &[f64], columns: usize) -> f64 {
    a.par_chunks(columns)
        .map(|row| row.iter().sum::<f64>())
        .sum()
}

pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    let tasks = y.par_chunks_mut(TASK).zip(x.par_chunks(TASK));
    tasks.for_each(|(y, x)| y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x));
}

pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let tasks = x.par_chunks(TASK).zip(y.par_chunks(TASK));
    tasks
        .map(|(x, y)| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>())
        .sum()
}

/// Sum, least and its first place, greatest and its first place, how many exceed a half.
pub type Statistics = (i64, (i64, usize), (i64, usize), usize);

pub fn statistics(x: &[f64]) -> Statistics {
    let start = || (0, (i64::MAX, usize::MAX), (i64::MIN, usize::MAX), 0);
    let step = |(sum, low, high, above): Statistics, (i, &x): (usize, &f64)| {
        let value = (1000.0 * x).floor() as i64;
        (
            sum + value,
            if value < low.0 { (value, i) } else { low },
            if value > high.0 { (value, i) } else { high },
            above + usize::from(x > 0.5),
        )
    };
    let join = |a: Statistics, b: Statistics| {
        let low = if b.1.0 < a.1.0 { b.1 } else { a.1 };
        let high = if b.2.0 > a.2.0 { b.2 } else { a.2 };
        (a.0 + b.0, low, high, a.3 + b.3)
    };
    x.par_iter()
        .enumerate()
        .with_min_len(TASK)
        .fold(start, step)
        .reduce(start, join)
}

pub fn histogram(x: &[f64], w: &[f64], count: &mut [i64], weight: &mut [f64]) {
    let empty = || (vec![0i64; 1000], vec![0.0; 1000]);
    let (counts, weights) = x
        .par_chunks(1 << 16)
        .zip(w.par_chunks(1 << 16))
        .fold(empty, |(mut counts, mut weights), (x, w)| {
            for (x, w) in x.iter().zip(w) {
                let bin = (1000.0 * x) as usize;
                counts[bin] += 1;
                weights[bin] += w;
            }
            (counts, weights)
        })
        .reduce(empty, |mut left, right| {
            left.0.iter_mut().zip(right.0).for_each(|(a, b)| *a += b);
            left.1.iter_mut().zip(right.1).for_each(|(a, b)| *a += b);
            left
        });
    count.copy_from_slice(&counts);
    weight.copy_from_slice(&weights);
}

/// `c = alpha a b + beta c`; `a` has `depth` columns, `b` and `c` have `columns`.
pub fn gemm(
    alpha: f64,
    (a, depth): (&[f64], usize),
    b: &[f64],
    beta: f64,
    (c, columns): (&mut [f64], usize),
) {
    let rows = c.par_chunks_mut(columns).zip(a.par_chunks(depth));
    rows.for_each(|(c, a)| {
        c.iter_mut().for_each(|c| *c *= beta);
        for (a, b) in a.iter().zip(b.chunks(columns)) {
            let factor = alpha * a;
            c.iter_mut().zip(b).for_each(|(c, b)| *c += factor * b);
        }
    });
}

pub fn sparse(start: &[usize], column: &[usize], value: &[f64], x: &[f64], y: &mut [f64]) {
    let rows = y.par_iter_mut().zip(start.par_windows(2));
    rows.with_min_len(256).for_each(|(y, ends)| {
        let entries = ends[0]..ends[1];
        let terms = value[entries.clone()].iter().zip(&column[entries]);
        *y = terms.map(|(value, &at)| value * x[at]).sum();
    });
}

pub fn laplace(old: &[f64], new: &mut [f64], columns: usize) -> f64 {
    let rows = old.len() / columns;
    let inner = new.par_chunks_mut(columns).enumerate();
    let inner = inner.skip(1).take(rows - 2);
    let changes = inner.map(|(i, new)| {
        let row = |i: usize| &old[i * columns..(i + 1) * columns];
        let (above, at, below) = (row(i - 1), row(i), row(i + 1));
        let mut change = 0.0f64;
        for j in 1..columns - 1 {
            let mean = 0.25 * ((at[j - 1] + at[j + 1]) + (above[j] + below[j]));
            new[j] = mean;
            change = change.max((mean - at[j]).abs());
        }
        change
    });
    changes.reduce(|| 0.0, f64::max)
}

pub fn fdtd(steps: usize, columns: usize, ex: &mut [f64], ey: &mut [f64], hz: &mut [f64]) {
    let rows = hz.len() / columns;
    for t in 0..steps {
        ey[..columns].fill(t as f64);
        let magnetic = &*hz;
        let lower = ey.par_chunks_mut(columns).zip(magnetic.par_chunks(columns));
        let pairs = lower.skip(1).zip(magnetic.par_chunks(columns));
        pairs.for_each(|((ey, hz), above)| {
            for ((ey, hz), above) in ey.iter_mut().zip(hz).zip(above) {
                *ey -= 0.5 * (hz - above);
            }
        });
        let pairs = ex.par_chunks_mut(columns).zip(magnetic.par_chunks(columns));
        pairs.for_each(|(ex, hz)| {
            for (ex, hz) in ex[1..].iter_mut().zip(hz.windows(2)) {
                *ex -= 0.5 * (hz[1] - hz[0]);
            }
        });
        let electric = &*ey;
        let inner = hz.par_chunks_mut(columns).zip(ex.par_chunks(columns));
        let inner = inner.enumerate().take(rows - 1);
        inner.for_each(|(i, (hz, ex))| {
            let two = &electric[i * columns..(i + 2) * columns];
            let (at, below) = two.split_at(columns);
            for j in 0..columns - 1 {
                hz[j] -= 0.7 * (ex[j + 1] - ex[j] + below[j] - at[j]);
            }
        });
    }
}

pub fn mandelbrot(limit: i32, steps: &mut [i32], width: usize) {
    let height = steps.len() / width;
    let rows = steps.par_chunks_mut(width).enumerate();
    rows.for_each(|(y, row)| {
        let cy = -1.25 + 2.5 * y as f64 / height as f64;
        for (x, steps) in row.iter_mut().enumerate() {
            let cx = -2.0 + 2.5 * x as f64 / width as f64;
            let (mut zx, mut zy, mut n) = (0.0, 0.0, 0);
            while n < limit && zx * zx + zy * zy <= 4.0 {
                (zx, zy) = (zx * zx - zy * zy + cx, 2.0 * zx * zy + cy);
                n += 1;
            }
            *steps = n;
        }
    });
}

/// The cumulative normal distribution, by Abramowitz and Stegun's formula 26.2.17.
fn normal(x: f64) -> f64 {
    let k = 1.0 / (1.0 + 0.2316419 * x.abs());
    let inner = -0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429));
    let tail = 0.3989422804014327 * (-0.5 * x * x).exp() * (k * (0.31938153 + k * inner));
    if x > 0.0 { 1.0 - tail } else { tail }
}

pub fn black_scholes([s, x, t]: [&[f64]; 3], call: &mut [f64], put: &mut [f64]) {
    const RATE: f64 = 0.02;
    const VOLATILITY: f64 = 0.3;
    let inputs = s.par_iter().zip(x).zip(t);
    let all = call.par_iter_mut().zip(put).zip(inputs).with_min_len(1024);
    all.for_each(|((call, put), ((&s, &x), &t))| {
        let root = t.sqrt();
        let drift = (RATE + 0.5 * VOLATILITY * VOLATILITY) * t;
        let d1 = ((s / x).ln() + drift) / (VOLATILITY * root);
        let d2 = d1 - VOLATILITY * root;
        let discount = (-RATE * t).exp();
        let (inside, outside) = (normal(d1), normal(d2));
        *call = s * inside - x * discount * outside;
        *put = x * discount * (1.0 - outside) - s * (1.0 - inside);
    });
}

pub fn gravity(place: &[f64], weight: &[f64], pull: &mut [f64]) {
    let bodies = pull.par_chunks_exact_mut(2).zip(place.par_chunks_exact(2));
    bodies.for_each(|(pull, at)| {
        let (mut ax, mut ay) = (0.0, 0.0);
        for (other, weight) in place.chunks_exact(2).zip(weight) {
            let (dx, dy) = (other[0] - at[0], other[1] - at[1]);
            let square = dx * dx + dy * dy + 1e-2;
            let factor = weight / (square * square.sqrt());
            ax += factor * dx;
            ay += factor * dy;
        }
        pull.copy_from_slice(&[ax, ay]);
    });
}

pub fn circle(seed: u64, n: u64) -> u64 {
    let points = (0..n).into_par_iter();
    let inside = points.map(|i| {
        let (x, y) = (u(seed, 2 * i), u(seed, 2 * i + 1));
        u64::from(x * x + y * y < 1.0)
    });
    inside.sum()
}

pub fn life(old: &[u8], new: &mut [u8], columns: usize) {
    let rows = old.len() / columns;
    let row = |i: usize| &old[i * columns..(i + 1) * columns];
    new.par_chunks_mut(columns)
        .enumerate()
        .for_each(|(i, new)| {
            let (up, at, down) = (row((i + rows - 1) % rows), row(i), row((i + 1) % rows));
            let next = |left: usize, j: usize, right: usize| {
                let ends = up[left] + up[j] + up[right] + down[left] + down[j] + down[right];
                let sum = ends + at[left] + at[right];
                u8::from(sum == 3) | (u8::from(sum == 2) & at[j])
            };
            for j in 1..columns - 1 {
                new[j] = next(j - 1, j, j + 1);
            }
            new[0] = next(columns - 1, 0, 1);
            new[columns - 1] = next(columns - 2, columns - 1, 0);
        });
}

/// Counts and sums of the points nearest to each centre; `dim` coordinates a point.
pub fn cluster(points: &[f64], centres: &[f64], dim: usize, count: &mut [i64], sum: &mut [f64]) {
    let empty = || (vec![0i64; count.len()], vec![0.0; sum.len()]);
    let near = |(mut count, mut sum): (Vec<i64>, Vec<f64>), point: &[f64]| {
        let distance = |centre: &[f64]| {
            let along = centre.iter().zip(point).map(|(c, p)| (p - c) * (p - c));
            along.sum::<f64>()
        };
        let mut nearest = (f64::INFINITY, 0);
        for (c, centre) in centres.chunks_exact(dim).enumerate() {
            let distance = distance(centre);
            if distance < nearest.0 {
                nearest = (distance, c);
            }
        }
        let at = nearest.1;
        count[at] += 1;
        let sums = sum[at * dim..(at + 1) * dim].iter_mut();
        sums.zip(point).for_each(|(sum, x)| *sum += x);
        (count, sum)
    };
    let all = points.par_chunks_exact(dim).with_min_len(4096);
    let (counts, sums) = all.fold(empty, near).reduce(empty, |mut left, right| {
        left.0.iter_mut().zip(right.0).for_each(|(a, b)| *a += b);
        left.1.iter_mut().zip(right.1).for_each(|(a, b)| *a += b);
        left
    });
    count.copy_from_slice(&counts);
    sum.copy_from_slice(&sums);
}
