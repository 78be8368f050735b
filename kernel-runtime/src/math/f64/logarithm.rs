//! Logarithms.

use super::bits::split;
use super::double::two_sum;
use kernel_macros::kernel;

/// `(s, series)`: `s = f / (2 + f)`, and `ln(1 + f) / s - 2` for `1 + f` from `sqrt(1/2)` to `sqrt(2)`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_series(f: f64) -> (f64, f64) {
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let first = 0.666666666666681 + z * 0.39999999999016167;
    let second = 0.28571428818171396 + z * 0.2222219167243416;
    let third = 0.18183890135999944 + z * 0.15306354650737888;
    let series = (first + w * second) + w * w * (third + w * 0.1486788008785859);
    (s, z * series)
}

/// `ln(1 + f) - f + f^2 / 2` for `1 + f` from `sqrt(1/2)` to `sqrt(2)`, and `f^2 / 2`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_beyond(f: f64) -> (f64, f64) {
    let (s, series): (f64, f64) = ln_series(f);
    let half_square = 0.5 * f * f;
    (s * (half_square + series), half_square)
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
    let f = m - 1.0;
    // ln(1 + f) is f - s (f - series).
    let (s, series): (f64, f64) = ln_series(f);
    // ln 2 in two parts, the first of 33 bits: its product is exact.
    let low = s * (f - series) - k * -4.2009150726810846e-11;
    let value = k * 0.6931471806019545 + (f - low);
    with_ends(x, value)
}

/// `ln(2^doubled (high + low))`, `low` below the last place of `high`, exact in relative terms near
/// a sum of 1 too; for a `high` of at least 2^-100, and not infinite.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_of_sum(high: f64, low: f64, doubled: f64) -> f64 {
    // As `split` does it. 2^k stands in the exponent's place, so that 2^(1 - k) is a difference.
    let shifted = high.to_bits().wrapping_add(0x0009_5f61_9980_c433);
    let k =
        f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - (4503599627371519.0 - doubled);
    let exponent = shifted & 0xfff0_0000_0000_0000;
    let m =
        f64::from_bits((high.to_bits().wrapping_sub(exponent)).wrapping_add(0x3ff0_0000_0000_0000));
    let back = f64::from_bits(0x7ff0_0000_0000_0000u64.wrapping_sub(exponent));
    let f = m - 1.0;
    let (s, series): (f64, f64) = ln_series(f);
    let half_square = 0.5 * f * f;
    let beyond = s * (half_square + series);
    // Over 1 + f, which is (1 + s) / (1 - s).
    let tail = low * back * (0.5 - s + s * s);
    let low = (k * -4.2009150726810846e-11 + tail) + beyond;
    k * 0.6931471806019545 + (f - (half_square - low))
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

/// `(high, low)`: `ln(1 + f)` with an error of some `2^-60`, the first of 21 bits.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_parts(f: f64) -> (f64, f64) {
    let (beyond, half_square): (f64, f64) = ln_beyond(f);
    let high = f64::from_bits((f - half_square).to_bits() & 0xffff_ffff_0000_0000);
    (high, ((f - high) - half_square) + beyond)
}

/// Logarithm to the base 2. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    let (k, m): (f64, f64) = split(x);
    let (high, low): (f64, f64) = ln_parts(m - 1.0);
    // 1 / ln 2 in two parts, the first of 21 bits.
    let main = high * 1.4426946640014648;
    let rest = (low + high) * 3.768874985636099e-07 + low * 1.4426946640014648;
    let sum = k + main;
    let error = (k - sum) + main;
    with_ends(x, sum + (error + rest))
}

/// Logarithm to the base 10. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let (k, m): (f64, f64) = split(x);
    let (high, low): (f64, f64) = ln_parts(m - 1.0);
    // 1 / ln 10 and log10(2), each in two parts, the first of 21 bits.
    let main = high * 0.4342944622039795;
    let rest = (k * 7.508597826552624e-08 + (low + high) * 1.9699272335463627e-08)
        + low * 0.4342944622039795;
    let whole = k * 0.30102992057800293;
    let sum = whole + main;
    let error = (whole - sum) + main;
    with_ends(x, sum + (error + rest))
}
