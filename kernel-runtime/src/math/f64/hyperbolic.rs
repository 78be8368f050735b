//! Hyperbolic functions.

use super::bits::assemble;
use super::double::two_sum;
use super::exponential::{exp_near, exp_parts, exp_reduced};
use kernel_macros::kernel;

/// `(high, low, inverse)`: half of `e^a` in two parts, and half of `e^-a`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn halves(a: f64) -> (f64, f64, f64) {
    // Far enough for infinity; a NaN stays.
    let a = if a > 711.0 { 711.0 } else { a };
    let (shifted, high, low): (f64, f64, f64) = exp_parts(a, 0.0);
    let halved = shifted - 1.0;
    let high: f64 = assemble(high, halved);
    let low: f64 = assemble(low, halved);
    (high, low, 0.25 / high)
}

/// Hyperbolic sine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn sinh(x: f64) -> f64 {
    let a = x.abs();
    let (high, low, inverse): (f64, f64, f64) = halves(a);
    let large = high + (low - inverse);
    let z = a * a;
    let series = 0.16666666666666669
        + z * (0.00833333333333297
            + z * (0.00019841269841531204
                + z * (2.7557319130377647e-06
                    + z * (2.5052126856443886e-08
                        + z * (1.6057000488567032e-10 + z * 7.765898684829447e-13)))));
    let small = a + a * z * series;
    let value = if a < 1.0 { small } else { large };
    value.copysign(x)
}

/// Hyperbolic cosine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn cosh(x: f64) -> f64 {
    let a = x.abs();
    // Far enough for infinity; a NaN stays.
    let a = if a > 711.0 { 711.0 } else { a };
    let (shifted, r): (f64, f64) = exp_reduced(a, 6755399441057790.0);
    let value: f64 = exp_near(r);
    let half: f64 = assemble(value, shifted - 1.0);
    half + 0.25 / half
}

/// Hyperbolic tangent. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let a = x.abs();
    // From here on it is 1.
    let bounded = if a > 22.0 { 22.0 } else { a };
    // (e^2a - 1) / (e^2a + 1)
    let (shifted, high, low): (f64, f64, f64) = exp_parts(2.0 * bounded, 0.0);
    let high: f64 = assemble(high, shifted);
    let low: f64 = assemble(low, shifted);
    let (above, above_rest): (f64, f64) = two_sum(high, -1.0);
    let (below, below_rest): (f64, f64) = two_sum(high, 1.0);
    let above_rest = above_rest + low;
    let below_rest = below_rest + low;
    let quotient = above / below;
    let value = quotient + (above_rest - quotient * below_rest) / below;
    let value = if a < 1e-9 { a } else { value };
    value.copysign(x)
}
