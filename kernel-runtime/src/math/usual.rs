//! Functions with a rare path, for loops that do a few iterations again where they met a rare
//! argument: SIMD code would compute both paths everywhere.
//!
//! If no argument was rare, the results have the bits of the functions proper; else they may be
//! anything.

/// The functions of a type: its bits' type, the method that notes a rare argument, the least
/// magnitude that is rare, random bits for the tests, and what reduces usual arguments and any: to
/// what `sin_of`, `cos_of` and `tan_of` take, which are in scope. They stand beside the modules of the
/// functions proper.
macro_rules! usual {
    (
        $ty:ident, $bits:ident, $beyond:ident, $bound:literal, $random:ident,
        $usual:ident, $any:ident -> $reduced:ty
    ) => {
        use crate::math::rare::Rare;

        /// Bits of the largest magnitude that is not rare.
        const MOST: $bits = ($bound as $ty).to_bits() - 1;

        /// Sine; unless `USUAL`, the function proper.
        #[inline(always)]
        pub fn sin<const USUAL: bool>(x: $ty, rare: &mut Rare) -> $ty {
            sin_of(reduced::<USUAL>(x, rare))
        }

        /// Cosine, likewise.
        #[inline(always)]
        pub fn cos<const USUAL: bool>(x: $ty, rare: &mut Rare) -> $ty {
            cos_of(reduced::<USUAL>(x, rare))
        }

        /// Tangent, likewise.
        #[inline(always)]
        pub fn tan<const USUAL: bool>(x: $ty, rare: &mut Rare) -> $ty {
            tan_of(reduced::<USUAL>(x, rare))
        }

        #[inline(always)]
        fn reduced<const USUAL: bool>(x: $ty, rare: &mut Rare) -> $reduced {
            if !USUAL {
                return $any(x);
            }
            rare.$beyond(x, MOST);
            $usual(x)
        }

        #[cfg(test)]
        mod tests {
            use super::*;
            use crate::math::random;

            /// The value, and whether the argument was rare.
            fn usual(function: fn($ty, &mut Rare) -> $ty, x: $ty) -> ($bits, bool) {
                let mut rare = Rare::none();
                (function(x, &mut rare).to_bits(), rare.any())
            }

            #[test]
            fn what_is_not_rare_has_the_bits_of_the_functions_proper() {
                for index in 0..20_000 {
                    let x = $ty::from_bits(random::$random(21, index));
                    let expected = x.is_finite() && x.abs() < $bound;
                    for (function, any_way, proper) in [
                        (
                            sin::<true> as fn($ty, &mut Rare) -> $ty,
                            sin::<false> as fn($ty, &mut Rare) -> $ty,
                            super::super::sin as fn($ty) -> $ty,
                        ),
                        (cos::<true>, cos::<false>, super::super::cos),
                        (tan::<true>, tan::<false>, super::super::tan),
                    ] {
                        let (bits, rare) = usual(function, x);
                        assert_eq!(rare, !expected, "{x:e}");
                        assert!(rare || bits == proper(x).to_bits(), "{x:e}");
                        let (bits, rare) = usual(any_way, x);
                        assert!(!rare, "{x:e}");
                        assert!(!x.is_finite() || bits == proper(x).to_bits(), "{x:e}");
                    }
                }
            }

            #[test]
            fn the_bound_is_rare_and_what_lies_below_is_not() {
                assert!(usual(sin::<true>, $bound).1);
                assert!(usual(cos::<true>, -$bound).1);
                assert!(usual(tan::<true>, $ty::NAN).1);
                assert!(usual(sin::<true>, $ty::NEG_INFINITY).1);
                assert!(!usual(sin::<true>, -$ty::from_bits(MOST)).1);
                assert_eq!(usual(sin::<true>, -0.0), ((-0.0 as $ty).to_bits(), false));
            }
        }
    };
}

pub(super) use usual;
