//! Reductions: canonical bits from every version that is not serial, on any number of threads.
#![allow(missing_docs)]

mod support;

use kernel_runtime::__private::order::reference;
use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayView1, ArrayView2, ArrayView3, s};
use support::{SIZES, THREADS, on_threads, value, values};

#[kernel(parallel)]
fn sum(x: &[f64]) -> f64 {
    let mut total = 10.0;
    for i in 0..x.len() {
        total += x[i] / 3.0 + x[i] * x[i];
    }
    total
}

#[kernel(parallel)]
fn narrow_sum(x: &[f32]) -> f32 {
    let mut total = 10.0;
    for i in 0..x.len() {
        total += x[i];
    }
    total
}

#[kernel(parallel)]
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

#[kernel(parallel)]
fn sum3d(arr: ArrayView3<f64>) -> f64 {
    let (m, n, o) = arr.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            for k in 0..o {
                result += arr[[i, j, k]];
            }
        }
    }
    result
}

#[kernel(parallel)]
fn dot(x: ArrayView1<f64>, y: ArrayView1<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        total += x[i] * y[i];
    }
    total
}

#[kernel(parallel)]
fn many(x: &[f64], limit: f64) -> (f64, f64, f64, usize, i32) {
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    let mut product = 3.0;
    let mut above = 1;
    let mut weighted = 7i32;
    for i in 0..x.len() {
        low = low.min(x[i]);
        if x[i] > high {
            high = x[i];
        }
        product *= 1.0 + x[i] / 1024.0;
        if x[i] > limit {
            above += 1;
        }
        weighted -= (i % 100) as i32;
    }
    (low, high, product, above, weighted)
}

#[kernel(parallel)]
fn several(x: &[f64]) -> (f64, f64, f32, u32) {
    let (mut sum, mut least, mut product, mut above) = (0.5, 1.0f64, 2.0, 0u32);
    for i in 0..x.len() {
        sum += x[i];
        least = least.min(x[i]);
        product *= 1.0 + x[i] as f32 / 64.0;
        above += (x[i] > 0.0) as u32;
    }
    (sum, least, product, above)
}

#[test]
fn accumulators_of_several_kinds_go_together() {
    for n in SIZES {
        let x = values(n);
        let sum = reference(
            (n as u64, 64),
            (0.5, -0.0),
            |total, k| total + x[k as usize],
            |left, right| left + right,
        );
        let product = reference(
            (n as u64, 64),
            (2.0, 1.0),
            |total, k| total * (1.0 + x[k as usize] as f32 / 64.0),
            |left, right| left * right,
        );
        let least = x.iter().fold(1.0, |least, x| f64::min(least, *x));
        let above = x.iter().filter(|x| **x > 0.0).count();
        for threads in THREADS {
            let found = on_threads(threads, || several::parallel(&x));
            assert_eq!(found, (sum, least, product, above as u32), "N = {n}");
        }
    }
}

#[test]
fn sums_have_the_canonical_bits() {
    for n in SIZES {
        let x = values(n);
        let narrow: Vec<f32> = x.iter().map(|x| *x as f32).collect();
        let size = n as u64;
        let wide = reference(
            (size, 64),
            (10.0, -0.0),
            |total, k| total + (x[k as usize] / 3.0 + x[k as usize] * x[k as usize]),
            |left, right| left + right,
        );
        let short = reference(
            (size, 128),
            (10.0f32, -0.0),
            |total, k| total + narrow[k as usize],
            |left, right| left + right,
        );
        for threads in THREADS {
            on_threads(threads, || {
                assert_eq!(sum::parallel(&x).to_bits(), wide.to_bits(), "N = {n}");
                assert_eq!(sum(&x).to_bits(), wide.to_bits(), "N = {n}");
                assert_eq!(narrow_sum::parallel(&narrow).to_bits(), short.to_bits());
            });
        }
    }
}

/// From a program of its own, written in another language after the design's text.
const GOLDEN: [(usize, u64, u32); 12] = [
    (0, 0x4024000000000000, 0x41200000),
    (1, 0x40241b4714ea7167, 0x4121e378),
    (63, 0x402ec16f02985a80, 0x41274de9),
    (64, 0x402ecc2ea7ca348a, 0x41282bd0),
    (65, 0x402ecb4085a486ee, 0x4122ed2f),
    (127, 0x40346ad288cd7efd, 0x411e158c),
    (128, 0x403470ab5788bfde, 0x4117d15a),
    (129, 0x4034911b8167eb11, 0x411b709f),
    (1000, 0x40575490a6c3df18, 0x41202e91),
    (16385, 0x40957cca377368a4, 0x411b7d75),
    (1048576, 0x40f555f681aebf6c, 0x4127301d),
    (1052898, 0x40f56c74cdabfe9b, 0x411aef59),
];

#[test]
fn golden_bits() {
    for (n, wide, narrow) in GOLDEN {
        let x = values(n);
        let short: Vec<f32> = x.iter().map(|x| *x as f32).collect();
        for threads in [1, 3] {
            on_threads(threads, || {
                assert_eq!(sum::parallel(&x).to_bits(), wide, "f64, N = {n}");
                assert_eq!(
                    narrow_sum::parallel(&short).to_bits(),
                    narrow,
                    "f32, N = {n}"
                );
            });
        }
    }
}

