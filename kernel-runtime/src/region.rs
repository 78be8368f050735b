//! What an expansion says about a region: one iteration, and how many there are.
//!
//! Expansions implement [`Map`] or [`Reduce`] for a struct that holds what the iterations read.
//! The loops around an iteration are here, generic and inlined, so that LLVM sees iteration and
//! loop as one; everything that does not touch elements (splitting, threads, trees over tasks) goes
//! through `dyn` and exists once.
//!
//! A region's space is padded to three loops, missing outer ones having one iteration.

use crate::failure::Checked;
use crate::launch::{ArrayArg, DeviceParam, Module, Trip};
use std::mem::MaybeUninit;

/// Trip counts of the parallel loops, outermost first.
pub type Shape = [u64; 3];

/// A region's PTX and the entries that run it.
#[derive(Debug)]
pub struct DeviceCode {
    /// The kernel's PTX.
    pub module: Module,
    /// See [`crate::launch::Launch::entry`].
    pub entry: &'static str,
    /// See [`crate::launch::Launch::fold`].
    pub fold: Option<&'static str>,
    /// See [`crate::launch::Launch::params`].
    pub params: &'static [DeviceParam],
}

/// Takes what a device launch needs to know of a region: loops, arrays, scalars.
pub type Visit<'v> = &'v mut dyn FnMut(&[Trip], &mut [ArrayArg], &[u64]);

/// What maps and reductions have in common.
pub trait Region: Copy + Send + Sync {
    /// How a device runs the region, if it can.
    const DEVICE: Option<&'static DeviceCode> = None;

    /// Trip counts; none is zero.
    fn shape(&self) -> Shape;

    /// Whether the fast form of the body will do: the last dimension of every array is contiguous,
    /// and accesses that only the fast form leaves unchecked are known to be in bounds.
    fn fast(&self) -> bool;

    /// Hands over the arguments of a launch.
    fn arguments(&self, visit: Visit<'_>) {
        visit(&[], &mut [], &[]);
    }
}

/// A region without accumulators.
pub trait Map: Region {
    /// Iterations `from..to` of the innermost loop, at these places of the outer ones.
    fn row<const FAST: bool>(&self, outer: [u64; 2], from: u64, to: u64) -> Checked;
}

/// A region with accumulators.
pub trait Reduce: Region {
    /// One value for each accumulator.
    type Values: Copy + Send;
    /// [`Reduce::LANES`] values for each accumulator.
    type Lanes: Copy;
    /// A power of two.
    const LANES: usize;
    /// Sizes of the accumulators in bytes.
    const BYTES: &'static [usize];

    /// Every lane at the identity.
    fn identity() -> Self::Lanes;
    /// One lane.
    ///
    /// # Safety
    ///
    /// `lane` is below [`Self::LANES`].
    unsafe fn get(lanes: &Self::Lanes, lane: usize) -> Self::Values;
    /// Sets one lane.
    ///
    /// # Safety
    ///
    /// `lane` is below [`Self::LANES`].
    unsafe fn set(lanes: &mut Self::Lanes, lane: usize, values: Self::Values);
    /// Two partial results in one.
    fn fold(left: Self::Values, right: Self::Values) -> Self::Values;
    /// As bits, zero-extended.
    fn store(values: Self::Values, bits: &mut [u64]);
    /// From bits.
    fn load(bits: &[u64]) -> Self::Values;
    /// One iteration.
    fn step<const FAST: bool>(
        &self,
        outer: [u64; 2],
        t: u64,
        values: Self::Values,
    ) -> Checked<Self::Values>;
}

/// Where an iteration stands: the outer two loops' places, and the innermost one's.
#[derive(Clone, Copy)]
pub struct Place {
    /// Places of the outer two loops.
    pub outer: [u64; 2],
    /// Place of the innermost one.
    pub t: u64,
}

impl Place {
    /// That of iteration `k`.
    #[inline(always)]
    pub fn of([_, rows, length]: Shape, k: u64) -> Place {
        if k < length {
            return Place {
                outer: [0, 0],
                t: k,
            };
        }
        let (row, t) = (k / length, k % length);
        Place {
            outer: [row / rows, row % rows],
            t,
        }
    }

