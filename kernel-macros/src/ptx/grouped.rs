//! A region with array accumulators in the canonical order: a thread for each group of iterations.
//!
//! The thread runs its group in order. It combines into copies of the arrays that start at the
//! identity; the first group combines into the arrays themselves, so that nothing has to bring
//! their initial values here and the result back. The copies of all groups lie element by element,
//! so that what neighbouring threads update in one element lies side by side.

use super::builtin::when;
use super::code::{Arg, Class, Code, Operand, Reg};
use super::emitter::{Emitter, Induction};
use super::fail::Number;
use super::grid::X;
use super::params::DeviceParam;
use super::poly::Poly;
use super::reduce::identity;
use super::value::{Slot, Value};
use crate::analysis::plan::SharedArray;
use crate::ir::Scalar;

/// A group.
struct Group {
    /// Its number.
    index: Operand,
    /// Whether it is the first one.
    is_first: Operand,
    /// Number of its first iteration, and of the one behind its last.
    span: (Operand, Operand),
}

/// Where the thread's iterations find an array accumulator.
#[derive(Clone, Debug)]
pub struct Copy {
    pub base: Operand,
    /// In elements.
    pub strides: Vec<Operand>,
}

/// The region's entry, between its braces.
pub fn emit(mut emitter: Emitter) -> Code {
    let axis = emitter.axis(X);
    let groups = emitter.param(DeviceParam::Chunks);
    let level = emitter.depth() + 1;
    let name = Some("group".to_owned());
    let index = emitter.code.induction(Class::B64, level, name);
    emitter.mov(index, axis.position);
    let start = emitter.code.label("GROUP");
    let done = emitter.code.label("EXIT");
    emitter.begin_loop(None);
    emitter.code.place(start);
    emitter.scoped(|e| {
        let finished = e.test("ge", Scalar::U64, Operand::Reg(index), groups);
        e.code.jump_if(when(finished, true), done);
        let group = e.begin_group(Operand::Reg(index));
        e.run_group(&group);
    });
    let args = [Operand::Reg(index), axis.extent];
    emitter.code.def("add.s64", index, &args);
    emitter.code.jump(start);
    emitter.end_loop();
    emitter.code.place(done);
    emitter.code.act("ret", Vec::new());
    // The thread's other groups are later ones.
    emitter.failing_ends(|e| e.code.act("ret", Vec::<Arg>::new()));
    emitter.code
}

