//! When the arrays of a call come back from the device.
//!
//! An expansion says in its driver code what is about to happen: a statement that reads elements
//! of arrays ([`Session::write_back`]), or one that may do anything with them
//! ([`Session::release`]). What happens when a scope is left, on whichever way, is said by guards.
//! Where nothing is on a device, all of this is a look at one field.

use crate::array::Indexed;
use crate::error::Error;
use crate::launch::ArrayArg;
use crate::session::Session;
use std::ops::Range;

/// Brings everything back when it is dropped: at the end of the driver, or of a block after which
/// host code may touch arrays again.
#[must_use]
pub struct Hold<'s>(&'s Session<'s>);

/// Stands for an array of the driver's own. Dropped before the array is, it gives up what the
/// device has of it.
#[must_use]
pub struct Owned<'s> {
    session: &'s Session<'s>,
    /// Where its elements are, if they never move; then nobody will read them again.
    range: Option<Range<usize>>,
}

impl Session<'_> {
    /// Host code is about to read elements of arrays.
    #[inline]
    pub fn write_back(&self) {
        if !self.arrays.is_empty() {
            self.came_back(self.arrays.write_back(self.name()));
        }
    }

    /// Host code is about to do anything at all with arrays.
    #[inline(always)]
    pub fn release(&self) {
        if !self.arrays.is_empty() {
            self.came_back(self.arrays.release(self.name()));
        }
    }

    /// See [`Hold`].
    #[inline]
    pub fn hold(&self) -> Hold<'_> {
        Hold(self)
    }

    /// See [`Owned`]. `fixed` says that nothing in the driver moves the elements or gives the array
    /// away.
    #[inline]
    pub fn own(&self, array: &ArrayArg, fixed: bool) -> Owned<'_> {
        let elements: usize = array.shape[..array.rank].iter().product();
        let start = array.ptr.addr();
        let range = start..start + elements * array.elem_bytes;
        Owned {
            session: self,
            range: fixed.then_some(range),
        }
    }

    /// What a variable refers to is not its own, and nobody knows whose: from here on, nothing of
    /// this call stays on the device.
    #[inline]
    pub fn distrust(&self) {
        self.release();
        self.stays.set(false);
    }

    /// After a failure there is no copy of some array that is as new as it should be.
    #[cold]
    fn lost(&self, error: Error) {
        if std::thread::panicking() {
            tracing::warn!(kernel = self.name(), %error, "arrays did not come back from the device");
            return;
        }
        self.give_up(error);
    }

    fn came_back(&self, written: Result<(), Error>) {
        if let Err(error) = written {
            self.lost(error);
        }
    }
}

/// Whether a variable owns its elements.
#[inline(always)]
pub fn owns<A: Indexed + ?Sized>(_: &A) -> bool {
    A::OWNS
}

/// Whether swapping it with another moves its elements.
#[inline(always)]
pub fn inline<A: Indexed + ?Sized>(_: &A) -> bool {
    A::INLINE
}

impl Drop for Hold<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Drop for Owned<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.session.arrays.is_empty() {
            return;
        }
        match self.range.take() {
            Some(range) => self.session.arrays.discard(range),
            None => self.session.release(),
        }
    }
}
