//! Sine, cosine and tangent.

use super::reduction::{by_subtraction, quarter_turns};
use kernel_macros::kernel;

/// The sine of `r + tail`, each as a value and what is to be added to it, for `|r| <= pi / 4`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn sine_parts(r: f64, tail: f64) -> (f64, f64) {
    let z = r * r;
    let w = z * z;
    let odd = 0.00833333333332246 + w * (2.7557313689622582e-06 + w * 1.589670031223487e-10);
    let even = -0.16666666666666632 + w * (-0.00019841269829818915 + w * -2.5050757038083484e-08);
    let series = even + z * odd;
    (r, z * r * series + (tail - 0.5 * z * tail))
}

/// The cosine of `r + tail`, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn cosine_parts(r: f64, tail: f64) -> (f64, f64) {
    let z = r * r;
    let w = z * z;
    let even = 0.0416666666666666 + w * (2.480158728964857e-05 + w * 2.0875727671650496e-09);
    let odd = -0.0013888888888874454 + w * (-2.7557314391642447e-07 + w * -1.1359835368127642e-11);
    let series = even + z * odd;
    let half = 0.5 * z;
    let main = 1.0 - half;
    (main, ((1.0 - main) - half) + (w * series - r * tail))
}

/// The value with the sign changed where bit 1 of `quarters` is set: after two quarter turns.
#[kernel(device, crate = crate)]
#[inline(always)]
fn turned(value: f64, quarters: u64) -> f64 {
    f64::from_bits(value.to_bits() ^ ((quarters & 2) << 62))
}

/// `(sin(x), cos(x))` of a reduced `x`: see [`quarter_turns`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn sin_cos_of(x: f64, quarters: u64, r: f64, tail: f64) -> (f64, f64) {
    // NaN for infinity.
    let tail = tail + x * 0.0;
    let (main, rest): (f64, f64) = sine_parts(r, tail);
    let sine = main + rest;
    let (main, rest): (f64, f64) = cosine_parts(r, tail);
    let cosine = main + rest;
    let swapped = quarters & 1 != 0;
    let first = if swapped { cosine } else { sine };
    let second = if swapped { sine } else { cosine };
    let first: f64 = turned(first, quarters);
    let second: f64 = turned(second, quarters.wrapping_add(1));
    (if x == 0.0 { x } else { first }, second)
}

/// `(sin(x), cos(x))`, `x` in radians: the bits of [`sin`] and of [`cos`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sin_cos(x: f64) -> (f64, f64) {
    let (quarters, r, tail): (u64, f64, f64) = quarter_turns(x);
    let (sine, cosine): (f64, f64) = sin_cos_of(x, quarters, r, tail);
    (sine, cosine)
}

/// Sine of `x` radians. At most 1 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sin(x: f64) -> f64 {
    let (sine, _cosine): (f64, f64) = sin_cos(x);
    sine
}

/// Cosine of `x` radians. At most 1 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn cos(x: f64) -> f64 {
    let (_sine, cosine): (f64, f64) = sin_cos(x);
    cosine
}

/// The tangent of a reduced `x`: see [`quarter_turns`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn tan_of(x: f64, quarters: u64, r: f64, tail: f64) -> f64 {
    let tail = tail + x * 0.0;
    // A quotient of polynomials, as its continued fraction's convergents are. The divisor's stands at a number in
    // the midst of its range, so that what is rounded is small.
    let z = r * r;
    let w = z * z;
    let even = -0.4539583982688704 + z * 0.025505527866075167;
    let even = even + w * (-0.00031145157811126326 + z * 4.976408786365096e-07);
    let beyond = (z - 0.5) * even;
    let below = 0.7730208008655648 + beyond;
    // What the divisor's last rounding took from it is taken from the dividend, too, as the tail is: with the
    // tangent's slope.
    let lack = beyond - (below - 0.7730208008655648);
    let odd = (-0.13337782886857466 + z * 0.0034241995878281158) + w * -1.785017217372719e-05;
    let slope = 1.0 + 0.5 * z;
    let above = r + ((r * z * odd + tail * slope) - r * slope * lack);
    // tan(r + pi / 2) = -1 / tan(r)
    let swapped = quarters & 1 != 0;
    let first = if swapped { -below } else { above };
    let second = if swapped { above } else { below };
    let value = first / second;
    // A zero has its sign.
    let sign = if x == 0.0 { x.to_bits() } else { 0 };
    f64::from_bits(value.to_bits() | sign)
}

/// Cosine of less than 2^20 quarter turns: the bits of [`cos`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(in crate::math) fn cos_within(x: f64) -> f64 {
    let (quarters, r, tail): (u64, f64, f64) = by_subtraction(x);
    let (_sine, cosine): (f64, f64) = sin_cos_of(x, quarters, r, tail);
    cosine
}

/// Tangent of `x` radians. At most 2 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn tan(x: f64) -> f64 {
    let (quarters, r, tail): (u64, f64, f64) = quarter_turns(x);
    let tangent: f64 = tan_of(x, quarters, r, tail);
    tangent
}
