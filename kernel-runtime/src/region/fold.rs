//! Lanes: where a chunk's partial results lie, and how two of them become one.
//!
//! Every accumulator has a slot of 512 bytes: room for the lanes of the canonical order, 64 of 8
//! bytes or 128 of 4. What folds them knows only their type and operation, so it exists once for
//! each of these, here, and in no expansion.

use super::brief::Combine;
use super::op::{
    Add, And, Greatest, Least, Max, MaxIf, Min, MinIf, Mul, Op, Or, Product, SaturatingAdd, Sum,
    Together, Xor,
};
use super::primitive::Primitive;
#[cfg(target_arch = "x86_64")]
use super::registers::tree;
use crate::element::Element;
use crate::order;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Lanes of the canonical order where an accumulator is 8 bytes wide; else there are twice as many.
const LANES: usize = 64;

/// Lanes that are filled where a chunk has no more iterations. The identity is neutral to the bit,
/// so that what the others would have folded to changes nothing.
pub const FEW: usize = 16;

/// The lanes of an accumulator, of which the first so many were filled.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Slot([MaybeUninit<u64>; LANES]);

impl Slot {
    /// Lanes that hold nothing.
    pub const EMPTY: Slot = Slot([MaybeUninit::uninit(); LANES]);

    /// Lanes become a value, of which this is [`repeated`]: every lane, or at least [`FEW`].
    #[inline(always)]
    pub fn fill(&mut self, word: u64, few: bool) {
        let word = MaybeUninit::new(word);
        // Lengths that LLVM knows.
        match few {
            true => self.0[..FEW].fill(word),
            false => self.0 = [word; LANES],
        }
    }

    /// Some lanes become a value.
    ///
    /// # Panics
    ///
    /// If there are no such lanes.
    #[inline(always)]
    pub fn pad<T: Element>(&mut self, lanes: Range<usize>, value: T) {
        assert!(lanes.end * size_of::<T>() <= size_of::<Slot>());
        let start: *mut T = self.0.as_mut_ptr().cast();
        // SAFETY: the slot is aligned for every element, and the lanes end within it.
        lanes.for_each(|lane| unsafe { start.add(lane).write(value) });
    }

    /// A lane of a type becomes a value, given as bits.
    ///
    /// # Panics
    ///
    /// If there is no such lane.
    #[inline]
    pub fn set(&mut self, ty: Primitive, lane: usize, bits: u64) {
        assert!((lane + 1) * ty.bytes() <= size_of::<Slot>());
        let start: *mut MaybeUninit<u64> = self.0.as_mut_ptr();
        // SAFETY: the slot is aligned for every element, and the lane ends within it.
        unsafe {
            match ty.bytes() {
                1 => start.cast::<u8>().add(lane).write(bits as u8),
                2 => start.cast::<u16>().add(lane).write(bits as u16),
                4 => start.cast::<u32>().add(lane).write(bits as u32),
                _ => start.cast::<u64>().add(lane).write(bits),
            }
        }
    }

    /// The first lane's bits.
    ///
    /// # Safety
    ///
    /// It was filled with a value of the type.
    #[inline]
    pub unsafe fn first(&self, ty: Primitive) -> u64 {
        let start: *const MaybeUninit<u64> = self.0.as_ptr();
        // SAFETY: the slot is aligned for every element and no smaller than one; the caller says
        // that one is there.
        unsafe {
            match ty.bytes() {
                1 => u64::from(start.cast::<u8>().read()),
                2 => u64::from(start.cast::<u16>().read()),
                4 => u64::from(start.cast::<u32>().read()),
                _ => start.cast::<u64>().read(),
            }
        }
    }

    /// The first so many lanes.
    ///
    /// # Safety
    ///
    /// They were filled with values of this type.
    #[inline(always)]
    pub unsafe fn lanes<T: Element>(&self, count: usize) -> &[T] {
        assert!(count * size_of::<T>() <= size_of::<Slot>());
        // SAFETY: the slot is aligned for every element, and the lanes end within it. The caller
        // says that they hold values.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), count) }
    }
}

