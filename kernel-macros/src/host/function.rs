//! A device function: the function as written, and its form inside kernels.

use super::body::{Body, Frame};
use super::driver::{Context, Loops};
use super::item::late;
use super::names::{self, Runtime, emit};
use super::residency::Residency;
use super::text::Filler;
use super::{Expansion, Ptx, confirm, raise, region, usual};
use crate::ir::{Scalar, Ty};
use proc_macro2::TokenStream;
use quote::quote;

/// What a device function has besides what kernels have. Its plan has one region, of no loops.
#[derive(Debug)]
pub struct Written {
    /// The function as written.
    pub function: TokenStream,
    /// Constants, functions and imports of its outermost block.
    pub items: TokenStream,
    /// Its code for a device.
    pub ptx: Ptx,
}

/// One form of the function in the making.
struct Form<'a> {
    input: &'a Expansion<'a>,
    rt: &'a Runtime,
    body: Body<'a>,
    written: &'a Written,
    /// What has to stand before a body.
    items: TokenStream,
}

/// All the code that replaces the function.
pub fn device_function(input: &Expansion, written: &Written) -> TokenStream {
    let rt = &Runtime::of(&input.runtime);
    let body = Body::new(input.function, rt, &input.plan.regions[0], Frame::Function);
    let (own, calls) = (&written.items, body.call_items());
    let items = emit!(#own #calls);
    let form = Form {
        input,
        rt,
        body,
        written,
        items,
    };
    let (original, implementation) = (&written.function, form.implementation());
    quote!(#original #implementation)
}

impl Form<'_> {
    fn implementation(&self) -> TokenStream {
        let (rt, item, name) = (self.rt, &self.input.item, &self.input.function.name);
        let (visibility, cfgs) = (&item.visibility, &item.cfgs);
        let function = self.input.function;
        let params = item.params.iter().zip(&function.params);
        let types = params.map(|(param, var)| self.passed(&function.vars[*var].ty, &param.ty));
        let output = self.passed(&function.ret, &item.output);
        let (sites, piece) = (self.sites(), self.piece());
        let (call, usually, raise) = (self.call(), self.usually(), self.raise());
        emit! {
            #cfgs
            #[doc(hidden)]
            #[allow(non_camel_case_types, dead_code, clippy::all, clippy::pedantic)]
            #visibility enum #name {}

            #cfgs
            #[allow(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
            impl #rt::DeviceFunction for #name {
                type Arguments = (#(#types,)*);
                type Value = #output;
                #sites
                #piece
                #call
                #usually
                #raise
            }
        }
    }

    /// A type as kernels pass its values: those of several scalars as tuples.
    fn passed(&self, ty: &Ty, written: &TokenStream) -> TokenStream {
        match ty {
            Ty::Tuple(_) => names::ty(self.rt, ty),
            _ => written.clone(),
        }
    }

    fn piece(&self) -> TokenStream {
        let (input, rt) = (self.input, self.rt);
        let piece = Filler { input, rt }.piece(&self.written.ptx, &self.written.items);
        emit!(const PIECE: &'static #rt::Piece = #piece;)
    }

    fn sites(&self) -> TokenStream {
        let (items, u32) = (&self.items, self.body.scalar(Scalar::U32));
        let total = self.body.first_site(self.body.region.calls.len());
        emit! {
            const SITES: #u32 = {
                #items
                #total
            };
        }
    }

    /// The body on values, which gives its value or says where it failed.
    fn call(&self) -> TokenStream {
        let (rt, body) = (self.rt, self.on_values());
        let bool = self.body.scalar(Scalar::Bool);
        emit! {
            #[inline(always)]
            fn call<const WIDE: #bool>(__arguments: Self::Arguments) -> #rt::Result<Self::Value, #rt::Fault> {
                #body
            }
        }
    }

    /// The body for usual arguments, where it calls a function with a rare path itself.
    fn usually(&self) -> Option<TokenStream> {
        let (rt, bool) = (self.rt, self.body.scalar(Scalar::Bool));
        let body = usual::has_rare_path(&self.body).then(|| self.body.usually(|| self.on_values()));
        body.map(|body| {
            emit! {
                const RARE: #bool = true;
                #[inline(always)]
                fn usually<const USUAL: #bool, const WIDE: #bool>(
                    __arguments: Self::Arguments,
                    __rare: &mut #rt::Rare,
                ) -> #rt::Result<Self::Value, #rt::Fault> {
                    #body
                }
            }
        })
    }

    /// The body, given its arguments as a tuple.
    fn on_values(&self) -> TokenStream {
        let (rt, items, body) = (self.rt, &self.items, &self.body);
        let (debug, statements) = (body.debug(), body.function_body());
        let params = &self.input.function.params;
        let given: Vec<_> = (0..params.len())
            .map(|position| names::local(&format!("__argument{position}")))
            .collect();
        let binds = params.iter().zip(&given);
        let binds = binds.map(|(var, given)| body.bind(*var, &emit!(#given)));
        let proofs = self.input.function.proofs.iter().chain(&body.region.proofs);
        let proofs = proofs.map(|of| confirm::proof(rt, of));
        let scalars = body.region.scalars.iter();
        let scalars = scalars.map(|var| region::scalar(body, *var));
        emit! {
            let (#(#given,)*) = __arguments;
            #items
            const #debug: #rt::prim::bool = #rt::cfg!(debug_assertions);
            #(#proofs)*
            #(#scalars)*
            #(#binds)*
            #statements
        }
    }

    /// The failed operation again, and, never called, the body where rustc confirms the types that
    /// the compiler inferred.
    fn raise(&self) -> TokenStream {
        let (rt, items, sites) = (self.rt, &self.items, raise::sites(&self.body));
        let item = &self.input.item;
        let params = item.params.iter();
        let params = params.map(|param| {
            let (pattern, ty) = (&param.pattern, &param.ty);
            quote!(#pattern: #ty)
        });
        let context = Context {
            input: self.input,
            rt,
            session: names::local("__session"),
            residency: Residency::default(),
        };
        let body = context.template(&self.input.function.template, Loops::Verbatim);
        let (output, std_traits) = (&item.output, confirm::std_traits(rt));
        let late = late();
        emit! {
            #[cold]
            #late
            fn raise(__failure: #rt::Fault) {
                fn __kernel_witness(#(#params),*) -> #output {
                    #std_traits
                    #body
                }
                #items
                #sites
            }
        }
    }
}
