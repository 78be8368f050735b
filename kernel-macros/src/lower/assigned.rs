//! Which variables statements assign to, wherever below them.

use crate::ir::{Block, ExprId, ExprKind, Function, Place, Stmt, StmtKind, VarId, walk};
use crate::tables::HashSet;

pub(super) fn by(function: &Function, statements: &[Stmt]) -> HashSet<VarId> {
    let mut found = HashSet::default();
    statements
        .iter()
        .for_each(|stmt| statement(function, stmt, &mut found));
    found
}

fn block(function: &Function, of: &Block, found: &mut HashSet<VarId>) {
    of.stmts
        .iter()
        .for_each(|stmt| statement(function, stmt, found));
    if let Some(value) = of.value {
        expression(function, value, found);
    }
}

fn statement(function: &Function, stmt: &Stmt, found: &mut HashSet<VarId>) {
    match &stmt.kind {
        StmtKind::Assign { target, value, .. } => {
            match target {
                Place::Var(var) => _ = found.insert(*var),
                Place::LocalElement { base, .. } | Place::Field { base, .. } => {
                    found.insert(*base);
                }
                Place::Element(_) => {}
            }
            expression(function, *value, found);
        }
        StmtKind::Let { init: Some(id), .. } | StmtKind::Expr(id) | StmtKind::Return(id) => {
            expression(function, *id, found);
        }
        StmtKind::For(id) => block(function, &function.loops[*id].body, found),
        StmtKind::While { cond, body } => {
            expression(function, *cond, found);
            block(function, body, found);
        }
        StmtKind::Loop { body } => block(function, body, found),
        StmtKind::Assert { cond, .. } => expression(function, *cond, found),
        _ => {}
    }
}

/// Whether evaluating an expression assigns to anything.
pub(super) fn assigns(function: &Function, id: ExprId) -> bool {
    let mut found = HashSet::default();
    expression(function, id, &mut found);
    !found.is_empty()
}

fn expression(function: &Function, id: ExprId, found: &mut HashSet<VarId>) {
    let mut blocks = Vec::new();
    walk::below(function, id, &mut |id| match &function.exprs[id].kind {
        ExprKind::If {
            then, otherwise, ..
        } => {
            blocks.push(then);
            blocks.extend(otherwise.iter());
        }
        ExprKind::Block(inner) => blocks.push(inner),
        _ => {}
    });
    for inner in blocks {
        inner
            .stmts
            .iter()
            .for_each(|stmt| statement(function, stmt, found));
    }
}
