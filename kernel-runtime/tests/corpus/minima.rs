//! Minima and maxima of floats in lanes: NaNs do not count, and of two zeros the sign decides.

use crate::inputs::{SIZES, doubles};
use kernel_runtime::prelude::*;

/// With any zeros, and with none that has a sign.
#[kernel(parallel, cuda)]
fn bounds(x: &[f64], start: f64) -> (f64, f64, f64, f64, f64, f64) {
    let (mut low, mut high, mut near, mut far) = (start, start, start, start);
    let (mut below, mut above) = (start, start);
    for i in 0..x.len() {
        let size = x[i].abs();
        low = low.min(x[i]);
        high = x[i].max(high);
        near = near.min(size);
        far = far.max(size);
        if x[i] < below {
            below = x[i];
        }
        above = if x[i] > above { x[i] } else { above };
    }
    (low, high, near, far, below, above)
}

#[kernel(parallel, cuda)]
fn single_bounds(x: &[f32], start: f32) -> (f32, f32, f32, f32) {
    let (mut low, mut high, mut near, mut far) = (start, start, start, start);
    for i in 0..x.len() {
        low = low.min(x[i]);
        high = high.max(x[i]);
        near = near.min(x[i] * x[i]);
        if i % 3 > 0 {
            far = far.max(x[i] * x[i]).max(0.125);
        }
    }
    (low, high, near, far)
}

/// What cannot be done twice.
#[kernel(parallel, cuda)]
fn halved(x: &mut [f64], start: f64) -> f64 {
    let mut high = start;
    for i in 0..x.len() {
        high = high.max(x[i]);
        x[i] *= 0.5;
    }
    high
}

/// The greatest of those that are numbers, `+0` above `-0`; a NaN if none is one.
fn greatest(values: impl Iterator<Item = f64>) -> f64 {
    let numbers = values.filter(|value| !value.is_nan());
    numbers.max_by(f64::total_cmp).unwrap_or(f64::NAN)
}

fn assert_bits(found: f64, expected: f64) {
    let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
    assert!(same, "{found:?} instead of {expected:?}");
}

fn check_all(x: &[f64], start: f64) {
    let single: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    close!(bounds(x, start));
    close!(single_bounds(&single, start as f32));
    close!(halved[y = x.to_vec()](&mut y, start));
    let (low, high, near, far, ..) = bounds::parallel(x, start);
    let all = |of: fn(f64) -> f64| {
        let values = x.iter().map(move |x| of(*x));
        std::iter::once(start).chain(values)
    };
    let negated = |of: fn(f64) -> f64| std::iter::once(-start).chain(x.iter().map(move |x| of(*x)));
    assert_bits(high, greatest(all(|x| x)));
    assert_bits(far, greatest(all(f64::abs)));
    assert_bits(low, -greatest(negated(|x| -x)));
    assert_bits(near, -greatest(negated(|x| -x.abs())));
}

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

#[test]
fn lanes_hold_what_the_canonical_order_says() {
    for n in SIZES {
        let mut x = doubles(n);
        for start in [NAN, -INFINITY, 0.25] {
            check_all(&x, start);
        }
        for values in [
            [NAN; 4],
            [NAN, -0.0, 0.0, -0.0],
            [-0.0, -1.0, NAN, -0.0],
            [-INFINITY, NAN, NAN, -INFINITY],
            [INFINITY, NAN, INFINITY, INFINITY],
        ] {
            let value = |(k, x): (usize, &mut f64)| *x = values[(k * 5 + k / 3) % 4];
            x.iter_mut().enumerate().for_each(value);
            for start in [NAN, 0.0, -0.0, -INFINITY] {
                check_all(&x, start);
            }
        }
    }
}

/// The first number comes after chunks without any.
#[test]
fn late_numbers() {
    let mut x = vec![NAN; 5000];
    for value in [-INFINITY, -0.0, 1.0] {
        x[4321] = value;
        check_all(&x, NAN);
    }
}
