//! Roots and the length of a vector.

use super::bits::{nearest, power_of_two, split, upper};
use kernel_macros::kernel;

/// Cube root. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn cbrt(x: f32) -> f32 {
    let a = x.abs();
    let (k, m): (f32, f32) = split(a);
    // a = 8^thirds * n, n from 0.35 to 2.83.
    let thirds: f32 = nearest(k * 0.33333334);
    let left = k - 3.0 * thirds;
    let factor = if left > 0.5 { 2.0 } else { 1.0 };
    let factor = if left < -0.5 { 0.5 } else { factor };
    let root = if left > 0.5 { 1.2599211 } else { 1.0 };
    let root = if left < -0.5 { 0.7937005 } else { root };
    let n = m * factor;
    // Good to 16 bits.
    let first = root
        * (0.4516613 + m * (0.9048396 + m * (-0.53565943 + m * (0.2169548 + m * -0.037791982))));
    // Once more, from a number whose square is exact.
    let short: f32 = upper(first);
    let quotient = n / (short * short);
    let value = short + short * ((quotient - short) / (2.0 * short + quotient));
    let power: f32 = power_of_two(thirds);
    let value = (value * power).copysign(x);
    // Zeros, infinities and NaN are their own.
    let own = x == 0.0 || !x.is_finite();
    if own { x } else { value }
}

/// `sqrt(x^2 + y^2)` without overflow on the way. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn hypot(x: f32, y: f32) -> f32 {
    let (x, y) = (x.abs(), y.abs());
    let large = if x > y { x } else { y };
    let small = if x > y { y } else { x };
    // Powers of two that keep squares away from both ends of the range.
    let high = large > 1e18;
    let low = large < 1e-12;
    let factor = if high { 8.470329472543003e-22 } else { 1.0 };
    let factor = if low { 1.2379400392853803e27 } else { factor };
    let back = if high { 1.1805916207174113e21 } else { 1.0 };
    let back = if low { 8.077935669463161e-28 } else { back };
    let (a, b) = (large * factor, small * factor);
    let (a_high, b_high): (f32, f32) = (upper(a), upper(b));
    let (a_low, b_low) = (a - a_high, b - b_high);
    // Each square: its upper part exactly, and the rest.
    let (a_square, b_square) = (a_high * a_high, b_high * b_high);
    let rest = a_low * (a + a_high) + b_low * (b + b_high);
    let sum = a_square + b_square;
    let rest = ((a_square - sum) + b_square) + rest;
    // The root halves what the rounding of the sum is of it: no correction follows.
    let value = back * (sum + rest).sqrt();
    let value = if large == 0.0 { small } else { value };
    let infinite = x == f32::INFINITY || y == f32::INFINITY;
    if infinite { f32::INFINITY } else { value }
}

/// `1 / sqrt(x)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn rsqrt(x: f32) -> f32 {
    1.0 / x.sqrt()
}
