//! Runs of few iterations, which the expansion has where the region stands: their lanes.

use super::fold::{self, Slot};
use super::plan::Plan;
use super::{Accumulator, Region};
use crate::order;

/// Chunks of a brief run, at most.
pub const CHUNKS: usize = 8;

/// A chunk of a brief run.
#[derive(Clone, Copy)]
pub struct Chunk {
    /// Its iterations.
    pub length: u64,
    /// How many are before it.
    pub number: usize,
    /// Whether there is none behind it.
    pub last: bool,
}

impl Region {
    /// The lanes of all accumulators that so many iterations do not reach become what changes nothing; the others
    /// may.
    #[inline(never)]
    pub fn begin(&self, slots: &mut [Slot], length: u64) {
        let plan = self.plan();
        if length == plan.lanes {
            return;
        }
        for (slot, of) in slots.iter_mut().zip(&plan.accumulators) {
            slot.fill_first(of.identity_word, reached(plan, of, length));
        }
    }

    /// Folds the lanes after a chunk. After the last, what all chunks come to joins the values, which are on the
    /// left.
    ///
    /// # Safety
    ///
    /// The slots are those of [`Self::begin`] for as many iterations, which filled the lanes that they reach with
    /// values of the accumulators' types.
    #[inline(never)]
    pub unsafe fn end(
        &self,
        slots: &[Slot],
        chunk: Chunk,
        folded: &mut [[u64; CHUNKS]],
        values: &mut [u64],
    ) {
        let plan = self.plan();
        for (at, (slot, of)) in slots.iter().zip(&plan.accumulators).enumerate() {
            // SAFETY: the caller's.
            let value = unsafe { lanes(plan, of, slot, chunk.length) };
            let all = &mut folded[at];
            all[chunk.number] = value;
            if chunk.last {
                order::pairwise(chunk.number + 1, |to, left, right| {
                    all[to] =
                        right.map_or(all[left], |right| (of.folding.pair)(all[left], all[right]));
                });
                values[at] = (of.folding.pair)(values[at], all[0]);
            }
        }
    }
}

/// The lanes of an accumulator that are filled and folded after so many iterations, at least one for each.
#[inline(always)]
fn reached(plan: &Plan, of: &Accumulator, length: u64) -> usize {
    let few = fold::FEW as u64;
    match of.just_written {
        Some(_) if length <= 2 * few => length as usize,
        None if length <= few => fold::FEW,
        _ => plan.lanes as usize,
    }
}

/// What an accumulator's lanes come to.
///
/// # Safety
///
/// They are as [`Region::end`] asks.
#[inline(always)]
unsafe fn lanes(plan: &Plan, of: &Accumulator, slot: &Slot, length: u64) -> u64 {
    let reached = reached(plan, of, length);
    // Not the fast form's functions: what the baseline's vectors wrote, wider ones would wait for.
    let general = of.folding.lanes(false);
    // SAFETY: so many lanes were filled, or all those that the function reads.
    unsafe {
        match of.just_written {
            Some(fold) if reached <= 2 * fold::FEW => fold(slot, reached),
            _ => general(slot, reached),
        }
    }
}
