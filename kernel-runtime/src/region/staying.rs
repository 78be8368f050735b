//! Accumulators that come to the same in any order, beside others that do not: the lanes of the first
//! stay as they are from chunk to chunk and fold once, while only the others pass with the chunk.

use super::chunk::fill;
use super::plan::Accumulator;
use super::{Run, Slot};

impl Run<'_> {
    /// Whether there are accumulators of both kinds. NaNs of several kinds, which stay only where a
    /// minimum or maximum starts at one, depend on the order.
    pub(super) fn has_staying(&self) -> bool {
        self.plan.mixed && !self.starts_at_nan
    }

    /// The lanes that pass start at what changes nothing.
    pub(super) fn fill_passing(&self, fast: bool, length: u64, slots: &mut [Slot]) {
        let slots = slots.iter_mut().zip(&self.plan.accumulators);
        fill(fast, length, slots.filter(|(_, of)| !of.exact));
    }

    /// What the lanes that pass come to after so many iterations.
    pub(super) fn fold_passing(&self, fast: bool, length: u64, slots: &[Slot], bits: &mut [u64]) {
        let lanes = self.filled(length);
        for ((slot, of), bits) in self.with(slots, bits, |of| !of.exact) {
            // SAFETY: so many lanes were filled, and iterations keep the type. Only processors with
            // the level run the fast form. What folds together with others is free of order.
            *bits = unsafe { of.folding.lanes(fast)(slot, lanes) };
        }
    }

    /// `left = left op right`, of those.
    pub(super) fn join_passing(&self, left: &mut [u64], right: &[u64]) {
        let values = left.iter_mut().zip(right).zip(&self.plan.accumulators);
        for ((left, right), of) in values.filter(|(_, of)| !of.exact) {
            *left = (of.folding.pair)(*left, *right);
        }
    }

    /// What the lanes that stayed come to.
    pub(super) fn fold_staying(&self, fast: bool, slots: &mut [Slot], bits: &mut [u64]) {
        let lanes = self.plan.lanes as usize;
        let Some(fold) = self.fold_together() else {
            for ((slot, of), bits) in self.with(slots, bits, |of| of.exact) {
                // SAFETY: all lanes were filled, and iterations keep the type. Only processors with
                // the level run the fast form.
                *bits = unsafe { of.folding.lanes(fast)(slot, lanes) };
            }
            return;
        };
        // SAFETY: every accumulator has a slot, whose lanes were all filled. Those of the others are
        // folded once more, to something that nobody reads.
        unsafe { fold(slots.as_mut_ptr(), lanes) };
        for ((slot, of), bits) in self.with(slots, bits, |of| of.exact) {
            // SAFETY: filled, with values of the accumulator's type.
            *bits = unsafe { slot.first(of.ty) };
        }
    }

    /// The slots and values of some accumulators.
    fn with<'s>(
        &'s self,
        slots: &'s [Slot],
        bits: &'s mut [u64],
        which: impl Fn(&Accumulator) -> bool,
    ) -> impl Iterator<Item = ((&'s Slot, &'s Accumulator), &'s mut u64)> {
        let slots = slots.iter().zip(&self.plan.accumulators);
        slots.zip(bits).filter(move |((_, of), _)| which(of))
    }
}
