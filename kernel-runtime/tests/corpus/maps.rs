//! One element per iteration, or several: branches, views, gathers, scatters.

use crate::inputs::{FEW, SIZES, doubles, numbers, plane, shuffled, singles, words};
use kernel_runtime::prelude::*;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, s};

#[kernel(parallel, cuda)]
fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

#[kernel(parallel, cuda)]
fn clamp(x: &[f32], y: &mut [f32], low: f32, high: f32) {
    for i in 0..x.len() {
        let v = x[i];
        y[i] = if v < low {
            low
        } else if v > high {
            high
        } else {
            v
        };
    }
}

#[kernel(parallel, cuda)]
fn gather(x: &[f64], at: &[usize], y: &mut [f64]) {
    for i in 0..at.len() {
        y[i] = x[at[i]];
    }
}

#[kernel(parallel, cuda, unsafe(independent(y)))]
fn permute(x: &[f64], at: &[usize], y: &mut [f64]) {
    for i in 0..at.len() {
        y[at[i]] = x[i];
    }
}

#[kernel(parallel, cuda)]
fn both_branches(x: &[i32], even: &mut [i32], odd: &mut [i32]) {
    for i in 0..x.len() {
        if x[i] % 2 == 0 {
            even[i] = x[i];
        } else {
            even[i] = -x[i];
        }
        if x[i] > 0 {
            odd[i] = x[i] + 1;
        }
    }
}

#[kernel(parallel, cuda)]
fn doubled(x: &[u32], y: &mut [u64]) {
    for i in 0..x.len() {
        y[2 * i] = x[i] as u64;
        y[2 * i + 1] = (x[i] as u64) << 32;
    }
}

#[test]
fn every_length() {
    for n in SIZES {
        let (x, at) = (singles(n), shuffled(n));
        check!(saxpy[y = x.clone()](-2.5, &x, &mut y));
        check!(clamp[y = x.clone()](&x, &mut y, -0.25, 0.125));
        let (x, words, numbers) = (doubles(n), words(n), numbers(n));
        check!(gather[y = vec![0.0; n]](&x, &at, &mut y));
        check!(permute[y = vec![0.0; n]](&x, &at, &mut y));
        check!(both_branches[p = vec![7; n], q = vec![7; n]](&numbers, &mut p, &mut q));
        check!(doubled[y = vec![0; 2 * n]](&words, &mut y));
    }
}

#[kernel(parallel, cuda)]
fn scaled(x: ArrayView1<f64>, mut y: ArrayViewMut1<f64>, by: f64) {
    for i in 0..x.len() {
        y[i] = by * x[i] - y[i];
    }
}

#[kernel(parallel, cuda)]
fn transpose(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            b[[j, i]] = a[[i, j]];
        }
    }
}

#[kernel(parallel, cuda)]
fn owned(a: &Array2<f32>, b: &mut Array2<f32>, c: &Array1<f32>) {
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            b[(i, j)] = a[[i, j]] * c[j];
        }
    }
}

#[test]
fn views_of_every_stride() {
    for n in FEW {
        let (x, y) = (Array1::from(doubles(3 * n)), Array1::from(doubles(2 * n)));
        check!(scaled[y = y.clone()](
            x.slice(s![..;3]),
            y.slice_mut(s![..;-2]),
            1.5
        ));
    }
    for (m, n) in [(0, 3), (1, 1), (5, 1), (7, 9), (33, 65), (40, 129)] {
        let a = plane(2 * m, 3 * n);
        let part = a.slice(s![..;-2, ..;3]);
        check!(transpose[b = Array2::zeros((n, m))](part, b.view_mut()));
        check!(transpose[b = Array2::zeros((m, n))](
            part,
            b.view_mut().reversed_axes()
        ));
        let back = a.slice(s![..;-1, ..;-1]);
        check!(transpose[b = Array2::zeros((3 * n, 2 * m))](
            back,
            b.slice_mut(s![..;-1, ..])
        ));
        let (a, c) = (part.mapv(|v| v as f32), Array1::from(singles(n)));
        check!(owned[b = a.clone()](&a, &mut b, &c));
    }
}

#[kernel(parallel, cuda)]
fn rows(x: &[f32], y: &mut [f32], m: usize, n: usize) {
    for i in 0..m {
        for j in 0..n {
            y[i * n + j] = 2.0 * x[i * n + j];
        }
    }
}

#[kernel(parallel, cuda)]
fn invert(x: &[u8], y: &mut [u8], n: usize) {
    for i in 0..n {
        for c in 0..3 {
            y[4 * i + c] = 255 - x[4 * i + c];
        }
        y[4 * i + 3] = x[4 * i + 3];
    }
}

#[kernel(parallel, cuda)]
fn pitched(x: &[i32], y: &mut [i32], m: usize, n: usize, stride: usize) {
    for i in 0..m {
        for j in 0..n {
            y[i * stride + j] = x[i * n + j] + 1;
        }
    }
}

/// Rows that overlap: the loop has an order after all, and is run in it.
#[kernel(parallel, cuda)]
fn overlapping(y: &mut [i32], m: usize, n: usize, stride: usize) {
    for i in 0..m {
        for j in 0..n {
            y[i * stride + j] = (10 * i + j) as i32;
        }
    }
}

#[test]
fn flat_indices() {
    for (m, n) in [(0, 5), (1, 1), (5, 0), (3, 129), (100, 20)] {
        let x = singles(m * n);
        check!(rows[y = vec![0.0; m * n]](&x, &mut y, m, n));
        let x: Vec<u8> = words(4 * m).iter().map(|v| *v as u8).collect();
        check!(invert[y = vec![0; 4 * m]](&x, &mut y, m));
        let x = numbers(m * n);
        check!(pitched[y = vec![0; m * (n + 3)]](&x, &mut y, m, n, n + 3));
        check!(overlapping[y = vec![0; m * n + n]](&mut y, m, n, n / 2));
        check!(overlapping[y = vec![0; m * n + n]](&mut y, m, n, 0));
    }
}

#[kernel(parallel, cuda)]
fn private(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let mut t = [0.0; 4];
        for c in 0..4 {
            t[c] = x[i] * c as f64;
        }
        let h;
        let mut k = i;
        k /= 2;
        if k % 3 == 0 {
            h = 0.5;
        } else {
            h = -0.5;
        }
        let (a, b) = (t[1] + t[2], t[3]);
        y[i] = a - b + t[i % 4] * h + k as f64;
    }
}

/// Two loops that write one array, by rows and then by columns.
#[kernel(parallel, cuda)]
fn rows_then_columns(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            b[[i, j]] = a[[i, j]] + 1.0;
        }
    }
    for j in 0..n {
        for i in 0..m {
            b[[i, j]] *= a[[i, j]];
        }
    }
}

/// The second loop sees all of the first.
#[kernel(parallel, cuda)]
fn in_order(a: &[f64], c: &mut [f64], d: &mut [f64]) {
    let n = a.len();
    for i in 0..n {
        c[i] = 2.0 * a[i];
    }
    for i in 6..n {
        d[i] = c[i - 1] + c[5] + c[n - 1];
    }
}

#[test]
fn several_loops_and_private_variables() {
    for n in FEW {
        let x = doubles(n);
        check!(private[y = vec![0.0; n]](&x, &mut y));
        check!(in_order[c = vec![0.0; n], d = vec![0.0; n]](&x, &mut c, &mut d));
        let a = plane(n / 9, 9);
        check!(rows_then_columns[b = a.clone()](a.view(), b.view_mut()));
    }
}
