//! The items: the function that keeps the name, and the enum that carries the versions.

use super::names::{self, Runtime, emit};
use super::{Expansion, Item, Param, driver, text};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

/// What the documentation says of `NAME::parallel`.
const PARALLEL: &str = "On rayon's threads: those of the pool that the caller is in, or the global one.\n\n\
    The result does not depend on their number.";

/// What it says of `NAME::cuda`.
const CUDA: &str = "On an NVIDIA device.\n\n# Errors\n\n\
    Where there is no device, where it fails, and where the serial version would panic.";

/// All the code that replaces the function.
pub fn expand(input: &Expansion) -> TokenStream {
    let rt = Runtime::of(&input.runtime);
    let handle = &input.handle;
    let front = Front {
        item: &input.item,
        name: &input.function.name,
        handle,
        clause: input.item.where_clause.clone(),
        driver: emit!(#handle::__kernel_driver),
        device: input.device.is_some(),
        report: &input.report,
    };
    let dispatcher = front.dispatcher(&rt);
    let ptx = ptx(&input.item.visibility, input, &rt);
    let driver = driver::function(input, &rt);
    let handle = front.handle(&rt, &emit!(#ptx #driver));
    quote!(#dispatcher #handle)
}

/// The constant with the device's code, if there is any.
pub fn ptx(visibility: &TokenStream, input: &Expansion, rt: &Runtime) -> Option<TokenStream> {
    let device = input.device.as_ref()?;
    let text = text::Filler { input, rt }.module(&device.ptx);
    Some(emit! {
        #[doc = "The device's code."]
        #[allow(unused_imports)]
        #visibility const PTX: &'static #rt::prim::str = #text;
    })
}

/// What callers see: the same for a kernel with one instance and for one with several.
pub struct Front<'a> {
    pub item: &'a Item,
    pub name: &'a Ident,
    pub handle: &'a Ident,
    /// `where ..`, with whatever the driver asks for.
    pub clause: TokenStream,
    /// The function that all versions but the serial one share.
    pub driver: TokenStream,
    /// Whether there is a CUDA version.
    pub device: bool,
    pub report: &'a str,
}

/// Parameters by names of their own, so that one function can hand them to another.
pub struct Forward {
    params: TokenStream,
    pub args: TokenStream,
}

pub fn forward(params: &[Param]) -> Forward {
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

/// The attribute of functions that builds with debug assertions compile where they are called, and nowhere
/// if they are not: most callers call few of a kernel's versions.
pub fn late() -> TokenStream {
    emit!(#[cfg_attr(debug_assertions, inline)])
}

fn output(item: &Item) -> TokenStream {
    let output = &item.output;
    if output.is_empty() {
        return TokenStream::new();
    }
    quote!(-> #output)
}

impl Front<'_> {
    /// The function that keeps the name.
    pub fn dispatcher(&self, rt: &Runtime) -> TokenStream {
        let (item, name, handle, clause) = (self.item, self.name, self.handle, &self.clause);
        let (visibility, generics) = (&item.visibility, &item.generics);
        let (docs, cfgs, attributes) = (&item.docs, &item.cfgs, &item.attributes);
        let (output, driver) = (output(item), &self.driver);
        let Forward { params, args } = forward(&item.params);
        // A kernel of which only some versions are called is not dead code, and what clippy has to
        // say about the signature it says of `serial`.
        // Others may say where it is to be compiled.
        let late = attributes.is_empty().then(late);
        let head = emit! {
            #docs
            #cfgs
            #attributes
            #late
            #[allow(dead_code, clippy::all, clippy::pedantic, clippy::nursery)]
        };
        let body = emit! {
            match #rt::dispatch() {
                #rt::Option::Some(__start) => #driver(__start, #args),
                #rt::Option::None => { #rt::cold_path(); #handle::serial(#args) }
            }
        };
        quote! {
            #head
            #visibility fn #name #generics(#params) #output #clause { #body }
        }
    }

    /// The enum with the versions, and `more` items beside them.
    pub fn handle(&self, rt: &Runtime, more: &TokenStream) -> TokenStream {
        let (visibility, cfgs) = (&self.item.visibility, &self.item.cfgs);
        let (handle, name) = (self.handle, names::plain(self.name));
        let about = format!("The versions of [`{name}`](fn@{name}), a kernel.");
        let (serial, parallel) = (self.serial(), self.parallel(rt));
        let cuda = self.device.then(|| self.cuda(rt));
        let report = self.report(rt);
        emit! {
            #[doc = #about]
            #cfgs
            #[allow(non_camel_case_types, dead_code, clippy::empty_enums)]
            #visibility enum #handle {}

            #cfgs
            impl #handle {
                #serial
                #parallel
                #cuda
                #report

                #more
            }
        }
    }

    /// The function as written. Kernels index, and clippy would rather have iterators.
    fn serial(&self) -> TokenStream {
        let item = self.item;
        let (visibility, generics, where_clause, body) = (
            &item.visibility,
            &item.generics,
            &item.where_clause,
            &item.body,
        );
        let (patterns, types) = patterns(&item.params);
        let (lints, output) = (&item.lints, output(item));
        let late = late();
        let head = emit! {
            #[doc = "The function exactly as it is written."]
            #late
            #[allow(clippy::needless_range_loop, clippy::manual_memcpy, clippy::manual_slice_fill)]
        };
        quote! {
            #head
            #lints
            #visibility fn serial #generics(#(#patterns: #types),*) #output #where_clause { #body }
        }
    }

    fn parallel(&self, rt: &Runtime) -> TokenStream {
        let (item, clause, driver) = (self.item, &self.clause, &self.driver);
        let (visibility, generics, output) = (&item.visibility, &item.generics, output(item));
        let Forward { params, args } = forward(&item.params);
        emit! {
            #[doc = #PARALLEL]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
            #[inline]
            #visibility fn parallel #generics(#params) #output #clause {
                #driver(#rt::parallel(), #args)
            }
        }
    }

    fn cuda(&self, rt: &Runtime) -> TokenStream {
        let (item, clause, driver) = (self.item, &self.clause, &self.driver);
        let (visibility, generics) = (&item.visibility, &item.generics);
        let Forward { params, args } = forward(&item.params);
        let kernel = kernel(self.name, rt);
        let output = match item.output.is_empty() {
            true => emit!(()),
            false => item.output.clone(),
        };
        let body = match item.params.len() {
            count @ ..=MOST_NAMED => {
                let run = names::local(&format!("cuda{count}"));
                emit!(#rt::#run(#kernel, #driver, #args))
            }
            _ => {
                emit!(#rt::cuda_with(#kernel, (#args,), |__start, (#args,)| #driver(__start, #args)))
            }
        };
        emit! {
            #[doc = #CUDA]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery)]
            #[inline]
            #visibility fn cuda #generics(#params) -> #rt::Result<#output, #rt::Error> #clause {
                #body
            }
        }
    }

    fn report(&self, rt: &Runtime) -> TokenStream {
        let (visibility, text) = (&self.item.visibility, self.report);
        emit! {
            #[doc = "What became of each loop, and why."]
            #[inline]
            #visibility fn report() -> #rt::Report {
                #rt::Report::new(#text)
            }
        }
    }
}

/// Parameters of the kernels for which the runtime has a function that calls them on a device, at most.
const MOST_NAMED: usize = 12;

/// What the runtime is told of a kernel.
pub fn kernel(name: &Ident, rt: &Runtime) -> TokenStream {
    let name = names::plain(name);
    emit!(&#rt::Kernel { name: #name })
}

fn patterns(params: &[Param]) -> (Vec<&TokenStream>, Vec<&TokenStream>) {
    params
        .iter()
        .map(|param| (&param.pattern, &param.ty))
        .unzip()
}

/// The signature of the driver: the function's own, and before it how the call begins.
pub fn driver_signature(input: &Expansion, rt: &Runtime) -> TokenStream {
    let item = &input.item;
    let (generics, where_clause, output) = (&item.generics, &item.where_clause, output(item));
    let (patterns, types) = patterns(&item.params);
    let late = late();
    emit! {
        #late
        #[cfg_attr(not(debug_assertions), inline(never))]
        fn __kernel_driver #generics(
            __start: #rt::Start<'_>,
            #(#patterns: #types),*
        ) #output #where_clause
    }
}

/// The same as a trait declares it.
pub fn declared_driver(item: &Item, generics: &TokenStream, rt: &Runtime) -> TokenStream {
    let (Forward { params, .. }, output) = (forward(&item.params), output(item));
    emit!(fn __kernel_driver #generics(__start: #rt::Start<'_>, #params) #output;)
}
