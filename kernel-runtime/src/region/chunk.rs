//! Reductions: chunks of the canonical order, and the tree over those that one task does.

use super::fold::{self, Slot};
use super::plan::Accumulator;
use super::run::{Place, Run};
use super::{Body, FoldLanes, Tile};
use crate::failure::Checked;
use crate::order;

/// Accumulators whose lanes and partial results fit on the stack.
const INLINE: usize = 8;

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
        with_slots(bits.len(), |slots| {
            let mut chunks = Chunks::from(self, chunk, first, slots);
            if count == 1 || self.is_free_of_order() {
                // Folded once.
                return chunks.one(chunk.saturating_mul(count), bits);
            }
            if self.has_staying() {
                return chunks.passing(count, bits);
            }
            chunks.tree(count, bits)
        })
    }

    #[inline]
    fn fold_bits(&self, left: &mut [u64], right: &[u64]) {
        let accumulators = self.plan.accumulators.iter();
        let Some(fold) = self.fold_together() else {
            for ((left, right), of) in left.iter_mut().zip(right).zip(accumulators) {
                *left = (of.folding.pair)(*left, *right);
            }
            return;
        };
        with_slots(left.len(), |slots| {
            let values = left.iter().zip(right).zip(accumulators);
            for (slot, ((left, right), of)) in slots.iter_mut().zip(values) {
                slot.set(of.ty, 0, *left);
                slot.set(of.ty, 1, *right);
            }
            // SAFETY: every accumulator has a slot, with two lanes filled.
            unsafe { fold(slots.as_mut_ptr(), 2) };
            self.firsts(slots, left);
        });
    }

    fn width(&self) -> usize {
        self.plan.accumulators.len()
    }
}

impl Run<'_> {
    /// Says what its accumulators start at. The lanes of a minimum of floats start at an infinity in
    /// the fast form. If the minimum itself starts at one or at any number, that is all the same; if
    /// it starts at a NaN, an infinity that comes out may stand for nothing at all, and the general
    /// form has to say.
    #[inline]
    pub(crate) fn start_at(&mut self, values: &[u64]) {
        if !self.plan.infinities {
            return;
        }
        let mut values = values.iter().zip(&self.plan.accumulators);
        let nan = |(bits, of): (&u64, &Accumulator)| of.infinity.is_some() && of.ty.is_nan(*bits);
        self.starts_at_nan = values.any(nan);
        if self.starts_at_nan && !self.is_repeatable() {
            self.fast = None;
        }
    }

    /// Whether a chunk's result by the fast form may stand for nothing.
    #[inline]
    fn is_open(&self, bits: &[u64]) -> bool {
        let open = |(bits, of): (&u64, &Accumulator)| of.infinity == Some(*bits);
        let maybe = self.fast.is_some() && self.starts_at_nan;
        maybe && bits.iter().zip(&self.plan.accumulators).any(open)
    }

    /// Whether it comes to the same however its iterations are grouped. Of minima and maxima, NaNs of
    /// several kinds are what depends on the order, and they stay only where one starts at a NaN.
    #[inline]
    pub(crate) fn is_free_of_order(&self) -> bool {
        self.plan.exact && !self.starts_at_nan
    }

    /// Lanes start at what changes nothing: those that so many iterations reach, at least; of
    /// accumulators that pass with the chunk only, or of all.
    #[inline]
    pub(super) fn fill(&self, fast: bool, length: u64, passing: bool, slots: &mut [Slot]) {
        let accumulators = &self.plan.accumulators;
        let few = length <= fold::FEW as u64;
        if !fast {
            return fill(slots, accumulators, (few, passing), |of| of.identity_word);
        }
        // SAFETY: only processors with the level run the fast form.
        unsafe { fill_fast(slots, accumulators, few, passing) }
    }

    /// Lanes that were filled for so many iterations, and that fold.
    #[inline]
    pub(super) fn filled(&self, length: u64) -> usize {
        if length <= fold::FEW as u64 {
            return fold::FEW;
        }
        self.plan.lanes as usize
    }

    /// Lanes that so many iterations reached, as a power of two. The others hold the identity, which
    /// folds away.
    pub(super) fn reached(&self, length: u64) -> usize {
        length.min(self.plan.lanes).next_power_of_two() as usize
    }

    /// What the lanes come to after so many iterations.
    #[inline]
    pub(super) fn fold_lanes(&self, fast: bool, length: u64, slots: &mut [Slot], bits: &mut [u64]) {
        if let Some(fold) = self.fold_together() {
            // SAFETY: every accumulator has a slot, of which so many lanes were filled.
            unsafe { fold(slots.as_mut_ptr(), self.reached(length)) };
            return self.firsts(slots, bits);
        }
        let lanes = self.filled(length);
        let slots = slots.iter().zip(&self.plan.accumulators);
        for ((slot, of), bits) in slots.zip(bits) {
            // SAFETY: so many lanes were filled, and iterations keep the type. Only processors with
            // the level run the fast form.
            *bits = unsafe { of.folding.lanes(fast)(slot, lanes) };
        }
    }

    /// The first lanes' bits, which were filled.
    #[inline]
    pub(crate) fn firsts(&self, slots: &[Slot], bits: &mut [u64]) {
        let slots = slots.iter().zip(&self.plan.accumulators);
        for ((slot, of), bits) in slots.zip(bits) {
            // SAFETY: filled, with values of the accumulator's type.
            *bits = unsafe { slot.first(of.ty) };
        }
    }

    /// The region's own function that folds its lanes, if it has one.
    #[inline]
    pub(super) fn fold_together(&self) -> Option<FoldLanes> {
        let code = self.code;
        code.fast_fold.filter(|_| self.fast.is_some()).or(code.fold)
    }
}

