//! See `math/lanes.rs`.

use super::bits::{assemble_usual, is_usual, split_usual, upper};
use super::double::fast_two_sum;
use super::exponential::{
    exp_near, exp_reduced, exp2_near, exp2_reduced, exp2_root_usual, is_usual_power,
};
use super::logarithm::{ln_of, ln_of_split, log2_of, log10_of, split_sum};
use super::power::{exp2_sum_reduced, log2_beyond, log2_over, log2_sum, product, ratio_parts};
use crate::math::lanes::{COUNT, Scratch, proper, settle, whole};

whole! {
    f64: exp_m1() ln_1p() sin() cos() tan() asin() acos() atan() sinh() cosh()
    tanh() asinh() atanh() cbrt() log(base: f64) atan2(x2: f64) hypot(y: f64) powi(n: i32)
}

/// Exponential of each.
#[inline(always)]
pub fn exp(x: &mut [f64; COUNT], scratch: &mut Scratch) {
    let Scratch([exponents, rests, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..COUNT {
        let (shifted, r) = exp_reduced(x[at], 6755399441055744.0);
        all_usual &= is_usual(shifted);
        (exponents[at], rests[at]) = (shifted, r);
    }
    if !all_usual {
        return proper!(x, exp());
    }
    settle(scratch);
    let Scratch([exponents, rests, ..]) = scratch;
    for at in 0..COUNT {
        x[at] = assemble_usual(exp_near(rests[at]), exponents[at]);
    }
}

/// 2 to the power of each.
#[inline(always)]
pub fn exp2(x: &mut [f64; COUNT], scratch: &mut Scratch) {
    let Scratch([roots, rests, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..COUNT {
        let (shifted, r) = exp2_reduced(x[at], 844424930132480.0);
        all_usual &= is_usual_power(shifted);
        (roots[at], rests[at]) = (exp2_root_usual(shifted), r);
    }
    if !all_usual {
        return proper!(x, exp2());
    }
    powers_of_roots(x, scratch);
}

/// Powers of 2, of the scratch's roots and what is left of the exponents.
#[inline(always)]
fn powers_of_roots(values: &mut [f64; COUNT], scratch: &mut Scratch) {
    settle(scratch);
    let Scratch([roots, rests, ..]) = scratch;
    for at in 0..COUNT {
        values[at] = roots[at] + roots[at] * exp2_near(rests[at]);
    }
}

/// The natural logarithm of each.
#[inline(always)]
pub fn ln(x: &mut [f64; COUNT], scratch: &mut Scratch) {
    let Scratch([values, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..COUNT {
        let (k, m, usual) = split_usual(x[at]);
        all_usual &= usual;
        values[at] = ln_of(k, m);
    }
    // Else LLVM asks first, and then divides.
    settle(scratch);
    if !all_usual {
        return proper!(x, ln());
    }
    *x = scratch.0[0];
}

/// Logarithms, each of an exponent and a significand.
macro_rules! logarithms {
    ($($name:ident = $of:ident;)+) => {$(
        /// The logarithm of each.
        #[inline(always)]
        pub fn $name(x: &mut [f64; COUNT], scratch: &mut Scratch) {
            let Scratch([exponents, significands, ..]) = scratch;
            let mut all_usual = true;
            for at in 0..COUNT {
                let (k, m, usual) = split_usual(x[at]);
                all_usual &= usual;
                (exponents[at], significands[at]) = (k, m);
            }
            if !all_usual {
                return proper!(x, $name());
            }
            for at in 0..COUNT {
                x[at] = $of(exponents[at], significands[at]);
            }
        }
    )+};
}

logarithms! {
    log2 = log2_of;
    log10 = log10_of;
}

/// Inverse hyperbolic cosine of each.
#[inline(always)]
pub fn acosh(x: &mut [f64; COUNT], scratch: &mut Scratch) {
    let Scratch([exponents, significands, more, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..COUNT {
        // From 1 to 1e20.
        let above = x[at].to_bits().wrapping_sub(0x3ff0_0000_0000_0000);
        all_usual &= above <= 0x0425_af1d_78b5_8c40;
        let half = 0.5 * x[at] - 0.5;
        let (sum, lost) = fast_two_sum(0.5 * x[at], (half * half + half).sqrt());
        (exponents[at], significands[at], more[at]) = split_sum(sum, lost, 1.0);
    }
    if !all_usual {
        return proper!(x, acosh());
    }
    settle(scratch);
    let Scratch([exponents, significands, more, ..]) = scratch;
    for at in 0..COUNT {
        x[at] = ln_of_split(exponents[at], significands[at], more[at]);
    }
}

/// Each to the power of its exponent.
#[inline(always)]
pub fn powf(x: &mut [f64; COUNT], y: &[f64; COUNT], scratch: &mut Scratch) {
    if !bases(x, scratch) || !powers(y, scratch) {
        return proper!(x, powf(y));
    }
    powers_of_roots(x, scratch);
}

/// Of bases, exponents and what `ratio_parts` has of the significands; whether all are usual.
#[inline(always)]
fn bases(x: &[f64; COUNT], scratch: &mut Scratch) -> bool {
    let Scratch([exponents, s, s_low, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..COUNT {
        let (k, m, usual) = split_usual(x[at]);
        all_usual &= usual;
        exponents[at] = k;
        (s[at], s_low[at]) = ratio_parts(m);
    }
    all_usual
}

/// Of those, logarithms to the base 2, times `y`, as roots and what `exp2_reduced` leaves of them; whether
/// all exponents are usual.
#[inline(always)]
fn powers(y: &[f64; COUNT], scratch: &mut Scratch) -> bool {
    settle(scratch);
    let Scratch([exponents, s, s_low, main, rest, ..]) = scratch;
    for at in 0..COUNT {
        let (s, s_low) = (s[at], s_low[at]);
        let (over, known, series) = log2_over(s, s_low, log2_beyond(s));
        (main[at], rest[at]) = log2_sum(exponents[at], s, s_low, over, known, series);
    }
    settle(scratch);
    let Scratch([roots, rests, _, main, rest, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..COUNT {
        let y_high = upper(y[at]);
        let (sum, sum_rest) = product(main[at], rest[at], y_high, y[at] - y_high);
        let (shifted, r) = exp2_sum_reduced(sum, sum_rest, 844424930132480.0);
        all_usual &= is_usual_power(shifted);
        (roots[at], rests[at]) = (exp2_root_usual(shifted), r);
    }
    all_usual
}
