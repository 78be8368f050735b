//! A reduction's chunks, split along the canonical tree until a task is small enough.

use super::grain;
use crate::failure::{Checked, Earliest};
use crate::order;
use crate::region::{AnyReduce, with_values};

/// Folds `chunks` chunks of `chunk` iterations, each of about `cost` operations, into `bits`.
pub fn reduce(
    region: &dyn AnyReduce,
    (chunk, chunks): (u64, u64),
    cost: u64,
    bits: &mut [u64],
) -> Checked {
    let task = Task {
        region,
        chunk,
        grain: grain(chunks, cost.saturating_mul(chunk)),
        earliest: Earliest::new(),
    };
    task.run(0, chunks, bits);
    task.earliest.outcome()
}

struct Task<'r> {
    region: &'r dyn AnyReduce,
    chunk: u64,
    grain: u64,
    earliest: Earliest,
}

impl Task<'_> {
    fn run(&self, first: u64, count: u64, bits: &mut [u64]) {
        if self.earliest.precedes(first * self.chunk) {
            return;
        }
        if count <= self.grain {
            let outcome = self.region.run(self.chunk, first, count, bits);
            self.earliest.note(outcome);
            return;
        }
        let half = order::split(count);
        with_values(self.region.width(), |right| {
            rayon::join(
                || self.run(first, half, bits),
                || self.run(first + half, count - half, right),
            );
            self.region.fold_bits(bits, right);
        });
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
