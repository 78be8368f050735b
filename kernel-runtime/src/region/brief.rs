//! Runs of few iterations, which the expansion has where the region stands: what their lanes come to. They
//! take about as long as a call of the runtime, so what is here is made for each operation on each type.

use super::fold::{Slot, fold_fast, fold_few, fold_half, fold_lanes};
use super::op::{
    Add, And, Max, MaxIf, Min, MinIf, Mul, Op, Or, Product, SaturatingAdd, Sum, Together, Xor,
};
use crate::element::Element;
use crate::level::Level;
use crate::ops::Lane;
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
    // SAFETY: all that it reads hold values, by the caller or just now, and the level was asked for.
    unsafe {
        match Level::current() >= Level::FAST {
            true => fold_fast::<T, O>(slot, all),
            false => fold_lanes::<T, O>(slot, all),
        }
    }
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
            2 => halved::<T, O, 1>(slot, written, neutral),
            3..=4 => halved::<T, O, 2>(slot, written, neutral),
            5..=8 => halved::<T, O, 4>(slot, written, neutral),
            9..=16 => halved::<T, O, 8>(slot, written, neutral),
            17..=32 => halved::<T, O, 16>(slot, written, neutral),
            33..=63 => halved::<T, O, 32>(slot, written, neutral),
            _ => return wide::<T, O>(slot, (written, all), identity),
        }
    };
    value.into_bits()
}

/// Of minima and maxima, likewise. From an infinity, comparisons alone find the least or greatest value,
/// in any order. Of two zeros or if all are NaNs, it is the operation that tells.
///
/// # Safety
///
/// Of [`Combine::lanes`].
#[inline(always)]
unsafe fn extreme<T: Element + PartialEq + From<f32>, O: Op<T>>(
    slot: &mut Slot,
    (written, all): (usize, usize),
    identity: u64,
    (infinity, better): (T, impl Fn(T, T) -> T),
) -> u64 {
    slot.pad(written..written.next_multiple_of(CHAINS), infinity);
    let start: *const T = std::ptr::from_ref(slot).cast();
    let mut found = [infinity; CHAINS];
    for first in (0..written).step_by(CHAINS) {
        for (lane, found) in (first..).zip(&mut found) {
            // SAFETY: the slot has room for 64 or 128 lanes, and so many hold values, by the caller or just now.
            // Volatile, or LLVM makes vectors of them.
            *found = better(*found, unsafe { start.add(lane).read_volatile() });
        }
    }
    let [a, b, c, d] = found;
    let best = better(better(a, b), better(c, d));
    if best != infinity && best != T::from(0.0) {
        return best.into_bits();
    }
    // SAFETY: the caller's.
    unsafe { ordered::<T, O>(slot, (written, all), identity) }
}

/// Comparisons of [`extreme`] that do not wait for each other.
const CHAINS: usize = 4;

/// Lanes that fold together in [`halved`].
const GROUP: usize = 8;

/// What so many lanes fold to, which are more than this half and twice as many at most: those behind it
/// fold into the first ones, a group of them after the other. Lanes of the identity change nothing, so that
/// the last group is filled with them, and what follows it is left out.
///
/// # Safety
///
/// So many hold values of the type.
#[inline(always)]
unsafe fn halved<T: Element, O: Op<T>, const HALF: usize>(
    slot: &mut Slot,
    written: usize,
    neutral: T,
) -> T {
    let group = GROUP.min(HALF);
    let groups = (written - HALF).div_ceil(group);
    assert!(groups * group <= HALF && 2 * HALF * size_of::<T>() <= size_of::<Slot>());
    slot.pad(written..HALF + groups * group, neutral);
    let start: *mut T = std::ptr::from_mut(slot).cast();
    // SAFETY: the slot has room for these lanes and is aligned for all types. They hold values, by the caller
    // or just now. Volatile, or LLVM makes vectors of them.
    let (read, write) = unsafe {
        (
            |lane| start.add(lane).read_volatile(),
            |lane, value| start.add(lane).write_volatile(value),
        )
    };
    for first in (0..groups).map(|at| at * group) {
        for lane in first..first + group {
            write(lane, O::fold(read(lane), read(lane + HALF)));
        }
    }
    let mut lanes = [neutral; HALF];
    for (lane, value) in lanes.iter_mut().enumerate() {
        *value = read(lane);
    }
    fold_half::<T, O, 16, HALF>(&mut lanes);
    fold_few::<T, O, HALF>(lanes)
}

macro_rules! combine {
    ($($ty:ident: $how:ident $with:tt ($($op:ident)*);)*) => {$($(
        impl Combine<$ty> for $op {
            unsafe fn lanes(slot: &mut Slot, written: u64, all: usize, identity: u64) -> u64 {
                let lanes = (written as usize, all);
                // SAFETY: the caller's.
                unsafe { combine!(@ $how $ty $op (slot, lanes, identity) $with) }
            }

            fn join(initial: u64, chunks: &mut [u64]) -> u64 {
                join::<$ty, $op>(initial, chunks)
            }
        }
    )*)*};
    (@ $how:ident $ty:ident $op:ident ($($given:ident),*) []) => {
        $how::<$ty, $op>($($given),*)
    };
    (@ $how:ident $ty:ident $op:ident ($($given:ident),*) [$better:ident $infinity:ident]) => {
        $how::<$ty, $op>($($given,)* ($ty::$infinity, Lane::$better::<true, true>))
    };
}

combine! {
    bool: exact[](And Or Xor Together);
    i8: exact[](Add Mul Min Max And Or Xor Together);
    i16: exact[](Add Mul Min Max And Or Xor Together);
    i32: exact[](Add Mul Min Max And Or Xor Together);
    i64: exact[](Add Mul Min Max And Or Xor Together);
    u8: exact[](Add Mul Min Max And Or Xor Together SaturatingAdd);
    u16: exact[](Add Mul Min Max And Or Xor Together SaturatingAdd);
    u32: exact[](Add Mul Min Max And Or Xor Together SaturatingAdd);
    u64: exact[](Add Mul Min Max And Or Xor Together SaturatingAdd);
    f32: exact[](Together);
    f32: ordered[](Sum Product);
    f32: extreme[least INFINITY](Min MinIf);
    f32: extreme[greatest NEG_INFINITY](Max MaxIf);
    f64: exact[](Together);
    f64: ordered[](Sum Product);
    f64: extreme[least INFINITY](Min MinIf);
    f64: extreme[greatest NEG_INFINITY](Max MaxIf);
}
