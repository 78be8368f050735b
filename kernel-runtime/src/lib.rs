//! One attribute on an ordinary, safe loop function makes a multi-threaded version, a CUDA version and
//! a dispatcher of it, all with the same results and the same panics.
//!
//! This crate is the one to depend on. It has the attribute, [`macro@kernel`], and what its functions run
//! on: threads, a CUDA driver, a CUDA device in software.
//!
//! ```
//! use kernel_runtime::prelude::*;
//!
//! /// `y = a x + y`, and the sum of the new elements.
//! #[kernel(parallel, cuda)]
//! pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) -> f32 {
//!     let mut sum = 0.0;
//!     for i in 0..y.len() {
//!         y[i] += a * x[i];
//!         sum += y[i];
//!     }
//!     sum
//! }
//!
//! let x = [1.0, 2.0, 3.0];
//! let mut y = [0.5; 3];
//! assert_eq!(saxpy(2.0, &x, &mut y), 13.5); // chooses a version; the choice never shows
//! assert_eq!(y, [2.5, 4.5, 6.5]);
//!
//! let mut y = [0.5; 3];
//! match saxpy::cuda(2.0, &x, &mut y) {
//!     Ok(sum) => assert_eq!(sum, 13.5),
//!     Err(error) => println!("{error}"), // no driver, no device, ..: nothing panics for want of one
//! }
//! ```
//!
//! # Names of a kernel
//!
//! | name | what it is |
//! |---|---|
//! | `NAME(..)` | chooses the calling thread, the thread pool or a device, by size and availability |
//! | `NAME::serial(..)` | the function exactly as written |
//! | `NAME::parallel(..)` | threads and SIMD, in the caller's rayon pool if there is one |
//! | `NAME::cuda(..)` | an NVIDIA GPU: `Result<_, `[`Error`]`>` |
//! | `NAME::PTX` | the device code, made while the crate compiled |
//! | `NAME::report()` | what became of each loop, and why: a [`Report`] |
//!
//! Floating-point reductions have one order in all of these but `serial`, on any number of threads.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `ndarray` | yes | kernels take ndarray's views and arrays |
//! | `avx512` | yes | loops that compute much have a form for AVX-512 too |
//! | `num-complex` | no | kernels take and compute with `num_complex::Complex` |
//! | `cuda` | no | `NAME::cuda` runs on an NVIDIA GPU; without it, it returns [`Error::Disabled`] |
//! | `software-device` | no | a CUDA device in software, for tests and debugging |
//!
//! # Environment
//!
//! A program reads `KERNEL_BACKEND` (see [`Backend`]), `KERNEL_SIMD` (see [`Level`]),
//! `KERNEL_CUDA_DEVICE` and `KERNEL_CUDA_LIBRARY` (see `kernel_runtime::cuda`). While a crate compiles,
//! `KERNEL_REPORT=1` prints the report of each of its kernels, and `KERNEL_PTX_DIR=folder` keeps their
//! device code.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod array;
mod asked;
mod capture;
#[cfg(feature = "num-complex")]
mod complex;
#[cfg(feature = "cuda")]
pub mod cuda;
#[doc(hidden)]
pub mod device;
mod dispatch;
mod element;
pub mod error;
mod failure;
mod function;
mod grouped;
#[doc(hidden)]
pub mod iterators;
#[doc(hidden)]
pub mod launch;
mod level;
pub mod math;
mod narrow;
mod number;
mod ops;
#[doc(hidden)]
pub mod order;
mod parallel;
mod piece;
pub mod prelude;
mod range;
mod region;
mod report;
mod residency;
mod session;
#[cfg(feature = "software-device")]
pub mod software;
#[doc(hidden)]
pub mod starts;
mod whole;

pub use dispatch::{Backend, with_backend};
pub use element::Element;
pub use error::Error;
#[doc(inline)]
pub use kernel_macros::kernel;
pub use level::{Level, with_level};
pub use number::{Float, Int, Number};
pub use order::ORDER_VERSION;
pub use report::Report;

/// The range itself; in `for i in prange(a..b)`, the demand that the loop run in parallel.
///
/// `.rev()` and `.step_by(k)` follow it as they follow the range. In the serial version it does
/// nothing. In the others a loop over `prange(..)` is parallel, or `#[kernel]` refuses the
/// function and says why.
///
/// ```
/// use kernel_runtime::prange;
///
/// let visited: Vec<i32> = prange(0..7).step_by(3).collect();
/// assert_eq!(visited, [0, 3, 6]);
/// ```
pub fn prange<R>(range: R) -> R {
    range
}
