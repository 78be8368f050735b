//! Numbers of twice the precision, as sums of two: rounding errors, and arithmetic that keeps them.

use super::bits::upper;
use kernel_macros::kernel;

/// The sum and its rounding error, for any two numbers.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn two_sum(a: f32, b: f32) -> (f32, f32) {
    let sum = a + b;
    let from_b = sum - a;
    let from_a = sum - from_b;
    (sum, (a - from_a) + (b - from_b))
}

/// The sum and its rounding error, where `a` is not the smaller in magnitude.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn fast_two_sum(a: f32, b: f32) -> (f32, f32) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// The product and its rounding error, where neither overflows nor underflows.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn two_product(a: f32, b: f32) -> (f32, f32) {
    let (a_high, b_high): (f32, f32) = (upper(a), upper(b));
    let (a_low, b_low) = (a - a_high, b - b_high);
    let product = a * b;
    let error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    (product, error)
}
