//! Loops over iterators: a hidden position, and names for what is handed out there.

use super::Parser;
use super::part::Part;
use super::pipeline::Stage;
use super::source::Source;
use super::stream::{Item, Stream};
use crate::ir::iteration::Adaptor;
use crate::ir::names::WRITTEN;
use crate::ir::types::{Made, ViewKind};
use crate::ir::{
    Block, ExprId, ExprKind, Iteration, LoopId, Opaque, Pat, Range, Span, Stmt, StmtKind, Ty,
    VarId, VarKind,
};
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};

const PATTERN_HELP: &str = "name the items, or take tuples and references apart: `(i, x)`, `&x`";

impl Parser {
    /// A loop over an iterator: the range of its positions, and what it hands out at each.
    pub(super) fn iterator(&mut self, node: &syn::Expr) -> Option<(Range, Iteration, Stream)> {
        self.required.clear();
        self.makers.clear();
        let Source { stream, adaptor } = self.attempt(|parser| parser.source_or_zip(node))?;
        if !stream.is_known() {
            return None;
        }
        let span = super::span::of(node);
        let range = Range {
            start: self.number(0, span),
            end: self.count(&stream, span),
            inclusive: false,
            adapters: Vec::new(),
        };
        let mut requires = std::mem::take(&mut self.required);
        let makers = std::mem::take(&mut self.makers);
        let shapes = match adaptor {
            Adaptor::NdZip => self.one_length(&stream, span),
            _ => self.alike(&stream, span),
        };
        let alike = !shapes.is_empty();
        requires.extend(shapes);
        let iteration = Iteration {
            requires,
            alike,
            adaptor,
            makers,
            bound: 0,
            text: super::outside::text(node),
        };
        Some((range, iteration, stream))
    }

