//! Ends of the driver's chains that give an `Option`: whether there was an item is an accumulator too, and
//! the other one begins with what changes no item.

use super::End;
use super::body::Body;
use crate::ir::names::START;
use crate::parse::chain::closure;
use crate::parse::swap::name;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// `max`, `min` and `reduce`.
pub(super) fn optional<'a>(mut body: Body<'a>, end: End<'a>, lent: bool) -> Option<TokenStream> {
    let [total, seen, next] = ["total", "seen", "next"].map(name);
    let args: Vec<&syn::Expr> = end.call.args.iter().collect();
    let (start, step) = match (end.call.method.to_string().as_str(), &args[..]) {
        (method @ ("max" | "min"), []) => {
            let (value, item) = (body.value(), lent.then(|| quote!(*)));
            let (start, better) = match method {
                "max" => (Start::Least, quote!(>)),
                _ => (Start::Greatest, quote!(<)),
            };
            let step = quote! {
                let #next = #item #value;
                if #next #better #total { #total = #next; }
            };
            (start, step)
        }
        ("reduce", [step]) if !lent => {
            let (start, made) = combined(step, &total, &body.value())?;
            (start, quote!(#total = #made;))
        }
        _ => return None,
    };
    let start = Ident::new(&format!("{START}{}", start.name()), Span::mixed_site());
    let passes = body.passes(end.source, &quote!(#seen |= true; #step));
    Some(quote!({
        let mut #seen = false;
        let mut #total = #start();
        #passes
        #seen.then_some(#total)
    }))
}

/// What such an accumulator begins with: functions of the runtime, which the driver imports by these names.
#[derive(Clone, Copy)]
enum Start {
    Least,
    Greatest,
    Zero,
    One,
    Ones,
}

impl Start {
    fn name(self) -> &'static str {
        match self {
            Start::Least => "least",
            Start::Greatest => "greatest",
            Start::Zero => "zero",
            Start::One => "one",
            Start::Ones => "ones",
        }
    }

    /// What leaves every number as it is under an operation of that name.
    fn of_function(name: &Ident) -> Option<Start> {
        Some(match name.to_string().as_str() {
            "max" => Start::Least,
            "min" => Start::Greatest,
            "wrapping_add" | "add" => Start::Zero,
            "wrapping_mul" | "mul" => Start::One,
            "bitxor" | "bitor" => Start::Zero,
            "bitand" => Start::Ones,
            _ => return None,
        })
    }

    fn of_operator(op: &syn::BinOp) -> Option<Start> {
        Some(match op {
            syn::BinOp::Add(_) | syn::BinOp::BitOr(_) | syn::BinOp::BitXor(_) => Start::Zero,
            syn::BinOp::Mul(_) => Start::One,
            syn::BinOp::BitAnd(_) => Start::Ones,
            _ => return None,
        })
    }
}

/// What a step makes of the total and an item, if it is one operation of both that cares for no order, and what
/// changes nothing under it.
fn combined(step: &syn::Expr, total: &Ident, item: &TokenStream) -> Option<(Start, TokenStream)> {
    if let syn::Expr::Path(path) = step {
        let start = Start::of_function(&path.path.segments.last()?.ident)?;
        return Some((start, quote!(#path(#total, #item))));
    }
    let step = closure(step)?;
    let names = step.inputs.iter().map(|input| match input {
        syn::Pat::Ident(of) if of.by_ref.is_none() && of.subpat.is_none() => Some(&of.ident),
        _ => None,
    });
    let names = names.collect::<Option<Vec<_>>>()?;
    let [first, second] = names[..] else {
        return None;
    };
    let both = |left: &syn::Expr, right: &syn::Expr| {
        let [left, right] = [left, right].map(|node| node.to_token_stream().to_string());
        let [first, second] = [first, second].map(Ident::to_string);
        left == first && right == second || left == second && right == first
    };
    match &*step.body {
        syn::Expr::Binary(of) if both(&of.left, &of.right) => {
            let op = &of.op;
            Some((Start::of_operator(op)?, quote!(#total #op #item)))
        }
        syn::Expr::MethodCall(of) if of.args.len() == 1 && both(&of.receiver, &of.args[0]) => {
            let method = &of.method;
            let start = Start::of_function(method)?;
            // The type of the total is not known to rustc yet.
            Some((start, quote!((#item).#method(#total))))
        }
        syn::Expr::Call(of) if of.args.len() == 2 && both(&of.args[0], &of.args[1]) => {
            let syn::Expr::Path(path) = &*of.func else {
                return None;
            };
            let start = Start::of_function(&path.path.segments.last()?.ident)?;
            Some((start, quote!(#path(#total, #item))))
        }
        _ => None,
    }
}
