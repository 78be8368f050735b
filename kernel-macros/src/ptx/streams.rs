//! Inner loops in which each thread walks along memory of its own, as in sums of rows: neighbouring threads load
//! from lines far apart, and every line comes as often as it has elements. Such a loop has many copies of its body
//! in a pass, and what they load comes as vectors in front of all of them, so that a line comes once and many are on
//! their way at a time. The order of the operations stays.
//!
//! Vectors begin at the first trip whose element lies on a boundary of 16 bytes, where all other rows then have to do
//! so as well; the trips before and behind go one by one, or all of them where rows are short or do not lie so. What
//! is loaded shows only when the body is written: if nothing is, all is as if it had not been tried.

use super::address::Address;
use super::builtin::when;
use super::code::{Arg, Class, Label, Operand, Reg, Section};
use super::emitter::Emitter;
use super::inner::has_jump;
use super::params;
use super::poly::Poly;
use super::staged::vector_load;
use super::uses::Uses;
use super::value::Slot;
use super::vectors::LONGEST;
use crate::analysis::plan::SiteKey;
use crate::ir::{AccessId, AccessMode, ExprKind, Loop, LoopId, Scalar, VarId, walk};
use crate::tables::HashMap;

/// Bytes of a row that are on their way at a time: a line of the cache.
const BYTES: i64 = 128;
/// Copies of the body in a pass, at least, and expressions in all of them, at most.
const FEWEST: i64 = 8;
const SIZE: usize = 512;

/// What the loop being written loads as vectors.
#[derive(Clone, Debug)]
pub struct Streams {
    passes: Passes,
    /// Where a pass begins.
    top: Option<Section>,
    rows: Vec<Row>,
    /// By address.
    loaded: HashMap<(Operand, i64), Reg>,
}

/// How the loop goes on.
#[derive(Clone, Copy, Debug)]
struct Passes {
    /// Depth of its scope.
    level: usize,
    copies: i64,
    ty: Scalar,
    /// What is behind its last trip.
    stop: Reg,
}

/// Memory that the loop walks along: where the first copy of a pass loads, given the loop's counter, and the bytes of
/// an element.
#[derive(Clone, Debug)]
struct Row {
    address: Poly,
    counter: Reg,
    bytes: i64,
}

