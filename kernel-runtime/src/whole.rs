//! Casts from floating-point numbers to integers, and from those of 64 bits back.
//!
//! They mean what `as` means. x86-64 has no vector instruction for 64 bits before AVX-512, and what
//! it has does not saturate, so that `as` is a long detour in either kind of code, and keeps LLVM
//! from using vectors.

use crate::element::Element;

/// An integer that a number is cast to.
#[doc(hidden)]
pub trait Whole: Element {
    /// `x as Self` in code that takes one number after the other.
    fn alone(x: impl Into<f64>) -> Self;
    /// The same without branches, for the lanes of a vector.
    fn in_lanes(x: impl Into<f64>) -> Self;
    /// The same of an `f32`, of which twice as many are in a vector.
    #[inline(always)]
    fn single_in_lanes(x: f32) -> Self {
        Self::in_lanes(x)
    }
    /// The same where vectors have the instructions of AVX-512.
    #[inline(always)]
    fn in_wide_lanes(x: impl Into<f64>) -> Self {
        Self::in_lanes(x)
    }
}

const TWO_31: f32 = 2_147_483_648.0;
const TWO_32: f64 = 4_294_967_296.0;
const TWO_52: f64 = 4_503_599_627_370_496.0;
const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 2.0 * TWO_63;
const TWO_84: f64 = TWO_52 * TWO_32;

/// A whole number from -2^63 to 2^64 modulo 2^64. Its halves are put where a number's last bits
/// count in ones; the upper one may be negative, and leaves bits above its 32 that shift out.
#[inline(always)]
fn modulo(whole: f64) -> u64 {
    let upper = (whole * (1.0 / TWO_32)).floor();
    let lower = whole - upper * TWO_32;
    let upper = (upper + 1.5 * TWO_52).to_bits() << 32;
    let lower = (lower + TWO_52).to_bits() & 0xffff_ffff;
    upper | lower
}

/// A cast to 64 bits by the instruction that AVX-512 has for it, of numbers from `$least` on and below `$end`.
macro_rules! by_instruction {
    ($ty:ident, $least:expr, $end:expr) => {
        #[inline(always)]
        fn in_wide_lanes(x: impl Into<f64>) -> $ty {
            let x = x.into();
            let near = between($least, x, $end.next_down());
            // SAFETY: it lies between two numbers that the type holds.
            let value = unsafe { near.to_int_unchecked::<$ty>() };
            let value = if x >= $end { $ty::MAX } else { value };
            if x.is_nan() { 0 } else { value }
        }
    };
}

impl Whole for i64 {
    #[inline(always)]
    fn alone(x: impl Into<f64>) -> i64 {
        let x = x.into();
        #[cfg(target_arch = "x86_64")]
        match truncated(x) {
            i64::MIN => signed(x),
            value => value,
        }
        #[cfg(not(target_arch = "x86_64"))]
        signed(x)
    }

    #[inline(always)]
    fn in_lanes(x: impl Into<f64>) -> i64 {
        let x = x.into();
        let value = modulo(x.trunc()).cast_signed();
        let value = if x >= TWO_63 { i64::MAX } else { value };
        let value = if x < -TWO_63 { i64::MIN } else { value };
        if x.is_nan() { 0 } else { value }
    }

    by_instruction!(i64, -TWO_63, TWO_63);
}

impl Whole for u64 {
    #[inline(always)]
    fn alone(x: impl Into<f64>) -> u64 {
        let x = x.into();
        #[cfg(target_arch = "x86_64")]
        match truncated(x) {
            value @ 0.. => value.cast_unsigned(),
            _ => unsigned(x),
        }
        #[cfg(not(target_arch = "x86_64"))]
        unsigned(x)
    }

    #[inline(always)]
    fn in_lanes(x: impl Into<f64>) -> u64 {
        let x = x.into();
        let value = modulo(x.trunc());
        let value = if x >= TWO_64 { u64::MAX } else { value };
        if x > 0.0 { value } else { 0 }
    }

