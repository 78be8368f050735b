//! The access history of memory during a launch, to find races (PTX ISA 8.7.1).
//!
//! A page of 2 KiB is a row of cells, each for 8 bytes at first and for 4 or 1 once a smaller
//! access comes. A cell remembers the last plain write, up to two plain reads that are not ordered
//! with each other, and likewise two strong (atomic, volatile, relaxed..) accesses. Two suffice:
//! whoever conflicts with a third one that was dropped conflicts, save in odd orders, with one of
//! the two that were kept.

use super::order::{LAST_TIME, WarpOrder};

/// Bytes of a page.
pub(super) const PAGE_BYTES: usize = 2048;

/// Threads of a launch that can be told apart.
pub(super) const MAX_THREADS: u64 = 1 << 28;

/// One access: thread, its time, and the instruction. All zeros is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Record(u64);

const TIME_SHIFT: u32 = 28;
const CTA: u64 = 1 << 46;
const WRITE: u64 = 1 << 47;
const PC_SHIFT: u32 = 48;

impl Record {
    pub(super) fn new(thread: u32, time: u32, pc: u32) -> Self {
        let pc = u64::from(pc + 1).min(0xffff);
        Record(u64::from(thread) | u64::from(time) << TIME_SHIFT | pc << PC_SHIFT)
    }

    fn with(self, flag: u64) -> Self {
        Record(self.0 | flag)
    }

    fn is_some(self) -> bool {
        self.0 != 0
    }

    pub(super) fn thread(self) -> u32 {
        (self.0 & ((1 << TIME_SHIFT) - 1)) as u32
    }

    fn time(self) -> u32 {
        (self.0 >> TIME_SHIFT) as u32 & LAST_TIME
    }

    pub(super) fn is_write(self) -> bool {
        self.0 & WRITE != 0
    }

    /// The instruction, where it has a number below 65534.
    pub(super) fn pc(self) -> Option<u32> {
        let pc = (self.0 >> PC_SHIFT) as u32;
        (pc < 0xffff).then(|| pc - 1)
    }
}

/// What an access does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode {
    pub(super) write: bool,
    pub(super) strong: bool,
    /// The scope of a strong access is the block.
    pub(super) cta: bool,
}

/// Who accesses.
pub(super) struct Accessor<'a> {
    pub(super) order: &'a WarpOrder,
    pub(super) lane: usize,
    pub(super) pc: u32,
}

impl Accessor<'_> {
    fn has_seen(&self, record: Record) -> bool {
        !record.is_some()
            || self
                .order
                .has_seen(self.lane, record.thread(), record.time())
    }

    fn record(&self) -> Record {
        Record::new(
            self.order.thread(self.lane),
            self.order.time(self.lane),
            self.pc,
        )
    }
}

#[derive(Clone, Copy, Default)]
struct Cell {
    write: Record,
    read: Record,
}

/// What few cells need.
#[derive(Clone, Copy, Default)]
struct More {
    read: Record,
    strong: [Record; 2],
}

/// The history of a page.
pub(super) struct Page {
    granule: usize,
    cells: Vec<Cell>,
    /// As long as `cells`, or empty.
    more: Vec<More>,
}

impl Page {
    /// A page whose first access is to `bytes` bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let granule = match bytes {
            1 | 2 => 1,
            4 => 4,
            _ => 8,
        };
        Page {
            granule,
            cells: vec![Cell::default(); PAGE_BYTES / granule],
            more: Vec::new(),
        }
    }

    /// Whether this launch wrote any byte of a range.
    pub(super) fn was_written(&self, offset: usize, bytes: usize) -> bool {
        let cells = offset / self.granule..(offset + bytes).div_ceil(self.granule);
        cells.into_iter().any(|i| {
            let strong = self
                .more
                .get(i)
                .is_some_and(|m| m.strong.iter().any(|s| s.is_write()));
            strong || self.cells[i].write.is_some()
        })
    }

    /// Notes an access; the earlier one that it races with, if any.
    pub(super) fn access(
        &mut self,
        offset: usize,
        bytes: usize,
        mode: Mode,
        by: &Accessor<'_>,
    ) -> Option<Record> {
        if self.is_unshared(offset, bytes, mode, by) {
            return None;
        }
        if !(offset | bytes).is_multiple_of(self.granule) {
            self.refine(if (offset | bytes).is_multiple_of(4) {
                4
            } else {
                1
            });
        }
        let cells = offset / self.granule..(offset + bytes) / self.granule;
        cells
            .into_iter()
            .find_map(|i| self.cell_access(i, mode, by))
    }

    /// The common case in short: one whole cell that only this thread has touched. If so, the
    /// access is noted.
    fn is_unshared(&mut self, offset: usize, bytes: usize, mode: Mode, by: &Accessor<'_>) -> bool {
        let whole = bytes == self.granule && offset.is_multiple_of(bytes);
        if !whole || mode.strong || !self.more.is_empty() {
            return false;
        }
        let cell = &mut self.cells[offset / bytes];
        let record = by.record();
        let own = |other: Record| !other.is_some() || other.thread() == record.thread();
        if !own(cell.write) || !own(cell.read) {
            return false;
        }
        match mode.write {
            true => {
                *cell = Cell {
                    write: record.with(WRITE),
                    read: Record::default(),
                }
            }
            false => cell.read = record,
        }
        true
    }

    fn refine(&mut self, granule: usize) {
        let times = self.granule / granule;
        self.cells = self
            .cells
            .iter()
            .flat_map(|c| std::iter::repeat_n(*c, times))
            .collect();
        self.more = self
            .more
            .iter()
            .flat_map(|m| std::iter::repeat_n(*m, times))
            .collect();
        self.granule = granule;
    }

    fn cell_access(&mut self, i: usize, mode: Mode, by: &Accessor<'_>) -> Option<Record> {
        let conflict = self.conflict(i, mode, by);
        if conflict.is_some() {
            return conflict;
        }
        let record = by.record();
        match mode {
            Mode {
                strong: true,
                write,
                cta,
            } => {
                let flags = if write { WRITE } else { 0 } | if cta { CTA } else { 0 };
                let more = &mut self.more()[i];
                let [first, second] = &mut more.strong;
                keep(first, second, record.with(flags), by);
            }
            Mode { write: true, .. } => {
                // All others are ordered before this one, which stands for them from now on.
                self.cells[i] = Cell {
                    write: record.with(WRITE),
                    read: Record::default(),
                };
                if let Some(more) = self.more.get_mut(i) {
                    *more = More::default();
                }
            }
            _ => self.note_read(i, record, by),
        }
        None
    }

    fn note_read(&mut self, i: usize, record: Record, by: &Accessor<'_>) {
        let first = self.cells[i].read;
        if self.more.is_empty() && (first.thread() == record.thread() || by.has_seen(first)) {
            self.cells[i].read = record;
            return;
        }
        let mut first = first;
        keep(&mut first, &mut self.more()[i].read, record, by);
        self.cells[i].read = first;
    }

    fn more(&mut self) -> &mut [More] {
        if self.more.is_empty() {
            self.more = vec![More::default(); self.cells.len()];
        }
        &mut self.more
    }

    fn conflict(&self, i: usize, mode: Mode, by: &Accessor<'_>) -> Option<Record> {
        let cell = &self.cells[i];
        let more = self.more.get(i).copied().unwrap_or_default();
        let unseen = |record: &Record| !by.has_seen(*record);
        let mut plain = [cell.write]
            .into_iter()
            .chain([cell.read, more.read].into_iter().filter(|_| mode.write));
        plain.find(unseen).or_else(|| {
            let conflicts = |strong: &Record| {
                (mode.write || strong.is_write())
                    && !(mode.strong && morally_strong(*strong, mode, by))
                    && unseen(strong)
            };
            more.strong.into_iter().find(conflicts)
        })
    }
}

