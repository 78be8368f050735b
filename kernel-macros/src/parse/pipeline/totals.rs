//! Ends of chains that make one value of all items: sums, products, counts and folds.

use super::End;
use super::body::Body;
use crate::ir::Scalar;
use crate::ir::names::plain;
use crate::parse::chain::{closure, is_early};
use crate::parse::closure::words;
use crate::parse::rows;
use crate::parse::swap::name;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

pub(super) fn added(mut body: Body<'_>, end: End<'_>) -> Option<TokenStream> {
    let adds = end.is("sum");
    let Start { init, checked } = start(adds, &end.call.turbofish, end.driver)?;
    let (value, total) = (body.value(), name("total"));
    let step = match (checked, adds) {
        (true, _) => {
            let step = Ident::new(step(adds), end.call.method.span());
            quote!(#total = #total.#step(#value);)
        }
        (false, true) => quote!(#total += #value;),
        (false, false) => quote!(#total *= #value;),
    };
    body.over(end.source, &init, &step)
}

pub(super) fn counted(body: Body<'_>, end: End<'_>) -> Option<TokenStream> {
    let total = name("total");
    body.over(end.source, &quote!(0usize), &quote!(#total += 1;))
}

pub(super) fn folded<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    (init, step): (&'a syn::Expr, &'a syn::Expr),
) -> Option<TokenStream> {
    if let syn::Expr::Tuple(inits) = init {
        return folded_apart(body, end, inits, closure(step)?);
    }
    if !(is_early(init) || rows::is_plain(init) && cannot_fail(end.source)) {
        return None;
    }
    if let Some(under) = end.driver.then(|| total_of(step, end)).flatten() {
        return folded_under(body, end, init, under);
    }
    let (init, total) = (init.to_token_stream(), name("total"));
    let next = body.combined(step, &quote!(#total))?;
    body.over(end.source, &init, &quote!(#total = #next;))
}

/// A fold's closure, and the name that it has for the total, which is no variable's in the rest of the chain.
struct Under<'a> {
    total: &'a Ident,
    ty: Option<&'a syn::Type>,
    step: &'a syn::ExprClosure,
}

fn total_of<'a>(step: &'a syn::Expr, end: End<'_>) -> Option<Under<'a>> {
    let step = closure(step)?;
    let (pattern, ty) = match step.inputs.first()? {
        syn::Pat::Type(of) => (&*of.pat, Some(&*of.ty)),
        pattern => (pattern, None),
    };
    let syn::Pat::Ident(of) = pattern else {
        return None;
    };
    let plain_name = of.by_ref.is_none() && of.mutability.is_none() && of.subpat.is_none();
    let elsewhere = words(end.call.receiver.to_token_stream());
    let own = plain_name && !elsewhere.contains(&plain(&of.ident));
    own.then_some(Under {
        total: &of.ident,
        ty,
        step,
    })
}

/// The loop with the closure's own name for the total, so that a reduction can be seen in it.
fn folded_under<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    init: &syn::Expr,
    under: Under<'a>,
) -> Option<TokenStream> {
    let Under { total, ty, step } = under;
    let binds = body.bind_item(step)?;
    let (next, ty) = (assigned(total, &step.body), ty.map(|ty| quote!(: #ty)));
    let passes = body.passes(end.source, &quote!(#binds #next));
    Some(quote!({ let mut #total #ty = #init; #passes #total }))
}

/// `.fold((a, b), |(low, high), x| (low.min(x), high.max(x)))`: a variable for each part, which the parts of
/// others do not name.
fn folded_apart<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    inits: &syn::ExprTuple,
    step: &'a syn::ExprClosure,
) -> Option<TokenStream> {
    let totals = totals_of(step, end)?;
    if inits.elems.len() != totals.len() || !inits.elems.iter().all(is_early) {
        return None;
    }
    let next = assigned_apart(&totals, &step.body)?;
    let binds = body.bind_item(step)?;
    let passes = body.passes(end.source, &quote!(#binds #next));
    let inits = inits.elems.iter();
    Some(quote!({ #(let mut #totals = #inits;)* #passes (#(#totals),*) }))
}

/// `(low, high) = body;`, one after the other; of `if test { (x, y) } else { (low, high) }` the first branch.
fn assigned_apart(totals: &[&Ident], body: &syn::Expr) -> Option<TokenStream> {
    let (before, value) = match body {
        syn::Expr::Block(of) if of.attrs.is_empty() && of.label.is_none() => {
            let [stmts @ .., syn::Stmt::Expr(value, None)] = &of.block.stmts[..] else {
                return None;
            };
            (quote!(#(#stmts)*), value)
        }
        value => (TokenStream::new(), value),
    };
    if mentioned(totals, before.clone(), None) {
        return None;
    }
    match value {
        syn::Expr::Tuple(values) => {
            let values: Vec<&syn::Expr> = values.elems.iter().collect();
            let mut parts = values.iter().enumerate();
            let mixed = parts.any(|(at, value)| mentioned(totals, quote!(#value), Some(at)));
            let fits = values.len() == totals.len() && !mixed;
            fits.then(|| quote!(#before #(#totals = #values;)*))
        }
        syn::Expr::If(of) => {
            let (_, otherwise) = of.else_branch.as_ref()?;
            let stays = quote!({ (#(#totals),*) }).to_string();
            let then = syn::Expr::Block(syn::ExprBlock {
                attrs: Vec::new(),
                label: None,
                block: of.then_branch.clone(),
            });
            let (test, then) = (&of.cond, assigned_apart(totals, &then)?);
            let stays = quote!(#otherwise).to_string() == stays;
            stays.then(|| quote!(#before if #test { #then }))
        }
        _ => None,
    }
}

/// Whether tokens name a part of a total, but for this one.
fn mentioned(totals: &[&Ident], tokens: TokenStream, but: Option<usize>) -> bool {
    let words = words(tokens);
    let mut others = totals.iter().enumerate().filter(|(at, _)| Some(*at) != but);
    others.any(|(_, total)| words.contains(&plain(total)))
}

/// The names that a fold's closure has for the parts of the total, which are no variables' in the rest of the
/// chain.
fn totals_of<'a>(step: &'a syn::ExprClosure, end: End<'_>) -> Option<Vec<&'a Ident>> {
    let syn::Pat::Tuple(parts) = step.inputs.first()? else {
        return None;
    };
    let elsewhere = words(end.call.receiver.to_token_stream());
    let totals = parts.elems.iter().map(|part| match part {
        syn::Pat::Ident(of) if of.by_ref.is_none() && of.subpat.is_none() => {
            let own = of.mutability.is_none() && !elsewhere.contains(&plain(&of.ident));
            own.then_some(&of.ident)
        }
        _ => None,
    });
    totals.collect()
}

/// `total = body;`, with the statements of a block that say nothing of the total before it.
pub(in crate::parse) fn assigned(total: &Ident, body: &syn::Expr) -> TokenStream {
    let whole = quote!(#total = #body;);
    let syn::Expr::Block(of) = body else {
        return whole;
    };
    let [stmts @ .., syn::Stmt::Expr(value, None)] = &of.block.stmts[..] else {
        return whole;
    };
    let before = quote!(#(#stmts)*);
    let plain_block = of.attrs.is_empty() && of.label.is_none();
    match plain_block && !words(before.clone()).contains(&plain(total)) {
        true => quote!(#before #total = #value;),
        false => whole,
    }
}

pub(super) fn reduced<'a>(
    mut body: Body<'a>,
    end: End<'a>,
    step: &'a syn::Expr,
) -> Option<TokenStream> {
    let [some, none, total, so_far] = ["some", "none", "total", "so_far"].map(name);
    let value = body.bound();
    let next = body.combined(step, &quote!(#so_far))?;
    let step = quote!(#total = match #total {
        #some(#so_far) => #some(#next),
        #none => #some(#value),
    };);
    body.over(end.source, &quote!(#none), &step)
}

/// The names under which integers are added and multiplied as std does it in a chain.
fn step(adds: bool) -> &'static str {
    if adds {
        "__kernel_sum"
    } else {
        "__kernel_product"
    }
}

/// Where a total begins, and whether its steps may be those of integers that std checks.
struct Start {
    init: TokenStream,
    checked: bool,
}

fn start(
    adds: bool,
    turbofish: &Option<syn::AngleBracketedGenericArguments>,
    driver: bool,
) -> Option<Start> {
    let named = turbofish.as_ref();
    let named = named.map(|of| of.args.to_token_stream().to_string());
    let scalar = match &named {
        Some(named) => Some(Scalar::from_name(named)?),
        None => None,
    };
    // A float's sum begins with what leaves every float as it is.
    let text = match (scalar, adds) {
        (Some(scalar), true) if scalar.is_float() => "-0.0",
        (Some(scalar), false) if scalar.is_float() => "1.0",
        (Some(scalar), adds) if scalar.is_int() => ["1", "0"][usize::from(adds)],
        (Some(_), _) => return None,
        // Before its first item, a total has the default of its type.
        (None, _) if !driver => {
            let (none, start) = (
                name("none"),
                if adds {
                    "__kernel_zero"
                } else {
                    "__kernel_one"
                },
            );
            let start = Ident::new(start, Span::mixed_site());
            let init = quote!(#none.0.#start());
            return Some(Start {
                init,
                checked: true,
            });
        }
        (None, _) => return None,
    };
    Some(Start {
        init: format!("{text}{}", named.unwrap_or_default())
            .parse()
            .ok()?,
        checked: !driver && scalar.is_some_and(Scalar::is_int),
    })
}

/// Whether evaluating the source of a chain changes nothing and cannot panic: then what can may come
/// before it.
fn cannot_fail(source: &syn::Expr) -> bool {
    const METHODS: [&str; 9] = [
        "iter",
        "into_iter",
        "copied",
        "cloned",
        "zip",
        "rev",
        "enumerate",
        "skip",
        "take",
    ];
    match source {
        syn::Expr::Path(_) | syn::Expr::Lit(_) => true,
        syn::Expr::Reference(of) => cannot_fail(&of.expr),
        syn::Expr::Paren(of) => cannot_fail(&of.expr),
        syn::Expr::MethodCall(call) => {
            let known = METHODS.iter().any(|name| call.method == name);
            known && cannot_fail(&call.receiver) && call.args.iter().all(cannot_fail)
        }
        _ => false,
    }
}
