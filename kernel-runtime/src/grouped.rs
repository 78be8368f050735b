//! Regions with array accumulators, whose iterations run in groups.
//!
//! A group is a number of consecutive iterations ([`order::group_len`](crate::order::group_len))
//! that run in order and combine into copies of the arrays that belong to the group. The first
//! group starts from the arrays as they are, the others from the identity; the copies fold as the
//! pairwise tree, and what comes out goes back into the arrays. With one group there is nothing to
//! fold, and the iterations work on the arrays themselves, as the serial loop does.

mod copies;

pub use copies::Copies;

use crate::array::Array;
use crate::failure::Checked;
use crate::region::{Accumulator, AnyReduce, Call, Place, Primitive, Run, with_slots};

/// A grouped region behind a pointer; values travel as bits.
pub trait AnyGrouped: Sync {
    /// Iterations `from..to`, combined into these copies and values; what depends on the order into
    /// the second copies, if there are such.
    fn run(
        &self,
        from: u64,
        to: u64,
        copies: (&mut Copies, Option<&mut Copies>),
        bits: &mut [u64],
    ) -> Checked;
    /// Copies of these and values, at the identity.
    fn fresh(&self, which: Which, bits: &mut [u64]) -> Copies;
    /// `left = left op right` for these and for values.
    fn fold(&self, which: Which, left: (&mut Copies, &mut [u64]), right: (&mut Copies, &[u64]));
    /// Number of accumulators that are no arrays.
    fn width(&self) -> usize;
    /// Whether the folds have the same result in any order: those of integers have.
    fn is_exact(&self) -> bool;
}

/// Array accumulators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    All,
    /// Those whose result depends on the order: of floating-point numbers.
    Ordered,
}

impl Which {
    fn has(self, of: &Accumulator) -> bool {
        self == Which::All || !is_exact(of)
    }
}

/// By its type alone: the elements of an array may hold NaNs to begin with.
fn is_exact(of: &Accumulator) -> bool {
    !matches!(of.ty, Primitive::F32 | Primitive::F64)
}

impl Run<'_> {
    /// Elements and bytes of all copies together.
    pub(crate) fn copies_size(&self) -> (u64, u64) {
        let sizes = self.plan.shared.iter().map(|(array, of)| {
            let size = self.call.arrays()[*array].size() as u64;
            (size, size * of.ty.bytes() as u64)
        });
        sizes.fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1))
    }

    /// Whether the loop can run once more after it failed: it reads nothing that it wrote.
    pub(crate) fn is_repeatable(&self) -> bool {
        let shared = |at| self.plan.shared.iter().any(|(array, _)| *array == at);
        let mut arrays = self.plan.arrays.iter().enumerate();
        arrays.all(|(at, of)| shared(at) || !of.writes || !of.reads)
    }

    /// Elements of an array accumulator, and the words that they take.
    fn sizes(&self, array: usize, of: &Accumulator) -> (usize, usize) {
        let elements = self.call.arrays()[array].size();
        let bytes = elements * of.ty.bytes();
        (elements, bytes.div_ceil(size_of::<u64>()))
    }

    fn empty_copies(&self) -> Copies {
        let sizes = self.plan.shared.iter().map(|(at, of)| self.sizes(*at, of));
        Copies::of(sizes.map(|(_, words)| words).sum())
    }

    /// The array accumulators with their copies.
    fn parts<'c>(&'c self, copies: &'c mut Copies) -> impl Iterator<Item = Part<'c>> {
        let mut rest = copies.words();
        self.plan.shared.iter().map(move |(at, of)| {
            let (elements, words) = self.sizes(*at, of);
            let (words, behind) = std::mem::take(&mut rest).split_at_mut(words);
            rest = behind;
            Part {
                at: *at,
                of,
                elements,
                start: words.as_mut_ptr().cast(),
            }
        })
    }

    /// Each array accumulator with the array over its copy.
    fn pairs<'c>(&'c self, copies: &'c mut Copies) -> impl Iterator<Item = (usize, Array<'c>)> {
        self.parts(copies).map(|part| (part.at, self.over(&part)))
    }

    /// The array over a copy.
    fn over<'c>(&'c self, part: &Part<'c>) -> Array<'c> {
        let rank = self.plan.arrays[part.at].rank;
        self.call.arrays()[part.at].over(part.start, rank)
    }

    /// These arrays' copies take their places.
    fn replace<'c>(&'c self, which: Which, copies: &'c mut Copies, arrays: &mut [Array<'c>]) {
        for part in self.parts(copies).filter(|part| which.has(part.of)) {
            arrays[part.at].lie_at(part.start, self.plan.arrays[part.at].rank);
        }
    }

    /// The arrays' elements.
    pub(crate) fn initial_copies(&self) -> Copies {
        let mut copies = self.empty_copies();
        for (at, copy) in self.pairs(&mut copies) {
            let bytes = self.plan.arrays[at].elem.bytes();
            // SAFETY: the run borrows its arrays; the copy has room for as many elements.
            unsafe { copy.copy_from(&self.call.arrays()[at], bytes) };
        }
        copies
    }

    /// The arrays' elements become the copies'.
    pub(crate) fn keep(&self, copies: &mut Copies) {
        for (at, copy) in self.pairs(copies) {
            let bytes = self.plan.arrays[at].elem.bytes();
            // SAFETY: the run borrows its arrays, those that it writes alone; the copies hold as
            // many elements.
            unsafe { self.call.arrays()[at].copy_from(&copy, bytes) };
        }
    }

    /// Iterations `from..to`, in order, on the arrays themselves.
    pub(crate) fn in_order(&self, from: u64, to: u64, bits: &mut [u64]) -> Checked {
        self.rows(&self.call, (from, to), bits)
    }

    /// Accumulators that are no arrays have one lane, which starts at `bits`.
    fn rows(&self, call: &Call<'_>, (from, to): (u64, u64), bits: &mut [u64]) -> Checked {
        let body = self.fast.unwrap_or(self.code.body);
        with_slots(bits.len(), |slots| {
            let values = slots
                .iter_mut()
                .zip(bits.iter())
                .zip(&self.plan.accumulators);
            for ((slot, bits), of) in values {
                slot.set(of.ty, 0, *bits);
            }
            let mut place = Place::of(call.shape(), from);
            let mut left = to - from;
            while left > 0 {
                let tile = place.tile(left);
                // SAFETY: the call is the region's, and `from..to` lies within its space. Nobody
                // else uses the arrays that iterations combine into: they are the group's copies,
                // or there is one group. The analysis proved iterations independent otherwise.
                // Every accumulator has a slot, whose one lane is filled.
                unsafe { body(call, &tile, slots.as_mut_ptr())? };
                left -= place.pass(&tile);
            }
            self.firsts(slots, bits);
            Ok(())
        })
    }
}

