//! One mathematics for every back end: elementary functions that give the same bits on threads,
//! at every SIMD level and on a device.
//!
//! [`mod@f64`] and [`mod@f32`] hold one function for each method of the primitive, under the method's name:
//! `math::f64::exp(x)` is what `x.exp()` means in a kernel's parallel and device versions. They are
//! ordinary functions for everybody else. A kernel that calls them by name has their bits in its
//! serial version too.
//!
//! ```
//! use kernel_runtime::math;
//!
//! assert_eq!(math::f64::exp(0.0), 1.0);
//! assert_eq!(math::f32::cbrt(27.0), 3.0);
//! ```
//!
//! They are written in the kernel language, in its straight-line part: both sides of a choice are
//! computed and one is selected, so that a loop over an array becomes SIMD code. Nothing depends
//! on fused multiplications; where a rounding has to be known, it is computed by an error-free
//! transform. `docs/math.md` has the measured errors.

// Coefficients stand where they are used, the first part of a constant beside its second.
#![allow(clippy::approx_constant, clippy::excessive_precision)]

pub mod f32;
pub mod f64;
mod host;
#[doc(hidden)]
pub mod lanes;
pub mod random;
#[doc(hidden)]
pub mod rare;
mod usual;
