//! Running a region on a device, where `kernel-runtime` was built without one.

use crate::error::Error;
use crate::launch::{Failure, Launch};

/// Whether a device can run kernels at all; says why not.
pub fn ready(kernel: &'static str) -> Result<(), Error> {
    Err(Error::Disabled { kernel })
}

/// Whether dispatch may send a region to a device of its own accord.
pub fn available_for_dispatch() -> bool {
    false
}

/// Runs a region. On an error, host memory is as it was; a failing iteration is no error.
pub fn run(launch: &mut Launch<'_>) -> Result<Option<Failure>, Error> {
    Err(Error::Disabled {
        kernel: launch.module.name,
    })
}
