//! A run of a region, and maps: any iterations, tile by tile.

use super::fold::Slot;
use super::plan::{ArrayUse, Plan};
use super::{Body, Call, Code, Region, Shape, Tile};
use crate::array::Array;
use crate::failure::Checked;
use crate::launch::{ArrayArg, Trip};
use crate::narrow;
use crate::order;
use crate::range::Progression;

/// A run that the guard admitted.
pub struct Run<'a> {
    pub(crate) region: &'a Region,
    pub(crate) code: &'a Code,
    pub(crate) plan: &'a Plan,
    pub(crate) call: Call<'a>,
    /// Number of iterations.
    pub(crate) count: u64,
    /// Operations of an iteration.
    pub(crate) cost: u64,
    /// The fast form, if it will do.
    pub(crate) fast: Option<Body>,
    /// A minimum or maximum of floats starts at a NaN.
    pub(crate) starts_at_nan: bool,
    /// The plan's further condition holds.
    pub(crate) relaxed: bool,
    /// Rows run in blocks.
    pub(crate) across: bool,
}

impl Run<'_> {
    /// Iterations of the innermost loop.
    pub(crate) fn row(&self) -> u64 {
        self.call.shape[2]
    }

    /// Iterations of a chunk of the canonical order, and the number of chunks.
    pub(crate) fn chunks(&self, lanes: u64) -> (u64, u64) {
        let chunk = order::chunk_len(self.count, lanes);
        // A power of two: no need to divide.
        let whole = self.count >> chunk.ilog2();
        (chunk, whole + u64::from(self.count & (chunk - 1) > 0))
    }

    /// All iterations of a map.
    pub(crate) fn whole(&self) -> Checked {
        for outer in 0..self.call.shape[0] {
            self.part(&self.plane(outer))?;
        }
        Ok(())
    }

    /// A part of a map's space.
    fn part(&self, tile: &Tile) -> Checked {
        // SAFETY: a map has no lanes, and the blocks of a part of the space are parts of it.
        let run = |tile: &Tile| unsafe { self.tile(tile, std::ptr::null_mut::<Slot>()) };
        if !self.across {
            return run(tile);
        }
        for block in tile.blocks() {
            run(&block)?;
        }
        Ok(())
    }

    /// All of the space at a place of the outermost loop.
    #[inline(always)]
    pub(crate) fn plane(&self, outer: u64) -> Tile {
        plane(self.call.shape, outer)
    }

    /// Runs a part of the space, by the form that will do.
    ///
    /// # Safety
    ///
    /// It is a part of the space. Of a reduction, there is a slot for every accumulator, and a lane
    /// that an iteration reaches was filled.
    #[inline(always)]
    pub(crate) unsafe fn tile(&self, tile: &Tile, slots: *mut Slot) -> Checked {
        let body = self.fast.unwrap_or(self.code.body);
        // SAFETY: the call is the region's, whose iterations the analysis proved independent; the
        // rest is the caller's.
        unsafe { body(&self.call, tile, slots) }
    }

    /// Lanes of the accumulators on a device, where they have some even in a region with array
    /// accumulators: as many as the entry holds (`Region::lanes` of the macro).
    pub(crate) fn device_lanes(&self) -> u64 {
        let mut accumulators = self.plan.accumulators.iter();
        if accumulators.any(|of| of.ty.bytes() == 8) {
            64
        } else {
            128
        }
    }

    /// The loops as a device launch describes them.
    pub(crate) fn trips(&self) -> Vec<Trip> {
        let loops = self.call.loops.as_slice().iter();
        loops.map(Progression::trip).collect()
    }

    /// Name of the entry that a device runs.
    pub(crate) fn entry(&self, trips: &[Trip], arrays: &[ArrayArg]) -> &'static str {
        let fits = || narrow::fits(trips, arrays);
        self.plan.entry_of(self.relaxed, fits).unwrap_or_default()
    }

    /// The arrays, likewise; whether any of them may stay on the device.
    pub(crate) fn arrays(&self, stay: bool) -> Vec<ArrayArg> {
        let arrays = self.call.arrays.iter().zip(&self.plan.arrays);
        let arg = |(array, of): (&Array<'_>, &ArrayUse)| {
            let uses = [of.reads, of.writes, of.keep && stay];
            array.arg((of.elem.bytes(), of.rank), uses)
        };
        arrays.map(arg).collect()
    }

    /// The captured scalars that are values of the source; those that follow are the guard's.
    pub(crate) fn scalars(&self) -> &[u64] {
        self.call.scalars
    }
}

