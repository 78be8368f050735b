//! The iterators that a kernel's loops may go over, by name, for expansions to confirm that a
//! method is the one that it seems.
//!
//! A trait of the user's own, with a method of such a name, would be found before the method of the
//! slice that a `Vec` dereferences to. Beside the traits here it is ambiguous, and rustc says so.
#![allow(missing_docs, clippy::missing_errors_doc)]

#[cfg(feature = "ndarray")]
mod ndarray;

pub use core::iter::{Cloned, Copied, Enumerate, Map, Rev, Skip, StepBy, Take, Zip};
pub use core::ops::{Range, RangeFrom};
pub use core::slice::{Chunks, ChunksExact, ChunksExactMut, ChunksMut, Iter, IterMut, Windows};

#[cfg(feature = "ndarray")]
pub use ndarray::*;

/// The iterator of a loop; fails to compile if it is of another type.
#[inline(always)]
pub fn confirmed<I: Iterator>(_: (), source: impl IntoIterator<IntoIter = I>) -> I {
    source.into_iter()
}

/// What can give values of an array's type, and references to it, in code that is type-checked and
/// never runs: rustc looks for methods on each of them in turn.
pub struct Typed<'a, T>(pub &'a T);

impl<T> Clone for Typed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Typed<'_, T> {}

impl<'a, T> Typed<'a, T> {
    /// A value of the type.
    pub fn itself(self) -> T {
        unreachable!("code that never runs")
    }

    /// As methods that write borrow it.
    pub fn written(self) -> &'a mut T {
        unreachable!("code that never runs")
    }
}

impl<'a, T> Typed<'a, &mut T> {
    /// What is behind the reference: rustc goes there to look for methods that only read.
    pub fn like(self) -> T {
        unreachable!("code that never runs")
    }

    /// As methods that read borrow it.
    pub fn read(self) -> &'a T {
        unreachable!("code that never runs")
    }
}

impl<'a, T> Typed<'a, &mut [T]> {
    /// As methods that read borrow it.
    pub fn read(self) -> &'a [T] {
        unreachable!("code that never runs")
    }
}

/// [`Typed`] for everything else.
pub trait Like<'a>: Sized {
    type Of: 'a;

    fn like(self) -> Self::Of {
        unreachable!("code that never runs")
    }

    fn read(self) -> &'a Self::Of {
        unreachable!("code that never runs")
    }
}

impl<'a, T> Like<'a> for Typed<'a, T> {
    type Of = T;
}

/// An array's methods that read or make parts, as a trait could have them that takes the array, or the
/// `&mut` at hand, by value: rustc would find them before the array's own, which borrow. Beside such
/// a trait, these are ambiguous.
pub trait ByValue: Sized {
    fn iter(self) {}
    fn chunks(self, _: usize) {}
    fn chunks_exact(self, _: usize) {}
    fn windows(self, _: usize) {}
    fn indexed_iter(self) {}
    fn outer_iter(self) {}
    #[cfg(feature = "ndarray")]
    fn axis_iter(self, _: ::ndarray::Axis) {}
    fn rows(self) {}
    fn columns(self) {}
    fn row(self, _: usize) {}
    fn row_mut(self, _: usize) {}
    fn column(self, _: usize) {}
    fn column_mut(self, _: usize) {}
    #[cfg(feature = "ndarray")]
    fn index_axis(self, _: ::ndarray::Axis, _: usize) {}
    #[cfg(feature = "ndarray")]
    fn index_axis_mut(self, _: ::ndarray::Axis, _: usize) {}
    fn view(self) {}
    fn view_mut(self) {}
    fn split_at(self, _: usize) {}
    fn split_at_mut(self, _: usize) {}
}

impl<T> ByValue for Vec<T> {}
impl<T> ByValue for &mut Vec<T> {}
impl<T, const N: usize> ByValue for [T; N] {}
impl<T, const N: usize> ByValue for &mut [T; N] {}
impl<T> ByValue for &mut [T] {}

/// The same for methods that make iterators to write with. What a `&mut` has of them are those of
/// [`SliceMethods`] and its kin, which are found as early.
pub trait WritesByValue: Sized {
    fn iter_mut(self) {}
    fn chunks_mut(self, _: usize) {}
    fn chunks_exact_mut(self, _: usize) {}
    fn indexed_iter_mut(self) {}
    fn outer_iter_mut(self) {}
    #[cfg(feature = "ndarray")]
    fn axis_iter_mut(self, _: ::ndarray::Axis) {}
    fn rows_mut(self) {}
    fn columns_mut(self) {}
}

impl<T> WritesByValue for Vec<T> {}
impl<T, const N: usize> WritesByValue for [T; N] {}

/// The same for methods that make parts, of what a shared reference refers to. For those that make
/// iterators, [`SliceMethods`] and its kin are found as early.
pub trait ByReference {
    fn row(&self, _: usize) {}
    fn column(&self, _: usize) {}
    #[cfg(feature = "ndarray")]
    fn index_axis(&self, _: ::ndarray::Axis, _: usize) {}
    fn view(&self) {}
    fn split_at(&self, _: usize) {}
}

impl<T> ByReference for Vec<T> {}
impl<T, const N: usize> ByReference for [T; N] {}

/// A slice's methods, on what merely dereferences to one.
pub trait SliceMethods: AsRef<[Self::Elem]> + AsMut<[Self::Elem]> {
    /// Type of an element.
    type Elem;

    fn iter(&self) -> Iter<'_, Self::Elem> {
        self.as_ref().iter()
    }
    fn iter_mut(&mut self) -> IterMut<'_, Self::Elem> {
        self.as_mut().iter_mut()
    }
    fn chunks(&self, size: usize) -> Chunks<'_, Self::Elem> {
        self.as_ref().chunks(size)
    }
    fn chunks_mut(&mut self, size: usize) -> ChunksMut<'_, Self::Elem> {
        self.as_mut().chunks_mut(size)
    }
    fn chunks_exact(&self, size: usize) -> ChunksExact<'_, Self::Elem> {
        self.as_ref().chunks_exact(size)
    }
    fn chunks_exact_mut(&mut self, size: usize) -> ChunksExactMut<'_, Self::Elem> {
        self.as_mut().chunks_exact_mut(size)
    }
    fn windows(&self, size: usize) -> Windows<'_, Self::Elem> {
        self.as_ref().windows(size)
    }
}

impl<T> SliceMethods for Vec<T> {
    type Elem = T;
}

impl<T, const N: usize> SliceMethods for [T; N] {
    type Elem = T;
}
