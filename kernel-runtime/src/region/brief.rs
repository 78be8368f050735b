//! Runs of few iterations, which the expansion has where the region stands: what their lanes come to. They
//! take about as long as a call of the runtime, so what is here is made for each operation on each type.

use super::fold::{Slot, fold_few, fold_half, fold_lanes};
use super::op::{Add, And, Max, MaxIf, Min, MinIf, Mul, Op, Or, Product, SaturatingAdd, Sum, Xor};
use crate::element::Element;
use crate::order;

/// An operation that combines values of a type. Values are bits.
pub trait Combine<T> {
    /// What the lanes of a chunk come to: those that its iterations have written, and of all others in all
    /// the identity.
    ///
    /// # Safety
    ///
    /// So many lanes, one at least, hold values of the type, and as `all` the canonical order has 64 or 128.
    unsafe fn lanes(slot: &mut Slot, written: u64, all: usize, identity: u64) -> u64;

    /// The initial value and what all chunks come to. Their values are used up.
    fn join(initial: u64, chunks: &mut [u64]) -> u64;
}

#[inline(always)]
fn join<T: Element, O: Op<T>>(initial: u64, chunks: &mut [u64]) -> u64 {
    let pair = |left, right| O::fold(T::from_bits(left), T::from_bits(right)).into_bits();
    if chunks.len() > 1 {
        order::pairwise(chunks.len(), |to, left, right| {
            chunks[to] = right.map_or(chunks[left], |right| pair(chunks[left], chunks[right]));
        });
    }
    chunks.first().map_or(initial, |all| pair(initial, *all))
}

/// Lanes in vectors.
///
/// # Safety
///
/// Of [`Combine::lanes`].
#[inline(always)]
unsafe fn wide<T: Element, O: Op<T>>(
    slot: &mut Slot,
    (written, all): (usize, usize),
    identity: u64,
) -> u64 {
    slot.pad::<T>(written..all, T::from_bits(identity));
    // SAFETY: all that it reads hold values, by the caller or just now.
    unsafe { fold_lanes::<T, O>(slot, all) }
}

/// Of what comes to the same in any order. Up to 63 lanes are read one by one: a vector would wait until the
/// last of its lanes, written by itself, is in the cache.
///
/// # Safety
///
/// Of [`Combine::lanes`].
#[inline(always)]
unsafe fn exact<T: Element, O: Op<T>>(
    slot: &mut Slot,
    (written, all): (usize, usize),
    identity: u64,
) -> u64 {
    if written > 63 {
        // SAFETY: the caller's.
        return unsafe { wide::<T, O>(slot, (written, all), identity) };
    }
    let start: *const T = std::ptr::from_ref(slot).cast();
    // SAFETY: the slot has so many lanes, which hold values, by the caller. Volatile, or LLVM makes vectors of
    // them.
    let read = |lane| unsafe { start.add(lane).read_volatile() };
    let all = (1..written).fold(read(0), |left, lane| O::fold(left, read(lane)));
    all.into_bits()
}

/// Of what depends on the order, one by one as in [`exact`]: up to 63 lanes.
///
/// # Safety
///
/// Of [`Combine::lanes`].
#[inline(always)]
unsafe fn ordered<T: Element, O: Op<T>>(
    slot: &mut Slot,
    (written, all): (usize, usize),
    identity: u64,
) -> u64 {
    let neutral = T::from_bits(identity);
    // SAFETY: the caller's.
    let value = unsafe {
        match written {
            ..=1 => slot.lanes::<T>(1)[0],
            2 => padded::<T, O, 1>(slot, written, neutral),
            3..=4 => padded::<T, O, 2>(slot, written, neutral),
            5..=8 => padded::<T, O, 4>(slot, written, neutral),
            9..=16 => padded::<T, O, 8>(slot, written, neutral),
            17..=32 => padded::<T, O, 16>(slot, written, neutral),
            33..=63 => padded::<T, O, 32>(slot, written, neutral),
            _ => return wide::<T, O>(slot, (written, all), identity),
        }
    };
    value.into_bits()
}

/// What the first lanes fold to, of which more than half of these are written, and twice as many at most. Lanes
/// of the identity behind them change nothing.
///
/// # Safety
///
/// So many hold values of the type.
#[inline(always)]
unsafe fn padded<T: Element, O: Op<T>, const HALF: usize>(
    slot: &mut Slot,
    written: usize,
    neutral: T,
) -> T {
    assert!(written <= 2 * HALF && 2 * HALF * size_of::<T>() <= size_of::<Slot>());
    slot.pad(written..2 * HALF, neutral);
    let start: *const T = std::ptr::from_ref(slot).cast();
    // SAFETY: the slot has room for these lanes and is aligned for all types. They hold values, by the
    // caller or just now. Volatile, or LLVM makes vectors of them.
    let read = |lane| unsafe { start.add(lane).read_volatile() };
    let mut lanes = [neutral; HALF];
    for (lane, left) in lanes.iter_mut().enumerate() {
        *left = O::fold(read(lane), read(lane + HALF));
    }
    fold_half::<T, O, 16, HALF>(&mut lanes);
    fold_few::<T, O, HALF>(lanes)
}

macro_rules! combine {
    ($($ty:ident: $how:ident($($op:ident)*);)*) => {$($(
        impl Combine<$ty> for $op {
            unsafe fn lanes(slot: &mut Slot, written: u64, all: usize, identity: u64) -> u64 {
                // SAFETY: the caller's.
                unsafe { $how::<$ty, $op>(slot, (written as usize, all), identity) }
            }

            fn join(initial: u64, chunks: &mut [u64]) -> u64 {
                join::<$ty, $op>(initial, chunks)
            }
        }
    )*)*};
}

combine! {
    bool: exact(And Or Xor);
    i8: exact(Add Mul Min Max And Or Xor);
    i16: exact(Add Mul Min Max And Or Xor);
    i32: exact(Add Mul Min Max And Or Xor);
    i64: exact(Add Mul Min Max And Or Xor);
    u8: exact(Add Mul Min Max And Or Xor SaturatingAdd);
    u16: exact(Add Mul Min Max And Or Xor SaturatingAdd);
    u32: exact(Add Mul Min Max And Or Xor SaturatingAdd);
    u64: exact(Add Mul Min Max And Or Xor SaturatingAdd);
    f32: ordered(Sum Product Min Max MinIf MaxIf);
    f64: ordered(Sum Product Min Max MinIf MaxIf);
}
