//! Closures that a `let` names: each call in a loop is inlined, as those of nested functions are.
//!
//! A closure that is no `move` borrows what it captures, so nothing of that changes from its
//! definition to its last call, and its body may be read where it is called, with the names of the
//! place where it is defined.

use super::Parser;
use super::desugar::leaves;
use super::scope::Snapshot;
use super::span;
use super::ty;
use crate::ir::names::plain;
use crate::ir::{Block, ExprId, ExprKind, Pat, Stmt, StmtKind, Ty, VarKind};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::rc::Rc;

/// A closure and the scopes around it.
#[derive(Clone)]
pub(super) struct Named {
    closure: Rc<syn::ExprClosure>,
    around: Rc<Snapshot>,
}

impl Parser {
    /// `let at = |i, j| i * n + j;`. False if it is something else.
    pub(super) fn bind_closure(&mut self, local: &syn::Local) -> bool {
        let (syn::Pat::Ident(name), Some(init)) = (&local.pat, &local.init) else {
            return false;
        };
        let syn::Expr::Closure(closure) = &*init.expr else {
            return false;
        };
        let named = name.by_ref.is_none() && name.mutability.is_none() && name.subpat.is_none();
        let alone =
            super::expr::foreign_attribute(&local.attrs).is_none() && init.diverge.is_none();
        if !named || !alone || !is_plain(closure) {
            return false;
        }
        let around = Rc::new(self.scopes.snapshot());
        let kind = self.local_kind();
        let var = self.bind(&name.ident, kind, false, Ty::Unknown);
        let closure = Rc::new(closure.clone());
        self.closures.insert(var, Named { closure, around });
        true
    }

    /// A call of such a closure in a loop: its parameters bound to the arguments, then its body.
    pub(super) fn call_closure(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let var = self.named(&call.func)?;
        let Named { closure, around } = self.closures.get(&var)?.clone();
        let endless = !self.calls.enter();
        if self.path.is_empty() || endless || closure.inputs.len() != call.args.len() {
            return None;
        }
        if self.hides_captures(&closure, &around) {
            return None;
        }
        let span = span::of(node);
        let args: Vec<ExprId> = call.args.iter().map(|arg| self.expr(arg)).collect();
        let borrowed = call.args.iter().map(|arg| self.may_be_borrowed(arg));
        let borrowed: Vec<bool> = borrowed.collect();
        let caller = self.scopes.enter_snapshot(&around);
        let mut stmts = Vec::new();
        for ((input, arg), borrowed) in closure.inputs.iter().zip(args).zip(borrowed) {
            let (ident, mutable, ty) = self.closure_param(input)?;
            let var = self.bind(&ident, VarKind::Local, mutable, ty);
            if borrowed {
                self.borrowed.insert(var);
            }
            let (pat, init) = (Pat::Var(var), Some(arg));
            let kind = StmtKind::Let { pat, init };
            stmts.push(Stmt { kind, span });
        }
        self.calls.enter_body();
        let value = Some(self.expr(&closure.body));
        self.calls.leave_body();
        self.scopes.leave_function(caller);
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    /// Whether a name of the closure may mean something else where a region starts, whose driver
    /// reads it there: another variable has it, bound outside of the innermost loop.
    fn hides_captures(&self, closure: &syn::ExprClosure, around: &Snapshot) -> bool {
        let innermost = self.path.last().copied();
        let own: Vec<String> = closure.inputs.iter().flat_map(bound).collect();
        let names = words(closure.body.to_token_stream()).into_iter();
        let mut names = names.filter(|name| !own.contains(name));
        names.any(|name| {
            let here = self.scopes.find_text(&name);
            let inside = here.is_some_and(|var| self.vars[var].home == innermost);
            here != around.find_text(&name) && !inside
        })
    }

    fn closure_param(&mut self, pat: &syn::Pat) -> Option<(proc_macro2::Ident, bool, Ty)> {
        match pat {
            syn::Pat::Type(typed) => {
                let (name, mutable, _) = self.closure_param(&typed.pat)?;
                self.prove_names(&typed.ty);
                Some((name, mutable, ty::annotation(&typed.ty)))
            }
            syn::Pat::Ident(pat) => {
                Some((pat.ident.clone(), pat.mutability.is_some(), Ty::Unknown))
            }
            _ => None,
        }
    }
}

/// The name that a parameter binds.
fn bound(pat: &syn::Pat) -> Option<String> {
    match pat {
        syn::Pat::Type(typed) => bound(&typed.pat),
        syn::Pat::Ident(pat) => Some(plain(&pat.ident)),
        _ => None,
    }
}

/// The names in it.
pub(super) fn words(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Ident(ident) => vec![plain(&ident)],
        TokenTree::Punct(_) | TokenTree::Literal(_) => Vec::new(),
    });
    words.collect()
}

/// Whether tokens have a name, in a format string perhaps.
pub(super) fn mentions(tokens: &impl ToTokens, name: &str) -> bool {
    let tokens = tokens.to_token_stream();
    let texts = tokens.to_string();
    texts.contains(&format!("{{{name}")) || words(tokens).iter().any(|word| word == name)
}

/// Whether a closure's calls can be inlined: names for its parameters, and no way out of its body
/// but its end.
fn is_plain(closure: &syn::ExprClosure) -> bool {
    let borrows = closure.capture.is_none() && closure.asyncness.is_none();
    borrows && !leaves(&closure.body) && closure.inputs.iter().all(is_name)
}

fn is_name(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Type(typed) => is_name(&typed.pat) && ty::annotation(&typed.ty).is_value(),
        syn::Pat::Ident(pat) => pat.by_ref.is_none() && pat.subpat.is_none(),
        _ => false,
    }
}