impl Emitter<'_> {
    fn begin_group(&mut self, index: Operand) -> Group {
        let length = self.param(DeviceParam::Chunk);
        let first = self.pure("mul.lo.s64", Class::B64, &[index, length]);
        let behind = self.pure("add.s64", Class::B64, &[first, length]);
        let total = self.iterations();
        let end = self.pure("min.u64", Class::B64, &[behind, total]);
        let is_first = self.test("eq", Scalar::I64, index, Operand::Int(0));
        let group = Group {
            index,
            is_first,
            span: (first, end),
        };
        let region = self.region;
        for (n, of) in (0u8..).zip(&region.shared) {
            self.begin_copy(&group, n, of);
        }
        group
    }

    // Copies.

    /// Makes the group's copy of an array accumulator known, and fills it.
    fn begin_copy(&mut self, group: &Group, n: u8, of: &SharedArray) {
        let copies = self.param(DeviceParam::Copies(n));
        let bytes = Operand::Int(of.ty.bytes().into());
        let args = [group.index, bytes, copies];
        let own = self.pure("mad.lo.s64", Class::B64, &args);
        let rank = self.last_dimension(of.var) + 1;
        let groups = self.param(DeviceParam::Chunks);
        let mut words = groups;
        let mut strides = Vec::new();
        for dim in (0..rank).rev() {
            let there = self.stride(of.var, dim);
            strides.push(self.select(Scalar::U64, there, words, group.is_first));
            let len = self.len(of.var, dim);
            words = self.hoisted("mul.lo.s64", Class::B64, &[words, len]);
        }
        strides.reverse();
        let there = self.base(of.var);
        let base = self.select(Scalar::U64, there, own, group.is_first);
        let [step, all] =
            [groups, words].map(|words| self.hoisted("mul.lo.s64", Class::B64, &[words, bytes]));
        let end = self.pure("add.s64", Class::B64, &[own, all]);
        self.fill_copy(group, of, (own, end, step));
        self.copies.insert(of.var, Copy { base, strides });
    }

    /// Every element from the first address to that behind the last becomes the identity; those of
    /// the first group have values.
    fn fill_copy(&mut self, group: &Group, of: &SharedArray, span: (Operand, Operand, Operand)) {
        let (first, end, step) = span;
        let at = self.variable(Class::B64, None);
        self.mov(at, first);
        let start = self.code.label("FILL");
        let done = self.code.label("FILLED");
        self.code.jump_if(when(group.is_first, true), done);
        self.code.place(start);
        self.scoped(|e| {
            let full = e.test("ge", Scalar::U64, Operand::Reg(at), end);
            e.code.jump_if(when(full, true), done);
            let value = identity(of.fold, of.ty);
            e.store_to("global", of.ty, Operand::Reg(at), 0, value);
        });
        self.code.def("add.s64", at, &[Operand::Reg(at), step]);
        self.code.jump(start);
        self.code.place(done);
    }

    // Iterations.

    /// A group has at least one iteration.
    fn run_group(&mut self, group: &Group) {
        let (first, end) = group.span;
        let accumulators = self.initial_values(group);
        let level = self.depth() + 1;
        let k = self.code.induction(Class::B64, level, Some("k".to_owned()));
        self.mov(k, first);
        let trips = self.split_number(k, level);
        let start = self.code.label("TURN");
        self.begin_loop(Some(Induction {
            counters: trips.clone(),
            pointers: Vec::new(),
        }));
        self.code.place(start);
        self.failures.current = Some(Number::Counter(Operand::Reg(k), 0));
        self.scoped(|e| {
            for (n, trip) in trips.iter().enumerate() {
                e.bind_parallel(n, &Poly::of(Operand::Reg(*trip)));
            }
            e.iteration();
        });
        self.next_trips(level, k, &trips);
        let more = self.fresh(Class::Pred);
        self.code.def("setp.lt.u64", more, &[Operand::Reg(k), end]);
        self.code.jump_if((more, true), start);
        self.end_loop();
        self.store_values(group.index, &accumulators);
    }

    /// To the iteration behind `k`.
    fn next_trips(&mut self, level: usize, k: Reg, trips: &[Reg]) {
        let one = Operand::Int(1);
        if trips.len() == 1 {
            self.advance_pointers(level, &[one]);
        } else {
            let mut steps = vec![Operand::Int(0); trips.len()];
            steps[trips.len() - 1] = one;
            let section = self.code.open();
            self.code.open();
            self.fill_advances(level, &[section], trips, &steps);
        }
        self.code.def("add.s64", k, &[Operand::Reg(k), one]);
    }

    // Accumulators that are no arrays.

    /// Registers with the identities, those of the first group with the values from before the
    /// region.
    fn initial_values(&mut self, group: &Group) -> Vec<Reg> {
        let region = self.region;
        let accumulators = (0u8..).zip(&region.accumulators);
        accumulators
            .map(|(n, of)| {
                let initial = self.param(DeviceParam::Initial(n));
                let identity = identity(of.fold, of.ty);
                let value = self.select(of.ty, initial, identity, group.is_first);
                let name = self.variable_name(of.var);
                let reg = self.variable(Class::of(of.ty), Some(name));
                self.mov(reg, value);
                let slot = Slot::Value(Value::Scalar(Operand::Reg(reg)));
                self.slots.insert(of.var, slot);
                reg
            })
            .collect()
    }

    fn store_values(&mut self, group: Operand, accumulators: &[Reg]) {
        let region = self.region;
        for ((n, of), reg) in (0u8..).zip(&region.accumulators).zip(accumulators) {
            let partials = self.param(DeviceParam::Partials(n));
            let bytes = Operand::Int(of.ty.bytes().into());
            let address = self.pure("mad.lo.s64", Class::B64, &[group, bytes, partials]);
            self.store_to("global", of.ty, address, 0, Operand::Reg(*reg));
        }
    }
}
