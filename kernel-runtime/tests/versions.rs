//! The CUDA version beside the others, on the software device: the same bits, and the same failures
//! as errors.
#![allow(missing_docs)]

mod support;

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use std::sync::Once;
use support::{on_threads, panic_of, value, values};

/// Chooses the software device; every test does this first.
fn software() {
    static CHOSEN: Once = Once::new();
    // SAFETY: before the first call of a kernel, and while every other test of this program waits
    // here or has been here.
    CHOSEN.call_once(|| unsafe { std::env::set_var("KERNEL_CUDA_DEVICE", "software") });
}

const SIZES: [usize; 11] = [0, 1, 2, 63, 64, 65, 127, 128, 129, 1000, 16385];

#[kernel(parallel, cuda)]
fn sum2d(arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            result += arr[[i, j]];
        }
    }
    result
}

#[kernel(parallel, cuda)]
fn narrow(x: &[f32], limit: f32) -> (f32, u32, f32, bool) {
    let mut total = 1.5;
    let mut count = 3;
    let mut high = f32::NEG_INFINITY;
    let mut all = true;
    for i in 0..x.len() {
        total += x[i] * x[i];
        if x[i] > limit {
            count += 1;
        }
        high = high.max(x[i]);
        all &= x[i] < 2.0;
    }
    (total, count, high, all)
}

#[kernel(parallel, cuda)]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

#[kernel(parallel, cuda)]
fn stencil(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            if i > 0 && i + 1 < m && j > 0 && j + 1 < n {
                b[[i, j]] = a[[i - 1, j]] + a[[i + 1, j]] + a[[i, j - 1]] + a[[i, j + 1]];
            } else {
                b[[i, j]] = -a[[i, j]];
            }
        }
    }
}

/// A driver loop around regions, with a `return` in the middle of it.
#[kernel(parallel, cuda)]
fn relax(x: &mut [f64], y: &mut [f64], tolerance: f64) -> usize {
    let n = x.len();
    let mut sweeps = 0;
    loop {
        for i in 1..n - 1 {
            y[i] = (x[i - 1] + x[i + 1]) / 2.0;
        }
        let mut change = 0.0;
        for i in 1..n - 1 {
            change = f64::max(change, (y[i] - x[i]).abs());
        }
        for i in 1..n - 1 {
            x[i] = y[i];
        }
        sweeps += 1;
        if change < tolerance {
            return sweeps;
        }
    }
}

#[test]
fn sums() {
    software();
    for n in SIZES {
        let x: Vec<f32> = values(n).into_iter().map(|x| x as f32).collect();
        let parallel = narrow::parallel(&x, 0.125);
        let cuda = narrow::cuda(&x, 0.125).unwrap();
        assert_eq!(cuda.0.to_bits(), parallel.0.to_bits(), "N = {n}");
        assert_eq!(cuda, parallel, "N = {n}");
    }
    for (m, n) in [(0, 4), (1, 1), (3, 43), (64, 65), (129, 127)] {
        let plain = Array2::from_shape_fn((2 * m, 3 * n), |(i, j)| value(i * n + 5 * j));
        for view in [plain.view(), plain.t(), plain.slice(s![..;-2, ..;3])] {
            let parallel = on_threads(3, || sum2d::parallel(view));
            let cuda = sum2d::cuda(view).unwrap();
            assert_eq!(cuda.to_bits(), parallel.to_bits(), "{m} x {n}");
        }
    }
}

#[test]
fn maps() {
    software();
    for n in SIZES {
        let x = values(n);
        let (mut serial, mut cuda) = (x.clone(), x.clone());
        axpy::serial(-3.5, &x, &mut serial);
        axpy::cuda(-3.5, &x, &mut cuda).unwrap();
        assert_eq!(cuda, serial);
    }
    for (m, n) in [(1, 1), (3, 5), (33, 65)] {
        let wide = Array2::from_shape_fn((m * 2, n * 3), |(i, j)| value(i * n + 7 * j));
        let a = wide.slice(s![..;-2, ..;3]);
        let (mut serial, mut cuda) = (Array2::zeros((m, n)), Array2::zeros((n, m)));
        stencil::serial(a, serial.view_mut());
        stencil::cuda(a, cuda.view_mut().reversed_axes()).unwrap();
        assert_eq!(cuda.t(), serial);
    }
}

#[test]
fn a_driver_around_regions() {
    software();
    let start: Vec<f64> = (0..40).map(|k| (k % 7) as f64).collect();
    let (mut x, mut y) = (start.clone(), start.clone());
    let sweeps = relax::serial(&mut x, &mut y, 0.25);
    let (mut other_x, mut other_y) = (start.clone(), start);
    assert_eq!(
        relax::cuda(&mut other_x, &mut other_y, 0.25).unwrap(),
        sweeps
    );
    assert_eq!((other_x, other_y), (x, y));
}

#[kernel(parallel, cuda)]
fn gather(x: &[i32], at: &[usize], by: &[i32], out: &mut [i32]) {
    for i in 0..at.len() {
        out[i] = x[at[i]] / by[i];
    }
}

#[test]
fn failures_are_errors() {
    software();
    const N: usize = 3000;
    let x = vec![7; 10];
    let check = |at: &[usize], by: &[i32], len: usize, part: &str| {
        let expected = panic_of(|| gather::serial(&x, at, by, &mut vec![0; len]));
        assert!(expected.contains(part), "{expected}");
        let error = gather::cuda(&x, at, by, &mut vec![0; len]).unwrap_err();
        let Error::Panic {
            kernel,
            message,
            location,
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!(kernel, "gather");
        assert_eq!(format!("{location}: {message}"), expected);
    };
    let (at, by) = (vec![3; N], vec![1; N]);
    let (mut wrong_at, mut wrong_by) = (at.clone(), by.clone());
    wrong_at[2000] = 11;
    wrong_at[2500] = 12;
    wrong_by[1999] = 0;
    check(&wrong_at, &by, N, "the len is 10 but the index is 11");
    check(&wrong_at, &wrong_by, N, "attempt to divide by zero");
    // The guard fails: the loop as written runs on the host.
    check(&at, &by, 700, "the len is 700 but the index is 700");
    let mut out = vec![0; N];
    gather::cuda(&x, &at, &by, &mut out).unwrap();
    assert_eq!(out, [7; N]);
}

#[test]
fn a_plain_call_may_be_sent_to_the_device() {
    software();
    let array = Array2::from_shape_fn((100, 130), |(i, j)| value(i * 130 + j));
    let here = with_backend(Backend::Thread, || sum2d(array.view()));
    let there = with_backend(Backend::Cuda, || sum2d(array.view()));
    assert_eq!(here.to_bits(), there.to_bits());
}
