//! Reductions: chunks of the canonical order, and the tree over those that one task does.

use super::fold::Slot;
use super::plan::Accumulator;
use super::run::{Place, Run};
use super::{Body, Tile};
use crate::failure::Checked;
use crate::order;

/// Accumulators whose lanes and partial results fit on the stack.
const INLINE: usize = 4;

/// A reduction behind a pointer; values travel as bits.
pub trait AnyReduce: Sync {
    /// Chunks `first..first + count` of `chunk` iterations, folded into `bits`.
    fn run(&self, chunk: u64, first: u64, count: u64, bits: &mut [u64]) -> Checked;
    /// `left = left op right`
    fn fold_bits(&self, left: &mut [u64], right: &[u64]);
    /// Number of accumulators.
    fn width(&self) -> usize;
}

impl AnyReduce for Run<'_> {
    fn run(&self, chunk: u64, first: u64, count: u64, bits: &mut [u64]) -> Checked {
        let mut inline = [Slot::EMPTY; INLINE];
        let mut spilled = Vec::new();
        let slots = match inline.get_mut(..bits.len()) {
            Some(slots) => slots,
            None => {
                spilled.resize(bits.len(), Slot::EMPTY);
                &mut spilled
            }
        };
        let mut chunks = Chunks {
            run: self,
            chunk,
            place: Place::of(self.call.shape, first * chunk),
            left: self.count - first * chunk,
            slots,
        };
        chunks.tree(count, bits)
    }

    fn fold_bits(&self, left: &mut [u64], right: &[u64]) {
        let values = left.iter_mut().zip(right);
        for ((left, right), of) in values.zip(&self.plan.accumulators) {
            *left = (of.folding.pair)(*left, *right);
        }
    }

    fn width(&self) -> usize {
        self.plan.accumulators.len()
    }
}

/// Chunks one after the other.
struct Chunks<'c> {
    run: &'c Run<'c>,
    /// Iterations of a chunk.
    chunk: u64,
    place: Place,
    /// Iterations from here to the end of the space.
    left: u64,
    slots: &'c mut [Slot],
}

impl Chunks<'_> {
    /// The next `count` chunks, folded as the canonical tree says.
    fn tree(&mut self, count: u64, bits: &mut [u64]) -> Checked {
        if count == 1 {
            return self.one(bits);
        }
        let half = order::split(count);
        self.tree(half, bits)?;
        let mut inline = [0; INLINE];
        let mut spilled = Vec::new();
        let right = match inline.get_mut(..bits.len()) {
            Some(right) => right,
            None => {
                spilled.resize(bits.len(), 0);
                &mut spilled
            }
        };
        self.tree(count - half, right)?;
        self.run.fold_bits(bits, right);
        Ok(())
    }

    /// The next chunk. Chunks start at lane 0; lanes that no iteration reaches would hold the
    /// identity, which folds away, and are left out.
    fn one(&mut self, bits: &mut [u64]) -> Checked {
        let length = self.chunk.min(self.left);
        let lanes = length.min(self.run.plan.lanes).next_power_of_two() as usize;
        let accumulators = &self.run.plan.accumulators;
        for (
            slot,
            Accumulator {
                folding, identity, ..
            },
        ) in self.slots.iter_mut().zip(accumulators)
        {
            (folding.fill)(slot, lanes, *identity);
        }
        self.iterations(length)?;
        self.left -= length;
        let folded = self.slots.iter_mut().zip(accumulators);
        for ((slot, of), bits) in folded.zip(bits) {
            // SAFETY: so many lanes were filled above, and iterations keep the type.
            *bits = unsafe { (of.folding.lanes)(slot, lanes) };
        }
        Ok(())
    }

    /// The next `length` iterations, from lane 0 on.
    fn iterations(&mut self, length: u64) -> Checked {
        let lanes = self.run.plan.lanes;
        let mut done = 0;
        while done < length {
            let lane = done % lanes;
            let (body, tile) = self.piece(length - done, lane);
            done += self.tile(body, tile, lane as usize)?;
        }
        Ok(())
    }

    /// What to do next: whole blocks of lanes in the fast form, what lies before and behind them
    /// in the other; so do rows too short for a block, many at once.
    fn piece(&self, left: u64, lane: u64) -> (Body, Tile) {
        let (lanes, body) = (self.run.plan.lanes, self.run.region.code.body);
        let fast = self.run.fast.filter(|_| self.run.call.shape[2] >= lanes);
        let Some(fast) = fast else {
            return (body, self.place.tile(left));
        };
        let row = left.min(self.place.row_rest());
        if lane == 0 && row >= lanes {
            return (fast, self.place.piece(row - row % lanes));
        }
        (body, self.place.piece(row.min(lanes - lane)))
    }

    fn tile(&mut self, body: Body, mut tile: Tile, lane: usize) -> Checked<u64> {
        tile.lane = lane;
        // SAFETY: the call is the region's, whose iterations the analysis proved independent, and
        // the tile lies within its space. There is a slot for every accumulator, and a lane that
        // an iteration of this chunk reaches was filled.
        unsafe { body(&self.run.call, &tile, self.slots.as_mut_ptr())? };
        Ok(self.place.pass(&tile))
    }
}
