//! `u32::from_le_bytes([a, b, c, d])`: shifts and alternatives.

use super::Parser;
use crate::ir::{ExprId, Scalar};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

impl Parser {
    /// A number of the bytes that are written out. The casts name the type again, so that rustc
    /// confirms it.
    pub(super) fn number_of_bytes(
        &mut self,
        path: &syn::ExprPath,
        call: &syn::ExprCall,
    ) -> Option<ExprId> {
        let [owner, function] = [0, 1].map(|position| path.path.segments.get(position));
        let (owner, function) = (owner?, function?);
        let scalar = Scalar::from_name(&owner.ident.to_string()).filter(|ty| ty.is_int())?;
        let descending = match function.ident.to_string().as_str() {
            "from_le_bytes" => false,
            "from_be_bytes" => true,
            _ => return None,
        };
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let [syn::Expr::Array(bytes)] = args[..] else {
            return None;
        };
        let count = bytes.elems.len();
        let fits = count as u32 == scalar.bytes() && path.path.segments.len() == 2;
        if !fits || path.qself.is_some() || self.path.is_empty() {
            return None;
        }
        let parts = bytes.elems.iter().enumerate().map(|(position, byte)| {
            let place = match descending {
                true => count - 1 - position,
                false => position,
            };
            let shift = Literal::usize_unsuffixed(8 * place);
            let owner = owner.to_token_stream();
            quote!(((#byte) as u8 as #owner) << #shift)
        });
        let whole = parts.reduce(|all: TokenStream, part| quote!(#all | #part))?;
        let whole: syn::Expr = syn::parse2(quote!((#whole))).ok()?;
        Some(self.expr(&whole))
    }
}
