//! `for` loops inside an iteration.

use super::builtin::when;
use super::code::{Class, Label, Operand, Reg, Section};
use super::emitter::{Emitter, Exits, Induction};
use super::fail::Number;
use super::poly::Poly;
use super::value::{Slot, Value};
use crate::ir::{
    Adapter, Block, ExprId, ExprKind, Function, Loop, LoopId, Scalar, Stmt, StmtKind, VarId,
};

/// How a loop goes from one value to the next.
pub struct Counter {
    /// The counter in 64 bits, extended as its type says; what pointers follow.
    wide: Reg,
    step: Operand,
    /// Copies of the body in one step.
    copies: i64,
    /// What the body reads as the loop variable, in the first copy.
    slot: Slot,
    kind: CounterKind,
}

enum CounterKind {
    /// Up to a bound: the register in the variable's own type, and the bound.
    Range {
        value: Reg,
        ty: Scalar,
        end: Operand,
        inclusive: bool,
    },
    /// A number of iterations still to come after the present one.
    Remaining(Reg),
}

impl Counter {
    /// What a copy of the body reads as the loop variable.
    fn slot_of(&self, copy: i64) -> Slot {
        match copy {
            0 => self.slot.clone(),
            ahead => {
                let wide = Poly::of(Operand::Reg(self.wide));
                Slot::Affine(wide.plus(&Poly::constant(ahead)))
            }
        }
    }
}

/// Whether something in a loop's body may leave its iteration.
pub fn has_jump(body: &Block, function: &Function) -> bool {
    let in_expr = |id: &ExprId| match &function.exprs[*id].kind {
        ExprKind::If {
            then, otherwise, ..
        } => {
            let otherwise = otherwise.as_ref();
            has_jump(then, function) || otherwise.is_some_and(|of| has_jump(of, function))
        }
        ExprKind::Block(block) => has_jump(block, function),
        _ => false,
    };
    let in_stmt = |stmt: &Stmt| match &stmt.kind {
        StmtKind::Break { .. } | StmtKind::Continue { .. } | StmtKind::Return(_) => true,
        StmtKind::Expr(id) => in_expr(id),
        // Whatever jumps in there may lead out of here.
        StmtKind::For(id) => has_jump(&function.loops[*id].body, function),
        StmtKind::While { body, .. } | StmtKind::Loop { body } => has_jump(body, function),
        _ => false,
    };
    body.stmts.iter().any(in_stmt)
}

