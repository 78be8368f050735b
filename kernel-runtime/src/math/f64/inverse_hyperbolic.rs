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
    let (half, root, root_lost): (f64, f64, f64) = acosh_root(x);
    let large = x > 1e20;
    let root = if large { half } else { root };
    let root_lost = if large { 0.0 } else { root_lost };
    let (sum, lost): (f64, f64) = fast_two_sum(0.5 * x, root);
    (sum, lost + root_lost)
}

/// `(u / 2, sqrt(u^2 + 2 u) / 2, rest)` of `u = x - 1`: halves stay finite. The rest is what the sum's
/// rounding takes from the root, a fifth of the result's last place below 1.04.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn acosh_root(x: f64) -> (f64, f64, f64) {
    let half = 0.5 * x - 0.5;
    let square = half * half;
    let sum = square + half;
    let lost = (half - sum) + square;
    let root = sum.sqrt();
    // Half of `rough_inverse`.
    let inverse = f64::from_bits(0x7fce_6000_0000_0000u64.wrapping_sub(root.to_bits()));
    (half, root, lost * inverse)
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
