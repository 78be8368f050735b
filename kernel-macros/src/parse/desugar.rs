//! Calls of `for_each` as the loops that they are.
//!
//! The reader sees a loop. Where the call is not run as a region, it is printed as the call that it
//! was: the loop carries along what it needs for that as an attribute.

use super::capture::keeps_copies;
use super::span;
use crate::ir::template::Call;
use proc_macro2::{Ident, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

const WRITTEN: &str = "__kernel_written";

/// Replaces the statement `items.for_each(|item| body);` by `for item in items { body }`, and
/// ndarray's `Zip::from(a).and(b).for_each(|a, b| body);` by a loop over pairs.
pub fn loops(block: &mut syn::Block) {
    ForEach.visit_block_mut(block);
}

/// The call that a loop was written as.
pub fn written(attrs: &[syn::Attribute]) -> Option<Call> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident(WRITTEN))?;
    let mut tokens = attr.meta.require_list().ok()?.tokens.clone().into_iter();
    let Some(TokenTree::Ident(method)) = tokens.next() else {
        return None;
    };
    let closure = tokens.collect();
    Some(Call { method, closure })
}

/// Whether an attribute is that one.
pub fn is_mark(attr: &syn::Attribute) -> bool {
    attr.path().is_ident(WRITTEN)
}

struct ForEach;

impl VisitMut for ForEach {
    fn visit_stmt_mut(&mut self, stmt: &mut syn::Stmt) {
        if let syn::Stmt::Expr(syn::Expr::MethodCall(call), _) = stmt
            && let Some(node) = as_loop(call)
        {
            *stmt = syn::Stmt::Expr(syn::Expr::ForLoop(node), None);
        }
        visit_mut::visit_stmt_mut(self, stmt);
    }

    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

fn as_loop(call: &syn::ExprMethodCall) -> Option<syn::ExprForLoop> {
    let [syn::Expr::Closure(closure)] = call.args.iter().collect::<Vec<_>>()[..] else {
        return None;
    };
    let plain = call.method == "for_each" && call.turbofish.is_none() && call.attrs.is_empty();
    let params = closure.inputs.len() == zipped(&call.receiver).unwrap_or(1);
    if !plain
        || !params
        || closure.asyncness.is_some()
        || leaves(&closure.body)
        || keeps_copies(closure)
    {
        return None;
    }
    let mut inputs = closure.inputs.iter().map(ToTokens::to_token_stream);
    let first = inputs.next()?;
    let pat = inputs.fold(first, |pairs, next| quote!((#pairs, #next)));
    let (receiver, body) = (&call.receiver, &closure.body);
    let body = match &**body {
        syn::Expr::Block(block) => block.to_token_stream(),
        body => quote!({ #body; }),
    };
    let at = span::first(&call.receiver);
    let (keyword, of) = (Ident::new("for", at), Ident::new(WRITTEN, at));
    let (method, capture, inputs) = (&call.method, &closure.capture, &closure.inputs);
    let head = quote_spanned!(at=> #[#of(#method #capture |#inputs|)] #keyword);
    syn::parse2(quote!(#head #pat in #receiver #body)).ok()
}

/// How many arrays `Zip::from(a).and(b)` goes over.
fn zipped(node: &syn::Expr) -> Option<usize> {
    match node {
        syn::Expr::MethodCall(call) if call.method == "and" && call.args.len() == 1 => {
            Some(zipped(&call.receiver)? + 1)
        }
        _ => zip_from(node).map(|_| 1),
    }
}

/// The array in `Zip::from(array)`.
pub fn zip_from(node: &syn::Expr) -> Option<&syn::Expr> {
    let syn::Expr::Call(call) = node else {
        return None;
    };
    let syn::Expr::Path(path) = &*call.func else {
        return None;
    };
    let mut names = path
        .path
        .segments
        .iter()
        .rev()
        .map(|segment| &segment.ident);
    let known = names.next()? == "from" && names.next()? == "Zip" && call.args.len() == 1;
    known.then(|| &call.args[0])
}

/// Whether a closure's body has a way out that a loop's body has not.
pub(super) fn leaves(body: &syn::Expr) -> bool {
    struct Leaves(bool);
    impl Visit<'_> for Leaves {
        fn visit_expr_return(&mut self, _: &syn::ExprReturn) {
            self.0 = true;
        }
        fn visit_expr_try(&mut self, _: &syn::ExprTry) {
            self.0 = true;
        }
        fn visit_macro(&mut self, node: &syn::Macro) {
            self.0 |= node.tokens.to_string().contains("return");
        }
        fn visit_expr_closure(&mut self, _: &syn::ExprClosure) {}
        fn visit_item(&mut self, _: &syn::Item) {}
        fn visit_expr(&mut self, node: &syn::Expr) {
            visit::visit_expr(self, node);
        }
    }
    let mut leaves = Leaves(false);
    leaves.visit_expr(body);
    leaves.0
}
