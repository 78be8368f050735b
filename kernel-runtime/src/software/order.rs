//! Which accesses happened before which (PTX ISA 8.9, causality order).
//!
//! Every thread has a time, which grows when it synchronises. An access is known by its thread and
//! that thread's time. What a thread has seen of others comes from barriers of its block and warp,
//! kept as the time at the last one, and from release and acquire patterns, kept as a [`Clock`].

use std::cmp::Ordering::{Equal, Greater, Less};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use super::program::{LANES, Scope, lanes};

/// How the threads of a launch are numbered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometry {
    pub(super) threads_per_block: u32,
    pub(super) warps_per_block: u32,
}

impl Geometry {
    pub(super) fn new(threads_per_block: u32) -> Self {
        Geometry {
            threads_per_block,
            warps_per_block: threads_per_block.div_ceil(LANES as u32),
        }
    }

    pub(super) fn block_of(self, thread: u32) -> u32 {
        thread / self.threads_per_block
    }

    fn warp_of(self, thread: u32) -> u32 {
        let inside = thread % self.threads_per_block;
        self.block_of(thread) * self.warps_per_block + inside / LANES as u32
    }
}

/// Whose accesses an entry of a [`Clock`] speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Thread(u32),
    Warp(u32),
    Block(u32),
}

/// Accesses of others that have been seen: those before the given times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock(Vec<(Who, u32)>);

impl Clock {
    fn of(&self, who: Who) -> u32 {
        self.0
            .binary_search_by_key(&who, |e| e.0)
            .map_or(0, |i| self.0[i].1)
    }

    fn raise(&mut self, who: Who, time: u32) {
        match self.0.binary_search_by_key(&who, |e| e.0) {
            Ok(i) => self.0[i].1 = self.0[i].1.max(time),
            Err(i) => self.0.insert(i, (who, time)),
        }
    }

    fn join(&mut self, other: &Clock) {
        let news = other.0.iter().filter(|(who, time)| self.of(*who) < *time);
        let news: Vec<_> = news.copied().collect();
        if news.len() < 4 {
            news.into_iter()
                .for_each(|(who, time)| self.raise(who, time));
            return;
        }
        let mut all = Vec::with_capacity(self.0.len() + news.len());
        let (mut mine, mut news) = (self.0.iter().peekable(), news.into_iter().peekable());
        while let (Some(&&(me, time)), Some(&(other, later))) = (mine.peek(), news.peek()) {
            match me.cmp(&other) {
                Less => all.extend(mine.next()),
                Greater => all.extend(news.next()),
                Equal => {
                    all.push((me, time.max(later)));
                    mine.next();
                    news.next();
                }
            }
        }
        all.extend(mine);
        all.extend(news);
        self.0 = all;
    }
}

type Known = Option<Arc<Clock>>;

fn join(into: &mut Known, other: &Arc<Clock>) {
    match into {
        None => *into = Some(other.clone()),
        Some(mine) if Arc::ptr_eq(mine, other) => {}
        Some(mine) => Arc::make_mut(mine).join(other),
    }
}

/// What a release left at an address.
#[derive(Clone, Debug)]
struct Left {
    clock: Arc<Clock>,
    /// The only block that it is meant for, if its scope was `.cta`.
    only: Option<u32>,
}

/// What releases left, by address. One for global memory, one for each block's shared memory.
#[derive(Debug, Default)]
pub(super) struct Releases {
    any: AtomicBool,
    left: Mutex<HashMap<u64, Vec<Left>>>,
}

impl Releases {
    /// What a thread of `block` finds at an address.
    fn find(&self, address: u64, block: u32) -> Known {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let left = self.left.lock().unwrap_or_else(|e| e.into_inner());
        let mut all = None;
        for l in left.get(&address).into_iter().flatten() {
            if l.only.is_none_or(|only| only == block) {
                join(&mut all, &l.clock);
            }
        }
        all
    }

    fn leave(&self, address: u64, clock: Arc<Clock>, only: Option<u32>, replace: bool) {
        let mut left = self.left.lock().unwrap_or_else(|e| e.into_inner());
        let here = left.entry(address).or_default();
        if replace {
            here.clear();
        }
        match here.iter_mut().find(|l| l.only == only) {
            Some(l) => Arc::make_mut(&mut l.clock).join(&clock),
            None => here.push(Left { clock, only }),
        }
        self.any.store(true, Ordering::Release);
    }

    /// A write without release ends what was left (PTX ISA 8.8: a release pattern reaches through
    /// read-modify-write operations, not through other writes).
    fn clear(&self, address: u64) {
        if self.any.load(Ordering::Acquire) {
            self.left
                .lock()
                .unwrap_or_else(|e| e.into_inner())
                .remove(&address);
        }
    }
}

