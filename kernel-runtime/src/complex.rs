//! Complex numbers as kernels see them: two floats, one behind the other.
//!
//! An array of them is captured as an array of floats with one dimension more.

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
