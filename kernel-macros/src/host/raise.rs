//! What raises a failed iteration's panic: the operation that failed, done again where it stands.
//!
//! A worker records values. Here the driver repeats the operation on them, in the user's words and
//! at the user's span, so that message, file, line and column are Rust's own.

use super::body::Body;
use super::call;
use super::elements;
use super::expr::symbol;
use super::names::{self, emit};
use super::region::Region;
use crate::analysis::plan::{Site, SiteKind};
use crate::ir::{AccessId, AccessMode, ExprId, Scalar};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;

/// Tokens that panic, given `failure`.
pub fn failure(region: &Region) -> TokenStream {
    let (rt, session) = (region.rt(), &region.context.session);
    let raise = sites(&region.body);
    emit! {
        #raise
        #rt::unraised(#session.name(), __failure)
    }
}

/// Tokens that panic if `failure` is at a site of the body, or of a function that it calls.
pub fn sites(body: &Body) -> TokenStream {
    let calls = body.raise_calls();
    let sites = body.region.sites.iter().enumerate();
    if sites.len() == 0 {
        return calls;
    }
    let arms = sites.map(|(number, site)| {
        let (number, raise) = (Literal::u32_unsuffixed(number as u32), raise(body, site));
        emit!(#number => { #raise })
    });
    emit! {
        match __failure.site {
            #(#arms)*
            _ => {}
        }
        #calls
    }
}

fn raise(body: &Body, site: &Site) -> TokenStream {
    let span = site.span.start;
    match &site.kind {
        SiteKind::Index(access) => index(body, *access),
        SiteKind::LocalIndex { len } => {
            let (array, len) = (user("array", span), Literal::u64_unsuffixed(*len));
            let at = recorded(body, 0, Scalar::Usize, "at", span);
            let (bind, at) = at;
            let element = quote_spanned!(span=> #array[#at]);
            emit!(#bind let #array = [(); #len]; let _ = #element;)
        }
        SiteKind::Binary { op, left, right } => {
            let (bind_left, left) = recorded(body, 0, *left, "left", span);
            let (bind_right, right) = recorded(body, 1, *right, "right", span);
            let op = names::respan(symbol(*op), span);
            let value = quote_spanned!(span=> #left #op #right);
            used(body, &emit!(#bind_left #bind_right), &value)
        }
        SiteKind::Neg(ty) => {
            let (bind, value) = recorded(body, 0, *ty, "value", span);
            used(body, &bind, &quote_spanned!(span=> -#value))
        }
        SiteKind::Call { builtin, ty } => {
            let names = ["first", "second", "third"].into_iter().enumerate();
            let args = names.take(builtin.arity());
            let (binds, args): (Vec<_>, Vec<_>) = args
                .map(|(at, name)| {
                    let second = builtin.second().filter(|_| at == 1);
                    recorded(body, at, second.unwrap_or(*ty), name, span)
                })
                .unzip();
            let ty = names::scalar_at(body.rt(), *ty, span);
            let name = Ident::new(builtin.name(), span);
            let value = quote_spanned!(span=> #ty::#name(#(#args),*));
            used(body, &emit!(#(#binds)*), &value)
        }
        SiteKind::Assumed { callee, args } => {
            let path = &body.function().callees[*callee].path;
            let (binds, args) = again(body, args, span);
            used(
                body,
                &emit!(#(#binds)*),
                &quote_spanned!(span=> #path(#(#args),*)),
            )
        }
        SiteKind::Assert { tokens, args } => {
            let binds = args.iter().enumerate().map(|(at, ty)| {
                let (bind, _) = recorded(body, at, *ty, &format!("arg{at}"), span);
                bind
            });
            emit!(#(#binds)* #tokens)
        }
    }
}

/// The arguments of a call again: recorded values, and literals as they are.
fn again(body: &Body, args: &[ExprId], span: Span) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let (mut binds, mut values) = (Vec::new(), Vec::new());
    for arg in args {
        if body.function().open.contains(arg) {
            values.push(call::open_literal(body.function(), *arg));
            continue;
        }
        let (at, ty) = (binds.len(), body.scalar_of(*arg));
        let (bind, name) = recorded(body, at, ty, &format!("arg{at}"), span);
        binds.push(bind);
        values.push(emit!(#name));
    }
    (binds, values)
}

/// The element again, borrowed as it was.
fn index(body: &Body, id: AccessId) -> TokenStream {
    let (rt, access) = (body.rt(), &body.function().accesses[id]);
    let span = access.span;
    let array = names::respan(
        body.function().vars[access.array].tokens.clone(),
        span.start,
    );
    let (binds, at): (Vec<_>, Vec<_>) = (0..access.written().len())
        .map(|dim| recorded(body, dim, Scalar::Usize, &format!("at{dim}"), span.start))
        .unzip();
    let element = elements::at_index(access, &array, &at);
    let element = match access.mode {
        AccessMode::Load => element,
        AccessMode::Store | AccessMode::Update => emit!(*&mut #element),
    };
    let value = emit!(#rt::used(#element););
    emit!(#(#binds)* #value)
}

fn used(body: &Body, binds: &TokenStream, value: &TokenStream) -> TokenStream {
    let rt = body.rt();
    emit!(#binds #rt::used(#value);)
}

/// A local that stands where the user's operand stood: a panic shows the place of its operands.
fn user(name: &str, span: Span) -> Ident {
    Ident::new(&format!("__kernel_{name}"), span)
}

/// Binds a recorded argument.
fn recorded(body: &Body, at: usize, ty: Scalar, name: &str, span: Span) -> (TokenStream, Ident) {
    let (rt, ty, name) = (body.rt(), body.scalar(ty), user(name, span));
    let at = names::index(at);
    let bind = emit!(let #name: #ty = #rt::recorded(__failure.args[#at]););
    (bind, name)
}
