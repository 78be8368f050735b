//! Lanes for the reductions of inner loops (`fastmath(reassoc)`).
//!
//! A sum in source order is a chain, of which SIMD has no use. Where the source is
//!
//! ```text
//! for k in from..to { s += x[k] * y[k]; }
//! ```
//!
//! the trips run in rounds of `L`, trip `l` of a round adding to lane `l` from the operator's
//! identity; the lanes fold as the tree of the canonical order, `lane[l] = lane[l] op lane[l + w]`
//! for `w = L / 2, .., 1`, and join the value before the loop on the right. The trips that are left
//! over, fewer than `L`, run in rounds of `L / 4` in the same way, and what is left then follows one by
//! one. `L` is 16 for accumulators of 8 bytes, else 32. Trips keep their order, so all else that they do
//! is as before.
//! Where long strips of neighbouring iterations go through the loop together
//! ([`crate::analysis::plan::Strips`]), SIMD has them, and sums stay as they are. So do those of loops
//! that check an access in each trip, such as one by data (`x[column[k]]`): a loop that may end
//! anywhere is none for SIMD, and lanes would only be in its way.

use super::build::Builder;
use super::copy::Copy;
use crate::analysis::plan::{Accumulator, Bounds, Combine, Fold, Plan, Region, Verdict};
use crate::analysis::reduce;
use crate::ir::pass::{self, Pass};
use crate::ir::{
    AccessId, BinaryOp, Block, Builtin, ExprId, ExprKind, Function, LoopId, Place, Scalar, Span,
    Stmt, StmtKind, Ty, UnaryOp, VarId, walk,
};
use crate::tables::HashMap;

/// Bytes of an accumulator's lanes: four AVX2 registers, and for the trips that are left over, one.
const BYTES: [u64; 2] = [128, 32];

/// Splits what can be split, in every region.
pub fn apply(function: &mut Function, plan: &mut Plan) {
    let Plan {
        regions, verdicts, ..
    } = plan;
    let abreast = |of: &Region| of.strips.as_ref().is_none_or(|strips| strips.abreast);
    for region in regions.iter_mut().filter(|of| abreast(of)) {
        let mut body = std::mem::take(&mut region.body);
        let mut splitter = Splitter {
            function,
            region,
            verdicts,
            split: false,
        };
        pass::over(&mut splitter, &mut body);
        let split = splitter.split;
        region.body = body;
        if split {
            // Lanes along the loop are better than a few iterations abreast.
            region.strips = None;
        }
    }
}

struct Splitter<'a> {
    function: &'a mut Function,
    region: &'a mut Region,
    verdicts: &'a mut Vec<Verdict>,
    /// A loop has been split.
    split: bool,
}

impl Pass for Splitter<'_> {
    fn function(&mut self) -> &mut Function {
        self.function
    }

    fn block(&mut self, block: &mut Block) {
        let stmts = std::mem::take(&mut block.stmts);
        for stmt in stmts {
            match stmt.kind {
                StmtKind::For(id) if self.region.in_order != Some(id) => {
                    block.stmts.extend(self.split(id));
                }
                _ => {}
            }
            block.stmts.push(stmt);
        }
    }
}

impl Splitter<'_> {
    /// Whether a trip of the loop checks that an access stays in its array.
    fn checks(&self, id: LoopId) -> bool {
        let (function, body) = (&*self.function, &self.function.loops[id].body);
        let checked = |id: AccessId| self.region.bounds.get(&id) == Some(&Bounds::Checked);
        let mut found = false;
        walk::accesses(function, body, &mut |id| found |= checked(id));
        found
    }

    /// What comes before the loop, if it has reductions: its trips as far as whole rounds go, while
    /// those left over stay.
    fn split(&mut self, id: LoopId) -> Vec<Stmt> {
        if self.checks(id) {
            return Vec::new();
        }
        let Some((counts, accumulators)) = lanes(self.function, id) else {
            return Vec::new();
        };
        let span = self.function.loops[id].head;
        let mut before = Vec::new();
        for count in counts {
            let mut split = Split {
                build: Builder {
                    function: self.function,
                    span,
                },
                region: self.region,
                count,
                sums: Vec::new(),
            };
            before.extend(split.rounds(id, &accumulators));
        }
        self.split = true;
        self.verdicts[id.index()] = Verdict::InLanes(counts[0]);
        let made = self.function.loops.len();
        self.verdicts.resize_with(made, || Verdict::Inner);
        before
    }
}

