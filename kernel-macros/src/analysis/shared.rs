//! Which arrays become accumulators: those whose elements several iterations update, where no loop
//! inside can take the updates over.
//!
//! A loop over time steps updates every element in every step. There the loops inside an iteration
//! are parallel by themselves and exact; copies of the arrays would be a loss. In a histogram the
//! iteration chooses the element.

use super::form::Former;
use super::scan::Visit;
use crate::ir::{AccessId, ExprId, ExprKind, LoopId, VarId, VarKind, walk};

/// Whether iterations of the nest should have copies of the arrays on which they conflict.
pub fn needs_copies(former: &Former, visits: &[Visit], conflicts: &[VarId]) -> bool {
    let function = former.function;
    let accesses = visits.iter().map(|visit| visit.access);
    let contested = |access: &AccessId| conflicts.contains(&function.accesses[*access].array);
    let contested: Vec<AccessId> = accesses.filter(contested).collect();
    let varies = |access: &AccessId| {
        let index = &function.accesses[*access].index;
        index.iter().any(|id| varies(former, *id))
    };
    let moves = |access: &AccessId| {
        let index = &function.accesses[*access].index;
        index.iter().any(|id| follows_inner_loop(former, *id))
    };
    contested.iter().any(varies) || !contested.iter().any(moves)
}

/// Whether the iteration has a say in an index.
fn varies(former: &Former, id: ExprId) -> bool {
    let mut found = false;
    walk::below(former.function, id, &mut |id| {
        if let ExprKind::Var(var) = former.function.exprs[id].kind {
            found |= variable_varies(former, var);
        }
    });
    found
}

fn variable_varies(former: &Former, var: VarId) -> bool {
    if let Some(init) = former.init_of(var) {
        return varies(former, init);
    }
    match former.function.vars[var].kind {
        VarKind::Index(id) if former.is_inner_loop(id) => range_varies(former, id),
        VarKind::Index(id) => former.nest.contains(&id),
        _ => former.is_local(var) || former.is_assigned(var),
    }
}

fn range_varies(former: &Former, id: LoopId) -> bool {
    let range = &former.function.loops[id].range;
    varies(former, range.start) || varies(former, range.end)
}

/// Whether an index goes along with a loop inside the iteration.
fn follows_inner_loop(former: &Former, id: ExprId) -> bool {
    let mut found = false;
    walk::below(former.function, id, &mut |id| {
        if let ExprKind::Var(var) = former.function.exprs[id].kind {
            let init = former.init_of(var);
            let inner = |id| former.is_inner_loop(id);
            found |= init.is_some_and(|init| follows_inner_loop(former, init))
                || matches!(former.function.vars[var].kind, VarKind::Index(id) if inner(id));
        }
    });
    found
}
