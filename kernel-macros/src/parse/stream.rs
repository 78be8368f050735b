//! Iterators over arrays: how many items they hand out, and which.
//!
//! A [`Stream`] is random access in disguise: every iterator here knows its length, and its item at
//! a position is a part of an array, a number, or a tuple of them. So a loop over one is a loop over
//! positions. Which of them an expression makes, `source.rs` reads.

use super::Parser;
use super::part::Part;
use crate::ir::types::ViewKind;
use crate::ir::{ExprId, LoopId, Span};
use std::rc::Rc;

/// What an iterator hands out.
pub(super) enum Stream {
    /// `start..`, so many.
    Numbers {
        start: ExprId,
        count: ExprId,
    },
    /// Numbers of another type, from a literal on, so many.
    Counted {
        start: ExprId,
        count: ExprId,
    },
    /// The places along one of a part's own dimensions.
    Along {
        part: Part,
        along: usize,
    },
    /// Pieces of a slice, the last of which may be short unless they are exact.
    Chunks {
        part: Part,
        size: ExprId,
        exact: bool,
    },
    Windows {
        part: Part,
        size: ExprId,
    },
    /// Every element of an array of several dimensions, row by row.
    Elements {
        part: Part,
        indexed: bool,
    },
    /// The values of what another hands out references to.
    Values(Box<Stream>),
    Enumerate(Box<Stream>),
    Rev(Box<Stream>),
    StepBy(Box<Stream>, ExprId),
    Take(Box<Stream>, ExprId),
    Skip(Box<Stream>, ExprId),
    Zip(Box<Stream>, Box<Stream>),
    /// What a closure makes of the items, on the right of a zip.
    Mapped(Box<Stream>, Rc<syn::ExprClosure>),
}

/// One item.
#[derive(Clone)]
pub(super) enum Item {
    Number(ExprId),
    /// A reference to a number.
    Lent(ExprId),
    /// A reference to an element, a slice, or a view.
    Part(Part),
    /// An element's value.
    Value(Part),
    Tuple(Vec<Item>),
    /// What a closure makes of an item, which is to be evaluated once.
    Mapped(Box<Item>, Rc<syn::ExprClosure>),
}

impl Stream {
    /// The iterators that this one asks for its items.
    pub fn sources(&self) -> Vec<&Stream> {
        match self {
            Stream::Numbers { .. }
            | Stream::Counted { .. }
            | Stream::Along { .. }
            | Stream::Chunks { .. }
            | Stream::Windows { .. }
            | Stream::Elements { .. } => Vec::new(),
            Stream::Values(inner)
            | Stream::Enumerate(inner)
            | Stream::Rev(inner)
            | Stream::StepBy(inner, _)
            | Stream::Take(inner, _)
            | Stream::Skip(inner, _)
            | Stream::Mapped(inner, _) => vec![inner],
            Stream::Zip(left, right) => vec![left, right],
        }
    }

    /// The part of an array that it goes over by itself.
    fn part(&self) -> Option<&Part> {
        match self {
            Stream::Along { part, .. }
            | Stream::Chunks { part, .. }
            | Stream::Windows { part, .. }
            | Stream::Elements { part, .. } => Some(part),
            _ => None,
        }
    }

    /// The parts of arrays that it goes over.
    pub fn parts(&self) -> Vec<&Part> {
        let inside = self.sources().into_iter().flat_map(Stream::parts);
        self.part().into_iter().chain(inside).collect()
    }

    /// Whether it goes along one dimension at a time.
    fn is_linear(&self) -> bool {
        let nest = matches!(self, Stream::Elements { .. });
        !nest && self.sources().into_iter().all(Stream::is_linear)
    }

    /// Whether a loop or a nest of loops can go over it.
    pub fn is_known(&self) -> bool {
        self.is_linear() || self.grid_rank().is_some()
    }
}

