//! Groups of iterations, split along the canonical tree until a task is small enough.

use super::grain;
use crate::failure::{Checked, Earliest};
use crate::grouped::{AnyGrouped, Copies};
use crate::order;
use std::sync::Mutex;

/// How a region divides into groups.
#[derive(Clone, Copy, Debug)]
pub struct Groups {
    /// Iterations of a group.
    pub length: u64,
    /// All iterations.
    pub total: u64,
}

impl Groups {
    /// How many there are.
    pub fn count(self) -> u64 {
        self.total.div_ceil(self.length)
    }
}

/// Runs all groups. `copies` and `bits` are where the first starts from and where the result goes.
/// An iteration costs about `cost` operations; a `lone` thread does everything by itself.
pub fn grouped(
    region: &dyn AnyGrouped,
    groups: Groups,
    (cost, lone): (u64, bool),
    copies: &mut Copies,
    bits: &mut [u64],
) -> Checked {
    let count = groups.count();
    let grain = if lone {
        count
    } else {
        grain(count, cost.saturating_mul(groups.length))
    };
    let task = Task {
        region,
        groups,
        grain,
        earliest: Earliest::new(),
        spare: Mutex::default(),
    };
    task.run(0, count, copies, bits);
    task.earliest.outcome()
}

struct Task<'r> {
    region: &'r dyn AnyGrouped,
    groups: Groups,
    grain: u64,
    earliest: Earliest,
    /// Copies that nobody needs at the moment.
    spare: Mutex<Vec<Copies>>,
}

impl Task<'_> {
    fn run(&self, first: u64, count: u64, copies: &mut Copies, bits: &mut [u64]) {
        let Groups { length, total } = self.groups;
        let from = first * length;
        if self.earliest.precedes(from) {
            return;
        }
        // In exact arithmetic there is nothing to gain from groups that nobody runs in parallel.
        let in_one = count == 1 || (count <= self.grain && self.region.is_exact());
        if in_one {
            let to = total.min(from + count * length);
            return self.earliest.note(self.region.run(from, to, copies, bits));
        }
        let mut right_bits = vec![0; self.region.width()];
        let mut right = self.take(&mut right_bits);
        let half = order::split(count);
        let second = |right: &mut Copies, right_bits: &mut [u64]| {
            self.run(first + half, count - half, right, right_bits);
        };
        if count > self.grain {
            rayon::join(
                || self.run(first, half, copies, bits),
                || second(&mut right, &mut right_bits),
            );
        } else {
            self.run(first, half, copies, bits);
            second(&mut right, &mut right_bits);
        }
        self.region.fold_all((copies, bits), (&right, &right_bits));
        self.spare().push(right);
    }

    /// Copies and values at the identity.
    fn take(&self, bits: &mut [u64]) -> Copies {
        let spare = self.spare().pop();
        match spare {
            Some(mut copies) => {
                self.region.reset(&mut copies, bits);
                copies
            }
            None => self.region.fresh(bits),
        }
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<Copies>> {
        // A list of copies is whole whoever panicked while holding it.
        self.spare
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