/// A word that holds a value of so many bytes, given as bits, as often as it has room for it.
#[inline(always)]
pub const fn repeated(bytes: usize, bits: u64) -> u64 {
    // The value times a one in every place.
    bits * match bytes {
        1 => 0x0101_0101_0101_0101,
        2 => 0x0001_0001_0001_0001,
        4 => 0x0000_0001_0000_0001,
        _ => 1,
    }
}

/// How partial results of one type fold, left before right.
#[derive(Debug)]
pub struct Folding {
    /// Two of them, as bits.
    pub pair: fn(u64, u64) -> u64,
    /// What every so manieth word comes to, from the first on, as the canonical tree says; in place.
    pub neighbours: fn(&mut [u64], usize) -> u64,
    /// See [`Folding::lanes`].
    general_lanes: unsafe fn(&Slot, usize) -> u64,
    fast_lanes: unsafe fn(&Slot, usize) -> u64,
    /// What the lanes that so many iterations have written come to; see [`Combine::lanes`].
    pub written: unsafe fn(&mut Slot, u64, usize, u64) -> u64,
    /// So many elements of an array become a value, given as bits. Unsafe: they are there.
    pub fill_elements: unsafe fn(*mut u8, usize, u64),
    /// So many elements of an array fold with those of another, into the left ones. Unsafe: they
    /// are there, hold values of the type, and are not the same.
    pub fold_elements: unsafe fn(*mut u8, *const u8, usize),
    /// The same for `Level::FAST`. Unsafe: the processor has that level, too.
    pub fast_fold_elements: unsafe fn(*mut u8, *const u8, usize),
}

impl Folding {
    /// By an operation, and by another that gives the same in the fast form's lanes.
    const fn of<T: Element, O: Op<T> + Combine<T>, L: Op<T>>() -> Folding {
        Folding {
            pair: |left, right| O::fold(T::from_bits(left), T::from_bits(right)).into_bits(),
            neighbours: fold_neighbours::<T, O>,
            general_lanes: fold_lanes::<T, O>,
            fast_lanes: fold_fast::<T, L>,
            written: O::lanes,
            fill_elements: fill_elements::<T>,
            fold_elements: fold_elements::<T, O>,
            fast_fold_elements: fold_elements_fast::<T, O>,
        }
    }
}

impl Folding {
    /// What folds the lanes of the canonical order, 64 or 128, or the first [`FEW`] of them, after the
    /// fast form or the general one: as a tree of widths half as large, a quarter as large, .., 1.
    /// Unsafe: they were filled with values of the type, and for the fast form the processor has
    /// `Level::FAST`.
    #[inline(always)]
    pub fn lanes(&self, fast: bool) -> unsafe fn(&Slot, usize) -> u64 {
        if fast {
            self.fast_lanes
        } else {
            self.general_lanes
        }
    }
}

fn fold_neighbours<T: Element, O: Op<T>>(words: &mut [u64], width: usize) -> u64 {
    order::pairwise(words.len().div_ceil(width), |to, left, right| {
        let left = words[left * width];
        words[to * width] = right.map_or(left, |right| {
            O::fold(T::from_bits(left), T::from_bits(words[right * width])).into_bits()
        });
    });
    words[0]
}

/// # Safety
///
/// So many lanes were filled with values of type `T`.
pub unsafe fn fold_lanes<T: Element, O: Op<T>>(slot: &Slot, count: usize) -> u64 {
    // SAFETY: the caller's.
    fold_halves::<T, O>(unsafe { slot.lanes(count) })
}

/// # Safety
///
/// So many lanes were filled with values of type `T`, and the processor has `Level::FAST`.
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2"))]
pub unsafe fn fold_fast<T: Element, O: Op<T>>(slot: &Slot, count: usize) -> u64 {
    // SAFETY: the caller's.
    fold_halves::<T, O>(unsafe { slot.lanes(count) })
}

