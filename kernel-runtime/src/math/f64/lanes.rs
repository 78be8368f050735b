//! See `math/lanes.rs`.

use super::binary_centred::{apart, look_up as look_up_rows, place};
use super::binary_centres;
use super::bits::{assemble_usual, beyond_logarithms, is_usual, split_usual, upper};
use super::centred::{self, Way, look_up};
use super::centres::{exponent, split_sum};
use super::exponential::{
    are_usual_powers, beyond_usual_power, exp_exponent, exp_near, exp2_near, exp2_reduced,
};
use super::fused::exact_product_and;
use super::fused_logarithm::{ln_of, ln_parts, log2_of};
use super::fused_power::{self, log2_over, product_reduced, ratio_parts};
use super::inverse_hyperbolic::acosh_sum_usual;
use super::logarithm::{LN_2, LN_2_REST, ln_rest, log10_of};
use super::power::log2_beyond;
use super::roots::roots_of;
use crate::math::lanes::{Scratch, proper, settle, whole};

whole! {
    f64: exp_m1() ln_1p() sin() cos() tan() asin() acos() atan() sinh() cosh()
    tanh() asinh() atanh() cbrt() log(base: f64) atan2(x2: f64) hypot(y: f64) powi(n: i32)
}

/// The bits that `beyond` has of one of the numbers, asked before anything is computed: then values take the
/// arguments' places at once, and no others in memory, of which processors write few in the time.
#[inline(always)]
fn all_bits<const N: usize>(x: &[f64; N], beyond: impl Fn(f64) -> u64) -> u64 {
    x.iter().fold(0, |bits, x| bits | beyond(*x))
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
pub fn exp2<const N: usize>(x: &mut [f64; N], _: &mut Scratch) {
    if all_bits(x, |x| 511f64.to_bits().wrapping_sub(x.abs().to_bits())) >> 63 != 0 {
        return proper!(x, exp2());
    }
    for x in x.as_chunks_mut::<8>().0 {
        let (mut roots, mut rests) = ([0.0; 8], [0.0; 8]);
        for at in 0..8 {
            (roots[at], rests[at]) = exp2_reduced(x[at], 844424930132480.0);
        }
        roots_of::<N>(&mut roots);
        for at in 0..8 {
            x[at] = roots[at] + roots[at] * exp2_near(rests[at]);
        }
    }
}

/// The natural logarithm of each.
#[inline(always)]
pub fn ln<const N: usize>(x: &mut [f64; N], _: &mut Scratch) {
    if all_bits(x, beyond_logarithms) >> 62 != 0 {
        return proper!(x, ln());
    }
    for x in x {
        let (k, m) = split_usual(*x);
        *x = exact_product_and(k, LN_2, ln_rest(k, m));
    }
}

/// The logarithm of each to the base 10.
#[inline(always)]
pub fn log10<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let Scratch([exponents, significands, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..N {
        let (k, m) = split_usual(x[at]);
        all_usual &= beyond_logarithms(x[at]) >> 62 == 0;
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
    let usual = match centred::way(N) {
        // SAFETY: the processor has AVX-512.
        Way::Registers => unsafe { log2_of_most(x) },
        // SAFETY: the way is the processor's.
        Way::Pairs => unsafe { log2_in_stages(Way::Pairs, x, scratch) },
        // SAFETY: as above.
        Way::OneByOne => unsafe { log2_in_stages(Way::OneByOne, x, scratch) },
    };
    if !usual {
        proper!(x, log2());
    }
}

/// Puts the logarithms into the numbers' places, if all are usual; whether they are.
///
/// # Safety
/// The way is that of this processor, other than registers.
#[inline(always)]
unsafe fn log2_in_stages<const N: usize>(
    way: Way,
    x: &mut [f64; N],
    scratch: &mut Scratch,
) -> bool {
    let Scratch([exponents, numbers, places, ..]) = scratch;
    let mut beyond = 0;
    for at in 0..N {
        let (k, z) = binary_centres::split_usual(x[at]);
        beyond |= beyond_logarithms(x[at]);
        (exponents[at], numbers[at], places[at]) = (k, z, place(z));
    }
    if beyond >> 62 != 0 {
        return false;
    }
    settle(scratch);
    let Scratch([exponents, numbers, places, ..]) = scratch;
    for (from, places) in places[..N].as_chunks_mut().0.iter_mut().enumerate() {
        // SAFETY: the way is the processor's.
        let [c, slope, less] = unsafe { look_up_rows(way, places) };
        *places = slope;
        for at in 0..8 {
            exponents[8 * from + at] -= less[at];
            numbers[8 * from + at] -= c[at];
        }
    }
    settle(scratch);
    let Scratch([logarithms, differences, slopes, ..]) = scratch;
    for at in 0..N {
        x[at] = log2_of(logarithms[at], differences[at], slopes[at]);
    }
    true
}

/// Likewise, with registers for the table.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn log2_of_most<const N: usize>(x: &mut [f64; N]) -> bool {
    if all_bits(x, beyond_logarithms) >> 62 != 0 {
        return false;
    }
    for x in x.as_chunks_mut().0 {
        // SAFETY: the caller promises it.
        let [logarithms, differences, slopes] = unsafe { apart(x) };
        for at in 0..8 {
            x[at] = log2_of(logarithms[at], differences[at], slopes[at]);
        }
    }
    true
}

/// Inverse hyperbolic cosine of each.
#[inline(always)]
pub fn acosh<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    // Usual from 1 to 2^64.
    if all_bits(x, |x| x.to_bits().wrapping_sub(0x3ff0_0000_0000_0000)) >> 58 != 0 {
        return proper!(x, acosh());
    }
    let Scratch([sums, rests, ..]) = scratch;
    for at in 0..N {
        (sums[at], rests[at]) = acosh_sum_usual(x[at]);
    }
    settle(scratch);
    match centred::way(N) {
        // SAFETY: the way is the processor's.
        Way::Registers => unsafe { logarithms_of_most(x, scratch) },
        // SAFETY: as above.
        Way::Pairs => unsafe { logarithms(Way::Pairs, x, scratch) },
        // SAFETY: as above.
        Way::OneByOne => unsafe { logarithms(Way::OneByOne, x, scratch) },
    }
}

/// `(k, near, rest, r)` of eight sums and what is added to them: see [`ln_parts`].
///
/// # Safety
/// The way is that of this processor.
#[inline(always)]
unsafe fn parts(way: Way, sums: &[f64; 8], rests: &[f64; 8]) -> [[f64; 8]; 4] {
    let [mut k, mut near, mut rest, mut r] = [[0.0; 8]; 4];
    for at in 0..8 {
        let bits;
        (near[at], rest[at], bits) = split_sum(sums[at], rests[at]);
        (k[at], r[at]) = (exponent(bits, 0.0), f64::from_bits(bits));
    }
    // SAFETY: the caller promises it.
    let [inverse, less] = unsafe { look_up(way, &r) };
    for at in 0..8 {
        (near[at], rest[at], r[at]) = ln_parts(near[at], rest[at], inverse[at], less[at]);
    }
    [k, near, rest, r]
}

/// The logarithms of the scratch's sums.
///
/// # Safety
/// The way is that of this processor.
#[inline(always)]
unsafe fn logarithms<const N: usize>(way: Way, values: &mut [f64; N], scratch: &mut Scratch) {
    let Scratch([sums, rests, k, r, ..]) = scratch;
    let eights = [sums, rests, k, r].map(|of| of[..N].as_chunks_mut::<8>().0.iter_mut());
    let [sums, rests, k, r] = eights;
    for (((near, rest), k), r) in sums.zip(rests).zip(k).zip(r) {
        // SAFETY: the caller promises it.
        [*k, *near, *rest, *r] = unsafe { parts(way, near, rest) };
    }
    settle(scratch);
    let Scratch([near, rests, k, r, ..]) = scratch;
    for at in 0..N {
        values[at] = ln_of(k[at], near[at], rests[at], r[at]);
    }
}

/// Likewise, in one stage.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn logarithms_of_most<const N: usize>(values: &mut [f64; N], scratch: &mut Scratch) {
    let Scratch([sums, rests, ..]) = scratch;
    let sums = sums.as_chunks().0.iter().zip(rests.as_chunks().0);
    for (values, (sums, rests)) in values.as_chunks_mut::<8>().0.iter_mut().zip(sums) {
        // SAFETY: the caller promises it.
        let [k, near, rest, r] = unsafe { parts(Way::Registers, sums, rests) };
        *values = std::array::from_fn(|at| ln_of(k[at], near[at], rest[at], r[at]));
    }
}

/// Each to the power of its exponent.
#[inline(always)]
pub fn powf<const N: usize>(x: &mut [f64; N], y: &[f64; N], scratch: &mut Scratch) {
    if !bases(x, scratch) || !powers(y, scratch) {
        return proper!(x, powf(y));
    }
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

/// Of bases, exponents and what `ratio_parts` has of the significands; whether all are usual.
#[inline(always)]
fn bases<const N: usize>(x: &[f64; N], scratch: &mut Scratch) -> bool {
    let Scratch([exponents, s, s_low, ..]) = scratch;
    let mut all_usual = true;
    for at in 0..N {
        let (k, m) = split_usual(x[at]);
        all_usual &= beyond_logarithms(x[at]) >> 62 == 0;
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
