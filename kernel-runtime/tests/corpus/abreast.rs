//! Iterations that go along elements of their own, a few at a time: what each does at its end, what may
//! fail there, and what they leave over.

use crate::inputs::{doubles, plane, space};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayView3, ArrayViewMut2, s};

/// Rows of any strides, of floats and of what no vector adds up along a row.
#[kernel(parallel, cuda)]
fn rows(a: ArrayView2<f64>, w: &[f64], y: &mut [f64], hash: &mut [u64]) {
    for i in 0..a.nrows() {
        let (mut sum, mut most, mut h) = (0.0, f64::NEG_INFINITY, 17u64);
        for j in 0..a.ncols() {
            sum += a[[i, j]] * w[j];
            if a[[i, j]] > most {
                most = a[[i, j]];
            }
            h = (h ^ a[[i, j]].to_bits()).wrapping_mul(0x100_0000_01b3);
        }
        y[i] = sum - most;
        hash[i] = h;
    }
}

/// A product with the second matrix transposed, whose rows lie along the iterations.
#[kernel(parallel, cuda)]
fn by_rows(a: ArrayView2<f64>, b: ArrayView2<f64>, mut c: ArrayViewMut2<f64>) {
    for i in 0..a.nrows() {
        for j in 0..b.nrows() {
            let mut sum = 0.0;
            for k in (0..a.ncols()).rev().step_by(2) {
                sum = sum * 0.5 + a[[i, k]] * b[[j, k]];
            }
            c[[i, j]] = sum;
        }
    }
}

/// Loops that LLVM unrolls, and calls of what they find.
#[kernel(parallel, cuda)]
fn fields(p: ArrayView2<f64>, q: ArrayView2<f64>, w: &[f64], y: &mut [f64]) {
    for i in 0..p.nrows() {
        let (mut sum, mut most) = (0.0, [0.0; 3]);
        for j in 0..q.nrows() {
            let (mut square, mut length) = (0.0, 0.0);
            for k in 0..3 {
                let d = p[[i, k]] - q[[j, k]];
                square += d * d;
                most[k] += d.abs();
            }
            let near = (-0.5 * square).exp();
            for k in 0..2 {
                length += q[[j, k]] * near;
            }
            sum += w[j] * near - (length + 4.0).ln() * most[1];
        }
        y[i] = sum + most[0] - most[2];
    }
}

/// Elements that are written on the way, and rows that LLVM goes along by itself.
#[kernel(parallel, cuda)]
fn running(a: ArrayView2<f64>, mut sums: ArrayViewMut2<f64>) {
    for i in 0..a.nrows() {
        let mut sum = 0.0;
        for j in 0..a.ncols() {
            sum += a[[i, j]];
            sums[[i, j]] = sum;
            sum -= 0.25 * sums[[i, j]];
        }
        for j in 0..a.ncols() {
            sums[[i, j]] /= 1.0 + sum * sum;
        }
    }
}

/// Elements that a loop in a trip goes on with, which may make no trip.
#[kernel(parallel, cuda)]
fn chained(a: ArrayView2<f64>, w: &[f64], mut z: ArrayViewMut2<f64>, y: &mut [f64]) {
    for i in 0..a.nrows() {
        let mut sum = 1.0;
        for j in 0..a.ncols() {
            z[[i, j]] = sum;
            for k in 0..w.len() {
                sum += z[[i, j]];
                z[[i, j]] = sum * w[k];
            }
            sum = 0.5 * sum - z[[i, j]] + a[[i, j]];
        }
        y[i] = sum;
    }
}

/// Lanes of the canonical order that the last statements combine into.
#[kernel(parallel, cuda)]
fn lengths(a: ArrayView2<f64>, limit: f64) -> (f64, u32, f64) {
    let (mut total, mut long, mut least) = (0.0, 0, f64::INFINITY);
    for i in 0..a.nrows() {
        let mut square = 0.0;
        for j in 0..a.ncols() {
            square += a[[i, j]] * a[[i, j]];
        }
        if square == limit {
            continue;
        }
        total += square.sqrt();
        least = least.min(square);
        if square > limit {
            long += 1;
        }
    }
    (total, long, least)
}

