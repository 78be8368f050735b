//! A region without accumulators: grid-stride loops, the innermost along `x`, where a thread may
//! take neighbouring iterations together.

use super::builtin::when;
use super::code::{Arg, Class, Code, Label, Operand};
use super::emitter::Emitter;
use super::fail::Number;
use super::grid::Axis;
use super::params::Shape;
use super::poly::Poly;
use super::value::Slot;
use super::vector_loop::Span;

/// The region's entry, between its braces.
pub fn emit(mut emitter: Emitter) -> Code {
    let dims = emitter.region.nest.len();
    let axes: Vec<Axis> = (0..dims).map(|n| emitter.axis(dims - 1 - n)).collect();
    emitter.grid_loops(&axes, &mut Vec::new());
    emitter.code.act("ret", Vec::new());
    emitter.failing_ends(|e| e.code.act("ret", Vec::<Arg>::new()));
    emitter.code
}

impl Emitter<'_> {
    /// The loops from depth `trips.len()` of the nest inwards.
    fn grid_loops(&mut self, axes: &[Axis], trips: &mut Vec<Operand>) {
        let n = trips.len();
        if n == axes.len() {
            self.failures.current = Some(Number::Trips(trips.clone()));
            self.iteration();
            return;
        }
        let done = self.code.label("DONE");
        let count = self.trip(n);
        // What stands in front of the loop is not computed by threads beyond its end.
        self.scoped(|e| {
            let args = [axes[n].position, count];
            let outside = e.pure("setp.ge.u64", Class::Pred, &args);
            e.code.jump_if(when(outside, true), done);
            e.grid_loop(axes, trips, (count, done));
        });
        self.code.place(done);
    }

    /// The innermost loop goes through vectors first, if it can, and then through what they leave.
    fn grid_loop(&mut self, axes: &[Axis], trips: &mut Vec<Operand>, ends: (Operand, Label)) {
        let n = trips.len();
        let axis = axes[n];
        let vectors = self.vectors.clone().filter(|_| n + 1 == axes.len());
        let share = match vectors {
            Some(vectors) => self.vector_loop(&vectors, axis, trips, ends),
            None => Span {
                first: axis.position,
                end: ends.0,
            },
        };
        self.strided_loop("LOOP", trips, share, axis.extent, |e, trips| {
            e.bind_parallel(n, &Poly::of(trips[n]));
            e.grid_loops(axes, trips);
        });
    }

    /// A loop from the first trip of a span on, which is not empty, in steps. The trip number is the
    /// last that `body` is given.
    pub fn strided_loop(
        &mut self,
        stem: &str,
        trips: &mut Vec<Operand>,
        span: Span,
        step: Operand,
        body: impl FnOnce(&mut Self, &mut Vec<Operand>),
    ) {
        let start = self.code.label(stem);
        let level = self.depth() + 1;
        let name = self.trip_name(trips.len());
        let [first, end, step] = [span.first, span.end, step].map(|of| self.in_counter(of));
        let class = self.counter_class();
        let counter = self.code.induction(class, level, Some(name));
        self.mov(counter, first);
        self.begin_loop(None);
        self.code.place(start);
        let trip = self.trip_of(counter);
        trips.push(Operand::Reg(trip));
        self.scoped(|e| body(e, trips));
        trips.pop();
        let (add, less) = match class {
            Class::B32 => ("add.s32", "setp.lt.u32"),
            _ => ("add.s64", "setp.lt.u64"),
        };
        let count = Operand::Reg(counter);
        self.code.def(add, counter, &[count, step]);
        let more = self.fresh(Class::Pred);
        self.code.def(less, more, &[count, end]);
        self.code.jump_if((more, true), start);
        self.end_loop();
    }

    /// Name of the register of a parallel loop's trip number: the variable's where they agree.
    pub fn trip_name(&self, n: usize) -> String {
        let nest = &self.region.nest[n];
        let shape = Shape::of(nest);
        let name = self.variable_name(nest.var);
        let same = shape.first == Some(0) && shape.step == Some(1) && nest.ty.bits() == 64;
        if same { name } else { format!("t_{name}") }
    }

    /// Makes the variable of a parallel loop known for trip number `t`.
    pub fn bind_parallel(&mut self, n: usize, t: &Poly) {
        let var = self.region.nest[n].var;
        let value = self.loop_value(n, t);
        self.slots.insert(var, Slot::Affine(value));
        if self.function.vars[var].mutable {
            self.copy_loop_variable(var);
        }
    }

    /// One iteration; `continue` leads to its end.
    pub fn iteration(&mut self) {
        let next = self.code.label("NEXT");
        self.next_iteration = next;
        let region = self.region;
        self.scoped(|e| e.block(&region.body));
        self.code.place(next);
    }
}
