//! What is emitted when a kernel has errors: the function as written and stand-ins for its
//! versions, so that callers type-check and only the errors themselves show.

use crate::args::Args;
use crate::host::Item;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// The original function beside a handle whose versions have its signature. They never run.
pub fn expand(original: &syn::ItemFn, item: &Item, args: &Args) -> TokenStream {
    let name = &original.sig.ident;
    let handle = args.handle.as_ref().unwrap_or(name);
    let rt = &args.runtime;
    let (visibility, generics, clause) = (&item.visibility, &item.generics, &item.where_clause);
    let output = match item.output.is_empty() {
        true => quote!(()),
        false => item.output.clone(),
    };
    let params: Vec<(Ident, &TokenStream)> = item.params.iter().enumerate().map(named).collect();
    let names: Vec<&Ident> = params.iter().map(|(name, _)| name).collect();
    let types = params.iter().map(|(_, ty)| ty);
    let signature = quote!(#generics(#(#names: #types),*));
    let cuda = args.cuda.then(|| {
        quote! {
            #visibility fn cuda #signature -> ::core::result::Result<#output, #rt::Error> #clause {
                ::core::panic!()
            }
            #visibility const PTX: &'static str = "";
        }
    });
    let original = original.to_token_stream();
    quote! {
        #original

        #[allow(non_camel_case_types, dead_code, missing_docs)]
        #visibility enum #handle {}

        #[allow(dead_code, missing_docs, unused_variables, clippy::all)]
        impl #handle {
            #visibility fn serial #signature -> #output #clause { ::core::panic!() }
            #visibility fn parallel #signature -> #output #clause { ::core::panic!() }
            #cuda
            #visibility fn report() -> #rt::Report { ::core::panic!() }
        }
    }
}

/// The original function, alone: nothing can stand in for its form in kernels, whose types may be
/// what is wrong.
pub fn device_function(original: &syn::ItemFn, item: &Item) -> TokenStream {
    let (visibility, name) = (&item.visibility, &original.sig.ident);
    quote! {
        #original

        #[allow(non_camel_case_types, dead_code, missing_docs)]
        #[doc(hidden)]
        #visibility enum #name {}
    }
}

fn named((position, param): (usize, &crate::host::Param)) -> (Ident, &TokenStream) {
    let name = match &param.name {
        Some(name) => name.clone(),
        None => Ident::new(&format!("param{position}"), Span::mixed_site()),
    };
    (name, &param.ty)
}