#[test]
fn flattened_spaces_of_any_shape_and_stride_sum_alike() {
    let shapes = [
        (0, 3),
        (3, 0),
        (1, 1),
        (1, 64),
        (64, 1),
        (5, 63),
        (63, 5),
        (2, 65),
        (3, 128),
        (7, 129),
        (1, 16385),
        (16385, 1),
        (129, 127),
    ];
    for (m, n) in shapes {
        let expected = reference(
            ((m * n) as u64, 64),
            (0.0, -0.0),
            |total, k| total + value(k as usize),
            |left, right| left + right,
        )
        .to_bits();
        let plain = Array2::from_shape_fn((m, n), |(i, j)| value(i * n + j));
        let turned = plain.t().to_owned();
        let mut loose = Array2::zeros((m * 2, n * 3));
        let mut loose = loose.slice_mut(s![..;2, ..;-3]);
        loose.assign(&plain);
        let deep = plain.clone().into_shape_with_order((1, m, n)).unwrap();
        let flat = Array3::from_shape_fn((m, n, 1), |(i, j, _)| value(i * n + j));
        for threads in THREADS {
            on_threads(threads, || {
                let same = |sum: f64| assert_eq!(sum.to_bits(), expected, "{m} x {n}");
                same(sum2d::parallel(plain.view()));
                same(sum2d::parallel(turned.t()));
                same(sum2d::parallel(loose.view()));
                same(sum3d::parallel(deep.view()));
                same(sum3d::parallel(flat.view()));
            });
        }
    }
}

#[test]
fn views_with_negative_strides() {
    for n in SIZES {
        let x = values(2 * n);
        let view = ArrayView1::from(&x);
        let (even, odd) = (view.slice(s![..;2]), view.slice(s![..;-2]));
        let expected = reference(
            (n as u64, 64),
            (0.0, -0.0),
            |total, k| total + even[k as usize] * odd[k as usize],
            |left, right| left + right,
        );
        for threads in THREADS {
            let total = on_threads(threads, || dot::parallel(even, odd));
            assert_eq!(total.to_bits(), expected.to_bits(), "N = {n}");
        }
    }
}

#[test]
fn several_accumulators_at_once() {
    for n in SIZES {
        let x = values(n);
        let serial = many::serial(&x, 0.25);
        let product = reference(
            (n as u64, 64),
            (3.0, 1.0),
            |product, k| product * (1.0 + x[k as usize] / 1024.0),
            |left, right| left * right,
        );
        for threads in THREADS {
            let (low, high, by, above, weighted) = on_threads(threads, || many::parallel(&x, 0.25));
            assert_eq!((low, high), (serial.0, serial.1), "N = {n}");
            assert_eq!(by.to_bits(), product.to_bits(), "N = {n}");
            assert_eq!(above, serial.3);
            assert_eq!(weighted, serial.4);
        }
    }
}

#[kernel(parallel)]
fn max_forms(x: &[f64], start: f64) -> (f64, f64, f64) {
    let mut method = start;
    let mut function = start;
    let mut branch = start;
    for i in 0..x.len() {
        method = x[i].max(method);
        function = f64::max(function, x[i]);
        if branch < x[i] {
            branch = x[i];
        }
    }
    (method, function, branch)
}

#[test]
fn maxima_with_nans_and_zeros() {
    let mut x = vec![f64::NAN; 300];
    let nans = max_forms::parallel(&x, 1.0);
    assert_eq!(nans, (1.0, 1.0, 1.0));
    let from_nan = max_forms::parallel(&x, f64::NAN);
    assert!(from_nan.0.is_nan() && from_nan.1.is_nan() && from_nan.2.is_nan());
    x[200] = 2.0;
    let (method, function, branch) = max_forms::parallel(&x, f64::NAN);
    assert_eq!((method, function), (2.0, 2.0));
    assert!(branch.is_nan(), "`if NaN < x` is never true");
    let zeros: Vec<f64> = (0..300).map(|k| if k == 77 { 0.0 } else { -0.0 }).collect();
    let (method, function, branch) = max_forms::parallel(&zeros, -1.0);
    for max in [method, function, branch] {
        assert_eq!(max.to_bits(), 0.0f64.to_bits());
    }
}

#[test]
fn negative_zero_survives_a_sum() {
    #[kernel(parallel)]
    fn from(x: &[f64], start: f64) -> f64 {
        let mut total = start;
        for i in 0..x.len() {
            total += x[i];
        }
        total
    }
    let zeros = [-0.0; 200];
    assert_eq!(from::parallel(&zeros, -0.0).to_bits(), (-0.0f64).to_bits());
    assert_eq!(from::parallel(&[], -0.0).to_bits(), (-0.0f64).to_bits());
    assert_eq!(from::parallel(&zeros, 0.0).to_bits(), 0.0f64.to_bits());
}
