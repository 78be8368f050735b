//! Functions with a rare path, for loops that do a few iterations again where they met a rare
//! argument: SIMD code would compute both paths everywhere.
//!
//! If no argument was rare, the results have the bits of the functions proper; else they may be
//! anything.

use super::reduction::by_subtraction;
use super::trigonometric::{sin_cos_of, tan_of};
use crate::math::rare::Rare;

/// Bits of the largest magnitude that is not rare: less than 2^20 quarter turns.
const MOST: u64 = 1647099.0f64.to_bits() - 1;

/// Sine; the function proper, unless `USUAL`.
#[inline(always)]
pub fn sin<const USUAL: bool>(x: f64, rare: &mut Rare) -> f64 {
    if !USUAL {
        return super::sin(x);
    }
    let (quarters, r, tail) = reduced(x, rare);
    sin_cos_of(x, quarters, r, tail).0
}

/// Cosine; the function proper, unless `USUAL`.
#[inline(always)]
pub fn cos<const USUAL: bool>(x: f64, rare: &mut Rare) -> f64 {
    if !USUAL {
        return super::cos(x);
    }
    let (quarters, r, tail) = reduced(x, rare);
    sin_cos_of(x, quarters, r, tail).1
}

/// Tangent; the function proper, unless `USUAL`.
#[inline(always)]
pub fn tan<const USUAL: bool>(x: f64, rare: &mut Rare) -> f64 {
    if !USUAL {
        return super::tan(x);
    }
    let (quarters, r, tail) = reduced(x, rare);
    tan_of(x, quarters, r, tail)
}

#[inline(always)]
fn reduced(x: f64, rare: &mut Rare) -> (u64, f64, f64) {
    rare.beyond_f64(x, MOST);
    by_subtraction(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;

    /// The value, and whether the argument was rare.
    fn usual(function: fn(f64, &mut Rare) -> f64, x: f64) -> (u64, bool) {
        let mut rare = Rare::none();
        (function(x, &mut rare).to_bits(), rare.any())
    }

    #[test]
    fn what_is_not_rare_has_the_bits_of_the_functions_proper() {
        for index in 0..20_000 {
            let x = f64::from_bits(random::bits_u64(21, index));
            let expected = x.is_finite() && x.abs() < 1647099.0;
            for (function, proper) in [
                (
                    sin::<true> as fn(f64, &mut Rare) -> f64,
                    super::super::sin as fn(f64) -> f64,
                ),
                (cos::<true>, super::super::cos),
                (tan::<true>, super::super::tan),
            ] {
                let (bits, rare) = usual(function, x);
                assert_eq!(rare, !expected, "{x:e}");
                assert!(rare || bits == proper(x).to_bits(), "{x:e}");
            }
            assert!(!usual(sin::<false>, x).1);
        }
    }

    #[test]
    fn the_bound_is_rare_and_what_lies_below_is_not() {
        assert!(usual(sin::<true>, 1647099.0).1);
        assert!(usual(cos::<true>, -1647099.0).1);
        assert!(usual(tan::<true>, f64::NAN).1);
        assert!(usual(sin::<true>, f64::NEG_INFINITY).1);
        assert!(!usual(sin::<true>, -f64::from_bits(MOST)).1);
        assert_eq!(usual(sin::<true>, -0.0), ((-0.0f64).to_bits(), false));
    }
}
