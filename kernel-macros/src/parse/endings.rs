//! Ends of chains that borrow the iterator: a trait of the user's that takes it comes before them.
//!
//! In the driver's text, what such a method is called of becomes
//! `(match receiver { it => { if false { .. } it } })`, where the part that never runs compiles only
//! if no trait has the method for the iterator or a shared reference to it. What the receiver keeps
//! alive lives as long as before.

use super::chain;
use proc_macro2::{Ident, Span};
use quote::quote_spanned;
use syn::visit_mut::{self, VisitMut};

const RECEIVER: &str = "__kernel_iterator";

/// Has rustc confirm all of them, in closures and nested functions too. What a source or a loop is to
/// stand for is a token already.
pub(super) fn confirm(block: &mut syn::Block) {
    Endings.visit_block_mut(block);
}

/// The same of the closures of a chain.
pub(super) fn confirm_chain(call: &mut syn::ExprMethodCall) {
    Endings.visit_expr_method_call_mut(call);
}

struct Endings;

impl VisitMut for Endings {
    fn visit_expr_method_call_mut(&mut self, node: &mut syn::ExprMethodCall) {
        visit_mut::visit_expr_method_call_mut(self, node);
        if borrows(node) {
            let receiver = asked(&node.receiver, &node.method);
            *node.receiver = receiver;
        }
    }
}

/// Whether a call is of an iterator, which the method borrows for writing.
pub(super) fn borrows(call: &syn::ExprMethodCall) -> bool {
    let known = ["any", "all", "position", "find"]
        .iter()
        .any(|name| call.method == name);
    let tests = matches!(call.args.first(), Some(syn::Expr::Closure(_)));
    known && tests && call.args.len() == 1 && iterates(&call.receiver)
}

fn iterates(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Verbatim(_) => true,
        syn::Expr::MethodCall(call) => chain::begins(node) || iterates(&call.receiver),
        node => chain::begins(node),
    }
}

fn asked(receiver: &syn::Expr, method: &Ident) -> syn::Expr {
    let it = Ident::new(RECEIVER, Span::mixed_site());
    let span = method.span().resolved_at(Span::mixed_site());
    syn::Expr::Verbatim(quote_spanned! {span=>
        (match #receiver {
            #it => {
                if false {
                    trait __KernelAsks: ::core::marker::Sized { fn #method(self, _: ()) {} }
                    impl<T> __KernelAsks for T {}
                    (&#it).#method(());
                    #it.#method(());
                    loop {}
                }
                #it
            }
        })
    })
}
