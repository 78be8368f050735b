//! `(0..).zip(xs)` and `xs.iter().zip(0..n)`: numbers of whatever type beside items.
//!
//! The type is what their use makes it, as for rustc. A range without an end goes on for as long as the
//! items do, and fails or wraps where its type ends: the loop then runs as written.

use super::Parser;
use super::source::Source;
use super::span;
use super::stream::Stream;
use crate::ir::iteration::Adaptor;
use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Proof, Scalar, Span};
use quote::ToTokens;

impl Parser {
    /// `std::iter::zip(left, right)`, which rustc confirms.
    pub(super) fn pairs_by_path(&mut self, call: &syn::ExprCall) -> Option<Source> {
        let pairs = self.pairs(zip_of(call)?)?;
        self.prove(Proof::Zip(call.func.to_token_stream()));
        Some(pairs)
    }

    /// `left.zip(right)`
    pub(super) fn pairs(&mut self, (left, right): (&syn::Expr, &syn::Expr)) -> Option<Source> {
        let (left, right) = match (endless(left), endless(right)) {
            (None, None) => {
                let left = self.numbers_or(left, Self::source)?;
                (left, self.numbers_or(right, Self::zipped)?)
            }
            (Some(start), None) => {
                let right = self.numbers_or(right, Self::zipped)?;
                (self.beside(start, &right.stream)?, right)
            }
            (None, Some(start)) => {
                let left = self.numbers_or(left, Self::source)?;
                let right = self.beside(start, &left.stream)?;
                (left, right)
            }
            (Some(_), Some(_)) => return None,
        };
        Some(Source {
            stream: Stream::Zip(Box::new(left.stream), Box::new(right.stream)),
            adaptor: Adaptor::Zip(Box::new(left.adaptor), Box::new(right.adaptor)),
        })
    }

    /// Numbers of any type from a literal on, where the loop's own range may be cut short: outside of all
    /// iterations. Anything else is read as usual.
    pub(super) fn numbers_or(
        &mut self,
        node: &syn::Expr,
        usual: fn(&mut Self, &syn::Expr) -> Option<Source>,
    ) -> Option<Source> {
        let range = range(node).filter(|_| self.path.is_empty());
        let Some((start, Some(end))) = range else {
            return usual(self, node);
        };
        let (start, end) = (self.expr(start), self.expr(end));
        let first = self.known(start)?;
        let span = self.exprs[end].span;
        let end = self.push(ExprKind::Call(Builtin::Max, vec![end, start]), span);
        let count = self.as_count(end);
        let first = self.number(first, span);
        let count = self.minus(count, first);
        Some(Source {
            stream: Stream::Counted { start, count },
            adaptor: Adaptor::Range,
        })
    }

    /// As many numbers as there are items.
    fn beside(&mut self, start: &syn::Expr, items: &Stream) -> Option<Source> {
        let span = span::of(start);
        let start = self.expr(start);
        let first = self.known(start)?;
        let count = self.count(items, span);
        let adaptor = Adaptor::RangeFrom;
        if !self.path.is_empty() {
            // Whatever there is can be counted in this type.
            let start = self.number(first, span);
            let stream = Stream::Numbers { start, count };
            return Some(Source { stream, adaptor });
        }
        let room = self.push(ExprKind::Call(Builtin::Room, vec![start]), span);
        for length in self.lengths(items, span)? {
            let fits = self.compare_made(BinaryOp::Lt, length, room);
            self.required.push(fits);
        }
        let stream = Stream::Counted { start, count };
        Some(Source { stream, adaptor })
    }

    /// Numbers, each at least that of the items.
    fn lengths(&mut self, items: &Stream, span: Span) -> Option<Vec<ExprId>> {
        Some(match items {
            Stream::Numbers { count, .. } | Stream::Counted { count, .. } => vec![*count],
            Stream::Along { part, along } => vec![self.part_len(part, *along, span)],
            Stream::Chunks { part, .. } | Stream::Windows { part, .. } => {
                vec![self.part_len(part, 0, span)]
            }
            Stream::Elements { .. } => return None,
            stream => {
                let mut all = Vec::new();
                for source in stream.sources() {
                    all.extend(self.lengths(source, span)?);
                }
                all
            }
        })
    }

    fn as_count(&mut self, number: ExprId) -> ExprId {
        let span = self.exprs[number].span;
        self.push(ExprKind::Cast(number, Scalar::Usize), span)
    }

    /// The number at a position.
    pub(super) fn counted(&mut self, start: ExprId, at: ExprId, span: Span) -> ExprId {
        self.push(ExprKind::Call(Builtin::Counted, vec![start, at]), span)
    }
}

/// What a call of a function `zip` makes pairs of, if it seems to be std's.
pub(super) fn zip_of(call: &syn::ExprCall) -> Option<(&syn::Expr, &syn::Expr)> {
    let syn::Expr::Path(path) = &*call.func else {
        return None;
    };
    let last = path.path.segments.last()?;
    let plain = path.qself.is_none() && last.ident == "zip" && last.arguments.is_none();
    match &call.args.iter().collect::<Vec<_>>()[..] {
        [left, right] if plain => Some((left, right)),
        _ => None,
    }
}

/// The start of `0..`, a number.
fn endless(node: &syn::Expr) -> Option<&syn::Expr> {
    match range(node)? {
        (start, None) => Some(start),
        _ => None,
    }
}

/// The ends of a range from a number on.
fn range(node: &syn::Expr) -> Option<(&syn::Expr, Option<&syn::Expr>)> {
    match node {
        syn::Expr::Paren(of) => range(&of.expr),
        syn::Expr::Group(of) => range(&of.expr),
        syn::Expr::Range(of) if matches!(of.limits, syn::RangeLimits::HalfOpen(_)) => {
            let start = of.start.as_deref()?;
            let number = matches!(start, syn::Expr::Lit(of) if matches!(of.lit, syn::Lit::Int(_)));
            number.then_some((start, of.end.as_deref()))
        }
        _ => None,
    }
}