/// Elements that several iterations combine into, in groups, with a loop of its own at the end.
#[kernel(parallel, cuda)]
fn clusters(
    points: ArrayView2<f64>,
    centres: ArrayView2<f64>,
    count: &mut [i64],
    mut sums: ArrayViewMut2<f64>,
) {
    for i in 0..points.nrows() {
        let (mut best, mut nearest) = (f64::INFINITY, 0);
        for c in 0..centres.nrows() {
            let mut distance = 0.0;
            for d in 0..points.ncols() {
                let along = points[[i, d]] - centres[[c, d]];
                distance += along * along;
            }
            if distance < best {
                best = distance;
                nearest = c;
            }
        }
        count[nearest] += 1;
        for d in 0..points.ncols() {
            sums[[nearest, d]] += points[[i, d]];
        }
    }
}

/// What may fail at the end of an iteration: the first that does decides.
#[kernel(parallel, cuda)]
fn picked(a: ArrayView2<f64>, x: &[f64], y: &mut [f64]) {
    for i in 0..a.nrows() {
        let mut sum = 0.0;
        for j in 0..a.ncols() {
            sum += a[[i, j]];
        }
        let place = sum as usize;
        y[i] = sum;
        y[i] += x[place];
    }
}

/// Functions of a row's elements, and a loop in a loop.
#[kernel(parallel, cuda)]
fn energies(a: ArrayView3<f64>, w: &[f64], mut y: ArrayViewMut2<f64>) {
    let (l, m, n) = a.dim();
    for i in 0..l {
        for j in 0..m {
            let mut sum = w[0];
            for k in 0..n {
                let mut part = 0.0;
                for d in 0..w.len() {
                    part = part * w[d] + (a[[i, j, k]] - w[d]).abs().sqrt();
                }
                sum += (-part).exp();
            }
            y[[i, j]] = sum;
        }
    }
}

/// Elements whose values take vectors before they are stored, one far from the other: what a trip reads of
/// them, and of their neighbours.
#[kernel(parallel, cuda)]
fn softmax(
    a: ArrayView2<f64>,
    scale: &[f32],
    mut y: ArrayViewMut2<f64>,
    mut z: ArrayViewMut2<f32>,
) {
    for i in 0..a.nrows() {
        let mut most = f64::NEG_INFINITY;
        for j in 0..a.ncols() {
            most = most.max(a[[i, j]]);
        }
        let (mut sum, mut single) = (0.0, 0.0f32);
        for j in 0..a.ncols() {
            let at = j;
            y[[i, at]] = (a[[i, j]] - most).exp();
            sum += y[[i, at]];
            y[[i, j]] += 0.5 * y[[i, 0]];
            z[[i, j]] -= y[[i, j]] as f32 * scale[j];
            if sum > 2.0 {
                single += z[[i, j]] / 3.0;
            }
            y[[i, j]] *= 1.0 + z[[i, j]] as f64 + y[[i, 0]];
            sum -= 0.125 * y[[i, j]];
        }
        for j in 0..a.ncols() {
            y[[i, j]] /= sum + single as f64;
        }
    }
}

/// Fixed arrays that pass from trip to trip, and loops over them.
#[kernel(parallel, cuda)]
fn forces(points: &[[f64; 3]], force: &mut [[f64; 3]]) {
    for i in 0..points.len() {
        let mut sum = [0.25; 3];
        for j in 0..points.len() {
            let (mut along, mut square) = ([0.0; 3], 0.01);
            for k in 0..3 {
                along[k] = points[j][k] - points[i][k];
                square += along[k] * along[2 - k];
            }
            let weight = 1.0 / (square.abs() + 0.5);
            for k in 0..3 {
                sum[k] += weight * along[k];
            }
        }
        force[i] = sum;
    }
}

/// Arrays of arrays, tuples with arrays, and an array of which the places are computed.
#[kernel(parallel, cuda)]
fn powers(a: ArrayView2<f32>, bins: &mut [[u32; 4]], y: &mut [f32]) {
    for i in 0..a.nrows() {
        let mut m = [[1.0f32, 0.5], [0.25, 1.0]];
        let (mut pair, mut last) = ((0.0f32, 1i32), [0u32; 4]);
        for j in 0..a.ncols() {
            let old = m;
            for r in 0..2 {
                for c in 0..2 {
                    m[r][c] = old[r][0] * a[[i, j]] + old[r][1] * old[c][1 - r];
                }
            }
            pair.0 += m[0][1] - m[1][0];
            pair.1 ^= j as i32;
            last[(a[[i, j]].abs() * 8.0) as usize % 4] += 1;
        }
        bins[i] = last;
        y[i] = m[0][0] + m[1][1] + pair.0 * pair.1 as f32;
    }
}

const ROWS: [usize; 8] = [0, 1, 7, 8, 9, 63, 72, 700];