    /// So many iterations further, which end in the same row or with it.
    #[inline(always)]
    pub fn advance(&mut self, [_, rows, length]: Shape, count: u64) {
        self.t += count;
        if self.t < length {
            return;
        }
        self.t = 0;
        self.outer[1] += 1;
        if self.outer[1] == rows {
            self.outer = [self.outer[0] + 1, 0];
        }
    }
}

/// Iterations `from..to` of a map, row by row.
#[inline(always)]
fn rows<M: Map, const FAST: bool>(map: &M, from: u64, to: u64) -> Checked {
    let map = *map;
    let shape = map.shape();
    let mut place = Place::of(shape, from);
    let mut left = to - from;
    while left > 0 {
        let count = left.min(shape[2] - place.t);
        map.row::<FAST>(place.outer, place.t, place.t + count)?;
        place.advance(shape, count);
        left -= count;
    }
    Ok(())
}

/// Chunks `first..first + count` of a reduction, folded; `chunk` is `C(N)`.
///
/// The pairwise tree over them is a binary counter: after chunk `n`, as many pairs fold as `n` has
/// trailing zeros, and what remains folds from the right.
fn chunks<R: Reduce, const FAST: bool>(
    reduce: &R,
    chunk: u64,
    first: u64,
    count: u64,
) -> Checked<R::Values> {
    let shape = reduce.shape();
    let total: u64 = shape.iter().product();
    let mut k = first * chunk;
    let mut place = Place::of(shape, k);
    let mut pending = [const { MaybeUninit::uninit() }; u64::BITS as usize];
    let mut height = 0;
    for n in 1..=count {
        let length = chunk.min(total - k);
        let mut values = one_chunk::<R, FAST>(reduce, &mut place, length)?;
        k += length;
        for _ in 0..n.trailing_zeros() {
            height -= 1;
            // SAFETY: after `n - 1` chunks one value is pending for each bit of `n - 1`, of which
            // the lowest are as many ones as `n` has trailing zeros.
            values = R::fold(unsafe { pending[height].assume_init() }, values);
        }
        pending[height].write(values);
        height += 1;
    }
    // SAFETY: everything below `height` was written; there was at least one chunk.
    let mut pending = pending[..height]
        .iter()
        .map(|values| unsafe { values.assume_init() });
    let last = pending.next_back();
    let last = last.unwrap_or_else(|| unreachable!("a reduction of no chunk"));
    Ok(pending.rfold(last, |right, left| R::fold(left, right)))
}

/// A chunk, and the place behind it. Chunks start at lane 0.
#[inline(always)]
fn one_chunk<R: Reduce, const FAST: bool>(
    reduce: &R,
    place: &mut Place,
    length: u64,
) -> Checked<R::Values> {
    let width = R::LANES as u64;
    let shape = reduce.shape();
    // Most chunks: whole blocks of one row. Lanes that nobody else sees stay in registers.
    if FAST && length.is_multiple_of(width) && length <= shape[2] - place.t {
        let mut lanes = R::identity();
        blocks::<R, FAST>(reduce, &mut lanes, place.outer, place.t, length / width)?;
        place.advance(shape, length);
        return Ok(fold_lanes::<R>(&mut lanes, R::LANES / 2));
    }
    ragged_chunk::<R, FAST>(reduce, place, length)
}

/// A chunk that spans rows, or ends within a block.
#[inline(never)]
fn ragged_chunk<R: Reduce, const FAST: bool>(
    reduce: &R,
    place: &mut Place,
    length: u64,
) -> Checked<R::Values> {
    let shape = reduce.shape();
    let mut lanes = R::identity();
    let mut done = 0;
    while done < length {
        let count = (length - done).min(shape[2] - place.t);
        segment::<R, FAST>(reduce, &mut lanes, place.outer, place.t, count, done)?;
        place.advance(shape, count);
        done += count;
    }
    // Lanes that no iteration reached hold the identity, which folds away.
    let touched = (length as usize).min(R::LANES).next_power_of_two();
    Ok(fold_lanes::<R>(&mut lanes, touched / 2))
}

/// A piece of a row: up to a multiple of the lane count, whole blocks, the rest.
#[inline(always)]
fn segment<R: Reduce, const FAST: bool>(
    reduce: &R,
    lanes: &mut R::Lanes,
    outer: [u64; 2],
    mut t: u64,
    mut count: u64,
    done: u64,
) -> Checked {
    let width = R::LANES as u64;
    let phase = done % width;
    if phase != 0 {
        let head = count.min(width - phase);
        partial::<R, FAST>(reduce, lanes, outer, t, phase, head)?;
        t += head;
        count -= head;
    }
    blocks::<R, FAST>(reduce, lanes, outer, t, count / width)?;
    let tail = count % width;
    if tail == 0 {
        return Ok(());
    }
    partial::<R, FAST>(reduce, lanes, outer, t + count - tail, 0, tail)
}

