//! Runs of few iterations, of which the runtime is not told: canonical bits, at every count of lanes and chunks
//! that they have. The tests' build takes the other way at every second count, so that both are here.
#![allow(missing_docs)]
#![allow(clippy::assign_op_pattern)]

mod support;

use kernel_runtime::__private::{Order, order::reference};
use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2};
use support::values;

/// Around the ends of lanes and chunks, of 64 lanes and of 128.
fn counts() -> impl Iterator<Item = usize> {
    (0..=140)
        .chain(189..=195)
        .chain(253..=261)
        .chain(379..=391)
        .chain(505..=517)
}

/// The bits of the canonical order, of 64 lanes.
fn canonical<T: Copy>(
    count: usize,
    (init, identity): (T, T),
    step: impl FnMut(T, u64) -> T,
    fold: impl FnMut(T, T) -> T,
) -> T {
    reference((count as u64, 64), (init, identity), step, fold)
}

#[kernel(parallel)]
fn four(x: &[f64]) -> (f64, f64, f64, f64) {
    let (mut sum, mut product, mut least, mut greatest) = (0.5, 3.0, 1e9, -1e9);
    for i in 0..x.len() {
        sum += x[i];
        product *= 1.0 + x[i] * 1e-3;
        least = f64::min(least, x[i]);
        greatest = f64::max(greatest, x[i]);
    }
    (sum, product, least, greatest)
}

#[test]
fn sums_products_and_extremes() {
    let all = values(600);
    for count in counts() {
        let x = &all[..count];
        let at = |k: u64| x[k as usize];
        let expected = (
            canonical(count, (0.5, -0.0), |s, k| s + at(k), |a, b| a + b),
            canonical(
                count,
                (3.0, 1.0),
                |s, k| s * (1.0 + at(k) * 1e-3),
                |a, b| a * b,
            ),
            canonical(
                count,
                (1e9, f64::NAN),
                |s, k| Order::min(s, at(k)),
                Order::min,
            ),
            canonical(
                count,
                (-1e9, f64::NAN),
                |s, k| Order::max(s, at(k)),
                Order::max,
            ),
        );
        assert_eq!(four::parallel(x), expected, "{count}");
    }
}

#[kernel(parallel)]
fn narrow(x: &[f32], limit: f32) -> (f32, usize, bool, i32) {
    let (mut sum, mut above, mut any, mut bits) = (0.0, 7, false, 0);
    for i in 0..x.len() {
        sum += x[i];
        if x[i] > limit {
            above += 1;
        }
        any |= x[i] < -limit;
        bits ^= x[i] as i32;
    }
    (sum, above, any, bits)
}

#[test]
fn narrow_sums_with_counts_and_flags() {
    let all: Vec<f32> = values(600).iter().map(|x| (x * 100.0) as f32).collect();
    for count in counts() {
        let x = &all[..count];
        let limit = 20.0;
        // A count of 8 bytes makes it 64 lanes.
        let sum = canonical(count, (0.0, -0.0), |s, k| s + x[k as usize], |a, b| a + b);
        let expected = (
            sum,
            7 + x.iter().filter(|x| **x > limit).count(),
            x.iter().any(|x| *x < -limit),
            x.iter().fold(0, |bits, x| bits ^ *x as i32),
        );
        assert_eq!(narrow::parallel(x, limit), expected, "{count}");
    }
}

#[kernel(parallel)]
fn alone(x: &[f32]) -> f32 {
    let mut sum = 0.25;
    for v in x {
        sum += v;
    }
    sum
}

#[kernel(parallel)]
fn product_of(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

#[test]
fn loops_over_iterators_and_chains() {
    let (all, others) = (values(600), values(590));
    let floats: Vec<f32> = all.iter().map(|x| *x as f32).collect();
    for count in counts() {
        let x = &floats[..count];
        let step = |s: f32, k: u64| s + x[k as usize];
        let expected = reference((count as u64, 128), (0.25, -0.0), step, |a, b| a + b);
        assert_eq!(alone::parallel(x).to_bits(), expected.to_bits(), "{count}");

        let x = &all[..count];
        let step = |s: f64, k: u64| s + x[k as usize] * others[k as usize];
        let expected = canonical(count, (-0.0, -0.0), step, |a, b| a + b);
        let product = product_of::parallel(x, &others);
        assert_eq!(product.to_bits(), expected.to_bits(), "{count}");
    }
}

#[kernel(parallel)]
fn plane(a: ArrayView2<f64>, w: &[f64]) -> (f64, f64) {
    let (mut sum, mut greatest) = (0.0, f64::NEG_INFINITY);
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += a[[i, j]] * w[j];
            if a[[i, j]] > greatest {
                greatest = a[[i, j]];
            }
        }
    }
    (sum, greatest)
}

#[kernel(parallel)]
fn space(a: ArrayView3<f32>, count: i32) -> f32 {
    let mut sum = 0.0;
    for i in 0..a.dim().0 {
        for j in 0..a.dim().1 {
            for k in 0..count {
                sum += a[[i, j, k as usize]];
            }
        }
    }
    sum
}

