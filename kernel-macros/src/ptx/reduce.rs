//! A region with accumulators: a warp for each chunk of the canonical order.
//!
//! Thread `t` of the warp holds the lanes `t, t + 32, ..`, one register each. It walks through the
//! iterations `t, t + 32, ..` of the chunk, so that its lanes take turns. Small bodies are written
//! once for each lane, in a loop over whole rows of lanes; what remains of a chunk, and every
//! larger body, runs in a loop that passes the accumulators around in a ring.
//!
//! Where rows of lanes are vectors, a whole chunk goes another way ([`super::wide_chunk`]), in which
//! a thread holds neighbouring lanes. [`super::lane_fold`] has the chunk's tree for both.

use super::builtin::{constant, when};
use super::code::{Arg, Class, Code, Operand, Reg, Section};
use super::emitter::{Emitter, Induction};
use super::fail::Number;
use super::grid::X;
use super::params::DeviceParam;
use super::poly::Poly;
use super::value::{Slot, Value};
use super::vectors::UNROLLED_SIZE;
use crate::analysis::plan::{Fold, Identity};
use crate::ir::Scalar;

/// Threads of a warp.
pub const WARP: u32 = 32;

/// Offset of the iteration's number in the failure record.
const RECORD_NUMBER: i64 = 8;

/// A chunk.
pub struct Chunk {
    /// Its number.
    pub index: Operand,
    /// Number of its first iteration.
    pub first: Operand,
    /// Number of the iteration behind its last.
    end: Operand,
    /// Accumulators of each of the thread's lanes, by accumulator.
    pub lanes: Vec<Vec<Reg>>,
}

/// A thread's place in a chunk.
pub struct Place {
    /// Its iteration.
    pub k: Reg,
    /// The trip numbers that its loop keeps, outermost first; the one of a single loop is `k`.
    pub trips: Vec<Reg>,
}

/// The region's entry, between its braces.
pub fn emit(mut emitter: Emitter) -> Code {
    let axis = emitter.axis(X);
    let shift = Operand::Int(i64::from(WARP.trailing_zeros()));
    let warp = emitter.pure("shr.u64", Class::B64, &[axis.position, shift]);
    let warps = emitter.pure("shr.u64", Class::B64, &[axis.extent, shift]);
    let total = emitter.total();
    let steps = emitter.warp_steps();
    let chunks = emitter.param(DeviceParam::Chunks);
    let wide = emitter.find_wide();
    let level = emitter.depth() + 1;
    let index = emitter
        .code
        .induction(Class::B64, level, Some("chunk_index".to_owned()));
    emitter.mov(index, warp);
    let start = emitter.code.label("CHUNK");
    let fold = emitter.code.label("FOLD");
    let next = emitter.code.label("NEXT");
    let done = emitter.code.label("EXIT");
    emitter.begin_loop(None);
    emitter.code.place(start);
    emitter.scoped(|e| {
        let finished = e.test("ge", Scalar::U64, Operand::Reg(index), chunks);
        e.code.jump_if(when(finished, true), done);
        let chunk = e.begin_chunk(Operand::Reg(index), total);
        if let Some(wide) = &wide {
            e.wide_chunk(wide, &chunk, next);
        }
        e.run_chunk(&chunk, &steps);
        e.code.place(fold);
        e.scoped(|e| e.fold_chunk(&chunk));
    });
    emitter.code.place(next);
    emitter
        .code
        .def("add.s64", index, &[Operand::Reg(index), warps]);
    emitter.code.jump(start);
    emitter.end_loop();
    emitter.code.place(done);
    emitter.code.act("ret", Vec::new());
    emitter.failing_ends(|e| {
        // No iteration is left for the thread, but its warp still needs it.
        e.mov(total, Operand::Int(0));
        e.code.jump(fold);
    });
    emitter.code
}

