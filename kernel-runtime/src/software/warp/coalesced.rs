//! The common case of global memory in short: active lanes next to each other touch elements next
//! to each other, all in one allocation. Whatever is amiss is left to the way lane by lane, which
//! says what.

use std::sync::PoisonError;

use super::super::launch::{Launch, Tracked};
use super::super::memory::{Owner, SHARED_WINDOW};
use super::super::program::{Access, LANES, Order, Row, lanes};
use super::super::races::{Accessor, Mode, PAGE_BYTES};
use super::super::types::Space;
use super::Warp;

/// Where such an access is.
pub(super) struct Run<'l> {
    tracked: &'l Tracked,
    offset: usize,
    /// Bytes of each lane's part.
    bytes: usize,
    active: u32,
}

impl<'l> Run<'l> {
    /// The run that the active lanes' addresses make, if they do.
    pub(super) fn new(
        launch: &'l Launch,
        access: Access,
        bytes: usize,
        active: u32,
        addresses: &Row,
    ) -> Option<Self> {
        let plain =
            access.order == Order::Weak && matches!(access.space, Space::Global | Space::Generic);
        let first = active.trailing_zeros() as usize;
        let count = active.count_ones() as usize;
        let together = u64::from(active >> first) + 1 == 1 << count;
        let start = addresses[first];
        if !plain || !together || start >= SHARED_WINDOW || !start.is_multiple_of(bytes as u64) {
            return None;
        }
        let mut next = start;
        for address in &addresses[first..first + count] {
            if *address != next {
                return None;
            }
            next += bytes as u64;
        }
        let after = launch
            .memory
            .partition_point(|t| t.allocation.base <= start);
        let tracked = &launch.memory[after.checked_sub(1)?];
        let offset = (start - tracked.allocation.base) as usize;
        let inside = offset + count * bytes <= tracked.allocation.bytes;
        let ours = tracked.allocation.owner != Owner::Constant;
        (inside && ours).then_some(Run {
            tracked,
            offset,
            bytes,
            active,
        })
    }

    /// Whether all of it was written.
    pub(super) fn is_written(&self) -> bool {
        let bytes = self.active.count_ones() as usize * self.bytes;
        self.tracked.allocation.is_range_written(self.offset, bytes)
    }

    /// Notes the accesses; false if one races.
    pub(super) fn note(&self, warp: &Warp, write: bool, pc: u32) -> bool {
        let mode = Mode {
            write,
            strong: false,
            cta: false,
        };
        let mut at = self.offset;
        let mut held = self.tracked.page(at, self.bytes);
        let mut page = held.lock().unwrap_or_else(PoisonError::into_inner);
        for lane in lanes(self.active) {
            if at.is_multiple_of(PAGE_BYTES) {
                drop(page);
                held = self.tracked.page(at, self.bytes);
                page = held.lock().unwrap_or_else(PoisonError::into_inner);
            }
            let by = Accessor {
                order: &warp.order,
                lane,
                pc,
            };
            if page
                .access(at % PAGE_BYTES, self.bytes, mode, &by)
                .is_some()
            {
                return false;
            }
            at += self.bytes;
        }
        true
    }

    /// Element `i` of every lane's part.
    pub(super) fn load(&self, i: usize, size: usize) -> Row {
        let mut row = [0; LANES];
        let mut at = self.offset + i * size;
        for lane in lanes(self.active) {
            row[lane] = self.tracked.allocation.load(at, size);
            at += self.bytes;
        }
        row
    }

    /// As [`Run::load`].
    pub(super) fn store(&self, i: usize, size: usize, row: &Row, mask: u64) {
        let mut at = self.offset + i * size;
        for lane in lanes(self.active) {
            self.tracked.allocation.store(at, size, row[lane] & mask);
            at += self.bytes;
        }
    }
}
