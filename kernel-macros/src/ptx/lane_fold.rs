//! The tree over a chunk's lanes: its levels inside threads, and those between threads by shuffles.

use super::builtin::when;
use super::code::{Arg, Class, Operand};
use super::emitter::{Emitter, memory_suffix};
use super::params::DeviceParam;
use super::reduce::{Chunk, WARP};
use crate::ir::Scalar;

/// How far apart threads are at the levels of a warp's tree.
const DISTANCES: [u32; WARP.ilog2() as usize] = [16, 8, 4, 2, 1];

/// Which thread's value a thread gets.
#[derive(Clone, Copy)]
enum Shuffle {
    /// Of the one so much further on.
    Down,
    /// Of the one whose number differs in this bit.
    Across,
}

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
        for distance in distances {
            let others = self.shuffle_all(Shuffle::Down, &values, *distance);
            values = self.combine_all(&values, &others);
        }
        values
    }

    /// One level for two lanes of a thread and of the one at a distance: the one in front folds the
    /// low lanes, the one behind the high ones.
    fn fold_shared(&mut self, low: &[Operand], high: &[Operand], distance: u32) -> Vec<Operand> {
        let lane = self.lane();
        let bit = Operand::Int(distance.into());
        let bit = self.pure("and.b32", Class::B32, &[lane, bit]);
        let behind = self.pure("setp.ne.s32", Class::Pred, &[bit, Operand::Int(0)]);
        let given = self.select_all(low, high, behind);
        let kept = self.select_all(high, low, behind);
        let others = self.shuffle_all(Shuffle::Across, &given, distance);
        let left = self.select_all(&others, &kept, behind);
        let right = self.select_all(&kept, &others, behind);
        self.combine_all(&left, &right)
    }

    /// The values of all accumulators: `yes` if `test` holds.
    fn select_all(&mut self, yes: &[Operand], no: &[Operand], test: Operand) -> Vec<Operand> {
        let region = self.region;
        let pairs = yes.iter().zip(no);
        let pairs = region.accumulators.iter().zip(pairs);
        pairs
            .map(|(of, (yes, no))| self.select(of.ty, *yes, *no, test))
            .collect()
    }

    /// The values of all accumulators in another thread of the warp.
    fn shuffle_all(&mut self, shuffle: Shuffle, values: &[Operand], distance: u32) -> Vec<Operand> {
        let pairs = self.region.accumulators.iter().zip(values);
        pairs
            .map(|(accumulator, value)| self.shuffle(shuffle, accumulator.ty, *value, distance))
            .collect()
    }

    fn shuffle(&mut self, shuffle: Shuffle, ty: Scalar, value: Operand, distance: u32) -> Operand {
        let word = |e: &mut Self, class, value| e.shuffle_word(shuffle, class, value, distance);
        match Class::of(ty) {
            Class::Pred => {
                let number = self.cast(value, Scalar::Bool, Scalar::U8);
                let other = word(self, Class::B32, number);
                self.pure("setp.ne.s32", Class::Pred, &[other, Operand::Int(0)])
            }
            Class::B64 | Class::F64 => {
                let halves = [self.fresh(Class::B32), self.fresh(Class::B32)];
                let [low, high] = halves.map(Operand::Reg);
                let args = vec![Arg::Vector(vec![low, high]), Arg::Value(value)];
                self.code.act("mov.b64", args);
                let low = word(self, Class::B32, low);
                let high = word(self, Class::B32, high);
                let whole = self.fresh(Class::of(ty));
                self.code
                    .def_args("mov.b64", whole, vec![Arg::Vector(vec![low, high])]);
                Operand::Reg(whole)
            }
            class => word(self, class, value),
        }
    }

    fn shuffle_word(
        &mut self,
        shuffle: Shuffle,
        class: Class,
        value: Operand,
        distance: u32,
    ) -> Operand {
        let other = self.fresh(class);
        let last = Operand::Int(i64::from(WARP) - 1);
        let everyone = Operand::Int(-1);
        let args = [value, Operand::Int(distance.into()), last, everyone];
        self.code.def(shuffle.opcode(), other, &args);
        Operand::Reg(other)
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

impl Shuffle {
    fn opcode(self) -> &'static str {
        match self {
            Shuffle::Down => "shfl.sync.down.b32",
            Shuffle::Across => "shfl.sync.bfly.b32",
        }
    }
}
