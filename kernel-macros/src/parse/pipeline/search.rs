//! Ends of chains that stop at the first item that passes a test, or fails it.

use super::End;
use super::body::Body;
use crate::parse::swap::name;
use proc_macro2::TokenStream;
use quote::quote;

/// `any` and `all`.
pub(super) fn tested<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    test: &'a syn::ExprClosure,
) -> Option<TokenStream> {
    let (any, total) = (end.is("any"), name("total"));
    let test = body.tested(test, false)?;
    let start = if any { quote!(false) } else { quote!(true) };
    let step = match (end.driver, any) {
        // Where a region has no early end, an item behind it is not asked about.
        (true, true) => quote!(#total = #total || (#test);),
        (true, false) => quote!(#total = #total && (#test);),
        (false, true) => quote!(if #test { #total = true; break; }),
        (false, false) => quote!(if !(#test) { #total = false; break; }),
    };
    body.over(end.source, &start, &step)
}

/// `position`.
pub(super) fn placed<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    test: &'a syn::ExprClosure,
) -> Option<TokenStream> {
    let [some, none, total, at] = ["some", "none", "total", "position"].map(name);
    let test = body.tested(test, false)?;
    let step = quote!(if #test { #total = #some(#at); break; } #at += 1;);
    let found = body.over(end.source, &quote!(#none), &step)?;
    Some(quote!({ let mut #at = 0usize; #found }))
}

/// `find`.
pub(super) fn found<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    test: &'a syn::ExprClosure,
) -> Option<TokenStream> {
    let [some, none, total] = ["some", "none", "total"].map(name);
    let value = body.bound();
    let test = body.tested(test, true)?;
    let step = quote!(if #test { #total = #some(#value); break; });
    body.over(end.source, &quote!(#none), &step)
}