/// What 16, 64 or 128 lanes fold to, as bits.
#[inline(always)]
fn fold_halves<T: Element, O: Op<T>>(lanes: &[T]) -> u64 {
    if let Ok(few) = <[T; FEW]>::try_from(lanes) {
        return fold_few::<T, O, FEW>(few).into_bits();
    }
    let (left, rest) = lanes
        .split_first_chunk::<LANES>()
        .unwrap_or_else(|| unreachable!("there are {} lanes", lanes.len()));
    let mut left = *left;
    if let Ok(right) = <&[T; LANES]>::try_from(rest) {
        for (left, right) in left.iter_mut().zip(right) {
            *left = O::fold(*left, *right);
        }
    }
    // Widths that LLVM knows, so that all of it happens in registers.
    fold_half::<T, O, 32, LANES>(&mut left);
    fold_half::<T, O, 16, LANES>(&mut left);
    fold_few::<T, O, LANES>(left).into_bits()
}

/// What the first 16 lanes fold to, or as many as there are.
#[inline(always)]
pub fn fold_few<T: Element, O: Op<T>, const N: usize>(mut lanes: [T; N]) -> T {
    fold_half::<T, O, 8, N>(&mut lanes);
    fold_half::<T, O, 4, N>(&mut lanes);
    fold_half::<T, O, 2, N>(&mut lanes);
    fold_half::<T, O, 1, N>(&mut lanes);
    lanes[0]
}

/// Folds a half of so many lanes into the other, if there are twice as many.
#[inline(always)]
pub fn fold_half<T: Element, O: Op<T>, const WIDTH: usize, const N: usize>(lanes: &mut [T; N]) {
    if N < 2 * WIDTH {
        return;
    }
    for lane in 0..WIDTH {
        lanes[lane] = O::fold(lanes[lane], lanes[lane + WIDTH]);
    }
}

/// A number whose sums and products depend on their order.
pub trait Rounded: Element {
    /// What lanes add up to.
    ///
    /// # Safety
    ///
    /// There are 64 or 128, of 512 bytes at most, and the processor has `Level::FAST`.
    unsafe fn sum<const L: usize>(lanes: &[Self; L]) -> Self;
    /// What they multiply to, likewise.
    ///
    /// # Safety
    ///
    /// As for [`Rounded::sum`].
    unsafe fn product<const L: usize>(lanes: &[Self; L]) -> Self;
    /// The word that holds it as often as it has room for it.
    fn repeated(self) -> u64;
}

macro_rules! rounded {
    ($($ty:ident $sum_of:ident $product_of:ident)*) => {$(
        impl Rounded for $ty {
            #[inline(always)]
            unsafe fn sum<const L: usize>(lanes: &[$ty; L]) -> $ty {
                // SAFETY: the caller's.
                #[cfg(target_arch = "x86_64")]
                return unsafe { tree::$sum_of(lanes) };
                #[cfg(not(target_arch = "x86_64"))]
                <$ty>::from_bits(fold_halves::<$ty, Sum>(lanes) as _)
            }

            #[inline(always)]
            unsafe fn product<const L: usize>(lanes: &[$ty; L]) -> $ty {
                // SAFETY: the caller's.
                #[cfg(target_arch = "x86_64")]
                return unsafe { tree::$product_of(lanes) };
                #[cfg(not(target_arch = "x86_64"))]
                <$ty>::from_bits(fold_halves::<$ty, Product>(lanes) as _)
            }

            #[inline(always)]
            fn repeated(self) -> u64 {
                repeated(size_of::<$ty>(), self.into_bits())
            }
        }
    )*};
}

rounded!(f32 sum_f32 product_f32 f64 sum_f64 product_f64);

/// # Safety
///
/// There is room for so many elements.
unsafe fn fill_elements<T: Element>(elements: *mut u8, count: usize, bits: u64) {
    for at in 0..count {
        // SAFETY: the caller's.
        unsafe { elements.cast::<T>().add(at).write(T::from_bits(bits)) };
    }
}

