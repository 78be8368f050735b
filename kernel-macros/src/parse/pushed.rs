//! `let mut y = Vec::new(); for v in x { .. y.push(e); }` as the loop that fills a `Vec` of zeros.
//!
//! Only where each iteration pushes once, at its end, and the number of iterations can be asked for first.

use super::closure::mentions;
use super::collected::{Collected, Made, Source, is_array};
use super::counter::{changes, is_literal, is_size};
use super::jump::Jumps;
use super::swap::name;
use crate::ir::names::plain;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// Replaces such loops among the statements of a block. `ret` is the type of the block's value.
pub(super) fn loops(collected: &Collected, block: &mut syn::Block, ret: Option<&syn::Type>) {
    let mut stmts: Vec<syn::Stmt> = Vec::new();
    let tail = tail(block);
    for stmt in std::mem::take(&mut block.stmts) {
        let ret = |name: &Ident| ret.filter(|_| tail.as_ref() == Some(name)).cloned();
        match pushed(collected, &mut stmts, &stmt, &ret) {
            Some(replaced) => stmts.extend(replaced),
            None => stmts.push(stmt),
        }
    }
    block.stmts = stmts;
}

/// The name that is the block's value.
fn tail(block: &syn::Block) -> Option<Ident> {
    match block.stmts.last()? {
        syn::Stmt::Expr(syn::Expr::Path(path), None) => path.path.get_ident().cloned(),
        _ => None,
    }
}

