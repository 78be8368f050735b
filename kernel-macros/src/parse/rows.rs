//! Whole rows: `p[i]` where the elements of `p` are fixed arrays, read, written and taken apart.
//!
//! A row is its elements, one by one; the first is the one that fails if the index does, and
//! nothing is written then. An index with statements in it is evaluated once, before them.

use super::Parser;
use super::expr::Shape;
use super::local::repeated;
use super::part::{Dim, Part};
use super::span;
use super::ty;
use crate::ir::types::ViewKind;
use crate::ir::{
    Access, AccessId, AccessMode, BinaryOp, Block, ExprId, ExprKind, IndexStyle, Pat, Place, Span,
    Stmt, StmtKind, VarId,
};
use proc_macro2::{Ident, Literal};
use quote::ToTokens;

/// Longer rows are not written out.
const LONGEST: u64 = 64;

/// `array[index]` where that is a row, or one of rows.
pub(super) struct Row<'a> {
    array: VarId,
    index: Vec<&'a syn::Expr>,
    /// Its length, and those of its rows.
    lens: Vec<u64>,
    span: Span,
}

/// An index of a row, and the variable that holds it where it cannot be read several times.
type Held<'a> = (&'a syn::Expr, Option<VarId>);

/// How many numbers stand in the array that a `Vec` is made of, as a number or one by one.
fn new_row(made: &syn::Expr) -> Option<u64> {
    let is_array = |node: &syn::Expr| matches!(node, syn::Expr::Array(_) | syn::Expr::Repeat(_));
    match repeated(made)? {
        syn::Expr::Repeat(row) if !is_array(&row.expr) => ty::literal_len(&row.len),
        syn::Expr::Array(row) if !row.elems.iter().any(is_array) => {
            u64::try_from(row.elems.len()).ok()
        }
        _ => None,
    }
}

impl Parser {
    /// The lengths of an array and of its rows, where its type says them in numbers.
    pub(super) fn learn_rows(&mut self, array: VarId, written: &syn::Type) {
        if let Some(len) = ty::own_len(written) {
            self.lens.insert(array, len);
        }
        let lens = ty::row_lens(written).filter(|lens| !lens.contains(&0));
        if let Some(lens) = lens.filter(|lens| lens.iter().product::<u64>() <= LONGEST) {
            self.rows.insert(array, lens);
        }
    }

    /// The length of the rows of a new `Vec`, as `vec![[0.0; 3]; n]` says it. The region asks the array
    /// itself: the macro may be another one's.
    pub(super) fn learn_new_rows(&mut self, array: VarId, made: &syn::Expr) {
        let len = new_row(made).filter(|len| (1..=LONGEST).contains(len));
        let Some(len) = len.filter(|_| !self.rows.contains_key(&array)) else {
            return;
        };
        self.rows.insert(array, vec![len]);
        let len = Literal::u64_unsuffixed(len);
        self.row_names.insert(array, len.to_token_stream());
    }

