//! The tree over a chunk's lanes: its levels inside threads, and those between threads by shuffles.

use super::builtin::when;
use super::code::{Arg, Class, Operand};
use super::emitter::{Emitter, memory_suffix};
use super::params::DeviceParam;
use super::reduce::{Chunk, WARP};

/// How far apart threads are at the levels of a warp's tree.
const DISTANCES: [u32; WARP.ilog2() as usize] = [16, 8, 4, 2, 1];

impl Emitter<'_> {
    /// The tree over the lanes of a chunk, of which thread `t` holds `t, t + 32, ..`.
    pub fn fold_chunk(&mut self, chunk: &Chunk) {
        let within = self.fold_registers(chunk.values());
        let folded = self.fold_warp(within, &DISTANCES);
        self.store_partial(chunk, &folded);
    }

    /// The same if thread `t` holds `n t, n t + 1, ..`, as many as it has registers: at the first
    /// levels it folds half of its lanes with those of a thread further on, which folds the other
    /// half, until each has one. The last levels are between those that shared lanes.
    pub fn fold_wide_chunk(&mut self, chunk: &Chunk) {
        let mut lanes = chunk.values();
        let (shared, whole) = DISTANCES.split_at(lanes.len().ilog2() as usize);
        for distance in shared {
            let high = lanes.split_off(lanes.len() / 2);
            let pairs = lanes.into_iter().zip(high);
            lanes = pairs
                .map(|(low, high)| self.fold_shared(&low, &high, *distance))
                .collect();
        }
        let whole = self.fold_warp(lanes.swap_remove(0), whole);
        let folded = self.fold_warp(whole, shared);
        self.store_partial(chunk, &folded);
    }

    /// The first thread's values become the chunk's.
    fn store_partial(&mut self, chunk: &Chunk, folded: &[Operand]) {
        let region = self.region;
        let lane = self.lane();
        let leader = self.pure("setp.eq.s32", Class::Pred, &[lane, Operand::Int(0)]);
        for ((n, accumulator), folded) in (0u8..).zip(&region.accumulators).zip(folded) {
            let partials = self.param(DeviceParam::Partials(n));
            let bytes = Operand::Int(accumulator.ty.bytes().into());
            let args = [chunk.index, bytes, partials];
            let address = self.pure("mad.lo.s64", Class::B64, &args);
            let value = self.stored_form(accumulator.ty, *folded);
            let op = format!("st.global.{}", memory_suffix(accumulator.ty));
            let args = vec![Arg::Memory(address, 0), Arg::Value(value)];
            self.code.act_if(when(leader, true), op, args);
        }
    }

    /// The levels of the tree whose both sides one thread holds.
    fn fold_registers(&mut self, mut lanes: Vec<Vec<Operand>>) -> Vec<Operand> {
        while lanes.len() > 1 {
            let right = lanes.split_off(lanes.len() / 2);
            for (left, right) in lanes.iter_mut().zip(right) {
                *left = self.combine_all(left, &right);
            }
        }
        lanes.swap_remove(0)
    }

    /// Levels across the threads of the warp; the first thread holds the result.
    fn fold_warp(&mut self, mut values: Vec<Operand>, distances: &[u32]) -> Vec<Operand> {
        let types = self.region.accumulator_types();
        for distance in distances {
            let others = self.values_behind(&types, &values, *distance);
            values = self.combine_all(&values, &others);
        }
        values
    }

    /// One level for two lanes of a thread and of the one at a distance: the one in front folds the
    /// low lanes, the one behind the high ones.
    fn fold_shared(&mut self, low: &[Operand], high: &[Operand], distance: u32) -> Vec<Operand> {
        let types = self.region.accumulator_types();
        let (left, right) = self.exchange(&types, (low, high), distance);
        self.combine_all(&left, &right)
    }
}

impl Chunk {
    /// The thread's lanes.
    fn values(&self) -> Vec<Vec<Operand>> {
        let lanes = self.lanes.iter();
        lanes
            .map(|lane| lane.iter().map(|reg| Operand::Reg(*reg)).collect())
            .collect()
    }
}