/// How many lanes rounds have, and the accumulators that have them, if the loop can have any.
fn lanes(function: &Function, id: LoopId) -> Option<([u64; 2], Vec<Accumulator>)> {
    let node = &function.loops[id];
    let var = &function.vars[node.var];
    let counts = var.ty.scalar().filter(|ty| ty.bits() >= 32)?;
    let plain = node.opaque.is_none() && !node.range.inclusive && node.range.adapters.is_empty();
    if !plain || var.mutable || !counts.is_int() || leaves_or_loops(function, &node.body) {
        return None;
    }
    let targets = floats_from_outside(function, &node.body);
    let found = reduce::plan(function, &node.body, &targets, &[]);
    let decided = !found.lazy.is_empty() || !found.rewrites.is_empty();
    if found.accumulators.is_empty() || decided {
        return None;
    }
    let widest = found.accumulators.iter().map(|of| of.ty.bytes()).max()?;
    let counts = BYTES.map(|bytes| bytes / u64::from(widest));
    Some((counts, found.accumulators))
}

/// Whether a body holds loops, or leaves its own.
fn leaves_or_loops(function: &Function, body: &Block) -> bool {
    let mut found = false;
    walk::statements(function, body, &mut |stmt| {
        found |= matches!(
            stmt.kind,
            StmtKind::For(_)
                | StmtKind::While { .. }
                | StmtKind::Loop { .. }
                | StmtKind::Break { .. }
                | StmtKind::Continue { depth: 1.. }
                | StmtKind::Return(_)
        );
    });
    found
}

/// The floats that a body assigns to and does not bind.
fn floats_from_outside(function: &Function, body: &Block) -> Vec<(VarId, Span)> {
    let mut assigned = walk::assigned_outside(function, body);
    let is_float = |var: VarId| function.vars[var].ty.scalar().is_some_and(Scalar::is_float);
    assigned.retain(|(var, _)| is_float(*var));
    assigned
}

/// A loop that is being split.
struct Split<'a> {
    build: Builder<'a>,
    region: &'a mut Region,
    /// Lanes of each accumulator.
    count: u64,
    /// The accumulators and their lanes.
    sums: Vec<(Accumulator, VarId)>,
}

