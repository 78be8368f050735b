//! Groups of iterations, split along the canonical tree until a task is small enough.

use super::grain;
use crate::failure::{Checked, Earliest};
use crate::grouped::{AnyGrouped, Copies};
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
        with_values(self.region.width(), |right_bits| {
            let mut right = self.region.fresh(right_bits);
            let half = order::split(count);
            self.halves(
                (first, half, copies, bits),
                (first + half, count - half, &mut right, right_bits),
            );
            self.region
                .fold_all((copies, bits), (&mut right, right_bits));
        });
    }

    /// Two runs, at the same time if they are long enough.
    fn halves(&self, left: Half<'_>, right: Half<'_>) {
        let run = |(first, count, copies, bits): Half<'_>| self.run(first, count, copies, bits);
        if left.1 + right.1 > self.grain {
            rayon::join(|| run(left), || run(right));
        } else {
            run(left);
            run(right);
        }
    }
}

/// The first of some groups, how many they are, and what they combine into.
type Half<'h> = (u64, u64, &'h mut Copies, &'h mut [u64]);
