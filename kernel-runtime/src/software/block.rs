//! A block: its warps in turn, and its barriers (PTX ISA 9.7.13.1).

use std::sync::atomic::{AtomicU64, Ordering};

use super::detect::{Checked, Kind, Trouble, trouble};
use super::launch::Launch;
use super::onchip::SharedMemory;
use super::order::{Arrival, joined};
use super::program::{Barrier, LANES};
use super::warp::{AtBarrier, Env, Warp};

/// Effort of a warp before another gets its turn.
const TURN: u32 = 4096;

/// Barriers of a block.
const BARRIERS: usize = 16;

pub(super) struct Block<'l> {
    launch: &'l Launch,
    index: u32,
    shared: SharedMemory,
    warps: Vec<Warp>,
    barriers: [BarrierState; BARRIERS],
}

/// A barrier that some warps have arrived at.
#[derive(Default)]
struct BarrierState {
    kind: Option<Barrier>,
    /// Threads that it waits for; none for all.
    count: Option<u32>,
    /// Warps that wait.
    waiting: Vec<usize>,
    /// Warps that arrived, waiting or not.
    arrived: Vec<usize>,
    arrivals: Vec<Arrival>,
    /// For reductions: threads whose predicate holds, and threads in all.
    holds: u32,
    voters: u32,
}

impl<'l> Block<'l> {
    pub(super) fn new(launch: &'l Launch, index: u32) -> Self {
        let shared = SharedMemory::new(&launch.function().shared, launch.dynamic_shared);
        let threads = launch.geometry.threads_per_block;
        let count = threads.div_ceil(LANES as u32);
        let warps = (0..count)
            .map(|w| {
                Warp::new(
                    launch,
                    index,
                    w,
                    (threads - w * LANES as u32).min(LANES as u32),
                )
            })
            .collect();
        Block {
            launch,
            index,
            shared,
            warps,
            barriers: Default::default(),
        }
    }

    /// Runs to the end, or to the first trouble, given with its warp. Gives up when a block before
    /// it has failed.
    pub(super) fn run(mut self, first_failed: &AtomicU64) -> Result<(), (u32, Box<Trouble>)> {
        while self.warps.iter().any(|w| !w.is_done()) {
            if u64::from(self.index) > first_failed.load(Ordering::Relaxed) {
                return Ok(());
            }
            let mut moved = false;
            for w in 0..self.warps.len() {
                moved |= self.turn(w).map_err(|t| (w as u32, t))?;
            }
            moved |= self.complete_barriers();
            if !moved {
                return Err(self.deadlock());
            }
        }
        Ok(())
    }

    /// One warp's turn; whether it did anything.
    fn turn(&mut self, w: usize) -> Checked<bool> {
        let warp = &mut self.warps[w];
        let could = warp.is_ready();
        if could {
            let mut env = Env {
                launch: self.launch,
                shared: &mut self.shared,
            };
            warp.run(&mut env, TURN)?;
        }
        match self.warps[w].arrival(self.launch)? {
            Some(at) => self.arrive(w, &at).map(|()| true),
            None => Ok(could),
        }
    }

    fn arrive(&mut self, w: usize, at: &AtBarrier) -> Checked<()> {
        let fault = |message: String| trouble(Kind::DivergentBarrier, at.lane, at.pc, message);
        let Some(barrier) = self.barriers.get_mut(at.id as usize) else {
            return fault(format!("there is no barrier {}", at.id));
        };
        if at.count.is_some_and(|n| n == 0 || n % LANES as u32 != 0) {
            return fault("a barrier's thread count must be a multiple of 32".to_owned());
        }
        let reduces = |kind: Barrier| !matches!(kind, Barrier::Sync | Barrier::Arrive);
        let mixed = barrier.kind.is_some_and(|kind| {
            kind != at.kind && (reduces(kind) || reduces(at.kind)) || barrier.count != at.count
        });
        if mixed || barrier.arrived.contains(&w) {
            return fault(format!("barrier {} is used in two ways at once", at.id));
        }
        barrier.kind = Some(at.kind);
        barrier.count = at.count;
        barrier.arrived.push(w);
        barrier.holds += at.holds;
        barrier.voters += at.voters;
        barrier.arrivals.push(self.warps[w].order.arrive());
        match at.kind {
            Barrier::Arrive => self.warps[w].pass_barrier(self.launch, None),
            _ => barrier.waiting.push(w),
        }
        Ok(())
    }

    /// Lets the warps of complete barriers go on.
    fn complete_barriers(&mut self) -> bool {
        let mut any = false;
        for i in 0..BARRIERS {
            if self.is_complete(i) {
                self.complete(i);
                any = true;
            }
        }
        any
    }

    fn is_complete(&self, i: usize) -> bool {
        let barrier = &self.barriers[i];
        if barrier.arrived.is_empty() {
            return false;
        }
        match barrier.count {
            Some(count) => barrier.arrived.len() as u32 * LANES as u32 >= count,
            // As threads exit, barriers stop waiting for them (9.7.12.6).
            None => (0..self.warps.len())
                .all(|w| barrier.arrived.contains(&w) || self.warps[w].is_done()),
        }
    }

    fn complete(&mut self, i: usize) {
        let barrier = std::mem::take(&mut self.barriers[i]);
        let result = match barrier.kind {
            Some(Barrier::Popc) => Some(barrier.holds),
            Some(Barrier::And) => Some(u32::from(barrier.holds == barrier.voters)),
            Some(Barrier::Or) => Some(u32::from(barrier.holds > 0)),
            _ => None,
        };
        let latest = self
            .warps
            .iter()
            .map(|w| w.order.latest())
            .max()
            .unwrap_or(0);
        let seen = joined(&barrier.arrivals);
        for w in &barrier.waiting {
            let warp = &mut self.warps[*w];
            match barrier.count {
                None => warp.order.complete_block(latest + 1, &seen),
                Some(_) => warp.order.complete(&barrier.arrivals),
            }
            warp.pass_barrier(self.launch, result);
        }
    }

    /// Nobody can go on.
    fn deadlock(&self) -> (u32, Box<Trouble>) {
        let stuck = self.warps.iter().enumerate().find(|(_, w)| !w.is_done());
        let (w, (lane, pc)) = stuck.map_or((0, (0, 0)), |(w, warp)| (w, warp.stuck_at()));
        let message = "deadlock: this thread waits for others that wait elsewhere".to_owned();
        let kind = Kind::DivergentBarrier;
        (
            w as u32,
            Box::new(Trouble {
                kind,
                message,
                lane,
                pc,
            }),
        )
    }
}
