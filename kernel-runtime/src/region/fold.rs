//! Lanes: where a chunk's partial results lie, and how two of them become one.
//!
//! Every accumulator has a slot of 512 bytes: room for the lanes of the canonical order, 64 of 8
//! bytes or 128 of 4. What folds them knows only their type and operation, so it exists once for
//! each of these, here, and in no expansion.

use super::primitive::Primitive;
use crate::element::Element;
#[cfg(target_arch = "x86_64")]
use crate::level::Level;
use crate::ops::Order;
use std::mem::MaybeUninit;

/// The lanes of an accumulator, of which the first so many were filled.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub struct Slot([MaybeUninit<u8>; 512]);

impl Slot {
    /// Lanes that hold nothing.
    pub const EMPTY: Slot = Slot([MaybeUninit::uninit(); 512]);

    /// A lane, which may hold nothing.
    fn lane<T: Element>(&mut self, lane: usize) -> &mut MaybeUninit<T> {
        &mut self.room(lane + 1)[lane]
    }

    /// The first so many lanes, which may hold nothing.
    fn room<T: Element>(&mut self, count: usize) -> &mut [MaybeUninit<T>] {
        assert!(count * size_of::<T>() <= size_of::<Slot>());
        // SAFETY: the slot is aligned for every element, and the lanes end within it.
        unsafe { std::slice::from_raw_parts_mut((&raw mut self.0).cast(), count) }
    }

    /// The first so many lanes.
    ///
    /// # Safety
    ///
    /// They were filled with values of this type.
    unsafe fn lanes<T: Element>(&mut self, count: usize) -> &mut [T] {
        let room: *mut [MaybeUninit<T>] = self.room(count);
        // SAFETY: the caller says that they hold values.
        unsafe { &mut *(room as *mut [T]) }
    }
}

/// How partial results of one type fold, left before right.
#[derive(Debug)]
pub struct Folding {
    /// Two of them, as bits.
    pub pair: fn(u64, u64) -> u64,
    /// The first so many lanes become a value, given as bits.
    pub fill: fn(&mut Slot, usize, u64),
    /// The bits of what so many lanes, a power of two, fold to: as a tree of widths half as
    /// large, a quarter as large, .., 1. Unsafe: they were filled with values of the type.
    pub lanes: unsafe fn(&mut Slot, usize) -> u64,
    /// A lane becomes a value, given as bits.
    pub set: fn(&mut Slot, usize, u64),
    /// The first lane's bits. Unsafe: as above.
    pub first: unsafe fn(&mut Slot) -> u64,
    /// So many elements of an array become a value, given as bits. Unsafe: they are there.
    pub fill_elements: unsafe fn(*mut u8, usize, u64),
    /// So many elements of an array fold with those of another, into the left ones. Unsafe: they
    /// are there, hold values of the type, and are not the same.
    pub fold_elements: unsafe fn(*mut u8, *const u8, usize),
}

/// An operation on two values.
trait Op<T> {
    fn fold(left: T, right: T) -> T;
}

impl Folding {
    const fn of<T: Element, O: Op<T>>() -> Folding {
        Folding {
            pair: |left, right| O::fold(T::from_bits(left), T::from_bits(right)).into_bits(),
            fill: fill::<T>,
            lanes: fold_lanes::<T, O>,
            set: |slot, lane, bits| {
                slot.lane(lane).write(T::from_bits(bits));
            },
            first: first::<T>,
            fill_elements: fill_elements::<T>,
            fold_elements: fold_elements::<T, O>,
        }
    }
}

fn fill<T: Element>(slot: &mut Slot, count: usize, bits: u64) {
    slot.room::<T>(count)
        .fill(MaybeUninit::new(T::from_bits(bits)));
}