/// The lanes of accumulators start at what changes nothing: every lane, or a few. Plain parameters, as an
/// iterator would be copied on the way, and what was just written in parts is slow to read at once.
#[inline(always)]
fn fill(
    slots: &mut [Slot],
    accumulators: &[Accumulator],
    (few, passing): (bool, bool),
    word: impl Fn(&Accumulator) -> u64,
) {
    for (slot, of) in slots.iter_mut().zip(accumulators) {
        if !(passing && of.exact) {
            slot.fill(word(of), few);
        }
    }
}

/// The same for the fast form.
///
/// # Safety
///
/// The processor has `Level::FAST`.
#[cfg_attr(target_arch = "x86_64", target_feature(enable = "avx2"))]
unsafe fn fill_fast(slots: &mut [Slot], accumulators: &[Accumulator], few: bool, passing: bool) {
    fill(slots, accumulators, (few, passing), |of| of.fast_word);
}

/// Slots for so many accumulators.
#[inline]
pub fn with_slots<R>(count: usize, f: impl FnOnce(&mut [Slot]) -> R) -> R {
    match [Slot::EMPTY; INLINE].get_mut(..count) {
        Some(slots) => f(slots),
        None => f(&mut vec![Slot::EMPTY; count]),
    }
}

/// Values of so many accumulators.
#[inline]
pub fn with_values<R>(count: usize, f: impl FnOnce(&mut [u64]) -> R) -> R {
    match [0; INLINE].get_mut(..count) {
        Some(values) => f(values),
        None => f(&mut vec![0; count]),
    }
}

/// Chunks one after the other.
pub(super) struct Chunks<'c> {
    pub run: &'c Run<'c>,
    /// Iterations of a chunk.
    pub chunk: u64,
    /// The number of the next iteration.
    pub done: u64,
    /// Its place.
    pub place: Place,
    /// The lanes of accumulators that are free of order stay as they are from chunk to chunk.
    passing: bool,
    pub slots: &'c mut [Slot],
}

impl<'c> Chunks<'c> {
    /// Those from this one on.
    pub fn from(run: &'c Run<'c>, chunk: u64, first: u64, slots: &'c mut [Slot]) -> Self {
        Chunks {
            run,
            chunk,
            done: first * chunk,
            place: Place::of(run.call.shape, first * chunk),
            passing: false,
            slots,
        }
    }
}

impl Chunks<'_> {
    /// The next `count` chunks, each folded as far as the order shows, the rest folded once.
    fn passing(&mut self, count: u64, bits: &mut [u64]) -> Checked {
        let (run, fast) = (self.run, self.run.fast.is_some());
        self.passing = true;
        run.fill(fast, u64::MAX, false, self.slots);
        self.tree(count, bits)?;
        run.fold_staying(fast, self.slots, bits);
        Ok(())
    }

    /// The next `count` chunks, folded as the canonical tree says.
    fn tree(&mut self, count: u64, bits: &mut [u64]) -> Checked {
        if count == 1 {
            return self.one(self.chunk, bits);
        }
        if let Some((body, most)) = self.run.blocks(bits.len())
            && count <= most
        {
            return self.block(body, count, bits);
        }
        let half = order::split(count);
        self.tree(half, bits)?;
        with_values(bits.len(), |right| {
            self.tree(count - half, right)?;
            if self.passing {
                self.run.join_passing(bits, right);
            } else {
                self.run.fold_bits(bits, right);
            }
            Ok(())
        })
    }

    /// So many iterations, or as many as there are, as one chunk.
    #[inline]
    pub(super) fn one(&mut self, length: u64, bits: &mut [u64]) -> Checked {
        let length = length.min(self.run.count - self.done);
        let start = self.run.starts_at_nan.then_some(self.place);
        self.lanes(self.run.fast, length, bits)?;
        if let Some(start) = start.filter(|_| self.run.is_open(bits)) {
            self.place = start;
            self.lanes(None, length, bits)?;
        }
        self.done += length;
        Ok(())
    }

    /// So many iterations, which start at lane 0, by the fast form or the general one.
    #[inline]
    fn lanes(&mut self, fast: Option<Body>, length: u64, bits: &mut [u64]) -> Checked {
        let run = self.run;
        run.fill(fast.is_some(), length, self.passing, self.slots);
        self.iterations(fast, length)?;
        if self.passing {
            run.fold_passing(fast.is_some(), length, self.slots, bits);
        } else {
            run.fold_lanes(fast.is_some(), length, self.slots, bits);
        }
        Ok(())
    }

    /// The next `length` iterations, from lane 0 on.
    #[inline]
    fn iterations(&mut self, fast: Option<Body>, length: u64) -> Checked {
        let body = fast.unwrap_or(self.run.code.body);
        let call = &self.run.call;
        let slots = self.slots.as_mut_ptr();
        // SAFETY: the call is the region's, whose iterations the analysis proved independent, and the
        // tiles lie within its space. There is a slot for every accumulator, and a lane that an
        // iteration of this chunk reaches was filled.
        let run = |tile: &Tile| unsafe { body(call, tile, slots) };
        let mut done = 0;
        while done < length {
            let mut tile = self.place.tile(length - done);
            // A remainder: lanes are a power of two.
            tile.lane = done & (self.run.plan.lanes - 1);
            run(&tile)?;
            done += self.place.pass(&tile);
        }
        Ok(())
    }
}
