//! What a kernel that is generic over its types may ask of them.
//!
//! Each instance of such a kernel computes with a primitive type's own operators and methods. The
//! traits here have the same names and do the same, so that the generic function, which is the
//! serial version, type-checks and gives the same results.

use crate::element::Element;
use std::fmt::Display;
use std::iter::{Product, Sum};
use std::ops::{
    Add, AddAssign, BitAnd, BitAndAssign, BitOr, BitOrAssign, BitXor, BitXorAssign, Div, DivAssign,
    Mul, MulAssign, Neg, Not, Rem, RemAssign, Shl, Shr, Sub, SubAssign,
};

/// A number: an integer of up to 64 bits, `f32` or `f64`.
///
/// The conversions are those of `as`: what does not fit saturates from floats, wraps between
/// integers, and rounds to the nearest between floats.
///
/// ```
/// use kernel_runtime::prelude::*;
///
/// #[kernel(parallel, types(T = [f32, i64]))]
/// fn total<T: Number>(x: &[T]) -> T {
///     let mut sum = T::ZERO;
///     for i in 0..x.len() {
///         sum += x[i];
///     }
///     sum
/// }
///
/// assert_eq!(total(&[1, 2, 3i64]), 6);
/// assert_eq!(total(&[0.5, 0.25f32]), 0.75);
/// ```
pub trait Number:
    Element
    + Default
    + Display
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + RemAssign
    + Sum
    + Product
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// The smallest finite value.
    const MIN: Self;
    /// The largest finite value.
    const MAX: Self;

    /// `value as Self`
    fn from_f64(value: f64) -> Self;
    /// `value as Self`
    fn from_f32(value: f32) -> Self;
    /// `value as Self`
    fn from_i32(value: i32) -> Self;
    /// `value as Self`
    fn from_i64(value: i64) -> Self;
    /// `value as Self`
    fn from_u64(value: u64) -> Self;
    /// `value as Self`
    fn from_usize(value: usize) -> Self;
}

macro_rules! methods {
    ($(#[doc = $doc:literal] $name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {$(
        #[doc = $doc]
        #[must_use]
        fn $name(self $(, $arg: $ty)*) -> $out;
    )*};
}

/// `f32` or `f64`, with the methods that both have.
pub trait Float: Number + Neg<Output = Self> {
    /// The constant of the type.
    const EPSILON: Self;
    /// The constant of the type.
    const INFINITY: Self;
    /// The constant of the type.
    const NEG_INFINITY: Self;
    /// The constant of the type.
    const NAN: Self;

    methods! {
        #[doc = "The smaller; of a number and a NaN, the number."] min(other: Self) -> Self;
        #[doc = "The larger; of a number and a NaN, the number."] max(other: Self) -> Self;
        #[doc = "The value within `low..=high`; panics if these are out of order or a NaN."]
        clamp(low: Self, high: Self) -> Self;
        #[doc = "As on the type itself."] abs() -> Self;
        #[doc = "As on the type itself."] sqrt() -> Self;
        #[doc = "As on the type itself."] floor() -> Self;
        #[doc = "As on the type itself."] ceil() -> Self;
        #[doc = "As on the type itself."] round() -> Self;
        #[doc = "As on the type itself."] trunc() -> Self;
        #[doc = "As on the type itself."] fract() -> Self;
        #[doc = "As on the type itself."] signum() -> Self;
        #[doc = "As on the type itself."] recip() -> Self;
        #[doc = "As on the type itself."] copysign(sign: Self) -> Self;
        #[doc = "As on the type itself."] mul_add(by: Self, plus: Self) -> Self;
        #[doc = "As on the type itself."] is_nan() -> bool;
        #[doc = "As on the type itself."] is_finite() -> bool;
        #[doc = "As on the type itself."] is_infinite() -> bool;
        #[doc = "As on the type itself."] exp() -> Self;
        #[doc = "As on the type itself."] exp2() -> Self;
        #[doc = "As on the type itself."] exp_m1() -> Self;
        #[doc = "As on the type itself."] ln() -> Self;
        #[doc = "As on the type itself."] ln_1p() -> Self;
        #[doc = "As on the type itself."] log2() -> Self;
        #[doc = "As on the type itself."] log10() -> Self;
        #[doc = "As on the type itself."] sin() -> Self;
        #[doc = "As on the type itself."] cos() -> Self;
        #[doc = "As on the type itself."] tan() -> Self;
        #[doc = "As on the type itself."] asin() -> Self;
        #[doc = "As on the type itself."] acos() -> Self;
        #[doc = "As on the type itself."] atan() -> Self;
        #[doc = "As on the type itself."] atan2(other: Self) -> Self;
        #[doc = "As on the type itself."] sinh() -> Self;
        #[doc = "As on the type itself."] cosh() -> Self;
        #[doc = "As on the type itself."] tanh() -> Self;
        #[doc = "As on the type itself."] cbrt() -> Self;
        #[doc = "As on the type itself."] hypot(other: Self) -> Self;
        #[doc = "As on the type itself."] powf(exponent: Self) -> Self;
        #[doc = "As on the type itself."] powi(exponent: i32) -> Self;
    }
}

