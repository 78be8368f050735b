//! What `#[kernel]` functions run on: dispatch, threads, a CUDA driver, a software device.

pub mod error;
#[doc(hidden)]
pub mod launch;

pub use error::Error;