impl Split<'_> {
    /// The whole rounds, and where they end as the loop's start.
    fn rounds(&mut self, id: LoopId, accumulators: &[Accumulator]) -> Vec<Stmt> {
        let node = &self.build.function.loops[id];
        let (var, range, body) = (node.var, node.range.clone(), node.body.clone());
        let ty = self.build.function.vars[var].ty.scalar();
        let ty = ty.unwrap_or_else(|| unreachable!("a loop's variable is an integer"));
        let (from, bind_from) = self.build.bind("from", range.start);
        let (to, bind_to) = self.build.bind("to", range.end);
        let rounds = self.whole_rounds(from, to, ty);
        let (rounds, bind_rounds) = self.build.bind("rounds", rounds);
        let mut stmts = self.declare(accumulators);
        stmts.push(self.all_rounds(var, (from, rounds, ty), &body));
        stmts.extend(self.folds());
        let some = self.build.read(rounds);
        let none = self.build.int(0, Scalar::Usize);
        let some = self.build.compare(BinaryOp::Gt, some, none);
        let rounds_if_any = self.build.when(some, stmts);
        let past = self.build.read(rounds);
        let all = self.build.int(self.count, Scalar::Usize);
        let past = self.build.op(BinaryOp::Mul, past, all);
        let start = self.value(from, past, ty);
        let end = self.build.read(to);
        let rest = &mut self.build.function.loops[id].range;
        (rest.start, rest.end) = (start, end);
        vec![bind_from, bind_to, bind_rounds, rounds_if_any]
    }

    /// `(max(to, from) - from) / L`, whatever the integers' sign.
    fn whole_rounds(&mut self, from: VarId, to: VarId, ty: Scalar) -> ExprId {
        let (to, least) = (self.build.read(to), self.build.read(from));
        let end = self.build.call(Builtin::Max, vec![to, least]);
        let start = self.build.read(from);
        let trips = self.build.call(Builtin::WrappingSub, vec![end, start]);
        let trips = match ty.unsigned() {
            Some(unsigned) => self.build.cast(trips, unsigned),
            None => trips,
        };
        let trips = self.build.cast(trips, Scalar::Usize);
        let all = self.build.int(self.count, Scalar::Usize);
        self.build.op(BinaryOp::Div, trips, all)
    }

    /// The loop variable's value in a trip.
    fn value(&mut self, from: VarId, trip: ExprId, ty: Scalar) -> ExprId {
        let (from, trip) = (self.build.read(from), self.build.cast(trip, ty));
        self.build.call(Builtin::WrappingAdd, vec![from, trip])
    }

    /// The rounds, and in each a trip for every lane.
    fn all_rounds(
        &mut self,
        var: VarId,
        (from, rounds, ty): (VarId, VarId, Scalar),
        body: &Block,
    ) -> Stmt {
        let end = self.build.read(rounds);
        let rounds = self.build.below(end);
        let rounds = self.build.for_loop("round", Scalar::Usize, rounds);
        let all = self.build.int(self.count, Scalar::Usize);
        let round = self.build.below(all);
        let round = self.build.for_loop("lane", Scalar::Usize, round);
        let lane = self.build.function.loops[round].var;
        let number = self.build.function.loops[rounds].var;
        let number = self.build.read(number);
        let all = self.build.int(self.count, Scalar::Usize);
        let before = self.build.op(BinaryOp::Mul, number, all);
        let trip = self.build.read(lane);
        let trip = self.build.op(BinaryOp::Add, before, trip);
        let value = self.value(from, trip, ty);
        let (copied, bind) = self.build.bind("at", value);
        let mut copy = Copy {
            function: self.build.function,
            region: self.region,
            from: var,
            to: copied,
        };
        let body = copy.block(body);
        let mut stmts = vec![bind];
        stmts.extend(self.in_lanes(body, lane).stmts);
        self.set_body(round, stmts);
        let round = self.build.stmt(StmtKind::For(round));
        self.set_body(rounds, vec![round]);
        self.build.stmt(StmtKind::For(rounds))
    }

    /// The lanes, each at the identity, or where that is as good, at the value before the loop.
    fn declare(&mut self, accumulators: &[Accumulator]) -> Vec<Stmt> {
        let mut before = Vec::new();
        for of in accumulators {
            let (start, ty) = (self.start(of), Ty::Scalar(of.ty));
            let name = format!("lanes_of_{}", self.build.function.vars[of.var].ident);
            let ty = Ty::Array(Box::new(ty), self.count);
            let lanes = self.build.local(&name.replace("r#", ""), ty.clone(), true);
            let start = self.build.expr(ExprKind::Repeat(start, self.count), ty);
            before.push(self.build.binding(lanes, start));
            self.sums.push((of.clone(), lanes));
        }
        before
    }

    fn start(&mut self, of: &Accumulator) -> ExprId {
        match of.fold {
            Fold::Add => {
                let zero = self.build.float("0.0", of.ty);
                self.build
                    .scalar(ExprKind::Unary(UnaryOp::Neg, zero), of.ty)
            }
            Fold::Mul => self.build.float("1.0", of.ty),
            _ => self.build.read(of.var),
        }
    }

    fn set_body(&mut self, id: LoopId, stmts: Vec<Stmt>) {
        let value = None;
        self.build.function.loops[id].body = Block { stmts, value };
    }

    /// The body with a lane in place of each accumulator.
    fn in_lanes(&mut self, mut body: Block, lane: VarId) -> Block {
        let sums = self.sums.iter().map(|(of, lanes)| (of.var, *lanes));
        let mut place = InLanes {
            lanes: sums.collect(),
            lane,
            build: Builder {
                function: self.build.function,
                span: self.build.span,
            },
        };
        pass::over(&mut place, &mut body);
        body
    }

    /// The tree over the lanes, and what it comes to.
    fn folds(&mut self) -> Vec<Stmt> {
        let mut stmts = Vec::new();
        let mut width = self.count / 2;
        while width > 0 {
            stmts.push(self.level(width));
            width /= 2;
        }
        for (of, lanes) in self.sums.clone() {
            let first = self.build.int(0, Scalar::Usize);
            let folded = self.lane(lanes, first);
            let old = self.build.read(of.var);
            let value = match of.fold {
                Fold::Add | Fold::Mul => self.combined(&of, old, folded),
                _ => folded,
            };
            stmts.push(self.build.assign(Place::Var(of.var), value));
        }
        stmts
    }

    /// One level of the tree, for all accumulators.
    fn level(&mut self, width: u64) -> Stmt {
        let end = self.build.int(width, Scalar::Usize);
        let range = self.build.below(end);
        let id = self.build.for_loop("lane", Scalar::Usize, range);
        let lane = self.build.function.loops[id].var;
        let mut stmts = Vec::new();
        for (of, lanes) in self.sums.clone() {
            let (at, near) = (self.build.read(lane), self.build.read(lane));
            let (apart, width) = (self.build.read(lane), self.build.int(width, Scalar::Usize));
            let far = self.build.op(BinaryOp::Add, apart, width);
            let (left, right) = (self.lane(lanes, near), self.lane(lanes, far));
            let value = self.combined(&of, left, right);
            let target = Place::LocalElement {
                base: lanes,
                index: vec![at],
            };
            stmts.push(self.build.assign(target, value));
        }
        self.set_body(id, stmts);
        self.build.stmt(StmtKind::For(id))
    }

    fn lane(&mut self, lanes: VarId, at: ExprId) -> ExprId {
        lane_of(&mut self.build, lanes, at)
    }

    fn combined(&mut self, of: &Accumulator, left: ExprId, right: ExprId) -> ExprId {
        match of.fold.combine() {
            Combine::Binary(op) => self.build.op(op, left, right),
            Combine::Builtin(builtin) => self.build.call(builtin, vec![left, right]),
        }
    }
}

fn lane_of(build: &mut Builder, lanes: VarId, at: ExprId) -> ExprId {
    let ty = build.function.vars[lanes].ty.innermost().clone();
    let (base, index) = (lanes, vec![at]);
    build.expr(ExprKind::LocalElement { base, index }, ty)
}

/// Puts lanes in the accumulators' place.
struct InLanes<'a> {
    lanes: HashMap<VarId, VarId>,
    lane: VarId,
    build: Builder<'a>,
}

impl Pass for InLanes<'_> {
    fn function(&mut self) -> &mut Function {
        self.build.function
    }

    fn expr(&mut self, _: ExprId, kind: &mut ExprKind) {
        if let ExprKind::Var(var) = kind
            && let Some(base) = self.lanes.get(var).copied()
        {
            let index = vec![self.build.read(self.lane)];
            *kind = ExprKind::LocalElement { base, index };
        }
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        if let StmtKind::Assign { target, .. } = &mut stmt.kind
            && let Place::Var(var) = target
            && let Some(base) = self.lanes.get(var).copied()
        {
            let index = vec![self.build.read(self.lane)];
            *target = Place::LocalElement { base, index };
        }
    }
}