/// An integer, with the methods that all have.
pub trait Int:
    Number
    + Ord
    + Not<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
    + BitAndAssign
    + BitOrAssign
    + BitXorAssign
{
    methods! {
        #[doc = "As on the type itself."] wrapping_add(other: Self) -> Self;
        #[doc = "As on the type itself."] wrapping_sub(other: Self) -> Self;
        #[doc = "As on the type itself."] wrapping_mul(other: Self) -> Self;
        #[doc = "As on the type itself."] wrapping_neg() -> Self;
        #[doc = "As on the type itself."] saturating_add(other: Self) -> Self;
        #[doc = "As on the type itself."] saturating_sub(other: Self) -> Self;
        #[doc = "As on the type itself."] rem_euclid(other: Self) -> Self;
        #[doc = "As on the type itself."] div_euclid(other: Self) -> Self;
        #[doc = "As on the type itself."] count_ones() -> u32;
        #[doc = "As on the type itself."] leading_zeros() -> u32;
        #[doc = "As on the type itself."] trailing_zeros() -> u32;
        #[doc = "As on the type itself."] rotate_left(by: u32) -> Self;
        #[doc = "As on the type itself."] rotate_right(by: u32) -> Self;
    }
}

macro_rules! inherent {
    ($ty:ident: $($name:ident($($arg:ident: $of:ty),*) -> $out:ty;)*) => {$(
        #[inline(always)]
        fn $name(self $(, $arg: $of)*) -> $out {
            <$ty>::$name(self $(, $arg)*)
        }
    )*};
}

macro_rules! number {
    ($ty:ident, $zero:literal, $one:literal) => {
        impl Number for $ty {
            const ZERO: Self = $zero;
            const ONE: Self = $one;
            const MIN: Self = $ty::MIN;
            const MAX: Self = $ty::MAX;

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn from_f32(value: f32) -> Self {
                value as Self
            }
            #[inline(always)]
            fn from_i32(value: i32) -> Self {
                value as Self
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn from_u64(value: u64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn from_usize(value: usize) -> Self {
                value as Self
            }
        }
    };
}

macro_rules! floats {
    ($($ty:ident)*) => {$(
        number!($ty, 0.0, 1.0);

        impl Float for $ty {
            const EPSILON: Self = $ty::EPSILON;
            const INFINITY: Self = $ty::INFINITY;
            const NEG_INFINITY: Self = $ty::NEG_INFINITY;
            const NAN: Self = $ty::NAN;

            inherent! { $ty:
                min(other: Self) -> Self;
                max(other: Self) -> Self;
                clamp(low: Self, high: Self) -> Self;
                abs() -> Self;
                sqrt() -> Self;
                floor() -> Self;
                ceil() -> Self;
                round() -> Self;
                trunc() -> Self;
                fract() -> Self;
                signum() -> Self;
                recip() -> Self;
                copysign(sign: Self) -> Self;
                mul_add(by: Self, plus: Self) -> Self;
                is_nan() -> bool;
                is_finite() -> bool;
                is_infinite() -> bool;
                exp() -> Self;
                exp2() -> Self;
                exp_m1() -> Self;
                ln() -> Self;
                ln_1p() -> Self;
                log2() -> Self;
                log10() -> Self;
                sin() -> Self;
                cos() -> Self;
                tan() -> Self;
                asin() -> Self;
                acos() -> Self;
                atan() -> Self;
                atan2(other: Self) -> Self;
                sinh() -> Self;
                cosh() -> Self;
                tanh() -> Self;
                cbrt() -> Self;
                hypot(other: Self) -> Self;
                powf(exponent: Self) -> Self;
                powi(exponent: i32) -> Self;
            }
        }
    )*};
}

macro_rules! ints {
    ($($ty:ident)*) => {$(
        number!($ty, 0, 1);

        impl Int for $ty {
            inherent! { $ty:
                wrapping_add(other: Self) -> Self;
                wrapping_sub(other: Self) -> Self;
                wrapping_mul(other: Self) -> Self;
                wrapping_neg() -> Self;
                saturating_add(other: Self) -> Self;
                saturating_sub(other: Self) -> Self;
                rem_euclid(other: Self) -> Self;
                div_euclid(other: Self) -> Self;
                count_ones() -> u32;
                leading_zeros() -> u32;
                trailing_zeros() -> u32;
                rotate_left(by: u32) -> Self;
                rotate_right(by: u32) -> Self;
            }
        }
    )*};
}

floats!(f32 f64);
ints!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

#[cfg(test)]
mod tests {
    use super::{Float, Int, Number};

    fn lowest<T: Float>(values: &[T]) -> T {
        values.iter().fold(T::MAX, |least, value| least.min(*value))
    }

    #[test]
    fn methods_are_those_of_the_types() {
        assert_eq!(lowest(&[3.0, f32::NAN, -1.0]), -1.0);
        assert_eq!(<i8 as Number>::from_f64(1e9), 127);
        assert_eq!(<u8 as Number>::from_i32(-1), 255);
        assert_eq!(<f32 as Number>::from_usize(1 << 24), 16_777_216.0);
        fn sum_of_roots<T: Float>(x: T) -> T {
            x.sqrt() + x.recip() - T::from_f64(0.5)
        }
        assert_eq!(sum_of_roots(4.0f64), 1.75);
        fn bits<T: Int>(x: T) -> u32 {
            (x ^ x.rotate_left(1)).count_ones()
        }
        assert_eq!(bits(0b1010u16), 4);
    }
}
