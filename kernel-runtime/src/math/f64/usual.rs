//! See `math/usual.rs`: arguments of less than 2^20 quarter turns are not rare.

use super::reduction::{both_ways, by_subtraction};
use super::trigonometric::{sin_cos_of, tan_of as reduced_tan};

/// An angle, and its quarter turns.
type Reduced = (f64, (u64, f64, f64));

#[inline(always)]
fn near(x: f64) -> Reduced {
    (x, by_subtraction(x))
}

#[inline(always)]
fn any(x: f64) -> Reduced {
    (x, both_ways(x))
}

#[inline(always)]
fn sin_of((x, (quarters, r, tail)): Reduced) -> f64 {
    sin_cos_of(x, quarters, r, tail).0
}

#[inline(always)]
fn cos_of((x, (quarters, r, tail)): Reduced) -> f64 {
    sin_cos_of(x, quarters, r, tail).1
}

#[inline(always)]
fn tan_of((x, (quarters, r, tail)): Reduced) -> f64 {
    reduced_tan(x, quarters, r, tail)
}

crate::math::usual::usual!(
    f64, u64, beyond_f64, 1647099.0, bits_u64,
    near, any -> Reduced
);
