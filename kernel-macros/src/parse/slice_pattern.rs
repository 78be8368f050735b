//! `let [p, q] = chunk else { .. };` and `if let [p, q] = chunk { .. }` of a slice: a test of its length, and elements.

use super::Parser;
use super::part::Part;
use super::swap::name;
use crate::ir::{Block, ExprId, ExprKind, Stmt, StmtKind};
use proc_macro2::Literal;
use quote::quote;

impl Parser {
    /// `let [p, q] = chunk else { .. };`
    pub(super) fn let_else_slice(&mut self, local: &syn::Local) -> Option<StmtKind> {
        let init = local.init.as_ref()?;
        let (_, leaves) = init.diverge.as_ref()?;
        let pattern = pattern(&local.pat)?;
        let part = self.matched_slice(&init.expr, &pattern)?;
        let writable = part.writable;
        let (list, count) = (
            name("list"),
            Literal::usize_unsuffixed(pattern.names.elems.len()),
        );
        self.bind_part_name(&list, part);
        let test: syn::Expr = syn::parse2(quote!(if #list.len() != #count {})).ok()?;
        let syn::Expr::If(mut test) = test else {
            return None;
        };
        match &**leaves {
            syn::Expr::Block(block) => test.then_branch = block.block.clone(),
            _ => return None,
        }
        let kind = self.stmt_expr(&syn::Expr::If(test));
        let span = crate::ir::Span::of(&local.pat);
        self.before.push(Stmt { kind, span });
        let binds = pattern.binding(&list, writable)?;
        let (last, others) = binds.split_last()?;
        for bind in others {
            let kind = self.bound(bind);
            self.before.push(Stmt { kind, span });
        }
        Some(self.bound(last))
    }

    /// A `let` of an element's value, or of a reference to it: the latter leaves nothing to do.
    fn bound(&mut self, bind: &syn::Local) -> StmtKind {
        if !self.bind_part(bind) {
            return self.local(bind);
        }
        let nothing = Block {
            stmts: Vec::new(),
            value: None,
        };
        let span = crate::ir::Span::of(&bind.pat);
        StmtKind::Expr(self.push(ExprKind::Block(nothing), span))
    }

    /// `if let [p, q] = chunk { .. } else { .. }`
    pub(super) fn if_let_slice(&mut self, node: &syn::ExprIf) -> Option<ExprId> {
        let syn::Expr::Let(of) = &*node.cond else {
            return None;
        };
        let pattern = pattern(&of.pat)?;
        let part = self.matched_slice(&of.expr, &pattern)?;
        let (list, count) = (
            name("list"),
            Literal::usize_unsuffixed(pattern.names.elems.len()),
        );
        let mut written = node.clone();
        *written.cond = syn::parse2(quote!(#list.len() == #count)).ok()?;
        let binds = pattern.binding(&list, part.writable)?;
        let binds = binds.into_iter().map(syn::Stmt::Local);
        written.then_branch.stmts.splice(0..0, binds);
        self.scopes.enter();
        self.bind_part_name(&list, part);
        let value = self.expr(&syn::Expr::If(written));
        self.scopes.leave();
        Some(value)
    }

    /// A slice of numbers, to write if the pattern's names are references.
    fn matched_slice(&mut self, node: &syn::Expr, pattern: &Pattern) -> Option<Part> {
        if self.path.is_empty() {
            return None;
        }
        self.attempt(|parser| {
            let part = parser.part_expr(node)?;
            let fits = !part.writable || (pattern.lent && is_name(node));
            (part.rank() == 1 && part.is_slice() && !part.local && fits).then_some(part)
        })
    }
}

fn is_name(node: &syn::Expr) -> bool {
    matches!(node, syn::Expr::Path(_))
}

/// Names for all elements of a slice.
struct Pattern<'a> {
    names: &'a syn::PatSlice,
    /// They are references to the elements.
    lent: bool,
}

impl Pattern<'_> {
    /// `let p = &list[0];` and so on, or `&mut list[0]`.
    fn binding(&self, list: &proc_macro2::Ident, writable: bool) -> Option<Vec<syn::Local>> {
        let names = self.names.elems.iter().enumerate();
        let named = names.filter(|(_, name)| !matches!(name, syn::Pat::Wild(_)));
        let binds = named.map(|(at, name)| {
            let at = Literal::usize_unsuffixed(at);
            let place = match (self.lent, writable) {
                (true, true) => quote!(&mut #list[#at]),
                (true, false) => quote!(&#list[#at]),
                (false, _) => quote!(#list[#at]),
            };
            match syn::parse2(quote!(let #name = #place;)).ok()? {
                syn::Stmt::Local(bind) => Some(bind),
                _ => None,
            }
        });
        binds.collect()
    }
}

fn pattern(pat: &syn::Pat) -> Option<Pattern<'_>> {
    let (names, lent) = match pat {
        syn::Pat::Slice(names) => (names, true),
        syn::Pat::Reference(of) if of.mutability.is_none() => match &*of.pat {
            syn::Pat::Slice(names) => (names, false),
            _ => return None,
        },
        _ => return None,
    };
    let plain = |pat: &syn::Pat| match pat {
        syn::Pat::Ident(pat) => pat.by_ref.is_none() && pat.subpat.is_none(),
        pat => matches!(pat, syn::Pat::Wild(_)),
    };
    let named = |pat: &syn::Pat| matches!(pat, syn::Pat::Ident(_));
    let mut elems = names.elems.iter();
    let fits = elems.clone().all(plain) && elems.any(named);
    fits.then_some(Pattern { names, lent })
}
