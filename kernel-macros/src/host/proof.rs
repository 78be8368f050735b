//! What the compiler took names for, as statements that compile only if it was right (rule R5).

use super::names::{self, emit};
use crate::ir::{Proof, Span};
use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;

/// The statement, about the place of the name. It does nothing.
pub fn confirm(rt: &TokenStream, proof: &Proof) -> TokenStream {
    match proof {
        Proof::Type { tokens, scalar } => {
            let scalar = names::scalar(rt, *scalar);
            quote_spanned!(place(tokens)=> #rt::is_type::<#scalar, #tokens>();)
        }
        Proof::Function {
            tokens,
            scalar,
            builtin,
        } => {
            let scalar = names::scalar(rt, *scalar);
            let builtin = names::local(builtin.name());
            quote_spanned!(place(tokens)=> #rt::same(#tokens, #scalar::#builtin);)
        }
        Proof::Prange(tokens) => {
            quote_spanned!(place(tokens)=> #rt::same(#tokens, #rt::prange::<#rt::prim::usize>);)
        }
        // Asked while running: see `Region::lengths`.
        Proof::Length { .. } => TokenStream::new(),
        Proof::Macro(name) => std_macro(rt, name),
        Proof::Binding { bound, used } => {
            let (bound, used) = (probe(bound), probe(used));
            emit!({ let #bound = (); #used })
        }
    }
}

fn place(tokens: &TokenStream) -> proc_macro2::Span {
    names::about(Span::of(tokens).start)
}

/// Where a macro's name means another one around the glob import, rustc calls it ambiguous.
fn std_macro(rt: &TokenStream, name: &Ident) -> TokenStream {
    let arguments = match name.to_string().trim_start_matches("debug_") {
        "assert" => emit!(true),
        "assert_eq" | "assert_ne" => emit!(0, 0),
        _ => TokenStream::new(),
    };
    emit!({
        use #rt::macros::*;
        if false { #name!(#arguments); }
    })
}

/// A name that only a proof uses, as far as macros can see the same as the user's.
fn probe(name: &Ident) -> Ident {
    let text = names::plain(name);
    Ident::new(&format!("__kernel_{text}"), name.span())
}
