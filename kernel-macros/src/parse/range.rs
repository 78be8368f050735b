//! `for` loops and their ranges → IR.

use super::Parser;
use super::jump::Frame;
use super::pipeline;
use super::span;
use super::stream::Stream;
use super::template;
use crate::ir::{
    Adapter, Block, ExprId, ExprKind, Iteration, Loop, LoopId, Opaque, Proof, Range, Span,
    StmtKind, Ty, VarId, VarKind,
};
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

/// What a loop goes over.
struct Head {
    range: Range,
    demanded: bool,
    opaque: Option<Opaque>,
    /// Where that is an iterator.
    iteration: Option<Iteration>,
    /// What that hands out.
    stream: Option<Stream>,
}

impl Parser {
    pub(super) fn for_loop(&mut self, node: &syn::ExprForLoop) -> StmtKind {
        let outer = self.head_proofs.replace(Vec::new());
        let (source, stages) = pipeline::staged(&node.expr);
        let mut head = self.head(node, source);
        let head_proofs = self.head_proofs.take().unwrap_or_default();
        // What goes before the loop goes before no statement of its body.
        let before = std::mem::take(&mut self.before);
        // Loops of inlined functions have no mark: they are no part of the driver's tokens.
        let id = self.loops.reserve(template::number(&node.attrs));
        let parent = self.path.last().copied();
        self.path.push(id);
        self.loops.proofs[id.index()].extend(head_proofs);
        self.frames.push(Frame::of_loop(node.label.as_ref()));
        self.scopes.enter();
        let (var, body) = match head.stream.take() {
            Some(stream) => {
                let (var, body, bound) =
                    self.iteration((node, &stages), id, &stream, &mut head.opaque);
                head.iteration.iter_mut().for_each(|of| of.bound = bound);
                (var, body)
            }
            None if !stages.is_empty() => self.staged_range((node, &stages), id, &mut head.opaque),
            None => {
                let var = self.index_variable(node, id, &mut head.opaque);
                (var, self.loop_body(node))
            }
        };
        self.scopes.leave();
        self.frames.pop();
        self.path.pop();
        self.head_proofs = outer;
        self.before = before;
        if super::desugar::written(&node.attrs).is_some() {
            self.loops.close(id);
        }
        let range_span = span::of(source);
        let span = Span {
            start: node.for_token.span,
            end: range_span.end,
        };
        let node = Loop {
            var,
            range: head.range,
            demanded: head.demanded,
            proofs: Vec::new(),
            body,
            parent,
            head: span,
            range_span,
            iteration: head.iteration,
            inlined: self.loops.marks[id.index()].is_none(),
            listed: false,
            opaque: head.opaque,
        };
        self.loops.fill(id, node);
        StmtKind::For(id)
    }

    pub(super) fn loop_body(&mut self, node: &syn::ExprForLoop) -> Block {
        let mut body = self.block(&node.body);
        self.discard(&mut body);
        body
    }

    fn head(&mut self, node: &syn::ExprForLoop, source: &syn::Expr) -> Head {
        let mut head = self.range_or_iterator(source);
        let attrs: Vec<_> = template::user_attributes(&node.attrs).cloned().collect();
        if let Some(attr) = super::expr::foreign_attribute(&attrs) {
            head.opaque = Some(self.opaque_loop(attr, None));
        }
        head
    }

    fn range_or_iterator(&mut self, node: &syn::Expr) -> Head {
        let opaque = match self.range(node) {
            Ok((range, demanded, opaque)) => {
                return Head {
                    range,
                    demanded,
                    opaque,
                    iteration: None,
                    stream: None,
                };
            }
            Err(opaque) => opaque,
        };
        if let Some((range, iteration, stream)) = self.iterator(node) {
            return Head {
                range,
                demanded: false,
                opaque: None,
                iteration: Some(iteration),
                stream: Some(stream),
            };
        }
        Head {
            range: self.no_range(node),
            demanded: false,
            opaque: Some(opaque),
            iteration: None,
            stream: None,
        }
    }

