//! The wide way through a chunk: thread `t` of the warp holds neighbouring lanes, so that its share
//! of a row of lanes is one vector of each array.
//!
//! Chunks begin at multiples of the lanes, so what lies on boundaries in the first row of the space
//! does in all rows of all chunks. Only the last chunk can have a rest, and goes the other way. None
//! is empty: all chunks begin within the space, and where an iteration could fail, which would empty
//! those that come too late, no vectors are looked for. So one without a rest has a row.

use super::builtin::when;
use super::code::{Class, Label, Operand};
use super::emitter::Emitter;
use super::poly::Poly;
use super::reduce::{Chunk, Place};
use super::vectors::Vectors;

/// The wide way of a region that has one.
pub struct Wide {
    vectors: Vectors,
    /// Whether the arrays lie so: the same for all threads.
    holds: Operand,
}

impl Emitter<'_> {
    /// Whether chunks can go the wide way, and the test whether the arrays let them.
    pub fn find_wide(&mut self) -> Option<Wide> {
        let vectors = self.find_lane_vectors(self.lanes_per_thread())?;
        let holds = self.rows_are_vectors(&vectors);
        Some(Wide { vectors, holds })
    }

    fn rows_are_vectors(&mut self, vectors: &Vectors) -> Operand {
        let start = vec![Operand::Int(0); self.region.nest.len()];
        let mut holds = self.on_boundary((vectors, &vectors.lead), &start, Operand::Int(0));
        for element in &vectors.aligned {
            let on = self.on_boundary((vectors, element), &start, Operand::Int(0));
            holds = self.pure("and.pred", Class::Pred, &[holds, on]);
        }
        for gap in &vectors.gaps {
            let gap = vectors.resolved(self, gap, &start);
            let gap = self.materialise(&gap);
            let none = self.pure("setp.eq.s64", Class::Pred, &[gap, Operand::Int(0)]);
            holds = self.pure("and.pred", Class::Pred, &[holds, none]);
        }
        self.and_neighbours(vectors, holds)
    }

    /// All of a chunk and on to `next`, if it can go the wide way.
    pub fn wide_chunk(&mut self, wide: &Wide, chunk: &Chunk, next: Label) {
        let (length, rest) = self.chunk_length(chunk);
        let whole = self.pure("setp.eq.s32", Class::Pred, &[rest, Operand::Int(0)]);
        let goes = self.pure("and.pred", Class::Pred, &[wide.holds, whole]);
        let other = self.code.label("SINGLES");
        self.code.jump_if(when(goes, false), other);
        self.scoped(|e| {
            let rows = e.rows(length);
            e.wide_rows(&wide.vectors, chunk, rows);
            e.fold_wide_chunk(chunk);
            e.code.jump(next);
        });
        self.code.place(other);
    }

    fn wide_rows(&mut self, vectors: &Vectors, chunk: &Chunk, rows: Operand) {
        let place = self.begin_wide(vectors, chunk);
        let k = Operand::Reg(place.k);
        // The rows of a nest follow one another, so its loops are one.
        let mut start = vec![Operand::Int(0); self.region.nest.len()];
        start.pop();
        let body = |e: &mut Self, level: usize| {
            let trips: Vec<Operand> = start.iter().copied().chain([k]).collect();
            e.begin_together(vectors, &trips);
            for (ahead, accumulators) in (0i64..).zip(&chunk.lanes) {
                let trip = Poly::of(k).plus(&Poly::constant(ahead));
                let outer = start.iter().map(|trip| Poly::of(*trip));
                let trips: Vec<Poly> = outer.chain([trip]).collect();
                e.lane_iteration(&place, accumulators, ahead, &trips);
            }
            e.end_together();
            let row = Operand::Int(i64::from(e.region.lanes()));
            e.advance_pointers(level, &[row]);
            e.code.def("add.s64", place.k, &[k, row]);
        };
        self.repeated(&place, rows, "WIDE", body);
    }

    /// The thread's first iteration; the loop is one scope down.
    fn begin_wide(&mut self, vectors: &Vectors, chunk: &Chunk) -> Place {
        let level = self.depth() + 1;
        let k = self.code.induction(Class::B64, level, Some("k".to_owned()));
        let lane = self.lane();
        let lane = self.hoisted("cvt.u64.u32", Class::B64, &[lane]);
        let shift = Operand::Int(vectors.width.ilog2().into());
        let ahead = self.hoisted("shl.b64", Class::B64, &[lane, shift]);
        self.code.def("add.s64", k, &[chunk.first, ahead]);
        let trips = vec![k];
        Place { k, trips }
    }
}
