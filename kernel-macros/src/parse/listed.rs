//! `for d in [1, 0, 2] { .. }` inside a loop: a loop over the positions of a local array.

use super::Parser;
use super::span;
use crate::ir::{Block, ExprId, ExprKind, Pat, Stmt, StmtKind, Ty};
use proc_macro2::{Ident, Literal, Span};
use quote::quote;
use syn::parse::Parser as _;

/// Longer lists are data, not code.
const LONGEST: usize = 64;

impl Parser {
    /// The loop with the array bound before it; `None` if it goes over something else.
    pub(super) fn listed_loop(&mut self, node: &syn::ExprForLoop) -> Option<StmtKind> {
        let values = list(&node.expr)?;
        if self.path.is_empty() {
            return None;
        }
        let [items, at] =
            ["__kernel_items", "__kernel_at"].map(|name| Ident::new(name, Span::mixed_site()));
        let (pat, len) = (
            plain(&node.pat),
            Literal::usize_suffixed(values.elems.len()),
        );
        let mut counted = node.clone();
        let name = syn::Pat::parse_single.parse2(quote!(#at)).ok()?;
        *counted.pat = name;
        *counted.expr = syn::parse2(quote!(0usize..#len)).ok()?;
        let bind: syn::Stmt = syn::parse2(quote!(let #pat = #items[#at];)).ok()?;
        counted.body.stmts.insert(0, bind);
        let value = self.expr(&syn::Expr::Array(values.clone()));
        self.scopes.enter();
        let at = span::of(&node.expr);
        let borrowed = is_lent(&node.expr) || values.elems.iter().any(|of| self.binds_borrowed(of));
        let bind = self.bind_items(&items, value, borrowed);
        let each = self.for_loop(&counted);
        self.scopes.leave();
        if let StmtKind::For(id) = each {
            let name = super::iterate::first_name(&node.pat);
            let var = self.loops.mark_listed(id);
            if let (Some(var), Some(name)) = (var, name) {
                self.vars[var].ident = name;
            }
        }
        let stmts = [bind, each].map(|kind| Stmt { kind, span: at });
        let block = Block {
            stmts: stmts.into(),
            value: None,
        };
        Some(StmtKind::Expr(self.push(ExprKind::Block(block), at)))
    }

    fn bind_items(&mut self, items: &Ident, value: ExprId, borrowed: bool) -> StmtKind {
        let kind = self.local_kind();
        let var = self.bind(items, kind, false, Ty::Unknown);
        if borrowed {
            self.borrowed.insert(var);
        }
        self.vars[var].hidden = true;
        StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        }
    }
}

/// An array that is written out, perhaps behind a reference.
fn list(node: &syn::Expr) -> Option<&syn::ExprArray> {
    match node {
        syn::Expr::Paren(paren) => list(&paren.expr),
        syn::Expr::Reference(node) if node.mutability.is_none() => list(&node.expr),
        syn::Expr::Array(array) => (1..=LONGEST).contains(&array.elems.len()).then_some(array),
        _ => None,
    }
}

/// Whether a list's items are references to what is written in it.
fn is_lent(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Paren(paren) => is_lent(&paren.expr),
        node => matches!(node, syn::Expr::Reference(_)),
    }
}

/// The pattern without its reference: items are values here.
fn plain(pat: &syn::Pat) -> &syn::Pat {
    match pat {
        syn::Pat::Reference(pat) => &pat.pat,
        pat => pat,
    }
}
