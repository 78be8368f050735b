//! The error function and its complement.

use super::bits::{scale, upper};
use super::double::{fast_two_sum, two_product, two_sum};
use super::exponential::{exp_parts, exp2_curve};
use kernel_macros::kernel;

/// `erf(x) / x - 1` for `z = x^2` up to 0.64.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erf_series(z: f32) -> f32 {
    0.12837917
        + z * (-0.3761261
            + z * (0.112832084 + z * (-0.026824493 + z * (0.0050912024 + z * -0.00065710995))))
}

/// `erfc(a)` for `a` of at least 1/2.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erfc_beyond(a: f32) -> f32 {
    // Far enough for 0; a NaN stays.
    let a = if a > 10.5 { 10.5 } else { a };
    // erfc(a) = e^(-a^2) p / (1 + 2 a), where p is smooth in q.
    let q = (a - 2.0) / (a + 2.0);
    let w = q * q;
    let even = w * (-0.16603042 + w * (-0.054215252 + w * (0.00867416 + w * -0.0012845505)));
    let odd = -0.09276374
        + w * (0.16404773 + w * (-0.007995626 + w * (0.0011096158 + w * -0.0001805958)));
    let (p, p_rest): (f32, f32) = fast_two_sum(1.2769784, even + q * odd);
    let (below, below_rest): (f32, f32) = two_sum(1.0, 2.0 * a);
    let quotient = p / below;
    let (product, error): (f32, f32) = two_product(quotient, below);
    let rest = (((p - product) - error) + (p_rest - quotient * below_rest)) / below;
    let (square, square_rest): (f32, f32) = two_product(a, a);
    let (k, power, power_rest): (f32, f32, f32) = exp_parts(-square, -square_rest);
    // The upper parts' product is exact, so that the sum alone is rounded.
    let (short_power, short): (f32, f32) = (upper(power), upper(quotient));
    let cross = short_power * (quotient - short) + (power - short_power) * quotient;
    let value = short_power * short + (cross + (power_rest * quotient + power * rest));
    scale(value, k)
}

/// `erf(a)` for `a` of at least 0.8, exact in absolute terms.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erf_beyond(a: f32) -> f32 {
    // From here on it is 1; a NaN stays.
    let a = if a > 3.95 { 3.95 } else { a };
    // -log2 erfc(a) is smooth.
    let z = a * a;
    let first = 8.331952e-05 + a * 1.6277434;
    let second = 0.91777784 + a * 0.15128326;
    let third = -0.032732587 + a * 0.0045621097;
    let log = (first + z * second) + z * z * (third + z * -0.00030062874);
    // 1.5 * 2^23 + 127: the difference ends in the bits of 2^k.
    let shifted = 12583039.0 - log;
    let r = (12583039.0 - shifted) - log;
    let curve: f32 = exp2_curve(r);
    let value = 1.0 + (r * 0.6931472 + curve);
    1.0 - value * f32::from_bits(shifted.to_bits() << 23)
}

/// The error function. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn erf(x: f32) -> f32 {
    let a = x.abs();
    let series: f32 = erf_series(a * a);
    let beyond: f32 = erf_beyond(a);
    let value = if a < 0.8 { a + a * series } else { beyond };
    value.copysign(x)
}

/// The complementary error function, `1 - erf(x)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn erfc(x: f32) -> f32 {
    let a = x.abs();
    let series: f32 = erf_series(a * a);
    let (main, rest): (f32, f32) = two_sum(1.0, -x);
    let within = main + (rest - x * series);
    let beyond: f32 = erfc_beyond(a);
    let beyond = if x < 0.0 { 2.0 - beyond } else { beyond };
    if a < 0.5 { within } else { beyond }
}