    pub(super) fn row<'a>(&self, node: &'a syn::Expr) -> Option<Row<'a>> {
        let (base, index) = indexed(node)?;
        let array = self.named(base)?;
        let Shape { rank, kind } = *self.arrays.get(&array)?;
        let is_range = |at: &&syn::Expr| matches!(at, syn::Expr::Range(_));
        let short = index.len() < rank as usize;
        if kind != ViewKind::Slice || !short || index.iter().any(is_range) {
            return None;
        }
        let lens = self.rows.get(&array)?[index.len() - 1..].to_vec();
        let span = span::of(node);
        Some(Row {
            array,
            index,
            lens,
            span,
        })
    }

    /// The row's value: `[array[index][0], array[index][1], ..]`.
    pub(super) fn read_row(&mut self, row: &Row) -> ExprId {
        let (held, stmts) = self.index_once(row);
        let value = self.elements(row, &held, &mut Vec::new());
        if stmts.is_empty() {
            return value;
        }
        let value = Some(value);
        self.push(ExprKind::Block(Block { stmts, value }), row.span)
    }

    /// The elements of a row below that place in it.
    fn elements(&mut self, row: &Row, held: &[Held<'_>], place: &mut Vec<u64>) -> ExprId {
        let Some(len) = row.lens.get(place.len()) else {
            let access = self.row_element(row, held, place, AccessMode::Load);
            return self.push(ExprKind::Load(access), row.span);
        };
        let mut elements = Vec::new();
        for number in 0..*len {
            place.push(number);
            elements.push(self.elements(row, held, place));
            place.pop();
        }
        self.push(ExprKind::Array(elements), row.span)
    }

    /// The variables that hold indices which cannot be read several times.
    fn index_once<'a>(&mut self, row: &Row<'a>) -> (Vec<Held<'a>>, Vec<Stmt>) {
        let mut stmts = Vec::new();
        let held = row.index.iter().map(|at| {
            let plain = is_plain(at);
            let var = (!plain).then(|| {
                let value = self.expr(at);
                let (var, bind) = self.bind_hidden_to("at", value, row.span);
                stmts.push(bind);
                var
            });
            (*at, var)
        });
        let held = held.collect();
        (held, stmts)
    }

    /// A row that has a name, as a value.
    pub(super) fn read_whole(&mut self, part: &Part, span: Span) -> Option<ExprId> {
        if part.local && matches!(part.dims[..], [Dim::All]) {
            return Some(self.push(ExprKind::Var(part.array), span));
        }
        let len = self.whole_row(part)?;
        let elements = (0..len).map(|number| {
            let at = self.number(number.into(), span);
            let element = self.part_at(part, 0, at);
            self.read_part(&element, span)
        });
        let elements = elements.collect();
        Some(self.push(ExprKind::Array(elements), span))
    }

    /// The length of a part that is all of a row.
    fn whole_row(&self, part: &Part) -> Option<u64> {
        let last = part.dims.len().checked_sub(1)?;
        let is_row = part.kind == ViewKind::Slice && matches!(part.dims[last], Dim::All);
        if !is_row || part.dims.len() < 2 || part.rank() != 1 {
            return None;
        }
        self.rows.get(&part.array)?.last().copied()
    }

    /// `*row = value;` of a row that has a name.
    pub(super) fn write_whole(&mut self, node: &syn::Expr, value: ExprId) -> Option<StmtKind> {
        let syn::Expr::Unary(target) = node else {
            return None;
        };
        let part = self.segment(self.named(&target.expr)?)?.clone();
        let span = span::of(node);
        if part.local && matches!(part.dims[..], [Dim::All]) {
            return Some(self.assignment(Place::Var(part.array), None, value));
        }
        let len = self.whole_row(&part)?;
        let (parts, whole) = self.bind_hidden_to("parts", value, span);
        let mut stmts = vec![whole];
        for number in 0..len {
            let at = self.number(number.into(), span);
            let element = self.part_at(&part, 0, at);
            let place = self.part_element(&element, Vec::new(), AccessMode::Store, span);
            let value = self.piece(parts, &[number], span);
            let kind = self.assignment(place.into(), None, value);
            stmts.push(Stmt { kind, span });
        }
        let block = Block { stmts, value: None };
        Some(StmtKind::Expr(self.push(ExprKind::Block(block), span)))
    }

    /// `array[index] = value;`, the value first.
    pub(super) fn write_row(&mut self, row: &Row, value: ExprId) -> StmtKind {
        let (parts, whole) = self.bind_hidden_to("parts", value, row.span);
        let (held, binds) = self.index_once(row);
        let mut stmts = vec![whole];
        stmts.extend(binds);
        for place in places(&row.lens) {
            let access = self.row_element(row, &held, &place, AccessMode::Store);
            let value = self.piece(parts, &place, row.span);
            let kind = StmtKind::Assign {
                target: Place::Element(access),
                op: None,
                value,
            };
            let span = row.span;
            stmts.push(Stmt { kind, span });
        }
        let block = Block { stmts, value: None };
        StmtKind::Expr(self.push(ExprKind::Block(block), row.span))
    }

    /// `[a, b, c]` as a pattern is `(a, b, c)`, held against the parts of the value.
    pub(super) fn take_apart(&mut self, pat: &syn::PatSlice, init: ExprId) -> Option<ExprId> {
        if !self.can_take_apart(pat) {
            return None;
        }
        let span = self.exprs[init].span;
        let (whole, bind) = self.bind_hidden_to("parts", init, span);
        let parts = (0..pat.elems.len() as u64).map(|number| self.piece(whole, &[number], span));
        let parts = parts.collect();
        let value = Some(self.push(ExprKind::Tuple(parts), span));
        let stmts = vec![bind];
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    pub(super) fn can_take_apart(&self, pat: &syn::PatSlice) -> bool {
        let plain = |part: &syn::Pat| match part {
            syn::Pat::Ident(part) => part.by_ref.is_none() && part.subpat.is_none(),
            part => matches!(part, syn::Pat::Wild(_)),
        };
        !self.path.is_empty() && pat.elems.iter().all(plain)
    }

    pub(super) fn bind_hidden_to(
        &mut self,
        name: &str,
        value: ExprId,
        span: Span,
    ) -> (VarId, Stmt) {
        let name = Ident::new(name, proc_macro2::Span::mixed_site());
        let kind = self.local_kind();
        let var = self.bind_hidden(&name, kind);
        let kind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        (var, Stmt { kind, span })
    }

    fn row_element(
        &mut self,
        row: &Row,
        held: &[Held<'_>],
        place: &[u64],
        mode: AccessMode,
    ) -> AccessId {
        let index = held.iter().map(|(written, var)| match var {
            Some(var) => self.push(ExprKind::Var(*var), row.span),
            None => self.expr(written),
        });
        let mut index: Vec<ExprId> = index.collect();
        let inside = place.iter();
        index.extend(inside.map(|at| self.push(ExprKind::Int((*at).into(), None), row.span)));
        self.accesses.push(Access {
            array: row.array,
            index,
            mode,
            span: row.span,
            brackets: row.span.end,
            style: IndexStyle::Row,
            inside: false,
            own: Vec::new(),
            through: None,
            part: None,
        })
    }

    fn piece(&mut self, base: VarId, place: &[u64], span: Span) -> ExprId {
        let index = place.iter();
        let index = index.map(|at| self.push(ExprKind::Int((*at).into(), None), span));
        let index = index.collect();
        self.push(ExprKind::LocalElement { base, index }, span)
    }

    /// A length that the macro can read: numbers, and constants of the kernel that are numbers.
    pub(super) fn length(&self, node: &syn::Expr) -> Option<u64> {
        match node {
            syn::Expr::Paren(paren) => self.length(&paren.expr),
            syn::Expr::Group(group) => self.length(&group.expr),
            syn::Expr::Path(_) => self.lengths.get(&self.named(node)?).copied(),
            syn::Expr::Binary(binary) => {
                let (left, right) = (self.length(&binary.left)?, self.length(&binary.right)?);
                match super::expr::binary_op(&binary.op)? {
                    BinaryOp::Add => left.checked_add(right),
                    BinaryOp::Sub => left.checked_sub(right),
                    BinaryOp::Mul => left.checked_mul(right),
                    BinaryOp::Div => left.checked_div(right),
                    _ => None,
                }
            }
            node => ty::literal_len(node),
        }
    }
}

/// `array[i][j]`: the array and the indices.
pub(super) fn indexed(node: &syn::Expr) -> Option<(&syn::Expr, Vec<&syn::Expr>)> {
    let syn::Expr::Index(at) = node else {
        return None;
    };
    let (base, mut index) = indexed(&at.expr).unwrap_or((&at.expr, Vec::new()));
    index.push(&at.index);
    Some((base, index))
}

/// All places in arrays of arrays of these lengths.
fn places(lens: &[u64]) -> Vec<Vec<u64>> {
    lens.iter().fold(vec![Vec::new()], |outer, len| {
        let longer = |place: &Vec<u64>, at| [place.clone(), vec![at]].concat();
        let within = |place| (0..*len).map(move |at| (place, at));
        let all = outer.iter().flat_map(within);
        all.map(|(place, at)| longer(place, at)).collect()
    })
}

/// Whether reading an expression again and again changes nothing and says nothing new.
pub(super) fn is_plain(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Path(_) | syn::Expr::Lit(_) => true,
        syn::Expr::Paren(node) => is_plain(&node.expr),
        syn::Expr::Cast(node) => is_plain(&node.expr),
        syn::Expr::Binary(node) => is_plain(&node.left) && is_plain(&node.right),
        syn::Expr::Index(node) => is_plain(&node.expr) && is_plain(&node.index),
        _ => false,
    }
}
