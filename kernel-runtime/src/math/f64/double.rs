//! Numbers of twice the precision, as sums of two: rounding errors, and arithmetic that keeps them.

use super::bits::{nearest_upper, upper};
use kernel_macros::kernel;

/// The sum and its rounding error, for any two numbers.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    let from_a = sum - from_b;
    (sum, (a - from_a) + (b - from_b))
}

/// The sum and its rounding error, where `a` is not the smaller in magnitude.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// The product and its rounding error, where neither overflows nor underflows.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn two_product(a: f64, b: f64) -> (f64, f64) {
    let (a_high, b_high): (f64, f64) = (upper(a), upper(b));
    let (a_low, b_low) = (a - a_high, b - b_high);
    let product = a * b;
    let error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    (product, error)
}

/// What a product lacks of the exact one, exactly: what a fused operation has of it.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn product_error(a: f64, b: f64, product: f64) -> f64 {
    // Halves of 26 and 27 bits, and of 26 and 26 with a sign: all their products and sums are exact.
    let (a_high, b_high): (f64, f64) = (upper(a), nearest_upper(b));
    let (a_low, b_low) = (a - a_high, b - b_high);
    ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
}

/// The product of two sums, each of a number and a part below its last place.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (product, error): (f64, f64) = two_product(a.0, b.0);
    fast_two_sum(product, error + (a.0 * b.1 + a.1 * b.0))
}

/// A sum and a number.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn plus(a: (f64, f64), b: f64) -> (f64, f64) {
    let (sum, error): (f64, f64) = two_sum(a.0, b);
    fast_two_sum(sum, error + a.1)
}

/// The quotient of two sums.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn over(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let inverse = 1.0 / b.0;
    let quotient = a.0 * inverse;
    let (product, error): (f64, f64) = two_product(quotient, b.0);
    let rest = ((a.0 - product) - error) + (a.1 - quotient * b.1);
    fast_two_sum(quotient, rest * inverse)
}