/// # Safety
///
/// Both are so many elements of type `T`, none of them the same, and the processor has
/// `Level::FAST`.
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2"))]
unsafe fn fold_elements_fast<T: Element, O: Op<T>>(left: *mut u8, right: *const u8, count: usize) {
    // SAFETY: the caller's.
    unsafe { fold_elements::<T, O>(left, right, count) };
}

/// # Safety
///
/// Both are so many elements of type `T`, none of them the same.
#[inline(always)]
unsafe fn fold_elements<T: Element, O: Op<T>>(left: *mut u8, right: *const u8, count: usize) {
    // SAFETY: the caller's.
    let (left, right) = unsafe {
        (
            std::slice::from_raw_parts_mut(left.cast::<T>(), count),
            std::slice::from_raw_parts(right.cast::<T>(), count),
        )
    };
    for (left, right) in left.iter_mut().zip(right) {
        *left = O::fold(*left, *right);
    }
}

/// How an operation of this name folds values of this type.
pub fn named(name: &str, ty: Primitive) -> Option<&'static Folding> {
    let all = match ty {
        Primitive::Bool => BOOL,
        Primitive::I8 => I8,
        Primitive::I16 => I16,
        Primitive::I32 => I32,
        Primitive::I64 | Primitive::Isize => I64,
        Primitive::U8 => U8,
        Primitive::U16 => U16,
        Primitive::U32 => U32,
        Primitive::U64 | Primitive::Usize => U64,
        Primitive::F32 => F32,
        Primitive::F64 => F64,
    };
    let found = all.iter().find(|(known, _)| *known == name);
    found.map(|(_, folding)| folding)
}

/// Bits of the infinity at which lanes start in the fast form, where the identity is a NaN: that of
/// minima and maxima of floats.
pub fn infinity(name: &str, ty: Primitive) -> Option<u64> {
    let infinity = match name {
        "min" => f64::INFINITY,
        "max" => f64::NEG_INFINITY,
        _ => return None,
    };
    match ty {
        Primitive::F32 => Some((infinity as f32).to_bits().into()),
        Primitive::F64 => Some(infinity.to_bits()),
        _ => None,
    }
}

type Table = &'static [(&'static str, Folding)];

macro_rules! tables {
    ($($table:ident $ty:ident: $($name:literal $op:ident $(($lanes:ident))?)*;)*) => {$(
        static $table: Table = &[$(($name, tables!(@ $ty $op $($lanes)?))),*];
    )*};
    (@ $ty:ident $op:ident) => { Folding::of::<$ty, $op, $op>() };
    (@ $ty:ident $op:ident $lanes:ident) => { Folding::of::<$ty, $op, $lanes>() };
}

macro_rules! integers {
    ($($table:ident $ty:ident $($name:literal $op:ident)*;)*) => {
        tables! {$(
            $table $ty: "add" Add "mul" Mul "min" Min "max" Max "min_if" Min "max_if" Max
                "and" And "or" Or "xor" Xor "together" Together $($name $op)*;
        )*}
    };
}

integers! {
    I8 i8;
    I16 i16;
    I32 i32;
    I64 i64;
    U8 u8 "saturating_add" SaturatingAdd;
    U16 u16 "saturating_add" SaturatingAdd;
    U32 u32 "saturating_add" SaturatingAdd;
    U64 u64 "saturating_add" SaturatingAdd;
}

