//! Which iterator over an array an expression makes.

use super::Parser;
use super::bytes::gives_bytes;
use super::chain::closure;
use super::desugar::zip_from;
use super::expr::axis_number;
use super::part::{Part, called, recorded};
use super::span;
use super::stream::{Stream, every_item, is_references};
use crate::ir::iteration::{Adaptor, NdIterator, SliceIterator};
use crate::ir::types::ViewKind;
use crate::ir::{BinaryOp, ExprId, ExprKind, Span, VarId, VarKind};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use std::rc::Rc;

/// An iterator, and what rustc must find it to be.
pub(super) struct Source {
    pub stream: Stream,
    pub adaptor: Adaptor,
}

impl Parser {
    /// Reads the expression that a `for` loop goes over.
    pub(super) fn source(&mut self, node: &syn::Expr) -> Option<Source> {
        match node {
            syn::Expr::Paren(paren) => self.source(&paren.expr),
            syn::Expr::Group(group) => self.source(&group.expr),
            syn::Expr::Range(range) => self.numbers(range),
            syn::Expr::MethodCall(call) => {
                let adapted = self.attempt(|parser| parser.adapted(call));
                adapted.or_else(|| self.plain_source(node))
            }
            syn::Expr::Call(call) => self.attempt(|parser| parser.pairs_by_path(call)),
            _ => self.plain_source(node),
        }
    }

    /// The same, or ndarray's `Zip::from(a).and(b)`.
    pub(super) fn source_or_zip(&mut self, node: &syn::Expr) -> Option<Source> {
        let Some(stream) = self.zip(node) else {
            return self.source(node);
        };
        let adaptor = Adaptor::NdZip;
        Some(Source { stream, adaptor })
    }

    fn zip(&mut self, node: &syn::Expr) -> Option<Stream> {
        if let Some(first) = zip_from(node) {
            return Some(self.plain_source(first)?.stream);
        }
        let syn::Expr::MethodCall(call) = node else {
            return None;
        };
        if call.method != "and" || call.args.len() != 1 {
            return None;
        }
        let left = self.zip(&call.receiver)?;
        let right = self.plain_source(&call.args[0])?.stream;
        Some(Stream::Zip(Box::new(left), Box::new(right)))
    }

    /// An array itself: what `for` makes an iterator of without a method's name.
    fn plain_source(&mut self, node: &syn::Expr) -> Option<Source> {
        let mut part = self.attempt(|parser| parser.items(node))?;
        part.array = self.unshared(&part, node);
        if let Some(var) = self.named(node) {
            let var = &self.vars[var];
            part.writable |= var.kind == VarKind::Param && var.mutable;
        }
        let stream = every_item(part)?;
        let adaptor = Adaptor::Plain;
        Some(Source { stream, adaptor })
    }

    /// A part of an array, or all of one that is written out.
    fn items(&mut self, node: &syn::Expr) -> Option<Part> {
        match node {
            syn::Expr::Paren(paren) => self.items(&paren.expr),
            syn::Expr::Array(list) if !self.path.is_empty() => {
                // It is bound before the statement, so nothing in that may change its value.
                let settled = list.elems.iter().all(|elem| self.is_settled(elem));
                let value = settled.then(|| self.expr(node))?;
                let part = self.hold(value, span::of(node));
                if self.binds_borrowed(node) {
                    self.borrowed.insert(part.array);
                }
                Some(part)
            }
            syn::Expr::MethodCall(call) if gives_bytes(node) && self.is_settled(&call.receiver) => {
                let value = (!self.path.is_empty()).then(|| self.expr(node))?;
                Some(self.hold(value, span::of(node)))
            }
            syn::Expr::Reference(reference) if is_list(&reference.expr) => {
                self.items(&reference.expr)
            }
            syn::Expr::Reference(of) if of.mutability.is_none() && self.is_table(&of.expr) => {
                self.items(&of.expr)
            }
            node if self.is_table(node) => {
                let table = self.table(node, 1)?;
                self.part(table)
            }
            _ => self.part_expr(node),
        }
    }

    /// Whether an iteration names something from outside of the function.
    pub(super) fn is_table(&self, node: &syn::Expr) -> bool {
        let path = matches!(node, syn::Expr::Path(_));
        path && self.named(node).is_none() && !self.path.is_empty()
    }

    /// A variable that the body could change while the loop goes over its value of before is
    /// copied.
    fn unshared(&mut self, part: &Part, node: &syn::Expr) -> VarId {
        let by_value = part.local && self.named(node).is_some();
        if !by_value || !self.vars[part.array].mutable {
            return part.array;
        }
        let span = span::of(node);
        let value = self.push(ExprKind::Var(part.array), span);
        let copy = self.hold(value, span).array;
        if self.borrowed.contains(&part.array) {
            self.borrowed.insert(copy);
        }
        copy
    }

