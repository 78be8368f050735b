//! Visits every expression of a block, inner loops and blocks included, in source order.

use super::{
    AccessId, Block, ExprId, ExprKind, Function, Place, Span, Stmt, StmtKind, VarId, verify,
};
use crate::tables::HashSet;

/// Calls `visit` for every expression below the block's statements.
pub fn expressions(function: &Function, block: &Block, visit: &mut impl FnMut(ExprId)) {
    block
        .stmts
        .iter()
        .for_each(|node| stmt(function, node, visit));
    block.value.iter().for_each(|id| expr(function, *id, visit));
}

/// Calls `visit` for every variable that the block reads or assigns to, once for each place.
pub fn variables(function: &Function, block: &Block, visit: &mut impl FnMut(VarId)) {
    expressions(function, block, &mut |id| match &function.exprs[id].kind {
        ExprKind::Var(var) | ExprKind::LocalElement { base: var, .. } => visit(*var),
        _ => {}
    });
    statements(function, block, &mut |stmt| {
        if let StmtKind::Assign { target, .. } = &stmt.kind {
            target.variable().into_iter().for_each(&mut *visit);
        }
    });
}

/// Calls `visit` for every access to an array's element that the block reads or assigns to.
pub fn accesses(function: &Function, block: &Block, visit: &mut impl FnMut(AccessId)) {
    expressions(function, block, &mut |id| {
        if let ExprKind::Load(access) = function.exprs[id].kind {
            visit(access);
        }
    });
    statements(function, block, &mut |stmt| {
        if let StmtKind::Assign { target, .. } = &stmt.kind
            && let Place::Element(access) = target
        {
            visit(*access);
        }
    });
}

/// The variables that the block assigns to but does not bind, once for each place.
pub fn assigned_outside(function: &Function, block: &Block) -> Vec<(VarId, Span)> {
    let (mut assigned, mut bound) = (Vec::new(), HashSet::default());
    statements(function, block, &mut |stmt| match &stmt.kind {
        StmtKind::Assign { target, .. } => {
            assigned.extend(target.variable().map(|var| (var, stmt.span)));
        }
        StmtKind::Let { pat, .. } => pat.variables(&mut |var| _ = bound.insert(var)),
        _ => {}
    });
    assigned.retain(|(var, _)| !bound.contains(var));
    assigned
}

/// The variables that these statements themselves bind.
pub fn bound(stmts: &[Stmt]) -> HashSet<VarId> {
    let mut bound = HashSet::default();
    for stmt in stmts {
        if let StmtKind::Let { pat, .. } = &stmt.kind {
            pat.variables(&mut |var| _ = bound.insert(var));
        }
    }
    bound
}

/// Calls `visit` for every statement of the block, of loops in it, and of blocks that are values.
pub fn statements(function: &Function, block: &Block, visit: &mut impl FnMut(&Stmt)) {
    own_statements(function, block, visit);
    expressions(function, block, &mut |id| match &function.exprs[id].kind {
        ExprKind::If {
            then, otherwise, ..
        } => {
            own_statements(function, then, visit);
            let otherwise = otherwise.iter();
            otherwise.for_each(|block| own_statements(function, block, visit));
        }
        ExprKind::Block(block) => own_statements(function, block, visit),
        _ => {}
    });
}

/// The block's own statements, and those of loops in it.
fn own_statements(function: &Function, block: &Block, visit: &mut impl FnMut(&Stmt)) {
    for stmt in &block.stmts {
        visit(stmt);
        match &stmt.kind {
            StmtKind::For(id) => own_statements(function, &function.loops[*id].body, visit),
            StmtKind::While { body, .. } | StmtKind::Loop { body } => {
                own_statements(function, body, visit);
            }
            _ => {}
        }
    }
}

/// Calls `visit` for an expression and every one below it.
pub fn below(function: &Function, id: ExprId, visit: &mut impl FnMut(ExprId)) {
    expr(function, id, visit);
}

fn stmt(function: &Function, node: &Stmt, visit: &mut impl FnMut(ExprId)) {
    match &node.kind {
        StmtKind::Let { init, .. } => init.iter().for_each(|init| expr(function, *init, visit)),
        StmtKind::Assign { target, value, .. } => {
            expr(function, *value, visit);
            place(function, target, visit);
        }
        StmtKind::Expr(id) | StmtKind::Return(id) => expr(function, *id, visit),
        StmtKind::For(id) => {
            let inner = &function.loops[*id];
            expr(function, inner.range.start, visit);
            expr(function, inner.range.end, visit);
            expressions(function, &inner.body, visit);
        }
        StmtKind::While { cond, body, .. } => {
            expr(function, *cond, visit);
            expressions(function, body, visit);
        }
        StmtKind::Loop { body, .. } => expressions(function, body, visit),
        StmtKind::Assert { cond, args, .. } => {
            expr(function, *cond, visit);
            args.iter().for_each(|arg| expr(function, *arg, visit));
        }
        StmtKind::Break { .. } | StmtKind::Continue { .. } | StmtKind::Opaque(_) => {}
    }
}

fn place(function: &Function, target: &Place, visit: &mut impl FnMut(ExprId)) {
    match target {
        Place::Element(access) => {
            let index = &function.accesses[*access].index;
            index.iter().for_each(|id| expr(function, *id, visit));
        }
        Place::LocalElement { index, .. } => {
            index.iter().for_each(|id| expr(function, *id, visit));
        }
        Place::Var(_) | Place::Field { .. } => {}
    }
}

fn expr(function: &Function, id: ExprId, visit: &mut impl FnMut(ExprId)) {
    visit(id);
    match &function.exprs[id].kind {
        ExprKind::If {
            cond,
            then,
            otherwise,
        } => {
            expr(function, *cond, visit);
            expressions(function, then, visit);
            otherwise
                .iter()
                .for_each(|block| expressions(function, block, visit));
        }
        ExprKind::Block(block) => expressions(function, block, visit),
        ExprKind::Load(access) => place(function, &Place::Element(*access), visit),
        kind => {
            for operand in verify::operands(kind) {
                expr(function, operand, visit);
            }
        }
    }
}
