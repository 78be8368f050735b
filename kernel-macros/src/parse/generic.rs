//! Nested functions with parameters in angle brackets: lifetimes say nothing about what they do, and a type is
//! what the call makes of it.
//!
//! Of a value of any type, a body has operators, whose meaning for numbers no trait can change. Methods
//! and associated functions would be those of the bounds: such functions are not read. What is known to be a
//! slice has its own length.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::rc::Rc;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;

/// The function with `_` in the place of its type parameters; `None` if a body of its bounds' methods could
/// be meant.
pub(super) fn inferred(item: &Rc<syn::ItemFn>) -> Option<Rc<syn::ItemFn>> {
    if item.sig.generics.params.is_empty() {
        return Some(item.clone());
    }
    let mut params = Vec::new();
    for param in &item.sig.generics.params {
        match param {
            syn::GenericParam::Lifetime(_) => {}
            syn::GenericParam::Type(of) if of.default.is_none() => params.push(of.ident.clone()),
            _ => return None,
        }
    }
    let slices = slices(&item.sig);
    if !params.is_empty() && !says_nothing_of(&params, &slices, &item.block) {
        return None;
    }
    let mut item = (**item).clone();
    item.sig.generics = syn::Generics::default();
    Inferred(&params).visit_signature_mut(&mut item.sig);
    Some(Rc::new(item))
}

/// The parameters that are shared references to slices: their own methods are found before any trait's.
fn slices(sig: &syn::Signature) -> Vec<Ident> {
    let name = |input: &syn::FnArg| {
        let syn::FnArg::Typed(param) = input else {
            return None;
        };
        let syn::Type::Reference(of) = &*param.ty else {
            return None;
        };
        match (&*of.elem, &*param.pat) {
            (syn::Type::Slice(_), syn::Pat::Ident(name)) if of.mutability.is_none() => {
                Some(name.ident.clone())
            }
            _ => None,
        }
    };
    sig.inputs.iter().filter_map(name).collect()
}

/// Whether a body neither names these types nor calls methods, but for the lengths of these slices.
fn says_nothing_of(params: &[Ident], slices: &[Ident], body: &syn::Block) -> bool {
    let mut methods = Methods {
        slices,
        others: false,
    };
    methods.visit_block(body);
    !methods.others && !mentions(params, body.to_token_stream())
}

/// Looks for methods that bounds may have, and for names that hide those of slices.
struct Methods<'a> {
    slices: &'a [Ident],
    others: bool,
}

impl Methods<'_> {
    fn is_slice(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Path(of) => {
                let name = of.path.get_ident();
                name.is_some_and(|name| self.slices.contains(name))
            }
            _ => false,
        }
    }
}

impl Visit<'_> for Methods<'_> {
    fn visit_expr_method_call(&mut self, call: &syn::ExprMethodCall) {
        let length = call.method == "len" && call.args.is_empty();
        self.others |= !(length && self.is_slice(&call.receiver));
    }

    fn visit_pat_ident(&mut self, pat: &syn::PatIdent) {
        self.others |= self.slices.contains(&pat.ident);
        visit::visit_pat_ident(self, pat);
    }

    fn visit_macro(&mut self, _: &syn::Macro) {
        self.others = true;
    }
}

fn mentions(names: &[Ident], tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(names, group.stream()),
        TokenTree::Ident(ident) => names.contains(&ident),
        _ => false,
    })
}

struct Inferred<'a>(&'a [Ident]);

impl VisitMut for Inferred<'_> {
    fn visit_type_mut(&mut self, node: &mut syn::Type) {
        let named = |path: &syn::TypePath| path.path.get_ident().cloned();
        let own = match node {
            syn::Type::Path(path) if path.qself.is_none() => named(path),
            _ => None,
        };
        if own.is_some_and(|name| self.0.contains(&name)) {
            *node = syn::parse_quote!(_);
            return;
        }
        syn::visit_mut::visit_type_mut(self, node);
    }
}