tables! {
    BOOL bool: "and" And "or" Or "xor" Xor "together" Together;
    F32 f32: "add" Sum "mul" Product "min" Min(Least) "max" Max(Greatest) "min_if" MinIf(Least)
        "max_if" MaxIf(Greatest) "together" Together;
    F64 f64: "add" Sum "mul" Product "min" Min(Least) "max" Max(Greatest) "min_if" MinIf(Least)
        "max_if" MaxIf(Greatest) "together" Together;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Level;

    /// Folds by both forms, where the processor has them.
    fn fold(name: &str, ty: Primitive, slot: &Slot, lanes: usize) -> u64 {
        let folding = named(name, ty).unwrap();
        // SAFETY: the tests fill every lane, and ask what the processor has.
        unsafe {
            let folded = folding.lanes(false)(slot, lanes);
            if Level::current() >= Level::FAST {
                assert_eq!(folding.lanes(true)(slot, lanes), folded);
            }
            folded
        }
    }

    #[test]
    fn lanes_fold_as_the_tree_says() {
        let mut slot = Slot::EMPTY;
        slot.fill(repeated(8, (-0.0f64).to_bits()), false);
        for (lane, value) in [(0, 1e16), (3, 1.0), (32, -1e16), (33, 3.0)] {
            slot.set(Primitive::F64, lane, f64::to_bits(value));
        }
        let expected: f64 = (1e16 + -1e16) + (1.0 + 3.0);
        assert_eq!(fold("add", Primitive::F64, &slot, 64), expected.to_bits());
        let mut slot = Slot::EMPTY;
        slot.fill(repeated(4, 1.0f32.to_bits().into()), false);
        slot.set(Primitive::F32, 127, 2.5f32.to_bits().into());
        let expected = u64::from(129.5f32.to_bits());
        assert_eq!(fold("add", Primitive::F32, &slot, 128), expected);
    }

    /// Of floats, what the identity and values in few lanes fold to, in all lanes and in a few.
    fn few(name: &str, identity: f64, values: &[f64]) -> [u64; 2] {
        let mut slot = Slot::EMPTY;
        let mut fold_from = |few: bool| {
            slot.fill(identity.to_bits(), few);
            for (lane, value) in values.iter().enumerate() {
                slot.set(Primitive::F64, lane, value.to_bits());
            }
            fold(name, Primitive::F64, &slot, if few { FEW } else { LANES })
        };
        [fold_from(false), fold_from(true)]
    }

    #[test]
    fn lanes_that_nobody_reached_change_no_bit() {
        let tiny = f64::from_bits(1);
        let values = [-0.0, 0.0, tiny, -1.5, f64::INFINITY, f64::MAX, 1e-300, 0.1];
        for (name, identity) in [
            ("add", -0.0),
            ("mul", 1.0),
            ("min", f64::INFINITY),
            ("max", f64::NEG_INFINITY),
            ("min_if", f64::INFINITY),
            ("max_if", f64::NEG_INFINITY),
        ] {
            for length in 1..=FEW {
                for start in 0..values.len() {
                    let reached = values.iter().cycle().skip(start).take(length);
                    let reached: Vec<f64> = reached.copied().collect();
                    let [all, few] = few(name, identity, &reached);
                    let nan = f64::from_bits(all).is_nan() && f64::from_bits(few).is_nan();
                    assert!(all == few || nan, "{name} of {reached:?}");
                }
            }
        }
    }

    #[test]
    fn small_types_have_as_many_lanes_as_larger_ones() {
        let mut slot = Slot::EMPTY;
        slot.fill(repeated(1, 0), false);
        slot.set(Primitive::Bool, 127, 1);
        assert_eq!(fold("or", Primitive::Bool, &slot, 128), 1);
        assert_eq!(fold("or", Primitive::Bool, &slot, 64), 0);
        slot.fill(repeated(2, 0xffff), false);
        assert_eq!(fold("add", Primitive::I16, &slot, 64), 0xffc0);
    }

    #[test]
    fn pairs_fold_as_bits() {
        let max = named("max", Primitive::I8).unwrap();
        assert_eq!((max.pair)(0xff, 0x05), 0x05);
        let least = named("min_if", Primitive::F32).unwrap();
        let bits = |x: f32| u64::from(x.to_bits());
        assert_eq!((least.pair)(bits(2.0), bits(-2.0)), bits(-2.0));
        assert!(named("sub", Primitive::I8).is_none());
        assert!(named("xor", Primitive::F32).is_none());
    }
}
