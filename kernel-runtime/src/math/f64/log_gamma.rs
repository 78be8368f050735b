//! The logarithm of the gamma function of usual numbers, which are positive.
//!
//! From 2.45 on it is Stirling's series, `(x - 1/2) (ln x - 1) + ln sqrt(2 pi) - 1/2 + x q(x^2)`, as a quotient
//! of polynomials, in the manner of its continued fraction (T. J. Stieltjes, 1889). Next to its
//! zeros it is `p (1/2 + q(x - 1))` for `p = (x - 1) (x - 2)`, exact in relative terms; and below 1
//! that of `x + 1`, less `ln x`. SIMD code does all that for every number, and so has one quotient,
//! whose coefficients it chooses.

use super::bits::{split, split_usual};
use super::fused::exact_product_and;
use super::logarithm::{LN_2, LN_2_REST, ln_lack, ratio};
use crate::math::host::{choose, on_host};
use kernel_macros::kernel;

/// Where Stirling's series begins.
const FAR: f64 = 2.453125;

/// The quotient for `far` numbers, given their square, and for others, given their distance from
/// the first zero.
#[kernel(device, crate = crate)]
#[inline(always)]
fn quotient(far: bool, e: f64) -> f64 {
    let z = e * e;
    let w = z * z;
    let first: f64 = choose(far, 0.2893244069519059, 0.07721566490153285);
    let second: f64 = choose(far, 1.7533747273688576, 0.00411292967324935);
    let third: f64 = choose(far, 2.229552017535062, -0.32136021886340566);
    let fourth: f64 = choose(far, 0.8309158447000815, -0.4166787726759277);
    let others = (-0.208679543870517 + e * -0.0457143978418335)
        + z * (-0.003960299745547753 + e * -9.322508121097688e-05);
    let others: f64 = choose(far, 0.08333333333333307, others);
    let above = ((first + e * second) + z * (third + e * fourth)) + w * others;
    let first: f64 = choose(far, 0.040652791269077705, 1.0);
    let second: f64 = choose(far, 4.003860777927227, 3.22945219100065);
    let third: f64 = choose(far, 21.85497954759789, 4.082501718996022);
    let fourth: f64 = choose(far, 27.07857785023281, 2.560871207491109);
    let others = (0.8345225365721738 + e * 0.1350622109743921)
        + z * (0.009371822438527213 + e * 0.0001898609258873278);
    let others: f64 = choose(far, 10.004323469732366 + e, others);
    let below = ((first + e * second) + z * (third + e * fourth)) + w * others;
    above / below
}

/// What is subtracted from the logarithm.
#[kernel(device, crate = crate)]
#[inline(always)]
fn less(far: bool) -> f64 {
    if far { 1.0 } else { 0.0 }
}

/// `ln gamma(x)` of `x = 2^k m`, given `whole`, which is the product of `k` and [`LN_2`] less that.
#[kernel(device, crate = crate)]
#[inline(always)]
fn with_log(x: f64, far: bool, k: f64, m: f64, whole: f64) -> f64 {
    let (f, s): (f64, f64) = ratio(m);
    let lack: f64 = ln_lack(f, s);
    let sum = whole + f;
    let rest = (f - (sum - whole)) - (lack - k * LN_2_REST);
    // Next to the zeros there is no logarithm: half of p is that of (x - 2) + (x - 2)^2 at the second one,
    // whose first part is exact, and of (x - 1) (x - 2) at the first.
    let (small, upper) = (x < 1.0, x >= 1.75);
    let near = !small && !far;
    let b = if small { x } else { x - 1.0 };
    let c = b - 1.0;
    let factor = if upper { 0.5 } else { 0.0 };
    let factor = if small { -1.0 } else { factor };
    let factor: f64 = choose(far, x - 0.5, factor);
    let main: f64 = choose(near, c, sum);
    let late: f64 = factor * choose(near, 0.0, rest);
    let half: f64 = 0.5 * choose(upper, c, b);
    // What is small is added first, but below 1 the end of the logarithm is less than all else.
    let e: f64 = choose(far, x * x, b);
    let quotient: f64 = quotient(far, e);
    let added = choose(far, late, half) + choose(far, x, b) * quotient;
    let scaled = choose(far, 1.0, c) * added;
    choose(far, 0.4189385332046727, late) + (factor * main + scaled)
}

/// [`ln_gamma_of_usual`], given whether the number is a `far` one.
#[kernel(device, crate = crate)]
#[inline(always)]
fn either(x: f64, far: bool) -> f64 {
    let (k, m): (f64, f64) = split(x);
    let less: f64 = less(far);
    let value: f64 = with_log(x, far, k, m, k * LN_2 - less);
    value
}

// The host calls it nowhere.
#[allow(dead_code)]
#[kernel(device, crate = crate)]
fn on_device(x: f64) -> f64 {
    either(x, x >= FAR)
}

on_host! {
    /// `ln gamma(x)` for `x` from 2^-40 to 2^88.
    pub(super) fn ln_gamma_of_usual(x: f64) -> f64 as on_device {
        // Of one number, choices would be more operations than a branch.
        if x >= FAR { either(x, true) } else { either(x, false) }
    }
}

/// The same, for loops over many numbers.
#[inline(always)]
pub(super) fn ln_gamma_of_many(x: f64) -> f64 {
    let (k, m) = split_usual(x);
    let far = x >= FAR;
    with_log(x, far, k, m, exact_product_and(k, LN_2, -less(far)))
}
