//! `x.sin_cos()`, the one method of numbers whose value is a tuple: the block that it is.

use super::Parser;
use crate::ir::ExprId;
use proc_macro2::{Ident, Span};
use quote::quote;

impl Parser {
    /// Sine and cosine in an iteration; the receiver is evaluated once.
    pub(super) fn sin_cos(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        let known = call.method == "sin_cos" && call.args.is_empty() && call.turbofish.is_none();
        // A reference's method is not the number's before rustc has said so.
        if !known || self.path.is_empty() || self.may_be_borrowed(&call.receiver) {
            return None;
        }
        let (angle, receiver) = (
            Ident::new("__kernel_angle", Span::mixed_site()),
            &call.receiver,
        );
        let written = quote!({
            let #angle = #receiver;
            (#angle.sin(), #angle.cos())
        });
        let block: syn::Expr = syn::parse2(written).ok()?;
        Some(self.expr(&block))
    }
}
