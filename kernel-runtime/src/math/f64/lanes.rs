//! See `math/lanes.rs`.

use super::bits::{assemble_usual, beyond_usual, split_usual, upper};
use super::double::fast_two_sum;
use super::exponential::{exp_near, exp_reduced, exp2_beyond, exp2_near, exp2_reduced};
use super::logarithm::{ln_of, ln_of_split, log2_of, log10_of, split_sum};
use super::power::{exp2_of_sum, log2_beyond, log2_over, log2_sum, product, ratio_parts};
use crate::math::lanes::{COUNT, Scratch, proper, settle, whole};

whole! {
    f64: exp_m1() ln_1p() sin() cos() tan() asin() acos() atan() sinh() cosh()
    tanh() asinh() atanh() cbrt() log(base: f64) atan2(x2: f64) hypot(y: f64) powi(n: i32)
}

/// Exponentials, each of a reduced argument.
macro_rules! exponentials {
    ($($name:ident = $reduced:ident, $near:ident;)+) => {$(
        /// The exponential of each.
        #[inline(always)]
        pub fn $name(x: &mut [f64; COUNT], scratch: &mut Scratch) {
            let Scratch([exponents, rests, ..]) = scratch;
            let mut beyond = 0;
            for at in 0..COUNT {
                let (shifted, r) = $reduced(x[at], 6755399441055744.0);
                beyond |= beyond_usual(shifted);
                (exponents[at], rests[at]) = (shifted, r);
            }
            if beyond >> 10 != 0 {
                return proper!(x, $name());
            }
            settle(scratch);
            let Scratch([exponents, rests, ..]) = scratch;
            for at in 0..COUNT {
                x[at] = assemble_usual($near(rests[at]), exponents[at]);
            }
        }
    )+};
}

exponentials! {
    exp = exp_reduced, exp_near;
    exp2 = exp2_reduced, exp2_near;
}

/// The exponents and significands of numbers in the first places; whether all are of usual size.
#[inline(always)]
fn split_each(x: &[f64; COUNT], scratch: &mut Scratch) -> bool {
    let Scratch([exponents, significands, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..COUNT {
        let (k, m, usual) = split_usual(x[at]);
        all_usual &= usual;
        (exponents[at], significands[at]) = (k, m);
    }
    all_usual
}

/// Logarithms, each of an exponent and a significand.
macro_rules! logarithms {
    ($($name:ident = $of:ident;)+) => {$(
        /// The logarithm of each.
        #[inline(always)]
        pub fn $name(x: &mut [f64; COUNT], scratch: &mut Scratch) {
            if !split_each(x, scratch) {
                return proper!(x, $name());
            }
            let Scratch([exponents, significands, ..]) = scratch;
            for at in 0..COUNT {
                x[at] = $of(exponents[at], significands[at]);
            }
        }
    )+};
}

logarithms! {
    ln = ln_of;
    log2 = log2_of;
    log10 = log10_of;
}

/// Inverse hyperbolic cosine of each.
#[inline(always)]
pub fn acosh(x: &mut [f64; COUNT], scratch: &mut Scratch) {
    let Scratch([exponents, significands, more, ..]) = scratch;
    let mut beyond = 0;
    for at in 0..COUNT {
        let bits = x[at].to_bits();
        // Negative where it is below 1, or above 1e20.
        beyond |= bits.wrapping_sub(0x3ff0_0000_0000_0000);
        beyond |= 0x4415_af1d_78b5_8c40u64.wrapping_sub(bits);
        let half = 0.5 * x[at] - 0.5;
        let (sum, lost) = fast_two_sum(0.5 * x[at], (half * half + half).sqrt());
        (exponents[at], significands[at], more[at]) = split_sum(sum, lost, 1.0);
    }
    if beyond >> 63 != 0 {
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
    if !split_each(x, scratch) || !powers(y, scratch) {
        return proper!(x, powf(y));
    }
    settle(scratch);
    let Scratch([exponents, r, one, _, _, more]) = scratch;
    for at in 0..COUNT {
        let (value, _) = fast_two_sum(one[at], exp2_beyond(r[at], more[at]));
        x[at] = assemble_usual(value, exponents[at]);
    }
}

/// Of numbers taken apart, logarithms to the base 2, times `y`, as exponents and what `exp2_of_sum` has
/// of the rest; whether all exponents are usual.
#[inline(always)]
fn powers(y: &[f64; COUNT], scratch: &mut Scratch) -> bool {
    settle(scratch);
    let Scratch([exponents, significands, _, main, rest, ..]) = scratch;
    for at in 0..COUNT {
        let (s, s_low) = ratio_parts(significands[at]);
        let (over, over_rest) = log2_over(s, s_low, log2_beyond(s));
        (main[at], rest[at]) = log2_sum(exponents[at], s, s_low, over, over_rest);
    }
    settle(scratch);
    let Scratch([exponents, r, one, main, rest, more]) = scratch;
    let mut beyond = 0;
    for at in 0..COUNT {
        let y_high = upper(y[at]);
        let (sum, sum_rest) = product(main[at], rest[at], y_high, y[at] - y_high);
        let (shifted, fraction, near, lack) = exp2_of_sum(sum, sum_rest, 6755399441055744.0);
        beyond |= beyond_usual(shifted);
        (exponents[at], r[at], one[at], more[at]) = (shifted, fraction, near, lack);
    }
    beyond >> 10 == 0
}