impl Parser {
    /// How many items there are.
    pub(super) fn count(&mut self, stream: &Stream, span: Span) -> ExprId {
        match stream {
            Stream::Numbers { count, .. } | Stream::Counted { count, .. } => *count,
            Stream::Along { part, along } => self.part_len(part, *along, span),
            Stream::Chunks { part, size, exact } => {
                let len = self.part_len(part, 0, span);
                let size = self.at_least_one(*size);
                if *exact {
                    return self.quotient(len, size);
                }
                self.quotient_up(len, size)
            }
            Stream::Windows { part, size } => {
                let len = self.part_len(part, 0, span);
                let (one, size) = (self.number(1, span), self.at_least_one(*size));
                let less = self.minus(size, one);
                let less = self.least(len, less);
                self.minus(len, less)
            }
            // A grid's own length is its outermost loop's.
            Stream::Elements { part, .. } => self.part_len(part, 0, span),
            Stream::Values(inner)
            | Stream::Enumerate(inner)
            | Stream::Rev(inner)
            | Stream::Mapped(inner, _) => self.count(inner, span),
            Stream::StepBy(inner, step) => {
                let count = self.count(inner, span);
                let step = self.at_least_one(*step);
                self.quotient_up(count, step)
            }
            Stream::Take(inner, most) => {
                let count = self.count(inner, span);
                self.least(count, *most)
            }
            Stream::Skip(inner, first) => {
                let count = self.count(inner, span);
                let first = self.least(count, *first);
                self.minus(count, first)
            }
            Stream::Zip(left, _) if left.grid_rank().is_some() => self.count(left, span),
            Stream::Zip(left, right) => {
                let (left, right) = (self.count(left, span), self.count(right, span));
                self.least(left, right)
            }
        }
    }

    /// `left / right`, rounded up.
    fn quotient_up(&mut self, left: ExprId, right: ExprId) -> ExprId {
        if self.known(right) == Some(1) {
            return left;
        }
        let one = self.number(1, self.exprs[left].span);
        let any = self.least(left, one);
        let rest = self.minus(left, any);
        let whole = self.quotient(rest, right);
        self.plus(whole, any)
    }

    /// The item at a position that is below the count. `by` is the loop that hands it out.
    pub(super) fn item(&mut self, stream: &Stream, at: ExprId, by: LoopId) -> Item {
        let span = self.exprs[at].span;
        match stream {
            Stream::Numbers { start, .. } => Item::Number(self.plus(*start, at)),
            Stream::Counted { start, .. } => Item::Number(self.counted(*start, at, span)),
            Stream::Along { part, along } => {
                let inner = self.part_at(part, *along, at);
                Item::Part(inner.owned_by(by))
            }
            Stream::Chunks { part, size, exact } => {
                let start = self.times(at, *size);
                let len = if *exact {
                    *size
                } else {
                    let all = self.part_len(part, 0, span);
                    let left = self.minus(all, start);
                    self.least(left, *size)
                };
                let inner = self.part_from(part, start, len);
                Item::Part(inner.owned_by(by))
            }
            Stream::Windows { part, size } => Item::Part(self.part_from(part, at, *size)),
            Stream::Elements { .. } => unreachable!("a nest of loops goes over these"),
            Stream::Values(inner) => match self.item(inner, at, by) {
                Item::Part(part) => Item::Value(part),
                item => item,
            },
            Stream::Enumerate(inner) => {
                let item = self.item(inner, at, by);
                Item::Tuple(vec![Item::Number(at), item])
            }
            Stream::Rev(inner) => {
                let (count, one) = (self.count(inner, span), self.number(1, span));
                let last = self.minus(count, one);
                let at = self.minus(last, at);
                self.item(inner, at, by)
            }
            Stream::StepBy(inner, step) => {
                let at = self.times(at, *step);
                self.item(inner, at, by)
            }
            Stream::Take(inner, _) => self.item(inner, at, by),
            Stream::Skip(inner, first) => {
                let count = self.count(inner, span);
                let first = self.least(count, *first);
                let at = self.plus(first, at);
                self.item(inner, at, by)
            }
            Stream::Zip(left, right) => {
                let items = vec![self.item(left, at, by), self.item(right, at, by)];
                Item::Tuple(items)
            }
            Stream::Mapped(inner, map) => {
                let item = self.item(inner, at, by);
                Item::Mapped(Box::new(item), map.clone())
            }
        }
    }
}

impl Part {
    /// Handed out by a loop, for writing perhaps: then it is that iteration's own.
    fn owned_by(mut self, by: LoopId) -> Part {
        if self.writable {
            self.own.push(by);
        }
        self
    }
}

/// The iterator of an array's items, as `for` makes it.
pub(super) fn every_item(part: Part) -> Option<Stream> {
    match (part.kind, part.rank()) {
        (_, 0) => None,
        (ViewKind::NdArray, 2..) => {
            let indexed = false;
            Some(Stream::Elements { part, indexed })
        }
        _ => Some(Stream::Along { part, along: 0 }),
    }
}

/// Whether the items are references to elements.
pub(super) fn is_references(stream: &Stream) -> bool {
    match stream {
        Stream::Along { part, .. } => part.rank() == 1 && !part.writable,
        Stream::Elements { part, indexed } => !part.writable && !indexed,
        Stream::Rev(inner)
        | Stream::StepBy(inner, _)
        | Stream::Take(inner, _)
        | Stream::Skip(inner, _) => is_references(inner),
        _ => false,
    }
}
