//! `match` on numbers, bools and options → nested `if`s on a bound scrutinee.
//!
//! Patterns are literals, ranges, alternatives, tuples and `Some` of those, `None`, `_`, and names.
//! A name may also be
//! a constant's, which the macro cannot tell from a binding: in the last arm it makes no difference,
//! elsewhere rustc confirms that it binds. rustc has checked that the arms cover every value, so the
//! last arm needs no test. `matches!` is a `match`.

use super::Parser;
use super::template;
use crate::ir::{
    BinaryOp, Block, ExprId, ExprKind, Pat, Proof, Span, Stmt, StmtKind, Ty, UnaryOp, VarId,
    VarKind,
};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};

/// What a pattern is held against: a variable, or a part of it.
#[derive(Clone)]
pub(super) struct Subject {
    pub var: VarId,
    pub fields: Vec<u32>,
}

impl Subject {
    pub(super) fn field(&self, index: u32) -> Subject {
        let mut fields = self.fields.clone();
        fields.push(index);
        Subject { fields, ..*self }
    }
}

impl Parser {
    /// The expression, or `None` if an arm is outside the subset (nothing has been read then).
    pub(super) fn match_expr(&mut self, node: &syn::ExprMatch) -> Option<ExprId> {
        if let Some(value) = self.match_slice(node) {
            return Some(value);
        }
        if let Some(split) = self.one_by_one(node) {
            return self.match_expr(&split);
        }
        let last = node.arms.len().checked_sub(1)?;
        let mut patterns = node.arms.iter().map(|arm| unguarded(&arm.pat).0);
        let optional = patterns.any(|pat| self.is_optional(pat));
        if optional && !self.may_be_option(&node.expr) {
            return None;
        }
        let understood = node.arms.iter().enumerate().all(|(position, arm)| {
            let (pat, guarded) = unguarded(&arm.pat);
            arm.attrs.is_empty()
                && match position == last && !guarded {
                    true => self.is_test(pat) || self.binds_only(pat),
                    false => self.is_tested(pat) && (guarded || !self.takes_all(pat)),
                }
        });
        if !understood {
            return None;
        }
        let span = Span {
            start: node.match_token.span,
            end: node.brace_token.span.join(),
        };
        let value = self.expr(&node.expr);
        if node
            .arms
            .iter()
            .any(|arm| self.is_variant(unguarded(&arm.pat).0))
        {
            self.expect_option(value);
        }
        self.scopes.enter();
        let (subject, bind) = self.subject(&node.expr, value, span);
        let chain = self.arms(&node.arms, &subject, span);
        self.scopes.leave();
        let block = Block {
            stmts: vec![bind],
            value: Some(chain),
        };
        Some(self.push(ExprKind::Block(block), span))
    }

    /// The same with an arm for each alternative of a pattern that binds names, as in `(v, 0) | (0, v)`;
    /// `None` if there is none. Whatever a guard says, Rust tries the alternatives one by one too.
    fn one_by_one(&self, node: &syn::ExprMatch) -> Option<syn::ExprMatch> {
        const MOST: usize = 8;
        let cases = |arm: &syn::Arm| match unguarded(&arm.pat).0 {
            syn::Pat::Or(or)
                if or.cases.len() <= MOST && !or.cases.iter().all(|case| self.is_test(case)) =>
            {
                Some(or.cases.clone())
            }
            _ => None,
        };
        if !node.arms.iter().any(|arm| cases(arm).is_some()) {
            return None;
        }
        let mut split = node.clone();
        split.arms.clear();
        for arm in &node.arms {
            let Some(cases) = cases(arm) else {
                split.arms.push(arm.clone());
                continue;
            };
            for (number, case) in cases.into_iter().enumerate() {
                let mut arm = arm.clone();
                match &mut arm.pat {
                    syn::Pat::Guard(guarded) => *guarded.pat = case,
                    pat => *pat = case,
                }
                if number > 0 {
                    let body = template::unmarked(arm.body.to_token_stream());
                    *arm.body = syn::parse2(body).ok()?;
                }
                split.arms.push(arm);
            }
        }
        Some(split)
    }

