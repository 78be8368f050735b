//! Hyperbolic functions.

use super::bits::scale;
use super::double::two_sum;
use super::exponential::exp_parts;
use kernel_macros::kernel;

/// `(high, low, inverse)`: half of `e^a` in two parts, and half of `e^-a`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn halves(a: f32) -> (f32, f32, f32) {
    // Far enough for infinity; a NaN stays.
    let a = if a > 90.0 { 90.0 } else { a };
    let (k, high, low): (f32, f32, f32) = exp_parts(a, 0.0);
    let high: f32 = scale(high, k - 1.0);
    let low: f32 = scale(low, k - 1.0);
    (high, low, 0.25 / high)
}

/// Hyperbolic sine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sinh(x: f32) -> f32 {
    let a = x.abs();
    let (high, low, inverse): (f32, f32, f32) = halves(a);
    let large = high + (low - inverse);
    let z = a * a;
    let series = 0.16666667 + z * (0.008333316 + z * (0.0001984142 + z * 2.7915382e-06));
    let small = a + a * z * series;
    let value = if a < 1.0 { small } else { large };
    value.copysign(x)
}

/// Hyperbolic cosine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn cosh(x: f32) -> f32 {
    let (high, low, inverse): (f32, f32, f32) = halves(x.abs());
    high + (low + inverse)
}

/// Hyperbolic tangent. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let a = x.abs();
    // From here on it is 1.
    let bounded = if a > 10.0 { 10.0 } else { a };
    // (e^2a - 1) / (e^2a + 1)
    let (k, high, low): (f32, f32, f32) = exp_parts(2.0 * bounded, 0.0);
    let high: f32 = scale(high, k);
    let low: f32 = scale(low, k);
    let (above, above_rest): (f32, f32) = two_sum(high, -1.0);
    let (below, below_rest): (f32, f32) = two_sum(high, 1.0);
    let above_rest = above_rest + low;
    let below_rest = below_rest + low;
    let quotient = above / below;
    let value = quotient + (above_rest - quotient * below_rest) / below;
    let value = if a < 1e-4 { a } else { value };
    value.copysign(x)
}
