//! The device as expansions and the dispatcher see it, with and without the `cuda` feature.

use crate::Error;
use crate::launch::{ArrayArg, Failure, Launch};
#[cfg(feature = "cuda")]
use std::cell::{OnceCell, RefCell};
use std::ops::Range;

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

/// The arrays of one call that are on the device; see [`ArrayArg::keep`](crate::launch::ArrayArg).
#[derive(Default)]
pub struct Arrays {
    /// Made for the first array that stays: most calls never need it. Behind a trait, so that the
    /// code that drops it exists here and not in every crate with kernels.
    #[cfg(feature = "cuda")]
    residence: OnceCell<Box<dyn Aboard>>,
}

#[cfg(feature = "cuda")]
trait Aboard {
    fn residence(&self) -> &RefCell<crate::cuda::Residence>;
}

#[cfg(feature = "cuda")]
impl Aboard for RefCell<crate::cuda::Residence> {
    fn residence(&self) -> &RefCell<crate::cuda::Residence> {
        self
    }
}

impl Arrays {
    #[cfg(feature = "cuda")]
    fn residence(&self) -> &RefCell<crate::cuda::Residence> {
        let new = || Box::<RefCell<crate::cuda::Residence>>::default() as Box<dyn Aboard>;
        self.residence.get_or_init(new).residence()
    }

    /// Whether nothing is there.
    #[inline]
    pub fn is_empty(&self) -> bool {
        #[cfg(feature = "cuda")]
        return (self.residence.get()).is_none_or(|of| of.residence().borrow().is_empty());
        #[cfg(not(feature = "cuda"))]
        true
    }

    /// Bytes that a region on these arrays moves to the device or back.
    pub fn moved(&self, arrays: &[ArrayArg]) -> u64 {
        #[cfg(feature = "cuda")]
        return self.residence().borrow().moved(arrays);
        #[cfg(not(feature = "cuda"))]
        {
            let _ = arrays;
            u64::MAX
        }
    }

    /// Makes the host's arrays as new as those on the device.
    ///
    /// # Errors
    ///
    /// The device failed; what it had is lost.
    pub fn write_back(&self, kernel: &'static str) -> Result<(), Error> {
        #[cfg(feature = "cuda")]
        return settled(self.residence().borrow_mut().write_back(), kernel);
        #[cfg(not(feature = "cuda"))]
        Err(Error::Disabled { kernel })
    }

    /// The same, and none of them stays on the device.
    ///
    /// # Errors
    ///
    /// The device failed; what it had is lost.
    pub fn release(&self, kernel: &'static str) -> Result<(), Error> {
        #[cfg(feature = "cuda")]
        return settled(self.residence().borrow_mut().release(), kernel);
        #[cfg(not(feature = "cuda"))]
        Err(Error::Disabled { kernel })
    }

    /// Drops what is on the device of the host memory between these addresses, which is about to
    /// go.
    pub fn discard(&self, range: Range<usize>) {
        #[cfg(feature = "cuda")]
        self.residence().borrow_mut().discard(range);
        #[cfg(not(feature = "cuda"))]
        let _ = range;
    }
}

#[cfg(feature = "cuda")]
fn settled(done: Result<(), crate::cuda::Fault>, kernel: &'static str) -> Result<(), Error> {
    done.map_err(|fault| fault.into_error(kernel))
}

/// Runs a region on the device and returns the earliest iteration that failed, if one did. The
/// arrays come back in either case, unless they may stay; after an error they are as they were
/// before, unless `arrays` had newer ones or it was the way back that failed.
///
/// # Safety
///
/// The launch's arrays are what they say: readable, and writable where the region writes. For as
/// long as this runs, nobody else writes their elements or touches those of arrays that are
/// written; of those that may stay, until they were released or discarded. The PTX fits the rest
/// of the launch.
///
/// # Errors
///
/// The device is missing or failed.
pub unsafe fn run(launch: &mut Launch<'_>, arrays: &Arrays) -> Result<Option<Failure>, Error> {
    #[cfg(feature = "cuda")]
    // SAFETY: the caller's.
    return unsafe { crate::cuda::run(launch, &mut arrays.residence().borrow_mut()) };
    #[cfg(not(feature = "cuda"))]
    {
        let _ = arrays;
        Err(Error::Disabled {
            kernel: launch.module.name,
        })
    }
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
