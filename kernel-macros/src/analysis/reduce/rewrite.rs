//! The body as the back ends print it: selections as operations, contests with their places.

use super::Rewrites;
use super::select::{Conditions, Contest, Selection};
use crate::analysis::plan::{Accumulator, Extreme, Fold};
use crate::ir::{
    BinaryOp, Block, Builtin, Expr, ExprId, ExprKind, Function, Place, Scalar, Span, Stmt,
    StmtKind, Ty, Var, VarId, VarKind,
};
use proc_macro2::{Ident, Literal};
use quote::quote;

/// Rewrites the body, and adds the places' accumulators.
pub fn apply(
    function: &mut Function,
    rewrites: &Rewrites,
    accumulators: &mut Vec<Accumulator>,
    extremes: &[Extreme],
) {
    for selection in &rewrites.selections {
        select(function, selection);
    }
    for extreme in extremes {
        let leader = accumulators[extreme.leader].var;
        let place = place_variable(function, leader);
        accumulators.push(Accumulator {
            var: place,
            ty: Scalar::I64,
            fold: Fold::Place,
        });
        let mine = rewrites.contests.iter();
        for contest in mine.filter(|contest| contest.leader == leader) {
            note_place(function, contest, place);
        }
    }
}

/// The operation instead of the comparison, under what other conditions there are.
fn select(function: &mut Function, selection: &Selection) {
    let (at, var) = (selection.at, selection.home.var());
    let span = function.exprs[at].span;
    let ty = function.vars[var].ty.clone();
    let old = push(function, ExprKind::Var(var), span, ty.clone());
    let kept = push(function, kept(selection, old), span, ty.clone());
    let condition = conjunction(function, &selection.conditions);
    if selection.as_value {
        let value = |value| Block {
            stmts: Vec::new(),
            value: Some(value),
        };
        function.exprs[at].kind = match condition {
            None => ExprKind::Block(value(kept)),
            Some(cond) => {
                let old = push(function, ExprKind::Var(var), span, ty);
                ExprKind::If {
                    cond,
                    then: value(kept),
                    otherwise: Some(value(old)),
                }
            }
        };
        return;
    }
    let then = assignment(var, kept, span);
    function.exprs[at].ty = Ty::Unit;
    function.exprs[at].kind = match condition {
        None => ExprKind::Block(then),
        Some(cond) => ExprKind::If {
            cond,
            then,
            otherwise: None,
        },
    };
}

/// What is kept of the old value and the one compared with it.
fn kept(selection: &Selection, old: ExprId) -> ExprKind {
    let value = selection.value;
    match selection.fold {
        Fold::And => ExprKind::Binary(BinaryOp::And, old, value),
        Fold::Or => ExprKind::Binary(BinaryOp::Or, old, value),
        Fold::MinIf => ExprKind::Call(Builtin::MinIf, vec![old, value]),
        _ => ExprKind::Call(Builtin::MaxIf, vec![old, value]),
    }
}

/// `a && b && ..`
fn conjunction(function: &mut Function, conditions: &Conditions) -> Option<ExprId> {
    conditions.all().into_iter().reduce(|left, right| {
        let span = function.exprs[left].span;
        let both = ExprKind::Logic {
            and: true,
            left,
            right,
        };
        push(function, both, span, Ty::Scalar(Scalar::Bool))
    })
}

fn push(function: &mut Function, kind: ExprKind, span: Span, ty: Ty) -> ExprId {
    function.exprs.push(Expr { kind, span, ty })
}

/// `{ var = value; }`
fn assignment(var: VarId, value: ExprId, span: Span) -> Block {
    let kind = StmtKind::Assign {
        target: Place::Var(var),
        op: None,
        value,
    };
    Block {
        stmts: vec![Stmt { kind, span }],
        value: None,
    }
}

/// Holds the number of the iteration that led last; before the first, a number below all others.
fn place_variable(function: &mut Function, leader: VarId) -> VarId {
    let leader = &function.vars[leader];
    let (span, name) = (leader.span, leader.ident.to_string());
    let name = name.strip_prefix("r#").unwrap_or(&name);
    let before = Literal::i64_suffixed(-1);
    let var = Var {
        ident: Ident::new(&format!("place_of_{name}"), span.start),
        span,
        kind: VarKind::Driver,
        home: leader.home,
        mutable: true,
        ty: Ty::Scalar(Scalar::I64),
        tokens: quote!(#before),
        deferred: false,
        hidden: true,
    };
    function.vars.push(var)
}

fn note_place(function: &mut Function, contest: &Contest, place: VarId) {
    let tied = contest.tied.iter().map(|tied| tied.at);
    for at in std::iter::once(contest.at).chain(tied) {
        let span = function.exprs[at].span;
        let ty = Ty::Scalar(Scalar::I64);
        let number = push(function, ExprKind::Iteration, span, ty);
        let noted = assignment(place, number, span);
        if let ExprKind::If { then, .. } = &mut function.exprs[at].kind {
            then.stmts.extend(noted.stmts);
        }
    }
}
