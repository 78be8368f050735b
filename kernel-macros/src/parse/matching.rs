//! `match` on numbers and bools → nested `if`s on a bound scrutinee.
//!
//! Patterns are literals, ranges, alternatives, `_`, and a name as the last arm (elsewhere a bare
//! name may be a constant, which the macro cannot tell from a binding). rustc has checked that the
//! arms cover every value, so the last arm needs no test.

use super::Parser;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Pat, Span, Stmt, StmtKind, Ty, VarId};
use proc_macro2::Ident;

impl Parser {
    /// The expression, or `None` if an arm is outside the subset (nothing has been read then).
    pub(super) fn match_expr(&mut self, node: &syn::ExprMatch) -> Option<ExprId> {
        let last = node.arms.len().checked_sub(1)?;
        let understood = node.arms.iter().enumerate().all(|(position, arm)| {
            let (pat, guarded) = unguarded(&arm.pat);
            arm.attrs.is_empty()
                && (is_test(pat) || (position == last && !guarded && binding(pat).is_some()))
        });
        if !understood {
            return None;
        }
        let span = Span {
            start: node.match_token.span,
            end: node.brace_token.span.join(),
        };
        let value = self.expr(&node.expr);
        self.scopes.enter();
        let name = Ident::new("scrutinee", proc_macro2::Span::mixed_site());
        let kind = self.local_kind();
        let scrutinee = self.bind_hidden(&name, kind);
        let chain = self.arms(&node.arms, scrutinee, span);
        self.scopes.leave();
        let bind = StmtKind::Let {
            pat: Pat::Var(scrutinee),
            init: Some(value),
        };
        let block = Block {
            stmts: vec![Stmt { kind: bind, span }],
            value: Some(chain),
        };
        Some(self.push(ExprKind::Block(block), span))
    }

    fn arms(&mut self, arms: &[syn::Arm], scrutinee: VarId, span: Span) -> ExprId {
        let (arm, rest) = arms.split_first().expect("a match that is read has an arm");
        if rest.is_empty() {
            let block = self.last_arm(arm, scrutinee);
            return self.push(ExprKind::Block(block), span);
        }
        let (pat, _) = unguarded(&arm.pat);
        let mut cond = self.test(pat, scrutinee);
        if let syn::Pat::Guard(guarded) = &arm.pat {
            let right = self.expr(&guarded.guard);
            let and = ExprKind::Logic {
                and: true,
                left: cond,
                right,
            };
            cond = self.push(and, Span::of(&arm.pat));
        }
        let then = self.arm_body(&arm.body);
        let value = Some(self.arms(rest, scrutinee, span));
        let otherwise = Some(Block {
            stmts: Vec::new(),
            value,
        });
        self.push(
            ExprKind::If {
                cond,
                then,
                otherwise,
            },
            span,
        )
    }

    /// The arm that takes what is left, its name bound to the scrutinee.
    fn last_arm(&mut self, arm: &syn::Arm, scrutinee: VarId) -> Block {
        let (pat, _) = unguarded(&arm.pat);
        let Some(Some(ident)) = binding(pat) else {
            return self.arm_body(&arm.body);
        };
        self.scopes.enter();
        let span = Span::at(ident.span());
        let init = Some(self.push(ExprKind::Var(scrutinee), span));
        let kind = self.local_kind();
        let var = self.bind(ident, kind, false, Ty::Unknown);
        let mut block = self.arm_body(&arm.body);
        self.scopes.leave();
        let bind = StmtKind::Let {
            pat: Pat::Var(var),
            init,
        };
        block.stmts.insert(0, Stmt { kind: bind, span });
        block
    }

    fn arm_body(&mut self, body: &syn::Expr) -> Block {
        match body {
            syn::Expr::Block(block) if block.label.is_none() => self.block(&block.block),
            _ => {
                let stmt = syn::Stmt::Expr(body.clone(), None);
                let brace_token = syn::token::Brace::default();
                self.block(&syn::Block {
                    brace_token,
                    stmts: vec![stmt],
                })
            }
        }
    }

