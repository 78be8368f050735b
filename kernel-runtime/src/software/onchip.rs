//! Memory that is not global: the shared memory of a block, the local memory of a thread.

use super::link::DYNAMIC_SHARED;
use super::order::Releases;
use super::program::Region;
use super::races::{Accessor, Mode, PAGE_BYTES, Page, Record};

/// Bytes, and which of them were written.
#[derive(Default)]
struct Bytes {
    bytes: Vec<u8>,
    written: Vec<bool>,
}

impl Bytes {
    fn new(size: usize) -> Self {
        Bytes {
            bytes: vec![0; size],
            written: vec![false; size],
        }
    }

    fn load(&self, at: usize, bytes: usize) -> u64 {
        let mut value = [0; 8];
        value[..bytes].copy_from_slice(&self.bytes[at..at + bytes]);
        u64::from_le_bytes(value)
    }

    fn store(&mut self, at: usize, bytes: usize, value: u64) {
        self.bytes[at..at + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
        self.written[at..at + bytes].fill(true);
    }

    fn is_written(&self, at: usize, bytes: usize) -> bool {
        self.written[at..at + bytes].iter().all(|w| *w)
    }
}

/// Why an address is not in such a memory.
pub(super) enum Outside {
    /// No variable there.
    Nowhere,
    /// Beyond the end of a variable: how far from its beginning, and its size.
    Beyond { offset: u64, bytes: u64 },
}

impl Outside {
    fn of(regions: &[Region], address: u64) -> Outside {
        let before = regions.iter().filter(|r| r.start <= address);
        match before.max_by_key(|r| r.start) {
            Some(r) => Outside::Beyond {
                offset: address - r.start,
                bytes: r.bytes,
            },
            None => Outside::Nowhere,
        }
    }
}

fn holds(region: &Region, address: u64, bytes: u64) -> bool {
    let offset = address.wrapping_sub(region.start);
    offset < region.bytes && bytes <= region.bytes - offset
}

/// The shared memory of a block.
pub(super) struct SharedMemory {
    regions: Vec<Region>,
    /// Bytes of the static part; dynamic shared memory is stored after it.
    fixed: u64,
    memory: Bytes,
    pages: Vec<Option<Page>>,
    pub(super) releases: Releases,
}

impl SharedMemory {
    pub(super) fn new(fixed: &[Region], dynamic: u64) -> Self {
        let end = fixed.iter().map(|r| r.start + r.bytes).max().unwrap_or(0);
        let start = end.next_multiple_of(PAGE_BYTES as u64);
        let mut regions = fixed.to_vec();
        if dynamic > 0 {
            regions.push(Region {
                start: DYNAMIC_SHARED,
                bytes: dynamic,
            });
        }
        let size = (start + dynamic) as usize;
        let mut pages = Vec::new();
        pages.resize_with(size.div_ceil(PAGE_BYTES), || None);
        let releases = Releases::default();
        SharedMemory {
            regions,
            fixed: start,
            memory: Bytes::new(size),
            pages,
            releases,
        }
    }

    /// Where an address is stored.
    pub(super) fn locate(&self, address: u64, bytes: usize) -> Result<usize, Outside> {
        if !self.regions.iter().any(|r| holds(r, address, bytes as u64)) {
            return Err(Outside::of(&self.regions, address));
        }
        Ok(match address.checked_sub(DYNAMIC_SHARED) {
            Some(offset) => self.fixed + offset,
            None => address,
        } as usize)
    }

    pub(super) fn load(&self, at: usize, bytes: usize) -> u64 {
        self.memory.load(at, bytes)
    }

    pub(super) fn store(&mut self, at: usize, bytes: usize, value: u64) {
        self.memory.store(at, bytes, value);
    }

    pub(super) fn is_written(&self, at: usize, bytes: usize) -> bool {
        self.memory.is_written(at, bytes)
    }

    /// Notes an access; the earlier one that it races with, if any.
    pub(super) fn access(
        &mut self,
        at: usize,
        bytes: usize,
        mode: Mode,
        by: &Accessor<'_>,
    ) -> Option<Record> {
        let page = self.pages[at / PAGE_BYTES].get_or_insert_with(|| Page::new(bytes));
        page.access(at % PAGE_BYTES, bytes, mode, by)
    }
}

/// The local memory of a thread: one stretch for each active function.
#[derive(Default)]
pub(super) struct LocalMemory {
    memory: Bytes,
}

impl LocalMemory {
    /// A function with `bytes` of variables starts at `base`: nobody wrote them yet.
    pub(super) fn enter(&mut self, base: u64, bytes: u64) {
        let (base, end) = (base as usize, (base + bytes) as usize);
        if self.memory.bytes.len() < end {
            self.memory.bytes.resize(end, 0);
            self.memory.written.resize(end, false);
        }
        self.memory.written[base..end].fill(false);
    }

    /// Checks an access against the variables of the function whose frame is at `base`, or of its
    /// callers, of whom only the extent is known.
    pub(super) fn locate(
        &self,
        regions: &[Region],
        base: u64,
        address: u64,
        bytes: usize,
    ) -> Result<usize, Outside> {
        let Some(own) = address.checked_sub(base) else {
            return Ok(address as usize);
        };
        match regions.iter().any(|r| holds(r, own, bytes as u64)) {
            true => Ok(address as usize),
            false => Err(Outside::of(regions, own)),
        }
    }

    pub(super) fn load(&self, at: usize, bytes: usize) -> u64 {
        self.memory.load(at, bytes)
    }

    pub(super) fn store(&mut self, at: usize, bytes: usize, value: u64) {
        self.memory.store(at, bytes, value);
    }

    pub(super) fn is_written(&self, at: usize, bytes: usize) -> bool {
        self.memory.is_written(at, bytes)
    }
}
