//! Sizes of grids and blocks.

use crate::launch::Trip;
use std::fmt;

/// What a launch is divided into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub grid: [u32; 3],
    pub block: [u32; 3],
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([gx, gy, gz], [bx, by, bz]) = (self.grid, self.block);
        write!(f, "{gx} x {gy} x {gz} blocks of {bx} x {by} x {bz} threads")
    }
}

/// Threads of a block of a map, and of one that crosses some array.
const THREADS: u64 = 128;
const CROSSWISE_THREADS: u64 = 256;
/// Those along x of the latter: with 4-byte elements, a sector of 32 bytes, the least that memory moves.
const SECTOR: u64 = 8;
/// Threads of the block of a reduction.
const REDUCTION_THREADS: u64 = 256;
/// Threads of the block that folds, at most.
const FOLD_THREADS: u64 = 1024;
/// Lanes of a warp.
const WARP: u64 = 32;
/// Limits of a grid since compute capability 3.0 (CUDA C++ programming guide, table of technical
/// specifications), and of a block along z.
const GRID: [u64; 3] = [(1 << 31) - 1, 65_535, 65_535];
const BLOCK_Z: u64 = 64;
/// Threads to launch for each one that the device runs at once: iterations of unequal length even
/// out, and blocks that run at the same time touch memory that is close together. On an H200, 64
/// were 3 % faster than 8 in a copy and 14 % in a Mandelbrot set, and more were slower in stencils.
const WAVES: u64 = 64;
/// The same for reductions, whose threads take one chunk after the other.
const REDUCTION_WAVES: u64 = 8;
/// Threads that a multiprocessor runs at once, on the larger devices.
const RESIDENT: u64 = 2048;

/// How a map's iterations go over memory.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    /// Neighbouring iterations of the innermost loop that a thread takes together.
    pub width: u64,
    /// How many loops out from the innermost neighbours lie, for some array; else 0.
    pub crosswise: usize,
}

/// The shape for a map over `trips`, outermost first: the innermost loop along x, a warp to a row, and
/// several rows to a block, which share what they load. `None` unless there are one to three loops.
pub fn map(trips: &[Trip], way: Way, resident_threads: u64) -> Option<Shape> {
    let mut counts = [1; 3];
    if trips.is_empty() || trips.len() > 3 {
        return None;
    }
    for (count, trip) in counts.iter_mut().zip(trips.iter().rev()) {
        *count = trip.count.max(1);
    }
    counts[0] = threads_of_row(counts[0], way.width);
    let crosses = way.crosswise > 0 && way.crosswise < trips.len();
    let (block, waves) = if crosses {
        (crosswise_block(counts, way.crosswise), u64::MAX)
    } else {
        (block(counts, threads(counts, resident_threads)), WAVES)
    };
    Some(Shape {
        grid: grid(counts, block, resident_threads.saturating_mul(waves)),
        block: block.map(|length| length as u32),
    })
}

/// Threads of a block: fewer where all multiprocessors would not have one otherwise.
fn threads(counts: [u64; 3], resident_threads: u64) -> u64 {
    let multiprocessors = (resident_threads / RESIDENT).max(1);
    let all = counts[0]
        .saturating_mul(counts[1])
        .saturating_mul(counts[2]);
    let share = (all / multiprocessors).max(1);
    (1 << share.ilog2()).clamp(WARP, THREADS)
}

/// Whole rows of a block if they are short, else a part of each, of a warp at least.
fn block(counts: [u64; 3], threads: u64) -> [u64; 3] {
    let rows = counts[1].saturating_mul(counts[2]);
    let of_row = (threads / rows.min(threads)).max(WARP);
    let x = columns(counts[0], of_row);
    let y = counts[1].min(threads / x);
    let z = counts[2].min(threads / (x * y)).min(BLOCK_Z);
    [x, y, z]
}

/// A sector along x, and all other threads along the loop that crosses.
fn crosswise_block(counts: [u64; 3], across: usize) -> [u64; 3] {
    let mut block = [counts[0].min(SECTOR), 1, 1];
    block[across] = counts[across].min(CROSSWISE_THREADS / SECTOR);
    block
}

/// The shape for a reduction: along x, a warp for each chunk. Blocks are half as large where
/// there are too few chunks for all multiprocessors.
pub fn reduction(chunks: u64, resident_threads: u64) -> Shape {
    let wanted = chunks.max(1).saturating_mul(WARP);
    let most = resident_threads.saturating_mul(REDUCTION_WAVES);
    let threads = if wanted < resident_threads {
        128
    } else {
        REDUCTION_THREADS
    };
    let block = [threads, 1, 1];
    Shape {
        grid: grid([wanted, 1, 1], block, most),
        block: block.map(|length| length as u32),
    }
}

