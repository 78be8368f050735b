//! Sine, cosine and tangent, in `f64`: see `reduction.rs`.

use super::reduction::{half_turns, half_turns_from_middle, over_pi, usual_over_pi};
use kernel_macros::kernel;

/// `sin(pi (n + f))`, given `n` in the last bit of `half_turns`, with a relative error of
/// `2^-27`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn half_turn_sin(n: u64, f: f64) -> f64 {
    let z = f * f;
    let first = 3.141592636554122 + z * -5.167709634815518;
    let second = 2.550068595994178 + z * -0.5982340435828016;
    let value = f * (first + z * z * (second + z * z * 0.07754251362587071));
    f64::from_bits(value.to_bits() ^ (n << 63))
}

/// The sine, before it is rounded, given [`over_pi`] of the angle.
#[kernel(device, crate = crate)]
#[inline(always)]
fn wide_sin(turns: (f64, f64, f64)) -> f64 {
    let (n, f): (u64, f64) = half_turns(turns);
    half_turn_sin(n, f)
}

/// The cosine, before it is rounded, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
fn wide_cos(turns: (f64, f64, f64)) -> f64 {
    let (n, f): (u64, f64) = half_turns_from_middle(turns);
    half_turn_sin(n, f)
}

/// The sine, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn sin_of(turns: (f64, f64, f64)) -> f32 {
    let value: f64 = wide_sin(turns);
    value as f32
}

/// The cosine, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn cos_of(turns: (f64, f64, f64)) -> f32 {
    let value: f64 = wide_cos(turns);
    value as f32
}

/// The tangent, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn tan_of(turns: (f64, f64, f64)) -> f32 {
    let sine: f64 = wide_sin(turns);
    let cosine: f64 = wide_cos(turns);
    (sine / cosine) as f32
}

/// Sine of `x` radians. At most 1 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sin(x: f32) -> f32 {
    let turns: (f64, f64, f64) = over_pi(x);
    sin_of(turns)
}

/// Cosine of `x` radians. At most 1 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn cos(x: f32) -> f32 {
    let turns: (f64, f64, f64) = over_pi(x);
    cos_of(turns)
}

/// `(sin(x), cos(x))`, `x` in radians: the bits of [`sin`] and of [`cos`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sin_cos(x: f32) -> (f32, f32) {
    let turns: (f64, f64, f64) = over_pi(x);
    let sine: f32 = sin_of(turns);
    let cosine: f32 = cos_of(turns);
    (sine, cosine)
}

/// Tangent of `x` radians. At most 2 ULP, for numbers of any size.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn tan(x: f32) -> f32 {
    let turns: (f64, f64, f64) = over_pi(x);
    tan_of(turns)
}

/// Cosine of a magnitude below 2^20: the bits of [`cos`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(in crate::math) fn cos_within(x: f32) -> f32 {
    let turns: (f64, f64, f64) = usual_over_pi(x);
    cos_of(turns)
}
