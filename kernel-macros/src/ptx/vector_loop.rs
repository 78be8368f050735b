//! A map's loop over neighbouring iterations that go together.
//!
//! It begins at the first trip whose store lies on a boundary of its vectors, and runs only where
//! all vectors then lie on theirs, which is the same for all trips of a row. What it leaves, at both
//! ends or altogether, an ordinary loop does.

use super::builtin::when;
use super::code::{Class, Label, Operand};
use super::emitter::Emitter;
use super::grid::Axis;
use super::poly::Poly;
use super::staged::Staged;
use super::vectors::{Element, Vectors};

/// Trips from one to before another.
#[derive(Clone, Copy)]
pub struct Span {
    pub first: Operand,
    pub end: Operand,
}

impl Emitter<'_> {
    /// The loop over iterations together; gives the thread's share of what it leaves. Goes to `done`
    /// if that is nothing.
    pub fn vector_loop(
        &mut self,
        vectors: &Vectors,
        axis: Axis,
        trips: &mut Vec<Operand>,
        (count, done): (Operand, Label),
    ) -> Span {
        let span = self.vector_span(vectors, axis, trips, count);
        let shift = Operand::Int(vectors.width.ilog2().into());
        let ahead = self.hoisted("shl.b64", Class::B64, &[axis.position, shift]);
        let step = self.hoisted("shl.b64", Class::B64, &[axis.extent, shift]);
        self.scoped(|e| {
            let first = e.pure("add.s64", Class::B64, &[ahead, span.first]);
            let rest = e.code.label("REST");
            let none = e.pure("setp.ge.u64", Class::Pred, &[first, span.end]);
            e.code.jump_if(when(none, true), rest);
            let share = Span { first, ..span };
            e.strided_loop("VECTOR", trips, share, step, |e, trips| {
                e.iterations_together(vectors, trips);
            });
            e.code.place(rest);
        });
        self.left_over(span, axis, (count, done))
    }

    /// The trips that go together: empty at zero where none do.
    fn vector_span(
        &mut self,
        vectors: &Vectors,
        axis: Axis,
        trips: &[Operand],
        count: Operand,
    ) -> Span {
        let width = vectors.width;
        let lead = vectors.row(self, &vectors.lead, trips);
        let lead = self.materialise(&lead);
        let bytes = i64::from(vectors.lead.ty.bytes());
        let scale = Operand::Int(bytes.ilog2().into());
        let elements = self.hoisted("shr.u64", Class::B64, &[lead, scale]);
        let missing = self.hoisted("neg.s64", Class::B64, &[elements]);
        let first = self.hoisted("and.b64", Class::B64, &[missing, Operand::Int(width - 1)]);
        let holds = self.vectors_hold(vectors, (axis, count), trips, first);
        let rest = self.hoisted("sub.s64", Class::B64, &[count, first]);
        let whole = self.hoisted("and.b64", Class::B64, &[rest, Operand::Int(-width)]);
        let end = self.hoisted("add.s64", Class::B64, &[first, whole]);
        let or_zero =
            |e: &mut Self, of| e.hoisted("selp.b64", Class::B64, &[of, Operand::Int(0), holds]);
        Span {
            first: or_zero(self, first),
            end: or_zero(self, end),
        }
    }

    /// Whether every thread of the row has some trips, rows have neighbours side by side, and all
    /// vectors are on their boundaries if the first begins at trip `first`.
    fn vectors_hold(
        &mut self,
        vectors: &Vectors,
        (axis, count): (Axis, Operand),
        trips: &[Operand],
        first: Operand,
    ) -> Operand {
        // What the loop leaves is less than two vectors: a trip for each thread.
        let fewest = Operand::Int(2 * vectors.width);
        let fewer = self.hoisted("min.u64", Class::B64, &[axis.extent, count]);
        let mut holds = self.hoisted("setp.ge.u64", Class::Pred, &[fewer, fewest]);
        holds = self.and_neighbours(vectors, holds);
        for element in &vectors.aligned {
            let on = self.on_boundary((vectors, element), trips, first);
            holds = self.hoisted("and.pred", Class::Pred, &[holds, on]);
        }
        holds
    }

    /// Whether `holds`, and elements are side by side along the last dimension of all arrays.
    pub fn and_neighbours(&mut self, vectors: &Vectors, mut holds: Operand) -> Operand {
        for array in &vectors.strided {
            let stride = self.last_stride(*array);
            let unit = self.hoisted("setp.eq.s64", Class::Pred, &[stride, Operand::Int(1)]);
            holds = self.hoisted("and.pred", Class::Pred, &[holds, unit]);
        }
        holds
    }

    /// Whether vectors are on their boundaries that begin with an element in trip `first`.
    pub fn on_boundary(
        &mut self,
        (vectors, element): (&Vectors, &Element),
        trips: &[Operand],
        first: Operand,
    ) -> Operand {
        let bytes = i64::from(element.ty.bytes());
        let row = vectors.row(self, element, trips);
        let row = self.materialise(&row);
        let begin = match first {
            Operand::Int(0) => row,
            _ => {
                let scale = Operand::Int(bytes.ilog2().into());
                let skipped = self.hoisted("shl.b64", Class::B64, &[first, scale]);
                self.hoisted("add.s64", Class::B64, &[row, skipped])
            }
        };
        let mask = Operand::Int(vectors.width * bytes - 1);
        let beside = self.hoisted("and.b64", Class::B64, &[begin, mask]);
        self.hoisted("setp.eq.s64", Class::Pred, &[beside, Operand::Int(0)])
    }

    /// A thread's trips outside of `span`: those behind it go to the first threads, those in front
    /// of it to the next. There are fewer than threads unless the span is empty.
    fn left_over(&mut self, span: Span, axis: Axis, (count, done): (Operand, Label)) -> Span {
        let behind = self.pure("add.s64", Class::B64, &[span.end, axis.position]);
        let is_behind = self.pure("setp.lt.u64", Class::Pred, &[behind, count]);
        let in_front = self.pure("sub.s64", Class::B64, &[behind, count]);
        let first = self.pure("selp.b64", Class::B64, &[behind, in_front, is_behind]);
        let end = self.pure("selp.b64", Class::B64, &[count, span.first, is_behind]);
        let none = self.pure("setp.ge.u64", Class::Pred, &[first, end]);
        self.code.jump_if(when(none, true), done);
        Span { first, end }
    }

    /// The iterations from the last of `trips` on.
    fn iterations_together(&mut self, vectors: &Vectors, trips: &[Operand]) {
        let n = trips.len() - 1;
        let trip = Poly::of(trips[n]);
        let region = self.region;
        self.begin_together(vectors, trips);
        for ahead in 0..vectors.width {
            self.bind_parallel(n, &trip.plus(&Poly::constant(ahead)));
            self.block(&region.body);
        }
        self.end_together();
    }

    /// Loads what the iterations from the last of `trips` on have in vectors.
    pub fn begin_together(&mut self, vectors: &Vectors, trips: &[Operand]) {
        self.unit_strides = true;
        self.staged = Some(Staged::default());
        for load in &vectors.loads {
            self.load_vector(vectors, load, trips);
        }
    }

    /// Stores what they have left, in a map.
    pub fn end_together(&mut self) {
        self.store_vectors();
        self.unit_strides = false;
    }
}
