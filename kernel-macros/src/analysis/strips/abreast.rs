//! Iterations that go along elements of their own, as those of `for i { for j { s += a[[i, j]]; } .. }`
//! do: a few of them abreast hide what a chain of sums waits for, and fill vectors. What others may see
//! of an iteration, it does by itself at its end, so that bodies serve that combine or may fail.

use super::unrolled;
use crate::analysis::plan::Region;
use crate::analysis::{reduce, sites};
use crate::ir::{Block, ExprKind, Function, Stmt, StmtKind, VarId, walk};

/// Expressions of inner loops above which it would be too much code.
const MOST: usize = 160;

/// How many statements can be cut: all, or those before the first that somebody else may see.
pub fn most(function: &Function, region: &Region, stmts: &[Stmt]) -> usize {
    if !region.combines() && !region.fast_can_fail() {
        return stmts.len();
    }
    let private = stmts
        .iter()
        .take_while(|stmt| is_private(function, region, stmt));
    private.count()
}

/// Whether a statement combines nothing, writes no array and cannot fail, so that the iterations
/// before may do theirs later.
fn is_private(function: &Function, region: &Region, stmt: &Stmt) -> bool {
    let block = Block::of(std::slice::from_ref(stmt));
    let mut private = true;
    walk::variables(function, &block, &mut |var| {
        private &= region.accumulators.iter().all(|of| of.var != var);
    });
    walk::statements(function, &block, &mut |stmt| {
        private &= !super::writes_element(stmt)
    });
    let combined = |array: VarId| region.shared.iter().any(|of| of.var == array);
    walk::expressions(function, &block, &mut |id| {
        private &= match &function.exprs[id].kind {
            ExprKind::Load(access) => !combined(function.accesses[*access].array),
            ExprKind::Apply(..) => false,
            _ => true,
        };
        private &= !sites::keys(function, id).any(|key| region.is_open(&key));
    });
    private
}

/// Whether it is worth its code: in some loop each trip waits for the one before.
pub fn pays(function: &Function, stmts: &[Stmt]) -> bool {
    let (mut chain, mut size) = (false, 0);
    walk::statements(function, &Block::of(stmts), &mut |stmt| {
        if let StmtKind::For(id) = stmt.kind {
            let body = &function.loops[id].body;
            chain |= is_chain(function, body) && !unrolled::is(function, id);
            walk::expressions(function, body, &mut |_| size += 1);
        }
    });
    chain && size <= MOST
}

/// Whether trips of a loop with this body wait for each other: what they change from outside is no
/// integer that vectors along the loop add up.
pub fn is_chain(function: &Function, body: &Block) -> bool {
    let assigned = walk::assigned_outside(function, body);
    let float = |var: VarId| {
        let ty = function.vars[var].ty.scalar();
        ty.is_none_or(|ty| ty.is_float())
    };
    if assigned.iter().any(|(var, _)| float(*var)) {
        return true;
    }
    let plan = reduce::plan(function, body, &assigned, &[]);
    assigned
        .iter()
        .any(|(var, _)| plan.accumulators.iter().all(|of| of.var != *var))
}
