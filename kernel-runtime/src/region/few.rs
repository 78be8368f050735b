//! Runs of few iterations, of which the driver knows that the guard holds.

use super::fold::Slot;
use super::plan::Plan;
use super::run::plane;
use super::turn::MANY;
use super::{Call, Captured, Progressions, Region, Run};
use crate::range::Progression;
use crate::session::Outcome;

impl Progressions {
    /// Adds loops that go up by one from first values so many times: where they are, as a copy would wait for all
    /// of its parts.
    #[inline(always)]
    fn push_by_one(&mut self, given: &[(u64, u64)]) {
        for (first, count) in given {
            self.push(&Progression::by_one(*first, *count));
        }
    }
}

impl Plan {
    /// Whether so many iterations of a map may run in another order than the source's.
    #[inline(always)]
    pub(crate) fn has_orders(&self, given: &[(u64, u64)]) -> bool {
        let any = self.turns || self.blocks || self.across;
        any && given.iter().map(|(_, count)| count).product::<u64>() >= MANY
    }
}

impl Region {
    /// All iterations of a map whose loops go up by one from first values so many times, as the source orders them.
    ///
    /// # Safety
    ///
    /// As for `Session::few`.
    #[inline(always)]
    pub(crate) unsafe fn few_of_map(
        &self,
        captured: Captured<'_>,
        given: &[(u64, u64)],
    ) -> Outcome {
        let mut loops = Progressions::NONE;
        loops.push_by_one(given);
        let shape = loops.shape();
        let Captured {
            code,
            arrays,
            scalars,
        } = captured;
        let call = Call {
            arrays,
            scalars,
            loops: &loops,
            shape,
            interior: (0, 0),
        };
        let body = captured.fast(self.plan()).unwrap_or(code.body);
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

    /// Does that with all iterations of loops that go up by one from first values so many times: a run of which the
    /// guard is not asked, and that never leaves its thread.
    #[inline(always)]
    pub(crate) fn few(
        &self,
        captured: Captured<'_>,
        given: &[(u64, u64)],
        admitted: impl FnOnce(&mut Run<'_>) -> Outcome,
    ) -> Outcome {
        let plan = self.plan();
        let mut loops = Progressions::NONE;
        loops.push_by_one(given);
        let shape = loops.shape();
        admitted(&mut Run {
            region: self,
            code: captured.code,
            plan,
            call: Call {
                arrays: captured.arrays,
                scalars: captured.scalars,
                loops: &loops,
                shape,
                interior: (0, 0),
            },
            count: shape.iter().product(),
            // None that a thread would share.
            cost: 0,
            fast: captured.fast(plan),
            starts_at_nan: false,
            relaxed: true,
            across: plan.across,
        })
    }
}
