//! Inverse hyperbolic functions, each as the logarithm of 1 and something, exactly added.

use super::bits::upper;
use super::double::{fast_two_sum, two_sum};
use super::logarithm::ln_of_sum;
use kernel_macros::kernel;

/// Inverse hyperbolic sine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn asinh(x: f64) -> f64 {
    // ln(1 + a + (sqrt(1 + a^2) - 1)), of halves, which stay finite.
    let a = x.abs();
    let half = 0.5 * a;
    let square = half * half;
    let rise = square / (0.5 + (0.25 + square).sqrt());
    // Before the square is infinite, the difference is lost.
    let rise = if a > 1e20 { half } else { rise };
    let (more, rest): (f64, f64) = fast_two_sum(half, rise);
    let (sum, lost): (f64, f64) = two_sum(0.5, more);
    let value: f64 = ln_of_sum(sum, lost + rest, 1.0);
    let value = if a <= f64::MAX { value } else { a };
    let value = if a < 1e-9 { a } else { value };
    value.copysign(x)
}

/// Inverse hyperbolic cosine. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn acosh(x: f64) -> f64 {
    let (sum, lost): (f64, f64) = acosh_sum(x);
    let value: f64 = ln_of_sum(sum, lost, 1.0);
    acosh_ends(x, value)
}

/// Half of the number whose logarithm it is, as a sum.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn acosh_sum(x: f64) -> (f64, f64) {
    // x + sqrt(u^2 + 2 u) of u = x - 1, of halves, which stay finite.
    let half = 0.5 * x - 0.5;
    let root = (half * half + half).sqrt();
    let root = if x > 1e20 { half } else { root };
    fast_two_sum(0.5 * x, root)
}

/// What it is where its argument is not ordinary.
#[kernel(device, crate = crate)]
#[inline(always)]
fn acosh_ends(x: f64, value: f64) -> f64 {
    let value = if x <= f64::MAX { value } else { x };
    if x < 1.0 { f64::NAN } else { value }
}

/// Inverse hyperbolic tangent. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    // ln(1 + 2 q) / 2, q = a / (1 - a), of halves.
    let a = x.abs();
    let below = 1.0 - a;
    let below_rest = (1.0 - below) - a;
    let quotient = a / below;
    let (short, short_below): (f64, f64) = (upper(quotient), upper(below));
    let rest = (a - short * short_below) - short * (below - short_below);
    let rest = rest - ((quotient - short) * below + quotient * below_rest);
    let (sum, lost): (f64, f64) = two_sum(0.5, quotient);
    // 1 / (1 - a) is 1 + q.
    let value: f64 = ln_of_sum(sum, lost + rest * (1.0 + quotient), 1.0);
    let end = if a == 1.0 { f64::INFINITY } else { f64::NAN };
    let value = if a < 1.0 { 0.5 * value } else { end };
    let value = if a < 1e-9 { a } else { value };
    value.copysign(x)
}
