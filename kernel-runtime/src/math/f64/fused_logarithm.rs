//! The logarithm by centres with its exact products in fused operations: the same bits in seven operations less.
//! For the host, where many numbers go through it (`lanes.rs`); see `logarithm.rs` for what it computes.

use super::bits::upper;
use super::fused::{exact_product_and, over_centre};
use super::logarithm::{LN_2, LN_2_REST, LN_EIGHTH, LN_FIFTH, LN_SEVENTH, LN_SIXTH, ln_near};

/// The natural logarithm of `2^k (z + more)`, given what a table has of the centre of `z`.
#[inline(always)]
pub(super) fn ln_of(k: f64, z: f64, more: f64, inverse: f64, less: f64) -> f64 {
    let (near, rest, r) = over_centre(z, inverse);
    let tail = more * inverse;
    let r = r + tail;
    let short = upper(r);
    let third = exact_product_and(short, LN_SIXTH, LN_FIFTH);
    let far = third + r * r * exact_product_and(short, LN_EIGHTH, LN_SEVENTH);
    let low = ln_near(rest + tail, r, far) + k * LN_2_REST;
    exact_product_and(k, LN_2, (near - less) + low)
}
