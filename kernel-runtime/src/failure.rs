//! Iterations that fail: recorded by workers, raised once by the caller.

use crate::launch::Failure;
use crate::region::Shape;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a part of a region's work came to.
pub type Checked<T = ()> = Result<T, Failure>;

/// Row-major number of the iteration at these places of a region's loops.
#[inline(always)]
pub fn number([_, rows, length]: Shape, [outer, inner]: [u64; 2], t: u64) -> u64 {
    (outer * rows + inner) * length + t
}

/// A record of a failing iteration, at these places of a region's loops. Cold, so that the hot loop
/// only jumps to it.
#[cold]
#[inline(never)]
pub fn failed(shape: Shape, outer: [u64; 2], t: u64, site: u32, args: [u64; 4]) -> Failure {
    let k = number(shape, outer, t);
    Failure { k, site, args }
}

/// The same where a loop runs in order inside the iterations that stood around them in the source:
/// its trip comes first in the order of iterations.
#[cold]
#[inline(never)]
pub fn failed_in_trip(
    trip: u64,
    shape: Shape,
    outer: [u64; 2],
    t: u64,
    site: u32,
    args: [u64; 4],
) -> Failure {
    let iterations: u64 = shape.iter().product();
    let k = trip
        .saturating_mul(iterations)
        .saturating_add(number(shape, outer, t));
    Failure { k, site, args }
}

/// The earliest failure that any worker has met so far.
pub struct Earliest {
    /// Its iteration, so that workers can ask without the lock; `u64::MAX` while there is none.
    k: AtomicU64,
    found: Mutex<Option<Failure>>,
}

impl Earliest {
    pub fn new() -> Self {
        Earliest {
            k: AtomicU64::new(u64::MAX),
            found: Mutex::new(None),
        }
    }

    /// Whether iterations from `k` on need not run: serially they would not have.
    pub fn precedes(&self, k: u64) -> bool {
        // Relaxed: seeing the value late only costs work that was not needed.
        self.k.load(Ordering::Relaxed) < k
    }

    /// Keeps the outcome of a part, if it failed, and earlier than the others.
    pub fn note(&self, outcome: Checked) {
        let Err(failure) = outcome else { return };
        let mut found = self.lock();
        if found.is_none_or(|other| failure.k < other.k) {
            *found = Some(failure);
            self.k.store(failure.k, Ordering::Relaxed);
        }
    }

    pub fn outcome(&self) -> Checked {
        let found = *self.lock();
        found.map_or(Ok(()), Err)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Failure>> {
        // A record is replaced whole, so one left by a panicking thread is as good as any.
        self.found
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The caller repeats the failed operation at its own place in the source, which panics as the
/// serial version would; getting past that means that the two disagree about what fails.
#[cold]
pub fn unraised(kernel: &str, failure: Failure) -> ! {
    panic!(
        "iteration {} of a loop in `{kernel}` failed at site {} and did not fail again; this is \
         a defect of #[kernel]",
        failure.k, failure.site
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_failure_wins() {
        let earliest = Earliest::new();
        assert!(!earliest.precedes(u64::MAX - 1));
        for k in [70, 7, 19] {
            let place = (k / 10, k % 10);
            let failure = failed([1, 8, 10], [0, place.0], place.1, k as u32, [0; 4]);
            earliest.note(Err(failure));
            earliest.note(Ok(()));
        }
        assert!(earliest.precedes(8) && !earliest.precedes(7));
        assert_eq!(earliest.outcome().unwrap_err().site, 7);
    }
}
