//! The error function and its complement.

use super::bits::{assemble, upper};
use super::double::fast_two_sum;
use super::exponential::{exp_beyond, exp2_beyond};
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

/// `erf(a)` for `a` of at least 0.8, exact in absolute terms.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erf_beyond(a: f64) -> f64 {
    // From here on it is 1; a NaN stays.
    let a = if a > 5.95 { 5.95 } else { a };
    // -log2 erfc(a) is smooth: its linear term, and the others.
    let linear = a * 1.6279067258902993;
    let z = a * a;
    let w = z * z;
    let first = 2.843103778384979e-08 + z * (0.9184496205405303 + a * 0.148265678992133);
    let second = (-0.027590620589484048 + a * -0.00030469379364274514)
        + z * (0.002437767959920312 + a * -0.0008229918922605513);
    let third = (-7.277842281747743e-06 + a * 0.00014190926340056968)
        + z * (-8.307152099447542e-05 + a * 3.027830961495133e-05);
    let fourth = (-8.060993754977609e-06 + a * 1.6263939657668065e-06)
        + z * (-2.4817262187899003e-07 + a * 2.7882745618199976e-08);
    let fifth = (-2.1807048546982904e-09 + a * 1.061164424197061e-10) + z * -2.4191086573792316e-12;
    let others = (first + w * second) + w * w * ((third + w * fourth) + w * w * fifth);
    // 1.5 * 2^52 + 1023: the difference ends in the bits of 2^k.
    let shifted = 6755399441056767.0 - (linear + others);
    let r = ((6755399441056767.0 - shifted) - linear) - others;
    let beyond: f64 = exp2_beyond(r, r * 0.6931471805599453);
    let value = 1.0 + beyond;
    1.0 - value * f64::from_bits(shifted.to_bits() << 52)
}

/// The error function. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn erf(x: f64) -> f64 {
    let a = x.abs();
    let series: f64 = erf_series(a * a);
    let beyond: f64 = erf_beyond(a);
    let value = if a < 0.8 { a + a * series } else { beyond };
    value.copysign(x)
}

/// `erfc(x)` for `|x|` up to 1/2.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erfc_within(x: f64) -> f64 {
    // 1 - x - x (erf(x) / x - 1)
    let z = x * x;
    let w = z * z;
    let first = 0.12837916709551253 + z * -0.376126389031825;
    let second = 0.11283791670871801 + z * -0.026866170619612648;
    let third = 0.005223977197870304 + z * -0.0008548284613887516;
    let fourth = 0.00012052772813185653 + z * -1.4833065810740878e-05;
    let last = w * 1.4606095559137549e-06;
    let series = (first + w * second) + w * w * ((third + w * fourth) + w * last);
    let (main, rest): (f64, f64) = fast_two_sum(1.0, -x);
    main + (rest - x * series)
}

/// `erfc(a)` for `a` of at least 1/2.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erfc_beyond(a: f64) -> f64 {
    // Where both factors in `assemble` are 0; a NaN stays.
    let a = if a > 37.66 { 37.66 } else { a };
    let (shifted, power, power_rest): (f64, f64, f64) = exp_of_square(a);
    // erfc(a) = e^(-a^2) p / (1 + 2 a), where p is smooth in q = (a - 3) / (a + 3).
    let q = (a - 3.0) / (a + 3.0);
    let w = q * q;
    let c = w * w;
    let first = q * -0.1356211061245813 + w * (-0.047562294353449976 + q * 0.12964515870277935);
    let second = (-0.11927366341536318 + q * 0.06830802734322725)
        + w * (-0.023770514917068507 + q * 0.0025293918299155132);
    let third = (0.0018886903344273764 + q * -0.000779832412664658)
        + w * (-0.00010515956457456658 + q * 0.00012510020920040538);
    let fourth = (4.948070224941725e-06 + q * -2.0103826832255458e-05)
        + w * (-7.260247412873781e-07 + q * 3.48014853329607e-06);
    let fifth = (3.4313614933113265e-07 + q * -6.275775135847033e-07)
        + w * (-1.201674027673937e-07 + q * 1.0977375940746591e-07);
    let sixth = 2.2338772579211515e-08 + q * -1.4670260612606964e-08;
    let d = c * c;
    let small = ((first + c * second) + d * (third + c * fourth)) + d * d * (fifth + c * sixth);
    let p = 1.2530080582697296 + small;
    let p_high: f64 = upper(p);
    let p_low = small - (p_high - 1.2530080582697296);
    // The quotient in two parts: the upper parts' product is exact.
    let below = 1.0 + 2.0 * a;
    let below_high: f64 = upper(below);
    let below_low = 2.0 * a - (below_high - 1.0);
    let inverse = 1.0 / below;
    let high: f64 = upper(inverse);
    let low = ((1.0 - high * below_high) - high * below_low) * inverse;
    let quotient = p_high * high;
    let rest = p_low * high + p * low;
    let value = power * quotient + (power * rest + power_rest * quotient);
    assemble(value, shifted)
}

/// `(shifted, high, low)` with `e^(-a^2) = 2^k (high + low)`, `shifted` being `k` as `assemble` takes
/// it, for `a` up to 38.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp_of_square(a: f64) -> (f64, f64, f64) {
    // The square of the upper part is exact, and that of `a` less by a product.
    let short: f64 = upper(a);
    let square = short * short;
    let tail = (short - a) * (short + a);
    let shifted = 6755399441057790.0 - square * 1.4426950408889634;
    let k = shifted - 6755399441057790.0;
    // The first 33 bits of ln 2: the product is exact.
    let high = -square - k * 0.6931471806019545;
    let low = tail - k * -4.2009150726810846e-11;
    let r = high + low;
    let rest = (high - r) + low;
    let one = 1.0 + r;
    let beyond: f64 = exp_beyond(r, (r - (one - 1.0)) + rest);
    let (high, low): (f64, f64) = fast_two_sum(one, beyond);
    (shifted, high, low)
}

/// The complementary error function, `1 - erf(x)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    let a = x.abs();
    let within: f64 = erfc_within(x);
    let beyond: f64 = erfc_beyond(a);
    let beyond = if x < 0.0 { 2.0 - beyond } else { beyond };
    if a < 0.5 { within } else { beyond }
}
