//! Runs of so few iterations that asking and telling takes longer than they do. Of a plan that says
//! little, next to nothing is asked: one loop, whose accesses are in bounds.

use super::at_once::fold_each;
use super::fold::{self, Slot};
use super::plan::Plan;
use super::{Call, Captured, Progressions, Region, Tile};
use crate::range::Progression;
use crate::session::Outcome;

/// Accumulators, at most.
const ACCUMULATORS: usize = 4;

/// Operations, at most: far fewer than any that a thread shares.
const WORK: u64 = 512;

/// Iterations up to which a region of this plan may run so, each at the same cost: those that reach few
/// lanes.
pub(super) fn limit(plan: &Plan) -> u64 {
    let plain = plan.depth == 1 && plan.inner.is_empty() && plan.given.is_true();
    let alone = plan.shared.is_empty() && !plan.infinities;
    let fit = plan.accumulators.len() <= ACCUMULATORS && plan.guard.only_reaches();
    match plan.fixed_cost {
        Some(cost) if plain && alone && fit => (WORK / cost.max(1)).min(fold::FEW as u64),
        _ => 0,
    }
}

impl Region {
    /// Runs one iteration at least, and at most as many as the plan's limit; `None` where it has to be asked in full. What
    /// the accumulators come to joins the values, which are on the left.
    #[inline(never)]
    pub(crate) fn brief(
        &self,
        plan: &Plan,
        of: &Progression,
        captured: Captured<'_>,
        values: &mut [u64],
    ) -> Option<Outcome> {
        let Captured { arrays, scalars } = captured;
        let highest = of.narrow_hi()?;
        if !plan.guard.reaches_to(highest, arrays) || self.code.fold.is_some() {
            return None;
        }
        let fast = self.code.fastest().filter(|_| plan.always_fast);
        let mut loops = Progressions::default();
        loops.push_up_to(of, highest);
        let call = Call {
            arrays,
            scalars,
            loops: &loops,
            shape: [1, 1, of.count()],
            interior: (0, 0),
        };
        let mut slots = [Slot::EMPTY; ACCUMULATORS];
        for (slot, of) in slots.iter_mut().zip(&plan.accumulators) {
            slot.fill(of.identity_word, true);
        }
        let body = fast.unwrap_or(self.code.body);
        let tile = Tile::of_row(0, of.count());
        // SAFETY: the guard holds, so that the analysis has proved the iterations of the call
        // independent, and the tile is all of its space. There is a slot for every accumulator, whose
        // lanes were filled as far as so few iterations reach.
        if let Err(failure) = unsafe { body(&call, &tile, slots.as_mut_ptr()) } {
            return Some(Outcome::Failed(failure));
        }
        let form = (fast.is_some(), fold::FEW);
        // SAFETY: so many lanes were filled, and iterations keep the type. Only processors with the
        // level run the fast form.
        unsafe { fold_each(&plan.accumulators, &slots, form, values) };
        Some(Outcome::Done)
    }
}
