//! Powers, and logarithms to any base.
//!
//! In `f64`: its significand holds the logarithm to the 37 bits that a power of 128 binary places
//! needs, which takes a `f32` in two parts thrice the operations.

use kernel_macros::kernel;

/// `(k, m)` with `x = 2^k m` and `m` from `sqrt(1/2)` to `sqrt(2)`, for a positive number that is neither
/// subnormal nor infinite.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn split_wide(x: f64) -> (f64, f64) {
    // What is subnormal in `f32` is not here. The exponent changes at sqrt(1/2) =
    // 0x3fe6a09e667f3bcd instead of at 1; 2^52 and its bias are subtracted with it.
    let shifted = x.to_bits().wrapping_add(0x0009_5f61_9980_c433);
    let k = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - 4503599627371519.0;
    let m = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd));
    (k, m)
}

/// Logarithm to the base 2 of a positive number, neither subnormal nor infinite, with a relative error
/// of `2^-37`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_wide(x: f64) -> f64 {
    let (k, m): (f64, f64) = split_wide(x);
    // ln m = 2 (s + s^3 / 3 + s^5 / 5 + ..), s = (m - 1) / (m + 1).
    let s = (m - 1.0) / (m + 1.0);
    let z = s * s;
    let first = 2.8853900817900864 + z * 0.9617966733417975;
    let second = 0.5770835849651513 + z * 0.4116727189977767;
    let series = first + z * z * (second + z * z * 0.34073010658534336);
    k + s * series
}

/// `2^x`, with a relative error of `2^-28` before it is rounded. Of a NaN, some number.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_wide(x: f64) -> f64 {
    // Infinity and 0 for `f32`, and for its products with what is near 1.
    let x = if x > 300.0 { 300.0 } else { x };
    let x = if x < -300.0 { -300.0 } else { x };
    // At 1.5 * 2^52 the last place is 1.
    let shifted = x + 6755399441055744.0;
    let value: f64 = exp2_wide_near(x - (shifted - 6755399441055744.0));
    f64::from_bits(value.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// `2^r` for `|r|` up to 1/2.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_wide_near(r: f64) -> f64 {
    let z = r * r;
    let first = 1.0 + r * 0.6931472150142868;
    let second = 0.24022652786403859 + r * 0.05550310460248794;
    let third = 0.009617692435043736 + r * 0.0013406677519398873;
    (first + z * second) + z * z * (third + z * 0.00015594830093129263)
}

/// `(whole, sign)`: whether a number is an integer, and, where it is an odd one, the sign's bit.
#[kernel(device, crate = crate)]
#[inline(always)]
fn parity(y: f32) -> (bool, u32) {
    let a = y.abs();
    // From 2^23 on every number is an integer, from 2^24 on an even one.
    let fractional = a < 8388608.0;
    let shifted = a + 8388608.0;
    let last = if fractional {
        shifted.to_bits()
    } else {
        a.to_bits()
    };
    let nearest = if fractional { shifted - 8388608.0 } else { a };
    let sign = if a < 16777216.0 { last << 31 } else { 0 };
    (nearest == a, sign)
}

/// `|x|^y` for `|y|` up to 5e9, where neither is a NaN.
#[kernel(device, crate = crate)]
#[inline(always)]
fn power(x: f32, y: f64) -> f32 {
    let a = x.abs();
    let log: f64 = log2_wide(a as f64);
    // So far from all others that its products end beyond all numbers; and compared with the ends
    // of the finite numbers: see `with_ends` of the logarithms.
    let log = if a < 1e-45 { -1e300 } else { log };
    let log = if a > f32::MAX { 1e300 } else { log };
    let power: f64 = exp2_wide(log * y);
    power as f32
}

/// `x^y`. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn powf(x: f32, y: f32) -> f32 {
    // No other power of a number but 1 is nearer to 1 than 0 and infinity.
    let bounded = if y > 4e9 { 4e9 } else { y };
    let bounded = if bounded < -4e9 { -4e9 } else { bounded };
    let value: f32 = power(x, bounded as f64);
    let (whole, sign): (bool, u32) = parity(y);
    let sign = if whole { x.to_bits() & sign } else { 0 };
    let value = f32::from_bits(value.to_bits() | sign);
    let bounded_below = x >= -f32::MAX;
    let real = whole || x > -1e-45 || !bounded_below;
    let value = if real { value } else { f32::NAN };
    let value = if x.is_nan() || y.is_nan() {
        x + y
    } else {
        value
    };
    if x == 1.0 || y == 0.0 { 1.0 } else { value }
}

/// `x^n`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn powi(x: f32, n: i32) -> f32 {
    let value: f32 = power(x, n as f64);
    let sign = x.to_bits() & ((n as u32) << 31);
    let value = f32::from_bits(value.to_bits() | sign);
    let value = if x.is_nan() { x } else { value };
    if n == 0 { 1.0 } else { value }
}

/// Logarithm to the base 2 of any number.
#[kernel(device, crate = crate)]
#[inline(always)]
fn log2_with_ends(x: f32) -> f64 {
    let value: f64 = log2_wide(x as f64);
    let value = if x <= f32::MAX { value } else { x as f64 };
    let end = if x < 0.0 { f64::NAN } else { f64::NEG_INFINITY };
    if x < 1e-45 { end } else { value }
}

/// The logarithm of `x` to the base `base`, `x.log(base)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log(x: f32, base: f32) -> f32 {
    let above: f64 = log2_with_ends(x);
    let below: f64 = log2_with_ends(base);
    (above / below) as f32
}
