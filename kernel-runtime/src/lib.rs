//! What `#[kernel]` functions run on: dispatch, threads, a CUDA driver, a software device.

pub mod error;
#[doc(hidden)]
pub mod launch;
#[cfg(feature = "software-device")]
pub mod software;

pub use error::Error;
