//! For expansions of `#[kernel]` only: no part of the public interface, and free to change.
//!
//! Expansions name everything by its path from here, primitives included, so that nothing that a
//! user's file defines can come between.

pub use crate::__kernel_avx512 as avx512;
pub use crate::__kernel_general as general;
pub use crate::__kernel_optimised as optimised;
pub use crate::__kernel_tile as tile;
pub use crate::array::{
    Array, Contiguous, Indexed, ReadArray, ReadParts, View, ViewMut, WriteArray, WriteParts,
    an_element, behind, elements, is_array, is_contiguous,
};
pub use crate::asked::*;
#[cfg(feature = "num-complex")]
pub use crate::complex::{Complex, ComplexMethods};
pub use crate::element::{
    ByteMethods, Inferred, IsType, OrderMethods, any, cast, is, is_type, lent_to_write,
    of_its_type, outside, same,
};
pub use crate::error::Error;
pub use crate::failure::{Checked, failed, failed_in_trip, number, unraised};
pub use crate::function::{DeviceFunction, Fault, assumed, fault};
pub use crate::iterators;
pub use crate::launch;
pub use crate::level::is_fast;
pub use crate::math;
pub use crate::math::rare::Rare;
pub use crate::number::{Float, Int, Number};
pub use crate::ops::{Lane, Near, Order};
pub use crate::order;
pub use crate::piece::{
    Argument, Part, Piece, literal_bits, literal_type, module_length, module_text, piece_id,
    text_of,
};
pub use crate::prange;
pub use crate::range::{Progression, count, progression};
pub use crate::region::op;
pub use crate::region::{
    Body, Call, Code, Combine, Kept, Region, Shape, Slot, Tile, come_to, first, folded, get, lanes,
    lanes_from, put, refill, taken,
};
pub use crate::report::Report;
pub use crate::residency::{inline, owns};
pub use crate::session::{Kernel, Outcome, Session, Start, cuda, dispatch, ended, parallel};
pub use crate::starts;
pub use crate::whole::{Whole, Wide};
pub use core::clone::Clone;
pub use core::cmp::Ordering;
pub use core::cmp::{Ord, PartialOrd};
pub use core::convert::{From, TryFrom, TryInto};
pub use core::default::Default;
pub use core::hint::{cold_path, select_unpredictable, unreachable_unchecked};
pub use core::iter::zip;
pub use core::iter::{IntoIterator, Iterator};
pub use core::marker::{Copy, PhantomData, Sized};
pub use core::matches;
pub use core::mem::swap;
pub use core::num::TryFromIntError;
pub use core::ops::{Range, RangeInclusive};
pub use core::option::Option;
pub use core::primitive as prim;
pub use core::ptr::null_mut;
pub use core::result::Result;
pub use core::{cfg, cfg_select, column, line, module_path};

use crate::Element;

/// The functions that compare two numbers.
pub mod greater {
    pub use core::cmp::{max, min};
}

/// The traits that regions have around them.
pub mod traits {
    pub use crate::array::{ReadArray as _, ReadParts as _, WriteArray as _, WriteParts as _};
    pub use core::clone::Clone as _;
    pub use core::cmp::{Ord as _, PartialOrd as _};
    pub use core::convert::{From as _, TryFrom as _, TryInto as _};
    pub use core::iter::{IntoIterator as _, Iterator as _};
}

/// The macros of std that a region may hold.
pub mod macros {
    pub use std::{
        assert, assert_eq, assert_ne, debug_assert, debug_assert_eq, debug_assert_ne, matches,
        panic, todo, unimplemented, unreachable,
    };
}

/// A value's bits, zero-extended.
#[inline(always)]
pub fn bits<T: Element>(value: T) -> u64 {
    value.into_bits()
}

/// The value of these bits.
#[inline(always)]
pub fn from_bits<T: Element>(bits: u64) -> T {
    T::from_bits(bits)
}

/// An element of an array that nothing writes meanwhile, if all indices are numbers below their
/// dimensions' lengths.
#[inline]
pub fn element<T: Element, const R: usize>(
    array: View<'_, T, R>,
    index: [Option<usize>; R],
) -> Option<T> {
    let mut at = [0; R];
    for (at, index) in at.iter_mut().zip(index) {
        *at = index?;
    }
    // SAFETY: every index is below its dimension's length, which `outside` asks, the handle
    // borrows the array, and strides are taken as they are.
    (!array.outside(at)).then(|| unsafe { array.get::<false>(at) })
}

/// What an operation makes of two operands, if there are any.
#[inline(always)]
pub fn both<T>(left: Option<T>, right: Option<T>, of: fn(T, T) -> Option<T>) -> Option<T> {
    of(left?, right?)
}

/// A value that a failing iteration recorded. Nothing may be known about it while compiling: what
/// is done with it next is meant to panic.
pub fn recorded<T: Element>(bits: u64) -> T {
    std::hint::black_box(T::from_bits(bits))
}

/// Whatever led to this value has to happen.
pub fn used<T>(value: T) {
    std::hint::black_box(value);
}

/// A region's fast form, if it pays to have one.
pub const fn fast<F: core::marker::Copy>(pays: bool, body: F) -> Option<F> {
    if pays { Some(body) } else { None }
}
