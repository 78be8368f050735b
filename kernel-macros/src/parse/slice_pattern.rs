//! `let [p, q] = chunk else { .. };` and `if let [p, q] = chunk { .. }` of a slice: a test of its length, and elements.

use super::Parser;
use super::part::Part;
use super::swap::name;
use crate::ir::{ExprId, Stmt, StmtKind};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Parser {
    /// `let [p, q] = chunk else { .. };`
    pub(super) fn let_else_slice(&mut self, local: &syn::Local) -> Option<StmtKind> {
        let init = local.init.as_ref()?;
        let (_, leaves) = init.diverge.as_ref()?;
        let pattern = pattern(&local.pat)?;
        let part = self.slice_to_read(&init.expr)?;
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
        let bind: syn::Stmt = syn::parse2(pattern.binding(&list)).ok()?;
        match bind {
            syn::Stmt::Local(bind) => Some(self.local(&bind)),
            _ => None,
        }
    }

    /// `if let [p, q] = chunk { .. } else { .. }`
    pub(super) fn if_let_slice(&mut self, node: &syn::ExprIf) -> Option<ExprId> {
        let syn::Expr::Let(of) = &*node.cond else {
            return None;
        };
        let pattern = pattern(&of.pat)?;
        let part = self.slice_to_read(&of.expr)?;
        let (list, count) = (
            name("list"),
            Literal::usize_unsuffixed(pattern.names.elems.len()),
        );
        let mut written = node.clone();
        *written.cond = syn::parse2(quote!(#list.len() == #count)).ok()?;
        let bind: syn::Stmt = syn::parse2(pattern.binding(&list)).ok()?;
        written.then_branch.stmts.insert(0, bind);
        self.scopes.enter();
        self.bind_part_name(&list, part);
        let value = self.expr(&syn::Expr::If(written));
        self.scopes.leave();
        Some(value)
    }

    /// A slice of numbers that nobody writes.
    fn slice_to_read(&mut self, node: &syn::Expr) -> Option<Part> {
        if self.path.is_empty() {
            return None;
        }
        self.attempt(|parser| {
            let part = parser.part_expr(node);
            part.filter(|part| part.rank() == 1 && part.is_slice() && !part.writable && !part.local)
        })
    }
}

/// Names for all elements of a slice.
struct Pattern<'a> {
    names: &'a syn::PatSlice,
    /// They are references to the elements.
    lent: bool,
}

impl Pattern<'_> {
    /// `let (p, q) = (&list[0], &list[1]);`
    fn binding(&self, list: &proc_macro2::Ident) -> TokenStream {
        let names = self.names.elems.iter();
        let places = (0..names.len()).map(|at| {
            let at = Literal::usize_unsuffixed(at);
            match self.lent {
                true => quote!(&#list[#at]),
                false => quote!(#list[#at]),
            }
        });
        quote!(let (#(#names,)*) = (#(#places,)*);)
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
    names
        .elems
        .iter()
        .all(plain)
        .then_some(Pattern { names, lent })
}
