//! Iterations cut at their calls of elementary functions.
//!
//! In `y[i] = a * x[i].ln() + (b * x[i]).exp()` an iteration is one long chain of operations, for
//! whose end the processor waits. So some neighbouring iterations compute the argument of the
//! first call, then the runtime its values, in stages (`kernel-runtime/src/math/lanes.rs`), then the
//! iterations what follows, up to the next call. Some functions of the runtime have a form there for
//! usual arguments, without what others need. The iterations are independent (rule R1), and none
//! fails: in which order their parts run, nobody sees. Every value has the bits that it had.

#[cfg(test)]
mod tests;

use super::plan::Region;
use crate::ir::{Block, Builtin, ExprId, ExprKind, Function, Scalar, Stmt, StmtKind, VarId, walk};
use crate::tables::{HashMap, HashSet};

/// More values than this between parts of an iteration would not stay close to the processor.
const MOST_CARRIED: usize = 12;
/// The same of calls: each has an array for every argument.
pub const MOST_CALLS: usize = 8;

/// An iteration in parts.
#[derive(Debug)]
pub struct Stages {
    pub parts: Vec<Part>,
    /// What passes from part to part besides the functions' values.
    pub carried: Vec<VarId>,
}

/// Statements, and the call whose value later parts have.
#[derive(Debug)]
pub struct Part {
    pub stmts: Vec<Stmt>,
    pub call: Option<ExprId>,
}

/// How the region's iterations can run in stages, if that pays.
pub fn find(function: &Function, region: &Region) -> Option<Stages> {
    let otherwise = region.interior.is_some() || region.strips.is_some();
    // What iterations combine goes to lanes of their own, or they would combine in another order.
    let apart = region.lanes() > 1 && !region.needs_no_lanes();
    let combines = !region.shared.is_empty() || !(region.accumulators.is_empty() || apart);
    let can = !combines && !otherwise && !region.fast_can_fail();
    // Inside a loop that runs in order, iterations are those of each trip.
    let trip = region.in_order.map(|id| &function.loops[id].body);
    let body = trip.unwrap_or(&region.body);
    if !can || function.std_math || !is_straight(function, body) {
        return None;
    }
    let parts = Cutter { function, region }.parts(body);
    let carried = carried(function, &parts)?;
    let calls = parts.iter().filter_map(|part| part.call);
    let mut gains = calls.clone().filter(|id| has_usual_form(function, *id));
    let gains = match region.combines() {
        true => gains.any(|id| gains_much(function, id)),
        false => gains.next().is_some(),
    };
    pays(function, calls, gains).then_some(Stages { parts, carried })
}

/// Whether a body has no loops, does not leave an iteration, and calls no function with a rare
/// path, which has forms of its own.
fn is_straight(function: &Function, body: &Block) -> bool {
    let mut straight = body.value.is_none();
    walk::statements(function, body, &mut |stmt| {
        straight &= matches!(
            stmt.kind,
            StmtKind::Let { init: Some(_), .. } | StmtKind::Assign { .. } | StmtKind::Expr(_)
        );
    });
    walk::expressions(function, body, &mut |id| {
        if let ExprKind::Call(builtin, _) = function.exprs[id].kind {
            straight &= !builtin.has_rare_path();
        }
    });
    straight
}

/// Whether the chains are long enough to be worth the way through memory, or something `gains` by a form
/// for usual arguments. Other chains of `f32` are not: a register holds twice as many.
fn pays(function: &Function, calls: impl Iterator<Item = ExprId>, gains: bool) -> bool {
    let (mut all, mut wide) = (0, 0);
    for id in calls {
        all += 1;
        wide += usize::from(function.exprs[id].ty.scalar() == Some(Scalar::F64));
    }
    all <= MOST_CALLS && (gains || wide > 1)
}

/// Whether the runtime has the function called in another form for many numbers, where all are usual ones:
/// see `kernel-runtime/src/math/lanes.rs`.
pub fn has_usual_form(function: &Function, call: ExprId) -> bool {
    use Builtin::{Acosh, Exp, Exp2, Ln, Log2, Log10, Powf};
    let node = &function.exprs[call];
    let wide = node.ty.scalar() == Some(Scalar::F64);
    match node.kind {
        ExprKind::Call(Acosh | Exp | Exp2 | Ln | Log10, _) => wide,
        ExprKind::Call(Log2 | Powf, _) => true,
        _ => false,
    }
}

/// Whether that form takes so much less that it pays where each chunk of a reduction, which may be one call
/// long, begins anew: of a logarithm or an exponential alone, it does not with AVX-512.
fn gains_much(function: &Function, call: ExprId) -> bool {
    use Builtin::{Acosh, Log2, Powf};
    matches!(
        function.exprs[call].kind,
        ExprKind::Call(Acosh | Log2 | Powf, _)
    )
}

/// The variables that a part binds and a later one names, if all are scalars and they are few.
fn carried(function: &Function, parts: &[Part]) -> Option<Vec<VarId>> {
    let mut declared: HashMap<VarId, usize> = HashMap::default();
    let mut carried = HashSet::default();
    for (number, part) in parts.iter().enumerate() {
        for var in part.bound() {
            declared.insert(var, number);
        }
        walk::variables(function, &part.block(function), &mut |var| {
            if declared.get(&var).is_some_and(|of| *of != number) {
                carried.insert(var);
            }
        });
    }
    let mut carried: Vec<VarId> = carried.into_iter().collect();
    carried.sort();
    let scalars = carried
        .iter()
        .all(|var| function.vars[*var].ty.scalar().is_some());
    (scalars && carried.len() <= MOST_CARRIED).then_some(carried)
}

