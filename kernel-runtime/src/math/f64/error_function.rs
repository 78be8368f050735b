//! The error function and its complement.

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

/// `erfcx(a) (a + 5/8) / (5/8) - 1`, where `erfcx(a) = e^(a^2) erfc(a)`: from -0.08 to 0.12, for `a` from 0
/// to 27.3.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erfcx_beyond(a: f64) -> f64 {
    // All numbers of the divisor are positive: nothing cancels.
    let z = a * a;
    let w = z * z;
    let c = w * w;
    let first = 0.47162083290448203 + a * 0.7712958290776086;
    let second = 0.6062537969261852 + a * 0.28423063374893476;
    let third = 0.08057757765370165 + a * 0.010726077462210395;
    let fourth = -0.0011774825990939917 + a * -0.000821378879008147;
    let fifth = -0.00015649136251099445 + a * -1.2307074043298429e-05;
    let over = ((first + z * second) + w * (third + z * fourth)) + c * fifth;
    let first = 1.0 + a * 3.3431570160289827;
    let second = 5.19719943374847 + a * 4.960641935208946;
    let third = 3.229631574561645 + a * 1.5043954610671906;
    let fourth = 0.510203120887299 + a * 0.12516503710484325;
    let fifth = (0.021434897297735928 + a * 0.002341866583140729) + z * 0.00012649019239941025;
    let under = ((first + z * second) + w * (third + z * fourth)) + c * fifth;
    a * over / under
}

/// `erfc(a)` for `a` from 0 on.
#[kernel(device, crate = crate)]
#[inline(always)]
fn erfc_of_positive(a: f64) -> f64 {
    // Where the power of 2 is 0; a NaN stays.
    let a = if a > 32.619 { 32.619 } else { a };
    // Without its last bits, `short` has an exact square and an exact product with `high`.
    let sum = a + 0.625;
    let below = f64::from_bits(sum.to_bits() & 0xffff_ffff_0000_0000);
    let short = below - 0.625;
    let rest = a - short;
    // 5/8 over `a + 5/8` is `high (1 + 1.6 lack)`.
    let high = f64::from_bits((0.625 / sum).to_bits() & 0xffff_ffff_ffe0_0000);
    let lack = (0.625 - high * below) - high * rest;
    // -a^2 and the logarithm of what `high` lacks are `k ln 2 + main + low`; of ln 2 the first 33 bits: `main` is
    // exact. 1.5 * 2^52 + 1023 + 512: the difference ends in the bits of 2^(k + 512).
    let square = short * short;
    let shifted = 6755399441057279.0 - square * 1.4426950408889634;
    let k = shifted - 6755399441057279.0;
    let main = k * -0.6931471806019545 - square;
    let low = (k * 4.2009150726810846e-11 - rest * (a + short)) + 1.6 * lack;
    let beyond: f64 = exp_beyond(main + low, low);
    let power = main + beyond;
    let factor: f64 = erfcx_beyond(a);
    // (1 + power) (1 + factor) - 1
    let both = power + (factor + power * factor);
    let value = high + high * both;
    // In two steps, of which the second is exact unless the result is subnormal.
    value * f64::from_bits(shifted.to_bits() << 52) * 7.458340731200207e-155
}

/// The complementary error function, `1 - erf(x)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn erfc(x: f64) -> f64 {
    let value: f64 = erfc_of_positive(x.abs());
    if x < 0.0 { 2.0 - value } else { value }
}
