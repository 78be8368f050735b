//! A reduction in blocks of rows that are copied, which the threads share.

use super::reduce::with_room;
use super::{TASK_WORK, shared};
use crate::failure::{Checked, Earliest};
use crate::region::Packed;

/// Runs all blocks and folds what the chunks come to into `bits`; a `lone` thread does everything by itself.
pub fn packed(packed: &Packed<'_>, lone: bool, bits: &mut [u64]) -> Checked {
    let earliest = Earliest::new();
    with_room(packed.chunks() as usize * bits.len(), |values| {
        let some = |from, to| {
            for block in from..to {
                if !earliest.precedes(packed.first(block)) {
                    earliest.note(packed.run(block, values));
                }
            }
        };
        if lone {
            some(0, packed.blocks());
        } else {
            let least = TASK_WORK.div_ceil(packed.work().max(1));
            shared(packed.blocks(), least, &some);
        }
        earliest.outcome()?;
        packed.fold(values, bits);
        Ok(())
    })
}