impl Part {
    /// Its statements, and its call.
    pub fn block(&self, function: &Function) -> Block {
        let call = self.call.map(|call| Stmt {
            kind: StmtKind::Expr(call),
            span: function.exprs[call].span,
        });
        Block {
            stmts: self.stmts.iter().cloned().chain(call).collect(),
            value: None,
        }
    }

    /// The variables that its own statements bind.
    pub fn bound(&self) -> HashSet<VarId> {
        walk::bound(&self.stmts)
    }
}

/// The statements, those of a block that is a statement's value before it: every variable has
/// a name of its own.
pub fn flat(function: &Function, stmts: &[Stmt]) -> Vec<Stmt> {
    let stmts = stmts.iter();
    stmts
        .flat_map(|stmt| flat_stmt(function, stmt.clone()))
        .collect()
}

fn flat_stmt(function: &Function, mut stmt: Stmt) -> Vec<Stmt> {
    let value = match &mut stmt.kind {
        StmtKind::Let {
            init: Some(value), ..
        }
        | StmtKind::Assign { value, .. } => value,
        _ => return vec![stmt],
    };
    let ExprKind::Block(block) = &function.exprs[*value].kind else {
        return vec![stmt];
    };
    let Some(last) = block.value else {
        return vec![stmt];
    };
    *value = last;
    let mut stmts = flat(function, &block.stmts);
    stmts.extend(flat_stmt(function, stmt));
    stmts
}

/// The calls of elementary functions that a statement makes in any case, in order, of those that are worth
/// being made for many iterations: `varies` tells whether neighbours have values of their own.
pub fn calls(function: &Function, stmt: &Stmt, varies: &dyn Fn(ExprId) -> bool) -> Vec<ExprId> {
    let value = match &stmt.kind {
        StmtKind::Let { init, .. } => *init,
        StmtKind::Assign { value, .. } => Some(*value),
        _ => None,
    };
    let mut calls = Vec::new();
    if let Some(value) = value.filter(|_| !assigns_inside(function, stmt)) {
        calls_of(function, value, varies, &mut calls);
    }
    calls
}

/// Whether blocks in a statement assign to something that the rest of it may name.
fn assigns_inside(function: &Function, stmt: &Stmt) -> bool {
    let mut assignments = 0;
    let own = usize::from(matches!(stmt.kind, StmtKind::Assign { .. }));
    let block = Block::of(std::slice::from_ref(stmt));
    walk::statements(function, &block, &mut |stmt| {
        assignments += usize::from(matches!(stmt.kind, StmtKind::Assign { .. }));
    });
    assignments > own
}

fn calls_of(
    function: &Function,
    id: ExprId,
    varies: &dyn Fn(ExprId) -> bool,
    calls: &mut Vec<ExprId>,
) {
    let mut within = |id: &ExprId| calls_of(function, *id, varies, calls);
    match &function.exprs[id].kind {
        ExprKind::Unary(_, inner) | ExprKind::Cast(inner, _) => within(inner),
        ExprKind::Binary(_, left, right) => [left, right].into_iter().for_each(within),
        ExprKind::Logic { left, .. } => within(left),
        ExprKind::If { cond, .. } => within(cond),
        ExprKind::Call(builtin, args) => {
            args.iter().for_each(within);
            if builtin.is_elementary() && varies(id) {
                calls.push(id);
            }
        }
        _ => {}
    }
}

struct Cutter<'a> {
    function: &'a Function,
    region: &'a Region,
}

impl Cutter<'_> {
    fn parts(&self, body: &Block) -> Vec<Part> {
        let (mut parts, mut stmts) = (Vec::new(), Vec::new());
        for stmt in flat(self.function, &body.stmts) {
            for call in self.calls(&stmt) {
                parts.push(Part {
                    stmts: std::mem::take(&mut stmts),
                    call: Some(call),
                });
            }
            stmts.push(stmt);
        }
        parts.push(Part { stmts, call: None });
        parts
    }

    /// The calls that a statement makes in any case, in order.
    fn calls(&self, stmt: &Stmt) -> Vec<ExprId> {
        calls(self.function, stmt, &|id| self.varies(id))
    }

    /// Whether neighbouring iterations have values of their own: others are computed once.
    fn varies(&self, id: ExprId) -> bool {
        let (last, outer) = self
            .region
            .nest
            .split_last()
            .unwrap_or_else(|| unreachable!("a region has a loop"));
        let around = self.region.in_order;
        let around = around.map(|id| self.function.loops[id].var);
        let invariant = |var: &VarId| {
            let outer = outer.iter().any(|node| node.var == *var) || around == Some(*var);
            *var != last.var && (outer || self.region.scalars.contains(var))
        };
        let mut varies = false;
        walk::below(self.function, id, &mut |id| {
            varies |= match &self.function.exprs[id].kind {
                ExprKind::Var(var) => !invariant(var),
                ExprKind::Load(_) | ExprKind::LocalElement { .. } => true,
                _ => false,
            };
        });
        varies
    }
}