/// The times and clocks of a warp.
#[derive(Debug)]
pub(super) struct WarpOrder {
    geometry: Geometry,
    block: u32,
    warp: u32,
    first_thread: u32,
    time: [u32; LANES],
    /// Accesses of the block's threads before this time have been seen.
    block_time: u32,
    /// Likewise for the warp's threads.
    warp_time: u32,
    seen: [Known; LANES],
    /// What the last fence of a lane lets its later writes release.
    fenced: [Option<(Arc<Clock>, Option<u32>)>; LANES],
    /// What a lane's reads found, to be seen after its next fence.
    pending: [Known; LANES],
    /// What a lane's last acquire found: a loop that waits finds it again and again.
    found: [Known; LANES],
}

/// The latest time: accesses at it are no longer told apart, and count as seen.
pub(super) const LAST_TIME: u32 = (1 << 18) - 1;

impl WarpOrder {
    pub(super) fn new(geometry: Geometry, block: u32, warp_in_block: u32) -> Self {
        WarpOrder {
            geometry,
            block,
            warp: block * geometry.warps_per_block + warp_in_block,
            first_thread: block * geometry.threads_per_block + warp_in_block * LANES as u32,
            time: [1; LANES],
            block_time: 0,
            warp_time: 0,
            seen: [const { None }; LANES],
            fenced: [const { None }; LANES],
            pending: [const { None }; LANES],
            found: [const { None }; LANES],
        }
    }

    pub(super) fn thread(&self, lane: usize) -> u32 {
        self.first_thread + lane as u32
    }

    pub(super) fn block(&self) -> u32 {
        self.block
    }

    pub(super) fn time(&self, lane: usize) -> u32 {
        self.time[lane]
    }

    pub(super) fn latest(&self) -> u32 {
        self.time.iter().copied().max().unwrap_or(0)
    }

    pub(super) fn same_block(&self, thread: u32) -> bool {
        self.geometry.block_of(thread) == self.block
    }

    /// Whether a lane has seen an access of `thread` at `time`.
    pub(super) fn has_seen(&self, lane: usize, thread: u32, time: u32) -> bool {
        if thread == self.thread(lane) || time >= LAST_TIME {
            return true;
        }
        let block = self.geometry.block_of(thread);
        if block == self.block {
            let same_warp = self.geometry.warp_of(thread) == self.warp;
            if time < self.block_time || (same_warp && time < self.warp_time) {
                return true;
            }
        }
        self.seen[lane].as_ref().is_some_and(|clock| {
            time < clock.of(Who::Thread(thread))
                || time < clock.of(Who::Block(block))
                || time < clock.of(Who::Warp(self.geometry.warp_of(thread)))
        })
    }

    /// Everything that a lane has done and seen; its later accesses are later.
    fn snapshot(&mut self, lane: usize) -> Arc<Clock> {
        let mut clock = self.seen[lane].as_deref().cloned().unwrap_or_default();
        clock.raise(Who::Block(self.block), self.block_time);
        clock.raise(Who::Warp(self.warp), self.warp_time);
        self.advance(lane);
        clock.raise(Who::Thread(self.thread(lane)), self.time[lane]);
        Arc::new(clock)
    }

    fn advance(&mut self, lane: usize) {
        self.time[lane] = (self.time[lane] + 1).min(LAST_TIME);
    }

    /// `fence` or `membar`.
    pub(super) fn fence(&mut self, lane: usize, scope: Scope) {
        if let Some(found) = self.pending[lane].take() {
            join(&mut self.seen[lane], &found);
        }
        let only = (scope == Scope::Cta).then_some(self.block);
        self.fenced[lane] = Some((self.snapshot(lane), only));
    }

    /// A strong read, or the read half of a read-modify-write operation.
    pub(super) fn read(&mut self, lane: usize, from: &Releases, address: u64, acquire: bool) {
        let Some(found) = from.find(address, self.block) else {
            return;
        };
        let again = self.found[lane]
            .as_ref()
            .is_some_and(|f| Arc::ptr_eq(f, &found));
        match acquire {
            true if again => {}
            true => {
                join(&mut self.seen[lane], &found);
                self.found[lane] = Some(found);
            }
            false => join(&mut self.pending[lane], &found),
        }
    }

    /// A strong write; `rmw` if it is half of a read-modify-write operation.
    pub(super) fn write(
        &mut self,
        lane: usize,
        at: &Releases,
        address: u64,
        release: Option<Scope>,
        rmw: bool,
    ) {
        let left = match release {
            Some(scope) => {
                let only = (scope == Scope::Cta).then_some(self.block);
                Some((self.snapshot(lane), only))
            }
            None => self.fenced[lane].clone(),
        };
        match left {
            Some((clock, only)) => at.leave(address, clock, only, !rmw),
            None if !rmw => at.clear(address),
            None => {}
        }
    }