/// What stands for the loop; `ret` is the type of a variable that is the function's value.
fn pushed(
    collected: &Collected,
    before: &mut [syn::Stmt],
    stmt: &syn::Stmt,
    ret: &impl Fn(&Ident) -> Option<syn::Type>,
) -> Option<Vec<syn::Stmt>> {
    let outer = last_loop(std::slice::from_ref(stmt))?;
    let inner = last_loop(&outer.body.stmts);
    let (name, value) = push(inner.unwrap_or(outer).body.stmts.last()?)?;
    let (local, of) = empty(before, &name, ret)?;
    let mut loops = [Some(outer), inner].into_iter().flatten();
    if loops.any(|node| !is_filling(node, &name)) || mentions(value, &plain(&name)) {
        return None;
    }
    let Made { mut stmts, vec } = match inner {
        None => one_loop(collected, outer, &of, value)?,
        Some(inner) => two_loops(collected, (outer, inner), &of, value)?,
    };
    // Nothing is pushed there any more that would say the type.
    let pat = &local.pat;
    if !matches!(pat, syn::Pat::Type(_)) {
        local.pat = syn::Pat::Type(syn::parse_quote!(#pat: #of));
    }
    stmts.push(syn::parse_quote!(let mut #name: #of = #vec;));
    Some(stmts)
}

/// The loop that statements end with.
fn last_loop(stmts: &[syn::Stmt]) -> Option<&syn::ExprForLoop> {
    match stmts.last()? {
        syn::Stmt::Expr(syn::Expr::ForLoop(node), _) => Some(node),
        _ => None,
    }
}

/// Whether each iteration comes to the loop's last statement, and only that names the `Vec`.
fn is_filling(node: &syn::ExprForLoop, name: &Ident) -> bool {
    let jumps = Jumps::in_block(&node.body, None);
    let plain_loop = node.attrs.is_empty() && node.label.is_none();
    let (_, others) = node.body.stmts.split_last().expect("a loop with a push");
    let name = plain(name);
    let elsewhere = mentions(&node.expr, &name) || others.iter().any(|stmt| mentions(stmt, &name));
    plain_loop && !elsewhere && !jumps.breaks && !jumps.continues
}

/// The body's statements but for the last one.
fn others(node: &syn::ExprForLoop) -> TokenStream {
    let (_, others) = node.body.stmts.split_last().expect("a loop with a push");
    quote!(#(#others)*)
}

fn one_loop(
    collected: &Collected,
    node: &syn::ExprForLoop,
    of: &syn::Type,
    value: &syn::Expr,
) -> Option<Made> {
    let (items, count) = counted(&node.expr);
    let others = others(node);
    let source = Source {
        items: &items,
        count,
        item: node.pat.to_token_stream(),
        value: quote!({ #others #value }),
        at: node.for_token.span,
    };
    collected.filled(of, source)
}

/// `for i in 0..h { .. for j in 0..w { .. y.push(e); } }`: the elements of a plane, row by row.
fn two_loops(
    collected: &Collected,
    (outer, inner): (&syn::ExprForLoop, &syn::ExprForLoop),
    of: &syn::Type,
    value: &syn::Expr,
) -> Option<Made> {
    let ((i, _), (j, columns)) = (counts(outer)?, counts(inner)?);
    if mentions(columns, &plain(i)) || i == j || changes(&outer.body, columns) {
        return None;
    }
    let vec = name("made");
    let (before, inside) = (others(outer), others(inner));
    let count = |range: &syn::Expr| quote!(::core::iter::Iterator::size_hint(&(#range)).0);
    let (row, column) = (count(&outer.expr), count(&inner.expr));
    let fill = |node: &syn::ExprForLoop, body| {
        let (pat, range) = (&node.pat, &node.expr);
        let keyword = quote_spanned!(node.for_token.span=> for);
        quote!(#keyword #pat in #range { #body })
    };
    let at = quote!(#i as usize * (#columns) as usize + #j as usize);
    let inside = fill(inner, quote!(#inside #vec[#at] = #value;));
    let filled = fill(outer, quote!(#before #inside));
    let zero = collected.zero_of_known(of, &outer.body)?;
    let written: syn::Block = syn::parse2(quote!({
        let mut #vec: #of = vec![#zero; #row.saturating_mul(#column)];
        #filled
    }))
    .ok()?;
    let (stmts, vec) = (written.stmts, syn::parse2(quote!(#vec)).ok()?);
    Some(Made { stmts, vec })
}

/// The variable of a loop over `0..n`, and `n`, which says something each time that it is asked and never fails.
fn counts(node: &syn::ExprForLoop) -> Option<(&Ident, &syn::Expr)> {
    let (syn::Pat::Ident(pat), syn::Expr::Range(range)) = (&*node.pat, &*node.expr) else {
        return None;
    };
    let plain_name = pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none();
    let half_open = matches!(range.limits, syn::RangeLimits::HalfOpen(_));
    let from_zero = range
        .start
        .as_ref()
        .is_some_and(|start| is_literal(start, 0));
    let end = range.end.as_deref().filter(|end| is_size(end))?;
    (plain_name && half_open && from_zero).then_some((&pat.ident, end))
}

/// An iterator by an expression that can be asked for its length, and its length if that is another.
fn counted(node: &syn::Expr) -> (syn::Expr, Option<syn::Expr>) {
    match node {
        syn::Expr::Range(_) => (syn::parse_quote!((#node)), None),
        syn::Expr::Reference(of) if is_array(node) => {
            let array = &of.expr;
            (node.clone(), Some(syn::parse_quote!(#array.len())))
        }
        node if is_array(node) => (node.clone(), Some(syn::parse_quote!(#node.len()))),
        node => (node.clone(), None),
    }
}

/// `y.push(e);`
fn push(stmt: &syn::Stmt) -> Option<(Ident, &syn::Expr)> {
    let syn::Stmt::Expr(syn::Expr::MethodCall(call), _) = stmt else {
        return None;
    };
    let syn::Expr::Path(path) = &*call.receiver else {
        return None;
    };
    let plain = call.method == "push" && call.args.len() == 1 && call.attrs.is_empty();
    Some((
        path.path.get_ident().filter(|_| plain)?.clone(),
        &call.args[0],
    ))
}

/// The `let` of a `Vec` which is empty, as nothing else has its name so far, and its type.
fn empty<'a>(
    before: &'a mut [syn::Stmt],
    name: &Ident,
    ret: &impl Fn(&Ident) -> Option<syn::Type>,
) -> Option<(&'a mut syn::Local, syn::Type)> {
    let has = |stmt: &&mut syn::Stmt| mentions(stmt, &plain(name));
    let Some(syn::Stmt::Local(local)) = before.iter_mut().rfind(has) else {
        return None;
    };
    let (pat, ty) = match &local.pat {
        syn::Pat::Type(typed) => (&*typed.pat, Some((*typed.ty).clone())),
        pat => (pat, None),
    };
    let syn::Pat::Ident(pat) = pat else {
        return None;
    };
    let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
    let known = made_empty(&init.expr).filter(|_| pat.ident == *name && pat.by_ref.is_none())?;
    let of = ty.or(known).or_else(|| ret(name))?;
    Some((local, of))
}

/// `Vec::new()`, `Vec::<f64>::with_capacity(n)` or `vec![]`: the type, where it stands there.
fn made_empty(node: &syn::Expr) -> Option<Option<syn::Type>> {
    if let syn::Expr::Macro(of) = node {
        return (of.mac.path.is_ident("vec") && of.mac.tokens.is_empty()).then_some(None);
    }
    let syn::Expr::Call(call) = node else {
        return None;
    };
    let syn::Expr::Path(path) = &*call.func else {
        return None;
    };
    let segments: Vec<&syn::PathSegment> = path.path.segments.iter().collect();
    let [vec, function] = &segments[..] else {
        return None;
    };
    let new = function.ident == "new" || function.ident == "with_capacity";
    if vec.ident != "Vec" || !new || path.qself.is_some() {
        return None;
    }
    Some((!vec.arguments.is_none()).then(|| {
        let arguments = &vec.arguments;
        syn::parse_quote!(Vec #arguments)
    }))
}