    /// A variable that has the value, and what binds it.
    pub(super) fn subject(
        &mut self,
        node: &syn::Expr,
        value: ExprId,
        span: Span,
    ) -> (Subject, Stmt) {
        let name = Ident::new("scrutinee", proc_macro2::Span::mixed_site());
        let kind = self.local_kind();
        let var = self.bind_hidden(&name, kind);
        if self.binds_borrowed(node) {
            self.borrowed.insert(var);
        }
        let bind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        let fields = Vec::new();
        (Subject { var, fields }, Stmt { kind: bind, span })
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
        let mut cond = self.matches(pat, subject, &mut stmts);
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

    /// The condition under which a pattern matches that may not, and what binds its names, which
    /// can be bound whether it matches or not.
    pub(super) fn matches(
        &mut self,
        pat: &syn::Pat,
        subject: &Subject,
        bound: &mut Vec<Stmt>,
    ) -> ExprId {
        self.bind_proved(pat, subject, bound);
        self.test(pat, subject)
    }

    /// Binds the names of such a pattern.
    pub(super) fn bind_proved(&mut self, pat: &syn::Pat, subject: &Subject, bound: &mut Vec<Stmt>) {
        let first = bound.len();
        self.bind_names(pat, subject, bound);
        bound[first..]
            .iter()
            .for_each(|stmt| self.prove_binding(stmt));
    }

    /// Whether a pattern is understood that may not match, and is no name for all of the value.
    pub(super) fn can_match(&self, pat: &syn::Pat, value: &syn::Expr) -> bool {
        let optional = !self.is_optional(pat) || self.may_be_option(value);
        optional && self.is_tested(pat) && !self.takes_all(pat)
    }

    /// Whether a pattern is `_` or a name for all of the value.
    fn takes_all(&self, pat: &syn::Pat) -> bool {
        binding(pat).is_some() && !self.is_variant(pat)
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
            pat if self.is_variant(pat) => parts(pat).all(|(_, part)| self.is_tested(part)),
            syn::Pat::Paren(of) => self.is_tested(&of.pat),
            syn::Pat::Reference(of) if of.mutability.is_none() => self.is_tested(&of.pat),
            syn::Pat::Ident(ident) if ident.by_ref.is_none() => {
                let mut inner = ident.subpat.iter();
                self.seems_to_bind(&ident.ident) && inner.all(|(_, pat)| self.is_tested(pat))
            }
            pat if is_tuple(pat) => parts(pat).all(|(_, part)| self.is_tested(part)),
            pat => self.is_test(pat),
        }
    }

    /// A pattern that tests numbers, bools and options, and binds nothing.
    fn is_test(&self, pat: &syn::Pat) -> bool {
        match pat {
            pat if self.is_variant(pat) || is_tuple(pat) => {
                parts(pat).all(|(_, part)| self.is_test(part))
            }
            syn::Pat::Paren(paren) => self.is_test(&paren.pat),
            syn::Pat::Reference(of) => of.mutability.is_none() && self.is_test(&of.pat),
            syn::Pat::Or(or) => or.cases.iter().all(|case| self.is_test(case)),
            syn::Pat::Lit(lit) => is_number(&lit.lit),
            syn::Pat::Range(range) => {
                let mut ends = [&range.start, &range.end].into_iter().flatten();
                ends.all(|end| is_number_expr(end))
            }
            syn::Pat::Path(path) => is_number_expr(&syn::Expr::Path(path.clone())),
            syn::Pat::Wild(_) => true,
            _ => false,
        }
    }

    /// A pattern of names, `_`, and, in tuples and options, tests: rustc knows that it takes what is
    /// left.
    fn binds_only(&self, pat: &syn::Pat) -> bool {
        let binds = |part| self.is_test(part) || self.binds_only(part);
        match pat {
            pat if self.is_variant(pat) || is_tuple(pat) => parts(pat).all(|(_, part)| binds(part)),
            syn::Pat::Paren(of) => self.binds_only(&of.pat),
            syn::Pat::Reference(of) => of.mutability.is_none() && self.binds_only(&of.pat),
            pat => binding(pat).is_some(),
        }
    }

