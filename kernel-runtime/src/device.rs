//! The device as expansions and the dispatcher see it, with and without the `cuda` feature.

use crate::Error;
use crate::launch::{Failure, Launch};

/// Starts a call of a kernel's CUDA version: what its regions spend is counted from here.
pub fn begin_call() {
    #[cfg(feature = "cuda")]
    crate::cuda::begin_call();
}

/// Whether a device can run kernels at all; says why not.
///
/// # Errors
///
/// The feature is off, or the device is missing.
pub fn ready(kernel: &'static str) -> Result<(), Error> {
    #[cfg(feature = "cuda")]
    return crate::cuda::ready(kernel);
    #[cfg(not(feature = "cuda"))]
    Err(Error::Disabled { kernel })
}

/// Runs a region on the device and returns the earliest iteration that failed, if one did. The
/// arrays come back in either case; after an error they are as they were, unless it was the way
/// back that failed.
///
/// # Safety
///
/// The arrays are what they say: readable, and writable where the region writes. For as long as
/// this runs, nobody else writes their elements or touches those of arrays that are written. The
/// PTX fits the rest of the launch.
///
/// # Errors
///
/// The device is missing or failed.
pub unsafe fn run(launch: &mut Launch<'_>) -> Result<Option<Failure>, Error> {
    #[cfg(feature = "cuda")]
    // SAFETY: the caller's.
    return unsafe { crate::cuda::run(launch) };
    #[cfg(not(feature = "cuda"))]
    Err(Error::Disabled {
        kernel: launch.module.name,
    })
}

/// Whether there is a device, real or software. The first call looks; later ones remember.
pub fn available() -> bool {
    found().is_some()
}

/// Whether the dispatcher may choose the device by itself: only if it is a real one.
pub fn available_for_dispatch() -> bool {
    found() == Some(Kind::Hardware)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "cuda"), expect(dead_code))]
enum Kind {
    Hardware,
    Software,
}

#[cfg(feature = "cuda")]
fn found() -> Option<Kind> {
    static FOUND: std::sync::OnceLock<Option<Kind>> = std::sync::OnceLock::new();
    *FOUND.get_or_init(|| {
        let info = crate::cuda::available().ok()?;
        Some(if info.software {
            Kind::Software
        } else {
            Kind::Hardware
        })
    })
}

#[cfg(not(feature = "cuda"))]
fn found() -> Option<Kind> {
    None
}
