//! Reductions over arrays whose neighbours in memory lie along the loop around the innermost one: those
//! that are transposed, and loops over columns. The canonical order goes down one column after
//! another, and every element would bring a line of the cache of which the next column uses the next
//! element, when it is gone. Instead, some columns at a time are copied to where each is contiguous, and
//! the chunks that begin in them run on the copy. What is combined with what stays: what changes is when a chunk runs,
//! and where its elements are.

use super::chunk::{Chunks, with_slots};
use super::copies::Copies;
use super::fold::Slot;
use super::plan::{ArrayUse, Follow};
use super::run::Place;
use super::scratch::{self, Line};
use super::turn::Arrays;
use super::{AnyReduce, Body, Call, Run, Tile, with_values};
use crate::array::Array;
use crate::failure::Checked;
use crate::launch::Failure;
use crate::order;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a line of the cache: the elements of a line are copied together.
const LINE: u64 = 64;

/// Tests copy whatever can be copied, in small blocks.
const EVERY: bool = cfg!(feature = "every-form");

/// Iterations from which on copies pay, and rows.
const MANY: u64 = if EVERY { 1 } else { 1 << 14 };
const ROWS: u64 = if EVERY { 1 } else { 4 };

/// Bytes of lines that stay in the first level of a cache from one row to the next without copies.
const NEAR: u64 = if EVERY { 2 * LINE } else { 1 << 15 };

/// Bytes of a block's copies, about: what the second level of a cache holds.
const BLOCK: u64 = if EVERY { 1 << 14 } else { 1 << 20 };

/// Bytes before a copy that nobody touches, at most: an index times the size of an element.
const REACH: usize = 1 << 26;

/// Lines of a row of the copied array in a block, at most.
const MOST_LINES: u64 = 4;

/// Iterations of a chunk, at least, of what comes to the same in any order.
const LONG: u64 = 1 << 12;

/// Chunks that the fast form folds by itself in one call, at most, and words for what they come to.
const CHUNKS: u64 = 32;
const WORDS: usize = 128;

/// A reduction in blocks, each with the chunks that begin in it. Rows are those of the space: they lie along
/// the innermost loop.
pub struct Packed<'r> {
    run: &'r Run<'r>,
    /// Iterations of a chunk.
    chunk: u64,
    /// Rows of a block and places in each.
    rows: u64,
    columns: u64,
}

/// A part of the space.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    outer: u64,
    rows: Range<u64>,
    columns: Range<u64>,
}

