//! The copies of a block's elements, in which rows of the space are contiguous.

use super::Run;
use super::plan::{ArrayUse, Follow};
use super::scratch::{self, Line, Part};
use super::turn::{ARRAYS, Arrays};
use crate::array::Array;
use crate::launch::MAX_RANK;
use std::ops::Range;

/// What is copied of a block.
pub(super) struct Copies<'r> {
    run: &'r Run<'r>,
    outer: u64,
    /// Rows of the block, places in each.
    rows: Range<u64>,
    columns: Range<u64>,
    /// The end of a piece of further rows, whole ones but for the last.
    end: (u64, u64),
    /// The copies, with the numbers of their arrays.
    copies: [Option<(usize, Copy<'r>)>; ARRAYS],
}

/// Where a copy lies.
struct Copy<'r> {
    array: &'r Array<'r>,
    of: &'r ArrayUse,
    follow: &'r Follow,
    /// Lines before the first row, which nobody touches: pointers to a row's elements by their indices
    /// in the array begin there.
    lead: usize,
    /// Lines from a row to the next.
    apart: usize,
}

impl<'r> Copies<'r> {
    pub fn of(run: &'r Run<'r>, outer: u64, rows: Range<u64>, columns: Range<u64>) -> Self {
        Copies {
            run,
            outer,
            end: (rows.end, 0),
            copies: copies(run, (columns.end - columns.start) as usize),
            rows,
            columns,
        }
    }

    /// Takes further rows to some place in one of them.
    pub fn up_to(self, row: u64, column: u64) -> Self {
        Copies {
            end: (row, column),
            ..self
        }
    }

    /// Rows of each copy.
    fn count(&self) -> usize {
        let (row, column) = self.end;
        (row + u64::from(column > 0) - self.rows.start) as usize
    }

    /// Lines of all of them.
    pub fn lines(&self) -> usize {
        let count = self.count();
        let copies = self.copies.iter().flatten();
        let lines = copies.map(|(_, copy)| copy.lead + count * copy.apart);
        lines.sum()
    }

    /// Copies the elements to so many lines.
    pub fn fill(&self, room: &mut [Line]) {
        let (row, column) = self.end;
        let parts = [
            (self.rows.clone(), self.columns.clone()),
            (self.rows.end..row, self.columns.clone()),
            (row..row + 1, 0..column),
        ];
        let mut rest = room;
        for (_, copy) in self.copies.iter().flatten() {
            let (own, others) = rest.split_at_mut(copy.lead + self.count() * copy.apart);
            rest = others;
            for (rows, columns) in &parts {
                if !rows.is_empty() && !columns.is_empty() {
                    self.copy(copy, &mut own[copy.lead..], rows, columns);
                }
            }
        }
    }

    fn copy(&self, copy: &Copy<'_>, room: &mut [Line], rows: &Range<u64>, columns: &Range<u64>) {
        let bytes = copy.of.elem.bytes();
        let innermost = self.run.plan.depth - 1;
        let along = |position| copy.follow.stride(copy.array, position).unwrap_or(0);
        let index = self.index(copy.follow, (rows.start, columns.start));
        let part = Part {
            first: copy.array.element(index, bytes),
            bytes,
            down: along(innermost),
            next: along(innermost - 1),
            length: (columns.end - columns.start) as usize,
            columns: (rows.end - rows.start) as usize,
        };
        let before = (rows.start - self.rows.start) as usize;
        let room = &mut room[before * copy.apart..];
        let apart = scratch::bytes(copy.apart) / bytes;
        assert!(part.columns * copy.apart <= room.len() && part.length < apart);
        // SAFETY: the array has an element for every iteration of the space (`Run::copied`), and while the region
        // runs nobody writes it. The room is for so many rows, each of
        // which ends before the next.
        unsafe { part.copy_to(room.as_mut_ptr().cast(), apart) };
    }

    /// The index at a place of the block's plane.
    fn index(&self, follow: &Follow, (row, column): (u64, u64)) -> [usize; MAX_RANK] {
        let depth = self.run.plan.depth;
        let places = [self.outer, row, column];
        follow.loops.map(|position| {
            let Some(position) = position else { return 0 };
            let of = self.run.call.loops.get(position);
            let place = places[position + 3 - depth];
            of.first().wrapping_add(of.step().wrapping_mul(place)) as usize
        })
    }

    /// Puts the copies in the place of their arrays, for iterations of a row that is in them: an element of it
    /// lies where its indices in the array say. `room` is the start of what was filled.
    pub fn stand_in(&self, room: *mut Line, row: u64, arrays: &mut Arrays<'_>) {
        let innermost = self.run.plan.depth - 1;
        let mut lines = 0;
        for (number, copy) in self.copies.iter().flatten() {
            let index = self.index(copy.follow, (row, self.columns.start));
            let dims = copy.follow.loops.iter().zip(index);
            // Along a row, neighbours are neighbours. The row is the only one, so that its own index
            // may count as if it were a place in it: code that knows of neighbours in that dimension
            // alone is then right, too.
            let counts = |at: &Option<usize>| at.is_some_and(|at| at + 1 >= innermost);
            let own: usize = dims
                .filter(|(at, _)| counts(at))
                .map(|(_, index)| index)
                .sum();
            let before = (row - self.rows.start) as usize;
            let start = scratch::bytes(lines + copy.lead + before * copy.apart);
            let strides = copy.follow.loops.map(|at| isize::from(counts(&at)));
            // Not before the lines of this copy: each index is below its dimension's length.
            let offset = start - own * copy.of.elem.bytes();
            let first = room.cast::<u8>().wrapping_add(offset);
            arrays.set(*number, copy.array.elsewhere(first, strides));
            lines += copy.lead + self.count() * copy.apart;
        }
    }
}

/// The copies of arrays with rows of so many elements.
fn copies<'r>(run: &'r Run<'r>, width: usize) -> [Option<(usize, Copy<'r>)>; ARRAYS] {
    let mut copied = run.copied();
    std::array::from_fn(|_| {
        let number = copied.next()?;
        let (array, of) = (&run.call.arrays[number], &run.plan.arrays[number]);
        let bytes = of.elem.bytes();
        let copy = Copy {
            array,
            of,
            follow: of.follow.as_ref()?,
            lead: scratch::lines(array.reach(of.rank) * bytes),
            // One more, so that rows do not meet in the same set of a cache.
            apart: scratch::lines(width * bytes) + 1,
        };
        Some((number, copy))
    })
}
