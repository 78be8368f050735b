//! The logarithm by centres with its exact products in fused operations: the same bits in seven operations less.
//! For the host, where many numbers go through it (`lanes.rs`); see `logarithm.rs` for what it computes.

use super::bits::upper;
use super::fused::{error_of_product, exact_product_and, over_centre};
use super::logarithm::{
    LN_2, LN_2_REST, LN_EIGHTH, LN_FIFTH, LN_SEVENTH, LN_SIXTH, LOG2_EIGHTH, LOG2_NINTH,
    LOG2_SEVENTH, LOG2_SIXTH, LOG2_TENTH, ln_near, log2_sum,
};

/// `(near, rest, r)`: of a `z` and what is added to it, over the centre of `inverse`, less 1: what stands in 26 bits beside
/// the centre's logarithm, what does not, and both.
#[inline(always)]
pub(super) fn ln_parts(z: f64, more: f64, inverse: f64, less: f64) -> (f64, f64, f64) {
    let (near, rest, r) = over_centre(z, inverse);
    let tail = more * inverse;
    (near - less, rest + tail, r + tail)
}

/// The natural logarithm of `2^k (z + more)`, given its [`ln_parts`].
#[inline(always)]
pub(super) fn ln_of(k: f64, near: f64, rest: f64, r: f64) -> f64 {
    let short = upper(r);
    let third = exact_product_and(short, LN_SIXTH, LN_FIFTH);
    let far = third + r * r * exact_product_and(short, LN_EIGHTH, LN_SEVENTH);
    let low = ln_near(rest, r, far) + k * LN_2_REST;
    exact_product_and(k, LN_2, near + low)
}

/// The logarithm to the base 2 of `2^log c (1 + r)`, given what a table has of a centre, and `d`.
#[inline(always)]
pub(super) fn log2_of(log: f64, d: f64, slope: f64) -> f64 {
    let w = d * slope;
    let lack = error_of_product(d, slope, w);
    let short = upper(w);
    let z = w * w;
    let fourth = exact_product_and(short, LOG2_NINTH, LOG2_EIGHTH) + z * LOG2_TENTH;
    let far = exact_product_and(short, LOG2_SEVENTH, LOG2_SIXTH) + z * fourth;
    log2_sum(log, w, lack, far)
}