    /// A fixed array's value under a name of its own, from before the statement on.
    fn hold(&mut self, value: ExprId, span: Span) -> Part {
        let (var, bind) = self.bind_hidden_to("items", value, span);
        self.before.push(bind);
        Part::local(var)
    }

    fn is_settled(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Lit(_) => true,
            syn::Expr::Unary(unary) => self.is_settled(&unary.expr),
            syn::Expr::Paren(paren) => self.is_settled(&paren.expr),
            syn::Expr::Tuple(tuple) => tuple.elems.iter().all(|elem| self.is_settled(elem)),
            syn::Expr::Array(list) => list.elems.iter().all(|elem| self.is_settled(elem)),
            syn::Expr::Path(_) => self.named(node).is_some_and(|var| !self.vars[var].mutable),
            _ => false,
        }
    }

    /// `start..end` among other iterators.
    fn numbers(&mut self, range: &syn::ExprRange) -> Option<Source> {
        if matches!(range.limits, syn::RangeLimits::Closed(_)) {
            return None;
        }
        let start = self.expr(range.start.as_ref()?);
        let end = self.expr(range.end.as_ref()?);
        let (start, end) = (self.frozen(start), self.frozen(end));
        let first = self.least(start, end);
        let count = self.minus(end, first);
        Some(Source {
            stream: Stream::Numbers { start, count },
            adaptor: Adaptor::Range,
        })
    }

    fn adapted(&mut self, call: &syn::ExprMethodCall) -> Option<Source> {
        if call.turbofish.is_some() {
            return None;
        }
        let name = call.method.to_string();
        match (name.as_str(), call.args.len()) {
            ("enumerate" | "rev" | "copied" | "cloned" | "into_iter", 0) => {
                self.without_argument(&name, call)
            }
            ("step_by" | "take" | "skip", 1) => self.with_count(&name, call),
            ("zip", 1) => self.pairs((&call.receiver, &call.args[0])),
            _ => self.of_array(&name, call),
        }
    }

    /// The right side of a zip. Its `map` is asked for as many items as there are pairs; one on the
    /// left may be asked for one more.
    pub(super) fn zipped(&mut self, node: &syn::Expr) -> Option<Source> {
        let syn::Expr::MethodCall(call) = node else {
            return self.source(node);
        };
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let ("map", [map]) = (call.method.to_string().as_str(), &args[..]) else {
            return self.source(node);
        };
        let map = closure(map).filter(|_| call.turbofish.is_none())?;
        let Source { stream, adaptor } = self.numbers_or(&call.receiver, Self::source)?;
        Some(Source {
            stream: Stream::Mapped(Box::new(stream), Rc::new(map.clone())),
            adaptor: Adaptor::Map(Box::new(adaptor)),
        })
    }

    fn without_argument(&mut self, name: &str, call: &syn::ExprMethodCall) -> Option<Source> {
        let Source { stream, adaptor } = self.source(&call.receiver)?;
        let (inner, of) = (Box::new(stream), Box::new(adaptor));
        let (stream, adaptor) = match name {
            "enumerate" => (Stream::Enumerate(inner), Adaptor::Enumerate(of)),
            "rev" => (Stream::Rev(inner), Adaptor::Rev(of)),
            "copied" if is_references(&inner) => (Stream::Values(inner), Adaptor::Copied(of)),
            "cloned" if is_references(&inner) => (Stream::Values(inner), Adaptor::Cloned(of)),
            "into_iter" => (*inner, *of),
            _ => return None,
        };
        Some(Source { stream, adaptor })
    }

    fn with_count(&mut self, name: &str, call: &syn::ExprMethodCall) -> Option<Source> {
        let Source { stream, adaptor } = self.source(&call.receiver)?;
        let count = self.length_given(&call.args[0]);
        let (inner, of) = (Box::new(stream), Box::new(adaptor));
        let (stream, adaptor) = match name {
            "take" => (Stream::Take(inner, count), Adaptor::Take(of)),
            "skip" => (Stream::Skip(inner, count), Adaptor::Skip(of)),
            _ => {
                let span = Span::of(call);
                let again = called(&call.method, &recorded(span, 0).to_token_stream());
                let tokens = quote_spanned!(span.start=> let _ = (0..0).#again;);
                self.demand_positive(count, tokens, span);
                (Stream::StepBy(inner, count), Adaptor::StepBy(of))
            }
        };
        Some(Source { stream, adaptor })
    }

    /// A count or a size that an iterator is given.
    fn length_given(&mut self, node: &syn::Expr) -> ExprId {
        let given = self.expr(node);
        if self.path.is_empty() {
            return self.without_failure(given);
        }
        self.frozen(given)
    }

    /// The same number without a division that may fail. Where the divisor is zero, only the loop as
    /// written knows what to do.
    fn without_failure(&mut self, given: ExprId) -> ExprId {
        let ExprKind::Binary(op, left, right) = self.exprs[given].kind else {
            return given;
        };
        let known = matches!(
            op,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div
        );
        if !known {
            return given;
        }
        let (of, by) = (self.without_failure(left), self.without_failure(right));
        if op != BinaryOp::Div {
            let same = (of, by) == (left, right);
            let kind = ExprKind::Binary(op, of, by);
            let span = self.exprs[given].span;
            return if same { given } else { self.push(kind, span) };
        }
        let one = self.number(1, self.exprs[by].span);
        let divides = self.compare_made(BinaryOp::Le, one, by);
        self.required.push(divides);
        let by = self.at_least_one(by);
        self.quotient(of, by)
    }

    fn demand_positive(&mut self, size: ExprId, tokens: TokenStream, span: Span) {
        let one = self.number(1, span);
        let cond = self.compare_made(BinaryOp::Le, one, size);
        self.demand(cond, vec![size], tokens, span);
    }

    /// The methods that begin a chain.
    fn of_array(&mut self, name: &str, call: &syn::ExprMethodCall) -> Option<Source> {
        let part = self.items(&call.receiver)?;
        let writable = name.ends_with("_mut");
        let part = Part { writable, ..part };
        let source = match part.kind {
            ViewKind::Slice => self.of_slice(name, call, part.clone()),
            ViewKind::NdArray => of_ndarray(name, call, part.clone()),
        }?;
        if !self.is_plain(&call.receiver) {
            self.made_by_call(call, &part)?;
        }
        Some(source)
    }

    fn of_slice(&mut self, name: &str, call: &syn::ExprMethodCall, part: Part) -> Option<Source> {
        use SliceIterator::*;
        if part.rank() == 0 {
            return None;
        }
        let kind = match (name, call.args.len()) {
            ("iter", 0) => Iter,
            ("iter_mut", 0) => IterMut,
            ("chunks", 1) => Chunks,
            ("chunks_mut", 1) => ChunksMut,
            ("chunks_exact", 1) => ChunksExact,
            ("chunks_exact_mut", 1) => ChunksExactMut,
            ("windows", 1) => Windows,
            _ => return None,
        };
        let stream = match kind {
            Iter | IterMut => Stream::Along { part, along: 0 },
            _ => {
                let size = self.size(call);
                let exact = matches!(kind, ChunksExact | ChunksExactMut);
                match kind {
                    Windows => Stream::Windows { part, size },
                    _ => Stream::Chunks { part, size, exact },
                }
            }
        };
        let adaptor = Adaptor::Slice(kind);
        Some(Source { stream, adaptor })
    }

    /// The size of chunks or windows, which is not to be zero.
    fn size(&mut self, call: &syn::ExprMethodCall) -> ExprId {
        let size = self.length_given(&call.args[0]);
        let span = Span::of(call);
        let again = called(&call.method, &recorded(span, 0).to_token_stream());
        let tokens = quote_spanned!(span.start=> let _ = [(); 0].#again;);
        self.demand_positive(size, tokens, span);
        size
    }
}

fn of_ndarray(name: &str, call: &syn::ExprMethodCall, part: Part) -> Option<Source> {
    use NdIterator::*;
    let rank = part.rank();
    let stem = name.trim_end_matches("_mut");
    let along = |part, along| Stream::Along { part, along };
    let (stream, shared, exclusive) = match (stem, rank, call.args.len()) {
        ("iter", 1.., 0) => (every_item(part)?, Iter, IterMut),
        ("indexed_iter", 2.., 0) => {
            let indexed = true;
            (Stream::Elements { part, indexed }, Indexed, IndexedMut)
        }
        ("outer_iter", 2.., 0) => (along(part, 0), AxisIter, AxisIterMut),
        ("axis_iter", 2.., 1) => {
            let axis = axis_number(&call.args[0])? as usize;
            let axis = Some(axis).filter(|axis| *axis < rank)?;
            (along(part, axis), AxisIter, AxisIterMut)
        }
        ("rows", 2, 0) => (along(part, 0), Lanes, LanesMut),
        ("columns", 2, 0) => (along(part, 1), Lanes, LanesMut),
        _ => return None,
    };
    let kind = if name == stem { shared } else { exclusive };
    let adaptor = Adaptor::NdArray(kind);
    Some(Source { stream, adaptor })
}

fn is_list(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Paren(paren) => is_list(&paren.expr),
        node => matches!(node, syn::Expr::Array(_)),
    }
}