impl Emitter<'_> {
    /// Writes the loop that way, and says whether it has rows to walk along.
    pub fn streams(&mut self, id: LoopId, done: Label) -> bool {
        let Some(copies) = self.copies_of_stream(id) else {
            return false;
        };
        let before = self.clone();
        let found = self.streamed_loop(id, copies, done);
        if !found {
            *self = before;
        }
        found
    }

    /// How many copies its body has, if it is short, cannot fail or leave the loop, only loads, and does so at the
    /// loop's variable.
    fn copies_of_stream(&self, id: LoopId) -> Option<i64> {
        let node = &self.function.loops[id];
        let map = !self.is_function() && !self.region.combines() && self.region.in_order.is_none();
        let plain = node.range.adapters.is_empty() && !node.range.inclusive;
        let wide = self.scalar_type(node.var).bits() == 64 && !self.function.vars[node.var].mutable;
        if !(map && plain && wide) || self.streams.is_some() || has_jump(&node.body, self.function)
        {
            return None;
        }
        let uses = Uses::of(self.function, &node.body);
        let loads = uses.accesses.iter().all(|access| {
            let load = self.function.accesses[*access].mode == AccessMode::Load;
            load && !self.is_checked(*access)
        });
        let moves = uses
            .accesses
            .iter()
            .any(|access| self.mentions(*access, node.var));
        if uses.has_loop || !loads || !moves || !self.is_light(node) {
            return None;
        }
        let bytes = uses
            .accesses
            .iter()
            .map(|of| self.element_type(*of).bytes());
        let mut copies = BYTES / i64::from(bytes.max()?.max(4));
        while copies as usize * uses.size > SIZE {
            copies /= 2;
        }
        (copies >= FEWEST).then_some(copies)
    }

    fn mentions(&self, access: AccessId, var: VarId) -> bool {
        let mut found = false;
        for index in &self.function.accesses[access].index {
            walk::below(self.function, *index, &mut |id| {
                found |= matches!(self.function.exprs[id].kind, ExprKind::Var(of) if of == var);
            });
        }
        found
    }

    /// Whether no expression of the body can fail or takes long.
    fn is_light(&self, node: &Loop) -> bool {
        let mut light = true;
        walk::expressions(self.function, &node.body, &mut |id| {
            let sites = [
                SiteKey::Expr(id),
                SiteKey::Compound(id),
                SiteKey::LocalIndex(id),
            ];
            light &= sites.into_iter().all(|key| self.site(key).is_none());
            light &= match &self.function.exprs[id].kind {
                ExprKind::Apply(..) => false,
                ExprKind::Call(builtin, _) => !builtin.is_elementary(),
                _ => true,
            };
        });
        light
    }

    fn streamed_loop(&mut self, id: LoopId, copies: i64, done: Label) -> bool {
        let node = &self.function.loops[id];
        let ty = self.scalar_type(node.var);
        let (start, end) = self.range_ends(node).into();
        self.skip_empty(ty, (start, end), false, done);
        let tests = self.code.open();
        self.code.open();
        // The trips that go one by one, and those of vectors.
        let [from, to, begin, stop] = [(); 4].map(|()| self.variable(Class::B64, None));
        let [singles, behind, left] =
            ["SINGLES", "BEHIND", "LEFT"].map(|stem| self.code.label(stem));
        self.code.place(singles);
        self.trips_of(id, (from, to), 1, behind);
        self.code.place(behind);
        let all = self.test("ge", ty, Operand::Reg(to), end);
        self.code.jump_if(when(all, true), done);
        self.unit_strides = true;
        self.streams = Some(Streams::new(Passes {
            level: self.depth() + 2,
            copies,
            ty,
            stop,
        }));
        self.trips_of(id, (begin, stop), copies, left);
        self.unit_strides = false;
        self.code.place(left);
        self.mov(from, Operand::Reg(stop));
        self.mov(to, end);
        self.code.jump(singles);
        let streams = self.streams.take();
        let rows = streams.map_or_else(Vec::new, |of| of.rows);
        if rows.is_empty() {
            return false;
        }
        self.in_section(tests, |e| {
            let (first, last) = e.trips_of_vectors(node, &rows, (start, end), copies);
            e.mov(begin, first);
            e.mov(stop, last);
            e.mov(from, start);
            e.mov(to, first);
        });
        true
    }

    /// The trips from one to before another, by so many copies of the body; on to `behind`.
    fn trips_of(&mut self, id: LoopId, (from, to): (Reg, Reg), copies: i64, behind: Label) {
        let node = &self.function.loops[id];
        let ty = self.scalar_type(node.var);
        let span = (Operand::Reg(from), Operand::Reg(to));
        self.scoped(|e| {
            let none = e.test("ge", ty, span.0, span.1);
            e.code.jump_if(when(none, true), behind);
            let counter = e.range_counter(node, ty, span, copies);
            e.passes(id, &counter, behind);
        });
    }

    /// The first trip of vectors, and what is behind the last: the loop's end both where there are none.
    fn trips_of_vectors(
        &mut self,
        node: &Loop,
        rows: &[Row],
        (start, end): (Operand, Operand),
        copies: i64,
    ) -> (Operand, Operand) {
        let skipped = self.before_boundary(&rows[0], start);
        let first = self.pure("add.s64", Class::B64, &[start, skipped]);
        let count = self.pure("sub.s64", Class::B64, &[end, start]);
        let fewest = Operand::Int(copies + i64::from(LONGEST));
        let mut holds = self.pure("setp.ge.u64", Class::Pred, &[count, fewest]);
        for row in &rows[1..] {
            let skipped = self.before_boundary(row, first);
            let on = self.pure("setp.eq.s64", Class::Pred, &[skipped, Operand::Int(0)]);
            holds = self.pure("and.pred", Class::Pred, &[holds, on]);
        }
        for array in self.strided_arrays(node) {
            let stride = self.last_stride(array);
            let unit = self.pure("setp.eq.s64", Class::Pred, &[stride, Operand::Int(1)]);
            holds = self.pure("and.pred", Class::Pred, &[holds, unit]);
        }
        let rest = self.pure("sub.s64", Class::B64, &[end, first]);
        let whole = self.pure("and.b64", Class::B64, &[rest, Operand::Int(-copies)]);
        let last = self.pure("add.s64", Class::B64, &[first, whole]);
        let mut or_end = |of| self.pure("selp.b64", Class::B64, &[of, end, holds]);
        (or_end(first), or_end(last))
    }

    /// Trips from one on before the row's element lies on a boundary.
    fn before_boundary(&mut self, row: &Row, trip: Operand) -> Operand {
        let counter = |reg| match reg == row.counter {
            true => trip,
            false => Operand::Reg(reg),
        };
        let address = row.address.replaced(counter);
        let address = self.materialise(&address);
        let scale = Operand::Int(row.bytes.ilog2().into());
        let elements = self.pure("shr.u64", Class::B64, &[address, scale]);
        let missing = self.pure("neg.s64", Class::B64, &[elements]);
        let width = i64::from(LONGEST) / row.bytes;
        self.pure("and.b64", Class::B64, &[missing, Operand::Int(width - 1)])
    }

    /// The body's arrays whose last stride is a parameter.
    fn strided_arrays(&self, node: &Loop) -> Vec<VarId> {
        let mut strided = Vec::new();
        for access in Uses::of(self.function, &node.body).accesses {
            let array = self.function.accesses[access].array;
            let last = self.last_dimension(array);
            if !params::has_unit_stride(self.region, array, last) && !strided.contains(&array) {
                strided.push(array);
            }
        }
        strided
    }

    /// Where a pass of the loop at this depth begins, if it walks along rows.
    pub fn begin_pass(&mut self, level: usize) {
        if let Some(streams) = &mut self.streams
            && streams.passes.level == level
        {
            streams.top = Some(self.code.open());
            self.code.open();
        }
    }

    /// The element at an address, if it came in a vector: now, where it is the first of its row that the pass
    /// loads.
    pub fn streamed(&mut self, access: AccessId, address: Address) -> Option<Reg> {
        let streams = self.streams.as_ref()?;
        let place = (address.base, address.offset);
        if let Some(loaded) = streams.loaded.get(&place) {
            return Some(*loaded);
        }
        let known = streams.loaded.keys().any(|(base, _)| *base == address.base);
        let (top, passes) = (streams.top?, streams.passes);
        if known || !self.is_there_anyway(access) {
            return None;
        }
        let row = self.row(access, address)?;
        let vectors = self.in_section(top, |e| e.load_pass(access, address, (passes, row.counter)));
        let streams = self.streams.as_mut()?;
        let places = (0..).map(|at| (address.base, address.offset + at * row.bytes));
        streams.loaded.extend(places.zip(vectors));
        streams.rows.push(row);
        self.streams.as_ref()?.loaded.get(&place).copied()
    }

    /// Memory of the thread's own that the loop walks along by one element a trip, if the address is in such: it
    /// moves with the grid's innermost loop, and by more than an element.
    fn row(&self, access: AccessId, address: Address) -> Option<Row> {
        let bytes = i64::from(self.element_type(access).bytes());
        let level = self.streams.as_ref()?.passes.level;
        let induction = self.scopes[level].induction.as_ref()?;
        let base = address.base.reg()?;
        let pointer = induction.pointers.iter().find(|of| of.reg == base)?;
        let (counter, slope) = (*induction.counters.first()?, pointer.slopes.first()?);
        if bytes < 4 || *slope != Poly::constant(bytes) {
            return None;
        }
        let (moving, _) = pointer.poly.partition(|factors| {
            let mut trips = self.innermost_trips();
            trips.any(|trip| factors.contains(&trip))
        });
        let mut terms = moving.terms();
        let apart = match (terms.next(), terms.next()) {
            (None, _) => false,
            (Some((factors, slope)), None) => factors.len() > 1 || slope.abs() > bytes,
            _ => true,
        };
        apart.then(|| Row {
            address: pointer.poly.plus(&Poly::constant(address.offset)),
            counter,
            bytes,
        })
    }

    /// The registers that the variable of the grid's innermost loop is made of, but for parameters.
    fn innermost_trips(&self) -> impl Iterator<Item = Reg> {
        let innermost = self.region.nest.last().map(|of| of.var);
        let slot = innermost.and_then(|var| self.slots.get(&var));
        let regs: Vec<Reg> = match slot {
            Some(Slot::Affine(value)) => value.regs().collect(),
            _ => Vec::new(),
        };
        regs.into_iter().filter(|reg| self.code.level(*reg) > 0)
    }

    /// What all copies of a pass load from an address on: it was loaded in the pass before, or in front of the loop,
    /// and what the next pass loads is on its way meanwhile.
    fn load_pass(
        &mut self,
        access: AccessId,
        address: Address,
        (passes, counter): (Passes, Reg),
    ) -> Vec<Reg> {
        let ty = self.element_type(access);
        let class = Class::in_memory(ty);
        let next: Vec<Reg> = (0..passes.copies)
            .map(|_| self.variable(class, None))
            .collect();
        let load = |e: &mut Self, guard: Option<(Reg, bool)>, trips: i64| {
            let offset = address.offset + trips * i64::from(ty.bytes());
            e.load_vectors(access, guard, (address.base, offset), &next);
        };
        self.in_front(passes.level, |e| load(e, None, 0));
        let now: Vec<Reg> = next.iter().map(|reg| self.copied(*reg)).collect();
        let args = [Operand::Reg(counter), Operand::Int(passes.copies)];
        let following = self.pure("add.s64", Class::B64, &args);
        let more = self.test("lt", passes.ty, following, Operand::Reg(passes.stop));
        load(self, Some(when(more, true)), passes.copies);
        now
    }

    fn copied(&mut self, reg: Reg) -> Reg {
        let copy = self.fresh(self.code.class(reg));
        self.mov(copy, Operand::Reg(reg));
        copy
    }

    /// Neighbouring elements from a place on, 16 bytes at a time.
    fn load_vectors(
        &mut self,
        access: AccessId,
        guard: Option<(Reg, bool)>,
        (base, mut offset): (Operand, i64),
        into: &[Reg],
    ) {
        let ty = self.element_type(access);
        let array = self.array(self.function.accesses[access].array);
        let constant = !self.region.arrays[usize::from(array)].writes;
        let width = LONGEST / ty.bytes();
        let op = vector_load(constant, width.into(), ty);
        for regs in into.chunks(width as usize) {
            let parts = regs.iter().map(|reg| Operand::Reg(*reg)).collect();
            let args = vec![Arg::Vector(parts), Arg::Memory(base, offset)];
            match guard {
                Some(guard) => self.code.act_if(guard, op.clone(), args),
                None => self.code.act(op.clone(), args),
            }
            offset += i64::from(LONGEST);
        }
    }
}

impl Streams {
    fn new(passes: Passes) -> Streams {
        Streams {
            passes,
            top: None,
            rows: Vec::new(),
            loaded: HashMap::default(),
        }
    }
}
