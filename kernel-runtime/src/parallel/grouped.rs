//! Groups of iterations, split along the canonical tree until a task is small enough.

use super::grain;
use crate::failure::{Checked, Earliest};
use crate::grouped::{AnyGrouped, Copies, Which};
use crate::order;
use crate::region::with_values;

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
    };
    task.run(0, count, copies, bits);
    task.earliest.outcome()
}

struct Task<'r> {
    region: &'r dyn AnyGrouped,
    groups: Groups,
    grain: u64,
    earliest: Earliest,
}

impl Task<'_> {
    fn run(&self, first: u64, count: u64, copies: &mut Copies, bits: &mut [u64]) {
        if self.earliest.precedes(first * self.groups.length) {
            return;
        }
        if count <= self.grain {
            return self.sequence((first, count), copies, None, bits);
        }
        with_values(self.region.width(), |right_bits| {
            let mut right = self.region.fresh(Which::All, right_bits);
            let half = order::split(count);
            rayon::join(
                || self.run(first, half, copies, bits),
                || self.run(first + half, count - half, &mut right, right_bits),
            );
            let right = (&mut right, &*right_bits);
            self.region.fold(Which::All, (copies, bits), right);
        });
    }

    /// Groups that one thread runs, one after the other. Those of their copies that are free of order
    /// are the same for all; what depends on it goes to their `own`, if they are not the first.
    fn sequence(
        &self,
        (first, count): (u64, u64),
        copies: &mut Copies,
        mut own: Option<&mut Copies>,
        bits: &mut [u64],
    ) {
        let Groups { length, total } = self.groups;
        let from = first * length;
        if self.earliest.precedes(from) {
            return;
        }
        if count == 1 || self.region.is_exact() {
            let to = total.min(from + count * length);
            let outcome = self.region.run(from, to, (copies, own), bits);
            return self.earliest.note(outcome);
        }
        with_values(self.region.width(), |right_bits| {
            let mut right = self.region.fresh(Which::Ordered, right_bits);
            let half = order::split(count);
            self.sequence((first, half), copies, own.as_deref_mut(), bits);
            let rest = (first + half, count - half);
            self.sequence(rest, copies, Some(&mut right), right_bits);
            let left = own.unwrap_or(copies);
            let right = (&mut right, &*right_bits);
            self.region.fold(Which::Ordered, (left, bits), right);
        });
    }
}
