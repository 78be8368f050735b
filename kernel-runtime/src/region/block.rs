//! Neighbouring chunks of the canonical order that the fast form runs and folds by itself, one behind
//! the other: a chunk may be as short as one round of lanes, which takes less time than to be called
//! for, and to have its lanes filled and folded from here.

use super::chunk::Chunks;
use super::fold::{Rounded, Slot};
use super::registers::come_to;
use super::run::Run;
use super::{Body, Tile};
use crate::failure::Checked;

/// Chunks of a block, at most, and words for what the accumulators of all its chunks come to.
const CHUNKS: u64 = 32;
const WORDS: usize = 256;

/// What the lanes of an accumulator come to. Compiled once for a type, as few chunks need it where lanes are
/// registers.
///
/// # Safety
///
/// The slots are those of a region with more accumulators than this, and so many lanes of this one,
/// 64 or 128, were filled with values of the type. The processor has `Level::FAST`.
#[inline(never)]
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2"))]
pub unsafe fn folded<T: Rounded, const SUM: bool, const L: usize>(
    slots: *const Slot,
    accumulator: usize,
) -> u64 {
    // SAFETY: the caller's; slots are aligned for every element.
    unsafe { come_to::<T, SUM, L>(&*slots.add(accumulator).cast()) }
}

/// All lanes of an accumulator become a value.
///
/// # Safety
///
/// The slots are those of a region with more accumulators than this, and nobody else has them.
#[inline(always)]
pub unsafe fn refill<T: Rounded>(slots: *mut Slot, accumulator: usize, value: T) {
    // SAFETY: the caller's.
    unsafe { (*slots.add(accumulator)).fill(value.repeated(), false) };
}

impl Run<'_> {
    /// The fast form, if it folds chunks by itself, and how many of them make a block.
    pub(super) fn blocks(&self, width: usize) -> Option<(Body, u64)> {
        let body = self.fast.filter(|_| self.code.folds)?;
        let fit = (WORDS / width.max(1))
            .checked_ilog2()
            .map_or(0, |bits| 1 << bits);
        (fit > 1 && !self.starts_at_nan).then_some((body, CHUNKS.min(fit)))
    }
}

impl Chunks<'_> {
    /// The next `count` chunks, at most as many as make a block, folded as the canonical tree says.
    /// Accumulators that pass by are left alone.
    pub(super) fn block(&mut self, body: Body, count: u64, bits: &mut [u64]) -> Checked {
        match bits.len() {
            // Few words, as all are written first.
            1 => self.block_in(body, count, &mut [0; CHUNKS as usize], bits),
            _ => self.block_in(body, count, &mut [0; WORDS], bits),
        }
    }

    fn block_in(&mut self, body: Body, count: u64, words: &mut [u64], bits: &mut [u64]) -> Checked {
        let width = bits.len();
        let mut done = 0;
        while done < count {
            let room = &mut words[done as usize * width..];
            let ran = self.in_row(count - done);
            if ran == 0 {
                self.one(self.chunk, &mut room[..width])?;
                done += 1;
                continue;
            }
            self.run_in_row(body, ran, room)?;
            done += ran;
        }
        self.pairs(&mut words[..count as usize * width], bits);
        Ok(())
    }

    /// Of the next `count` chunks, how many end in the row that the next iteration is in.
    fn in_row(&self, count: u64) -> u64 {
        let left = self.run.row() - self.place.column();
        if left >= self.run.count - self.done {
            return count;
        }
        count.min(left / self.chunk)
    }

    fn run_in_row(&mut self, body: Body, count: u64, room: &mut [u64]) -> Checked {
        let length = (count * self.chunk).min(self.run.count - self.done);
        let row = self.place.tile(length);
        let tile = Tile {
            chunk: self.chunk,
            folded: room.as_mut_ptr(),
            ..row
        };
        debug_assert!(room.len() as u64 >= count * self.run.plan.accumulators.len() as u64);
        // SAFETY: the call is the region's, whose iterations the analysis proved independent, and the
        // tile, a part of one row, lies within its space. There is a slot for every accumulator; lanes
        // that do not pass by were filled, the others are by the form itself. It folds each of `count`
        // chunks into as many words as there are accumulators, which are there.
        unsafe { body(&self.run.call, &tile, self.slots.as_mut_ptr())? };
        self.done += length;
        self.place.pass(&row);
        Ok(())
    }

    /// The tree over the chunks' values: neighbours fold, and an odd one moves up.
    fn pairs(&self, words: &mut [u64], bits: &mut [u64]) {
        let all = self.run.plan.accumulators.iter().zip(bits).enumerate();
        for (at, (of, bits)) in all.filter(|(_, (of, _))| !of.exact) {
            *bits = (of.folding.neighbours)(&mut words[at..], self.run.plan.accumulators.len());
        }
    }
}
