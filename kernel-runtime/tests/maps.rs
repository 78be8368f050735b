//! Maps and driver code: every version equal to serial.
#![allow(missing_docs)]

mod support;

use kernel_runtime::prelude::*;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, ArrayViewMut2, s};
use support::{SIZES, THREADS, on_threads, value, values};

#[kernel(parallel)]
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

#[kernel(parallel)]
fn transpose(a: ArrayView2<f32>, mut b: ArrayViewMut2<f32>) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            b[[j, i]] = a[[i, j]];
        }
    }
}

#[kernel(parallel)]
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

#[kernel(parallel)]
fn collatz(from: i64, mut steps: ArrayViewMut1<u32>) {
    for i in 0..steps.len() {
        let mut x = from + i as i64;
        let mut count = 0;
        while x > 1 {
            if x % 2 == 0 {
                x /= 2;
                count += 1;
                continue;
            }
            x = 3 * x + 1;
            count += 1;
            if count > 500 {
                break;
            }
        }
        steps[i] = count;
    }
}

/// Jacobi sweeps: a driver loop around two regions, one of them a reduction.
#[kernel(parallel)]
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
fn axpy_equals_serial() {
    for n in SIZES {
        let x = values(n);
        for threads in THREADS {
            let (mut one, mut other, mut plain) = (x.clone(), x.clone(), x.clone());
            axpy::serial(2.5, &x, &mut plain);
            on_threads(threads, || {
                axpy::parallel(2.5, &x, &mut one);
                axpy(2.5, &x, &mut other);
            });
            assert_eq!(one, plain);
            assert_eq!(other, plain);
        }
    }
}

#[test]
fn two_dimensions_with_odd_strides() {
    for (m, n) in [(0, 4), (1, 1), (3, 5), (64, 65), (129, 127)] {
        let wide = Array2::from_shape_fn((m * 2, n * 3), |(i, j)| value(i * n + 7 * j));
        let a = wide.slice(s![..;-2, ..;3]);
        let narrow = a.mapv(|x| x as f32);
        for threads in THREADS {
            let (mut turned, mut around) = (Array2::zeros((n, m)), Array2::zeros((m, n)));
            on_threads(threads, || {
                transpose::parallel(narrow.view(), turned.view_mut());
                stencil::parallel(a, around.view_mut());
            });
            assert_eq!(turned, narrow.t());
            let mut serial = Array2::zeros((m, n));
            stencil::serial(a, serial.view_mut());
            assert_eq!(around, serial);
        }
    }
}

#[test]
fn loops_inside_an_iteration() {
    for n in [0, 1, 1000] {
        let (mut one, mut other) = (Array1::zeros(n), Array1::zeros(n));
        collatz::serial(-3, one.view_mut());
        on_threads(3, || collatz::parallel(-3, other.view_mut()));
        assert_eq!(one, other);
    }
}

#[test]
fn a_driver_around_regions() {
    let start: Vec<f64> = (0..500).map(|k| (k % 7) as f64).collect();
    let run = |relax: fn(&mut [f64], &mut [f64], f64) -> usize| {
        let (mut x, mut y) = (start.clone(), start.clone());
        let sweeps = relax(&mut x, &mut y, 1e-2);
        (sweeps, x)
    };
    let serial = run(relax::serial);
    assert!(serial.0 > 10);
    assert_eq!(run(relax::parallel), serial);
    assert_eq!(run(relax), serial);
}

#[kernel(parallel)]
fn marks(lo: i32, hi: i32, step: usize, out: &mut [i32]) {
    for i in lo..hi {
        out[(i - lo) as usize] += i;
    }
    for i in (lo..=hi).rev() {
        out[(i - lo) as usize] += 3 * i;
    }
    for i in (lo..hi).step_by(step) {
        out[(i - lo) as usize] += 100;
    }
    for i in prange(lo..hi).rev().step_by(3) {
        out[(i - lo) as usize] += 1000;
    }
}

#[test]
fn ranges_of_every_kind() {
    for (lo, hi) in [(0, 0), (5, 5), (5, 2), (-7, 9), (3, 300)] {
        for step in [1, 2, 7, 1000] {
            let mut serial = vec![0; 400];
            let mut parallel = serial.clone();
            marks::serial(lo, hi, step, &mut serial);
            marks::parallel(lo, hi, step, &mut parallel);
            assert_eq!(parallel, serial, "{lo}..{hi} by {step}");
        }
    }
}

#[test]
fn bytes_count_to_the_end() {
    #[kernel(parallel)]
    fn bytes(out: &mut [u8]) {
        for i in 0..=255u8 {
            out[i as usize] = i.wrapping_mul(3);
        }
    }
    let (mut serial, mut parallel) = ([0; 256], [0; 256]);
    bytes::serial(&mut serial);
    bytes::parallel(&mut parallel);
    assert_eq!(serial, parallel);
}

#[test]
fn backends_agree_and_are_scoped() {
    let x = values(5000);
    let run = || {
        let mut y = x.clone();
        axpy(0.5, &x, &mut y);
        y
    };
    let expected = run();
    for backend in [
        Backend::Serial,
        Backend::Thread,
        Backend::Parallel,
        Backend::Cuda,
    ] {
        assert_eq!(with_backend(backend, run), expected);
    }
}
