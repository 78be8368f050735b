//! Parts of arrays: what a slice, a row, a chunk or an iterator's element is.
//!
//! A part is no value of the IR. It is a name for places in the array that it comes from, so that
//! the proof sees all accesses to an array under one name. A fixed array of the iteration's own has
//! parts like any other.

use super::Parser;
use super::expr::{Indexed, Shape};
use crate::ir::types::ViewKind;
use crate::ir::{
    self, Access, AccessMode, BinaryOp, ExprId, ExprKind, IndexStyle, LoopId, PartNames, Scalar,
    Span, Stmt, StmtKind, Ty, VarId,
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote_spanned};

/// Some of an array's dimensions, or some of a dimension.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub array: VarId,
    /// The array is a variable of the iteration.
    pub local: bool,
    pub kind: ViewKind,
    /// One for each dimension of the array.
    pub dims: Vec<Dim>,
    /// It is borrowed for writing, not merely for reading.
    pub writable: bool,
    /// See [`Access::own`].
    pub own: Vec<LoopId>,
    /// The outermost name that borrows it for writing.
    pub through: Option<VarId>,
    /// The number of the tuple that the element is.
    pub component: Option<u32>,
}

/// What a part has of one dimension of its array.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dim {
    /// One place, which is known to be in bounds.
    At(ExprId),
    /// All.
    All,
    /// So many places from `start` on, known to be in bounds.
    Span { start: ExprId, len: ExprId },
}

impl Part {
    /// All of an array.
    pub fn whole(array: VarId, shape: Shape) -> Part {
        Part {
            array,
            local: false,
            kind: shape.kind,
            dims: vec![Dim::All; shape.rank as usize],
            writable: false,
            own: Vec::new(),
            through: None,
            component: None,
        }
    }

    /// All of a fixed array that an iteration binds: its elements may be arrays in their turn.
    pub fn local(array: VarId) -> Part {
        let (rank, kind) = (1, ViewKind::Slice);
        let whole = Part::whole(array, Shape { rank, kind });
        Part {
            local: true,
            ..whole
        }
    }

    /// The array's dimensions that the part has, too.
    pub fn free(&self) -> Vec<usize> {
        let free = |dim: &usize| !matches!(self.dims[*dim], Dim::At(_));
        (0..self.dims.len()).filter(free).collect()
    }

    pub fn rank(&self) -> usize {
        self.free().len()
    }

    /// A slice of its first dimension is one again.
    pub fn is_slice(&self) -> bool {
        self.kind == ViewKind::Slice && self.rank() >= 1
    }

    fn style(&self) -> IndexStyle {
        match (self.kind, self.dims.len()) {
            (_, 1) => IndexStyle::Flat,
            (ViewKind::Slice, _) => IndexStyle::Nested,
            (ViewKind::NdArray, _) => IndexStyle::Bracketed,
        }
    }
}

impl Parser {
    /// The array, or the part of one, that a variable is.
    pub(super) fn part(&self, var: VarId) -> Option<Part> {
        let whole = || match self.arrays.get(&var) {
            Some(shape) => Some(Part::whole(var, *shape)),
            None => self.fixed.contains(&var).then(|| Part::local(var)),
        };
        self.parts.get(&var).cloned().or_else(whole)
    }

    /// The part that a variable borrows, where it has more than one element.
    pub(super) fn segment(&self, var: VarId) -> Option<&Part> {
        self.parts.get(&var).filter(|part| part.rank() > 0)
    }

    /// Length along one of the part's own dimensions.
    pub(super) fn part_len(&mut self, part: &Part, along: usize, span: Span) -> ExprId {
        let dim = part.free()[along];
        match part.dims[dim] {
            Dim::Span { len, .. } => len,
            Dim::All | Dim::At(_) => {
                let kind = ExprKind::Len {
                    array: part.array,
                    dim: dim as u32,
                };
                let id = self.push(kind, span);
                self.exprs[id].ty = Ty::Scalar(Scalar::Usize);
                id
            }
        }
    }

    /// One place along one of the part's own dimensions; `at` is below the length.
    pub(super) fn part_at(&mut self, part: &Part, along: usize, at: ExprId) -> Part {
        let dim = part.free()[along];
        let at = match part.dims[dim] {
            Dim::Span { start, .. } => self.plus(start, at),
            Dim::All | Dim::At(_) => at,
        };
        let mut inner = part.clone();
        inner.dims[dim] = Dim::At(at);
        inner
    }

    /// So many places from `start` on, which are all there.
    pub(super) fn part_from(&mut self, part: &Part, start: ExprId, len: ExprId) -> Part {
        let dim = part.free()[0];
        let start = match part.dims[dim] {
            Dim::Span { start: first, .. } => self.plus(first, start),
            Dim::All | Dim::At(_) => start,
        };
        let mut inner = part.clone();
        inner.dims[dim] = Dim::Span { start, len };
        inner
    }

