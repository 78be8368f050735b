//! See `math/lanes.rs`.

use super::bits::split_usual;
use super::logarithm::log2_of;
use super::power::{exp2_wide_near, log2_wide};
use crate::math::f64::bits::{assemble_usual, is_usual};
use crate::math::lanes::{Scratch, proper, settle, whole};

whole! {
    f32: exp() exp2() exp_m1() ln() ln_1p() log10() sin() cos() tan() asin() acos() atan()
    sinh() cosh() tanh() asinh() acosh() atanh() cbrt() log(base: f32) atan2(x2: f32)
    hypot(y: f32) powi(n: i32)
}

/// The logarithm of each to the base 2.
#[inline(always)]
pub fn log2<const N: usize>(x: &mut [f32; N], _: &mut Scratch) {
    let mut values = [0.0; N];
    let mut all_usual = true;
    for at in 0..N {
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
pub fn powf<const N: usize>(x: &mut [f32; N], y: &[f32; N], scratch: &mut Scratch) {
    let Scratch([exponents, rests, ..]) = scratch;
    let (mut usual_bases, mut usual_powers) = (true, true);
    for base in x.iter() {
        // Finite and positive.
        usual_bases &= base.to_bits().wrapping_sub(1) < 0x7f7f_ffff;
    }
    for at in 0..N {
        let log = log2_wide(x[at].into()) * f64::from(y[at]);
        let shifted = log + 6755399441055744.0;
        usual_powers &= is_usual(shifted);
        (exponents[at], rests[at]) = (shifted, log - (shifted - 6755399441055744.0));
    }
    settle(scratch);
    if !(usual_bases & usual_powers) {
        return proper!(x, powf(y));
    }
    let Scratch([exponents, rests, ..]) = scratch;
    for at in 0..N {
        x[at] = assemble_usual(exp2_wide_near(rests[at]), exponents[at]) as f32;
    }
}
