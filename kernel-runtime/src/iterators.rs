//! The iterators that a kernel's loops may go over, by name, for expansions to confirm that a
//! method is the one that it seems.
//!
//! A trait of the user's own, with a method of such a name, would be found before the method of the
//! slice that a `Vec` dereferences to. Beside the traits here it is ambiguous, and rustc says so.
#![allow(missing_docs, clippy::missing_errors_doc)]

#[cfg(feature = "ndarray")]
mod ndarray;

pub use core::iter::{Cloned, Copied, Enumerate, Rev, Skip, StepBy, Take, Zip};
pub use core::ops::Range;
pub use core::slice::{Chunks, ChunksExact, ChunksExactMut, ChunksMut, Iter, IterMut, Windows};

#[cfg(feature = "ndarray")]
pub use ndarray::*;

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
