//! `xs.partition_point(|&x| x < y)`: the loop that halves what is left, with std's steps, so that of elements in
//! no order it finds the same place.

use super::Parser;
use super::chain::closure;
use super::swap::name;
use crate::ir::ExprId;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

impl Parser {
    /// The place behind the elements of a slice, a row or a fixed array for which the closure holds.
    pub(super) fn partition_point(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let plain = call.method == "partition_point" && call.turbofish.is_none();
        if !plain || call.args.len() != 1 || self.path.is_empty() {
            return None;
        }
        let test = closure(&call.args[0]).filter(|of| of.inputs.len() == 1)?;
        let [mut list, size, place, middle] = ["list", "size", "place", "middle"].map(name);
        // An index that is checked names the array as the driver does.
        let span = call.method.span();
        list.set_span(span);
        let at = |index: TokenStream| tested(test, quote_spanned!(span=> #list[#index]));
        let (at_middle, at_place) = (at(quote!(#middle))?, at(quote!(#place))?);
        let search = quote!({
            let mut #size = #list.len();
            let mut #place = 0_usize;
            if #size > 0 {
                while #size > 1 {
                    let #middle = #place + #size / 2;
                    if #at_middle {
                        #place = #middle;
                    }
                    #size -= #size / 2;
                }
                if #at_place {
                    #place += 1;
                }
            }
            #place
        });
        let search = syn::parse2(search).ok()?;
        self.over_lists(node, &[(&list, &call.receiver)], &search, Some(call))
    }
}

/// The closure's value for an element.
fn tested(test: &syn::ExprClosure, element: TokenStream) -> Option<TokenStream> {
    let body = &test.body;
    let pat = match test.inputs.first()? {
        syn::Pat::Type(of) => &*of.pat,
        pat => pat,
    };
    Some(match pat {
        syn::Pat::Reference(of) => {
            let pat = &of.pat;
            quote!({ let #pat = #element; #body })
        }
        pat => quote!({ let #pat = &#element; #body }),
    })
}
