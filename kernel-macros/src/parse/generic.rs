//! Nested functions with parameters in angle brackets: lifetimes say nothing about what they do, and a type is
//! what the call makes of it.
//!
//! Of a value of any type, a body has operators, whose meaning for numbers no trait can change. Methods
//! and associated functions would be those of the bounds: such functions are not read.

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
    if !params.is_empty() && !says_nothing_of(&params, &item.block) {
        return None;
    }
    let mut item = (**item).clone();
    item.sig.generics = syn::Generics::default();
    Inferred(&params).visit_signature_mut(&mut item.sig);
    Some(Rc::new(item))
}

/// Whether a body neither names these types nor calls methods.
fn says_nothing_of(params: &[Ident], body: &syn::Block) -> bool {
    struct Methods(bool);
    impl Visit<'_> for Methods {
        fn visit_expr_method_call(&mut self, _: &syn::ExprMethodCall) {
            self.0 = true;
        }
        fn visit_macro(&mut self, _: &syn::Macro) {
            self.0 = true;
        }
        fn visit_expr(&mut self, node: &syn::Expr) {
            visit::visit_expr(self, node);
        }
    }
    let mut methods = Methods(false);
    methods.visit_block(body);
    !methods.0 && !mentions(params, body.to_token_stream())
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