impl Run<'_> {
    /// The same reduction in blocks, if that is what strides ask for.
    #[inline]
    pub(crate) fn packed(&self) -> Option<Packed<'_>> {
        let [_, rows, columns] = self.call.shape;
        let much = self.count >= MANY && rows >= ROWS && columns.saturating_mul(LINE) > NEAR / 4;
        if !self.plan.by_one || !much || self.starts_at_nan {
            return None;
        }
        self.in_copies()
    }

    #[inline(never)]
    fn in_copies(&self) -> Option<Packed<'_>> {
        let bytes = || {
            self.copied()
                .map(|at| self.plan.arrays[at].elem.bytes() as u64)
        };
        let (least, all) = (bytes().min()?, bytes().sum::<u64>());
        let lines = self.call.shape[2].saturating_mul(bytes().count() as u64);
        if lines <= NEAR / LINE {
            return None;
        }
        Arrays::of(self.call.arrays)?;
        let (chunk, _) = self.chunks(self.plan.lanes);
        let chunk = match self.is_free_of_order() {
            true => chunk.max(LONG),
            false => chunk,
        };
        let [_, rows, columns] = self.call.shape;
        // Of the last chunk that begins in a block, rows are copied that the next block copies again.
        let (tail, line) = (chunk.div_ceil(columns), LINE / least);
        let fit = (BLOCK / columns.saturating_mul(all)).saturating_sub(tail);
        let whole = fit.min(MOST_LINES * line) / line * line;
        let of = |rows, columns| Packed {
            run: self,
            chunk,
            rows,
            columns,
        };
        if whole >= line.max(tail.saturating_mul(2)) {
            return Some(of(whole.min(rows), columns));
        }
        // A chunk that ends in another row does without.
        let rows = (LINE / least).min(rows);
        let part = (BLOCK / (rows * all)).saturating_sub(chunk).max(chunk);
        (chunk <= columns / 4).then(|| of(rows, part.min(columns)))
    }

    /// The numbers of the arrays that are copied.
    pub(super) fn copied(&self) -> impl Iterator<Item = usize> {
        let arrays = self.call.arrays.iter().zip(&self.plan.arrays).enumerate();
        let copied = |(array, of): (&Array<'_>, &ArrayUse)| {
            let read = of.reads && !of.writes && !of.unit;
            let near = array.reach(of.rank).saturating_mul(of.elem.bytes()) <= REACH;
            let exact = of.follow.as_ref().filter(|follow| follow.exact);
            let there = exact.is_some_and(|follow| self.has_all(array, follow));
            read && near && there && self.lies_across((array, of))
        };
        arrays
            .filter(move |(_, of)| copied(*of))
            .map(|(number, _)| number)
    }

    /// Whether an array has an element for every iteration of the space: one that only some iterations read, or
    /// an inner loop that may be empty, says nothing of the others.
    fn has_all(&self, array: &Array<'_>, follow: &Follow) -> bool {
        let dims = follow.loops.iter().enumerate();
        let mut dims = dims.filter_map(|(dim, along)| Some((dim, (*along)?)));
        dims.all(|(dim, along)| {
            let of = self.call.loops.get(along);
            of.lo() >= 0 && of.hi() < array.len(dim) as i128
        })
    }
}

impl Packed<'_> {
    /// How many blocks there are.
    pub fn blocks(&self) -> u64 {
        let [outer, rows, columns] = self.run.call.shape;
        outer * rows.div_ceil(self.rows) * columns.div_ceil(self.columns)
    }

    /// How many chunks there are.
    pub fn chunks(&self) -> u64 {
        self.run.count.div_ceil(self.chunk)
    }

    /// Operations of a block.
    pub fn work(&self) -> u64 {
        let count = self.rows.saturating_mul(self.columns);
        count.saturating_mul(self.run.cost)
    }

    /// The number of a block's first iteration.
    pub fn first(&self, block: u64) -> u64 {
        let block = self.block(block);
        self.start(block.outer, block.rows.start) + block.columns.start
    }

    fn block(&self, number: u64) -> Block {
        let [_, rows, columns] = self.run.call.shape;
        let (along, down) = (columns.div_ceil(self.columns), rows.div_ceil(self.rows));
        let row = number / along % down * self.rows;
        let column = number % along * self.columns;
        Block {
            outer: number / along / down,
            rows: row..rows.min(row + self.rows),
            columns: column..columns.min(column + self.columns),
        }
    }

    /// The number of a row's first iteration.
    fn start(&self, outer: u64, row: u64) -> u64 {
        let [_, rows, columns] = self.run.call.shape;
        (outer * rows + row) * columns
    }

    /// Runs the chunks that begin in a block. What their accumulators come to goes where it belongs among the
    /// values of all chunks.
    pub fn run(&self, block: u64, values: &[AtomicU64]) -> Checked {
        let block = self.block(block);
        let copies = self.copies(&block);
        scratch::with(copies.lines(), |room| {
            copies.fill(room);
            let room = room.as_mut_ptr();
            with_slots(self.run.plan.accumulators.len(), |slots| {
                let mut chunks = OnCopies::new(self, (&block, &copies, room), slots, values);
                block.rows.clone().try_for_each(|row| chunks.row(row))
            })
        })
    }

    /// What all chunks come to, as the canonical tree says: neighbours fold, and an odd one moves up. Their
    /// values are used up.
    pub fn fold(&self, values: &[AtomicU64], bits: &mut [u64]) {
        let (run, width, count) = (self.run, bits.len(), self.chunks() as usize);
        if run.fold_together().is_some() {
            self.fold_together(values, bits);
            return load(values, bits);
        }
        for (at, of) in run.plan.accumulators.iter().enumerate() {
            let value = |chunk: usize| &values[chunk * width + at];
            let bits = |chunk: usize| value(chunk).load(Ordering::Relaxed);
            order::pairwise(count, |to, left, right| {
                let left = bits(left);
                let folded = right.map_or(left, |right| (of.folding.pair)(left, bits(right)));
                value(to).store(folded, Ordering::Relaxed);
            });
        }
        load(values, bits);
    }

    /// The same of accumulators that fold together.
    fn fold_together(&self, values: &[AtomicU64], left: &mut [u64]) {
        let width = left.len();
        with_values(width, |other| {
            order::pairwise(self.chunks() as usize, |to, first, right| {
                load(&values[first * width..], left);
                if let Some(right) = right {
                    load(&values[right * width..], other);
                    self.run.fold_bits(left, other);
                }
                store(&values[to * width..], left);
            });
        });
    }

    /// What a block's chunks read, of those that are copied.
    fn copies(&self, block: &Block) -> Copies<'_> {
        let [_, rows, columns] = self.run.call.shape;
        let Block {
            outer,
            columns: places,
            ..
        } = block.clone();
        let of = |columns| Copies::of(self.run, outer, block.rows.clone(), columns);
        if places.end < columns || places.start > 0 {
            return of(places.start..columns.min(places.end + self.chunk));
        }
        let end = self
            .start(outer, block.rows.end)
            .next_multiple_of(self.chunk);
        let end = end.min(self.start(outer, rows)) - self.start(outer, 0);
        of(places).up_to(end / columns, end % columns)
    }
}

