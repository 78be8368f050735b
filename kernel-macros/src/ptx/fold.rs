//! The second entry of a region with accumulators: the pairwise tree over the chunks, by one block.
//!
//! In each round, a warp takes a *share* of partial results: some rows of 32 neighbours, of which
//! thread `t` has those in place `t`. It loads all of them, folds them in registers and by
//! shuffles, and stores the value in the place of the first. The next round is over these values,
//! until one is left. A partial result without a partner, which only the last share can have, stays
//! as it is at that level.

use super::builtin::when;
use super::code::{Arg, Class, Operand, Reg};
use super::emitter::{Emitter, memory_suffix};
use super::grid::X;
use super::params::DeviceParam;
use super::reduce::WARP;
use crate::analysis::plan::Region;
use crate::ir::Scalar;

/// Registers of 32 bits for the partial results of a thread.
const WORDS: u32 = 8;

/// Whose partial results fold: values of one or several types for each number.
pub trait Partials {
    fn types(&self, region: &Region) -> Vec<Scalar>;

    /// Addresses of the partial result with a number, by type.
    fn places(&self, e: &mut Emitter, number: Operand) -> Vec<Operand>;

    /// The same where `number` may be that of the first of all, which may be elsewhere.
    fn place_of_first(&self, e: &mut Emitter, number: Operand, places: &[Operand]) -> Vec<Operand>;

    /// Two partial results in one.
    fn combine(&self, e: &mut Emitter, left: &[Operand], right: &[Operand]) -> Vec<Operand>;
}

/// The partial results of all accumulators that are no arrays.
struct Chunks;

/// What is to be done in every round.
struct Tree<'a> {
    of: &'a dyn Partials,
    types: Vec<Scalar>,
    /// Rows of a share, a power of two.
    rows: u32,
}

/// The partial results that a round is over.
#[derive(Clone, Copy)]
struct Round {
    count: Operand,
    /// How far apart they are in memory.
    stride: Operand,
}

/// The text of the entry, between its braces.
pub fn emit(mut emitter: Emitter) -> String {
    emitter.fold_partials();
    emitter.code.act("ret", Vec::new());
    emitter.code.print()
}

