//! What leaves every number as it is under an operation: the accumulators of chains that give an `Option`
//! begin with it, as they have no first item. [`zero`] of floats is the negative one, and what a float
//! is compared with first is no number, which `max` and `min` leave out.
#![allow(missing_docs)]

/// A number that chains combine.
pub trait Start: Sized {
    const LEAST: Self;
    const GREATEST: Self;
    /// No number compares as less, or as greater.
    const LOWEST: Self;
    const HIGHEST: Self;
    const ZERO: Self;
    const ONE: Self;
    const ONES: Self;
}

macro_rules! integers {
    ($($ty:ident)*) => {$(
        impl Start for $ty {
            const LEAST: Self = Self::MIN;
            const GREATEST: Self = Self::MAX;
            const LOWEST: Self = Self::MIN;
            const HIGHEST: Self = Self::MAX;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const ONES: Self = !0;
        }
    )*};
}

integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

macro_rules! floats {
    ($($ty:ident)*) => {$(
        impl Start for $ty {
            const LEAST: Self = Self::NAN;
            const GREATEST: Self = Self::NAN;
            const LOWEST: Self = Self::NEG_INFINITY;
            const HIGHEST: Self = Self::INFINITY;
            const ZERO: Self = -0.0;
            const ONE: Self = 1.0;
            /// No operation of floats begins with it.
            const ONES: Self = Self::NAN;
        }
    )*};
}

floats!(f32 f64);

impl Start for bool {
    const LEAST: Self = false;
    const GREATEST: Self = true;
    const LOWEST: Self = false;
    const HIGHEST: Self = true;
    const ZERO: Self = false;
    const ONE: Self = true;
    const ONES: Self = true;
}

#[inline(always)]
pub const fn least<T: Start>() -> T {
    T::LEAST
}

#[inline(always)]
pub const fn greatest<T: Start>() -> T {
    T::GREATEST
}

#[inline(always)]
pub const fn lowest<T: Start>() -> T {
    T::LOWEST
}

#[inline(always)]
pub const fn highest<T: Start>() -> T {
    T::HIGHEST
}

/// A number, or what refers to one.
pub trait Behind: Copy {
    type Number;

    fn number(self) -> Self::Number;
}

macro_rules! numbers {
    ($($ty:ident)*) => {$(
        impl Behind for $ty {
            type Number = $ty;

            #[inline(always)]
            fn number(self) -> $ty {
                self
            }
        }
    )*};
}

numbers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64 bool);

impl<T: Behind> Behind for &T {
    type Number = T::Number;

    #[inline(always)]
    fn number(self) -> T::Number {
        (*self).number()
    }
}

#[inline(always)]
pub fn number<T: Behind>(of: T) -> T::Number {
    of.number()
}

#[inline(always)]
pub const fn zero<T: Start>() -> T {
    T::ZERO
}

#[inline(always)]
pub const fn one<T: Start>() -> T {
    T::ONE
}

#[inline(always)]
pub const fn ones<T: Start>() -> T {
    T::ONES
}