/// Whole blocks: the inner loop's constant trip count and its local lanes are what keeps the lanes
/// in vector registers.
#[inline(always)]
fn blocks<R: Reduce, const FAST: bool>(
    reduce: &R,
    lanes: &mut R::Lanes,
    outer: [u64; 2],
    mut t: u64,
    count: u64,
) -> Checked {
    let reduce = *reduce;
    let mut local = *lanes;
    for _ in 0..count {
        for lane in 0..R::LANES {
            // SAFETY: the loop's bound is the number of lanes.
            let values = unsafe { R::get(&local, lane) };
            let values = reduce.step::<FAST>(outer, t + lane as u64, values)?;
            // SAFETY: as above.
            unsafe { R::set(&mut local, lane, values) };
        }
        t += R::LANES as u64;
    }
    *lanes = local;
    Ok(())
}

/// Part of a block. Out of line: it stands before and after the blocks.
#[inline(never)]
fn partial<R: Reduce, const FAST: bool>(
    reduce: &R,
    lanes: &mut R::Lanes,
    outer: [u64; 2],
    t: u64,
    lane: u64,
    count: u64,
) -> Checked {
    let reduce = *reduce;
    assert!(lane + count <= R::LANES as u64);
    for n in 0..count {
        let lane = (lane + n) as usize;
        // SAFETY: below `lane + count`, which was checked.
        let values = unsafe { R::get(lanes, lane) };
        let values = reduce.step::<FAST>(outer, t + n, values)?;
        // SAFETY: as above.
        unsafe { R::set(lanes, lane, values) };
    }
    Ok(())
}

#[inline(always)]
fn fold_lanes<R: Reduce>(lanes: &mut R::Lanes, mut width: usize) -> R::Values {
    assert!(width <= R::LANES / 2);
    while width > 0 {
        for lane in 0..width {
            // SAFETY: `width` is at most half the number of lanes, and `lane` below it.
            let (left, right) = unsafe { (R::get(lanes, lane), R::get(lanes, lane + width)) };
            // SAFETY: as above.
            unsafe { R::set(lanes, lane, R::fold(left, right)) };
        }
        width /= 2;
    }
    // SAFETY: there is at least one lane.
    unsafe { R::get(lanes, 0) }
}

/// [`chunks`] in the form that fits the arrays.
pub fn chunks_of<R: Reduce>(reduce: &R, chunk: u64, first: u64, count: u64) -> Checked<R::Values> {
    if reduce.fast() {
        chunks::<R, true>(reduce, chunk, first, count)
    } else {
        chunks::<R, false>(reduce, chunk, first, count)
    }
}

/// A map behind a pointer.
pub trait AnyMap: Sync {
    /// Iterations `from..to`.
    fn run(&self, from: u64, to: u64) -> Checked;
}

impl<M: Map> AnyMap for M {
    fn run(&self, from: u64, to: u64) -> Checked {
        if self.fast() {
            rows::<M, true>(self, from, to)
        } else {
            rows::<M, false>(self, from, to)
        }
    }
}

/// A reduction behind a pointer; values travel as bits.
pub trait AnyReduce: Sync {
    /// Chunks `first..first + count`, folded into `bits`.
    fn run(&self, chunk: u64, first: u64, count: u64, bits: &mut [u64]) -> Checked;
    /// `left = left op right`
    fn fold_bits(&self, left: &mut [u64], right: &[u64]);
    /// Number of accumulators.
    fn width(&self) -> usize;
}

impl<R: Reduce> AnyReduce for R {
    fn run(&self, chunk: u64, first: u64, count: u64, bits: &mut [u64]) -> Checked {
        R::store(chunks_of(self, chunk, first, count)?, bits);
        Ok(())
    }

    fn fold_bits(&self, left: &mut [u64], right: &[u64]) {
        R::store(R::fold(R::load(left), R::load(right)), left);
    }

    fn width(&self) -> usize {
        R::BYTES.len()
    }
}