impl Emitter<'_> {
    /// Number of iterations.
    pub fn iterations(&mut self) -> Operand {
        let mut product = self.trip(0);
        for n in 1..self.region.nest.len() {
            let count = self.trip(n);
            product = self.pure("mul.lo.s64", Class::B64, &[product, count]);
        }
        product
    }

    /// The same; a thread that fails sets it to zero.
    fn total(&mut self) -> Reg {
        let product = self.iterations();
        let total = self.variable(Class::B64, Some("total".to_owned()));
        self.mov(total, product);
        total
    }

    /// A warp's width as trip numbers of the parallel loops, outermost first: what they grow by
    /// from one iteration of a thread to the next, before carries.
    fn warp_steps(&mut self) -> Vec<Operand> {
        let mut rest = Operand::Int(i64::from(WARP));
        let mut steps = Vec::new();
        for n in (1..self.region.nest.len()).rev() {
            let count = self.trip(n);
            let (quotient, remainder) = self.small_division(rest, count);
            steps.push(remainder);
            rest = quotient;
        }
        steps.push(rest);
        steps.reverse();
        steps
    }

    /// Division of a number up to [`WARP`] by a trip count.
    fn small_division(&mut self, left: Operand, right: Operand) -> (Operand, Operand) {
        if let (Operand::Int(left), Operand::Int(right)) = (left, right)
            && right > 0
        {
            return (Operand::Int(left / right), Operand::Int(left % right));
        }
        // Any larger divisor gives the same.
        let bound = Operand::Int(i64::from(WARP) + 1);
        let right = self.pure("min.u64", Class::B64, &[right, bound]);
        let right = self.cast(right, Scalar::U64, Scalar::U32);
        let left = self.cast(left, Scalar::U64, Scalar::U32);
        let quotient = self.int("div", Scalar::U32, &[left, right]);
        let remainder = self.int("rem", Scalar::U32, &[left, right]);
        [quotient, remainder]
            .map(|part| self.cast(part, Scalar::U32, Scalar::U64))
            .into()
    }

    pub fn lanes_per_thread(&self) -> u32 {
        self.region.lanes() / WARP
    }

    // Chunks.

    fn begin_chunk(&mut self, index: Operand, total: Reg) -> Chunk {
        let length = self.param(DeviceParam::Chunk);
        let first = self.pure("mul.lo.s64", Class::B64, &[index, length]);
        let behind = self.pure("add.s64", Class::B64, &[first, length]);
        let args = [behind, Operand::Reg(total)];
        let mut end = self.pure("min.u64", Class::B64, &args);
        if self.region.can_fail(self.debug) {
            end = self.skip_after_failure(first, end);
        }
        let lanes = (0..self.lanes_per_thread())
            .map(|_| self.identities())
            .collect();
        Chunk {
            index,
            first,
            end,
            lanes,
        }
    }

    /// The thread's number in its warp.
    pub fn lane(&mut self) -> Operand {
        let thread = self.thread(X);
        let mask = Operand::Int(i64::from(WARP) - 1);
        self.hoisted("and.b32", Class::B32, &[thread, mask])
    }

    /// The thread's first iteration of a chunk, whose loops are two scopes down.
    fn begin_place(&mut self, chunk: &Chunk) -> Place {
        let level = self.depth() + 2;
        let k = self.code.induction(Class::B64, level, Some("k".to_owned()));
        let lane = self.lane();
        let lane = self.hoisted("cvt.u64.u32", Class::B64, &[lane]);
        self.code.def("add.s64", k, &[chunk.first, lane]);
        let trips = self.split_number(k, level);
        Place { k, trips }
    }

    /// Number of a chunk's iterations, and what is left of them behind whole rows of lanes.
    pub fn chunk_length(&mut self, chunk: &Chunk) -> (Operand, Operand) {
        let length = self.pure("sub.s64", Class::B64, &[chunk.end, chunk.first]);
        let length = self.cast(length, Scalar::U64, Scalar::U32);
        let rest = Operand::Int(i64::from(self.region.lanes()) - 1);
        let rest = self.pure("and.b32", Class::B32, &[length, rest]);
        (length, rest)
    }

    /// Number of whole rows of lanes.
    pub fn rows(&mut self, length: Operand) -> Operand {
        let shift = Operand::Int(self.region.lanes().ilog2().into());
        self.pure("shr.u32", Class::B32, &[length, shift])
    }

    /// The chunk's end; its start where the thread has failed (its total is zero) or an earlier
    /// iteration than any of the chunk has.
    fn skip_after_failure(&mut self, first: Operand, end: Operand) -> Operand {
        let record = self.param(DeviceParam::Failure);
        let earliest = self.fresh(Class::B64);
        let at = vec![Arg::Memory(record, RECORD_NUMBER)];
        self.code.def_args("ld.volatile.global.u64", earliest, at);
        let args = [Operand::Reg(earliest), first];
        let late = self.pure("setp.lt.u64", Class::Pred, &args);
        let end = self.select(Scalar::U64, first, end, late);
        self.pure("max.u64", Class::B64, &[end, first])
    }

    /// Registers with the identities of all accumulators.
    pub fn identities(&mut self) -> Vec<Reg> {
        let accumulators = &self.region.accumulators;
        accumulators
            .iter()
            .map(|accumulator| {
                let name = self.variable_name(accumulator.var);
                let reg = self.variable(Class::of(accumulator.ty), Some(name));
                self.mov(reg, identity(accumulator.fold, accumulator.ty));
                reg
            })
            .collect()
    }

    /// The trip numbers of iteration `k`.
    pub fn split_number(&mut self, k: Reg, level: usize) -> Vec<Reg> {
        let dims = self.region.nest.len();
        if dims == 1 {
            return vec![k];
        }
        let mut trips = Vec::new();
        let mut rest = Operand::Reg(k);
        for n in (1..dims).rev() {
            let count = self.trip(n);
            let quotient = self.fresh(Class::B64);
            self.code.def("div.u64", quotient, &[rest, count]);
            let product = self.fresh(Class::B64);
            let args = [Operand::Reg(quotient), count];
            self.code.def("mul.lo.s64", product, &args);
            let trip = self.trip_register(n, level);
            self.code
                .def("sub.s64", trip, &[rest, Operand::Reg(product)]);
            trips.push(trip);
            rest = Operand::Reg(quotient);
        }
        let outermost = self.trip_register(0, level);
        self.mov(outermost, rest);
        trips.push(outermost);
        trips.reverse();
        trips
    }

    fn trip_register(&mut self, n: usize, level: usize) -> Reg {
        let name = self.trip_name(n);
        self.code.induction(Class::B64, level, Some(name))
    }

    // Iterations of a chunk.

    fn run_chunk(&mut self, chunk: &Chunk, steps: &[Operand]) {
        let place = self.begin_place(chunk);
        let (length, rest) = self.chunk_length(chunk);
        let per_thread = Operand::Int(self.lanes_per_thread().into());
        let turns = if self.is_unrolled() {
            let rows = self.rows(length);
            self.whole_rows((chunk, &place), steps, rows);
            let none = self.pure("setp.eq.s32", Class::Pred, &[rest, Operand::Int(0)]);
            self.select(Scalar::U32, Operand::Int(0), per_thread, none)
        } else {
            let up = Operand::Int(i64::from(self.region.lanes()) - 1);
            let up = self.pure("add.s32", Class::B32, &[length, up]);
            let rows = self.rows(up);
            self.pure("mul.lo.s32", Class::B32, &[rows, per_thread])
        };
        self.single_turns((chunk, &place), steps, turns);
    }

    fn is_unrolled(&self) -> bool {
        !self.uses.has_loop && self.uses.size <= UNROLLED_SIZE
    }

    /// Rows in which every lane has an iteration.
    fn whole_rows(&mut self, (chunk, place): (&Chunk, &Place), steps: &[Operand], rows: Operand) {
        let body = |e: &mut Self, level: usize| {
            let single = place.trips.len() == 1;
            let mut advances = Vec::new();
            for (n, accumulators) in (0i64..).zip(&chunk.lanes) {
                let ahead = n * i64::from(WARP);
                let trips = place.ahead(if single { ahead } else { 0 });
                e.lane_iteration(place, accumulators, ahead, &trips);
                if !single {
                    advances.push(e.code.open());
                    e.code.open();
                }
            }
            let row = Operand::Int(i64::from(e.region.lanes()));
            if single {
                e.advance_pointers(level, &[row]);
            } else {
                e.fill_advances(level, &advances, &place.trips, steps);
            }
            e.code
                .def("add.s64", place.k, &[Operand::Reg(place.k), row]);
        };
        self.counted(place, rows, "ROW", body);
    }

    /// One iteration at a time; the accumulators change places after each.
    fn single_turns(
        &mut self,
        (chunk, place): (&Chunk, &Place),
        steps: &[Operand],
        turns: Operand,
    ) {
        let body = |e: &mut Self, level: usize| {
            let skip = e.code.label("SKIP");
            e.scoped(|e| {
                let k = Operand::Reg(place.k);
                let outside = e.pure("setp.ge.u64", Class::Pred, &[k, chunk.end]);
                e.code.jump_if(when(outside, true), skip);
                e.lane_iteration(place, &chunk.lanes[0], 0, &place.ahead(0));
            });
            e.code.place(skip);
            e.rotate_lanes(&chunk.lanes);
            let warp = Operand::Int(i64::from(WARP));
            if place.trips.len() == 1 {
                e.advance_pointers(level, &[warp]);
            } else {
                let section = e.code.open();
                e.code.open();
                e.fill_advances(level, &[section], &place.trips, steps);
            }
            e.code
                .def("add.s64", place.k, &[Operand::Reg(place.k), warp]);
        };
        self.counted(place, turns, "TURN", body);
    }

    /// `count` times `body`, which is given the depth of the loop's scope.
    fn counted(
        &mut self,
        place: &Place,
        count: Operand,
        stem: &str,
        body: impl FnOnce(&mut Self, usize),
    ) {
        let done = self.code.label("DONE");
        self.scoped(|e| {
            let none = e.test("eq", Scalar::U32, count, Operand::Int(0));
            e.code.jump_if(when(none, true), done);
            e.repeated(place, count, stem, body);
        });
        self.code.place(done);
    }

    /// The same where `count` is not zero.
    pub fn repeated(
        &mut self,
        place: &Place,
        count: Operand,
        stem: &str,
        body: impl FnOnce(&mut Self, usize),
    ) {
        let start = self.code.label(stem);
        let left = self.variable(Class::B32, None);
        self.mov(left, count);
        let level = self.depth() + 1;
        self.begin_loop(Some(Induction {
            counters: place.trips.clone(),
            pointers: Vec::new(),
        }));
        self.code.place(start);
        body(self, level);
        self.code
            .def("sub.s32", left, &[Operand::Reg(left), Operand::Int(1)]);
        let more = self.fresh(Class::Pred);
        let args = [Operand::Reg(left), Operand::Int(0)];
        self.code.def("setp.ne.s32", more, &args);
        self.code.jump_if((more, true), start);
        self.end_loop();
    }

    /// Accumulators are these registers from now on.
    pub fn bind_accumulators(&mut self, registers: &[Reg]) {
        let region = self.region;
        for (accumulator, reg) in region.accumulators.iter().zip(registers) {
            let value = Value::Scalar(Operand::Reg(*reg));
            self.slots.insert(accumulator.var, Slot::Value(value));
        }
    }

    /// The iteration `ahead` of the thread's place, with these trip numbers, which adds to these
    /// accumulators.
    pub fn lane_iteration(
        &mut self,
        place: &Place,
        accumulators: &[Reg],
        ahead: i64,
        trips: &[Poly],
    ) {
        self.bind_accumulators(accumulators);
        self.failures.current = Some(Number::Counter(Operand::Reg(place.k), ahead));
        self.scoped(|e| {
            for (n, trip) in trips.iter().enumerate() {
                e.bind_parallel(n, trip);
            }
            e.iteration();
        });
    }

    /// Every lane's accumulators take the place of those before them, the first the last's.
    fn rotate_lanes(&mut self, lanes: &[Vec<Reg>]) {
        for n in 0..lanes[0].len() {
            let first = self.snapshot(Operand::Reg(lanes[0][n]));
            for pair in lanes.windows(2) {
                self.mov(pair[0][n], Operand::Reg(pair[1][n]));
            }
            self.mov(lanes[lanes.len() - 1][n], first);
        }
    }

    /// Writes, into each section, how trip numbers and pointers go on to the thread's next
    /// iteration. The sections are filled once the body has asked for all its pointers.
    pub fn fill_advances(
        &mut self,
        level: usize,
        sections: &[Section],
        trips: &[Reg],
        steps: &[Operand],
    ) {
        for section in sections {
            self.in_section(*section, |e| {
                e.advance_pointers(level, steps);
                for (trip, step) in trips.iter().zip(steps) {
                    if *step != Operand::Int(0) {
                        e.code.def("add.s64", *trip, &[Operand::Reg(*trip), *step]);
                    }
                }
                for n in (1..trips.len()).rev() {
                    e.carry(level, trips, n);
                }
            });
        }
    }

    /// Where trip number `n` has reached its count, it starts over and the one outside it goes on.
    fn carry(&mut self, level: usize, trips: &[Reg], n: usize) {
        let count = self.trip(n);
        let full = self.fresh(Class::Pred);
        let trip = Operand::Reg(trips[n]);
        self.code.def("setp.ge.u64", full, &[trip, count]);
        let guard = (full, true);
        self.code.def_if(guard, "sub.s64", trips[n], &[trip, count]);
        let outer = Operand::Reg(trips[n - 1]);
        let args = [outer, Operand::Int(1)];
        self.code.def_if(guard, "add.s64", trips[n - 1], &args);
        let pointers = match &self.scopes[level].induction {
            Some(induction) => induction.pointers.clone(),
            None => Vec::new(),
        };
        for pointer in pointers {
            let back = self.product_of(&pointer.slopes[n], &Poly::of(count));
            let change = pointer.slopes[n - 1].minus(&back);
            let change = self.materialise(&change);
            if change != Operand::Int(0) {
                let args = [Operand::Reg(pointer.reg), change];
                self.code.def_if(guard, "add.s64", pointer.reg, &args);
            }
        }
    }
}

impl Place {
    /// The trip numbers `ahead` of its own, for a single loop.
    fn ahead(&self, ahead: i64) -> Vec<Poly> {
        let ahead = Poly::constant(ahead);
        let trips = self.trips.iter();
        trips
            .map(|trip| Poly::of(Operand::Reg(*trip)).plus(&ahead))
            .collect()
    }
}

/// The value that combining leaves unchanged.
pub fn identity(fold: Fold, ty: Scalar) -> Operand {
    match fold.identity(ty) {
        Identity::Int(value) => Operand::Int(value as i64),
        Identity::Bool(value) => Operand::Bool(value),
        Identity::Float(value) => constant(ty, value),
    }
}
