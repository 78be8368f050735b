//! Chains that begin at the other end: `.rfold(..)` as `.rev().fold(..)`, and its kin.

use super::chain;
use super::swap::name;
use quote::quote;
use syn::visit_mut::{self, VisitMut};

/// Writes them as what they are in a body.
pub fn chains(block: &mut syn::Block) {
    Backwards.visit_block_mut(block);
}

struct Backwards;

impl VisitMut for Backwards {
    fn visit_expr_mut(&mut self, node: &mut syn::Expr) {
        visit_mut::visit_expr_mut(self, node);
        if let syn::Expr::MethodCall(call) = node
            && chain::begins(&call.receiver)
            && let Some(written) = turned(call)
        {
            *node = written;
        }
    }
}

fn turned(call: &syn::ExprMethodCall) -> Option<syn::Expr> {
    let forwards = match call.method.to_string().as_str() {
        "rfold" => "fold",
        "rfind" => "find",
        "rposition" => return placed(call),
        _ => return None,
    };
    let mut turned = call.clone();
    let source = &call.receiver;
    turned.method = syn::Ident::new(forwards, call.method.span());
    *turned.receiver = syn::parse2(quote!(#source.rev())).ok()?;
    Some(syn::Expr::MethodCall(turned))
}

/// `x.iter().rposition(test)` of an array with a name, whose length is known.
fn placed(call: &syn::ExprMethodCall) -> Option<syn::Expr> {
    let syn::Expr::MethodCall(source) = &*call.receiver else {
        return None;
    };
    let named = matches!(&*source.receiver, syn::Expr::Path(_));
    if !named || source.method != "iter" || call.args.len() != 1 {
        return None;
    }
    let (array, test, at) = (&source.receiver, &call.args[0], name("at"));
    let place = quote!(#source.rev().position(#test).map(|#at| #array.len() - 1 - #at));
    syn::parse2(place).ok()
}
