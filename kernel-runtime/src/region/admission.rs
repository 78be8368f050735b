//! The guard's question. A call of few iterations does little else, so what a plan has nothing of
//! costs nothing here, and what a run is told lies where it was made.

use super::formula::Inputs;
use super::plan::Plan;
use super::{Body, Call, Code, Progressions, Region, Run, Shape};
use crate::array::Array;
use crate::range::Progression;
use crate::session::Outcome;

/// What a call gives a region: its code, and what it captured.
#[derive(Clone, Copy)]
pub struct Captured<'a> {
    pub code: &'a Code,
    pub arrays: &'a [Array<'a>],
    pub scalars: &'a [u64],
}

impl Captured<'_> {
    /// The fast form, if it will do for arrays that lie like these.
    #[inline(always)]
    pub(super) fn fast(&self, plan: &Plan) -> Option<Body> {
        match plan.has_unit_rows(self.arrays) {
            true => self.code.fastest(),
            false => None,
        }
    }
}

impl Region {
    /// Asks the guard, and does that with a run that it admits. The outermost loop is `None` where it
    /// cannot be counted, or where the plan says it. All of them go where the caller says.
    #[inline(always)]
    pub(crate) fn admit(
        &self,
        plan: &Plan,
        outermost: Option<&Progression>,
        captured: Captured<'_>,
        loops: &mut Progressions,
        admitted: impl FnOnce(&mut Run<'_>) -> Outcome,
    ) -> Outcome {
        if plan.inner.len() < plan.depth {
            match outermost {
                None => return Outcome::Declined,
                Some(of) if of.count() == 0 => return Outcome::Done,
                Some(of) => loops.push(of),
            }
        }
        if plan.has_inner()
            && let Err(outcome) = self.inner_loops(plan, captured, loops)
        {
            return outcome;
        }
        let loops = &*loops;
        let inputs = self.inputs(plan, loops, captured);
        if !plan.guard.holds(&inputs) {
            return Outcome::Declined;
        }
        let shape = loops.shape();
        let Some(count) = iterations(shape) else {
            return Outcome::Declined;
        };
        let relaxed = plan.fast.holds(&inputs);
        let interior = plan.interior.as_ref().map(|of| of.places(&inputs));
        admitted(&mut Run {
            region: self,
            code: captured.code,
            plan,
            call: Call {
                arrays: captured.arrays,
                scalars: captured.scalars,
                loops,
                shape,
                interior: interior.unwrap_or_default(),
            },
            count,
            cost: plan.cost(&inputs),
            fast: if relaxed { captured.fast(plan) } else { None },
            starts_at_nan: false,
            relaxed,
            // Where it does not hold, an iteration may fail, and the earliest has to be found.
            across: plan.across && relaxed,
        })
    }

    /// Adds the loops whose ranges the plan says; an error is what becomes of the region instead.
    fn inner_loops(
        &self,
        plan: &Plan,
        captured: Captured<'_>,
        loops: &mut Progressions,
    ) -> Result<(), Outcome> {
        if !plan.given.holds(&self.inputs(plan, loops, captured)) {
            return Err(Outcome::Declined);
        }
        for bounds in &plan.inner {
            match bounds.progression(&self.inputs(plan, loops, captured)) {
                None => return Err(Outcome::Declined),
                // The loop around it may do more than go over nothing.
                Some(of) if of.count() == 0 && plan.ordered => return Err(Outcome::Declined),
                Some(of) if of.count() == 0 => return Err(Outcome::Done),
                Some(of) => loops.push(&of),
            }
        }
        Ok(())
    }

    #[inline]
    fn inputs<'a>(
        &self,
        plan: &'a Plan,
        loops: &'a Progressions,
        captured: Captured<'a>,
    ) -> Inputs<'a> {
        Inputs {
            loops,
            arrays: captured.arrays,
            scalars: captured.scalars,
            kinds: &plan.scalars,
            debug: self.debug,
        }
    }
}

/// Number of iterations; `None` if 64 bits cannot hold it.
fn iterations([outer, middle, inner]: Shape) -> Option<u64> {
    outer.checked_mul(middle)?.checked_mul(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_that_cannot_be_counted_are_declined() {
        assert_eq!(iterations([1 << 32, 1 << 31, 2]), None);
        assert_eq!(iterations([1 << 32, 1 << 31, 1]), Some(1 << 63));
    }
}
