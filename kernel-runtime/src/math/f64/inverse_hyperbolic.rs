//! Inverse hyperbolic functions, each as the logarithm of 1 and something, exactly added.

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

/// `(sum, rest)` of a usual number: the sum is the number whose logarithm it is. For the host.
#[inline(always)]
pub(super) fn acosh_sum_usual(x: f64) -> (f64, f64) {
    let u = x - 1.0;
    let root = exact_product_and(u, 2.0, u * u).sqrt();
    fast_two_sum(x, root)
}

/// Inverse hyperbolic tangent. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atanh(x: f64) -> f64 {
    let a = x.abs();
    let (k, s): (f64, f64) = atanh_parts(a);
    let value: f64 = atanh_sum(k, s);
    let end = if a == 1.0 { f64::INFINITY } else { f64::NAN };
    let value = if a < 1.0 { value } else { end };
    value.copysign(x)
}

/// `(k, s)` with `(1 + a) / (1 - a) = 2^k (1 + s) / (1 - s)` and `|s|` below 0.262, for `a` from 0 to 1.
#[kernel(device, crate = crate)]
#[inline(always)]
fn atanh_parts(a: f64) -> (f64, f64) {
    let (above, below) = (1.0 + a, 1.0 - a);
    let (above_rest, below_rest) = (a - (above - 1.0), (1.0 - below) - a);
    // The difference of the bits is nearly the quotient's logarithm. 2^k stands in the exponent's place; it
    // changes where the result is a little more than 1/4, whose last place is twice that below.
    let quotient = above.to_bits().wrapping_sub(below.to_bits());
    let exponent = quotient.wrapping_add(0x0004_3958_0000_0000) & 0xfff0_0000_0000_0000;
    let k = f64::from_bits((exponent >> 52) | 0x4330_0000_0000_0000) - 4503599627370496.0;
    let power = f64::from_bits(exponent.wrapping_add(0x3ff0_0000_0000_0000));
    let scaled = below * power;
    // The difference of the two is exact, as they are near each other; without a power it is 2 a, and s is a.
    let difference = (above - scaled) + (above_rest - below_rest * power);
    (k, difference / (above + scaled))
}

/// `k ln 2 / 2 + atanh(s)`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn atanh_sum(k: f64, s: f64) -> f64 {
    let z = s * s;
    let w = z * z;
    let first = 0.33333333333333337 + z * 0.19999999999994672;
    let second = 0.14285714287514623 + z * 0.11111110859905816;
    let third = 0.09090927082880473 + z * 0.07691576307499454;
    let fourth = (0.0668415594051159 + z * 0.05640203011195281) + w * 0.07026831186055536;
    let series = (first + w * second) + w * w * (third + w * fourth);
    k * HALF_LN_2 + (s + (s * z * series + k * HALF_LN_2_REST))
}

/// Halves of the two parts of ln 2.
const HALF_LN_2: f64 = 0.34657359030097725;
const HALF_LN_2_REST: f64 = -2.1004575363405423e-11;

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