/// The shape for a region in groups: along x, a thread for each group. There are few, so that small
/// blocks spread them over all multiprocessors.
pub fn groups(count: u64, resident_threads: u64) -> Shape {
    let block = [64, 1, 1];
    let most = resident_threads.saturating_mul(REDUCTION_WAVES);
    Shape {
        grid: grid([count.max(1), 1, 1], block, most),
        block: block.map(|length| length as u32),
    }
}

/// Blocks that fold at most; each takes several elements where there are more.
const FOLD_BLOCKS: u64 = 1024;

/// The shape for the second entry of a region that combines: a block of whole warps for each
/// element that is to fold, with a thread for each chunk as far as the entry's registers allow.
pub fn fold(chunks: u64, elements: u64, max_threads: u64) -> Shape {
    let most = max_threads.min(FOLD_THREADS) / WARP * WARP;
    let wanted = chunks.min(FOLD_THREADS).next_multiple_of(WARP);
    Shape {
        grid: [elements.clamp(1, FOLD_BLOCKS) as u32, 1, 1],
        block: [wanted.clamp(WARP, most.max(WARP)) as u32, 1, 1],
    }
}

/// One for each `width` iterations, if those go together: a row has at least twice as many threads
/// then.
fn threads_of_row(count: u64, width: u64) -> u64 {
    let threads = count.div_ceil(width.max(1));
    if threads < 2 * width { count } else { threads }
}

/// Threads of a block along x: all of a short row; else the row in equal parts of whole warps, of
/// `most` at most.
fn columns(count: u64, most: u64) -> u64 {
    if count <= most {
        return count;
    }
    let parts = count.div_ceil(most);
    count.div_ceil(parts).next_multiple_of(WARP)
}