#[test]
fn rows_end_anywhere_in_a_chunk() {
    for (m, n) in [
        (1, 1),
        (1, 70),
        (3, 5),
        (7, 9),
        (5, 13),
        (11, 7),
        (64, 1),
        (3, 67),
        (101, 5),
    ] {
        let a = Array2::from_shape_vec((m, n), values(m * n)).unwrap();
        let w = values(n);
        let at = |k: u64| a[[k as usize / n, k as usize % n]];
        let step = |s: f64, k: u64| s + at(k) * w[k as usize % n];
        let (low, high) = (f64::NEG_INFINITY, Order::max_if);
        let expected = (
            canonical(m * n, (0.0, -0.0), step, |a, b| a + b),
            canonical(m * n, (low, low), |s, k| high(s, at(k)), high),
        );
        assert_eq!(plane::parallel(a.view(), &w), expected, "{m} x {n}");
        // Likewise where rows are no rows of memory.
        let f = Array2::from_shape_fn((n, m), |(j, i)| a[[i, j]]);
        assert_eq!(
            plane::parallel(f.t(), &w),
            expected,
            "{m} x {n}, transposed"
        );
    }
    for (m, n, o) in [
        (1, 1, 1),
        (2, 3, 5),
        (5, 5, 5),
        (3, 1, 43),
        (1, 129, 1),
        (7, 3, 19),
    ] {
        let numbers = values(m * n * o).into_iter().map(|x| x as f32);
        let a = Array3::from_shape_vec((m, n, o), numbers.collect()).unwrap();
        let all: Vec<f32> = a.iter().copied().collect();
        let step = |s: f32, k: u64| s + all[k as usize];
        let expected = reference((all.len() as u64, 128), (0.0, -0.0), step, |a, b| a + b);
        assert_eq!(
            space::parallel(a.view(), o as i32),
            expected,
            "{m} x {n} x {o}"
        );
        assert_eq!(space::parallel(a.view(), -1), 0.0);
    }
}

#[test]
fn too_long_a_row_panics_as_in_serial() {
    let a = Array3::from_elem((2, 2, 3), 1.0);
    let panics = |run: fn(ArrayView3<f32>, i32) -> f32| {
        let run = std::panic::AssertUnwindSafe(|| run(a.view(), 4));
        std::panic::catch_unwind(run).is_err()
    };
    assert!(panics(space::serial) && panics(space::parallel));
}

#[kernel(parallel, fastmath)]
fn scaled(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>, by: f64) {
    for i in 0..b.nrows() {
        for j in 0..b.ncols() {
            b[[i, j]] = a[[i, j]] * by + b[[i, j]];
        }
    }
}

#[test]
fn fused_operations_in_rows() {
    for (m, n) in [(1, 1), (3, 5), (1, 31), (9, 7), (21, 3)] {
        let a = Array2::from_shape_vec((m, n), values(m * n)).unwrap();
        let mut b = a.mapv(|x| x * 0.3);
        let expected = Array2::from_shape_fn((m, n), |at| a[at].mul_add(1.7, b[at]));
        scaled::parallel(a.view(), b.view_mut(), 1.7);
        assert_eq!(b, expected, "{m} x {n}");
    }
}

#[kernel(parallel)]
fn gathered(x: &[f64], at: &[u32], sign: i32) -> (f64, i32) {
    let (mut sum, mut quotients) = (0.5, 7);
    for i in 0..at.len() {
        sum += x[at[i] as usize];
        quotients ^= 1000 / (at[i] as i32 - sign);
    }
    (sum, quotients)
}

#[test]
fn iterations_that_may_fail() {
    let x = values(50);
    let all: Vec<u32> = (0..600).map(|k| (k * 37 + 11) % 50).collect();
    for count in counts() {
        let at = &all[..count];
        let sum = canonical(
            count,
            (0.5, -0.0),
            |s, k| s + x[at[k as usize] as usize],
            |a, b| a + b,
        );
        let quotients = at.iter().fold(7, |all, at| all ^ (1000 / (*at as i32 + 1)));
        assert_eq!(gathered::parallel(&x, at, -1), (sum, quotients), "{count}");
    }
    for (count, bad, value, sign) in [
        (1, 0, 50, -1),
        (5, 4, u32::MAX, -1),
        (63, 30, 51, -1),
        (64, 63, 0, 0),
        (301, 170, 60, 3),
    ] {
        let mut at = vec![7; count];
        at[bad] = value;
        let expected = support::failure_of(|| gathered::serial(&x, &at, sign));
        assert!(expected.is_err(), "{count}");
        assert_eq!(
            support::failure_of(|| gathered::parallel(&x, &at, sign)),
            expected
        );
    }
}

#[kernel(parallel)]
fn places(x: &[f64], y: &[f64], start: f64) -> ((f64, usize), (f64, usize, f64)) {
    let (mut least, mut at) = (start, usize::MAX);
    let (mut greatest, mut last, mut beside) = (-start, 0, 0.5);
    for i in 0..x.len() {
        if x[i] < least {
            least = x[i];
            at = i;
        }
        if x[i] >= greatest {
            greatest = x[i];
            last = i;
            beside = y[i];
        }
    }
    ((least, at), (greatest, last, beside))
}

#[test]
fn places_of_extremes_are_those_of_the_loop_as_written() {
    let y = values(600);
    let bits = |((a, b), (c, d, e)): ((f64, usize), (f64, usize, f64))| {
        (a.to_bits(), b, c.to_bits(), d, e.to_bits())
    };
    let wild = [
        0.0,
        -0.0,
        f64::NAN,
        1.5,
        -1.5,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    for count in counts() {
        for shift in 0..wild.len() {
            let x: Vec<f64> = (0..count)
                .map(|k| wild[(k * k + k / 5 + shift) % 3])
                .collect();
            for start in wild {
                assert_eq!(
                    bits(places::parallel(&x, &y[..count], start)),
                    bits(places::serial(&x, &y[..count], start)),
                    "{count} {shift} {start}"
                );
            }
        }
    }
}