impl Emitter<'_> {
    /// The tree over the partial results of all accumulators that are no arrays.
    pub fn fold_partials(&mut self) {
        self.tree(&Chunks);
    }

    /// The tree over all chunks or groups, by the threads of the block.
    pub fn tree(&mut self, of: &dyn Partials) {
        let tree = Tree::new(of, self.region);
        let warps = self.warps_of_block();
        let chunks = self.param(DeviceParam::Chunks);
        let [count, stride] =
            ["count", "stride"].map(|name| self.variable(Class::B64, Some(name.to_owned())));
        self.mov(count, chunks);
        self.mov(stride, Operand::Int(1));
        let start = self.code.label("ROUND");
        let done = self.code.label("EXIT");
        self.code.place(start);
        self.scoped(|e| {
            let finished = e.test("le", Scalar::U64, Operand::Reg(count), Operand::Int(1));
            e.code.jump_if(when(finished, true), done);
            let [count, stride] = [count, stride].map(|of| e.snapshot(Operand::Reg(of)));
            e.round(&tree, Round { count, stride }, warps);
        });
        self.next_round(&tree, count, stride);
        self.code.jump(start);
        self.code.place(done);
    }

    /// The warp's number in its block, and the number of warps.
    pub fn warps_of_block(&mut self) -> (Operand, Operand) {
        let shift = Operand::Int(WARP.ilog2().into());
        let of = |e: &mut Self, threads| {
            let warps = e.pure("shr.u32", Class::B32, &[threads, shift]);
            e.cast(warps, Scalar::U32, Scalar::U64)
        };
        let (thread, size) = (self.thread(X), self.block_size(X));
        (of(self, thread), of(self, size))
    }

    /// A share after the other, with the block's stride.
    fn round(&mut self, tree: &Tree, round: Round, (warp, warps): (Operand, Operand)) {
        let share = Operand::Int(tree.share());
        let step = self.pure("mul.lo.s64", Class::B64, &[warps, share]);
        let first = self.variable(Class::B64, Some("first".to_owned()));
        self.code.def("mul.lo.s64", first, &[warp, share]);
        let start = self.code.label("SHARE");
        let done = self.code.label("MEET");
        self.code.place(start);
        self.scoped(|e| {
            let finished = e.test("ge", Scalar::U64, Operand::Reg(first), round.count);
            e.code.jump_if(when(finished, true), done);
            let first = e.snapshot(Operand::Reg(first));
            e.fold_share(tree, round, first);
        });
        self.code
            .def("add.s64", first, &[Operand::Reg(first), step]);
        self.code.jump(start);
        self.code.place(done);
    }

    /// One partial result is left of each share.
    fn next_round(&mut self, tree: &Tree, count: Reg, stride: Reg) {
        // It reads what other threads wrote.
        self.code.act("bar.sync", vec![Operand::Int(0).into()]);
        let shift = Operand::Int(tree.share().ilog2().into());
        let up = Operand::Int(tree.share() - 1);
        self.code.def("add.s64", count, &[Operand::Reg(count), up]);
        for (op, of) in [("shr.u64", count), ("shl.b64", stride)] {
            self.code.def(op, of, &[Operand::Reg(of), shift]);
        }
    }

    /// The share whose first partial result has this number becomes that one.
    fn fold_share(&mut self, tree: &Tree, round: Round, first: Operand) {
        let lane = self.lane();
        let rest = self.pure("sub.s64", Class::B64, &[round.count, first]);
        let share = Operand::Int(tree.share());
        let rest = self.pure("min.u64", Class::B64, &[rest, share]);
        let rest = self.cast(rest, Scalar::U64, Scalar::U32);
        let ahead = self.pure("sub.s32", Class::B32, &[rest, lane]);
        let lane = self.cast(lane, Scalar::U32, Scalar::U64);
        let number = self.pure("add.s64", Class::B64, &[first, lane]);
        let number = self.pure("mul.lo.s64", Class::B64, &[number, round.stride]);
        let places = tree.of.places(self, number);
        let of_first = tree.of.place_of_first(self, number, &places);
        let rows = self.load_rows(tree, round, ahead, (places, &of_first));
        let folded = self.fold_rows(tree, ahead, rows);
        self.store_first(tree, &of_first, &folded);
    }

    /// The thread's partial results in all rows, as far as there are any: `ahead` says how many
    /// there are from its first one on, and is not positive if there is none.
    fn load_rows(
        &mut self,
        tree: &Tree,
        round: Round,
        ahead: Operand,
        (mut places, of_first): (Vec<Operand>, &[Operand]),
    ) -> Vec<Vec<Operand>> {
        let row = Operand::Int(WARP.into());
        let row = self.pure("mul.lo.s64", Class::B64, &[round.stride, row]);
        let mut rows = vec![self.load_row(tree, ahead, 0, of_first)];
        for n in 1..tree.rows {
            for (place, ty) in places.iter_mut().zip(&tree.types) {
                let bytes = Operand::Int(ty.bytes().into());
                let step = self.pure("mul.lo.s64", Class::B64, &[row, bytes]);
                *place = self.pure("add.s64", Class::B64, &[*place, step]);
            }
            rows.push(self.load_row(tree, ahead, n, &places));
        }
        rows
    }

    fn load_row(
        &mut self,
        tree: &Tree,
        ahead: Operand,
        number: u32,
        places: &[Operand],
    ) -> Vec<Operand> {
        let exists = self.has_ahead(ahead, number * WARP);
        let mut values = Vec::new();
        for (ty, place) in tree.types.iter().zip(places) {
            let reg = self.fresh(Class::in_memory(*ty));
            let op = format!("ld.global.{}", memory_suffix(*ty));
            self.code.load_if(when(exists, true), op, reg, *place);
            values.push(self.value_of_stored(*ty, reg));
        }
        values
    }

    /// Whether there is a partial result so much further on.
    fn has_ahead(&mut self, ahead: Operand, distance: u32) -> Operand {
        let distance = Operand::Int(distance.into());
        self.pure("setp.gt.s32", Class::Pred, &[ahead, distance])
    }

    /// The tree over a share; the first thread holds the result.
    fn fold_rows(
        &mut self,
        tree: &Tree,
        mut ahead: Operand,
        mut rows: Vec<Vec<Operand>>,
    ) -> Vec<Operand> {
        let mut distance = 1;
        while rows.len() > 1 {
            (ahead, rows) = self.fold_halves(tree, ahead, rows, distance);
            distance *= 2;
        }
        let mut values = rows.swap_remove(0);
        while distance < WARP {
            values = self.fold_neighbours(tree, ahead, &values, (distance, distance));
            distance *= 2;
        }
        // Each of the threads in front has a row now.
        let (mut threads, mut rows) = (tree.rows / 2, 1);
        while threads > 0 {
            values = self.fold_neighbours(tree, ahead, &values, (threads, rows * WARP));
            (threads, rows) = (threads / 2, rows * 2);
        }
        values
    }

    /// A level at which two threads at a distance hold both partners, in twice as many rows as
    /// remain: the one in front folds the first half of the rows, the one behind the others.
    fn fold_halves(
        &mut self,
        tree: &Tree,
        ahead: Operand,
        mut rows: Vec<Vec<Operand>>,
        distance: u32,
    ) -> (Operand, Vec<Vec<Operand>>) {
        let high = rows.split_off(rows.len() / 2);
        // The first that the one behind folds is its partner's.
        let skipped = WARP * tree.rows / 2 / distance - distance;
        let behind = self.is_behind(distance);
        let (skipped, none) = (Operand::Int(skipped.into()), Operand::Int(0));
        let skipped = self.select(Scalar::U32, skipped, none, behind);
        let ahead = self.pure("sub.s32", Class::B32, &[ahead, skipped]);
        let pairs = rows.iter().zip(&high);
        let folded = (0u32..).zip(pairs).map(|(row, (low, high))| {
            let (left, right) = self.exchange(&tree.types, (low, high), distance);
            let has_partner = self.has_ahead(ahead, WARP * row + distance);
            self.fold_pair(tree, &left, &right, has_partner)
        });
        let folded = folded.collect();
        (ahead, folded)
    }

    /// A level between threads at a distance, whose partial results are at another one.
    fn fold_neighbours(
        &mut self,
        tree: &Tree,
        ahead: Operand,
        values: &[Operand],
        (threads, partials): (u32, u32),
    ) -> Vec<Operand> {
        let others = self.values_behind(&tree.types, values, threads);
        let has_partner = self.has_ahead(ahead, partials);
        self.fold_pair(tree, values, &others, has_partner)
    }

    /// Both in one; the left one as it is if it has no partner.
    fn fold_pair(
        &mut self,
        tree: &Tree,
        left: &[Operand],
        right: &[Operand],
        has_partner: Operand,
    ) -> Vec<Operand> {
        let folded = tree.of.combine(self, left, right);
        self.select_all(&tree.types, &folded, left, has_partner)
    }

    fn store_first(&mut self, tree: &Tree, places: &[Operand], folded: &[Operand]) {
        let lane = self.lane();
        let leader = self.test("eq", Scalar::U32, lane, Operand::Int(0));
        for ((ty, place), value) in tree.types.iter().zip(places).zip(folded) {
            let value = self.stored_form(*ty, *value);
            let op = format!("st.global.{}", memory_suffix(*ty));
            let args = vec![Arg::Memory(*place, 0), Arg::Value(value)];
            self.code.act_if(when(leader, true), op, args);
        }
    }
}

