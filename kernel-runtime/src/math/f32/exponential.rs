//! Powers of e and of 2.

use super::bits::{assemble, nearest, scale};
use super::double::{fast_two_sum, two_sum};
use kernel_macros::kernel;

/// `e^r - 1 - r` for `|r|` up to half of ln 2.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp_beyond(r: f32) -> f32 {
    // In pairs: few operations wait for each other.
    let z = r * r;
    let first = 0.5 + r * 0.16666518;
    let second = 0.041666433 + r * 0.008368953;
    z * (first + z * (second + z * 0.0013937835))
}

/// `(k, high, low)` with `e^(x + tail) = 2^k (high + low)` and an error of some `2^-28`, for `|x|` up to
/// 150 and a `tail` below the last place of `x`. `high` lies between 0.7 and 1.42, `low` below its
/// last place.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp_parts(x: f32, tail: f32) -> (f32, f32, f32) {
    let k: f32 = nearest(x * 1.442695);
    // The first 16 bits of ln 2: the product is exact.
    let high = x - k * 0.693145751953125;
    let low = tail - k * 1.4286067653e-06;
    let r = high + low;
    let rest = (high - r) + low;
    let curve: f32 = exp_beyond(r);
    let beyond = curve + rest;
    let one = 1.0 + r;
    let (high, low): (f32, f32) = fast_two_sum(one, (r - (one - 1.0)) + beyond);
    (k, high, low)
}

/// `e^x`. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Far enough for infinity, and where both factors in `assemble` are 0: processors take their
    // time for products that underflow. A NaN stays.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -176.1 { -176.1 } else { x };
    // The nearest integer, in the last bits of the sum: see `assemble`.
    let shifted = x * 1.442695 + 12583166.0;
    let k = shifted - 12583166.0;
    // The first 16 bits of ln 2: the product is exact.
    let r = (x - k * 0.693145751953125) - k * 1.4286067653e-06;
    let curve: f32 = exp_beyond(r);
    let one = 1.0 + r;
    let value = one + ((r - (one - 1.0)) + curve);
    assemble(value, shifted)
}

/// `2^r - 1 - r ln 2` for `|r|` up to 1/2.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_curve(r: f32) -> f32 {
    let z = r * r;
    let first = 0.2402265 + r * 0.055503618;
    let second = 0.009618073 + r * 0.001339038;
    z * (first + z * (second + z * 0.00015458441))
}

/// `2^x`. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn exp2(x: f32) -> f32 {
    let x = if x > 129.0 { 129.0 } else { x };
    let x = if x < -254.0 { -254.0 } else { x };
    let shifted = x + 12583166.0;
    let r = x - (shifted - 12583166.0);
    let curve: f32 = exp2_curve(r);
    let linear = r * 0.6931472;
    let one = 1.0 + linear;
    let value = one + ((linear - (one - 1.0)) + curve);
    assemble(value, shifted)
}

/// `e^x - 1`, exact in relative terms near 0 too. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn exp_m1(x: f32) -> f32 {
    let bounded = if x > 89.0 { 89.0 } else { x };
    let bounded = if bounded < -40.0 { -40.0 } else { bounded };
    let (k, high, low): (f32, f32, f32) = exp_parts(bounded, 0.0);
    // By halves, so that 2^128 is no infinity.
    let (high, low): (f32, f32) = (scale(high, k - 1.0), scale(low, k - 1.0));
    let (sum, error): (f32, f32) = two_sum(high, -0.5);
    let value = 2.0 * (sum + (error + low));
    // Below 2^-25 it is `x` itself; halves of subnormals would lose a place.
    if x.abs() < 2.9802322e-08 { x } else { value }
}
