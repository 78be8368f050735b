//! Runs of few iterations of a map, of which the driver knows that the guard holds.

use super::fold::Slot;
use super::run::plane;
use super::{Call, Code, Progressions, Region};
use crate::array::Array;
use crate::range::Progression;
use crate::session::Outcome;

impl Region {
    /// Runs all iterations of a map on this thread.
    ///
    /// # Safety
    ///
    /// The code is the region's, arrays and scalars are what it captures. Its loops, of which there are three at most, go up by one from
    /// first values so many times, none of them no time, and for these the guard holds. The region says of no access that further
    /// conditions keep it in bounds, and has no interior.
    pub unsafe fn few(
        &self,
        code: &Code,
        arrays: &[Array<'_>],
        scalars: &[u64],
        given: &[(u64, u64)],
    ) -> Outcome {
        let plan = self.plan();
        let mut loops = Progressions::default();
        for (first, count) in given {
            loops.push(&Progression::by_one(*first, *count));
        }
        let shape = loops.shape();
        let call = Call {
            arrays,
            scalars,
            loops: &loops,
            shape,
            interior: (0, 0),
        };
        let fast = match plan.has_unit_rows(arrays) {
            true => code.fastest(),
            false => None,
        };
        let body = fast.unwrap_or(code.body);
        for outer in 0..shape[0] {
            // SAFETY: the call is the region's, by the caller, and the tile is all of its space at a place of the
            // outermost loop. A map has no lanes.
            let done = unsafe { body(&call, &plane(shape, outer), std::ptr::null_mut::<Slot>()) };
            if let Err(failure) = done {
                return Outcome::Failed(failure);
            }
        }
        Outcome::Done
    }
}