    by_instruction!(u64, 0.0, TWO_64);
}

macro_rules! pointer_sized {
    ($($ty:ident $of:ident)*) => {$(
        impl Whole for $ty {
            #[inline(always)]
            fn alone(x: impl Into<f64>) -> $ty {
                $of::alone(x) as $ty
            }
            #[inline(always)]
            fn in_lanes(x: impl Into<f64>) -> $ty {
                $of::in_lanes(x) as $ty
            }
            #[inline(always)]
            fn in_wide_lanes(x: impl Into<f64>) -> $ty {
                $of::in_wide_lanes(x) as $ty
            }
        }
    )*};
}

pointer_sized!(isize i64 usize u64);

/// The nearest number between two, of NaN the greatest: one vector instruction for each end.
#[inline(always)]
fn between<T: PartialOrd>(least: T, x: T, greatest: T) -> T {
    let x = if x < greatest { x } else { greatest };
    if x > least { x } else { least }
}

impl Whole for u32 {
    #[inline(always)]
    fn alone(x: impl Into<f64>) -> u32 {
        x.into() as u32
    }

    #[inline(always)]
    fn in_lanes(x: impl Into<f64>) -> u32 {
        let x = x.into();
        let whole = between(0.0, x, u32::MAX.into()).trunc();
        // The number's last bits count in ones.
        let value = (whole + TWO_52).to_bits() as u32;
        if x.is_nan() { 0 } else { value }
    }

    #[inline(always)]
    fn in_wide_lanes(x: impl Into<f64>) -> u32 {
        let x = x.into();
        let near = between(0.0, x, u32::MAX.into());
        // SAFETY: it lies between two numbers that a `u32` holds.
        let value = unsafe { near.to_int_unchecked::<u32>() };
        if x.is_nan() { 0 } else { value }
    }
}

/// Those of which an `i32` holds every value, and whether an `f32` does as well.
macro_rules! narrow {
    ($($ty:ident $single:literal)*) => {$(
        impl Whole for $ty {
            #[inline(always)]
            fn alone(x: impl Into<f64>) -> $ty {
                x.into() as $ty
            }

            #[inline(always)]
            fn in_lanes(x: impl Into<f64>) -> $ty {
                let x = x.into();
                let near = between($ty::MIN.into(), x, $ty::MAX.into());
                // SAFETY: it lies between two numbers that an `i32` holds.
                let value = unsafe { near.to_int_unchecked::<i32>() } as $ty;
                if x.is_nan() { 0 } else { value }
            }

            #[inline(always)]
            fn single_in_lanes(x: f32) -> $ty {
                // The greatest number below 2^31 is no neighbour of it.
                let greatest = if $single { $ty::MAX as f32 } else { TWO_31.next_down() };
                let above = !$single && x >= TWO_31;
                let near = between($ty::MIN as f32, x, greatest);
                // SAFETY: it lies between two numbers that an `i32` holds.
                let value = unsafe { near.to_int_unchecked::<i32>() } as $ty;
                let value = if above { $ty::MAX } else { value };
                if x.is_nan() { 0 } else { value }
            }
        }
    )*};
}

narrow!(i8 true i16 true i32 false u8 true u16 true);

/// A 64-bit integer that is cast to a number.
#[doc(hidden)]
pub trait Wide: Element {
    /// `self as f64`, for the lanes of a vector.
    fn number_in_lanes(self) -> f64;
}

/// The number whose halves are these, of which the upper one counts from `base`. The halves are put
/// where a number's last bits count in ones, and in 2^32; the only rounding is that of the sum.
#[inline(always)]
fn joined(upper: u64, base: f64, lower: u64) -> f64 {
    let upper = f64::from_bits(TWO_84.to_bits() | upper);
    let lower = f64::from_bits(TWO_52.to_bits() | lower);
    (upper - (TWO_84 + TWO_52 + base)) + lower
}

