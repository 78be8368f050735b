//! Work in numbered parts, shared among the threads of a pool and the caller.
//!
//! Every thread has a contiguous share, so that it stays in one place of memory, takes less and
//! less of it at a time, and takes from the others' when its own is used up. A thread of the pool has
//! the same one in every region: what it wrote in one is still near it in the next. The caller begins
//! at once: to wake a thread takes longer than many a region runs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Shares at most; more threads than that begin in each other's.
const SHARES: usize = 32;

/// What is left of a share is taken in so many steps, if the steps stay as they begin. Late ones are
/// short, so that threads end together.
const STEPS: u64 = 4;

/// How long to look out for the other threads' end before sleeping: some times what it takes to
/// fall asleep and be woken.
const PATIENCE: Duration = Duration::from_micros(50);

/// Runs `work` on ranges that cover `0..parts`, none of fewer than `least` parts unless it is a
/// share's last. `least` is not 0.
pub fn shared(parts: u64, least: u64, work: &(dyn Fn(u64, u64) + Sync)) {
    if parts <= least {
        return work(0, parts);
    }
    let threads = rayon::current_num_threads();
    let count = (threads as u64).min(SHARES as u64).min(parts);
    let team = Team {
        shares: std::array::from_fn(|at| Share::of(parts, at as u64, count)),
        count: count as usize,
        least,
        work,
    };
    if rayon::current_thread_index().is_some() {
        return team.members(threads);
    }
    let done = AtomicBool::new(false);
    rayon::in_place_scope(|scope| {
        scope.spawn(|_| {
            team.members(threads - 1);
            done.store(true, Ordering::Release);
        });
        team.member();
        await_soon(&done);
    });
}

/// Returns when it is true, or when waiting for it costs more than sleeping.
fn await_soon(done: &AtomicBool) {
    let start = Instant::now();
    while !done.load(Ordering::Acquire) && start.elapsed() < PATIENCE {
        // Whoever is to do it may be waiting for this processor.
        std::thread::yield_now();
    }
}

struct Team<'w> {
    shares: [Share; SHARES],
    /// How many of them there are.
    count: usize,
    least: u64,
    work: &'w (dyn Fn(u64, u64) + Sync),
}

impl Team<'_> {
    /// The work of so many threads, as far as there are any to do it.
    fn members(&self, threads: usize) {
        if threads <= 1 {
            return self.member();
        }
        let half = threads / 2;
        rayon::join(|| self.members(half), || self.members(threads - half));
    }

    /// This thread's work: its own share, then the others'. A caller from outside of the pool has the
    /// first.
    fn member(&self) {
        let number = rayon::current_thread_index().map_or(0, |index| index + 1);
        for share in 0..self.count {
            let share = &self.shares[(number + share) % self.count];
            while let Some((from, to)) = share.take(self.least) {
                (self.work)(from, to);
            }
        }
    }
}

/// A range of parts, of which some are taken. Alone in its cache lines.
#[repr(align(128))]
struct Share {
    next: AtomicU64,
    end: u64,
}

impl Share {
    /// The share at a place among so many; empty behind them.
    fn of(parts: u64, at: u64, count: u64) -> Share {
        let (each, over) = (parts / count, parts % count);
        let start = |at: u64| at.min(count) * each + at.min(over);
        Share {
            next: AtomicU64::new(start(at)),
            end: start(at + 1),
        }
    }

    /// The next parts that nobody has taken.
    fn take(&self, least: u64) -> Option<(u64, u64)> {
        // Relaxed: what the parts write is seen by whoever waits for the threads' end.
        let mut next = self.next.load(Ordering::Relaxed);
        loop {
            let left = self.end - next;
            if left == 0 {
                return None;
            }
            let to = next + (left / STEPS).max(least).min(left);
            let taken =
                self.next
                    .compare_exchange_weak(next, to, Ordering::Relaxed, Ordering::Relaxed);
            match taken {
                Ok(_) => return Some((next, to)),
                Err(now) => next = now,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// The ranges that were taken, in order.
    fn ranges(parts: u64, least: u64) -> Vec<(u64, u64)> {
        let taken = Mutex::new(Vec::new());
        shared(parts, least, &|from, to| {
            taken.lock().unwrap().push((from, to));
        });
        let mut taken = taken.into_inner().unwrap();
        taken.sort_unstable();
        taken
    }

    fn in_pool<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(f)
    }

    fn assert_covers(ranges: &[(u64, u64)], parts: u64) {
        let ends = ranges.iter().map(|range| range.1);
        let starts = ranges.iter().map(|range| range.0);
        assert!(starts.eq(std::iter::once(0).chain(ends.take(ranges.len() - 1))));
        assert_eq!(ranges.last().unwrap().1, parts);
    }

    #[test]
    fn every_part_is_taken_once() {
        for threads in [1, 2, 3, 7, 40] {
            for (parts, least) in [(1, 1), (2, 1), (5, 9), (1000, 1), (1001, 50)] {
                let ranges = in_pool(threads, || ranges(parts, least));
                assert_covers(&ranges, parts);
                let short = ranges.iter().filter(|(from, to)| to - from < least);
                assert!(short.count() <= threads);
            }
        }
    }

    #[test]
    fn a_caller_outside_of_the_pool_takes_part() {
        let caller = std::thread::current().id();
        let present = AtomicBool::new(false);
        shared(1000, 1, &|_, _| {
            if std::thread::current().id() == caller {
                present.store(true, Ordering::Relaxed);
            }
        });
        assert!(present.into_inner());
        assert_covers(&ranges(1000, 1), 1000);
    }
}
