//! Inverse hyperbolic functions, each as the logarithm of a sum.

use super::double::{two_product, two_sum};
use super::logarithm::ln_of_sum;
use kernel_macros::kernel;

/// Square root of `high + low`, in two parts, for `high` of at least the square of `low`'s place.
#[kernel(device, crate = crate)]
#[inline(always)]
fn root(high: f32, low: f32) -> (f32, f32) {
    let value = high.sqrt();
    let (square, error): (f32, f32) = two_product(value, value);
    (value, ((high - square) - error + low) / (2.0 * value))
}

/// Inverse hyperbolic sine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn asinh(x: f32) -> f32 {
    // ln(a + sqrt(a^2 + 1)), and ln(2 a) where the 1 is lost.
    let a = x.abs();
    let large = a > 1e5;
    let bounded = if large { 1.0 } else { a };
    let (square, error): (f32, f32) = two_product(bounded, bounded);
    let (high, low): (f32, f32) = two_sum(1.0, square);
    let (main, rest): (f32, f32) = root(high, low + error);
    let (sum, lost): (f32, f32) = two_sum(bounded, main);
    let sum = if large { a } else { sum };
    let rest = if large { 0.0 } else { lost + rest };
    let doubled = if large { 1.0f32 } else { 0.0 };
    let value: f32 = ln_of_sum(sum, rest, doubled);
    let value = if a < 1e-4 { a } else { value };
    value.copysign(x)
}

/// Inverse hyperbolic cosine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn acosh(x: f32) -> f32 {
    // ln(x + sqrt(x^2 - 1)), and ln(2 x) where the 1 is lost.
    let large = x > 1e5;
    let bounded = if large { 1.0 } else { x };
    let (square, error): (f32, f32) = two_product(bounded, bounded);
    let (high, low): (f32, f32) = two_sum(-1.0, square);
    let (main, rest): (f32, f32) = root(high, low + error);
    let rest = if main == 0.0 { 0.0 } else { rest };
    let (sum, lost): (f32, f32) = two_sum(bounded, main);
    let sum = if large { x } else { sum };
    let rest = if large { 0.0 } else { lost + rest };
    let doubled = if large { 1.0f32 } else { 0.0 };
    let value: f32 = ln_of_sum(sum, rest, doubled);
    if x >= 1.0 { value } else { f32::NAN }
}

/// Inverse hyperbolic tangent. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atanh(x: f32) -> f32 {
    // ln((1 + a) / (1 - a)) / 2
    let a = x.abs();
    let (above, above_rest): (f32, f32) = two_sum(1.0, a);
    let (below, below_rest): (f32, f32) = two_sum(1.0, -a);
    let quotient = above / below;
    let (product, error): (f32, f32) = two_product(quotient, below);
    let rest = ((above - product) - error + (above_rest - quotient * below_rest)) / below;
    let value: f32 = ln_of_sum(quotient, rest, 0.0);
    let value = if a == 1.0 { f32::INFINITY } else { 0.5 * value };
    let value = if a < 1e-4 { a } else { value };
    value.copysign(x)
}