#[test]
fn rows_of_every_number_and_length() {
    for (m, n) in ROWS.into_iter().flat_map(|m| [0, 1, 5].map(|n| (m, n))) {
        let (a, w) = (plane(m, 2 * n), doubles(n));
        for a in [a.slice(s![.., ..n]), a.slice(s![..;-1, ..;2])] {
            check!(rows[y = vec![0.0; m], h = vec![0; m]](a, &w, &mut y, &mut h));
            check!(running[sums = Array2::zeros((m, n))](a, sums.view_mut()));
        }
        let across = plane(n, m);
        check!(rows[y = vec![0.0; m], h = vec![0; m]](across.t(), &w, &mut y, &mut h));
    }
    for (m, k, n) in [(1, 3, 8), (3, 4, 19), (2, 0, 9), (4, 5, 7)] {
        let (a, b) = (plane(m, k), plane(n, k));
        check!(by_rows[c = plane(m, n)](a.view(), b.view(), c.view_mut()));
    }
    for (l, m, n) in [(2, 17, 3), (1, 8, 1), (3, 5, 2)] {
        let a = space(l, m, n);
        close!(energies[y = plane(l, m)](
            a.view(),
            &[0.5, 0.25, 2.0],
            y.view_mut()
        ));
    }
}

#[test]
fn loops_that_are_unrolled_beside_calls() {
    for (m, n) in ROWS.into_iter().flat_map(|m| [0, 1, 5].map(|n| (m, n))) {
        let (p, q) = (plane(m, 6), plane(n, 3));
        for p in [p.slice(s![.., ..3]), p.slice(s![..;-1, ..;2])] {
            close!(fields[y = vec![0.0; m]](p, q.view(), &doubles(n), &mut y));
        }
    }
}

#[test]
fn elements_on_the_way_and_fixed_arrays() {
    for (m, n) in ROWS.into_iter().flat_map(|m| [0, 1, 5].map(|n| (m, n))) {
        let a = plane(m, 2 * n);
        let scale: Vec<f32> = doubles(n).iter().map(|x| *x as f32).collect();
        for a in [a.slice(s![.., ..n]), a.slice(s![..;-1, ..;2])] {
            close!(softmax[y = Array2::zeros((m, n)), z = Array2::ones((m, n))](
                a,
                &scale,
                y.view_mut(),
                z.view_mut()
            ));
            let a = a.mapv(|x| x as f32);
            check!(powers[bins = vec![[0; 4]; m], y = vec![0.0; m]](a.view(), &mut bins, &mut y));
        }
    }
    for m in ROWS {
        let x = doubles(3 * m);
        let points: Vec<[f64; 3]> = x.chunks_exact(3).map(|x| [x[0], x[1], x[2]]).collect();
        check!(forces[f = vec![[0.0; 3]; m]](&points, &mut f));
    }
}

#[test]
fn elements_that_a_loop_in_a_trip_goes_on_with() {
    for m in ROWS {
        let (a, w) = (plane(m, 5), doubles(3));
        for few in 0..=w.len() {
            check!(chained[z = Array2::zeros((m, 5)), y = vec![0.0; m]](
                a.view(),
                &w[..few],
                z.view_mut(),
                &mut y
            ));
        }
    }
}

#[test]
fn the_last_statements_combine() {
    for m in ROWS {
        let a = plane(m, 3);
        let limit = if m > 2 { a.row(2).dot(&a.row(2)) } else { 0.5 };
        close!(lengths(a.view(), limit));
        let centres = plane(4, 3);
        close!(clusters[count = vec![0; 4], sums = Array2::zeros((4, 3))](
            a.view(),
            centres.view(),
            &mut count,
            sums.view_mut()
        ));
    }
}

#[test]
fn the_last_statements_fail() {
    let a = Array2::from_shape_fn((40, 2), |(i, j)| (i % 20 + j) as f64);
    let x = doubles(40);
    check!(picked[y = vec![0.0; 40]](a.view(), &x, &mut y));
    for length in [0, 5, 38] {
        fails!(
            "out of bounds",
            picked[y = vec![0.0; 40]](a.view(), &x[..length], &mut y)
        );
    }
    let short = s![..13, ..];
    check!(picked[y = vec![0.0; 13]](a.slice(short), &x, &mut y));
    let centres = plane(4, 2);
    fails!(
        "out of bounds",
        clusters[count = vec![0; 1], sums = Array2::zeros((4, 2))](
            a.view(),
            centres.view(),
            &mut count,
            sums.view_mut()
        )
    );
}