    /// The first pattern that is none of numbers, bools and options.
    pub(super) fn unknown_pattern<'a>(&self, node: &'a syn::ExprMatch) -> Option<&'a syn::Pat> {
        let mut patterns = node.arms.iter().map(|arm| unguarded(&arm.pat).0);
        patterns.find(|pat| !self.is_test(pat))
    }

    /// `Some(..)` or `None`
    pub(super) fn is_variant(&self, pat: &syn::Pat) -> bool {
        match pat {
            syn::Pat::Reference(of) => self.is_variant(&of.pat),
            syn::Pat::Paren(of) => self.is_variant(&of.pat),
            pat => self.variant_of(pat).is_some(),
        }
    }

    /// The path in it, and whether it is that of `Some`.
    fn variant_of(&self, pat: &syn::Pat) -> Option<(syn::Path, bool)> {
        let (path, some) = match pat {
            syn::Pat::TupleStruct(of) if of.qself.is_none() && of.elems.len() == 1 => {
                (of.path.clone(), true)
            }
            syn::Pat::Path(of) if of.qself.is_none() => (of.path.clone(), false),
            syn::Pat::Ident(of) if of.by_ref.is_none() && of.subpat.is_none() => {
                (of.ident.clone().into(), false)
            }
            _ => return None,
        };
        (self.variant(&path) == Some(some)).then_some((path, some))
    }

    /// Whether there is such a pattern in it.
    fn is_optional(&self, pat: &syn::Pat) -> bool {
        match pat {
            syn::Pat::Or(or) => or.cases.iter().any(|case| self.is_optional(case)),
            syn::Pat::Ident(of) if let Some((_, inner)) = &of.subpat => self.is_optional(inner),
            pat => self.is_variant(pat) || parts(pat).any(|(_, part)| self.is_optional(part)),
        }
    }

    /// Whether a name in a pattern does not look like a constant's.
    pub(super) fn seems_to_bind(&self, name: &Ident) -> bool {
        !name.to_string().starts_with(char::is_uppercase) && !self.is_constant(name)
    }

    fn is_constant(&self, name: &Ident) -> bool {
        let var = self.scopes.find(name);
        var.is_some_and(|var| self.vars[var].kind == VarKind::Outside)
    }

    /// The arm that takes what is left, its names bound to the scrutinee and its parts.
    fn last_arm(&mut self, arm: &syn::Arm, subject: &Subject) -> Block {
        let (pat, _) = unguarded(&arm.pat);
        self.scopes.enter();
        let mut bound = Vec::new();
        self.bind_names(pat, subject, &mut bound);
        self.prove_variants(pat);
        let mut block = self.arm_body(&arm.body);
        self.scopes.leave();
        block.stmts.splice(0..0, bound);
        block
    }

    /// rustc confirms the names of variants in a pattern that is not tested.
    fn prove_variants(&mut self, pat: &syn::Pat) {
        if let Some((path, some)) = self.variant_of(pat) {
            self.prove_variant(&path, some);
        }
        if let syn::Pat::Or(or) = pat {
            or.cases.iter().for_each(|case| self.prove_variants(case));
        }
        parts(pat).for_each(|(_, part)| self.prove_variants(part));
    }

    fn bind_names(&mut self, pat: &syn::Pat, subject: &Subject, bound: &mut Vec<Stmt>) {
        let (ident, mutable) = match pat {
            syn::Pat::Paren(of) => return self.bind_names(&of.pat, subject, bound),
            syn::Pat::Reference(of) => return self.bind_names(&of.pat, subject, bound),
            syn::Pat::Ident(of) if !self.is_variant(pat) => {
                if let Some((_, inner)) = &of.subpat {
                    self.bind_names(inner, subject, bound);
                }
                (&of.ident, of.mutability.is_some())
            }
            pat => {
                return parts(pat).for_each(|(index, part)| {
                    self.bind_names(part, &subject.field(index), bound);
                });
            }
        };
        let span = Span::at(ident.span());
        let init = Some(self.read(subject, span));
        let kind = self.local_kind();
        let var = self.bind(ident, kind, mutable, Ty::Unknown);
        if self.borrowed.contains(&subject.var) {
            self.borrowed.insert(var);
        }
        let pat = Pat::Var(var);
        let kind = StmtKind::Let { pat, init };
        bound.push(Stmt { kind, span });
    }

    pub(super) fn read(&mut self, subject: &Subject, span: Span) -> ExprId {
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
    pub(super) fn test(&mut self, pat: &syn::Pat, subject: &Subject) -> ExprId {
        let span = Span::of(pat);
        if let Some((path, some)) = self.variant_of(pat) {
            self.prove_variant(&path, some);
            return self.test_variant(pat, subject);
        }
        match pat {
            syn::Pat::Paren(paren) => self.test(&paren.pat, subject),
            syn::Pat::Reference(of) => self.test(&of.pat, subject),
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

    /// Whether the value is missing, or is there and matches in its turn.
    fn test_variant(&mut self, pat: &syn::Pat, subject: &Subject) -> ExprId {
        let span = Span::of(pat);
        let missing = self.read(&subject.field(1), span);
        let syn::Pat::TupleStruct(some) = pat else {
            return missing;
        };
        let there = self.push(ExprKind::Unary(UnaryOp::Not, missing), span);
        match &some.elems[0] {
            syn::Pat::Wild(_) => there,
            part @ syn::Pat::Ident(syn::PatIdent { subpat: None, .. })
                if !self.is_variant(part) =>
            {
                there
            }
            part => {
                let test = self.test(part, &subject.field(0));
                self.all(vec![there, test], span)
            }
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

/// The parts of a tuple or of `Some`, and which they are.
fn parts(pat: &syn::Pat) -> impl Iterator<Item = (u32, &syn::Pat)> {
    let parts = match pat {
        syn::Pat::Tuple(tuple) => Some(&tuple.elems),
        syn::Pat::TupleStruct(of) => Some(&of.elems),
        _ => None,
    };
    (0..).zip(parts.into_iter().flatten())
}

/// A tuple whose parts are all named.
fn is_tuple(pat: &syn::Pat) -> bool {
    let rest = |part: &syn::Pat| matches!(part, syn::Pat::Rest(_));
    matches!(pat, syn::Pat::Tuple(tuple) if !tuple.elems.iter().any(rest))
}

/// `Some(None)` for `_`, the name for a name.
fn binding(pat: &syn::Pat) -> Option<Option<&Ident>> {
    match pat {
        syn::Pat::Wild(_) => Some(None),
        syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            Some(Some(&pat.ident))
        }
        _ => None,
    }
}
