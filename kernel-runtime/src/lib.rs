//! What `#[kernel]` functions run on: dispatch, threads, a CUDA driver, a software device.

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
