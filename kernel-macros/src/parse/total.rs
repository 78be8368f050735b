//! `x.iter().map(f).sum::<f64>()` in the driver: a loop with an accumulator.
//!
//! Where the loop is no region, the chain stands as it is written.

use super::Parser;
use super::chain::{self, closure};
use super::closure::words;
use super::endings;
use super::pipeline::{self, Stage, assigned, place};
use super::span;
use super::swap::name;
use super::template;
use crate::ir::names::plain;
use crate::ir::template::Chain;
use crate::ir::{ExprId, ExprKind, LoopId, Scalar};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// A chain's loop, which takes the place of the chain in the template.
#[derive(Clone)]
pub(super) struct Total {
    pub id: LoopId,
    pub node: syn::ExprForLoop,
    pub chain: Chain,
}

/// Writes the type of a sum or product behind its name, where a `let` or the function says it.
pub(super) fn name_types(body: &mut syn::Block, ret: &syn::ReturnType) {
    for stmt in &mut body.stmts {
        if let syn::Stmt::Local(local) = stmt
            && let (syn::Pat::Type(typed), Some(init)) = (&local.pat, &mut local.init)
        {
            name_type(&mut init.expr, &typed.ty);
        }
    }
    if let (syn::ReturnType::Type(_, ty), Some(syn::Stmt::Expr(value, None))) =
        (ret, body.stmts.last_mut())
    {
        name_type(value, ty);
    }
}

fn name_type(value: &mut syn::Expr, ty: &syn::Type) {
    let syn::Expr::MethodCall(call) = value else {
        return;
    };
    let number = Scalar::from_name(&ty.to_token_stream().to_string()).is_some();
    let adds = call.method == "sum" || call.method == "product";
    let takes_none = call.turbofish.is_none() && call.args.is_empty();
    if number && adds && takes_none && chain::begins(&call.receiver) {
        call.turbofish = syn::parse2(quote!(::<#ty>)).ok();
    }
}

/// Whether a call of the driver's may end such a chain.
pub(super) fn ends(call: &syn::ExprMethodCall) -> bool {
    ["sum", "product", "fold", "count", "any", "all"]
        .iter()
        .any(|name| call.method == name)
        || gives_option(call)
        || place::is_end(call)
}

/// Whether the end gives an `Option`.
pub(super) fn gives_option(call: &syn::ExprMethodCall) -> bool {
    let ends = [("max", 0), ("min", 0), ("reduce", 1)];
    let is = |(name, args): &(&str, usize)| call.method == name && call.args.len() == *args;
    ends.iter().any(is)
}

/// Whether the reader takes the parts of such an expression of the driver's along.
pub(super) fn keeps(node: &syn::Expr) -> bool {
    use syn::Expr::*;
    matches!(
        node,
        Paren(_) | Binary(_) | Unary(_) | Cast(_) | MethodCall(_) | Tuple(_) | Assign(_) | Field(_)
    ) || matches!(
        node,
        Block(_) | If(_) | Let(_) | Match(_) | While(_) | Loop(_) | ForLoop(_)
    )
}

impl Parser {
    /// The value of a chain of the driver's, whose loop may be a region.
    pub(super) fn total(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        let (source, stages) = pipeline::parts(call);
        let known = self.probe(|parser| parser.source(source));
        // A range with its end is no source of other iterators, but one for a loop.
        let closed = pipeline::is_closed(source) && !gives_option(call) && !place::is_end(call);
        let known = closed || known.is_some_and(|of| of.stream.is_known());
        if !known || !ends(call) {
            return None;
        }
        if gives_option(call) {
            return self.whole_option(call);
        }
        if place::is_end(call) {
            return self.placed(call, source, &stages);
        }
        let written = match folded(call, source, &stages) {
            Some(written) => written,
            None => pipeline::written_out(call, source, &stages, true)?,
        };
        self.total_of(call, &written, false)
    }

    /// The greatest or the least item of a chain without stages.
    fn placed(
        &mut self,
        call: &syn::ExprMethodCall,
        source: &syn::Expr,
        stages: &[Stage],
    ) -> Option<ExprId> {
        if !stages.is_empty() {
            return None;
        }
        let lent = |node: &syn::Expr| {
            let named = self.named(node);
            named.is_some_and(|array| self.slices.contains(&array))
        };
        let written = place::written_out(call, source, &lent)?;
        let number = self.total_of(call, &written, false)?;
        Some(self.unnamed(call, number))
    }

    /// What is made of such an item: `.map(|(at, _)| at)`, `.unwrap()`.
    pub(super) fn of_placed(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        let syn::Expr::MethodCall(of) = &*call.receiver else {
            return None;
        };
        if !self.path.is_empty() {
            return None;
        }
        let item = match place::is_end(of) {
            true => self.total(of)?,
            false => self.of_placed(of)?,
        };
        Some(self.unnamed(call, item))
    }

    /// The loop of a chain, which this block is; `lent` says that references are wanted to what the chain's
    /// `Option` has.
    pub(super) fn total_of(
        &mut self,
        call: &syn::ExprMethodCall,
        written: &TokenStream,
        lent: bool,
    ) -> Option<ExprId> {
        let mark = template::number(&call.attrs)?;
        let mut block: syn::Block = syn::parse2(written.clone()).ok()?;
        let [
            opening @ ..,
            syn::Stmt::Expr(syn::Expr::ForLoop(node), _),
            total,
        ] = &mut block.stmts[..]
        else {
            return None;
        };
        node.attrs = call.attrs.clone();
        node.for_token.span = span::first(&call.receiver);
        let mut written = call.clone();
        endings::confirm_chain(&mut written);
        let written = template::unmarked(written.to_token_stream());
        // The loop does not call the method, and rustc is to find std's.
        let asked = endings::borrows(call).then(|| quote!(if false { _ = #written; }));
        let opening = template::unmarked(quote!(#(#opening)*));
        let chain = Chain {
            opening: quote!(#asked #opening),
            total: total.to_token_stream(),
            lent,
            released: self.writes_behind,
            written,
        };
        let node = node.clone();
        if gives_option(call) || place::is_end(call) {
            let number = name("total");
            *total = syn::Stmt::Expr(syn::parse_quote!(#number), None);
        }
        let block = self.block(&block);
        let marks = &self.loops.marks;
        let id = marks.iter().position(|known| *known == Some(mark))?;
        let id = LoopId::from_index(id);
        self.totals.push((mark, Total { id, node, chain }));
        Some(self.push(ExprKind::Block(block), crate::ir::Span::of(call)))
    }
}

/// `{ let mut total = init; for item in source { total = body; } total }` of
/// `source.fold(init, |total, item| body)`, unless another variable of the name is meant elsewhere.
fn folded(call: &syn::ExprMethodCall, source: &syn::Expr, stages: &[Stage]) -> Option<TokenStream> {
    let args: Vec<&syn::Expr> = call.args.iter().collect();
    let [init, step] = args[..] else { return None };
    let step = closure(step).filter(|_| call.method == "fold" && stages.is_empty())?;
    let inputs: Vec<&syn::Pat> = step.inputs.iter().collect();
    let [syn::Pat::Ident(total), item] = inputs[..] else {
        return None;
    };
    // Before the source is evaluated, rather than after it.
    let simple = chain::is_early(init)
        && total.by_ref.is_none()
        && total.mutability.is_none()
        && total.subpat.is_none();
    let (total, step) = (&total.ident, assigned(&total.ident, &step.body));
    if !simple || words(source.to_token_stream()).contains(&plain(total)) {
        return None;
    }
    Some(quote!({ let mut #total = #init; for #item in #source { #step } #total }))
}
