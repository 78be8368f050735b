//! The error function and its complement.

use super::bits::{scale, upper};
use super::double::{fast_two_sum, two_product, two_sum};
use super::exponential::exp_parts;
use kernel_macros::kernel;

/// `erf(x) / x - 1` for `z = x^2` up to 0.64.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erf_series(z: f64) -> f64 {
    let w = z * z;
    let even = 1.6414732568543334e-06 + w * 1.10313130101844e-08;
    let even = 0.12837916709551256
        + w * (0.11283791670942828
            + w * (0.005223977595699757 + w * (0.00012055243317837656 + w * even)));
    let odd = -0.37612638903183493
        + w * (-0.026866170642535134
            + w * (-0.0008548324974657673
                + w * (-1.4923094965134952e-05 + w * -1.5811587399303618e-07)));
    even + z * odd
}

/// `erfc(a)` for `a` of at least 1/2.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erfc_beyond(a: f64) -> f64 {
    // Far enough for 0; a NaN stays.
    let a = if a > 28.0 { 28.0 } else { a };
    // erfc(a) = e^(-a^2) p / (1 + 2 a), where p is smooth in q.
    let q = (a - 3.0) / (a + 3.0);
    let w = q * q;
    let even = 3.456368490070514e-07
        + w * (-1.2651741089898555e-07
            + w * (2.9366689969253698e-08 + w * -3.0285540691298126e-09));
    let even = 0.0018886903031965932
        + w * (-0.00010515941286659474
            + w * (4.947718225066994e-06 + w * (-7.260796575410814e-07 + w * even)));
    let even = w
        * (-0.04756229435344447
            + w * (-0.11927366341557072 + w * (-0.023770514913557732 + w * even)));
    let odd = -6.153609453991218e-07 + w * (9.919018080762027e-08 + w * -1.0742891268711638e-08);
    let odd = -0.0007798322919535751
        + w * (0.00012509943332048452
            + w * (-2.0100710859493367e-05 + w * (3.47226344291195e-06 + w * odd)));
    let odd = -0.13562110612458123
        + w * (0.12964515870276627
            + w * (0.06830802734379754 + w * (0.00252939181868065 + w * odd)));
    let (p, p_rest): (f64, f64) = fast_two_sum(1.2530080582697296, even + q * odd);
    let (below, below_rest): (f64, f64) = two_sum(1.0, 2.0 * a);
    let quotient = p / below;
    let (product, error): (f64, f64) = two_product(quotient, below);
    let rest = (((p - product) - error) + (p_rest - quotient * below_rest)) / below;
    let (square, square_rest): (f64, f64) = two_product(a, a);
    let (k, power, power_rest): (f64, f64, f64) = exp_parts(-square, -square_rest);
    // The upper parts' product is exact, so that the sum alone is rounded.
    let (short_power, short): (f64, f64) = (upper(power), upper(quotient));
    let cross = short_power * (quotient - short) + (power - short_power) * quotient;
    let value = short_power * short + (cross + (power_rest * quotient + power * rest));
    scale(value, k)
}

/// The error function. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    let a = x.abs();
    let series: f64 = erf_series(a * a);
    let beyond: f64 = erfc_beyond(a);
    let value = if a < 0.8 {
        a + a * series
    } else {
        1.0 - beyond
    };
    value.copysign(x)
}

/// The complementary error function, `1 - erf(x)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    let a = x.abs();
    let series: f64 = erf_series(a * a);
    let (main, rest): (f64, f64) = two_sum(1.0, -x);
    let within = main + (rest - x * series);
    let beyond: f64 = erfc_beyond(a);
    let beyond = if x < 0.0 { 2.0 - beyond } else { beyond };
    if a < 0.5 { within } else { beyond }
}
