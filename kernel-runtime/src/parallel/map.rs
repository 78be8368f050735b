//! A map's iterations, in the threads' shares.

use super::{TASK_WORK, shared};
use crate::failure::{Checked, Earliest};
use crate::region::AnyMap;

/// Iterations of a part where rows are long: as many as vectors and cache lines divide.
const ALIGNED: u64 = 64;

/// Rows for each thread from which on parts are whole rows.
const ROWS_PER_THREAD: u64 = 32;

/// Runs iterations `0..count`, in rows of `row`, each of about `cost` operations.
pub fn map(region: &dyn AnyMap, (count, row): (u64, u64), cost: u64) -> Checked {
    let part = part(count, row);
    let least = TASK_WORK.div_ceil(cost.saturating_mul(part).max(1));
    let earliest = Earliest::new();
    shared(count.div_ceil(part), least, &|from, to| {
        let (from, to) = (from * part, count.min(to * part));
        if !earliest.precedes(from) {
            earliest.note(region.run(from, to));
        }
    });
    earliest.outcome()
}

/// Iterations that stay together.
fn part(count: u64, row: u64) -> u64 {
    let threads = rayon::current_num_threads() as u64;
    if count / row >= threads * ROWS_PER_THREAD {
        row
    } else {
        ALIGNED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::failed;
    use crate::parallel::meeting::Meeting;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Count {
        seen: Vec<AtomicU32>,
        fails_at: u64,
    }

    impl AnyMap for Count {
        fn run(&self, from: u64, to: u64) -> Checked {
            for k in from..to {
                if k >= self.fails_at {
                    return Err(failed([1, 1, u64::MAX], [0; 2], k, 0, [k; 4]));
                }
                self.seen[k as usize].fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        }
    }

    fn run(threads: usize, count: u64, fails_at: u64) -> (Checked, Vec<u32>) {
        let region = Count {
            seen: (0..count).map(|_| AtomicU32::new(0)).collect(),
            fails_at,
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        let outcome = pool.install(|| map(&region, (count, 7), 1 << 16));
        (
            outcome,
            region.seen.into_iter().map(AtomicU32::into_inner).collect(),
        )
    }

    #[test]
    fn every_iteration_runs_once() {
        for threads in [1, 2, 3, 7] {
            for count in [1, 2, 63, 1000] {
                let (outcome, seen) = run(threads, count, u64::MAX);
                assert!(outcome.is_ok());
                assert!(seen.iter().all(|&times| times == 1));
            }
        }
    }

    #[test]
    fn the_earliest_failure_is_reported_and_what_precedes_it_is_done() {
        for threads in [1, 2, 7] {
            let (outcome, seen) = run(threads, 1000, 517);
            assert_eq!(outcome.unwrap_err().k, 517);
            assert!(seen[..517].iter().all(|&times| times == 1));
        }
    }

    impl AnyMap for Meeting {
        fn run(&self, _: u64, _: u64) -> Checked {
            self.wait();
            Ok(())
        }
    }

    #[test]
    fn at_least_two_threads_take_part() {
        let region = Meeting::default();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2);
        let pool = pool.build().unwrap();
        assert!(pool.install(|| map(&region, (1000, 1), 1 << 16)).is_ok());
        assert_eq!(region.threads(), 2);
    }
}