impl<'a> Tree<'a> {
    fn new(of: &'a dyn Partials, region: &Region) -> Self {
        let types = of.types(region);
        let words: u32 = types.iter().map(|ty| ty.bits().div_ceil(32)).sum();
        let rows = 1 << (WORDS / words).max(1).ilog2();
        Tree { of, types, rows }
    }

    /// Partial results of a share, a power of two.
    fn share(&self) -> i64 {
        i64::from(self.rows * WARP)
    }
}

impl Partials for Chunks {
    fn types(&self, region: &Region) -> Vec<Scalar> {
        region.accumulator_types()
    }

    fn places(&self, e: &mut Emitter, number: Operand) -> Vec<Operand> {
        let mut places = Vec::new();
        for (n, accumulator) in (0u8..).zip(&e.region.accumulators) {
            let base = e.param(DeviceParam::Partials(n));
            let bytes = Operand::Int(accumulator.ty.bytes().into());
            places.push(e.pure("mad.lo.s64", Class::B64, &[number, bytes, base]));
        }
        places
    }

    fn place_of_first(&self, _: &mut Emitter, _: Operand, places: &[Operand]) -> Vec<Operand> {
        places.to_vec()
    }

    fn combine(&self, e: &mut Emitter, left: &[Operand], right: &[Operand]) -> Vec<Operand> {
        e.combine_all(left, right)
    }
}