/// The chunks of a block, on its copies.
struct OnCopies<'c> {
    packed: &'c Packed<'c>,
    block: &'c Block,
    copies: &'c Copies<'c>,
    room: *mut Line,
    /// The run with the form that is right for copies.
    run: Run<'c>,
    /// The arrays of a row.
    arrays: Arrays<'c>,
    row: u64,
    slots: &'c mut [Slot],
    values: &'c [AtomicU64],
}

impl<'c> OnCopies<'c> {
    fn new(
        packed: &'c Packed<'c>,
        (block, copies, room): (&'c Block, &'c Copies<'c>, *mut Line),
        slots: &'c mut [Slot],
        values: &'c [AtomicU64],
    ) -> Self {
        let run = packed.run;
        let arrays = Arrays::of(run.call.arrays);
        let mut arrays = arrays.unwrap_or_else(|| unreachable!("they were counted before"));
        copies.stand_in(room, block.rows.start, &mut arrays);
        let fast = run.relaxed && run.plan.has_unit_rows(arrays.as_slice());
        OnCopies {
            packed,
            block,
            copies,
            room,
            run: Run {
                call: Call { ..run.call },
                fast: fast.then(|| run.code.fastest()).flatten(),
                ..*run
            },
            arrays,
            row: block.rows.start,
            slots,
            values,
        }
    }

    /// The chunks that begin in a row of the block.
    fn row(&mut self, row: u64) -> Checked {
        let (chunk, start) = (self.packed.chunk, self.packed.start(self.block.outer, row));
        let columns = &self.block.columns;
        let mut at = (start + columns.start).div_ceil(chunk);
        let end = (start + columns.end).div_ceil(chunk);
        while at < end {
            let folded = self.folded((row, start), at..end)?;
            if folded == 0 {
                self.one(row, at)?;
            }
            at += folded.max(1);
        }
        Ok(())
    }

    /// Runs some of these chunks, which begin in a row, if the form folds them by itself, and says how many.
    fn folded(&mut self, (row, start): (u64, u64), chunks: Range<u64>) -> Result<u64, Failure> {
        let (chunk, width) = (self.packed.chunk, self.slots.len());
        let (fast, plan) = (self.run.fast, self.run.plan);
        let folds = fast.filter(|_| self.run.code.folds && !plan.has_exact());
        let (from, row_end) = (chunks.start * chunk, start + self.run.row());
        let whole = match self.run.count {
            count if count <= row_end => chunks.end,
            _ => row_end / chunk,
        };
        let most = CHUNKS.min((WORDS / width.max(1)) as u64);
        let count = whole.min(chunks.end).saturating_sub(chunks.start).min(most);
        let Some(body) = folds.filter(|_| count > 0) else {
            return Ok(0);
        };
        let mut words = [0; WORDS];
        let tile = Tile {
            chunk,
            folded: words.as_mut_ptr(),
            ..self.tile(
                row,
                (
                    from - start,
                    self.run.count.min(from + count * chunk) - start,
                ),
            )
        };
        self.call(body, row, &tile)?;
        for (number, bits) in words.chunks_exact(width).take(count as usize).enumerate() {
            self.keep(chunks.start + number as u64, bits);
        }
        Ok(count)
    }

    /// Runs one chunk, which begins in a row.
    fn one(&mut self, row: u64, number: u64) -> Checked {
        let chunk = self.packed.chunk;
        let (from, to) = (number * chunk, self.run.count.min((number + 1) * chunk));
        with_values(self.slots.len(), |bits| {
            if self.is_copied(row, to) {
                self.on_copies(from, to, bits)?;
            } else {
                Chunks::from(self.packed.run, chunk, number, self.slots).one(chunk, bits)?;
            }
            self.keep(number, bits);
            Ok(())
        })
    }

    /// Whether what comes before an iteration, of a chunk that begins in a row of the block, is in its copies.
    fn is_copied(&self, row: u64, to: u64) -> bool {
        let [_, rows, columns] = self.run.call.shape;
        let whole = self.block.columns == (0..columns);
        let last = if whole { rows } else { row + 1 };
        to <= self.packed.start(self.block.outer, last)
    }

    fn on_copies(&mut self, from: u64, to: u64, bits: &mut [u64]) -> Checked {
        let fast = self.run.fast;
        let body = fast.unwrap_or(self.run.code.body);
        self.run.fill(fast.is_some(), to - from, false, self.slots);
        let mut place = Place::of(self.run.call.shape, from);
        let mut done = 0;
        while done < to - from {
            let end = self.run.row().min(place.column() + to - from - done);
            let tile = Tile {
                // A remainder: lanes are a power of two.
                lane: done & (self.run.plan.lanes - 1),
                ..self.tile(place.row(), (place.column(), end))
            };
            self.call(body, place.row(), &tile)?;
            done += place.pass(&tile);
        }
        self.run
            .fold_lanes(fast.is_some(), to - from, self.slots, bits);
        Ok(())
    }

    fn tile(&self, row: u64, columns: (u64, u64)) -> Tile {
        Tile {
            outer: self.block.outer,
            rows: (row, row + 1),
            columns,
            ..Tile::EMPTY
        }
    }

    /// Runs iterations of a row that is in the copies.
    fn call(&mut self, body: Body, row: u64, tile: &Tile) -> Checked {
        if row != self.row {
            self.copies.stand_in(self.room, row, &mut self.arrays);
            self.row = row;
        }
        let call = self.run.call.with(self.arrays.as_slice());
        // SAFETY: the call is the region's, whose iterations the analysis proved independent, with copies in
        // place of some arrays that it only reads; the tile lies within its space, and the copies have
        // the elements that its iterations read. There is a slot for every accumulator, and a lane
        // that an iteration reaches was filled. If the form folds chunks by itself, there are as many words.
        unsafe { body(&call, tile, self.slots.as_mut_ptr()) }
    }

    fn keep(&self, chunk: u64, bits: &[u64]) {
        store(&self.values[chunk as usize * bits.len()..], bits);
    }
}

// Relaxed: values of chunks are read when all blocks are done.

fn store(values: &[AtomicU64], bits: &[u64]) {
    for (value, bits) in values.iter().zip(bits) {
        value.store(*bits, Ordering::Relaxed);
    }
}

fn load(values: &[AtomicU64], bits: &mut [u64]) {
    for (value, bits) in values.iter().zip(bits) {
        *bits = value.load(Ordering::Relaxed);
    }
}
