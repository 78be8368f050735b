//! Iterations whose inner loops neighbours can go through together.
//!
//! In `for j { let mut s = 0.0; for k { s += a[[i, k]] * b[[k, j]]; } c[[i, j]] = s; }` one
//! iteration's sum has its order, so a loop over `k` is no loop for SIMD; neighbouring `j`, which are
//! independent, are. Such a body is cut at its inner loops into parts, and a strip of iterations
//! runs each part for all of them before it goes on, the inner loop around them. Every value is
//! computed as before, by the same operations in the same order.
//!
//! A `while` loop of arithmetic is such a part too: it goes on as long as any iteration of the strip
//! does, and those that are done keep what they have.

mod abreast;
#[cfg(test)]
mod tests;
mod unrolled;
mod written;

use super::form::Former;
use super::plan::{Ahead, Bounds, Interior, Region, Strips};
use super::stages;
use crate::ir::{
    AccessId, BinaryOp, Block, Builtin, ExprId, ExprKind, Function, LoopId, Pat, Place, Scalar,
    Stmt, StmtKind, Ty, VarId, VarKind, verify, walk,
};
use crate::tables::{HashMap, HashSet};

/// More values than this between parts of an iteration would not stay close to the processor; the same
/// of a few iterations.
const MOST_CARRIED: usize = 8;
const MOST_ABREAST: usize = 24;

/// How the region's iterations can run in strips, if they can.
pub fn find(former: &Former, region: &Region) -> Option<Strips> {
    if region.in_order.is_some() || region.body.value.is_some() {
        return None;
    }
    let function = former.function;
    let interior = region.interior.as_ref();
    if interior.is_some_and(|interior| has_simpler_trips(function, &region.body, interior)) {
        return None;
    }
    let stmts = stages::flat(function, &region.body.stmts);
    let first = stmts.iter().position(|stmt| is_loop(function, stmt))?;
    let most = abreast::most(function, region, &stmts);
    let mut at_calls = false;
    walk::expressions(function, &region.body, &mut |id| {
        at_calls |= !function.std_math && stages::has_usual_form(function, id);
    });
    let ends = [Ends::AtCalls, Ends::AtLoops, Ends::BeforeCalls];
    let ends = &ends[usize::from(!at_calls)..];
    (first + 1..=most).rev().find_map(|cut| {
        let mut ends = ends.iter();
        ends.find_map(|ends| cut_at(former, region, stmts.split_at(cut), *ends))
    })
}

/// Whether an inner loop takes remainders that iterations of the interior do not: they are divisions.
fn has_simpler_trips(function: &Function, body: &Block, interior: &Interior) -> bool {
    let mut found = false;
    walk::statements(function, body, &mut |stmt| {
        let (cond, body) = match &stmt.kind {
            StmtKind::For(id) => (None, &function.loops[*id].body),
            StmtKind::While { cond, body } => (Some(*cond), body),
            StmtKind::Loop { body } => (None, body),
            _ => return,
        };
        let mut look = |id| found |= interior.simpler.contains_key(&id);
        cond.iter()
            .for_each(|cond| walk::below(function, *cond, &mut look));
        walk::expressions(function, body, &mut look);
    });
    found
}

/// Where parts end, besides at loops.
#[derive(Clone, Copy, PartialEq)]
enum Ends {
    /// At calls of functions of which the runtime has a form for many numbers, in strips.
    AtCalls,
    AtLoops,
    /// Before calls, in iterations abreast: see [`begins_part`].
    BeforeCalls,
}