    /// An element, at one index for each of the part's own dimensions. Its bounds checks go to
    /// [`Parser::checks`].
    pub(super) fn part_element(
        &mut self,
        part: &Part,
        index: Vec<ExprId>,
        mode: AccessMode,
        span: Span,
    ) -> Indexed {
        let mut written = index.into_iter();
        let mut places = Vec::new();
        for dim in &part.dims {
            let place = match *dim {
                Dim::At(at) => at,
                Dim::All => written.next().expect("an index for each dimension"),
                Dim::Span { start, len } => {
                    let at = written.next().expect("an index for each dimension");
                    self.check_index(at, len, span);
                    self.plus(start, at)
                }
            };
            places.push(place);
        }
        if part.local {
            return Indexed::Local {
                base: part.array,
                index: places,
            };
        }
        let all = |dim: &Dim| matches!(dim, Dim::All);
        let component = part.component.filter(|_| mode != AccessMode::Load);
        Indexed::Array(self.accesses.push(Access {
            array: part.array,
            index: places,
            mode,
            span,
            brackets: span.end,
            style: part.style(),
            inside: !part.dims.iter().any(all),
            own: part.own.clone(),
            through: part.through,
            part: component.map(component_named),
        }))
    }

    /// `at < len`, or else what Rust says of a slice of this length.
    fn check_index(&mut self, at: ExprId, len: ExprId, span: Span) {
        let cond = self.compare_made(BinaryOp::Lt, at, len);
        if self.holds(cond) {
            return;
        }
        let tokens = indexed(span, 1, &recorded(span, 0).to_token_stream());
        let check = assertion(cond, vec![at, len], tokens, span);
        self.checks.push(check);
    }

    /// What must hold where a part is borrowed, or else what Rust says of it: checked before the
    /// statement that is being read.
    pub(super) fn demand(
        &mut self,
        cond: ExprId,
        args: Vec<ExprId>,
        tokens: TokenStream,
        span: Span,
    ) {
        if self.holds(cond) {
            return;
        }
        self.before.push(assertion(cond, args, tokens, span));
        self.required.push(cond);
    }

    /// Whether a condition is one of literals, and true.
    fn holds(&self, cond: ExprId) -> bool {
        let ExprKind::Binary(op, left, right) = self.exprs[cond].kind else {
            return false;
        };
        match (op, self.known(left), self.known(right)) {
            (BinaryOp::Lt, Some(left), Some(right)) => left < right,
            (BinaryOp::Le, Some(left), Some(right)) => left <= right,
            _ => false,
        }
    }

    /// The value of an element.
    pub(super) fn read_part(&mut self, part: &Part, span: Span) -> ExprId {
        let kind = match self.part_element(part, Vec::new(), AccessMode::Load, span) {
            Indexed::Array(access) => ExprKind::Load(access),
            Indexed::Local { base, index } => ExprKind::LocalElement { base, index },
        };
        let element = self.push(kind, span);
        match part.component {
            Some(number) => self.push(ExprKind::Field(element, number), span),
            None => element,
        }
    }
}

/// A number of an element that is a tuple.
fn component_named(number: u32) -> ir::Part {
    let named = Some(PartNames::Numbers);
    ir::Part { number, named }
}

/// A check whose failure these tokens raise, given the arguments as [`recorded`].
pub(super) fn assertion(cond: ExprId, args: Vec<ExprId>, tokens: TokenStream, span: Span) -> Stmt {
    let kind = StmtKind::Assert {
        cond,
        args,
        tokens,
        debug_only: false,
    };
    Stmt { kind, span }
}

/// The name under which a failure's argument is found where it is raised.
pub(super) fn recorded(span: Span, position: usize) -> Ident {
    Ident::new(&format!("__kernel_arg{position}"), span.start)
}

/// Indexes a slice of as many elements without a size as that argument says: the length is all that
/// a slice's own messages speak of. The name and the brackets stand where the user's do, which is
/// where rustc shows a failure.
pub(super) fn indexed(span: Span, len: usize, index: &TokenStream) -> TokenStream {
    let (name, len) = (
        Ident::new("__kernel_slice", span.start),
        recorded(span, len),
    );
    let element = quote_spanned!(span.end=> #name[#index]);
    quote_spanned! {span.start=>
        let #name: &[()] = &(&[(); !0])[..#len];
        let _ = &#element;
    }
}

/// Calls a method again where the user's call stands, which for rustc begins at the method's name.
pub(super) fn called(method: &Ident, args: &TokenStream) -> TokenStream {
    quote_spanned!(method.span()=> #method(#args))
}
