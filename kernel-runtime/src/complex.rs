//! Complex numbers as kernels see them: two floats, one behind the other.
//!
//! An array of them is captured as an array of floats with one dimension more.

use crate::array::{View, ViewMut};
use crate::element::{Element, Kind, Typed};
pub use num_complex::Complex;

impl Typed for Complex<f32> {
    const KIND: Kind = Kind::COMPLEX.then(f32::KIND);
}

impl Typed for Complex<f64> {
    const KIND: Kind = Kind::COMPLEX.then(f64::KIND);
}

/// A float of which complex numbers are made.
pub trait Part: Element {}

impl Part for f32 {}
impl Part for f64 {}

/// An array of complex numbers that can be read; `R` counts the dimension of their parts.
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took `{Self}` for an array of `num_complex::Complex<f32>` or `Complex<f64>`",
    label = "not an array of these complex numbers"
)]
pub trait ReadParts<const R: usize> {
    /// Type of the parts.
    type Elem: Element;

    /// Borrows it.
    fn __kernel_read_parts(&self) -> View<'_, Self::Elem, R>;
}

/// An array of complex numbers that can be written, likewise.
pub trait WriteParts<const R: usize>: ReadParts<R> {
    /// Borrows it, alone.
    fn __kernel_write_parts(&mut self) -> ViewMut<'_, Self::Elem, R>;
}

/// The methods of complex numbers that take them by reference, by value: beside a trait of the
/// user's own with such a method, its name is ambiguous.
#[allow(missing_docs)]
pub trait ComplexMethods<T>: Sized {
    fn conj(self) -> Self {
        self
    }
    fn norm_sqr(self) {}
    fn l1_norm(self) {}
    fn inv(self) -> Self {
        self
    }
    fn scale(self, _: T) -> Self {
        self
    }
    fn unscale(self, _: T) -> Self {
        self
    }
    fn powu(self, _: u32) -> Self {
        self
    }
    fn powi(self, _: i32) -> Self {
        self
    }
}

impl<T: Part> ComplexMethods<T> for Complex<T> {}