impl Emitter<'_> {
    pub fn for_stmt(&mut self, id: LoopId) {
        let done = self.code.label("DONE");
        // What stands in front of the loop is not computed where the range is empty.
        self.scoped(|e| {
            if e.streams(id, done) {
                return;
            }
            match e.has_copies(id) {
                true => e.loop_with_copies(id, done),
                false => e.for_loop(id, done),
            }
        });
        self.code.place(done);
    }

    fn for_loop(&mut self, id: LoopId, done: Label) {
        let counter = self.counter(&self.function.loops[id], done);
        self.passes(id, &counter, done);
    }

    /// The loop, once its counter has its first value; `done` is behind it.
    pub fn passes(&mut self, id: LoopId, counter: &Counter, done: Label) {
        let node = &self.function.loops[id];
        let next = self.code.label("NEXT");
        let start = self.code.label("FOR");
        // Room for the start of the wide counter, which nothing may need.
        let wide_start = self.code.open();
        self.code.open();
        let level = self.depth() + 1;
        self.begin_loop(Some(Induction {
            counters: vec![counter.wide],
            pointers: Vec::new(),
        }));
        self.code.place(start);
        self.begin_pass(level);
        let certain = (!has_jump(&node.body, self.function)).then_some(level);
        self.loops.push(Exits {
            next,
            done,
            certain,
        });
        let outside = self.failures.current.clone();
        if let (true, Slot::Counter(reg, _)) = (self.region.in_order == Some(id), &counter.slot) {
            self.failures.current = Some(Number::InOrder(id, Operand::Reg(*reg)));
        }
        for copy in 0..counter.copies {
            self.code.is_copy = copy > 0;
            self.scoped(|e| {
                e.bind_counter(node.var, &counter.slot_of(copy));
                e.block(&node.body);
            });
        }
        self.code.is_copy = false;
        self.failures.current = outside;
        self.loops.pop();
        self.code.place(next);
        self.leave_or_count(counter, done);
        self.advance_pointers(level, &[counter.step]);
        self.widen(counter, wide_start);
        self.repeat_or_leave(counter, start);
        self.end_loop();
    }

    fn bind_counter(&mut self, var: VarId, slot: &Slot) {
        self.slots.insert(var, slot.clone());
        if self.function.vars[var].mutable {
            self.copy_loop_variable(var);
        }
    }

    /// A loop variable declared `mut` is a copy that the iteration may change.
    pub fn copy_loop_variable(&mut self, var: VarId) {
        let ty = self.scalar_type(var);
        let value = match self.slots[&var].clone() {
            Slot::Counter(reg, _) => Operand::Reg(reg),
            Slot::Affine(poly) => {
                let wide = self.materialise(&poly);
                self.cast(wide, Scalar::I64, ty)
            }
            Slot::Value(value) => value.scalar(),
        };
        let name = self.variable_name(var);
        let copy = self.variable(Class::of(ty), Some(name));
        self.mov(copy, value);
        let value = Value::Scalar(Operand::Reg(copy));
        self.slots.insert(var, Slot::Value(value));
    }

    /// Evaluates the range; jumps to `done` if it is empty.
    fn counter(&mut self, node: &Loop, done: Label) -> Counter {
        let ty = self.scalar_type(node.var);
        let [start, end] = self.range_ends(node);
        let steps: Vec<Option<Operand>> = node
            .range
            .adapters
            .iter()
            .map(|adapter| match adapter {
                Adapter::Rev => None,
                Adapter::StepBy(step) => {
                    let step = self.scalar(*step);
                    Some(self.snapshot(step))
                }
            })
            .collect();
        self.skip_empty(ty, (start, end), node.range.inclusive, done);
        if steps.is_empty() {
            self.range_counter(node, ty, (start, end), 1)
        } else {
            self.adapted_counter(node, ty, (start, end), &steps)
        }
    }

    pub fn range_ends(&mut self, node: &Loop) -> [Operand; 2] {
        [node.range.start, node.range.end].map(|end| {
            let end = self.scalar(end);
            self.snapshot(end)
        })
    }

    pub fn skip_empty(
        &mut self,
        ty: Scalar,
        (start, end): (Operand, Operand),
        inclusive: bool,
        done: Label,
    ) {
        if let (Operand::Int(start), Operand::Int(end)) = (start, end)
            && (0..i64::MAX).contains(&start)
            && (start < end || inclusive && start == end)
        {
            return;
        }
        let cmp = if inclusive { "gt" } else { "ge" };
        let empty = self.test(cmp, ty, start, end);
        self.code.jump_if(when(empty, true), done);
    }

    /// From value to value, `copies` at a time.
    pub fn range_counter(
        &mut self,
        node: &Loop,
        ty: Scalar,
        (start, end): (Operand, Operand),
        copies: i64,
    ) -> Counter {
        let level = self.depth() + 1;
        let name = self.variable_name(node.var);
        let value = self.code.induction(Class::of(ty), level, Some(name));
        self.mov(value, start);
        let wide = match Class::of(ty) {
            Class::B64 => value,
            _ => self.code.induction(Class::B64, level, None),
        };
        Counter {
            wide,
            step: Operand::Int(copies),
            copies,
            slot: Slot::Counter(value, Poly::of(Operand::Reg(wide))),
            kind: CounterKind::Range {
                value,
                ty,
                end,
                inclusive: node.range.inclusive,
            },
        }
    }

    /// A range with adapters as first value, step and number of the last iteration.
    fn adapted_counter(
        &mut self,
        node: &Loop,
        ty: Scalar,
        (start, end): (Operand, Operand),
        steps: &[Option<Operand>],
    ) -> Counter {
        let wide_type = if ty.is_signed() {
            Scalar::I64
        } else {
            Scalar::U64
        };
        let start = self.cast(start, ty, wide_type);
        let end = self.cast(end, ty, wide_type);
        let mut first = Poly::of(start);
        let mut step = Poly::constant(1);
        let past = i64::from(!node.range.inclusive);
        let last = Poly::of(end).minus(&first).minus(&Poly::constant(past));
        let mut last = self.materialise(&last);
        for adapter in steps {
            match adapter {
                None => {
                    let distance = step.times(&Poly::of(last)).expect("few factors");
                    first = first.plus(&distance);
                    step = step.scaled(-1);
                }
                Some(by) => {
                    last = self.pure("div.u64", Class::B64, &[last, *by]);
                    step = step.times(&Poly::of(*by)).expect("few factors");
                }
            }
        }
        let level = self.depth() + 1;
        let first = self.materialise(&first);
        let step = self.materialise(&step);
        let wide = self.code.induction(Class::B64, level, None);
        self.mov(wide, first);
        let remaining = self.variable(Class::B64, None);
        self.mov(remaining, last);
        Counter {
            wide,
            step,
            copies: 1,
            slot: Slot::Affine(Poly::of(Operand::Reg(wide))),
            kind: CounterKind::Remaining(remaining),
        }
    }

    /// What comes before the pointers advance: the test that must not see a value past the last.
    fn leave_or_count(&mut self, counter: &Counter, done: Label) {
        match &counter.kind {
            CounterKind::Range {
                value,
                ty,
                end,
                inclusive: true,
            } => {
                let test = self.test("ge", *ty, Operand::Reg(*value), *end);
                self.code.jump_if(when(test, true), done);
            }
            CounterKind::Range { .. } => {}
            CounterKind::Remaining(remaining) => {
                let value = Operand::Reg(*remaining);
                let test = self.pure("setp.eq.s64", Class::Pred, &[value, Operand::Int(0)]);
                self.code.jump_if(when(test, true), done);
                self.code
                    .def("sub.s64", *remaining, &[value, Operand::Int(1)]);
            }
        }
    }

    /// The counter itself goes on, and the loop around again.
    fn repeat_or_leave(&mut self, counter: &Counter, start: Label) {
        let advance = |e: &mut Self, reg: Reg, op: &str, step: Operand| {
            e.code.def(op, reg, &[Operand::Reg(reg), step]);
        };
        match &counter.kind {
            CounterKind::Range {
                value,
                ty,
                end,
                inclusive,
            } => {
                let op = format!("add.{}", super::arith::signed_suffix(*ty));
                advance(self, *value, &op, counter.step);
                if *inclusive {
                    self.code.jump(start);
                    return;
                }
                let op = format!("setp.lt.{}", super::arith::suffix(*ty));
                let more = self.fresh(Class::Pred);
                self.code.def(op, more, &[Operand::Reg(*value), *end]);
                self.code.jump_if((more, true), start);
            }
            CounterKind::Remaining(_) => {
                advance(self, counter.wide, "add.s64", counter.step);
                self.code.jump(start);
            }
        }
    }

    /// A narrow counter's 64 bits, if anything reads them.
    fn widen(&mut self, counter: &Counter, section: Section) {
        let CounterKind::Range { value, ty, .. } = &counter.kind else {
            return;
        };
        if counter.wide == *value || self.code.uses(counter.wide) == 0 {
            return;
        }
        let wide = counter.wide;
        let op = if ty.is_signed() {
            "cvt.s64.s32"
        } else {
            "cvt.u64.u32"
        };
        let value = Operand::Reg(*value);
        self.in_section(section, |e| e.code.def(op, wide, &[value]));
        self.code
            .def("add.s64", wide, &[Operand::Reg(wide), counter.step]);
    }

    /// Moves the pointers of the loop at depth `level` on, by a step of each counter.
    pub fn advance_pointers(&mut self, level: usize, steps: &[Operand]) {
        let Some(induction) = &self.scopes[level].induction else {
            return;
        };
        for pointer in induction.pointers.clone() {
            let mut growth = Poly::default();
            for (slope, step) in pointer.slopes.iter().zip(steps) {
                growth = growth.plus(&self.product_of(slope, &Poly::of(*step)));
            }
            let growth = self.materialise(&growth);
            let args = [Operand::Reg(pointer.reg), growth];
            self.code.def("add.s64", pointer.reg, &args);
        }
    }
}
