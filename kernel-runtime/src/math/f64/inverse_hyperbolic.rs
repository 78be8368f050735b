//! Inverse hyperbolic functions, each as the logarithm of 1 and something, exactly added.

use super::bits::upper;
use super::double::{fast_two_sum, two_sum};
use super::fused::exact_product_and;
use super::logarithm::{ln_by_centres, ln_of_sum};
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
    // ln(x + sqrt(u^2 + 2 u)) of u = x - 1, of halves, which stay finite.
    let half = 0.5 * x - 0.5;
    let root = (half * half + half).sqrt();
    // ln(2 x) before the square is infinite.
    let large = x > 1e20;
    let root = if large { 0.0 } else { root };
    let doubled = if large { 2.0 } else { 1.0 };
    let (sum, lost): (f64, f64) = fast_two_sum(0.5 * x, root);
    let value: f64 = ln_by_centres(sum, lost, doubled);
    // Other arguments are not ordinary.
    let value = if x <= f64::MAX { value } else { x };
    if x < 1.0 { f64::NAN } else { value }
}

/// `(x - 1, sum, rest)` of a usual number: the sum is the number whose logarithm it is. For the host.
#[inline(always)]
pub(super) fn acosh_sum_usual(x: f64) -> (f64, f64, f64) {
    let u = x - 1.0;
    let root = exact_product_and(u, 2.0, u * u).sqrt();
    let (sum, lost) = fast_two_sum(x, root);
    (u, sum, lost)
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

#[cfg(test)]
mod tests {
    use super::acosh;

    #[test]
    fn the_largest_numbers_have_an_inverse_hyperbolic_cosine() {
        for (x, expected) in [
            (f64::MAX, 710.4758600739439),
            (1.4e308, 710.2258280593472),
            (1e300, 691.4686750787736),
            (1e20, 46.74484904044086),
            (1.0000000000000002, 2.1073424255447014e-8),
        ] {
            assert!((acosh(x) / expected - 1.0).abs() < 1e-15, "{x:e}");
        }
    }
}