    /// The loop's variable and its body, which begins with so many statements for what the pattern
    /// binds.
    pub(super) fn iteration(
        &mut self,
        (node, stages): (&syn::ExprForLoop, &[Stage<'_>]),
        id: LoopId,
        stream: &Stream,
        opaque: &mut Option<Opaque>,
    ) -> (VarId, Block, usize) {
        let span = Span::of(&node.pat);
        let ident = first_name(&node.pat).unwrap_or_else(|| Ident::new("_", span.start));
        if stream.grid_rank().is_some() {
            return self.grid_iteration((node, stages), (id, &ident), stream, opaque);
        }
        let var = self.hidden(&ident, VarKind::Index(id), Ty::Unknown);
        let at = self.push(ExprKind::Var(var), span);
        let item = self.item(stream, at, id);
        let mut made = Vec::new();
        let item = self.settled(item, &mut made, opaque);
        let (mut body, bound) = self.staged_body(node, stages, item, opaque);
        if made.is_empty() {
            return (var, body, bound);
        }
        body.stmts.splice(0..0, made);
        (var, body, 0)
    }

    /// The same for a nest of loops.
    fn grid_iteration(
        &mut self,
        (node, stages): (&syn::ExprForLoop, &[Stage<'_>]),
        (id, ident): (LoopId, &Ident),
        stream: &Stream,
        opaque: &mut Option<Opaque>,
    ) -> (VarId, Block, usize) {
        let grid = self.open_grid(id, ident, stream);
        if let Some(frame) = self.frames.last_mut() {
            frame.levels = grid.loops.len() as u32;
        }
        let item = self.grid_item(stream, &grid);
        let (body, bound) = self.staged_body(node, stages, item, opaque);
        let (body, bound) = self.close_grid(&grid, body, bound, super::span::of(&node.expr));
        let ExprKind::Var(var) = self.exprs[grid.at[0]].kind else {
            unreachable!("a position is a variable");
        };
        (var, body, bound)
    }

    pub(super) fn iteration_body(
        &mut self,
        node: &syn::ExprForLoop,
        item: Item,
        opaque: &mut Option<Opaque>,
    ) -> (Block, usize) {
        let mut bound = Vec::new();
        if !self.bind_item(&node.pat, item, &mut bound) {
            self.bind_unknown(&node.pat);
            let what = format!("the pattern `{}` in a loop", node.pat.to_token_stream());
            let this = self.opaque_loop(what, Some(PATTERN_HELP));
            opaque.get_or_insert(this);
        }
        let mut body = self.loop_body(node);
        let count = bound.len();
        body.stmts.splice(0..0, bound);
        (body, count)
    }

    /// Binds a pattern's names to parts of an item. False if that cannot be said.
    pub(super) fn bind_item(&mut self, pat: &syn::Pat, item: Item, bound: &mut Vec<Stmt>) -> bool {
        match (pat, item) {
            (syn::Pat::Wild(_), _) => true,
            (syn::Pat::Or(all), item) if is_made(all) => {
                let mut patterns = all.cases.iter();
                patterns.all(|pat| self.bind_item(pat, item.clone(), bound))
            }
            (syn::Pat::Paren(pat), item) => self.bind_item(&pat.pat, item, bound),
            (syn::Pat::Ident(pat), item) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                self.bind_name(pat, item, bound)
            }
            (syn::Pat::Reference(pat), Item::Part(part)) if part.rank() == 0 => {
                self.bind_item(&pat.pat, Item::Value(part), bound)
            }
            (syn::Pat::Tuple(pat), Item::Part(part)) if self.is_lent_tuple(&part) => {
                self.bind_lent_tuple(pat, &part, bound)
            }
            (pat, Item::Part(part)) if is_composite(pat) && self.is_taken_apart(pat, &part) => {
                self.bind_composite((pat, true), &part, bound)
            }
            (pat, Item::Value(part)) if is_composite(pat) && self.is_taken_apart(pat, &part) => {
                self.bind_composite((pat, false), &part, bound)
            }
            (syn::Pat::Slice(pat), Item::Part(part)) => {
                self.bind_row(pat, &part, Item::Part, bound)
            }
            (syn::Pat::Reference(pat), Item::Part(part)) => match &*pat.pat {
                syn::Pat::Slice(pat) if part.rank() == 1 => {
                    self.bind_row(pat, &part, Item::Value, bound)
                }
                _ => false,
            },
            (pat, Item::Number(value)) if is_composite(pat) => {
                self.bind_components(pat, (value, false), bound)
            }
            (pat, Item::Lent(value)) if is_composite(pat) => {
                self.bind_components(pat, (value, true), bound)
            }
            (syn::Pat::Reference(pat), Item::Lent(value)) => {
                self.bind_item(&pat.pat, Item::Number(value), bound)
            }
            (syn::Pat::Tuple(pat), Item::Tuple(items)) if pat.elems.len() == items.len() => {
                let mut pairs = pat.elems.iter().zip(items);
                pairs.all(|(pat, item)| self.bind_item(pat, item, bound))
            }
            _ => false,
        }
    }

    /// Whether an element is a value that the pattern takes apart. What the elements of a table from outside
    /// are, the pattern says, and rustc confirms.
    fn is_taken_apart(&self, pat: &syn::Pat, part: &Part) -> bool {
        let table = self.tables.contains(&part.array) && part.rank() == 0 && is_tuple(pat);
        part.local || table || self.is_of_tuples(part.array)
    }

    /// Whether an element that an iterator hands out for writing is a tuple.
    pub(super) fn is_lent_tuple(&self, part: &Part) -> bool {
        let whole = part.rank() == 0 && part.component.is_none();
        part.writable && whole && !part.local && self.is_of_tuples(part.array)
    }

    /// `(x, y)` against such an element: each name is one of its numbers, to write.
    pub(super) fn bind_lent_tuple(
        &mut self,
        pat: &syn::PatTuple,
        part: &Part,
        bound: &mut Vec<Stmt>,
    ) -> bool {
        let rest = |pat: &syn::Pat| matches!(pat, syn::Pat::Rest(_));
        if pat.elems.iter().any(rest) {
            return false;
        }
        (0..).zip(&pat.elems).all(|(number, pat)| {
            let component = Some(number);
            let part = part.clone();
            self.bind_item(pat, Item::Part(Part { component, ..part }), bound)
        })
    }

    fn is_of_tuples(&self, array: VarId) -> bool {
        let view = self.vars[array].ty.view();
        view.is_some_and(|view| matches!(view.made, Made::Tuple(_)))
    }

    /// A tuple or a row that a fixed array has as an element, taken apart.
    fn bind_composite(
        &mut self,
        (pat, lent): (&syn::Pat, bool),
        part: &Part,
        bound: &mut Vec<Stmt>,
    ) -> bool {
        if part.rank() > 0 || part.writable {
            return false;
        }
        let span = Span::of(pat);
        let (by_reference, pat) = match pat {
            syn::Pat::Reference(pat) => (false, &*pat.pat),
            pat => (lent, pat),
        };
        let value = self.read_part(part, span);
        self.bind_components(pat, (value, by_reference), bound)
    }

    /// Binds a pattern to a value that is made up of parts, or to a reference to it.
    fn bind_components(
        &mut self,
        pat: &syn::Pat,
        (value, by_reference): (ExprId, bool),
        bound: &mut Vec<Stmt>,
    ) -> bool {
        let span = Span::of(pat);
        let mut names = Vec::new();
        let Some(pat) = self.pattern(pat, &Ty::Unknown, &mut names) else {
            return false;
        };
        if by_reference {
            self.references.extend(names);
        } else if self.comes_borrowed(value) {
            self.borrowed.extend(names);
        }
        let init = Some(value);
        let kind = StmtKind::Let { pat, init };
        bound.push(Stmt { kind, span });
        true
    }

    /// `[x, y, z]` against a row: rustc takes the pattern for rows of that length alone.
    fn bind_row(
        &mut self,
        pat: &syn::PatSlice,
        row: &Part,
        item: fn(Part) -> Item,
        bound: &mut Vec<Stmt>,
    ) -> bool {
        let fixed = row.rank() >= 1 && row.dims.len() > row.rank();
        if row.kind != ViewKind::Slice
            || !fixed
            || pat
                .elems
                .iter()
                .any(|elem| matches!(elem, syn::Pat::Rest(_)))
        {
            return false;
        }
        (0..).zip(&pat.elems).all(|(number, elem)| {
            let at = self.number(number, Span::of(elem));
            let element = self.part_at(row, 0, at);
            self.bind_item(elem, item(element), bound)
        })
    }

    fn bind_name(&mut self, pat: &syn::PatIdent, item: Item, bound: &mut Vec<Stmt>) -> bool {
        let (ident, mutable) = (&pat.ident, pat.mutability.is_some());
        let span = Span::at(ident.span());
        match item {
            Item::Number(at) => self.bind_number(ident, mutable, at, bound),
            Item::Lent(value) => {
                let var = self.bind_value(ident, mutable, value, bound);
                self.references.insert(var);
            }
            Item::Value(part) => {
                let value = self.read_part(&part, span);
                let var = self.bind_value(ident, mutable, value, bound);
                self.learn_row(var, &part);
            }
            Item::Part(part) if part.rank() == 0 && !part.writable => {
                let value = self.read_part(&part, span);
                let var = self.bind_value(ident, mutable, value, bound);
                self.learn_row(var, &part);
                self.vars[var].tokens = quote!((*#ident));
                self.references.insert(var);
            }
            Item::Part(part) => _ = self.bind_part_name(ident, part),
            Item::Mapped(..) => return false,
            Item::Tuple(items) => {
                let Some(parts) = self.read_items(items, span) else {
                    return false;
                };
                let value = self.push(ExprKind::Tuple(parts), span);
                let var = self.bind_value(ident, mutable, value, bound);
                self.borrowed.insert(var);
                self.vars[var].tokens = TokenStream::new();
            }
        }
        true
    }

    /// An element that is an array itself is one to go over.
    fn learn_row(&mut self, var: VarId, of: &Part) {
        if of.local && self.of_arrays.contains(&of.array) {
            self.fixed.insert(var);
        }
    }

    /// A position: the loop's own variable gets the name, if that is what it is.
    fn bind_number(&mut self, ident: &Ident, mutable: bool, at: ExprId, bound: &mut Vec<Stmt>) {
        match self.exprs[at].kind {
            ExprKind::Var(var) if !mutable && self.vars[var].tokens.is_empty() => {
                self.vars[var].ident = ident.clone();
                self.vars[var].tokens = ident.to_token_stream();
                self.scopes.bind(ident, var);
            }
            _ => {
                self.bind_value(ident, mutable, at, bound);
            }
        }
    }

    fn bind_value(
        &mut self,
        ident: &Ident,
        mutable: bool,
        value: ExprId,
        bound: &mut Vec<Stmt>,
    ) -> VarId {
        let var = self.bind(ident, VarKind::Local, mutable, Ty::Unknown);
        if self.comes_borrowed(value) {
            self.borrowed.insert(var);
        }
        let kind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(value),
        };
        let span = Span::at(ident.span());
        bound.push(Stmt { kind, span });
        var
    }

    /// The values of items that are numbers and elements which nobody writes.
    fn read_items(&mut self, items: Vec<Item>, span: Span) -> Option<Vec<ExprId>> {
        let readable = |part: &Part| part.rank() == 0 && !part.writable;
        let values = items.into_iter().map(|item| match item {
            Item::Number(at) | Item::Lent(at) => Some(at),
            Item::Value(part) => Some(self.read_part(&part, span)),
            Item::Part(part) if readable(&part) => Some(self.read_part(&part, span)),
            Item::Part(_) | Item::Mapped(..) => None,
            Item::Tuple(items) => {
                let parts = self.read_items(items, span)?;
                Some(self.push(ExprKind::Tuple(parts), span))
            }
        });
        values.collect()
    }
}

/// A pattern of several names, perhaps behind a reference.
fn is_composite(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Paren(pat) => is_composite(&pat.pat),
        syn::Pat::Reference(pat) => is_composite(&pat.pat),
        pat => matches!(pat, syn::Pat::Tuple(_) | syn::Pat::Slice(_)),
    }
}

fn is_tuple(pat: &syn::Pat) -> bool {
    match pat {
        syn::Pat::Paren(pat) => is_tuple(&pat.pat),
        syn::Pat::Reference(pat) => is_tuple(&pat.pat),
        pat => matches!(pat, syn::Pat::Tuple(_)),
    }
}

/// `_ | first | second`, which stands for several patterns of one item: no source has it, as names would
/// be missing in `_`.
fn is_made(all: &syn::PatOr) -> bool {
    matches!(all.cases.first(), Some(syn::Pat::Wild(_)))
}

/// The first name that a pattern binds, and the user has written if there is one.
pub(super) fn first_name(pat: &syn::Pat) -> Option<Ident> {
    let written = |name: &Ident| !name.to_string().starts_with(WRITTEN);
    any_name(pat, &written).or_else(|| any_name(pat, &|_| true))
}

fn any_name(pat: &syn::Pat, is_wanted: &dyn Fn(&Ident) -> bool) -> Option<Ident> {
    let name = |pat: &syn::Pat| any_name(pat, is_wanted);
    match pat {
        syn::Pat::Ident(pat) => Some(pat.ident.clone()).filter(is_wanted),
        syn::Pat::Reference(pat) => name(&pat.pat),
        syn::Pat::Paren(pat) => name(&pat.pat),
        syn::Pat::Tuple(pat) => pat.elems.iter().find_map(name),
        syn::Pat::Slice(pat) => pat.elems.iter().find_map(name),
        syn::Pat::Or(pat) => pat.cases.iter().find_map(name),
        _ => None,
    }
}
