//! `v.sort()` and kin of a fixed array of the iteration, in order of its numbers: the loops of an insertion, which
//! all have trips that are known.
//!
//! What a sort comes to does not depend on how it goes about it, where equal numbers cannot be told apart, or
//! stay in their order. If two numbers have no order, every sort compares one of them and fails; of a
//! single one, none does.

use super::Parser;
use super::chain::closure;
use super::pipeline;
use super::swap::name;
use crate::ir::{ExprKind, Span, StmtKind};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

impl Parser {
    /// The loops, if the call sorts an array that the iteration binds.
    pub(super) fn sorted(&mut self, call: &syn::ExprMethodCall) -> Option<StmtKind> {
        let array = self.named(&call.receiver)?;
        let plain = call.turbofish.is_none() && !self.path.is_empty();
        if !plain || !self.fixed.contains(&array) {
            return None;
        }
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let [outer, at, left, right, kept] = ["outer", "at", "left", "right", "kept"].map(name);
        let wrong = match (call.method.to_string().as_str(), &args[..]) {
            ("sort" | "sort_unstable", []) => quote!(#right < #left),
            ("sort_by", [order]) => first_is_less(order, false, &right, &left)?,
            ("sort_unstable_by", [order]) => first_is_less(order, true, &right, &left)?,
            _ => return None,
        };
        self.prove_own_array(array, call);
        let array = &call.receiver;
        let written: syn::Block = syn::parse2(quote!({
            for #outer in 1..#array.len() {
                for #at in (0..#outer).rev() {
                    let #left = #array[#at];
                    let #right = #array[#at + 1];
                    if #wrong {
                        let #kept = #left;
                        #array[#at] = #right;
                        #array[#at + 1] = #kept;
                    }
                }
            }
        }))
        .ok()?;
        let block = self.block(&written);
        Some(StmtKind::Expr(
            self.push(ExprKind::Block(block), Span::of(call)),
        ))
    }
}

/// Whether the order says that the one is less than the other; `None` if it is none of numbers, or if it does
/// not tell numbers apart that `differ`.
fn first_is_less(
    order: &syn::Expr,
    differ: bool,
    one: &Ident,
    other: &Ident,
) -> Option<TokenStream> {
    let of_numbers = match order {
        syn::Expr::Path(path) => path.path.segments.last()?.ident == "total_cmp",
        order => {
            let (method, args) = compared(order)?;
            args && (method == "cmp" || method == "total_cmp" || method == "partial_cmp" && !differ)
        }
    };
    let order = pipeline::compared(order, one, other).filter(|_| of_numbers)?;
    Some(quote!((#order).is_lt()))
}

/// The method by which a closure compares its arguments, `|a, b| a.total_cmp(b)`, and whether it is those.
fn compared(order: &syn::Expr) -> Option<(&Ident, bool)> {
    let order = closure(order)?;
    let call = match &*order.body {
        syn::Expr::MethodCall(call) if call.method == "unwrap" || call.method == "expect" => {
            match &*call.receiver {
                syn::Expr::MethodCall(inner) if inner.method == "partial_cmp" => inner,
                _ => return None,
            }
        }
        syn::Expr::MethodCall(call) if call.method != "partial_cmp" => call,
        _ => return None,
    };
    let names: Vec<&Ident> = order.inputs.iter().filter_map(bound).collect();
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    let ([first, second], [arg]) = (&names[..], &args[..]) else {
        return None;
    };
    let is = |node: &syn::Expr, name: &Ident| matches!(node, syn::Expr::Path(path) if path.path.is_ident(name));
    let either = is(&call.receiver, first) && is(arg, second)
        || is(&call.receiver, second) && is(arg, first);
    Some((&call.method, either && first != second))
}

/// The name that a parameter of a closure is.
fn bound(pat: &syn::Pat) -> Option<&Ident> {
    match pat {
        syn::Pat::Ident(of) if of.by_ref.is_none() && of.subpat.is_none() => Some(&of.ident),
        syn::Pat::Type(of) => bound(&of.pat),
        _ => None,
    }
}
