//! See `math/lanes.rs`.

use super::bits::{assemble_usual, is_usual, split_usual, split_usual_halved, upper};
use super::double::fast_two_sum;
use super::exponential::{
    are_usual_powers, beyond_usual_power, exp_exponent, exp_near, exp2_near, exp2_reduced,
};
use super::fused::{error_of_product, exact_product_and};
use super::fused_power::{self, log2_over, product_reduced, ratio_parts};
use super::inverse_hyperbolic::acosh_root;
use super::logarithm::{
    LN_2, LN_2_REST, LOG2_E, halved_ratio, halved_rest, ln_of_split, ln_rest, log2_sum, log10_of,
    split_sum,
};
use super::power::log2_beyond;
use super::roots::roots_of;
use crate::math::lanes::{Scratch, in_two_steps, proper, settle, values, whole};

/// Numbers of which some functions compute no more at a time: more would go through memory.
const FEW: usize = 32;

whole! {
    f64: exp_m1() ln_1p() sin() cos() tan() asin() acos() atan() sinh() cosh()
    tanh() asinh() atanh() cbrt() log(base: f64) atan2(x2: f64) hypot(y: f64) powi(n: i32)
}

/// Exponential of each.
#[inline(always)]
pub fn exp<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let Scratch([exponents, rests, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..N {
        let (shifted, k) = exp_exponent(x[at], 6755399441055744.0);
        let r = exact_product_and(-k, LN_2, x[at]) - k * LN_2_REST;
        all_usual &= is_usual(shifted);
        (exponents[at], rests[at]) = (shifted, r);
    }
    if !all_usual {
        return proper!(x, exp());
    }
    settle(scratch);
    let Scratch([exponents, rests, ..]) = scratch;
    for at in 0..N {
        x[at] = assemble_usual(exp_near(rests[at]), exponents[at]);
    }
}

/// 2 to the power of each.
#[inline(always)]
pub fn exp2<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    for few in x.as_chunks_mut().0 {
        exp2_of_few::<N>(few, scratch);
    }
}

/// Of so many in a call of `N`.
#[inline(always)]
fn exp2_of_few<const N: usize>(x: &mut [f64; FEW], scratch: &mut Scratch) {
    let Scratch([roots, rests, ..]) = scratch;
    let mut beyond = 0;
    for at in 0..FEW {
        let (shifted, r) = exp2_reduced(x[at], 844424930132480.0);
        beyond |= beyond_usual_power(shifted);
        (roots[at], rests[at]) = (shifted, r);
    }
    if !are_usual_powers(beyond) {
        return proper!(x, exp2());
    }
    roots_of::<N>(&mut roots[..FEW]);
    powers_of_roots(x, scratch);
}

/// Powers of 2, of the scratch's roots and what is left of the exponents.
#[inline(always)]
fn powers_of_roots<const N: usize>(values: &mut [f64; N], scratch: &mut Scratch) {
    settle(scratch);
    let Scratch([roots, rests, ..]) = scratch;
    for at in 0..N {
        values[at] = roots[at] + roots[at] * exp2_near(rests[at]);
    }
}

/// The natural logarithm of each.
#[inline(always)]
pub fn ln<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let Scratch([values, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..N {
        let (k, m, usual) = split_usual(x[at]);
        all_usual &= usual;
        values[at] = exact_product_and(k, LN_2, ln_rest(k, m));
    }
    // Else LLVM asks first, and then divides.
    settle(scratch);
    if !all_usual {
        return proper!(x, ln());
    }
    x.copy_from_slice(&scratch.0[0][..N]);
}

/// The logarithm of each to the base 10.
#[inline(always)]
pub fn log10<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let Scratch([exponents, significands, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..N {
        let (k, m, usual) = split_usual(x[at]);
        all_usual &= usual;
        (exponents[at], significands[at]) = (k, m);
    }
    if !all_usual {
        return proper!(x, log10());
    }
    for at in 0..N {
        x[at] = log10_of(exponents[at], significands[at]);
    }
}

/// The logarithm of each to the base 2.
#[inline(always)]
pub fn log2<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let ratio = |x| {
        let (k, half, beyond) = split_usual_halved(x);
        let (f, s) = halved_ratio(half);
        (k, f, s, beyond)
    };
    if in_two_steps(x, scratch, ratio, log2_of) >> 62 != 0 {
        return proper!(x, log2());
    }
    x.copy_from_slice(values::<N>(scratch));
}

/// The logarithm to the base 2, of an exponent and what `halved_ratio` has of the significand.
#[inline(always)]
fn log2_of(k: f64, f: f64, s: f64) -> f64 {
    let rest = halved_rest(f, s);
    let lack = s * rest;
    let (high, rest) = log2_sum(f, s, lack, error_of_product(s, rest, lack));
    k + exact_product_and(high, LOG2_E, rest)
}

/// Inverse hyperbolic cosine of each.
#[inline(always)]
pub fn acosh<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let sum = |x: f64| {
        // Usual from 1 to 2^64.
        let above = x.to_bits().wrapping_sub(0x3ff0_0000_0000_0000);
        let (_, root, root_lost) = acosh_root(x);
        let (sum, lost) = fast_two_sum(0.5 * x, root);
        let (k, m, more) = split_sum(sum, lost + root_lost, 1.0);
        (k, m, more, above)
    };
    if in_two_steps(x, scratch, sum, ln_of_split) >> 58 != 0 {
        return proper!(x, acosh());
    }
    x.copy_from_slice(values::<N>(scratch));
}

/// Each to the power of its exponent.
#[inline(always)]
pub fn powf<const N: usize>(x: &mut [f64; N], y: &[f64; N], scratch: &mut Scratch) {
    if !bases(x, scratch) || !powers(y, scratch) {
        return proper!(x, powf(y));
    }
    powers_of_roots(x, scratch);
}

/// Of bases, exponents and what `ratio_parts` has of the significands; whether all are usual.
#[inline(always)]
fn bases<const N: usize>(x: &[f64; N], scratch: &mut Scratch) -> bool {
    let Scratch([exponents, s, s_low, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..N {
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
fn powers<const N: usize>(y: &[f64; N], scratch: &mut Scratch) -> bool {
    settle(scratch);
    let Scratch([exponents, s, s_low, main, rest, ..]) = scratch;
    for at in 0..N {
        let (s, s_low) = (s[at], s_low[at]);
        let over = log2_over(s, s_low, log2_beyond(s));
        (main[at], rest[at]) = fused_power::log2_sum(exponents[at], (s, s_low), over);
    }
    settle(scratch);
    let Scratch([roots, rests, _, main, rest, ..]) = scratch;
    let mut beyond = 0;
    for at in 0..N {
        let y_high = upper(y[at]);
        let (log, y) = ((main[at], rest[at]), (y_high, y[at] - y_high));
        let (shifted, r) = product_reduced(log, y, 844424930132480.0);
        beyond |= beyond_usual_power(shifted);
        (roots[at], rests[at]) = (shifted, r);
    }
    roots_of::<N>(&mut roots[..N]);
    are_usual_powers(beyond)
}
