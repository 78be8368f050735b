//! See `math/lanes.rs`.

use super::bits::split;
use super::double::fast_two_sum;
use super::exponential::exp2_beyond;
use super::inverse_hyperbolic::{acosh_ends, acosh_sum};
use super::logarithm::{
    ln_beyond, ln_of, ln_of_split, ln_parts, log2_of, log10_of, ratio, split_sum,
};
use super::power::{
    exp2_ends, exp2_near, exponent_parts, log2_beyond, log2_over, log2_sum, powf_ends, product,
    ratio_parts,
};
use crate::math::lanes::{COUNT, Scratch, whole};

whole! {
    f64: exp() exp2() exp_m1() ln_1p() sin() cos() tan() asin() acos() atan() sinh() cosh()
    tanh() asinh() atanh() cbrt() log(base: f64) atan2(x2: f64) hypot(y: f64) powi(n: i32)
}

/// The exponent of each, and its significand's `f`, `s` and what is beyond.
#[inline(always)]
fn ratios(x: &[f64; COUNT], scratch: &mut Scratch) {
    let Scratch([exponents, numbers, ratios, beyond, ..]) = scratch;
    for at in 0..COUNT {
        let (k, m) = split(x[at]);
        exponents[at] = k;
        (numbers[at], ratios[at]) = ratio(m);
    }
    for at in 0..COUNT {
        beyond[at] = ln_beyond(ratios[at]);
    }
}

/// Natural logarithm of each.
#[inline(always)]
pub fn ln(x: &mut [f64; COUNT], scratch: &mut Scratch) {
    ratios(x, scratch);
    let Scratch([exponents, numbers, ratios, beyond, ..]) = scratch;
    for at in 0..COUNT {
        x[at] = ln_of(x[at], exponents[at], numbers[at], ratios[at], beyond[at]);
    }
}

/// Logarithms to other bases.
macro_rules! logarithms {
    ($($name:ident = $of:ident;)+) => {$(
        /// The logarithm of each.
        #[inline(always)]
        pub fn $name(x: &mut [f64; COUNT], scratch: &mut Scratch) {
            ratios(x, scratch);
            let Scratch([exponents, numbers, ratios, beyond, ..]) = scratch;
            for at in 0..COUNT {
                (numbers[at], beyond[at]) = ln_parts(numbers[at], ratios[at], beyond[at]);
            }
            for at in 0..COUNT {
                x[at] = $of(x[at], exponents[at], numbers[at], beyond[at]);
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
    let Scratch([exponents, numbers, ratios, more, beyond, ..]) = scratch;
    for at in 0..COUNT {
        let (sum, lost) = acosh_sum(x[at]);
        (exponents[at], numbers[at], more[at]) = split_sum(sum, lost, 1.0);
    }
    for at in 0..COUNT {
        (numbers[at], ratios[at]) = ratio(numbers[at]);
        beyond[at] = ln_beyond(ratios[at]);
    }
    for at in 0..COUNT {
        let (k, f, s) = (exponents[at], numbers[at], ratios[at]);
        x[at] = acosh_ends(x[at], ln_of_split(k, f, s, more[at], beyond[at]));
    }
}

/// Each to the power of its exponent.
#[inline(always)]
pub fn powf(x: &mut [f64; COUNT], y: &[f64; COUNT], scratch: &mut Scratch) {
    log2_of_each(x, scratch);
    let Scratch([main, rest, exponents, r, one, more]) = scratch;
    for at in 0..COUNT {
        let (y_high, y_low) = exponent_parts(y[at]);
        (main[at], rest[at]) = product(main[at], rest[at], y_high, y_low);
    }
    for at in 0..COUNT {
        (exponents[at], r[at], one[at], more[at]) = exp2_near(main[at], rest[at]);
    }
    for at in 0..COUNT {
        (one[at], _) = fast_two_sum(one[at], exp2_beyond(r[at], more[at]));
    }
    for at in 0..COUNT {
        one[at] = exp2_ends(main[at] + rest[at], exponents[at], one[at]);
    }
    for at in 0..COUNT {
        x[at] = powf_ends(x[at], y[at], one[at]);
    }
}

/// Puts the logarithm of each magnitude, in two parts, into the first two places.
#[inline(always)]
fn log2_of_each(x: &[f64; COUNT], scratch: &mut Scratch) {
    let Scratch([main, rest, exponents, ratios, ratios_low, beyond]) = scratch;
    for at in 0..COUNT {
        (exponents[at], ratios[at]) = split(x[at].abs());
    }
    for at in 0..COUNT {
        (ratios[at], ratios_low[at]) = ratio_parts(ratios[at]);
    }
    for at in 0..COUNT {
        beyond[at] = log2_beyond(ratios[at]);
    }
    for at in 0..COUNT {
        (main[at], rest[at]) = log2_over(ratios[at], ratios_low[at], beyond[at]);
    }
    for at in 0..COUNT {
        let (k, s, s_low) = (exponents[at], ratios[at], ratios_low[at]);
        (main[at], rest[at]) = log2_sum(k, s, s_low, main[at], rest[at]);
    }
}
