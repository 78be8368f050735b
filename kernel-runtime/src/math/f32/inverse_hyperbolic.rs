//! Inverse hyperbolic functions, each as the logarithm of 1 and something, exactly added.

use super::bits::upper;
use super::double::{fast_two_sum, two_sum};
use super::logarithm::ln_of_sum;
use kernel_macros::kernel;

/// Inverse hyperbolic sine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn asinh(x: f32) -> f32 {
    // ln(1 + a + (sqrt(1 + a^2) - 1)), of halves, which stay finite.
    let a = x.abs();
    let half = 0.5 * a;
    let square = half * half;
    let rise = square / (0.5 + (0.25 + square).sqrt());
    // Before the square is infinite, the difference is lost.
    let rise = if a > 1e10 { half } else { rise };
    let (more, rest): (f32, f32) = fast_two_sum(half, rise);
    let (sum, lost): (f32, f32) = two_sum(0.5, more);
    let value: f32 = ln_of_sum(sum, lost + rest, 1.0);
    let value = if a <= f32::MAX { value } else { a };
    let value = if a < 1e-4 { a } else { value };
    value.copysign(x)
}

/// Inverse hyperbolic cosine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn acosh(x: f32) -> f32 {
    // ln(1 + u + sqrt(u^2 + 2 u)) of u = x - 1, of halves, which stay finite.
    let half = 0.5 * x - 0.5;
    let root = (half * half + half).sqrt();
    let root = if x > 1e10 { half } else { root };
    let (more, rest): (f32, f32) = fast_two_sum(root, half);
    let (sum, lost): (f32, f32) = two_sum(0.5, more);
    let value: f32 = ln_of_sum(sum, lost + rest, 1.0);
    let value = if x <= f32::MAX { value } else { x };
    if x < 1.0 { f32::NAN } else { value }
}

/// Inverse hyperbolic tangent. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atanh(x: f32) -> f32 {
    // ln(1 + 2 q) / 2, q = a / (1 - a), of halves.
    let a = x.abs();
    let below = 1.0 - a;
    let below_rest = (1.0 - below) - a;
    let quotient = a / below;
    let (short, short_below): (f32, f32) = (upper(quotient), upper(below));
    let rest = (a - short * short_below) - short * (below - short_below);
    let rest = rest - ((quotient - short) * below + quotient * below_rest);
    let (sum, lost): (f32, f32) = two_sum(0.5, quotient);
    // 1 / (1 - a) is 1 + q.
    let value: f32 = ln_of_sum(sum, lost + rest * (1.0 + quotient), 1.0);
    let end = if a == 1.0 { f32::INFINITY } else { f32::NAN };
    let value = if a < 1.0 { 0.5 * value } else { end };
    let value = if a < 1e-4 { a } else { value };
    value.copysign(x)
}