    /// The variable of a loop over a range.
    fn index_variable(
        &mut self,
        node: &syn::ExprForLoop,
        id: LoopId,
        opaque: &mut Option<Opaque>,
    ) -> VarId {
        if let Some((ident, mutable)) = loop_name(&node.pat) {
            return self.bind(&ident, VarKind::Index(id), mutable, Ty::Unknown);
        }
        self.bind_unknown(&node.pat);
        let unnamed = Ident::new("_", node.for_token.span);
        let known = "`for name in start..end`";
        let what = "a loop over something else than a plain index";
        let this = self.opaque_loop(what, Some(known));
        opaque.get_or_insert(this);
        self.bind(&unnamed, VarKind::Index(id), false, Ty::Unknown)
    }

    pub(super) fn opaque_loop(&self, what: impl Into<String>, help: Option<&str>) -> Opaque {
        Opaque {
            what: what.into(),
            help: help.map(str::to_string),
            blocks: Vec::new(),
        }
    }

    /// A range and its adapters; whether it demands to be parallel; why it is neither.
    fn range(&mut self, node: &syn::Expr) -> Result<(Range, bool, Option<Opaque>), Opaque> {
        match node {
            syn::Expr::Paren(paren) => self.range(&paren.expr),
            syn::Expr::Group(group) => self.range(&group.expr),
            syn::Expr::Range(range) => self.plain_range(node, range),
            syn::Expr::MethodCall(call) => self.adapter(node, call),
            syn::Expr::Call(call) if is_prange(&call.func) && call.args.len() == 1 => {
                let (range, _, opaque) = self.range(&call.args[0])?;
                self.prove(Proof::Prange(without_arguments(&call.func)));
                Ok((range, true, opaque))
            }
            _ => Err(not_a_range(node)),
        }
    }

    fn plain_range(
        &mut self,
        node: &syn::Expr,
        range: &syn::ExprRange,
    ) -> Result<(Range, bool, Option<Opaque>), Opaque> {
        let (Some(start), Some(end)) = (&range.start, &range.end) else {
            return Err(not_a_range(node));
        };
        let (start, end) = (self.expr(start), self.expr(end));
        let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
        Ok((
            Range {
                start,
                end,
                inclusive,
                adapters: Vec::new(),
            },
            false,
            None,
        ))
    }

    fn adapter(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Result<(Range, bool, Option<Opaque>), Opaque> {
        let step = match (call.method.to_string().as_str(), call.args.len()) {
            ("rev", 0) => None,
            ("step_by", 1) => Some(&call.args[0]),
            _ => return Err(not_a_range(node)),
        };
        let (mut range, demanded, opaque) = self.range(&call.receiver)?;
        let adapter = match step {
            Some(step) => Adapter::StepBy(self.expr(step)),
            None => Adapter::Rev,
        };
        range.adapters.push(adapter);
        Ok((range, demanded, opaque))
    }

    /// Stands for the range of a loop that has none.
    fn no_range(&mut self, node: &syn::Expr) -> Range {
        let nothing: ExprId = self.push(
            ExprKind::Opaque(Opaque {
                what: "an iterator".to_string(),
                help: None,
                blocks: Vec::new(),
            }),
            span::of(node),
        );
        Range {
            start: nothing,
            end: nothing,
            inclusive: false,
            adapters: Vec::new(),
        }
    }
}

fn is_prange(func: &syn::Expr) -> bool {
    matches!(func, syn::Expr::Path(path)
        if path.path.segments.last().is_some_and(|segment| segment.ident == "prange"))
}

/// A path to a function, of whatever type.
fn without_arguments(func: &syn::Expr) -> TokenStream {
    let mut func = func.clone();
    if let syn::Expr::Path(path) = &mut func {
        for segment in &mut path.path.segments {
            segment.arguments = syn::PathArguments::None;
        }
    }
    func.to_token_stream()
}

fn not_a_range(node: &syn::Expr) -> Opaque {
    let written = super::written::text(node);
    Opaque {
        what: format!("a loop over `{written}`"),
        help: Some(
            "loop over an integer range, as in `for i in 0..n`, or over an array by `iter`, \
             `iter_mut`, `chunks`, `windows`, `enumerate`, `zip` and their kin"
                .to_string(),
        ),
        blocks: Vec::new(),
    }
}

/// `i`, `mut i` or `_`.
fn loop_name(pat: &syn::Pat) -> Option<(Ident, bool)> {
    match pat {
        syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
            Some((pat.ident.clone(), pat.mutability.is_some()))
        }
        syn::Pat::Wild(wild) => Some((Ident::new("_", wild.underscore_token.span), false)),
        _ => None,
    }
}
