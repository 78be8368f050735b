//! The carry flag of each lane (PTX ISA 9.7.2): it lives in a frame, as it is not preserved across
//! calls.

use super::super::detect::{Checked, Kind, trouble};
use super::super::program::{CarryMap, LANES, Reg, Src, lanes};
use super::Warp;

/// The flags of a frame, a bit for each lane.
#[derive(Clone, Copy, Default)]
pub(super) struct Carry {
    set: u32,
    /// Lanes whose flag something wrote.
    known: u32,
}

impl Carry {
    pub(super) fn forget(&mut self, mask: u32) {
        self.known &= !mask;
    }
}

impl Warp {
    /// A sum with the carry, for the active lanes.
    pub(super) fn sum_with_carry(
        &mut self,
        (frame, active, pc): (usize, u32, u32),
        (f, sources, dst): (&CarryMap, [Src; 3], Reg),
        (reads, writes): (bool, bool),
    ) -> Checked<()> {
        let mut carry = self.frame(frame).carry;
        let unknown = active & !carry.known;
        if reads && unknown != 0 {
            let lane = unknown.trailing_zeros() as usize;
            let message = "the carry flag is read, which nothing wrote in this call".to_owned();
            return trouble(Kind::Undefined, lane, pc, message);
        }
        let rows = sources.map(|source| self.row(frame, source));
        let (mut out, mut set) = ([0; LANES], 0);
        for lane in lanes(active) {
            let carried = reads && carry.set >> lane & 1 == 1;
            let (sum, over) = f(rows.each_ref().map(|row| row[lane]), carried);
            out[lane] = sum;
            set |= u32::from(over) << lane;
        }
        self.write(frame, dst, active, &out);
        if writes {
            carry.set = carry.set & !active | set;
            carry.known |= active;
            self.frame_mut(frame).carry = carry;
        }
        Ok(())
    }
}
