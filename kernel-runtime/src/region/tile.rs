//! Parts of a region's space.

use std::ops::Range;

/// A part of the space: rows of equal length, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// Place of the outermost of three loops.
    pub outer: u64,
    /// Places of the next.
    pub rows: (u64, u64),
    /// Places of the innermost.
    pub columns: (u64, u64),
    /// The first iteration's lane, in a reduction.
    pub lane: u64,
    /// Iterations of each chunk of the only row, which a form that can runs and folds by itself; 0 if
    /// it does not.
    pub chunk: u64,
    /// Where it puts what the accumulators of the first chunk come to, behind them those of the next.
    pub folded: *mut u64,
}

impl Tile {
    /// Nothing, without chunks.
    pub const EMPTY: Tile = Tile {
        outer: 0,
        rows: (0, 0),
        columns: (0, 0),
        lane: 0,
        chunk: 0,
        folded: std::ptr::null_mut(),
    };

    /// Places of the middle loop.
    #[inline(always)]
    pub fn rows(&self) -> Range<u64> {
        self.rows.0..self.rows.1
    }

    /// Places of the innermost loop.
    #[inline(always)]
    pub fn columns(&self) -> Range<u64> {
        self.columns.0..self.columns.1
    }

    /// The ends of a row's three parts: before the interior, in it, behind it.
    #[inline(always)]
    pub fn pieces(&self, (from, to): (u64, u64)) -> [u64; 3] {
        let (first, end) = self.columns;
        // Not `clamp`, which could panic for all that LLVM knows.
        let from = from.min(end).max(first);
        [from, to.min(end).max(from), end]
    }

    /// The tile in parts of some [`PART`] iterations, whole rows or parts of one, each with its first
    /// iteration's lane of so many.
    #[inline(always)]
    pub fn parts(self, lanes: u64) -> Parts {
        let (rows, columns) = match self.count() {
            ..=PART => (u64::MAX, PART),
            _ => part_of(self.columns.1 - self.columns.0),
        };
        Parts {
            lanes,
            rows,
            columns,
            rest: self,
            first: self.columns.0,
        }
    }

    /// The tile in blocks of some rows and columns, whose elements a cache holds whichever way they
    /// are gone along.
    pub fn blocks(self) -> impl Iterator<Item = Tile> {
        cut(self.rows, BLOCK_ROWS).flat_map(move |rows| {
            cut(self.columns, BLOCK_COLUMNS).map(move |columns| Tile {
                rows,
                columns,
                ..self
            })
        })
    }

    /// Its iterations.
    #[inline(always)]
    fn count(&self) -> u64 {
        (self.rows.1 - self.rows.0) * (self.columns.1 - self.columns.0)
    }
}

/// The parts of a tile, in order. Chunks of reductions are short, and each has its parts: what there is
/// to do for one is inlined.
#[derive(Clone, Debug)]
pub struct Parts {
    lanes: u64,
    /// Rows and columns of a part.
    rows: u64,
    columns: u64,
    /// What is left: its first row from its first column on, and the rows behind it.
    rest: Tile,
    /// Where rows begin.
    first: u64,
}

impl Iterator for Parts {
    type Item = Tile;

    #[inline(always)]
    fn next(&mut self) -> Option<Tile> {
        let Tile { rows, columns, .. } = self.rest;
        if rows.0 == rows.1 || columns.0 == columns.1 {
            return None;
        }
        let end = |(from, to): (u64, u64), by: u64| from + by.min(to - from);
        let part = Tile {
            rows: (rows.0, end(rows, self.rows)),
            columns: (columns.0, end(columns, self.columns)),
            ..self.rest
        };
        if part.columns.1 < columns.1 {
            self.rest.columns.0 = part.columns.1;
        } else {
            (self.rest.rows.0, self.rest.columns.0) = (part.rows.1, self.first);
        }
        self.rest.lane = (part.lane + part.count() % self.lanes) % self.lanes;
        Some(part)
    }
}

/// Rows and columns of a part of a tile with rows of this length.
fn part_of(width: u64) -> (u64, u64) {
    ((PART / width).max(1), width.min(PART))
}

/// Rows and columns of a block: both ways, whole lines of a cache, and no more than its first level holds. A
/// row is as long as one that is cut at its calls (the macro's `host/stages.rs`).
const BLOCK_ROWS: u64 = 16;
const BLOCK_COLUMNS: u64 = 64;

/// Iterations of a part: enough that nobody notices where one ends, few to do again.
const PART: u64 = 1024;

/// A range in ranges of a length, the last one of what is left.
fn cut((from, to): (u64, u64), by: u64) -> impl Iterator<Item = (u64, u64)> {
    let starts = (from..to).step_by(usize::try_from(by).unwrap_or(usize::MAX));
    starts.map(move |start| (start, start.saturating_add(by).min(to)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every place of a tile, part by part, and how many parts there are.
    fn places(tile: Tile) -> (Vec<(u64, u64)>, usize) {
        let parts: Vec<Tile> = tile.parts(1).collect();
        let of = |part: Tile| {
            part.rows()
                .flat_map(move |row| part.columns().map(move |t| (row, t)))
        };
        (parts.iter().copied().flat_map(of).collect(), parts.len())
    }

    #[test]
    fn blocks_cover_the_tile_once() {
        for (rows, columns) in [((2, 3), (5, 9)), ((0, 70), (3, 100)), ((1, 33), (4, 4))] {
            let tile = Tile {
                rows,
                columns,
                ..Tile::EMPTY
            };
            let all = |tile: Tile| {
                tile.rows()
                    .flat_map(move |row| tile.columns().map(move |t| (row, t)))
            };
            let mut covered: Vec<_> = tile.blocks().flat_map(all).collect();
            covered.sort_unstable();
            assert!(covered.into_iter().eq(all(tile)));
        }
    }

    #[test]
    fn parts_are_the_tile_in_order() {
        for (rows, columns, count) in [
            ((0, 1), (0, 5000), 5),
            ((0, 1), (7, 1031), 1),
            ((2, 4), (3, 1028), 4),
            ((3, 3003), (0, 3), 9),
            ((0, 1), (4, 4), 0),
            ((5, 5), (0, 9), 0),
        ] {
            let tile = Tile {
                outer: 1,
                rows,
                columns,
                ..Tile::EMPTY
            };
            let all = tile
                .rows()
                .flat_map(|row| tile.columns().map(move |t| (row, t)));
            assert_eq!(places(tile), (all.collect(), count), "{tile:?}");
            assert!(tile.parts(1).all(|part| part.outer == 1));
        }
    }

    #[test]
    fn parts_start_at_the_lane_of_their_first_iteration() {
        let tile = |rows, columns, lane| Tile {
            rows,
            columns,
            lane,
            ..Tile::EMPTY
        };
        for whole in [tile((0, 1), (0, 5000), 3), tile((0, 900), (0, 7), 0)] {
            let mut done = 0;
            for part in whole.parts(100) {
                assert_eq!(part.lane, (whole.lane + done) % 100, "{part:?}");
                done += part.count();
            }
            assert_eq!(done, whole.count());
        }
    }
}
