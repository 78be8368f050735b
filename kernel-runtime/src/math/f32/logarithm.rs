//! Logarithms.

use super::bits::split;
use super::double::two_sum;
use kernel_macros::kernel;

/// `(s, series)`: `s = f / (2 + f)`, and `ln(1 + f) / s - 2` for `1 + f` from `sqrt(1/2)` to `sqrt(2)`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_series(f: f32) -> (f32, f32) {
    let s = f / (2.0 + f);
    let z = s * s;
    (s, z * (0.6666682 + z * (0.39973515 + z * 0.29963195)))
}

/// `ln(1 + f) - f + f^2 / 2` for `1 + f` from `sqrt(1/2)` to `sqrt(2)`, and `f^2 / 2`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_beyond(f: f32) -> (f32, f32) {
    let (s, series): (f32, f32) = ln_series(f);
    let half_square = 0.5 * f * f;
    (s * (half_square + series), half_square)
}

/// What a logarithm is where its argument is not a finite positive number.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn with_ends(x: f32, value: f32) -> f32 {
    // Infinity and NaN are their own. Compared with the ends of the finite numbers, not with
    // infinity and 0, of which LLVM makes a test of the number's class: some twenty operations.
    let value = if x <= f32::MAX { value } else { x };
    let end = if x < 0.0 { f32::NAN } else { f32::NEG_INFINITY };
    if x < 1e-45 { end } else { value }
}

/// Natural logarithm. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn ln(x: f32) -> f32 {
    let (k, m): (f32, f32) = split(x);
    let f = m - 1.0;
    let (beyond, half_square): (f32, f32) = ln_beyond(f);
    // ln 2 in two parts, the first of 16 bits: its product is exact.
    let low = k * 1.4286067653e-06 + beyond;
    let value = k * 0.693145751953125 + (f - (half_square - low));
    with_ends(x, value)
}

/// `ln(2^doubled (high + low))`, `low` below the last place of `high`, exact in relative terms near
/// a sum of 1 too; for a `high` of at least 2^-100, and not infinite.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_of_sum(high: f32, low: f32, doubled: f32) -> f32 {
    // As `split` does it. 2^k stands in the exponent's place, so that 2^(1 - k) is a difference.
    let shifted = high.to_bits().wrapping_add(0x004a_fb0d);
    let k = f32::from_bits((shifted >> 23) | 0x4b00_0000) - (8388735.0 - doubled);
    let exponent = shifted & 0xff80_0000;
    let m = f32::from_bits((high.to_bits().wrapping_sub(exponent)).wrapping_add(0x3f80_0000));
    let back = f32::from_bits(0x7f80_0000u32.wrapping_sub(exponent));
    let f = m - 1.0;
    let (s, series): (f32, f32) = ln_series(f);
    let half_square = 0.5 * f * f;
    let beyond = s * (half_square + series);
    // Over 1 + f, which is (1 + s) / (1 - s).
    let tail = low * back * (0.5 - s + s * s);
    let low = (k * 1.4286067653e-06 + tail) + beyond;
    k * 0.693145751953125 + (f - (half_square - low))
}

/// `ln(1 + x)`, exact in relative terms near 0 too. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn ln_1p(x: f32) -> f32 {
    let (sum, error): (f32, f32) = two_sum(1.0, x);
    let value: f32 = ln_of_sum(sum, error, 0.0);
    let value: f32 = with_ends(sum, value);
    if x == 0.0 { x } else { value }
}

/// `(high, low)`: `ln(1 + f)` with an error of some `2^-31`, the first of 12 bits.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_parts(f: f32) -> (f32, f32) {
    let (beyond, half_square): (f32, f32) = ln_beyond(f);
    let high = f32::from_bits((f - half_square).to_bits() & 0xffff_f000);
    (high, ((f - high) - half_square) + beyond)
}

/// Logarithm to the base 2. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log2(x: f32) -> f32 {
    let (k, m): (f32, f32) = split(x);
    let value: f32 = log2_of(k, m);
    with_ends(x, value)
}

/// The logarithm of `2^k m` to the base 2, for an `m` from `sqrt(1/2)` to `sqrt(2)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_of(k: f32, m: f32) -> f32 {
    let (high, low): (f32, f32) = ln_parts(m - 1.0);
    // 1 / ln 2 in two parts, the first of 12 bits.
    let main = high * 1.44287109375;
    let rest = (low + high) * -0.00017605285 + low * 1.44287109375;
    // A `k` other than 0 leaves a sum of at least 1/2, and the rounding before counts a quarter of
    // its own.
    k + (main + rest)
}

/// Logarithm to the base 10. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log10(x: f32) -> f32 {
    let (k, m): (f32, f32) = split(x);
    let (high, low): (f32, f32) = ln_parts(m - 1.0);
    // 1 / ln 10 and log10(2), each in two parts, the first of 12 bits.
    let main = high * 0.434326171875;
    let rest = (k * 4.605039066e-06 + (low + high) * -3.1689971365e-05) + low * 0.434326171875;
    let whole = k * 0.301025390625;
    let sum = whole + main;
    let error = (whole - sum) + main;
    with_ends(x, sum + (error + rest))
}
