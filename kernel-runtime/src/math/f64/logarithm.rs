//! Logarithms.

use super::bits::{split, upper};
use super::double::two_sum;
use kernel_macros::kernel;

/// `(f, s)` of an `m` from `sqrt(1/2)` to `sqrt(2)`: `f = m - 1`, `s = f / (m + 1)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ratio(m: f64) -> (f64, f64) {
    let f = m - 1.0;
    (f, f / (m + 1.0))
}

/// What `ln m` is beyond `f - s f`: some `s^3`, and a series.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_beyond(s: f64) -> f64 {
    let z = s * s;
    let w = z * z;
    let first = 0.666666666666681 + z * 0.39999999999016167;
    let second = 0.28571428818171396 + z * 0.2222219167243416;
    let third = 0.18183890135999944 + z * 0.15306354650737888;
    let series = (first + w * second) + w * w * (third + w * 0.1486788008785859);
    s * (s * s) * series
}

/// What a logarithm is where its argument is not a finite positive number.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn with_ends(x: f64, value: f64) -> f64 {
    // Infinity and NaN are their own. Compared with the ends of the finite numbers, not with
    // infinity and 0, of which LLVM makes a test of the number's class: some twenty operations.
    let value = if x <= f64::MAX { value } else { x };
    let end = if x < 0.0 { f64::NAN } else { f64::NEG_INFINITY };
    if x < 5e-324 { end } else { value }
}

/// Natural logarithm. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (k, m): (f64, f64) = split(x);
    let (f, s): (f64, f64) = ratio(m);
    let beyond: f64 = ln_beyond(s);
    ln_of(x, k, f, s, beyond)
}

/// The natural logarithm of `x = 2^k (1 + f)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_of(x: f64, k: f64, f: f64, s: f64, beyond: f64) -> f64 {
    // ln 2 in two parts, the first of 33 bits: its product is exact. What is known before the
    // series is added first.
    let low = (s * f - k * -4.2009150726810846e-11) - beyond;
    let value = k * 0.6931471806019545 + (f - low);
    with_ends(x, value)
}

/// `ln(2^doubled (high + low))`, `low` below the last place of `high`, exact in relative terms near
/// a sum of 1 too; for a `high` of at least 2^-100, and not infinite.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_of_sum(high: f64, low: f64, doubled: f64) -> f64 {
    let (k, m, more): (f64, f64, f64) = split_sum(high, low, doubled);
    let (f, s): (f64, f64) = ratio(m);
    let beyond: f64 = ln_beyond(s);
    ln_of_split(k, f, s, more, beyond)
}

/// `(k, m, more)` with `2^doubled (high + low) = 2^k (m + more)`, as `split` does it.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn split_sum(high: f64, low: f64, doubled: f64) -> (f64, f64, f64) {
    // 2^k stands in the exponent's place, so that 2^(1 - k) is a difference.
    let shifted = high.to_bits().wrapping_add(0x0009_5f61_9980_c433);
    let k =
        f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - (4503599627371519.0 - doubled);
    let exponent = shifted & 0xfff0_0000_0000_0000;
    let m =
        f64::from_bits((high.to_bits().wrapping_sub(exponent)).wrapping_add(0x3ff0_0000_0000_0000));
    let back = f64::from_bits(0x7ff0_0000_0000_0000u64.wrapping_sub(exponent));
    (k, m, low * back)
}

/// `ln(2^k (1 + f + more))`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_of_split(k: f64, f: f64, s: f64, more: f64, beyond: f64) -> f64 {
    // Over 1 + f, which is (1 + s) / (1 - s).
    let tail = more * (0.5 - s + s * s);
    let low = (s * f - (k * -4.2009150726810846e-11 + tail)) - beyond;
    k * 0.6931471806019545 + (f - low)
}

/// `ln(1 + x)`, exact in relative terms near 0 too. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn ln_1p(x: f64) -> f64 {
    let (sum, error): (f64, f64) = two_sum(1.0, x);
    let value: f64 = ln_of_sum(sum, error, 0.0);
    let value: f64 = with_ends(sum, value);
    if x == 0.0 { x } else { value }
}

/// `(high, low)`: the logarithm of `1 + f` with an error of some `2^-60`, the first of 26 bits.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_parts(f: f64, s: f64, beyond: f64) -> (f64, f64) {
    // s f is f^2 / 2 - s f^2 / 2.
    let half_square = 0.5 * f * f;
    let high: f64 = upper(f - half_square);
    let known = ((f - high) - half_square) + s * half_square;
    (high, known + beyond)
}

/// `(k, high, low)` with `x = 2^k m` and `ln m = high + low`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn in_parts(x: f64) -> (f64, f64, f64) {
    let (k, m): (f64, f64) = split(x);
    let (f, s): (f64, f64) = ratio(m);
    let beyond: f64 = ln_beyond(s);
    let (high, low): (f64, f64) = ln_parts(f, s, beyond);
    (k, high, low)
}

/// Logarithm to the base 2. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    let (k, high, low): (f64, f64, f64) = in_parts(x);
    log2_of(x, k, high, low)
}

/// The logarithm of `x = 2^k m` to the base 2, given that of `m`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_of(x: f64, k: f64, high: f64, low: f64) -> f64 {
    // 1 / ln 2 in two parts, the first of 26 bits: the product of both first parts is exact.
    let main = high * 1.4426950216293335;
    let sum = k + main;
    let error = ((k - sum) + main) + high * 1.9259629911266175e-08;
    with_ends(x, sum + (error + low * 1.4426950408889634))
}

/// Logarithm to the base 10. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let (k, high, low): (f64, f64, f64) = in_parts(x);
    log10_of(x, k, high, low)
}

/// The logarithm of `x = 2^k m` to the base 10, given that of `m`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log10_of(x: f64, k: f64, high: f64, low: f64) -> f64 {
    // 1 / ln 10 likewise, and log10(2) in two parts, the first of 21 bits.
    let main = high * 0.4342944771051407;
    let whole = k * 0.30102992057800293;
    let sum = whole + main;
    let rest = k * 7.508597826552624e-08 + high * 4.798111141615973e-09;
    let error = ((whole - sum) + main) + rest;
    with_ends(x, sum + (error + low * 0.4342944819032518))
}
