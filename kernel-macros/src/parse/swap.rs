//! `std::mem::swap(&mut x, &mut y)` of numbers in an iteration: `(x, y) = (y, x)`.

use super::Parser;
use crate::ir::{Proof, StmtKind};
use proc_macro2::Ident;
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
}
