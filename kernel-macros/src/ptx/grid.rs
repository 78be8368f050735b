//! Where a thread stands in the grid.

use super::code::{Class, Operand};
use super::emitter::Emitter;

/// One dimension of the grid as 64-bit numbers.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// `ctaid * ntid + tid`
    pub position: Operand,
    /// `nctaid * ntid`
    pub extent: Operand,
}

pub const X: usize = 0;

const TID: [&str; 3] = ["%tid.x", "%tid.y", "%tid.z"];
const NTID: [&str; 3] = ["%ntid.x", "%ntid.y", "%ntid.z"];
const CTAID: [&str; 3] = ["%ctaid.x", "%ctaid.y", "%ctaid.z"];
const NCTAID: [&str; 3] = ["%nctaid.x", "%nctaid.y", "%nctaid.z"];

impl Emitter<'_> {
    fn special(&mut self, name: &'static str) -> Operand {
        self.pure("mov.u32", Class::B32, &[Operand::Special(name)])
    }

    /// The thread's number in its block along an axis, in 32 bits.
    pub fn thread(&mut self, axis: usize) -> Operand {
        self.special(TID[axis])
    }

    /// Threads of a block along an axis, in 32 bits.
    pub fn block_size(&mut self, axis: usize) -> Operand {
        self.special(NTID[axis])
    }

    /// The block's number along `x`, and the number of blocks, in 64 bits.
    pub fn block_of_grid(&mut self) -> (Operand, Operand) {
        let [block, blocks] = [CTAID[X], NCTAID[X]].map(|name| {
            let number = self.special(name);
            self.pure("cvt.u64.u32", Class::B64, &[number])
        });
        (block, blocks)
    }

    pub fn axis(&mut self, axis: usize) -> Axis {
        let thread = self.thread(axis);
        let size = self.block_size(axis);
        let block = self.special(CTAID[axis]);
        let blocks = self.special(NCTAID[axis]);
        let thread = self.pure("cvt.u64.u32", Class::B64, &[thread]);
        let position = self.pure("mad.wide.u32", Class::B64, &[block, size, thread]);
        // One wide multiplication would be cheap enough for the assembler to repeat it in each trip.
        let wide = [blocks, size].map(|count| self.pure("cvt.u64.u32", Class::B64, &[count]));
        Axis {
            position,
            extent: self.pure("mul.lo.s64", Class::B64, &wide),
        }
    }
}