/// The same with the first statements in parts, while each iteration does the rest by itself.
fn cut_at(
    former: &Former,
    region: &Region,
    (first, rest): (&[Stmt], &[Stmt]),
    ends: Ends,
) -> Option<Strips> {
    let function = former.function;
    let id = *former.nest.last()?;
    let mut cutter = Cutter {
        former,
        function,
        along: function.loops[id].var,
        part: 0,
        loops: 0,
        around: Vec::new(),
        declared: HashMap::default(),
        carried: HashSet::default(),
        ahead: Vec::new(),
        written: written::Elements::default(),
        computed: HashSet::default(),
        masked: false,
        apart: !rest.is_empty(),
        ends,
        calls: Vec::new(),
        shared: HashSet::default(),
        region,
    };
    cutter.stmts(first)?;
    cutter.rest(rest);
    let mut carried: Vec<VarId> = cutter.carried.into_iter().collect();
    carried.sort();
    let types = carried.iter().map(|var| &function.vars[*var].ty);
    let scalars: Option<u64> = types.map(Ty::scalars).sum();
    let scalars = scalars? as usize;
    let (ahead, written) = (cutter.ahead, cutter.written.all);
    let (masked, abreast, calls) = (cutter.masked, cutter.apart, cutter.calls);
    let suits = match ends {
        // A few iterations are not enough for the functions of many numbers.
        Ends::AtCalls => !masked && !abreast && !calls.is_empty(),
        Ends::AtLoops => !abreast,
        Ends::BeforeCalls => abreast,
    };
    if !suits {
        return None;
    }
    let most = if abreast { MOST_ABREAST } else { MOST_CARRIED };
    let few = scalars + ahead.len() + written.len() <= most;
    // What waits for other iterations is selected scalar by scalar.
    let mut types = carried.iter().map(|var| &function.vars[*var].ty);
    let alone = types.all(|ty| ty.scalar().is_some());
    let movable = carried.iter().all(|var| !cutter.computed.contains(var));
    let useful = cutter.loops > 0 && !carried.is_empty() && few;
    let pays = !abreast || (!masked && abreast::pays(function, first));
    (useful && pays && movable && (alone || !masked)).then_some(Strips {
        carried,
        ahead,
        written,
        masked,
        abreast,
        cut: first.len(),
        calls,
    })
}

/// Whether a statement is a loop that iterations may go through together.
pub fn is_loop(function: &Function, stmt: &Stmt) -> bool {
    match stmt.kind {
        StmtKind::For(id) => !unrolled::is_straight(function, id),
        StmtKind::While { .. } => true,
        _ => false,
    }
}

/// Whether a part of iterations abreast ends between statements: a loop that LLVM unrolls may load elements along
/// strides that it does not know, for which it makes no vectors, and then none of a long function beside it either.
pub fn begins_part(function: &Function, before: &[Stmt], stmt: &Stmt) -> bool {
    let block = Block::of(std::slice::from_ref(stmt));
    let mut calls = false;
    walk::expressions(function, &block, &mut |id| {
        calls |= matches!(function.exprs[id].kind, ExprKind::Call(of, _) if of.is_elementary());
    });
    let mut loops = before
        .iter()
        .filter(|stmt| matches!(stmt.kind, StmtKind::For(_)));
    calls && loops.next().is_some()
}

/// Whether a statement writes an element of an array.
pub fn writes_element(stmt: &Stmt) -> bool {
    written_element(stmt).is_some()
}

/// The element of an array that a statement writes.
pub fn written_element(stmt: &Stmt) -> Option<AccessId> {
    match stmt.kind {
        StmtKind::Assign {
            target: Place::Element(access),
            ..
        } => Some(access),
        _ => None,
    }
}

struct Cutter<'a> {
    former: &'a Former<'a>,
    function: &'a Function,
    /// The variable of the innermost parallel loop.
    along: VarId,
    /// Number of the part, how many inner loops there are that LLVM leaves loops, and those around it.
    part: usize,
    loops: usize,
    around: Vec<Around>,
    /// The part that binds a variable.
    declared: HashMap<VarId, usize>,
    carried: HashSet<VarId>,
    ahead: Vec<Ahead>,
    written: written::Elements,
    /// Fixed arrays of which the source computes places: they stay arrays.
    computed: HashSet<VarId>,
    masked: bool,
    /// Each iteration goes along elements of its own, or does the last of its statements by itself.
    apart: bool,
    /// Where parts end, calls at which they do, and what is bound to a value that all iterations share.
    ends: Ends,
    calls: Vec<ExprId>,
    shared: HashSet<VarId>,
    region: &'a Region,
}

/// An inner loop around what is looked at.
#[derive(Clone, Copy)]
struct Around {
    /// That of a `for` loop.
    id: Option<LoopId>,
    /// Its trips wait for each other.
    chain: bool,
}

