//! `match` on numbers and bools → nested `if`s on a bound scrutinee.
//!
//! Patterns are literals, ranges, alternatives, tuples of those, `_`, and names. A name may also be
//! a constant's, which the macro cannot tell from a binding: in the last arm it makes no difference,
//! elsewhere rustc confirms that it binds. rustc has checked that the arms cover every value, so the
//! last arm needs no test. `matches!` is a `match`.

use super::Parser;
use crate::ir::{
    BinaryOp, Block, ExprId, ExprKind, Pat, Proof, Span, Stmt, StmtKind, Ty, VarId, VarKind,
};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::quote_spanned;

/// What a pattern is held against: a variable, or a part of it.
#[derive(Clone)]
struct Subject {
    var: VarId,
    fields: Vec<u32>,
}

impl Subject {
    fn field(&self, index: u32) -> Subject {
        let mut fields = self.fields.clone();
        fields.push(index);
        Subject { fields, ..*self }
    }
}

impl Parser {
    /// The expression, or `None` if an arm is outside the subset (nothing has been read then).
    pub(super) fn match_expr(&mut self, node: &syn::ExprMatch) -> Option<ExprId> {
        let last = node.arms.len().checked_sub(1)?;
        let understood = node.arms.iter().enumerate().all(|(position, arm)| {
            let (pat, guarded) = unguarded(&arm.pat);
            arm.attrs.is_empty()
                && match position == last && !guarded {
                    true => is_test(pat) || binds_only(pat),
                    false => self.is_tested(pat) && (guarded || binding(pat).is_none()),
                }
        });
        if !understood {
            return None;
        }
        let span = Span {
            start: node.match_token.span,
            end: node.brace_token.span.join(),
        };
        let borrowed = self.binds_borrowed(&node.expr);
        let value = self.expr(&node.expr);
        self.scopes.enter();
        let name = Ident::new("scrutinee", proc_macro2::Span::mixed_site());
        let kind = self.local_kind();
        let scrutinee = self.bind_hidden(&name, kind);
        if borrowed {
            self.borrowed.insert(scrutinee);
        }
        let subject = Subject {
            var: scrutinee,
            fields: Vec::new(),
        };
        let chain = self.arms(&node.arms, &subject, span);
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

    /// `matches!(x, pattern)`: the `match` that it stands for.
    pub(super) fn matches_macro(&mut self, mac: &syn::Macro) -> Option<ExprId> {
        let name = mac.path.get_ident().filter(|name| *name == "matches")?;
        let mut tokens = mac.tokens.clone().into_iter();
        let comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
        let value: TokenStream = tokens.by_ref().take_while(|token| !comma(token)).collect();
        let mut pattern: Vec<TokenTree> = tokens.collect();
        pattern.pop_if(|last| comma(last));
        let written = quote_spanned! {name.span()=>
            match #value { #(#pattern)* => true, _ => false }
        };
        let id = self.match_expr(&syn::parse2(written).ok()?)?;
        self.prove(Proof::Macro(name.clone()));
        Some(id)
    }

    fn arms(&mut self, arms: &[syn::Arm], subject: &Subject, span: Span) -> ExprId {
        let (arm, rest) = arms.split_first().expect("a match that is read has an arm");
        if rest.is_empty() {
            let block = self.last_arm(arm, subject);
            return self.push(ExprKind::Block(block), span);
        }
        let (pat, _) = unguarded(&arm.pat);
        self.scopes.enter();
        let mut stmts = Vec::new();
        self.bind_names(pat, subject, &mut stmts);
        stmts.iter().for_each(|stmt| self.prove_binding(stmt));
        let mut cond = self.test(pat, subject);
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
        self.scopes.leave();
        let value = Some(self.arms(rest, subject, span));
        let otherwise = Some(Block {
            stmts: Vec::new(),
            value,
        });
        let branches = ExprKind::If {
            cond,
            then,
            otherwise,
        };
        let branches = self.push(branches, span);
        if stmts.is_empty() {
            return branches;
        }
        let value = Some(branches);
        self.push(ExprKind::Block(Block { stmts, value }), span)
    }

    /// rustc confirms that a pattern's name binds.
    fn prove_binding(&mut self, stmt: &Stmt) {
        if let StmtKind::Let {
            pat: Pat::Var(var), ..
        } = &stmt.kind
        {
            let name = self.vars[*var].ident.clone();
            self.prove(Proof::Pattern(name));
        }
    }

    /// A pattern whose names, if it has any, seem to bind, and that tests numbers and bools.
    fn is_tested(&self, pat: &syn::Pat) -> bool {
        match pat {
            syn::Pat::Ident(ident) if ident.by_ref.is_none() && ident.mutability.is_none() => {
                let name = ident.ident.to_string();
                let constant =
                    name.starts_with(char::is_uppercase) || self.is_constant(&ident.ident);
                let mut inner = ident.subpat.iter();
                !constant && inner.all(|(_, pat)| self.is_tested(pat))
            }
            pat => match parts(pat) {
                Some(mut parts) => parts.all(|part| self.is_tested(part)),
                None => is_test(pat),
            },
        }
    }

    pub(super) fn is_constant(&self, name: &Ident) -> bool {
        let var = self.scopes.find(name);
        var.is_some_and(|var| self.vars[var].kind == VarKind::Outside)
    }

    /// The arm that takes what is left, its names bound to the scrutinee and its parts.
    fn last_arm(&mut self, arm: &syn::Arm, subject: &Subject) -> Block {
        let (pat, _) = unguarded(&arm.pat);
        self.scopes.enter();
        let mut bound = Vec::new();
        self.bind_names(pat, subject, &mut bound);
        let mut block = self.arm_body(&arm.body);
        self.scopes.leave();
        block.stmts.splice(0..0, bound);
        block
    }

    fn bind_names(&mut self, pat: &syn::Pat, subject: &Subject, bound: &mut Vec<Stmt>) {
        if let Some(parts) = parts(pat) {
            for (index, part) in (0..).zip(parts) {
                self.bind_names(part, &subject.field(index), bound);
            }
        }
        let Some(ident) = name_of(pat) else {
            return;
        };
        let span = Span::at(ident.span());
        let init = Some(self.read(subject, span));
        let kind = self.local_kind();
        let var = self.bind(ident, kind, false, Ty::Unknown);
        if self.borrowed.contains(&subject.var) {
            self.borrowed.insert(var);
        }
        let pat = Pat::Var(var);
        let kind = StmtKind::Let { pat, init };
        bound.push(Stmt { kind, span });
    }

    fn read(&mut self, subject: &Subject, span: Span) -> ExprId {
        let whole = self.push(ExprKind::Var(subject.var), span);
        let fields = subject.fields.iter();
        fields.fold(whole, |base, field| {
            self.push(ExprKind::Field(base, *field), span)
        })
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
    fn test(&mut self, pat: &syn::Pat, subject: &Subject) -> ExprId {
        let span = Span::of(pat);
        match pat {
            syn::Pat::Paren(paren) => self.test(&paren.pat, subject),
            syn::Pat::Or(or) => {
                let tests: Vec<ExprId> = or
                    .cases
                    .iter()
                    .map(|case| self.test(case, subject))
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
                self.compare(BinaryOp::Eq, subject, value, span)
            }
            syn::Pat::Path(path) => {
                let value = self.expr(&syn::Expr::Path(path.clone()));
                self.compare(BinaryOp::Eq, subject, value, span)
            }
            syn::Pat::Range(range) => self.in_range(range, subject, span),
            syn::Pat::Tuple(tuple) => {
                let tests: Vec<ExprId> = (0..)
                    .zip(&tuple.elems)
                    .filter(|(_, part)| !matches!(part, syn::Pat::Wild(_)))
                    .map(|(index, part)| self.test(part, &subject.field(index)))
                    .collect();
                self.all(tests, span)
            }
            syn::Pat::Ident(ident) if let Some((_, inner)) = &ident.subpat => {
                self.test(inner, subject)
            }
            // A name, or `_`, which only a guarded arm has before the last.
            _ => self.push(ExprKind::Bool(true), span),
        }
    }

    fn in_range(&mut self, range: &syn::PatRange, subject: &Subject, span: Span) -> ExprId {
        let below = match range.limits {
            syn::RangeLimits::Closed(_) => BinaryOp::Le,
            syn::RangeLimits::HalfOpen(_) => BinaryOp::Lt,
        };
        let ends = [(&range.start, BinaryOp::Ge), (&range.end, below)];
        let mut tests = Vec::new();
        for (end, op) in ends {
            if let Some(end) = end {
                let value = self.expr(end);
                tests.push(self.compare(op, subject, value, span));
            }
        }
        self.all(tests, span)
    }

    fn all(&mut self, tests: Vec<ExprId>, span: Span) -> ExprId {
        let both = |left, right| ExprKind::Logic {
            and: true,
            left,
            right,
        };
        let mut tests = tests.into_iter();
        match tests.next() {
            Some(first) => tests.fold(first, |left, right| self.push(both(left, right), span)),
            None => self.push(ExprKind::Bool(true), span),
        }
    }

    fn compare(&mut self, op: BinaryOp, subject: &Subject, value: ExprId, span: Span) -> ExprId {
        let left = self.read(subject, span);
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

/// The first pattern that is none of numbers and bools.
pub(super) fn unknown_pattern(node: &syn::ExprMatch) -> Option<&syn::Pat> {
    let mut patterns = node.arms.iter().map(|arm| unguarded(&arm.pat).0);
    patterns.find(|pat| !is_test(pat))
}

/// A pattern that tests numbers and bools, and binds nothing.
fn is_test(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Paren(paren) => is_test(&paren.pat),
        syn::Pat::Or(or) => or.cases.iter().all(is_test),
        syn::Pat::Lit(lit) => is_number(&lit.lit),
        syn::Pat::Range(range) => {
            let mut ends = [&range.start, &range.end].into_iter().flatten();
            ends.all(|end| is_number_expr(end))
        }
        syn::Pat::Path(path) => is_number_expr(&syn::Expr::Path(path.clone())),
        syn::Pat::Wild(_) => true,
        pat => parts(pat).is_some_and(|mut parts| parts.all(is_test)),
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
        // `i32::MAX`, `limits::HIGH`: a path of several segments is no binding.
        syn::Expr::Path(path) => path.qself.is_none() && path.path.segments.len() > 1,
        syn::Expr::Unary(unary) => {
            matches!(unary.op, syn::UnOp::Neg(_)) && is_number_expr(&unary.expr)
        }
        _ => false,
    }
}

/// The parts of a tuple, all of them named.
fn parts(pat: &syn::Pat) -> Option<impl Iterator<Item = &syn::Pat>> {
    let syn::Pat::Tuple(tuple) = pat else {
        return None;
    };
    let rest = |part: &syn::Pat| matches!(part, syn::Pat::Rest(_));
    (!tuple.elems.iter().any(rest)).then(|| tuple.elems.iter())
}

/// A pattern of names, `_`, and, in tuples, tests: rustc knows that it takes what is left.
fn binds_only(pat: &syn::Pat) -> bool {
    let mut inner = parts(pat).into_iter().flatten();
    binding(pat).is_some()
        || parts(pat).is_some() && inner.all(|part| is_test(part) || binds_only(part))
}

/// The name that a pattern binds to all of the value.
fn name_of(pat: &syn::Pat) -> Option<&Ident> {
    match pat {
        syn::Pat::Ident(pat) => Some(&pat.ident),
        _ => None,
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
