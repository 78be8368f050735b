//! What the host does around regions: time steps, swaps, returns, arrays made in the body.

use crate::inputs::{FEW, doubles, plane};
use kernel_runtime::prelude::*;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2};

#[kernel(parallel, cuda)]
fn made(x: &[f64], by: f64) -> Vec<f64> {
    let n = x.len();
    let mut out = vec![0.0; n];
    for i in 0..n {
        out[i] = x[i] * by;
    }
    out
}

#[kernel(parallel, cuda)]
fn made_in_the_plane(m: usize, n: usize) -> Array2<f64> {
    let mut out = Array2::zeros((m, n));
    for i in 0..m {
        for j in 0..n {
            out[[i, j]] = (i * n + j) as f64 * std::f64::consts::PI;
        }
    }
    out
}

#[kernel(parallel, cuda)]
fn copied(x: ArrayView2<f64>, y: &[f64]) -> (Array2<f64>, Vec<f64>) {
    let (mut a, mut b) = (x.to_owned(), y.to_vec());
    let before = b.clone();
    for i in 0..y.len() {
        b[i] += 2.0 * before[i];
    }
    for i in 0..x.nrows() {
        for j in 0..x.ncols() {
            a[[i, j]] -= b[j] * x[[i, j]];
        }
    }
    (a, b)
}

/// Until nothing changes; the arrays change places.
#[kernel(parallel, cuda)]
fn jacobi<'a>(mut a: &'a mut [f64], mut b: &'a mut [f64], tolerance: f64) -> usize {
    let n = a.len();
    let mut error = tolerance + 1.0;
    let mut sweeps = 0;
    while error > tolerance && sweeps < 100 {
        error = 0.0;
        for i in 1..n - 1 {
            b[i] = 0.5 * (a[i - 1] + a[i + 1]);
            let change = (b[i] - a[i]).abs();
            if change > error {
                error = change;
            }
        }
        b[0] = a[0];
        b[n - 1] = a[n - 1];
        std::mem::swap(&mut a, &mut b);
        sweeps += 1;
    }
    sweeps
}

#[kernel(parallel, cuda)]
fn relaxed(x: &mut [f64], tolerance: f64) -> (usize, f64) {
    let n = x.len();
    let mut y = vec![0.0; n];
    let mut sweeps = 0;
    loop {
        for i in 0..n {
            y[i] = 0.75 * x[i];
        }
        let mut change = 0.0;
        for i in 0..n {
            change = f64::max(change, (y[i] - x[i]).abs());
        }
        for i in 0..n {
            x[i] = y[i];
        }
        sweeps += 1;
        if change < tolerance {
            return (sweeps, change);
        }
    }
}

#[kernel(parallel, cuda)]
fn softmax(x: &[f32], y: &mut [f32]) -> f32 {
    if x.is_empty() {
        return -1.0;
    }
    let mut high = f32::NEG_INFINITY;
    for i in 0..x.len() {
        high = high.max(x[i]);
    }
    let mut total = 0.0;
    for i in 0..x.len() {
        y[i] = 1.0 / (1.0 + (high - x[i]));
        total += y[i];
    }
    for i in 0..x.len() {
        y[i] /= total;
    }
    total
}

#[kernel(parallel, cuda, handle = Chosen)]
fn chosen(x: &mut [i32], mode: u32) -> u32 {
    match mode {
        k @ 1..=9 => {
            for i in 0..x.len() {
                x[i] += k as i32;
            }
            k
        }
        _ => {
            if x.len() > 3 {
                for i in 0..x.len() {
                    x[i] = 0;
                }
            }
            0
        }
    }
}

