//! `powf`'s steps with their exact products in fused operations: the same bits in five operations less.
//! For the host, where many numbers go through them (`lanes.rs`); see `power.rs` for what they compute.

use super::bits::upper;
use super::fused::exact_product_and;

/// `power::ratio_parts`.
#[inline(always)]
pub(super) fn ratio_parts(m: f64) -> (f64, f64) {
    let (f, sum) = (m - 1.0, m + 1.0);
    let sum_high = upper(sum);
    let sum_low = m - (sum_high - 1.0);
    let inverse = 1.0 / sum;
    let s = f * inverse;
    let s_high = upper(s);
    let rest = exact_product_and(-s_high, sum_high, f) - s_high * sum_low;
    (s, rest * inverse)
}

/// `power::log2_over`, but that the exact part is still to be multiplied with [`THIRD`].
#[inline(always)]
pub(super) fn log2_over(s: f64, s_low: f64, beyond: f64) -> (f64, f64, f64) {
    let s_high = upper(s);
    let square = s_high * s_high;
    let short = upper(square);
    let lack = (square - short) + s_low * (s_high + s);
    let known = (lack * 0.9617966939259756 + short * 7.872699541420524e-09) + 3.851925982253777e-08;
    let fourth = exact_product_and(short, short, lack * (short + (short + lack)));
    (short, known, fourth * beyond)
}

/// `2 / (3 ln 2)` and `2 / ln 2`, to 26 bits.
const THIRD: f64 = 0.9617966860532761;
const FIRST: f64 = 2.885390043258667;

/// `power::log2_sum`, of what [`log2_over`] has.
#[inline(always)]
pub(super) fn log2_sum(
    k: f64,
    (s, s_low): (f64, f64),
    (short, known, series): (f64, f64, f64),
) -> (f64, f64) {
    let t_high = upper(exact_product_and(short, THIRD, FIRST) + series);
    let t_low = (series - exact_product_and(-short, THIRD, t_high - FIRST)) + known;
    let s_high = upper(s);
    let rest = s_low * t_high + t_low * s;
    let high = upper(exact_product_and(s_high, t_high, k) + rest);
    (high, rest - exact_product_and(-s_high, t_high, high - k))
}

/// `power::exp2_sum_reduced` of `power::product`.
#[inline(always)]
pub(super) fn product_reduced(
    (a_high, a_low): (f64, f64),
    (b_high, b_low): (f64, f64),
    bias: f64,
) -> (f64, f64) {
    let rest = a_high * b_low + a_low * (b_high + b_low);
    let shifted = exact_product_and(a_high, b_high, rest) + bias;
    let r = exact_product_and(a_high, b_high, -(shifted - bias)) + rest;
    (shifted, r)
}