    /// The condition under which a pattern matches.
    fn test(&mut self, pat: &syn::Pat, scrutinee: VarId) -> ExprId {
        let span = Span::of(pat);
        match pat {
            syn::Pat::Paren(paren) => self.test(&paren.pat, scrutinee),
            syn::Pat::Or(or) => {
                let tests: Vec<ExprId> = or
                    .cases
                    .iter()
                    .map(|case| self.test(case, scrutinee))
                    .collect();
                let either = |left, right| ExprKind::Logic {
                    and: false,
                    left,
                    right,
                };
                let mut tests = tests.into_iter();
                let first = tests.next().expect("an alternative has cases");
                tests.fold(first, |left, right| self.push(either(left, right), span))
            }
            syn::Pat::Lit(lit) => {
                let value = self.expr(&syn::Expr::Lit(lit.clone()));
                self.compare(BinaryOp::Eq, scrutinee, value, span)
            }
            syn::Pat::Range(range) => self.in_range(range, scrutinee, span),
            // `_`, which only a guarded arm has before the last.
            _ => self.push(ExprKind::Bool(true), span),
        }
    }

    fn in_range(&mut self, range: &syn::PatRange, scrutinee: VarId, span: Span) -> ExprId {
        let below = match range.limits {
            syn::RangeLimits::Closed(_) => BinaryOp::Le,
            syn::RangeLimits::HalfOpen(_) => BinaryOp::Lt,
        };
        let ends = [(&range.start, BinaryOp::Ge), (&range.end, below)];
        let mut tests = Vec::new();
        for (end, op) in ends {
            if let Some(end) = end {
                let value = self.expr(end);
                tests.push(self.compare(op, scrutinee, value, span));
            }
        }
        match tests[..] {
            [left, right] => self.push(
                ExprKind::Logic {
                    and: true,
                    left,
                    right,
                },
                span,
            ),
            [one] => one,
            _ => self.push(ExprKind::Bool(true), span),
        }
    }

    fn compare(&mut self, op: BinaryOp, scrutinee: VarId, value: ExprId, span: Span) -> ExprId {
        let left = self.push(ExprKind::Var(scrutinee), span);
        self.push(ExprKind::Binary(op, left, value), span)
    }
}

/// A pattern without its guard, and whether it has one.
fn unguarded(pat: &syn::Pat) -> (&syn::Pat, bool) {
    match pat {
        syn::Pat::Guard(guarded) => (&guarded.pat, true),
        pat => (pat, false),
    }
}

/// A pattern that tests a number or a bool, and binds nothing.
fn is_test(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Paren(paren) => is_test(&paren.pat),
        syn::Pat::Or(or) => or.cases.iter().all(is_test),
        syn::Pat::Lit(lit) => is_number(&lit.lit),
        syn::Pat::Range(range) => {
            let mut ends = [&range.start, &range.end].into_iter().flatten();
            ends.all(|end| is_number_expr(end))
        }
        syn::Pat::Wild(_) => true,
        _ => false,
    }
}

fn is_number(lit: &syn::Lit) -> bool {
    matches!(
        lit,
        syn::Lit::Int(_) | syn::Lit::Bool(_) | syn::Lit::Byte(_)
    )
}

fn is_number_expr(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Lit(lit) => is_number(&lit.lit),
        syn::Expr::Unary(unary) => {
            matches!(unary.op, syn::UnOp::Neg(_)) && is_number_expr(&unary.expr)
        }
        _ => false,
    }
}

/// `Some(None)` for `_`, the name for a name.
fn binding(pat: &syn::Pat) -> Option<Option<&Ident>> {
    match pat {
        syn::Pat::Wild(_) => Some(None),
        syn::Pat::Ident(pat)
            if pat.by_ref.is_none() && pat.subpat.is_none() && pat.mutability.is_none() =>
        {
            Some(Some(&pat.ident))
        }
        _ => None,
    }
}
