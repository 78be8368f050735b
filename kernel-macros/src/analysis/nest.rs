//! Perfect nests: loops that are alone in one another.

use crate::ir::{Block, Function, LoopId, Pat, Stmt, StmtKind};

/// The loop and the loops that are alone in it, at most three deep.
pub fn perfect(function: &Function, id: LoopId) -> Vec<LoopId> {
    const DEEPEST: usize = 3;
    let mut nest = vec![id];
    while nest.len() < DEEPEST {
        let outer = *nest.last().expect("not empty");
        let Some(inner) = alone(function, outer) else {
            break;
        };
        nest.push(inner);
    }
    nest
}

/// The loop that is all of another's body, but for names of what that hands out.
fn alone(function: &Function, outer: LoopId) -> Option<LoopId> {
    let node = &function.loops[outer];
    let (bound, rest) = node.body.stmts.split_at(bound(function, outer));
    let [stmt] = rest else { return None };
    let StmtKind::For(inner) = stmt.kind else {
        return None;
    };
    let fixed = bound.iter().all(|stmt| is_fixed(function, stmt));
    let whole = node.body.value.is_none() && function.loops[inner].opaque.is_none();
    (fixed && whole).then_some(inner)
}

fn bound(function: &Function, id: LoopId) -> usize {
    let iteration = function.loops[id].iteration.as_ref();
    iteration.map_or(0, |iteration| iteration.bound)
}

/// A name that keeps its value through all of the loop inside.
fn is_fixed(function: &Function, stmt: &Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Let {
            pat: Pat::Var(var), ..
        } => !function.vars[*var].mutable,
        _ => false,
    }
}

/// What one iteration of a nest does: it names what the outer loops hand out, which cannot fail,
/// and does what the innermost loop does.
pub fn body(function: &Function, nest: &[LoopId]) -> Block {
    let (innermost, outer) = nest.split_last().expect("a nest has a loop");
    let mut body = function.loops[*innermost].body.clone();
    let names = outer.iter().flat_map(|id| {
        let stmts = &function.loops[*id].body.stmts;
        stmts[..bound(function, *id)].iter().cloned()
    });
    let names: Vec<Stmt> = names.collect();
    body.stmts.splice(0..0, names);
    body
}
