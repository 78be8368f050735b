//! Sine, cosine and tangent.

use super::double::fast_two_sum;
use super::reduction::{by_subtraction, quarter_turns};
use kernel_macros::kernel;

/// The sine of `r + tail`, each as a value and what is to be added to it, for `|r| <= pi / 4`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn sine_parts(r: f32, tail: f32) -> (f32, f32) {
    let z = r * r;
    let series = -0.16666655 + z * (0.008332191 + z * -0.00019518573);
    (r, z * r * series + (tail - 0.5 * z * tail))
}

/// The cosine of `r + tail`, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn cosine_parts(r: f32, tail: f32) -> (f32, f32) {
    let z = r * r;
    let series = 0.041666646 + z * (-0.0013887313 + z * 2.4432942e-05);
    let half = 0.5 * z;
    let main = 1.0 - half;
    (main, ((1.0 - main) - half) + (z * z * series - r * tail))
}

/// The value with the sign changed where bit 1 of `quarters` is set: after two quarter turns.
#[kernel(device, crate = crate)]
#[inline(always)]
fn turned(value: f32, quarters: u32) -> f32 {
    f32::from_bits(value.to_bits() ^ ((quarters & 2) << 30))
}

/// `(sin(x), cos(x))` of a reduced `x`: see [`quarter_turns`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn sin_cos_of(x: f32, quarters: u32, r: f32, tail: f32) -> (f32, f32) {
    // NaN for infinity.
    let tail = tail + x * 0.0;
    let (main, rest): (f32, f32) = sine_parts(r, tail);
    let sine = main + rest;
    let (main, rest): (f32, f32) = cosine_parts(r, tail);
    let cosine = main + rest;
    let swapped = quarters & 1 != 0;
    let first = if swapped { cosine } else { sine };
    let second = if swapped { sine } else { cosine };
    let first: f32 = turned(first, quarters);
    let second: f32 = turned(second, quarters.wrapping_add(1));
    (if x == 0.0 { x } else { first }, second)
}

/// `(sin(x), cos(x))`, `x` in radians: the bits of [`sin`] and of [`cos`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sin_cos(x: f32) -> (f32, f32) {
    let (quarters, r, tail): (u32, f32, f32) = quarter_turns(x);
    let (sine, cosine): (f32, f32) = sin_cos_of(x, quarters, r, tail);
    (sine, cosine)
}

/// Sine of `x` radians. At most 1 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    let (sine, _cosine): (f32, f32) = sin_cos(x);
    sine
}

/// Cosine of `x` radians. At most 1 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn cos(x: f32) -> f32 {
    let (_sine, cosine): (f32, f32) = sin_cos(x);
    cosine
}

/// The tangent of a reduced `x`: see [`quarter_turns`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn tan_of(x: f32, quarters: u32, r: f32, tail: f32) -> f32 {
    let tail = tail + x * 0.0;
    let (main, rest): (f32, f32) = sine_parts(r, tail);
    let (sine, sine_rest): (f32, f32) = fast_two_sum(main, rest);
    let (main, rest): (f32, f32) = cosine_parts(r, tail);
    let (cosine, cosine_rest): (f32, f32) = fast_two_sum(main, rest);
    // tan(r + pi / 2) = -cos(r) / sin(r)
    let swapped = quarters & 1 != 0;
    let above = if swapped { -cosine } else { sine };
    let above_rest = if swapped { -cosine_rest } else { sine_rest };
    let below = if swapped { sine } else { cosine };
    let below_rest = if swapped { sine_rest } else { cosine_rest };
    let quotient = above / below;
    let value = quotient + (above_rest - quotient * below_rest) / below;
    if x == 0.0 { x } else { value }
}

/// Cosine of less than 2^10 quarter turns: the bits of [`cos`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(in crate::math) fn cos_within(x: f32) -> f32 {
    let (quarters, r, tail): (u32, f32, f32) = by_subtraction(x);
    let (_sine, cosine): (f32, f32) = sin_cos_of(x, quarters, r, tail);
    cosine
}

/// Tangent of `x` radians. At most 2 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn tan(x: f32) -> f32 {
    let (quarters, r, tail): (u32, f32, f32) = quarter_turns(x);
    let tangent: f32 = tan_of(x, quarters, r, tail);
    tangent
}
