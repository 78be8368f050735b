//! The body as the back ends print it: selections as operations, contests with their places.

use super::Rewrites;
use super::ends::Ends;
use super::select::{Conditions, Selection};
use crate::analysis::plan::{Accumulator, Extreme, Fold};
use crate::ir::{
    BinaryOp, Block, Builtin, Expr, ExprId, ExprKind, Function, Place, Scalar, Span, Stmt,
    StmtKind, Ty, Var, VarId, VarKind,
};
use crate::tables::HashMap;
use proc_macro2::{Ident, Literal};
use quote::quote;

/// Rewrites the body, and adds the places' accumulators.
pub fn apply(
    function: &mut Function,
    rewrites: &Rewrites,
    accumulators: &mut Vec<Accumulator>,
    extremes: &[Extreme],
) {
    let apart = rewrites.ends.iter().map(|ends| {
        let first = set_apart(function, ends);
        (ends.at, first)
    });
    let apart: HashMap<ExprId, ExprId> = apart.collect();
    let at_of = |at: ExprId| apart.get(&at).copied().unwrap_or(at);
    for selection in &rewrites.selections {
        let at = at_of(selection.at);
        let selection = selection.clone();
        select(function, &Selection { at, ..selection });
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
            let other = contest.other.iter().filter(|other| other.leads());
            let places = std::iter::once(contest.at).chain(other.map(|other| other.at));
            for at in places {
                note_place(function, at_of(at), place);
            }
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

fn note_place(function: &mut Function, at: ExprId, place: VarId) {
    let span = function.exprs[at].span;
    let ty = Ty::Scalar(Scalar::I64);
    let number = push(function, ExprKind::Iteration, span, ty);
    let noted = assignment(place, number, span);
    if let ExprKind::If { then, .. } = &mut function.exprs[at].kind {
        then.stmts.extend(noted.stmts);
    }
}

/// Two `if`s, one behind the other, instead of one with an `else`; where the first one is then.
fn set_apart(function: &mut Function, ends: &Ends) -> ExprId {
    let Expr { kind, span, ty } = function.exprs[ends.at].clone();
    let ExprKind::If { cond, then, .. } = kind else {
        unreachable!("an `else` stands behind an `if`");
    };
    let alone = ExprKind::If {
        cond,
        then,
        otherwise: None,
    };
    let first = push(function, alone, span, ty);
    let stmt = |at| Stmt {
        kind: StmtKind::Expr(at),
        span,
    };
    function.exprs[ends.at].kind = ExprKind::Block(Block {
        stmts: vec![stmt(first), stmt(ends.behind)],
        value: None,
    });
    first
}