    /// `bar.warp.sync` of the lanes of `members`, `live` being all that have not exited.
    pub(super) fn warp_barrier(&mut self, members: u32, live: u32) {
        let time = self.next_time(members);
        if members & live == live {
            // As below, but in one entry for the whole warp.
            self.warp_time = time;
            let joined = self.joined(live);
            self.assign(live, &joined);
        } else {
            let mut joined = self.joined(members).as_deref().cloned().unwrap_or_default();
            for lane in lanes(members) {
                joined.raise(Who::Thread(self.thread(lane)), time);
            }
            self.assign(members, &Some(Arc::new(joined)));
        }
        for lane in lanes(members) {
            self.time[lane] = time;
        }
    }

    fn next_time(&self, members: u32) -> u32 {
        let latest = lanes(members)
            .map(|lane| self.time[lane])
            .max()
            .unwrap_or(0);
        (latest + 1).min(LAST_TIME)
    }

    /// What the lanes have seen, together.
    pub(super) fn joined(&self, members: u32) -> Known {
        let mut all = None;
        for lane in lanes(members) {
            if let Some(clock) = &self.seen[lane] {
                join(&mut all, clock);
            }
        }
        all
    }

    fn assign(&mut self, members: u32, clock: &Known) {
        if clock.is_some() {
            for lane in lanes(members) {
                self.seen[lane].clone_from(clock);
            }
        }
    }

    /// The warp arrives at a barrier of its block: what it contributes.
    pub(super) fn arrive(&mut self) -> Arrival {
        let time = (self.latest() + 1).min(LAST_TIME);
        self.time = [time; LANES];
        self.warp_time = time;
        Arrival {
            warp: self.warp,
            time,
            seen: self.joined(u32::MAX),
        }
    }

    /// A barrier completes in which the given warps took part.
    pub(super) fn complete(&mut self, arrivals: &[Arrival]) {
        let mut all = self
            .joined(u32::MAX)
            .as_deref()
            .cloned()
            .unwrap_or_default();
        for arrival in arrivals {
            all.raise(Who::Warp(arrival.warp), arrival.time);
            if let Some(seen) = &arrival.seen {
                all.join(seen);
            }
        }
        self.assign(u32::MAX, &Some(Arc::new(all)));
    }

    /// A barrier of the whole block completes at `time`; `seen` is what its threads had seen.
    pub(super) fn complete_block(&mut self, time: u32, seen: &Known) {
        self.block_time = time;
        self.time = [time; LANES];
        self.assign(u32::MAX, seen);
    }
}

/// What a warp brings to a barrier.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    warp: u32,
    pub(super) time: u32,
    pub(super) seen: Known,
}

/// What several warps have seen, together.
pub(super) fn joined(arrivals: &[Arrival]) -> Known {
    let mut all = None;
    for seen in arrivals.iter().filter_map(|a| a.seen.as_ref()) {
        join(&mut all, seen);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warp(block: u32) -> WarpOrder {
        WarpOrder::new(Geometry::new(64), block, 0)
    }

    #[test]
    fn release_and_acquire_order_blocks() {
        let releases = Releases::default();
        let (mut a, mut b) = (warp(0), warp(1));
        let before = a.time(0);
        a.fence(0, Scope::Gpu);
        a.write(0, &releases, 64, None, false);
        let after = a.time(0);
        assert!(!b.has_seen(3, 0, before));
        b.read(3, &releases, 64, false);
        assert!(
            !b.has_seen(3, 0, before),
            "a relaxed read alone acquires nothing"
        );
        b.fence(3, Scope::Gpu);
        assert!(b.has_seen(3, 0, before) && !b.has_seen(3, 0, after) && !b.has_seen(4, 0, before));
    }

    #[test]
    fn cta_scope_does_not_reach_other_blocks() {
        let releases = Releases::default();
        let (mut a, mut b) = (warp(0), warp(1));
        a.write(0, &releases, 64, Some(Scope::Cta), true);
        b.read(0, &releases, 64, true);
        assert!(!b.has_seen(0, 0, 1));
    }

    #[test]
    fn a_release_carries_what_the_block_synchronised() {
        let releases = Releases::default();
        let (mut a, mut b) = (warp(0), warp(1));
        let arrival = a.arrive();
        a.complete_block(arrival.time + 1, &joined(&[arrival]));
        a.write(0, &releases, 64, Some(Scope::Gpu), true);
        b.read(0, &releases, 64, true);
        assert!(
            b.has_seen(0, 63, 1),
            "thread 63 of block 0 was before its barrier"
        );
    }

    #[test]
    fn warp_barriers_of_some_and_of_all() {
        let mut w = warp(0);
        w.warp_barrier(0b11, u32::MAX);
        assert!(w.has_seen(0, 1, 1) && !w.has_seen(0, 2, 1) && !w.has_seen(2, 0, 1));
        w.warp_barrier(u32::MAX, u32::MAX);
        assert!(w.has_seen(31, 2, 1));
    }
}