/// The copy of an array accumulator.
struct Part<'c> {
    /// The array's number.
    at: usize,
    of: &'c Accumulator,
    elements: usize,
    /// The first element.
    start: *mut u8,
}

/// Arrays of a region whose table fits on the stack.
const INLINE: usize = 8;

/// The same arrays, to be changed.
fn with_arrays<'a, R>(arrays: &[Array<'a>], f: impl FnOnce(&mut [Array<'a>]) -> R) -> R {
    let Some((first, _)) = arrays.split_first() else {
        return f(&mut []);
    };
    match [*first; INLINE].get_mut(..arrays.len()) {
        Some(table) => {
            table.copy_from_slice(arrays);
            f(table)
        }
        None => f(&mut arrays.to_vec()),
    }
}

impl AnyGrouped for Run<'_> {
    fn run(
        &self,
        from: u64,
        to: u64,
        (copies, own): (&mut Copies, Option<&mut Copies>),
        bits: &mut [u64],
    ) -> Checked {
        with_arrays(self.call.arrays(), |arrays| {
            self.replace(Which::All, copies, arrays);
            if let Some(own) = own {
                self.replace(Which::Ordered, own, arrays);
            }
            self.rows(&self.call.with(arrays), (from, to), bits)
        })
    }

    fn fresh(&self, which: Which, bits: &mut [u64]) -> Copies {
        for (bits, of) in bits.iter_mut().zip(&self.plan.accumulators) {
            *bits = of.identity;
        }
        let mut copies = self.empty_copies();
        for part in self.parts(&mut copies).filter(|part| which.has(part.of)) {
            let fill = part.of.folding.fill_elements;
            // SAFETY: the copy has room for as many elements as the array has.
            unsafe { fill(part.start, part.elements, part.of.identity) };
        }
        copies
    }

    fn fold(&self, which: Which, left: (&mut Copies, &mut [u64]), right: (&mut Copies, &[u64])) {
        self.fold_bits(left.1, right.1);
        let parts = self.parts(left.0).zip(self.parts(right.0));
        for (left, right) in parts.filter(|(left, _)| which.has(left.of)) {
            let fold = match self.fast {
                Some(_) => left.of.folding.fast_fold_elements,
                None => left.of.folding.fold_elements,
            };
            // SAFETY: both copies hold as many elements of the type as the array has, and are two.
            // Only processors with the level run the fast form.
            unsafe { fold(left.start, right.start, left.elements) };
        }
    }

    fn width(&self) -> usize {
        self.plan.accumulators.len()
    }

    fn is_exact(&self) -> bool {
        let shared = self.plan.shared.iter().map(|(_, of)| of);
        let mut all = shared.chain(&self.plan.accumulators);
        all.all(is_exact)
    }
}
