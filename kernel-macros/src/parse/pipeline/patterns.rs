//! The patterns of a chain's closures: which part of the item they name, and whose names they could
//! take for another's.

use crate::ir::names::plain;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// Inference finds the type, and rustc compares.
pub(in crate::parse) fn untyped(pattern: &syn::Pat) -> &syn::Pat {
    match pattern {
        syn::Pat::Type(of) => &of.pat,
        pattern => pattern,
    }
}

/// The pattern of what is behind the reference that a closure takes.
pub(in crate::parse) fn referent(pattern: &syn::Pat) -> &syn::Pat {
    match pattern {
        syn::Pat::Reference(of) => &of.pat,
        syn::Pat::Paren(of) => referent(&of.pat),
        pattern => pattern,
    }
}

/// The names in a pattern, and where in the item they stand.
pub(super) fn places(pattern: &syn::Pat) -> Vec<(String, Vec<usize>)> {
    let within = |parts: &syn::punctuated::Punctuated<syn::Pat, syn::Token![,]>| {
        let parts = parts.iter().enumerate();
        let parts = parts.flat_map(|(at, part)| {
            let names = places(part).into_iter();
            names.map(move |(name, place)| (name, [vec![at], place].concat()))
        });
        parts.collect()
    };
    match pattern {
        syn::Pat::Ident(of) => vec![(plain(&of.ident), Vec::new())],
        syn::Pat::Reference(of) => places(&of.pat),
        syn::Pat::Paren(of) => places(&of.pat),
        syn::Pat::Type(of) => places(&of.pat),
        syn::Pat::Tuple(of) => within(&of.elems),
        syn::Pat::Slice(of) => within(&of.elems),
        _ => Vec::new(),
    }
}

/// Whether a closure's body, written behind what binds earlier closures' patterns, could mean their
/// names where it means others: it mentions one, also in a text, that its own patterns do not bind.
pub(super) fn captures(earlier: &[&syn::Pat], own: &[&syn::Pat], body: &syn::Expr) -> bool {
    let names = |of: &[&syn::Pat]| -> Vec<String> {
        let words = of.iter().flat_map(|pat| words(pat.to_token_stream()));
        words.collect()
    };
    let (earlier, own, body) = (names(earlier), names(own), words(body.to_token_stream()));
    let mut hidden = earlier.iter().filter(|name| !own.contains(name));
    hidden.any(|name| body.contains(name))
}

/// All words in the tokens, those of literals included.
fn words(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Punct(_) => Vec::new(),
        token => {
            let text = token.to_string();
            let words = text.split(|of: char| !of.is_alphanumeric() && of != '_');
            words.map(str::to_owned).collect()
        }
    });
    words.filter(|word| !word.is_empty()).collect()
}
