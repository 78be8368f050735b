//! What a kernel may take as an array: the traits by which expansions ask rustc.

use super::{View, ViewMut};
use crate::element::{Element, any};

/// An array that can be read, by method call, so that autoref finds it behind any number of
/// references.
pub trait ReadArray<const R: usize> {
    /// Type of its elements.
    type Elem: Element;

    /// Borrows it.
    fn __kernel_read(&self) -> View<'_, Self::Elem, R>;
}

/// An array that can be written, likewise.
pub trait WriteArray<const R: usize>: ReadArray<R> {
    /// Borrows it, alone.
    fn __kernel_write(&mut self) -> ViewMut<'_, Self::Elem, R>;
}

/// An array of complex numbers, or of tuples of equal elements, that can be read; `R` counts the
/// dimension of their parts.
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took `{Self}` for an array of `num_complex::Complex<f32>` or `Complex<f64>`, or of \
               tuples of elements of one type",
    label = "not an array of these complex numbers or tuples"
)]
pub trait ReadParts<const R: usize> {
    /// Type of the parts.
    type Elem: Element;

    /// Borrows it.
    fn __kernel_read_parts(&self) -> View<'_, Self::Elem, R>;
}

/// Such an array that can be written, likewise.
pub trait WriteParts<const R: usize>: ReadParts<R> {
    /// Borrows it, alone.
    fn __kernel_write_parts(&mut self) -> ViewMut<'_, Self::Elem, R>;
}

/// A variable whose `[]` is known to be that of a slice or of `ndarray`. A type of the user's own
/// that merely dereferences to one may index otherwise, and is none of these.
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took `{Self}` for a slice or an array of `ndarray`",
    label = "not an array that a kernel can index"
)]
pub trait Indexed {
    /// Whether the variable owns its elements: their memory goes when it does, and not before
    /// somebody changes it.
    const OWNS: bool = false;
    /// Whether its elements are where it is itself, so that they move with it.
    const INLINE: bool = false;
}

impl<A: Indexed + ?Sized> Indexed for &A {}
impl<A: Indexed + ?Sized> Indexed for &mut A {}

/// Fails to compile unless the variable is an array of the known kinds.
#[inline(always)]
pub fn is_array<A: Indexed + ?Sized>(_: &A) {}

/// A variable whose neighbouring elements are neighbours in memory, whatever its value. Regions
/// reach such arrays without reading their last stride, in every form of their bodies.
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took `{Self}` for a slice, a `Vec` or a fixed array",
    label = "not contiguous by its type"
)]
pub trait Contiguous: Indexed {
    /// The array behind all references, if it has a size: that of which rustc looks for methods before those
    /// of a slice.
    type Sized;
    /// What a slice of it is a slice of.
    type Item;
}

impl<A: Contiguous + ?Sized> Contiguous for &A {
    type Sized = A::Sized;
    type Item = A::Item;
}
impl<A: Contiguous + ?Sized> Contiguous for &mut A {
    type Sized = A::Sized;
    type Item = A::Item;
}

/// Such an array, in code that is checked and never runs.
pub fn behind<A: Contiguous>(_: &A) -> A::Sized {
    any()
}

/// Elements of it, likewise.
pub fn elements<A: Contiguous>(_: &A) -> &[A::Item] {
    any()
}

/// One of them.
pub fn an_element<A: Contiguous>(_: &A) -> &A::Item {
    any()
}

/// Fails to compile unless the variable is contiguous: a macro or an alias of the user's own may
/// have `vec!`'s or `Vec`'s name and make something else.
#[inline(always)]
pub fn is_contiguous<A: Contiguous + ?Sized>(_: &A) {}