/// # Safety
///
/// So many lanes were filled with values of type `T`.
unsafe fn fold_lanes<T: Element, O: Op<T>>(slot: &mut Slot, count: usize) -> u64 {
    // SAFETY: the caller's.
    let lanes = unsafe { slot.lanes::<T>(count) };
    #[cfg(target_arch = "x86_64")]
    if Level::current() >= Level::Avx2 {
        // SAFETY: the processor has the level's features.
        return unsafe { fold_avx2::<T, O>(lanes) };
    }
    fold_halves::<T, O>(lanes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn fold_avx2<T: Element, O: Op<T>>(lanes: &mut [T]) -> u64 {
    fold_halves::<T, O>(lanes)
}

/// Folds halves of a power of two of lanes until one is left, whose bits it gives.
#[inline(always)]
fn fold_halves<T: Element, O: Op<T>>(mut lanes: &mut [T]) -> u64 {
    while lanes.len() > 1 {
        let (left, right) = lanes.split_at_mut(lanes.len() / 2);
        for (left, right) in left.iter_mut().zip(right) {
            *left = O::fold(*left, *right);
        }
        lanes = left;
    }
    lanes[0].into_bits()
}

/// # Safety
///
/// The first lane was filled with a value of type `T`.
unsafe fn first<T: Element>(slot: &mut Slot) -> u64 {
    // SAFETY: the caller's.
    unsafe { slot.lanes::<T>(1)[0].into_bits() }
}

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
/// Both are so many elements of type `T`, none of them the same.
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

type Table = &'static [(&'static str, Folding)];

macro_rules! ops {
    ($($op:ident($($ty:ident)*) |$left:ident, $right:ident| $value:expr;)*) => {$(
        struct $op;
        $(impl Op<$ty> for $op {
            #[inline(always)]
            fn fold($left: $ty, $right: $ty) -> $ty {
                $value
            }
        })*
    )*};
}

ops! {
    Add(i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a.wrapping_add(b);
    Mul(i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a.wrapping_mul(b);
    Sum(f32 f64) |a, b| a + b;
    Product(f32 f64) |a, b| a * b;
    Min(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64) |a, b| Order::min(a, b);
    Max(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64) |a, b| Order::max(a, b);
    MinIf(f32 f64) |a, b| Order::min_if(a, b);
    MaxIf(f32 f64) |a, b| Order::max_if(a, b);
    And(bool i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a & b;
    Or(bool i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a | b;
    Xor(bool i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a ^ b;
    SaturatingAdd(u8 u16 u32 u64) |a, b| a.saturating_add(b);
    // Of accumulators that fold as the region's own code says.
    Together(bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64) |a, _b| a;
}

macro_rules! tables {
    ($($table:ident $ty:ident: $($name:literal $op:ident)*;)*) => {$(
        static $table: Table = &[$(($name, Folding::of::<$ty, $op>())),*];
    )*};
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
    F32 f32: "add" Sum "mul" Product "min" Min "max" Max "min_if" MinIf "max_if" MaxIf
        "together" Together;
    F64 f64: "add" Sum "mul" Product "min" Min "max" Max "min_if" MinIf "max_if" MaxIf
        "together" Together;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_fold_as_the_tree_says() {
        let folding = named("add", Primitive::F64).unwrap();
        let mut slot = Slot::EMPTY;
        for (lane, value) in [1e16, 1.0, -1e16, 3.0].into_iter().enumerate() {
            slot.lane(lane).write(value);
        }
        // SAFETY: four lanes were written.
        let folded = unsafe { (folding.lanes)(&mut slot, 4) };
        let expected: f64 = (1e16 + -1e16) + (1.0 + 3.0);
        assert_eq!(folded, expected.to_bits());
    }

    #[test]
    fn small_types_have_as_many_lanes_as_larger_ones() {
        let folding = named("or", Primitive::Bool).unwrap();
        let mut slot = Slot::EMPTY;
        (folding.fill)(&mut slot, 128, 0);
        slot.lane(127).write(true);
        // SAFETY: they were filled.
        assert_eq!(unsafe { (folding.lanes)(&mut slot, 128) }, 1);
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
