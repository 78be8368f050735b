//! `row.iter().zip(w).map(|(x, w)| x * w).sum()` in an iteration: the loop that it is.
//!
//! In a chain that begins at a slice behind a shared reference, at a range of places or at a range
//! of numbers, no trait can hide the first method. For the others rustc is asked where the chain
//! stands: what it begins with is confirmed there like a loop's iterator.

use super::Parser;
use super::capture::keeps_copies;
use super::counted::zip_of;
use super::desugar::leaves;
use super::outside::text;
use super::part::Dim;
use super::pipeline;
use super::template;
use crate::ir::ExprId;
use crate::ir::iteration::Adaptor;
use crate::ir::types::ViewKind;

impl Parser {
    /// The value of a chain that ends in one of the methods known here.
    pub(super) fn chain(&mut self, call: &syn::ExprMethodCall) -> Option<ExprId> {
        if self.path.is_empty() {
            return self.total(call);
        }
        if !ends(call) {
            return None;
        }
        let (source, stages) = pipeline::parts(call);
        let plain = self.is_plain_chain(source);
        let mark = template::number(&call.attrs).filter(|_| !plain);
        // Where no chain can stand, its methods are asked about by the types of the arrays.
        let stands = mark.is_some() || self.calls.is_displaced();
        if !plain && (!stands || !self.can_be_confirmed(source)) {
            return None;
        }
        let written = pipeline::written_out(call, source, &stages, false)?;
        let block: syn::Expr = syn::parse2(written).ok()?;
        let first = self.loops.marks.len();
        let value = self.expr(&block);
        if let Some(mark) = mark {
            let id = self.loops.over(&text(source), first)?;
            self.chains.push((mark, id));
        }
        Some(value)
    }

    /// Whether a chain's source has a type that rustc can be asked for.
    fn can_be_confirmed(&mut self, source: &syn::Expr) -> bool {
        let found = self.probe(|parser| parser.source(source));
        found.is_some_and(|of| of.stream.is_known() && !matches!(of.adaptor, Adaptor::Plain))
    }

    /// Whether rustc can find nothing but std's methods in a chain.
    fn is_plain_chain(&self, node: &syn::Expr) -> bool {
        const ADAPTERS: [&str; 13] = [
            "iter",
            "copied",
            "cloned",
            "rev",
            "enumerate",
            "zip",
            "take",
            "skip",
            "step_by",
            "chunks",
            "chunks_exact",
            "windows",
            "into_iter",
        ];
        match node {
            syn::Expr::Paren(paren) => self.is_plain_chain(&paren.expr),
            syn::Expr::Range(_) => true,
            syn::Expr::MethodCall(call) => {
                let known = ADAPTERS.iter().any(|name| call.method == name);
                let zipped =
                    call.method != "zip" || call.args.iter().all(|arg| self.is_plain_zipped(arg));
                known && zipped && self.is_plain_chain(&call.receiver)
            }
            _ => self.is_plain(node),
        }
    }

    /// The same of the right side of a zip, which may be mapped.
    fn is_plain_zipped(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::MethodCall(call) if call.method == "map" => {
                self.is_plain_chain(&call.receiver)
            }
            node => self.is_plain_chain(node),
        }
    }

    /// Whether the methods of an array that reads like this are found before those of any trait.
    pub(super) fn is_plain(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Paren(paren) => self.is_plain(&paren.expr),
            syn::Expr::Reference(node) => node.mutability.is_none() && self.is_plain(&node.expr),
            syn::Expr::Index(index) => matches!(*index.index, syn::Expr::Range(_)),
            syn::Expr::Path(_) => self
                .named(node)
                .is_some_and(|var| self.is_shared_slice(var)),
            _ => false,
        }
    }

    /// Whether a name is a `&[T]` and nothing that merely dereferences to one: a trait of the user's
    /// own could come before the slice's method.
    fn is_shared_slice(&self, var: crate::ir::VarId) -> bool {
        if self.slices.contains(&var) {
            return true;
        }
        let Some(part) = self.segment(var) else {
            return false;
        };
        let spans = |dim: &usize| matches!(part.dims[*dim], Dim::Span { .. });
        part.kind == ViewKind::Slice && !part.writable && part.free().iter().take(1).all(spans)
    }
}

/// Whether a call can be the end of a chain.
pub(super) fn ends(call: &syn::ExprMethodCall) -> bool {
    const ENDS: [(&str, usize); 15] = [
        ("sum", 0),
        ("product", 0),
        ("count", 0),
        ("max", 0),
        ("min", 0),
        ("fold", 2),
        ("reduce", 1),
        ("any", 1),
        ("all", 1),
        ("position", 1),
        ("find", 1),
        ("max_by", 1),
        ("min_by", 1),
        ("max_by_key", 1),
        ("min_by_key", 1),
    ];
    let is = |(name, args): &(&str, usize)| call.method == name && call.args.len() == *args;
    ENDS.iter().any(is)
}

/// Whether a call gives one of a chain's items, or none.
pub(super) fn gives_item(call: &syn::ExprMethodCall) -> bool {
    let made = ["sum", "product", "count", "fold", "any", "all", "position"];
    ends(call) && !made.iter().any(|name| call.method == name)
}

/// A closure that is no more than its value.
pub(super) fn closure(node: &syn::Expr) -> Option<&syn::ExprClosure> {
    match node {
        syn::Expr::Closure(closure)
            if closure.asyncness.is_none() && !leaves(&closure.body) && !keeps_copies(closure) =>
        {
            Some(closure)
        }
        _ => None,
    }
}

/// Whether it is the same before the source of a chain is evaluated and after.
pub(super) fn is_early(init: &syn::Expr) -> bool {
    match init {
        syn::Expr::Lit(_) | syn::Expr::Path(_) => true,
        syn::Expr::Unary(of) => matches!(of.op, syn::UnOp::Neg(_)) && is_early(&of.expr),
        _ => false,
    }
}

/// Whether an expression is a chain from a range, or of what iterates over something: methods of
/// anything else may have the names of an iterator's and take no type.
pub(super) fn begins(node: &syn::Expr) -> bool {
    const MAKERS: [&str; 11] = [
        "iter",
        "iter_mut",
        "into_iter",
        "chunks",
        "chunks_exact",
        "windows",
        "outer_iter",
        "axis_iter",
        "indexed_iter",
        "bytes",
        "chars",
    ];
    match node {
        syn::Expr::Paren(of) => matches!(&*of.expr, syn::Expr::Range(_)) || begins(&of.expr),
        syn::Expr::MethodCall(call) => {
            MAKERS.iter().any(|name| call.method == name) || begins(&call.receiver)
        }
        syn::Expr::Call(call) => zip_of(call).is_some(),
        _ => false,
    }
}
