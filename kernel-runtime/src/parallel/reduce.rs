//! A reduction's chunks, in leaves of the canonical tree, which the threads share.

use super::{TASK_WORK, shared};
use crate::failure::{Checked, Earliest};
use crate::order;
use crate::region::{AnyReduce, with_values};
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// Leaves for each thread, at least.
const LEAVES_PER_THREAD: u64 = 32;

/// Folds `chunks` chunks of `chunk` iterations, each of about `cost` operations, into `bits`.
pub fn reduce(
    region: &dyn AnyReduce,
    (chunk, chunks): (u64, u64),
    cost: u64,
    bits: &mut [u64],
) -> Checked {
    let leaf = leaf(chunks, cost.saturating_mul(chunk));
    let leaves = chunks.div_ceil(leaf);
    let earliest = Earliest::new();
    with_room(leaves as usize * bits.len(), |values| {
        let tree = Tree {
            region,
            chunk,
            chunks,
            leaf,
            values,
            earliest: &earliest,
        };
        shared(leaves, 1, &|from, to| {
            (from..to).for_each(|at| tree.run(at));
        });
        earliest.outcome()?;
        tree.fold(0, leaves, bits);
        Ok(())
    })
}

/// Chunks of a leaf, each of so many operations: a power of two, so that leaves fold as chunks do.
fn leaf(chunks: u64, cost: u64) -> u64 {
    let leaves = rayon::current_num_threads() as u64 * LEAVES_PER_THREAD;
    let least = TASK_WORK.div_ceil(cost.max(1));
    1 << (chunks / leaves).max(least).clamp(1, 1 << 62).ilog2()
}

thread_local! {
    /// Room for leaves' values, kept from call to call.
    static ROOM: Cell<Vec<AtomicU64>> = const { Cell::new(Vec::new()) };
}

pub(super) fn with_room<R>(words: usize, f: impl FnOnce(&[AtomicU64]) -> R) -> R {
    // A call inside this one, on this thread, finds none, and makes its own.
    let mut room = ROOM.take();
    if room.len() < words {
        room.resize_with(words, AtomicU64::default);
    }
    let result = f(&room[..words]);
    ROOM.set(room);
    result
}

struct Tree<'r> {
    region: &'r dyn AnyReduce,
    chunk: u64,
    chunks: u64,
    /// Chunks of a leaf.
    leaf: u64,
    /// What the leaves come to, each as bits of all accumulators.
    values: &'r [AtomicU64],
    earliest: &'r Earliest,
}

impl Tree<'_> {
    fn run(&self, leaf: u64) {
        let first = leaf * self.leaf;
        if self.earliest.precedes(first * self.chunk) {
            return;
        }
        let count = self.leaf.min(self.chunks - first);
        with_values(self.region.width(), |bits| {
            self.earliest
                .note(self.region.run(self.chunk, first, count, bits));
            for (value, bits) in self.values(leaf).iter().zip(bits) {
                // Relaxed: they are read when all threads are done, which they wait for.
                value.store(*bits, Ordering::Relaxed);
            }
        });
    }

    /// What leaves `first..first + count` fold to.
    fn fold(&self, first: u64, count: u64, bits: &mut [u64]) {
        if count == 1 {
            for (bits, value) in bits.iter_mut().zip(self.values(first)) {
                *bits = value.load(Ordering::Relaxed);
            }
            return;
        }
        let half = order::split(count);
        self.fold(first, half, bits);
        with_values(bits.len(), |right| {
            self.fold(first + half, count - half, right);
            self.region.fold_bits(bits, right);
        });
    }

    fn values(&self, leaf: u64) -> &[AtomicU64] {
        let width = self.region.width();
        &self.values[leaf as usize * width..][..width]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::meeting::Meeting;

    impl AnyReduce for Meeting {
        fn run(&self, _: u64, _: u64, count: u64, bits: &mut [u64]) -> Checked {
            self.wait();
            bits[0] = count;
            Ok(())
        }

        fn fold_bits(&self, left: &mut [u64], right: &[u64]) {
            left[0] += right[0];
        }

        fn width(&self) -> usize {
            1
        }
    }

    #[test]
    fn at_least_two_threads_take_part() {
        let region = Meeting::default();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2);
        let pool = pool.build().unwrap();
        let mut bits = [0];
        assert!(
            pool.install(|| reduce(&region, (64, 1000), 4096, &mut bits))
                .is_ok()
        );
        assert_eq!((bits, region.threads()), ([1000], 2));
    }
}
