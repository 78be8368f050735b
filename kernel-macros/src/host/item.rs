//! The items: the function that keeps the name, and the enum that carries the versions.

use super::names::{self, emit};
use super::{Device, Expansion, Param, driver, text};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

/// All the code that replaces the function.
pub fn expand(input: &Expansion) -> TokenStream {
    let rt = names::hidden(&input.runtime);
    let dispatcher = dispatcher(input, &rt);
    let handle = handle(input, &rt);
    quote!(#dispatcher #handle)
}

/// Parameters by names of their own, so that one function can hand them to another.
struct Forward {
    params: TokenStream,
    args: TokenStream,
}

fn forward(params: &[Param]) -> Forward {
    let names: Vec<TokenStream> = params
        .iter()
        .enumerate()
        .map(|(position, param)| match &param.name {
            Some(name) => name.to_token_stream(),
            None => names::local(&format!("__kernel_param{position}")).to_token_stream(),
        })
        .collect();
    let types = params.iter().map(|param| &param.ty);
    Forward {
        params: quote!(#(#names: #types),*),
        args: quote!(#(#names),*),
    }
}

fn output(input: &Expansion) -> TokenStream {
    let output = &input.item.output;
    if output.is_empty() {
        return TokenStream::new();
    }
    quote!(-> #output)
}

fn dispatcher(input: &Expansion, rt: &TokenStream) -> TokenStream {
    let item = &input.item;
    let (visibility, generics, where_clause) =
        (&item.visibility, &item.generics, &item.where_clause);
    let (docs, cfgs, attributes) = (&item.docs, &item.cfgs, &item.attributes);
    let (name, handle) = (&input.function.name, &input.handle);
    let output = output(input);
    let Forward { params, args } = forward(&item.params);
    // A kernel of which only some versions are called is not dead code, and what clippy has to say
    // about the signature it says of `serial`.
    let head = emit! {
        #docs
        #cfgs
        #attributes
        #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
    };
    let body = emit! {
        match #rt::dispatch(#handle::__KERNEL) {
            #rt::Option::Some(__session) => #handle::__kernel_driver(&__session, #args),
            #rt::Option::None => #handle::serial(#args),
        }
    };
    quote! {
        #head
        #visibility fn #name #generics(#params) #output #where_clause { #body }
    }
}

fn handle(input: &Expansion, rt: &TokenStream) -> TokenStream {
    let (visibility, cfgs) = (&input.item.visibility, &input.item.cfgs);
    let (handle, name) = (&input.handle, names::plain(&input.function.name));
    let about = format!("The versions of [`{name}`](fn@{name}), a kernel.");
    let (serial, parallel) = (serial(input), parallel(input, rt));
    let device = input.device.as_ref().map(|device| cuda(input, device, rt));
    let report = report(input, rt);
    let driver = driver::function(input, rt);
    emit! {
        #[doc = #about]
        #cfgs
        #[allow(non_camel_case_types, dead_code, clippy::empty_enums)]
        #visibility enum #handle {}

        #cfgs
        impl #handle {
            #serial
            #parallel
            #device
            #report

            const __KERNEL: &'static #rt::Kernel = &#rt::Kernel { name: #name };

            #driver
        }
    }
}

/// The function as written. Kernels index, and clippy would rather have iterators.
fn serial(input: &Expansion) -> TokenStream {
    let item = &input.item;
    let (visibility, generics, where_clause, body) = (
        &item.visibility,
        &item.generics,
        &item.where_clause,
        &item.body,
    );
    let (patterns, types) = patterns(&item.params);
    let (lints, output) = (&item.lints, output(input));
    let head = emit! {
        #[doc = "The function exactly as it is written."]
        #[allow(clippy::needless_range_loop, clippy::manual_memcpy, clippy::manual_slice_fill)]
    };
    quote! {
        #head
        #lints
        #visibility fn serial #generics(#(#patterns: #types),*) #output #where_clause { #body }
    }
}

fn patterns(params: &[Param]) -> (Vec<&TokenStream>, Vec<&TokenStream>) {
    params
        .iter()
        .map(|param| (&param.pattern, &param.ty))
        .unzip()
}

fn parallel(input: &Expansion, rt: &TokenStream) -> TokenStream {
    let item = &input.item;
    let (visibility, generics, where_clause) =
        (&item.visibility, &item.generics, &item.where_clause);
    let output = output(input);
    let Forward { params, args } = forward(&item.params);
    emit! {
        #[doc = "On rayon's threads: those of the pool that the caller is in, or the global one."]
        #[doc = ""]
        #[doc = "The result does not depend on their number."]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
        #visibility fn parallel #generics(#params) #output #where_clause {
            Self::__kernel_driver(&#rt::parallel(Self::__KERNEL), #args)
        }
    }
}

fn cuda(input: &Expansion, device: &Device, rt: &TokenStream) -> TokenStream {
    let item = &input.item;
    let (visibility, generics, where_clause) =
        (&item.visibility, &item.generics, &item.where_clause);
    let Forward { params, args } = forward(&item.params);
    let output = match item.output.is_empty() {
        true => emit!(()),
        false => item.output.clone(),
    };
    let filler = text::Filler { input, rt };
    let ptx = filler.module(&device.ptx);
    emit! {
        #[doc = "On an NVIDIA device."]
        #[doc = ""]
        #[doc = "# Errors"]
        #[doc = ""]
        #[doc = "Where there is no device, where it fails, and where the serial version would panic."]
        #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
        #visibility fn cuda #generics(#params) -> #rt::Result<#output, #rt::Error> #where_clause {
            #rt::cuda(Self::__KERNEL, |__session| Self::__kernel_driver(__session, #args))
        }

        #[doc = "The device's code."]
        #[allow(unused_imports)]
        #visibility const PTX: &'static #rt::prim::str = #ptx;
    }
}

fn report(input: &Expansion, rt: &TokenStream) -> TokenStream {
    let (visibility, text) = (&input.item.visibility, &input.report);
    emit! {
        #[doc = "What became of each loop, and why."]
        #visibility fn report() -> #rt::Report {
            #rt::Report::new(#text)
        }
    }
}

/// The signature of the driver: the function's own, and the session before it.
pub fn driver_signature(input: &Expansion, rt: &TokenStream, session: &Ident) -> TokenStream {
    let item = &input.item;
    let (generics, where_clause, output) = (&item.generics, &item.where_clause, output(input));
    let (patterns, types) = patterns(&item.params);
    emit! {
        fn __kernel_driver #generics(
            #session: &#rt::Session,
            #(#patterns: #types),*
        ) #output #where_clause
    }
}
