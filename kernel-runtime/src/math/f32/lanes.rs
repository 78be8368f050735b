//! See `math/lanes.rs`.

use super::bits::split_usual;
use super::logarithm::log2_of;
use super::power::{exp2_wide, log2_wide};
use crate::math::lanes::{COUNT, Scratch, proper, settle, whole};

whole! {
    f32: exp() exp2() exp_m1() ln() ln_1p() log10() sin() cos() tan() asin() acos() atan()
    sinh() cosh() tanh() asinh() acosh() atanh() cbrt() log(base: f32) atan2(x2: f32)
    hypot(y: f32) powi(n: i32)
}

/// The logarithm of each to the base 2.
#[inline(always)]
pub fn log2(x: &mut [f32; COUNT], _: &mut Scratch) {
    let mut values = [0.0; COUNT];
    let mut all_usual = true;
    for at in 0..COUNT {
        let (k, m, usual) = split_usual(x[at]);
        all_usual &= usual;
        values[at] = log2_of(k, m);
    }
    if all_usual {
        *x = values;
    } else {
        proper!(x, log2());
    }
}

/// Each to the power of its exponent.
#[inline(always)]
pub fn powf(x: &mut [f32; COUNT], y: &[f32; COUNT], scratch: &mut Scratch) {
    let mut beyond = 0;
    for at in 0..COUNT {
        // Negative where a base is not a finite positive number, or an exponent above 4e9.
        let (base, exponent) = (x[at].to_bits(), y[at].abs().to_bits());
        beyond |= base.wrapping_sub(1) | 0x7f7f_ffffu32.wrapping_sub(base);
        beyond |= 0x4f6e_6b28u32.wrapping_sub(exponent);
    }
    if beyond >> 31 != 0 {
        return proper!(x, powf(y));
    }
    let Scratch([logs, ..]) = scratch;
    for at in 0..COUNT {
        logs[at] = log2_wide(x[at].into()) * f64::from(y[at]);
    }
    settle(scratch);
    let Scratch([logs, ..]) = scratch;
    for at in 0..COUNT {
        x[at] = exp2_wide(logs[at]) as f32;
    }
}