/// All of a space at a place of the outermost loop.
#[inline(always)]
pub fn plane([_, rows, columns]: Shape, outer: u64) -> Tile {
    Tile {
        outer,
        rows: (0, rows),
        columns: (0, columns),
        ..Tile::EMPTY
    }
}

/// A map behind a pointer.
pub trait AnyMap: Sync {
    /// Iterations `from..to`.
    fn run(&self, from: u64, to: u64) -> Checked;
}

impl AnyMap for Run<'_> {
    fn run(&self, from: u64, to: u64) -> Checked {
        let mut place = Place::of(self.call.shape, from);
        let mut left = to - from;
        while left > 0 {
            let tile = place.tile(left);
            self.part(&tile)?;
            left -= place.pass(&tile);
        }
        Ok(())
    }
}

/// Where an iteration stands.
#[derive(Clone, Copy)]
pub struct Place {
    shape: Shape,
    outer: u64,
    row: u64,
    column: u64,
}

impl Place {
    /// The place of iteration `k`.
    #[inline]
    pub fn of(shape: Shape, k: u64) -> Place {
        let [_, rows, columns] = shape;
        if k < columns {
            return Place {
                shape,
                outer: 0,
                row: 0,
                column: k,
            };
        }
        let (row, column) = (k / columns, k % columns);
        Place {
            shape,
            outer: row / rows,
            row: row % rows,
            column,
        }
    }

    /// The place of the middle loop.
    pub fn row(&self) -> u64 {
        self.row
    }

    /// The place in its row.
    #[inline]
    pub fn column(&self) -> u64 {
        self.column
    }

    /// The largest tile from here of at most `count` iterations: whole rows, or a part of one.
    #[inline]
    pub fn tile(&self, count: u64) -> Tile {
        let [_, rows, columns] = self.shape;
        // Most tiles end in the row in which they begin: no need to divide.
        if count <= columns - self.column {
            return self.over((self.row, self.row + 1), (self.column, self.column + count));
        }
        if self.column == 0 {
            let last = rows.min(self.row + count / columns);
            return self.over((self.row, last), (0, columns));
        }
        self.over((self.row, self.row + 1), (self.column, columns))
    }

    fn over(&self, rows: (u64, u64), columns: (u64, u64)) -> Tile {
        Tile {
            outer: self.outer,
            rows,
            columns,
            ..Tile::EMPTY
        }
    }

    /// Moves behind a tile from here; returns its iterations.
    #[inline]
    pub fn pass(&mut self, tile: &Tile) -> u64 {
        let [_, rows, columns] = self.shape;
        let count = (tile.rows.1 - tile.rows.0) * (tile.columns.1 - tile.columns.0);
        self.column = tile.columns.1;
        self.row = tile.rows.1 - 1;
        if self.column == columns {
            self.column = 0;
            self.row += 1;
        }
        if self.row == rows {
            self.row = 0;
            self.outer += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_the_space_once_and_in_order() {
        for shape in [
            [1, 1, 7],
            [1, 5, 1],
            [1, 4, 3],
            [2, 3, 4],
            [3, 1, 5],
            [2, 2, 1],
        ] {
            let [outer, rows, columns] = shape;
            let total = outer * rows * columns;
            for from in 0..total {
                for to in from + 1..=total {
                    let mut place = Place::of(shape, from);
                    let mut k = from;
                    while k < to {
                        let tile = place.tile(to - k);
                        assert!(tile.rows.1 <= rows && tile.columns.1 <= columns);
                        let first = (tile.outer * rows + tile.rows.0) * columns + tile.columns.0;
                        assert_eq!(first, k);
                        k += place.pass(&tile);
                    }
                    assert_eq!(k, to);
                }
            }
        }
    }
}
