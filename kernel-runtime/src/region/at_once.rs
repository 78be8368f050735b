//! Reductions that one call of the body does: what calls of few iterations wait for.

use super::chunk::with_slots;
use super::{Accumulator, Run, Slot};
use crate::failure::Checked;

impl Run<'_> {
    /// Whether one call of the body does all of it: at most a round of lanes, or iterations that come
    /// to the same in any order.
    #[inline]
    pub(crate) fn is_at_once(&self) -> bool {
        let one = self.count <= self.plan.lanes || self.plan.exact;
        one && !self.starts_at_nan && self.call.shape[0] == 1
    }

    /// Does it. The initial values are on the left of what the iterations come to.
    pub(crate) fn at_once(&self, values: &mut [u64]) -> Checked {
        with_slots(values.len(), |slots| {
            let fast = self.fast.is_some();
            self.fill(fast, self.count, false, slots);
            // SAFETY: there is a slot for every accumulator, and a lane that an iteration reaches was
            // filled.
            unsafe { self.tile(&self.plane(0), slots.as_mut_ptr())? };
            self.fold_into(fast, slots, values);
            Ok(())
        })
    }

    /// What the lanes come to after all iterations joins the values, which are on the left.
    #[inline]
    fn fold_into(&self, fast: bool, slots: &mut [Slot], values: &mut [u64]) {
        let accumulators = &self.plan.accumulators;
        let Some(fold) = self.fold_together() else {
            // SAFETY: so many lanes were filled, and iterations keep the type. Only processors with
            // the level run the fast form.
            return unsafe {
                match self.count < BY_ONE {
                    true => fold_written(accumulators, slots, self.count, values),
                    false => {
                        fold_each(accumulators, slots, (fast, self.filled(self.count)), values)
                    }
                }
            };
        };
        // SAFETY: every accumulator has a slot, of which so many lanes were filled.
        unsafe { fold(slots.as_mut_ptr(), self.reached(self.count)) };
        for ((slot, of), value) in slots.iter_mut().zip(accumulators).zip(&*values) {
            // SAFETY: filled, with a value of the accumulator's type.
            let folded = unsafe { slot.first(of.ty) };
            slot.set(of.ty, 0, *value);
            slot.set(of.ty, 1, folded);
        }
        // SAFETY: as above, of two lanes.
        unsafe { fold(slots.as_mut_ptr(), 2) };
        self.firsts(slots, values);
    }
}

/// Lanes up to which a vector would wait until the last of them, written by itself, is in the cache.
const BY_ONE: u64 = 64;

/// What the first so many lanes of each accumulator come to joins its value, which is on the left.
///
/// # Safety
///
/// So many were filled with values of its type.
#[inline(always)]
unsafe fn fold_written(
    accumulators: &[Accumulator],
    slots: &mut [Slot],
    written: u64,
    values: &mut [u64],
) {
    for ((value, of), slot) in values.iter_mut().zip(accumulators).zip(slots) {
        let all = 512 / of.ty.bytes().max(4);
        // SAFETY: the caller's.
        let folded = unsafe { (of.folding.written)(slot, written, all, of.identity) };
        *value = (of.folding.pair)(*value, folded);
    }
}

/// What the lanes of each accumulator come to joins its value, which is on the left.
///
/// # Safety
///
/// So many lanes of each, 64, 128 or [`FEW`](super::fold::FEW), were filled with values of its type; if they
/// are those of the fast form, the processor has `Level::FAST`.
#[inline(always)]
unsafe fn fold_each(
    accumulators: &[Accumulator],
    slots: &[Slot],
    (fast, lanes): (bool, usize),
    values: &mut [u64],
) {
    for ((value, of), slot) in values.iter_mut().zip(accumulators).zip(slots) {
        // SAFETY: the caller's.
        let folded = unsafe { of.folding.lanes(fast)(slot, lanes) };
        *value = (of.folding.pair)(*value, folded);
    }
}
