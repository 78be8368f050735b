//! The second entry of a region with accumulators: the pairwise tree over the chunks, by one block.
//!
//! At each level the partial results at multiples of twice the stride take in those a stride
//! further on; one without a partner waits for a later level.

use super::builtin::when;
use super::code::{Arg, Class, Operand, Reg};
use super::emitter::Emitter;
use super::grid::X;
use super::params::DeviceParam;
use crate::ir::Scalar;

/// The text of the entry, between its braces.
pub fn emit(mut emitter: Emitter) -> String {
    emitter.fold_partials();
    emitter.code.act("ret", Vec::new());
    emitter.code.print()
}

impl Emitter<'_> {
    /// The tree over the partial results of all accumulators that are no arrays.
    pub fn fold_partials(&mut self) {
        self.tree(|e, left, right| e.fold_pair(left, right));
    }

    /// The tree over all chunks or groups, by the threads of the block; `pair` folds the one with
    /// the second number into that with the first.
    pub fn tree(&mut self, mut pair: impl FnMut(&mut Self, Operand, Operand)) {
        let threads = self.threads_of_block();
        let count = self.param(DeviceParam::Chunks);
        let stride = self.variable(Class::B64, Some("stride".to_owned()));
        self.mov(stride, Operand::Int(1));
        let start = self.code.label("LEVEL");
        let done = self.code.label("EXIT");
        self.code.place(start);
        self.scoped(|e| {
            let args = [Operand::Reg(stride), count];
            let finished = e.pure("setp.ge.u64", Class::Pred, &args);
            e.code.jump_if(when(finished, true), done);
            e.fold_level(stride, threads, count, &mut pair);
        });
        self.code.jump(start);
        self.code.place(done);
    }

    /// The thread's number in its block, and the block's size.
    pub fn threads_of_block(&mut self) -> (Operand, Operand) {
        let (thread, size) = (self.thread(X), self.block_size(X));
        let thread = self.cast(thread, Scalar::U32, Scalar::U64);
        (thread, self.cast(size, Scalar::U32, Scalar::U64))
    }

    fn fold_level(
        &mut self,
        stride: Reg,
        (thread, size): (Operand, Operand),
        count: Operand,
        pair: &mut impl FnMut(&mut Self, Operand, Operand),
    ) {
        let distance = Operand::Reg(stride);
        let double = self.pure("shl.b64", Class::B64, &[distance, Operand::Int(1)]);
        let step = self.pure("mul.lo.s64", Class::B64, &[double, size]);
        let left = self.variable(Class::B64, Some("left".to_owned()));
        self.code.def("mul.lo.s64", left, &[thread, double]);
        let start = self.code.label("PAIR");
        let done = self.code.label("MEET");
        self.code.place(start);
        self.scoped(|e| {
            let left = Operand::Reg(left);
            let right = e.pure("add.s64", Class::B64, &[left, distance]);
            let single = e.pure("setp.ge.u64", Class::Pred, &[right, count]);
            e.code.jump_if(when(single, true), done);
            pair(e, left, right);
        });
        self.code.def("add.s64", left, &[Operand::Reg(left), step]);
        self.code.jump(start);
        self.code.place(done);
        // The next level reads what other threads wrote in this one.
        self.code.act("bar.sync", vec![Operand::Int(0).into()]);
        self.mov(stride, double);
    }

    /// The partial results of two chunks become the left one's.
    fn fold_pair(&mut self, left: Operand, right: Operand) {
        let region = self.region;
        let (mut places, mut lefts, mut rights) = (Vec::new(), Vec::new(), Vec::new());
        for (n, accumulator) in (0u8..).zip(&region.accumulators) {
            let base = self.param(DeviceParam::Partials(n));
            let bytes = Operand::Int(accumulator.ty.bytes().into());
            let [left, right] = [left, right]
                .map(|index| self.pure("mad.lo.s64", Class::B64, &[index, bytes, base]));
            places.push(left);
            lefts.push(self.partial(accumulator.ty, left));
            rights.push(self.partial(accumulator.ty, right));
        }
        let folded = self.combine_all(&lefts, &rights);
        for ((accumulator, place), folded) in region.accumulators.iter().zip(places).zip(folded) {
            let value = self.stored_form(accumulator.ty, folded);
            let op = format!(
                "st.global.{}",
                super::emitter::memory_suffix(accumulator.ty)
            );
            let args = vec![Arg::Memory(place, 0), Arg::Value(value)];
            self.code.act(op, args);
        }
    }

    /// A partial result in memory.
    pub fn partial(&mut self, ty: Scalar, address: Operand) -> Operand {
        let class = match ty {
            Scalar::Bool => Class::B32,
            _ => Class::of(ty),
        };
        let reg = self.fresh(class);
        self.load_from("global", ty, reg, address, 0);
        self.value_of_stored(ty, reg)
    }
}
