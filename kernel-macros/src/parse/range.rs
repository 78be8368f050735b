//! `for` loops and their ranges → IR.

use super::Parser;
use super::jump::Frame;
use super::span;
use super::template;
use crate::ir::{Adapter, ExprId, ExprKind, Loop, Opaque, Range, Span, StmtKind, Ty, VarKind};
use proc_macro2::Ident;

impl Parser {
    pub(super) fn for_loop(&mut self, node: &syn::ExprForLoop) -> StmtKind {
        // Loops of inlined functions have no mark: they are no part of the driver's tokens.
        let mark = template::number(&node.attrs);
        let parent = self.path.last().copied();
        let (range, demanded, mut opaque) = match self.range(&node.expr) {
            Ok(range) => range,
            Err(opaque) => (self.no_range(&node.expr), false, Some(opaque)),
        };
        let attrs: Vec<_> = template::user_attributes(&node.attrs).cloned().collect();
        if let Some(attr) = super::expr::foreign_attribute(&attrs) {
            opaque = Some(self.opaque_loop(attr, None));
        }
        let id = self.loops.reserve(mark);
        self.path.push(id);
        self.frames.push(Frame::of_loop(node.label.as_ref()));
        self.scopes.enter();
        let var = match loop_name(&node.pat) {
            Some((ident, mutable)) => self.bind(&ident, VarKind::Index(id), mutable, Ty::Unknown),
            None => {
                self.bind_unknown(&node.pat);
                let unnamed = Ident::new("_", node.for_token.span);
                let known = "`for name in start..end`";
                let what = "a loop over something else than a plain index";
                opaque = opaque.or_else(|| Some(self.opaque_loop(what, Some(known))));
                self.bind(&unnamed, VarKind::Index(id), false, Ty::Unknown)
            }
        };
        let mut body = self.block(&node.body);
        self.discard(&mut body);
        self.scopes.leave();
        self.frames.pop();
        self.path.pop();
        let range_span = span::of(&node.expr);
        let head = Span {
            start: node.for_token.span,
            end: range_span.end,
        };
        let node = Loop {
            var,
            range,
            demanded,
            proofs: Vec::new(),
            body,
            parent,
            head,
            range_span,
            inlined: mark.is_none(),
            opaque,
        };
        self.loops.fill(id, node);
        StmtKind::For(id)
    }

    fn opaque_loop(&self, what: impl Into<String>, help: Option<&str>) -> Opaque {
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

fn not_a_range(node: &syn::Expr) -> Opaque {
    let written = super::written::text(node);
    Opaque {
        what: format!("a loop over `{written}`"),
        help: Some(
            "loop over an integer range, as in `for i in 0..n`, and index; `.rev()` and \
             `.step_by(k)` may follow it"
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
