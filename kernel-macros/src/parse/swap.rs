//! Values that change places in an iteration: `std::mem::swap(&mut x, &mut y)` of numbers is
//! `(x, y) = (y, x)`, and `v.swap(i, j)` three assignments.

use super::Parser;
use super::part::Dim;
use crate::ir::types::ViewKind;
use crate::ir::{Proof, Receiver, StmtKind, Ty, Typed, VarId};
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};

impl Parser {
    /// The assignment that the call is, if it swaps two variables of an iteration. rustc confirms
    /// whose function it is.
    pub(super) fn swapped_numbers(&mut self, call: &syn::ExprCall) -> Option<StmtKind> {
        let syn::Expr::Path(path) = &*call.func else {
            return None;
        };
        let last = path.path.segments.last()?;
        let plain = path.qself.is_none() && last.ident == "swap" && last.arguments.is_none();
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let ([first, second], false) = (&args[..], self.path.is_empty()) else {
            return None;
        };
        let (x, y) = (self.lent_number(first)?, self.lent_number(second)?);
        let written: syn::ExprAssign = syn::parse2(quote!((#x, #y) = (#y, #x))).ok()?;
        plain.then(|| {
            self.prove(Proof::Swap(path.to_token_stream()));
            self.assign(&written)
        })
    }

    /// The name in `&mut name`, if it is no array's.
    fn lent_number(&self, node: &syn::Expr) -> Option<Ident> {
        let syn::Expr::Reference(lent) = node else {
            return None;
        };
        let var = self.named(&lent.expr)?;
        let array = self.arrays.contains_key(&var) || self.segment(var).is_some();
        let number = lent.mutability.is_some() && !array && !self.derefs.contains(&var);
        number.then(|| self.vars[var].ident.clone())
    }

    /// `v.swap(i, j)` of an array that the iteration binds, or of a `&mut [T]`, whose methods are
    /// found before those of any trait. A panic shows the method's name.
    pub(super) fn swapped_elements(&mut self, call: &syn::ExprMethodCall) -> Option<StmtKind> {
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let [first, second] = args[..] else {
            return None;
        };
        let var = self.named(&call.receiver)?;
        let plain = call.method == "swap" && call.turbofish.is_none() && !self.path.is_empty();
        if !plain || !(self.fixed.contains(&var) || self.is_lent_slice(var)) {
            return None;
        }
        self.prove_own_array(var, call);
        let mut array = self.vars[var].ident.clone();
        array.set_span(array.span().located_at(call.method.span()));
        let [i, j, kept] = ["first", "second", "kept"].map(name);
        let written: syn::Block = syn::parse2(quote!({
            let #i = #first;
            let #j = #second;
            let #kept = #array[#i];
            #array[#i] = #array[#j];
            #array[#j] = #kept;
        }))
        .ok()?;
        let block = self.block(&written);
        let span = crate::ir::Span::of(call);
        let id = self.push(crate::ir::ExprKind::Block(block), span);
        Some(StmtKind::Expr(id))
    }

    /// Has rustc confirm the method of a slice, if it is called of an array that the iteration binds.
    pub(super) fn prove_own_array(&mut self, array: VarId, call: &syn::ExprMethodCall) {
        if self.fixed.contains(&array) {
            self.prove(Proof::Method {
                of: Typed::Var(array),
                ty: Ty::Unknown,
                receiver: Receiver::Array,
                name: call.method.clone(),
                args: call.args.len(),
            });
        }
    }

    /// Whether a name is a `&mut [T]` that an iterator has given.
    pub(super) fn is_lent_slice(&self, var: VarId) -> bool {
        let Some(part) = self.segment(var) else {
            return false;
        };
        let spans = |dim: &usize| matches!(part.dims[*dim], Dim::Span { .. });
        part.kind == ViewKind::Slice
            && part.writable
            && part.rank() == 1
            && part.free().iter().all(spans)
    }
}

/// A name that no source has.
pub(super) fn name(text: &str) -> Ident {
    Ident::new(&format!("__kernel_{text}"), Span::mixed_site())
}
