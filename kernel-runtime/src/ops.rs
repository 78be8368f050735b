//! Operations whose results Rust leaves open in a corner, pinned down.
//!
//! `f64::max` may return either zero of two different ones, and the order in which a reduction
//! compares its values must not show: of two zeros `max` is `+0` and `min` is `-0`, always.

mod lane;
mod near;

pub use lane::Lane;
pub use near::Near;

use crate::element::Element;

/// A type with the canonical minima and maxima.
#[doc(hidden)]
pub trait Order: Element {
    /// `f64::min`, `Ord::min`: a NaN loses.
    fn min(left: Self, right: Self) -> Self;
    /// `f64::max`, `Ord::max`: a NaN loses.
    fn max(left: Self, right: Self) -> Self;
    /// `if right < left { right } else { left }`: a NaN on the right never enters, one on the
    /// left stays.
    fn min_if(left: Self, right: Self) -> Self;
    /// `if right > left { right } else { left }`, likewise.
    fn max_if(left: Self, right: Self) -> Self;
}

macro_rules! ints {
    ($($ty:ident)*) => {$(
        impl Order for $ty {
            #[inline(always)]
            fn min(left: Self, right: Self) -> Self {
                Ord::min(left, right)
            }
            #[inline(always)]
            fn max(left: Self, right: Self) -> Self {
                Ord::max(left, right)
            }
            #[inline(always)]
            fn min_if(left: Self, right: Self) -> Self {
                Ord::min(left, right)
            }
            #[inline(always)]
            fn max_if(left: Self, right: Self) -> Self {
                Ord::max(left, right)
            }
        }
    )*};
}

ints!(bool i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

// Selects only, so that they vectorise. Equal floats have equal bits but for the sign of zero:
// `|` of the bits then gives the negative zero, `&` the positive one.
macro_rules! floats {
    ($($ty:ident)*) => {$(
        impl Order for $ty {
            #[inline(always)]
            fn min(left: Self, right: Self) -> Self {
                let kept = Self::min_if(left, right);
                if left.is_nan() { right } else { kept }
            }
            #[inline(always)]
            fn max(left: Self, right: Self) -> Self {
                let kept = Self::max_if(left, right);
                if left.is_nan() { right } else { kept }
            }
            #[inline(always)]
            fn min_if(left: Self, right: Self) -> Self {
                let kept = if right < left { right } else { left };
                let equal = $ty::from_bits(left.to_bits() | right.to_bits());
                if left == right { equal } else { kept }
            }
            #[inline(always)]
            fn max_if(left: Self, right: Self) -> Self {
                let kept = if right > left { right } else { left };
                let equal = $ty::from_bits(left.to_bits() & right.to_bits());
                if left == right { equal } else { kept }
            }
        }
    )*};
}

floats!(f32 f64);

#[cfg(test)]
mod tests {
    use super::Order;

    #[test]
    fn zeros_are_ordered() {
        for (a, b) in [(0.0f64, -0.0), (-0.0, 0.0)] {
            assert_eq!(Order::min(a, b).to_bits(), (-0.0f64).to_bits());
            assert_eq!(Order::min_if(a, b).to_bits(), (-0.0f64).to_bits());
            assert_eq!(Order::max(a, b).to_bits(), 0.0f64.to_bits());
            assert_eq!(Order::max_if(a, b).to_bits(), 0.0f64.to_bits());
        }
    }

    #[test]
    fn nans_lose_or_stay() {
        assert_eq!(Order::min(f32::NAN, 1.0), 1.0);
        assert_eq!(Order::max(1.0, f32::NAN), 1.0);
        assert!(Order::max(f64::NAN, f64::NAN).is_nan());
        assert!(Order::max_if(f64::NAN, 1.0).is_nan());
        assert_eq!(Order::min_if(1.0, f64::NAN), 1.0);
    }

    #[test]
    fn ordinary_values_compare_as_std_does() {
        let values = [-2.5f64, -1.0, 0.5, 3.0, f64::INFINITY, f64::NEG_INFINITY];
        for a in values {
            for b in values {
                assert_eq!(Order::min(a, b), a.min(b));
                assert_eq!(Order::max(a, b), a.max(b));
                assert_eq!(Order::max_if(a, b), if b > a { b } else { a });
                assert_eq!(Order::min_if(a, b), if b < a { b } else { a });
            }
        }
    }
}