/// Whether the scopes of two strong accesses include each other (PTX ISA 8.7.1).
fn morally_strong(earlier: Record, mode: Mode, by: &Accessor<'_>) -> bool {
    let narrow = mode.cta || earlier.0 & CTA != 0;
    !narrow || by.order.same_block(earlier.thread())
}

/// Notes a record in one of two places; a third unordered one is dropped.
fn keep(first: &mut Record, second: &mut Record, record: Record, by: &Accessor<'_>) {
    for place in [first, second] {
        if !place.is_some() {
            *place = record;
            return;
        }
        if place.thread() == record.thread() {
            *place = record.with(place.0 & WRITE);
            return;
        }
        if by.has_seen(*place) {
            *place = record;
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::order::Geometry;
    use super::*;

    const READ: Mode = Mode {
        write: false,
        strong: false,
        cta: false,
    };
    const WRITES: Mode = Mode {
        write: true,
        ..READ
    };
    const ATOMIC: Mode = Mode {
        write: true,
        strong: true,
        cta: false,
    };

    fn warp(block: u32) -> WarpOrder {
        WarpOrder::new(Geometry::new(32), block, 0)
    }

    fn by(order: &WarpOrder, lane: usize) -> Accessor<'_> {
        Accessor { order, lane, pc: 7 }
    }

    #[test]
    fn neighbours_in_one_word_do_not_race() {
        let (w, mut page) = (warp(0), Page::new(8));
        for lane in 0..8 {
            assert_eq!(page.access(lane, 1, WRITES, &by(&w, lane)), None);
        }
        let hit = page.access(4, 4, READ, &by(&w, 4)).unwrap();
        assert_eq!((hit.thread(), hit.pc()), (5, Some(7)));
    }

    #[test]
    fn reads_race_with_later_writes() {
        let (w, mut page) = (warp(0), Page::new(4));
        assert_eq!(page.access(0, 4, READ, &by(&w, 0)), None);
        assert_eq!(page.access(0, 4, READ, &by(&w, 1)), None);
        assert_eq!(page.access(0, 4, READ, &by(&w, 2)), None);
        assert_eq!(page.access(0, 4, WRITES, &by(&w, 0)).unwrap().thread(), 1);
    }

    #[test]
    fn atomics_race_with_plain_accesses_only() {
        let (a, b, mut page) = (warp(0), warp(1), Page::new(4));
        assert_eq!(page.access(0, 4, ATOMIC, &by(&a, 0)), None);
        assert_eq!(page.access(0, 4, ATOMIC, &by(&b, 0)), None);
        assert!(page.access(0, 4, READ, &by(&b, 0)).is_some());
        assert!(
            page.access(
                0,
                4,
                Mode {
                    cta: true,
                    ..ATOMIC
                },
                &by(&b, 0)
            )
            .is_some()
        );
    }

    #[test]
    fn barriers_order() {
        let (mut w, mut page) = (warp(0), Page::new(4));
        assert_eq!(page.access(0, 4, WRITES, &by(&w, 0)), None);
        w.warp_barrier(u32::MAX, u32::MAX);
        assert_eq!(page.access(0, 4, WRITES, &by(&w, 1)), None);
        assert!(page.access(0, 4, READ, &by(&w, 0)).is_some());
    }
}
