//! See `math/lanes.rs`.

use super::binary_centred::{apart, look_up as look_up_rows, place};
use super::binary_centres;
use super::bits::{assemble_usual, is_usual, split_usual, upper};
use super::centred::{self, Way, look_up};
use super::centres::{exponent, split_sum};
use super::exponential::{
    are_usual_powers, beyond_usual_power, exp_exponent, exp_near, exp2_near, exp2_reduced,
};
use super::fused::exact_product_and;
use super::fused_logarithm::{ln_of, log2_of};
use super::fused_power::{self, log2_over, product_reduced, ratio_parts};
use super::inverse_hyperbolic::acosh_sum_usual;
use super::logarithm::{LN_2, LN_2_REST, ln_rest, log10_of};
use super::power::log2_beyond;
use super::roots::roots_of;
use crate::math::lanes::{Scratch, proper, settle, whole};

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
    let usual = match centred::way(N) {
        // SAFETY: the way is the processor's.
        Way::Registers => unsafe { log2_of_most(x, scratch) },
        // SAFETY: as above.
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
        let (k, z, bits) = binary_centres::split_usual(x[at]);
        beyond |= bits;
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

/// Likewise of `MOST` numbers, with registers for the table; all are usual that are positive and below 2^1022.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn log2_of_most<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) -> bool {
    let Scratch([values, ..]) = scratch;
    // Zeros, and NaN where a value is infinite or NaN.
    let mut noted = [0.0; 8];
    for (x, values) in x.as_chunks().0.iter().zip(values.as_chunks_mut::<8>().0) {
        // SAFETY: the caller promises it.
        let [logarithms, differences, slopes] = unsafe { apart(x) };
        for at in 0..8 {
            values[at] = log2_of(logarithms[at], differences[at], slopes[at]);
            noted[at] = values[at].mul_add(0.0, noted[at]);
        }
    }
    if noted.into_iter().fold(0.0, |a, b| a + b) != 0.0 {
        return false;
    }
    x.copy_from_slice(&values[..N]);
    true
}

/// Inverse hyperbolic cosine of each.
#[inline(always)]
pub fn acosh<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let way = centred::way(N);
    if way == Way::Registers {
        return acosh_of_most(x, scratch);
    }
    let Scratch([exponents, numbers, more, bits, ..]) = scratch;
    let mut beyond = 0;
    for at in 0..N {
        // Usual from 1 to 2^64.
        beyond |= x[at].to_bits().wrapping_sub(0x3ff0_0000_0000_0000);
        let (_, sum, rest) = acosh_sum_usual(x[at]);
        let apart = split_sum(sum, rest);
        (numbers[at], more[at], bits[at]) = (apart.0, apart.1, f64::from_bits(apart.2));
        exponents[at] = exponent(apart.2, 0.0);
    }
    if beyond >> 58 != 0 {
        return proper!(x, acosh());
    }
    settle(scratch);
    let Scratch([_, _, _, bits, less, ..]) = scratch;
    for (bits, less) in bits[..N]
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip(less.as_chunks_mut().0)
    {
        // SAFETY: the way is the processor's.
        [*bits, *less] = unsafe { look_up(way, bits) };
    }
    settle(scratch);
    let Scratch([exponents, numbers, more, inverses, less, ..]) = scratch;
    for at in 0..N {
        let (k, z) = (exponents[at], numbers[at]);
        x[at] = ln_of(k, z, more[at], inverses[at], less[at]);
    }
}

/// So many numbers are done beside the step before of as many others.
const ABREAST: usize = 16;

/// Numbers of which a step is done so.
type Abreast = [f64; ABREAST];

/// Of `MOST` numbers, with registers for the table: the square roots of some are found beside the
/// logarithms of those before them.
#[inline(always)]
fn acosh_of_most<const N: usize>(x: &mut [f64; N], scratch: &mut Scratch) {
    let Scratch([values, ..]) = scratch;
    let places = values.as_chunks_mut().0;
    let numbers = x.as_chunks().0;
    let mut most = [0; ABREAST];
    let mut sums = acosh_sums(&numbers[0], &mut most);
    for some in 1..N / ABREAST {
        let next = acosh_sums(&numbers[some], &mut most);
        // SAFETY: the caller has asked for the registers.
        places[some - 1] = unsafe { logarithms(sums) };
        sums = next;
    }
    // SAFETY: as above.
    places[N / ABREAST - 1] = unsafe { logarithms(sums) };
    // From 1 to 2^64.
    if most.into_iter().fold(0, u64::max) > 2f64.powi(64).to_bits() {
        return proper!(x, acosh());
    }
    x.copy_from_slice(&values[..N]);
}

/// Some numbers and what is added to them.
type Sums = [Abreast; 2];

/// Those whose logarithms are the functions of some numbers. `most` has the largest bits of what a number
/// is beyond 1: those of negative ones are the largest.
#[inline(always)]
fn acosh_sums(x: &Abreast, most: &mut [u64; ABREAST]) -> Sums {
    let [mut sums, mut rests] = [[0.0; ABREAST]; 2];
    for at in 0..ABREAST {
        let above;
        (above, sums[at], rests[at]) = acosh_sum_usual(x[at]);
        most[at] = most[at].max(above.to_bits());
    }
    [sums, rests]
}

/// Of sums from 1 on.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
unsafe fn logarithms([sums, rests]: Sums) -> Abreast {
    let [mut k, mut z, mut more, mut inverse, mut less] = [[0.0; ABREAST]; 5];
    for at in 0..ABREAST {
        let bits;
        (z[at], more[at], bits) = split_sum(sums[at], rests[at]);
        // The exponent, which AVX-512 converts.
        k[at] = (bits >> 52) as f64;
        inverse[at] = f64::from_bits(bits);
    }
    for (inverse, less) in inverse
        .as_chunks_mut()
        .0
        .iter_mut()
        .zip(less.as_chunks_mut().0)
    {
        // SAFETY: the caller promises it.
        [*inverse, *less] = unsafe { look_up(Way::Registers, inverse) };
    }
    std::array::from_fn(|at| ln_of(k[at], z[at], more[at], inverse[at], less[at]))
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