impl Wide for u64 {
    #[inline(always)]
    fn number_in_lanes(self) -> f64 {
        joined(self >> 32, 0.0, self & 0xffff_ffff)
    }
}

impl Wide for i64 {
    #[inline(always)]
    fn number_in_lanes(self) -> f64 {
        let from_least = self.cast_unsigned() ^ (1 << 63);
        joined(from_least >> 32, TWO_63, from_least & 0xffff_ffff)
    }
}

impl Wide for usize {
    #[inline(always)]
    fn number_in_lanes(self) -> f64 {
        (self as u64).number_in_lanes()
    }
}

impl Wide for isize {
    #[inline(always)]
    fn number_in_lanes(self) -> f64 {
        (self as i64).number_in_lanes()
    }
}

/// What the processor makes of a number: `i64::MIN` of one that no `i64` holds.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn truncated(x: f64) -> i64 {
    use std::arch::x86_64::{_mm_cvttsd_si64, _mm_set_sd};
    // SAFETY: every x86-64 processor has SSE2.
    unsafe { _mm_cvttsd_si64(_mm_set_sd(x)) }
}

#[cfg_attr(target_arch = "x86_64", cold, inline(never))]
fn signed(x: f64) -> i64 {
    x as i64
}

#[cfg_attr(target_arch = "x86_64", cold, inline(never))]
fn unsigned(x: f64) -> u64 {
    x as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(x: f64) {
        macro_rules! each {
            ($($ty:ident)*) => {$(
                let casts = [$ty::alone(x), $ty::in_lanes(x), $ty::in_wide_lanes(x)];
                assert_eq!(casts, [x as $ty; 3], "{x:e}");
            )*};
        }
        each!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
        macro_rules! single {
            ($x:expr => $($ty:ident)*) => {$(
                assert_eq!($ty::single_in_lanes($x), $x as $ty, "{:e}", $x);
            )*};
        }
        single!(x as f32 => i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
        let around = f32::from_bits((x as f32).to_bits().wrapping_add(1));
        single!(around => i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
    }

    fn check_back(n: u64) {
        let signed = n.cast_signed();
        assert_eq!(n.number_in_lanes(), n as f64, "{n}");
        assert_eq!(signed.number_in_lanes(), signed as f64, "{signed}");
        assert_eq!((n as usize).number_in_lanes(), n as usize as f64);
        assert_eq!((n as isize).number_in_lanes(), n as isize as f64);
    }

    #[test]
    fn casts_are_those_of_the_language() {
        let around = |x: f64| [x.next_down(), x, x.next_up()];
        let powers = (-1074..1024).flat_map(|n| around(2f64.powi(n)));
        let halves = (0..70).flat_map(|n| around(2f64.powi(n) + 0.5));
        let sums = (0..64).flat_map(|n| around(2f64.powi(n) - 2f64.powi(n - 33)));
        let others = [0.0, f64::NAN, f64::INFINITY, f64::MAX, 1.999_999];
        for x in powers.chain(halves).chain(sums).chain(others) {
            check(x);
            check(-x);
        }
        let mut bits = 1u64;
        for shift in 0..64 {
            for near in [-1, 0, 1, 1 << 10, (1 << 11) - 1] {
                check_back((1u64 << shift).wrapping_add_signed(near));
            }
        }
        for _ in 0..20_000 {
            bits = bits.wrapping_mul(0xd129_0ea8_2d9b_5b29).wrapping_add(1);
            check(f64::from_bits(bits));
            // Few of all bits are near the integers' ends.
            check(f64::from_bits(bits & 0xbfff_ffff_ffff_ffff) * TWO_64);
            check(bits.cast_signed() as f64 / 3.0);
            check(bits.cast_signed() as f64 / TWO_32);
            check_back(bits);
            check_back(bits >> (bits % 64));
        }
    }
}