/// A loop with an order, over rows without one.
#[kernel(parallel, cuda)]
fn eliminate(mut a: ArrayViewMut2<f64>, b: &mut [f64]) {
    let n = b.len();
    for k in 0..n {
        let pivot = a[[k, k]];
        for i in k + 1..n {
            let factor = a[[i, k]] / pivot;
            b[i] -= factor * b[k];
            for j in k + 1..n {
                a[[i, j]] -= factor * a[[k, j]];
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn conjugate_gradient(a: ArrayView2<f64>, b: &[f64], x: &mut [f64], rounds: usize) -> f64 {
    let n = b.len();
    let (mut r, mut p, mut ap) = (b.to_vec(), b.to_vec(), vec![0.0; n]);
    let mut rr = 0.0;
    for i in 0..n {
        rr += r[i] * r[i];
    }
    for _round in 0..rounds {
        let mut pap = 0.0;
        for i in 0..n {
            let mut s = 0.0;
            for j in 0..n {
                s += a[[i, j]] * p[j];
            }
            ap[i] = s;
            pap += s * p[i];
        }
        let alpha = rr / pap;
        let mut next = 0.0;
        for i in 0..n {
            x[i] += alpha * p[i];
            r[i] -= alpha * ap[i];
            next += r[i] * r[i];
        }
        let beta = next / rr;
        rr = next;
        for i in 0..n {
            p[i] = r[i] + beta * p[i];
        }
    }
    rr
}

/// Parts of an array under names of their own.
#[kernel(parallel, cuda)]
fn parts(a: &[f64], out: &mut [f64]) -> f64 {
    const R: usize = 2;
    let inner: &[f64] = &a[1..];
    for i in 0..out.len() {
        let mut s = 0.0;
        for k in 0..R {
            s += inner[i + k];
        }
        out[i] = s;
    }
    let total: f64 = out.iter().sum();
    out.reverse();
    for i in 0..out.len() {
        out[i] += total;
    }
    total
}

#[test]
fn arrays_made_in_the_body() {
    for n in FEW {
        check!(made(&doubles(n), 1.5));
        check!(made_in_the_plane(n, 3));
        check!(copied(plane(3, n).view(), &doubles(n)));
    }
    check!(made_in_the_plane(0, 0));
}

#[test]
fn sweeps_until_done() {
    for n in FEW {
        let x = doubles(n + 2);
        check!(jacobi[a = x.clone(), b = x.clone()](&mut a, &mut b, 0.03));
        check!(relaxed[x = x.clone()](&mut x, 0.01));
        let x: Vec<f32> = doubles(n).iter().map(|v| *v as f32).collect();
        close!(softmax[y = x.clone()](&x, &mut y));
        let x = doubles(n + 3);
        close!(parts[out = vec![0.0; n]](&x, &mut out));
    }
    assert_eq!(Chosen::serial(&mut [1], 3), chosen(&mut [1], 3));
    for mode in [0, 1, 9] {
        let mut expected = [5; 4];
        chosen(&mut expected, mode);
        let mut found = [5; 4];
        assert_eq!(Chosen::cuda(&mut found, mode).unwrap(), mode);
        assert_eq!(found, expected);
    }
}

#[test]
fn linear_algebra() {
    for n in [0, 1, 2, 40] {
        let mut a = plane(n, n) * 0.25;
        a = &a + &a.t();
        a.diag_mut().fill(n as f64);
        let b = Array1::from(doubles(n)).to_vec();
        check!(eliminate[a = a.clone(), b = b.clone()](a.view_mut(), &mut b));
        if n > 0 {
            close!(conjugate_gradient[x = vec![0.0; n]](
                a.view(),
                &b,
                &mut x,
                4
            ));
        }
    }
}

/// Arrays under other names, which change places.
#[kernel(parallel, cuda)]
fn blurred(a: &mut [f64], b: &mut [f64], times: usize) -> f64 {
    let n = a.len();
    let (mut from, mut to) = (a, b);
    for _ in 0..times {
        for i in 1..n - 1 {
            to[i] = 0.25 * from[i - 1] + 0.5 * from[i] + 0.25 * from[i + 1];
        }
        std::mem::swap(&mut from, &mut to);
    }
    from[n / 2]
}

#[kernel(parallel, cuda)]
fn spread(a: &mut Array2<f64>, b: &mut Array2<f64>, times: usize) {
    let old = a;
    let new = b;
    for _ in 0..times {
        for i in 1..old.nrows() {
            for j in 0..old.ncols() {
                new[[i, j]] = old[[i - 1, j]] + 0.5 * old[[i, j]];
            }
        }
        for i in 0..old.nrows() {
            for j in 0..old.ncols() {
                old[[i, j]] = new[[i, j]];
            }
        }
    }
}

#[test]
fn arrays_under_other_names() {
    for n in FEW {
        let x = doubles(n + 3);
        for times in [0, 1, 4] {
            check!(blurred[a = x.clone(), b = x.clone()](&mut a, &mut b, times));
            check!(spread[a = plane(n, 3), b = plane(n, 3)](&mut a, &mut b, times));
        }
    }
}
