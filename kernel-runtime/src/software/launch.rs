//! One launch: its parameters, the memory it sees, and its blocks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use rayon::prelude::*;

use super::block::Block;
use super::detect::{Finding, Index, Trouble};
use super::memory::Allocation;
use super::order::{Geometry, Releases};
use super::program::{Function, LANES, Program};
use super::races::{PAGE_BYTES, Page, Record};

/// Everything that the blocks of a launch share.
pub(super) struct Launch {
    pub(super) program: Arc<Program>,
    pub(super) entry: usize,
    pub(super) grid: [u32; 3],
    pub(super) block: [u32; 3],
    pub(super) geometry: Geometry,
    /// The entry's parameters, laid out.
    pub(super) params: Vec<u8>,
    pub(super) dynamic_shared: u64,
    /// Sorted by address.
    pub(super) memory: Vec<Tracked>,
    pub(super) releases: Releases,
}

/// An allocation with its access history.
pub(super) struct Tracked {
    pub(super) allocation: Arc<Allocation>,
    pages: OnceLock<Box<[OnceLock<Mutex<Page>>]>>,
}

impl Tracked {
    pub(super) fn new(allocation: Arc<Allocation>) -> Self {
        Tracked {
            allocation,
            pages: OnceLock::new(),
        }
    }

    /// The page of an offset, made for an access of `bytes` bytes if there is none.
    pub(super) fn page(&self, offset: usize, bytes: usize) -> &Mutex<Page> {
        let pages = self.pages.get_or_init(|| {
            let count = self.allocation.bytes.div_ceil(PAGE_BYTES);
            (0..count).map(|_| OnceLock::new()).collect()
        });
        pages[offset / PAGE_BYTES].get_or_init(|| Mutex::new(Page::new(bytes)))
    }
}

impl Launch {
    pub(super) fn function(&self) -> &Function {
        &self.program.functions[self.entry]
    }

    /// Index of a thread in its block, by its number in the launch.
    pub(super) fn thread_index(&self, thread: u32) -> [u32; 3] {
        unflatten(thread % self.geometry.threads_per_block, self.block)
    }

    /// Index of a block in the grid.
    pub(super) fn block_index(&self, block: u32) -> [u32; 3] {
        unflatten(block, self.grid)
    }

    /// The other side of a race, in words.
    pub(super) fn describe(&self, other: Record) -> String {
        let thread = Index(self.thread_index(other.thread()));
        let block = Index(self.block_index(self.geometry.block_of(other.thread())));
        let what = if other.is_write() {
            "a write"
        } else {
            "a read"
        };
        let line = match other.pc() {
            Some(pc) => format!(" in PTX line {}", self.program.code[pc as usize].line),
            None => String::new(),
        };
        format!("{what} by thread {thread}, block {block}{line}")
    }

    /// Runs all blocks, on several threads if there are several.
    pub(super) fn run(&self) -> Result<(), Finding> {
        let blocks = self.grid.iter().product();
        // Blocks after the first that failed need not run; those before it must, so that the
        // finding reported does not depend on which thread was faster.
        let first_failed = AtomicU64::new(u64::MAX);
        let one = |block: u32| {
            if u64::from(block) > first_failed.load(Ordering::Relaxed) {
                return None;
            }
            let trouble = Block::new(self, block).run(&first_failed).err()?;
            first_failed.fetch_min(block.into(), Ordering::Relaxed);
            Some((block, trouble))
        };
        let failed = match blocks {
            1 => one(0),
            _ => (0..blocks)
                .into_par_iter()
                .filter_map(one)
                .min_by_key(|(block, _)| *block),
        };
        match failed {
            None => Ok(()),
            Some((block, (warp, trouble))) => Err(self.finding(block, warp, *trouble)),
        }
    }

    fn finding(&self, block: u32, warp: u32, trouble: Trouble) -> Finding {
        let inst = &self.program.code[trouble.pc as usize];
        let thread = warp * LANES as u32 + trouble.lane as u32;
        Finding {
            kind: trouble.kind,
            message: trouble.message,
            thread: self.thread_index(thread),
            block: self.block_index(block),
            line: inst.line,
            instruction: self.program.instruction_text(trouble.pc),
            source: self.program.comment_before(inst.line).map(str::to_owned),
        }
    }
}

fn unflatten(index: u32, extents: [u32; 3]) -> [u32; 3] {
    let [x, y, _] = extents;
    [index % x, index / x % y, index / x / y]
}