/// Enough blocks for all of `counts`, or for as many threads as wanted at most; loops with the
/// grid's stride do the rest.
fn grid(counts: [u64; 3], block: [u64; 3], most_threads: u64) -> [u32; 3] {
    let threads: u64 = block.iter().product();
    let mut budget = (most_threads / threads).max(1);
    let mut grid = [1; 3];
    for at in 0..3 {
        let blocks = counts[at].div_ceil(block[at]).min(GRID[at]).min(budget);
        budget = (budget / blocks).max(1);
        grid[at] = blocks as u32;
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(counts: &[u64], resident: u64) -> Shape {
        let trip = |&count: &u64| Trip {
            first: 0,
            step: 1,
            count,
        };
        let trips: Vec<Trip> = counts.iter().map(trip).collect();
        map(&trips, ALONG, resident).expect("one to three loops")
    }

    const ALONG: Way = Way {
        width: 1,
        crosswise: 0,
    };

    /// A large GPU of 2024: 132 multiprocessors of 2048 threads.
    const LARGE: u64 = 132 * 2048;

    #[test]
    fn one_loop() {
        assert_eq!(shape(&[1], LARGE).block, [1, 1, 1]);
        assert_eq!(shape(&[20], LARGE).block, [20, 1, 1]);
        let exact = shape(&[128_000], LARGE);
        assert_eq!((exact.grid, exact.block), ([1000, 1, 1], [128, 1, 1]));
        let uneven = shape(&[129], 2048);
        assert_eq!((uneven.grid, uneven.block), ([2, 1, 1], [96, 1, 1]));
    }

    #[test]
    fn short_rows_share_a_block() {
        let pixels = shape(&[1_000_000, 3], LARGE);
        assert_eq!(pixels.block, [3, 42, 1]);
        assert!(pixels.grid[1] > 1000);
        assert_eq!(shape(&[50_000, 2, 2], LARGE).block, [2, 2, 32]);
        assert_eq!(shape(&[5000, 2, 20], LARGE).block, [20, 2, 3]);
    }

    #[test]
    fn rows_of_a_block_are_a_warp_wide() {
        assert_eq!(shape(&[1000, 1000], LARGE).block, [32, 4, 1]);
        assert_eq!(shape(&[2, 100_000], LARGE).block, [64, 2, 1]);
        assert_eq!(shape(&[1000, 2, 1000], LARGE).block, [32, 2, 2]);
    }

    #[test]
    fn every_multiprocessor_has_a_block() {
        for (rows, threads) in [(100, 32), (8000, 32), (12_000, 64), (20_000, 128)] {
            let Shape { grid, block } = shape(&[rows], LARGE);
            assert_eq!(block[0], threads, "{rows}");
            assert!(rows < 132 * 32 || grid[0] >= 132, "{rows}: {grid:?}");
        }
    }

    #[test]
    fn blocks_are_long_where_neighbours_lie() {
        let crossing = |counts: &[u64], crosswise| {
            let trip = |&count: &u64| Trip {
                first: 0,
                step: 1,
                count,
            };
            let trips: Vec<Trip> = counts.iter().map(trip).collect();
            let way = Way {
                width: 1,
                crosswise,
            };
            map(&trips, way, 2048).expect("one to three loops")
        };
        let plane = crossing(&[1000, 999], 1);
        assert_eq!((plane.grid, plane.block), ([125, 32, 1], [8, 32, 1]));
        let solid = crossing(&[100, 50, 5], 2);
        assert_eq!((solid.grid, solid.block), ([1, 50, 4], [5, 1, 32]));
        let endless = crossing(&[u64::MAX, u64::MAX], 1);
        assert_eq!(endless.grid, [(1 << 31) - 1, 65_535, 1]);
        // There is no loop so far out.
        assert_eq!(crossing(&[1000], 1).block, [128, 1, 1]);
    }

    #[test]
    fn threads_take_iterations_together() {
        let threads = |count, width| {
            let trip = Trip {
                first: 0,
                step: 1,
                count,
            };
            let Shape { grid, block } =
                map(&[trip], Way { width, ..ALONG }, LARGE).expect("one loop");
            grid[0] * block[0]
        };
        assert_eq!(threads(1 << 12, 4), 1 << 10);
        assert_eq!(threads(100, 2), 64);
        // Too few to go together.
        assert_eq!(threads(28, 4), 28);
        assert_eq!(threads(29, 4), 8);
        assert_eq!(threads(u64::MAX, 4), threads(u64::MAX, 1));
    }

    #[test]
    fn limits_hold_for_any_counts() {
        let counts = [1, 2, 31, 33, 255, 257, 65_536, 1 << 31, 1 << 40, u64::MAX];
        for resident in [1, 2048, LARGE, 1 << 40, u64::MAX] {
            for x in counts {
                for y in counts {
                    for z in counts {
                        check(&[z, y, x], resident);
                    }
                }
            }
        }
    }

    fn check(counts: &[u64; 3], resident: u64) {
        let Shape { grid, block } = shape(counts, resident);
        let threads: u64 = block.iter().map(|&length| u64::from(length)).product();
        assert!((1..=128).contains(&threads), "{counts:?}: {block:?}");
        assert!(block[2] <= 64);
        for at in 0..3 {
            assert!((1..=GRID[at]).contains(&u64::from(grid[at])), "{counts:?}");
        }
        let blocks: u64 = grid.iter().map(|&length| u64::from(length)).product();
        let fill = (resident.saturating_mul(WAVES) / threads).max(1);
        assert!(blocks <= fill, "{counts:?}: {grid:?} of {block:?}");
    }

    #[test]
    fn a_large_space_fills_the_device() {
        for counts in [&[1 << 33][..], &[1 << 20, 1 << 20], &[1 << 16, 7, 3]] {
            let Shape { grid, block } = shape(counts, LARGE);
            let threads: u64 = grid.iter().chain(&block).map(|&n| u64::from(n)).product();
            assert!(threads >= LARGE, "{counts:?}: {grid:?} of {block:?}");
        }
    }

    #[test]
    fn reductions_have_whole_warps() {
        for chunks in [1, 3, 4, 5, 8, 1000, 8192, 1 << 40, u64::MAX] {
            let Shape { grid, block } = reduction(chunks, LARGE);
            assert_eq!(block[0] % 32, 0);
            assert!(u64::from(grid[0]) * 8 * 256 <= LARGE * REDUCTION_WAVES * 8);
            assert_eq!(grid[1..], [1, 1]);
        }
        assert_eq!(reduction(5, LARGE).grid, [2, 1, 1]);
        assert_eq!(reduction(5, LARGE).block[0], 128);
        assert_eq!(reduction(100_000, LARGE).block[0], 256);
    }

    #[test]
    fn every_group_has_a_thread() {
        for (count, blocks) in [(0, 1), (1, 1), (64, 1), (65, 2), (8192, 128)] {
            let Shape { grid, block } = groups(count, LARGE);
            assert_eq!((grid, block), ([blocks, 1, 1], [64, 1, 1]));
        }
    }

    #[test]
    fn folds_are_one_block_of_whole_warps() {
        let cases = [
            (1, 1024, 32),
            (33, 1024, 64),
            (u64::MAX, 1024, 1024),
            (5000, 700, 672),
        ];
        for (chunks, max_threads, threads) in cases {
            let Shape { grid, block } = fold(chunks, 1, max_threads);
            assert_eq!((grid, block), ([1, 1, 1], [threads, 1, 1]));
        }
        assert_eq!(fold(5, 1, 0).block, [32, 1, 1]);
        assert_eq!(fold(5, 300, 1024).grid, [300, 1, 1]);
        assert_eq!(fold(5, u64::MAX, 1024).grid, [1024, 1, 1]);
        assert_eq!(fold(5, 0, 1024).grid, [1, 1, 1]);
    }

    #[test]
    fn other_numbers_of_loops_are_no_map() {
        let trip = Trip {
            first: 0,
            step: 1,
            count: 1,
        };
        assert_eq!(map(&[], ALONG, LARGE), None);
        assert_eq!(map(&[trip; 4], ALONG, LARGE), None);
    }
}
