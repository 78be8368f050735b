//! Kernels that are generic over types: one driver for each instance, found through a trait.
//!
//! The trait is implemented by the handle, once for each list of types, so that a call infers its
//! types as any other does, and a call with other types is an error that names those there are.

use super::item::{self, Front};
use super::names::{self, Runtime, emit};
use super::{Device, Expansion, Item, driver};
use crate::ir::Scalar;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// A generic function and its instances.
#[derive(Debug)]
pub struct Family<'a> {
    pub name: &'a Ident,
    pub handle: &'a Ident,
    pub runtime: &'a TokenStream,
    /// The generic function.
    pub item: Item,
    /// Its type parameters.
    pub parameters: Vec<Ident>,
    /// Its lifetimes and constants, between angle brackets.
    pub generics: TokenStream,
    /// The predicates of its `where` clause, each with a comma after it.
    pub predicates: TokenStream,
    pub members: Vec<Member<'a>>,
    pub report: String,
}

/// One instance.
#[derive(Debug)]
pub struct Member<'a> {
    /// What the parameters stand for.
    pub scalars: Vec<Scalar>,
    /// What they are, as text: `T = f32`.
    pub text: String,
    pub expansion: Expansion<'a>,
}

/// All the code that replaces the function.
pub fn expand(family: &Family) -> TokenStream {
    let rt = Runtime::of(family.runtime);
    let (handle, parameters, predicates) = (family.handle, &family.parameters, &family.predicates);
    let instance = instance_trait(handle);
    let front = Front {
        item: &family.item,
        name: family.name,
        handle,
        clause: quote!(where #predicates #handle: #instance<#(#parameters),*>),
        driver: quote!(<#handle as #instance<#(#parameters),*>>::__kernel_driver),
        device: family.device().is_some(),
        report: &family.report,
    };
    let dispatcher = front.dispatcher(&rt);
    let ptx = family.device().map(|_| family.ptx(&rt));
    let handle = front.handle(&rt, &emit!(#ptx));
    let declaration = family.declaration(&rt);
    let members = family
        .members
        .iter()
        .map(|member| family.member(member, &rt));
    quote!(#dispatcher #handle #declaration #(#members)*)
}

/// Name of the trait. A handle is unique where it stands, and so is this.
fn instance_trait(handle: &Ident) -> Ident {
    format_ident!("__{}Instance", names::plain(handle), span = handle.span())
}

/// Where the code of an instance is found.
pub fn ptx_of(handle: &Ident, scalars: &[Scalar], rt: &Runtime) -> TokenStream {
    let (instance, types) = (instance_trait(handle), primitives(scalars, rt));
    emit!(<#handle as #instance<#(#types),*>>::PTX)
}

fn primitives(scalars: &[Scalar], rt: &Runtime) -> Vec<TokenStream> {
    let scalars = scalars.iter();
    scalars.map(|scalar| names::scalar(rt, *scalar)).collect()
}

impl Family<'_> {
    fn device(&self) -> Option<&Device> {
        self.members.first()?.expansion.device.as_ref()
    }

    fn declaration(&self, rt: &Runtime) -> TokenStream {
        let (visibility, cfgs, parameters) =
            (&self.item.visibility, &self.item.cfgs, &self.parameters);
        let instance = instance_trait(self.handle);
        let known: Vec<&str> = self.members.iter().map(|of| of.text.as_str()).collect();
        let (name, known) = (names::plain(self.name), known.join("; "));
        let message = format!("`{name}` has no version for these types");
        let note = format!("its `types(..)` lists: {known}");
        let driver = item::declared_driver(&self.item, &self.generics, rt);
        let ptx = self
            .device()
            .map(|_| emit!(const PTX: &'static #rt::prim::str;));
        emit! {
            #cfgs
            #[doc(hidden)]
            #[allow(non_camel_case_types, missing_docs, clippy::all)]
            #[diagnostic::on_unimplemented(message = #message, note = #note)]
            #visibility trait #instance<#(#parameters),*> {
                #ptx
                #driver
            }
        }
    }

    fn member(&self, member: &Member, rt: &Runtime) -> TokenStream {
        let (handle, cfgs) = (self.handle, &self.item.cfgs);
        let instance = instance_trait(handle);
        let types = primitives(&member.scalars, rt);
        let ptx = item::ptx(&TokenStream::new(), &member.expansion, rt);
        let driver = driver::function(&member.expansion, rt);
        emit! {
            #cfgs
            impl #instance<#(#types),*> for #handle {
                #ptx
                #driver
            }
        }
    }

    /// The device's code is another for each instance.
    fn ptx(&self, rt: &Runtime) -> TokenStream {
        let (visibility, handle, parameters) =
            (&self.item.visibility, self.handle, &self.parameters);
        let instance = instance_trait(handle);
        emit! {
            #[doc = "The device's code for these types."]
            #visibility fn ptx<#(#parameters),*>() -> &'static #rt::prim::str
            where
                #handle: #instance<#(#parameters),*>,
            {
                <#handle as #instance<#(#parameters),*>>::PTX
            }
        }
    }
}
