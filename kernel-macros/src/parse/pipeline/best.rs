//! Ends of chains that keep the greatest or the least of the items.
//!
//! Of equal ones the maxima give the last and the minima the first.

use super::End;
use super::body::Body;
use super::patterns::{referent, untyped};
use crate::parse::chain::closure;
use crate::parse::swap::name;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// `max` and `min`.
pub(super) fn of_all(mut body: Body<'_>, end: End<'_>) -> Option<TokenStream> {
    let value = body.value();
    let [so_far, next] = ["so_far", "next"].map(name);
    let keep = match end.is("max") {
        true => quote!(#so_far > #next),
        false => quote!(#so_far <= #next),
    };
    kept(body, end, &value, &keep)
}

/// `max_by` and `min_by`.
pub(super) fn by_order<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    compare: &syn::Expr,
) -> Option<TokenStream> {
    let value = body.value();
    let [so_far, next] = ["so_far", "next"].map(name);
    let order = compared(compare, &so_far, &next)?;
    let keep = match end.is("max_by") {
        true => quote!((#order).is_gt()),
        false => quote!((#order).is_le()),
    };
    kept(body, end, &value, &keep)
}

/// `max_by_key` and `min_by_key`.
pub(super) fn by_key<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    key: &syn::ExprClosure,
) -> Option<TokenStream> {
    let value = body.value();
    let [left, right] = ["so_far", "next"].map(|of| applied(key, &name(of)));
    let keep = match end.is("max_by_key") {
        true => quote!((#left) > (#right)),
        false => quote!((#left) <= (#right)),
    };
    kept(body, end, &value, &keep)
}

/// Keeps the item so far if the test holds, or else the next one.
fn kept(
    body: Body<'_>,
    end: End<'_>,
    value: &TokenStream,
    keep: &TokenStream,
) -> Option<TokenStream> {
    let [some, none, total, so_far, next] = ["some", "none", "total", "so_far", "next"].map(name);
    let step = quote! {
        let #next = #value;
        #total = match #total {
            #some(#so_far) => if #keep { #some(#so_far) } else { #some(#next) },
            #none => #some(#next),
        };
    };
    body.over(end.source, &quote!(#none), &step)
}

/// What a comparison, a closure or a function, says of two items.
pub(in crate::parse) fn compared(
    compare: &syn::Expr,
    left: &Ident,
    right: &Ident,
) -> Option<TokenStream> {
    if let syn::Expr::Path(path) = compare {
        return Some(quote!(#path(#left, #right)));
    }
    let compare = closure(compare)?;
    let [first, second] = compare.inputs.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let [first, second] = [first, second].map(|of| referent(untyped(of)));
    let body = &compare.body;
    Some(quote!({ let #first = &#left; let #second = &#right; #body }))
}

/// A closure's value of a reference to that item.
fn applied(of: &syn::ExprClosure, item: &Ident) -> TokenStream {
    let pattern = of.inputs.first().map(|of| referent(untyped(of)));
    let body = &of.body;
    quote!({ let #pattern = &#item; #body })
}