/// `None` is a body that cannot be cut.
impl Cutter<'_> {
    fn block(&mut self, block: &Block) -> Option<()> {
        if block.value.is_some() {
            return None;
        }
        self.stmts(&stages::flat(self.function, &block.stmts))
    }

    fn stmts(&mut self, stmts: &[Stmt]) -> Option<()> {
        let count = self.written.count();
        let mut first = 0;
        for (at, stmt) in stmts.iter().enumerate() {
            if is_loop(self.function, stmt) || self.part(stmt).is_some() {
                first = at + 1;
            } else if self.ends == Ends::BeforeCalls
                && begins_part(self.function, &stmts[first..at], stmt)
            {
                self.part += 1;
                first = at;
            }
            match (&stmt.kind, self.part(stmt)) {
                (StmtKind::For(id), _) if is_loop(self.function, stmt) => self.inner(*id)?,
                (StmtKind::While { cond, body }, _) => self.masked(stmt, *cond, body)?,
                (_, Some(access)) => {
                    self.part += 1;
                    self.stmt(stmt)?;
                    self.part += 1;
                    self.written.write(access);
                }
                _ => {
                    self.end_at_calls(stmt)?;
                    self.stmt(stmt)?;
                }
            }
        }
        self.part += 1;
        self.written.leave(count);
        Some(())
    }

    /// Ends a part at each call that a statement makes in any case and of which the runtime has a form for
    /// many numbers: each part but the last computes arguments.
    fn end_at_calls(&mut self, stmt: &Stmt) -> Option<()> {
        if self.ends != Ends::AtCalls {
            return Some(());
        }
        let function = self.function;
        let calls = stages::calls(function, stmt, &|id| self.varies(id));
        let calls = calls
            .into_iter()
            .filter(|id| stages::has_usual_form(function, *id));
        for call in calls {
            let operands = verify::operands(&function.exprs[call].kind);
            operands.into_iter().try_for_each(|id| self.expr(id))?;
            self.part += 1;
            self.calls.push(call);
        }
        (self.calls.len() <= stages::MOST_CALLS).then_some(())
    }

    /// The element that a statement in a loop writes, which makes it a part of its own: it is no neighbour
    /// of the other iterations'.
    fn part(&self, stmt: &Stmt) -> Option<AccessId> {
        written_element(stmt).filter(|_| !self.around.is_empty())
    }

    /// What iterations do one after the other.
    fn rest(&mut self, stmts: &[Stmt]) {
        let function = self.function;
        let block = Block::of(stmts);
        walk::variables(function, &block, &mut |var| self.uses(var));
    }

    /// An inner loop, which all iterations of a strip go through alike.
    fn inner(&mut self, id: LoopId) -> Option<()> {
        let node = &self.function.loops[id];
        let mut bounds = node.range.exprs();
        let uniform = node.opaque.is_none() && bounds.all(|bound| self.is_uniform(bound));
        if !uniform {
            return None;
        }
        self.loops += usize::from(!unrolled::is(self.function, id));
        self.part += 1;
        self.around.push(Around {
            id: Some(id),
            chain: abreast::is_chain(self.function, &node.body),
        });
        self.written.enter(self.function, &node.body);
        self.block(&node.body)?;
        self.around.pop();
        Some(())
    }

    /// A loop that iterations leave at different times.
    fn masked(&mut self, stmt: &Stmt, cond: ExprId, body: &Block) -> Option<()> {
        if !self.is_vector_code(stmt) {
            return None;
        }
        self.masked = true;
        self.loops += 1;
        self.part += 1;
        self.around.push(Around {
            id: None,
            chain: false,
        });
        self.expr(cond)?;
        self.branch(body)?;
        self.around.pop();
        self.part += 1;
        Some(())
    }

    /// Whether every operation has a vector instruction for certain. Lanes that wait cost as much
    /// as lanes that work, so it would not do to compute them one by one.
    fn is_vector_code(&self, stmt: &Stmt) -> bool {
        let block = Block::of(std::slice::from_ref(stmt));
        let mut vector = true;
        walk::expressions(self.function, &block, &mut |id| {
            vector &= self.is_vector_operation(id);
        });
        vector
    }

    fn is_vector_operation(&self, id: ExprId) -> bool {
        let of = |id: ExprId| self.function.exprs[id].ty.scalar();
        let float = |id: ExprId| of(id).is_some_and(Scalar::is_float);
        match self.function.exprs[id].kind {
            ExprKind::Int(..) | ExprKind::Float(..) | ExprKind::Bool(_) => true,
            ExprKind::Var(_) | ExprKind::Unary(..) | ExprKind::Logic { .. } => true,
            ExprKind::If { .. } | ExprKind::Block(_) => true,
            ExprKind::Binary(BinaryOp::Div, left, _) => float(left),
            ExprKind::Binary(BinaryOp::Mul, left, _) => {
                float(left) || of(left).is_some_and(|ty| ty.bits() <= 32)
            }
            ExprKind::Binary(BinaryOp::Rem | BinaryOp::Shl | BinaryOp::Shr, ..) => false,
            ExprKind::Binary(..) => true,
            ExprKind::Call(Builtin::Sqrt | Builtin::MulAdd, _) => true,
            ExprKind::Call(Builtin::Abs, ref args) => float(args[0]),
            _ => false,
        }
    }

    /// Whether an expression has one value for all iterations of a strip.
    fn is_uniform(&self, id: ExprId) -> bool {
        let mut uniform = true;
        walk::below(self.function, id, &mut |id| {
            uniform &= match &self.function.exprs[id].kind {
                ExprKind::Var(var) => {
                    let index = matches!(self.function.vars[*var].kind, VarKind::Index(_));
                    *var != self.along && (index || !self.former.is_local(*var))
                }
                ExprKind::Int(..) | ExprKind::Len { .. } => true,
                ExprKind::Binary(..) | ExprKind::Cast(..) => true,
                ExprKind::Call(builtin, _) => !builtin.is_elementary(),
                _ => false,
            };
        });
        uniform
    }

    /// Whether neighbouring iterations may have values of their own.
    fn varies(&self, id: ExprId) -> bool {
        let function = self.function;
        let mut varies = false;
        walk::below(function, id, &mut |id| {
            varies |= match function.exprs[id].kind {
                ExprKind::Var(var) => {
                    let inner = matches!(function.vars[var].kind, VarKind::Index(_));
                    let shared = inner || self.shared.contains(&var);
                    var == self.along || (self.former.is_local(var) && !shared)
                }
                ExprKind::LocalElement { .. } | ExprKind::Iteration => true,
                _ => false,
            };
        });
        varies
    }

    fn stmt(&mut self, stmt: &Stmt) -> Option<()> {
        match &stmt.kind {
            StmtKind::Let {
                pat,
                init: Some(init),
            } => {
                self.expr(*init)?;
                if let Pat::Var(var) = pat
                    && !self.function.vars[*var].mutable
                    && !self.varies(*init)
                {
                    self.shared.insert(*var);
                }
                self.bind(pat)
            }
            StmtKind::Assign { target, value, .. } => {
                self.expr(*value)?;
                self.place(target)
            }
            StmtKind::Expr(id) => self.expr(*id),
            StmtKind::For(id) if !is_loop(self.function, stmt) => {
                self.branch(&self.function.loops[*id].body)
            }
            _ => None,
        }
    }

    fn bind(&mut self, pat: &Pat) -> Option<()> {
        match pat {
            Pat::Var(var) => _ = self.declared.insert(*var, self.part),
            Pat::Tuple(parts) => {
                parts.iter().try_for_each(|part| self.bind(part))?;
            }
            Pat::Wild => {}
        }
        Some(())
    }

    fn place(&mut self, target: &Place) -> Option<()> {
        match target {
            Place::Var(var) | Place::Field { base: var, .. } => self.uses(*var),
            Place::LocalElement { base, index } => self.local(*base, index)?,
            // Elements written inside the loops go to memory each time: better one row after the
            // other, unless each trip waits for the one before.
            Place::Element(access) => {
                if self.around.last().is_some_and(|of| !of.chain) {
                    return None;
                }
                self.apart |= !self.around.is_empty();
                self.index(*access)?;
                let function = self.function;
                self.written
                    .forget(function, function.accesses[*access].array);
            }
        }
        Some(())
    }

    /// An element of a fixed array of the iteration.
    fn local(&mut self, base: VarId, index: &[ExprId]) -> Option<()> {
        self.uses(base);
        let known = |id: &ExprId| match self.function.exprs[*id].kind {
            ExprKind::Int(..) => true,
            ExprKind::Var(var) => match self.function.vars[var].kind {
                VarKind::Index(id) => unrolled::is_straight(self.function, id),
                _ => false,
            },
            _ => false,
        };
        if !index.iter().all(known) {
            self.computed.insert(base);
        }
        index.iter().try_for_each(|index| self.expr(*index))
    }

    fn index(&mut self, access: AccessId) -> Option<()> {
        let function = self.function;
        let mut index = function.accesses[access].index.iter();
        index.try_for_each(|index| self.expr(*index))
    }

    fn expr(&mut self, id: ExprId) -> Option<()> {
        let function = self.function;
        if self.calls.contains(&id) {
            return Some(());
        }
        match &function.exprs[id].kind {
            ExprKind::Var(var) => self.uses(*var),
            ExprKind::Load(access) if self.written.read(function, *access) => {}
            ExprKind::Load(access) => {
                let in_line = self.around.is_empty() || self.is_in_line(*access);
                if !in_line && self.read_ahead(*access).is_some() {
                    return Some(());
                }
                self.apart |= !in_line;
                if !in_line && self.read_in_trip(*access).is_some() {
                    return Some(());
                }
                self.index(*access)?;
            }
            ExprKind::If {
                cond,
                then,
                otherwise,
            } => {
                self.expr(*cond)?;
                self.branch(then)?;
                otherwise.iter().try_for_each(|block| self.branch(block))?;
            }
            ExprKind::Block(block) => self.branch(block)?,
            ExprKind::LocalElement { base, index } => self.local(*base, index)?,
            kind => {
                let operands = verify::operands(kind);
                operands.into_iter().try_for_each(|id| self.expr(id))?;
            }
        }
        Some(())
    }

    /// Statements without loops of their own.
    fn branch(&mut self, block: &Block) -> Option<()> {
        block.stmts.iter().try_for_each(|stmt| self.stmt(stmt))?;
        block.value.iter().try_for_each(|id| self.expr(*id))
    }

    /// An element that an iteration can read before its inner loops.
    fn read_ahead(&mut self, id: AccessId) -> Option<()> {
        let nest = &self.region.nest;
        // In a loop inside a loop it may never be read.
        let own = self.around.len() == 1
            && self.depends(id, |var| nest.iter().any(|node| node.var == var));
        (own && self.can_be_early(id)).then(|| self.early(id, None))
    }

    /// An element that each trip can read before it computes: LLVM makes vectors of the rest, where it
    /// would not of loads along strides that it does not know.
    fn read_in_trip(&mut self, id: AccessId) -> Option<()> {
        let (trip, function) = (self.around.last()?.id?, self.function);
        let loops = self.around.iter().filter_map(|of| of.id);
        let mut vars: Vec<VarId> = loops.map(|id| function.loops[id].var).collect();
        vars.extend(self.region.nest.iter().map(|node| node.var));
        let own = self.depends(id, |var| vars.contains(&var));
        (own && self.can_be_early(id)).then(|| self.early(id, Some(trip)))
    }

    /// Whether an access depends on these loops alone.
    fn depends(&self, id: AccessId, on: impl Fn(VarId) -> bool) -> bool {
        self.function.accesses[id].index.iter().all(|index| {
            let form = self.former.form(*index);
            let indices = form.map(|form| form.poly.indices());
            let own = indices.is_some_and(|indices| indices.iter().all(|var| on(*var)));
            own && !self.names_locals(*index, &on)
        })
    }

    /// Whether an element may be read where the source might not, and before what it writes.
    fn can_be_early(&self, id: AccessId) -> bool {
        let region = self.region;
        let array = self.function.accesses[id].array;
        let inside = region.free.contains(&id) && region.bounds.get(&id) != Some(&Bounds::Checked);
        let mut arrays = region.arrays.iter();
        inside && arrays.any(|of| of.var == array && !of.writes)
    }

    fn early(&mut self, id: AccessId, trip: Option<LoopId>) {
        let access = &self.function.accesses[id];
        let same = |other: &&mut Ahead| {
            let first = &self.function.accesses[other.accesses[0]];
            let mut pairs = access.index.iter().zip(&first.index);
            let array = access.array == first.array && other.trip == trip;
            array && pairs.all(|(a, b)| self.former.same(*a, *b))
        };
        match self.ahead.iter_mut().find(same) {
            Some(known) => known.accesses.push(id),
            None => self.ahead.push(Ahead {
                accesses: vec![id],
                trip,
            }),
        }
    }

    /// Whether an expression names what an iteration binds, but for these.
    fn names_locals(&self, id: ExprId, but: impl Fn(VarId) -> bool) -> bool {
        let mut local = false;
        walk::below(self.function, id, &mut |id| {
            if let ExprKind::Var(var) = self.function.exprs[id].kind {
                local |= self.former.is_local(var) && !but(var);
            }
        });
        local
    }

    /// Whether neighbouring iterations read the same element or neighbours in memory.
    fn is_in_line(&self, id: AccessId) -> bool {
        let index = &self.function.accesses[id].index;
        let along = |index: &ExprId| {
            let form = self.former.form(*index)?;
            let (coefficient, _) = form.poly.split(self.along)?;
            form.poly.is_affine().then_some(coefficient.as_constant()?)
        };
        let Some((last, others)) = index.split_last() else {
            return false;
        };
        let still = others.iter().all(|index| along(index) == Some(0));
        still && matches!(along(last), Some(0 | 1))
    }

    fn uses(&mut self, var: VarId) {
        let declared = self.declared.get(&var);
        if declared.is_some_and(|part| *part != self.part) {
            self.carried.insert(var);
        }
    }
}
