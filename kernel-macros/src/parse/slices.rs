//! Slices, rows and columns: expressions that borrow part of an array.

use super::Parser;
use super::expr::axis_number;
use super::part::{Dim, Part, called, indexed, recorded};
use super::{span, template};
use crate::ir::iteration::Maker;
use crate::ir::types::ViewKind;
use crate::ir::{BinaryOp, ExprId, Span, Ty, VarId};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

/// Where a tuple of parts comes from.
#[derive(Clone, Copy)]
enum Several<'a> {
    Listed(&'a syn::ExprTuple),
    /// Two halves.
    Split(&'a syn::ExprMethodCall),
}

impl Several<'_> {
    fn count(self) -> usize {
        match self {
            Several::Listed(values) => values.elems.len(),
            Several::Split(_) => 2,
        }
    }
}

impl Parser {
    /// `let row = &a[i * n..(i + 1) * n];` in an iteration. False if it is something else.
    pub(super) fn bind_part(&mut self, local: &syn::Local) -> bool {
        let pat = match &local.pat {
            syn::Pat::Type(typed) => &*typed.pat,
            pat => pat,
        };
        if let (syn::Pat::Tuple(pats), Some(init)) = (pat, &local.init) {
            let several = match &*init.expr {
                syn::Expr::Tuple(values) => Several::Listed(values),
                syn::Expr::MethodCall(call) => Several::Split(call),
                element => return self.bind_tuple(local, pats, element),
            };
            return self.bind_parts(local, pats, several);
        }
        let (syn::Pat::Ident(pat), Some(init)) = (pat, &local.init) else {
            return false;
        };
        let plain = pat.by_ref.is_none() && pat.subpat.is_none();
        let harmless = super::expr::foreign_attribute(&local.attrs).is_none();
        if self.path.is_empty() || init.diverge.is_some() || !plain || !harmless {
            return false;
        }
        self.makers.clear();
        let Some(part) = self.attempt(|parser| parser.borrowed(&init.expr)) else {
            return false;
        };
        self.bind_part_name(&pat.ident, part);
        self.confirm_makers(local);
        true
    }

    /// Has rustc confirm the methods that made the parts which a `let` binds.
    fn confirm_makers(&mut self, local: &syn::Local) {
        let makers = std::mem::take(&mut self.makers);
        if let (Some(mark), false) = (template::number(&local.attrs), makers.is_empty()) {
            self.made_by.push((mark, makers));
        }
    }

    /// `let (a, b) = (&x[..n], &x[n..]);` or `x.split_at(n)`, if all are parts.
    fn bind_parts(&mut self, local: &syn::Local, pats: &syn::PatTuple, several: Several) -> bool {
        let names = pats.elems.iter().map(|pat| match pat {
            syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => {
                Some(&pat.ident)
            }
            _ => None,
        });
        let Some(names) = names.collect::<Option<Vec<_>>>() else {
            return false;
        };
        let harmless = super::expr::foreign_attribute(&local.attrs).is_none();
        if !harmless || self.path.is_empty() || names.len() != several.count() {
            return false;
        }
        self.makers.clear();
        let parts = self.attempt(|parser| match several {
            Several::Listed(values) => {
                let values = values.elems.iter();
                values.map(|value| parser.borrowed(value)).collect()
            }
            Several::Split(call) => parser.split(call),
        });
        let Some(parts) = parts else { return false };
        for (name, part) in names.into_iter().zip(parts) {
            self.bind_part_name(name, part);
        }
        self.confirm_makers(local);
        true
    }

    /// `let (x, y) = &mut p[i];`, or of `p` that an iterator hands out.
    fn bind_tuple(
        &mut self,
        local: &syn::Local,
        pats: &syn::PatTuple,
        element: &syn::Expr,
    ) -> bool {
        let simple = |pat: &syn::Pat| match pat {
            syn::Pat::Ident(pat) => pat.by_ref.is_none() && pat.subpat.is_none(),
            pat => matches!(pat, syn::Pat::Wild(_)),
        };
        let harmless = super::expr::foreign_attribute(&local.attrs).is_none();
        if !harmless || self.path.is_empty() || !pats.elems.iter().all(simple) {
            return false;
        }
        let part = self.attempt(|parser| {
            let part = match parser.named(element) {
                Some(var) => parser.parts.get(&var).cloned(),
                None => parser.borrowed(element),
            };
            part.filter(|part| parser.is_lent_tuple(part))
        });
        part.is_some_and(|part| self.bind_lent_tuple(pats, &part, &mut Vec::new()))
    }

    /// `x.split_at(n)`
    fn split(&mut self, call: &syn::ExprMethodCall) -> Option<Vec<Part>> {
        let writable = call.method == "split_at_mut";
        let base = self.part(self.named(&call.receiver)?)?;
        if !(writable || call.method == "split_at") || call.args.len() != 1 || !base.is_slice() {
            return None;
        }
        self.made_by_call(call, &base)?;
        let span = span::of(&syn::Expr::MethodCall(call.clone()));
        let at = self.expr(&call.args[0]);
        let at = self.frozen(at);
        let len = self.part_len(&base, 0, span);
        let inside = self.compare_made(BinaryOp::Le, at, len);
        self.demand(inside, vec![at, len], split_again(call, span), span);
        let (zero, rest) = (self.number(0, span), self.minus(len, at));
        let parts = [(zero, at), (at, rest)].map(|(start, count)| {
            let part = self.part_from(&base, start, count);
            Part { writable, ..part }
        });
        Some(parts.into())
    }

    /// Gives a part a name.
    pub(super) fn bind_part_name(&mut self, ident: &proc_macro2::Ident, mut part: Part) -> VarId {
        let kind = self.local_kind();
        let var = self.bind(ident, kind, false, Ty::Unknown);
        if part.writable && part.through.is_none() {
            part.through = Some(var);
        }
        self.parts.insert(var, part);
        var
    }

    /// Reads something that may turn out to be nothing of the kind; then no trace of it is left in
    /// the statements.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let trace = self.trace();
        let found = read(self);
        if found.is_none() {
            self.forget(trace);
        }
        found
    }

    /// Reads something only to know what it is: no trace of it is left in the statements.
    pub(super) fn probe<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let trace = self.trace();
        let found = read(self);
        self.forget(trace);
        found
    }

    fn trace(&self) -> [usize; 3] {
        [self.before.len(), self.required.len(), self.makers.len()]
    }

    fn forget(&mut self, [before, required, makers]: [usize; 3]) {
        self.before.truncate(before);
        self.required.truncate(required);
        self.makers.truncate(makers);
    }

    /// What a `let` can borrow: a slice, a row, or one element for writing. A value that is read
    /// is no borrow.
    fn borrowed(&mut self, node: &syn::Expr) -> Option<Part> {
        match node {
            syn::Expr::Paren(paren) => self.borrowed(&paren.expr),
            syn::Expr::Reference(reference) => {
                let writable = reference.mutability.is_some();
                if !writable && !self.is_segment(&reference.expr) {
                    return None;
                }
                self.borrow(&reference.expr, writable)
            }
            syn::Expr::MethodCall(_) => self.part_expr(node),
            syn::Expr::Path(_) => {
                let part = self.segment(self.named(node)?)?.clone();
                (!part.writable).then_some(part)
            }
            _ => None,
        }
    }

    fn borrow(&mut self, node: &syn::Expr, writable: bool) -> Option<Part> {
        let part = self.part_expr(node)?;
        Some(Part { writable, ..part })
    }

    /// Whether a place is more than one element.
    fn is_segment(&self, node: &syn::Expr) -> bool {
        match node {
            syn::Expr::Paren(paren) => self.is_segment(&paren.expr),
            syn::Expr::Index(index) => match &*index.index {
                syn::Expr::Range(_) => true,
                _ => {
                    let base = self.named(&index.expr).and_then(|var| self.part(var));
                    base.is_some_and(|base| base.is_slice() && base.rank() >= 2)
                }
            },
            _ => self
                .named(node)
                .is_some_and(|var| self.segment(var).is_some()),
        }
    }

    /// A place or a borrow that is part of an array.
    pub(super) fn part_expr(&mut self, node: &syn::Expr) -> Option<Part> {
        match node {
            syn::Expr::Paren(paren) => self.part_expr(&paren.expr),
            syn::Expr::Group(group) => self.part_expr(&group.expr),
            syn::Expr::Path(_) => self.part(self.named(node)?),
            syn::Expr::Reference(reference) => {
                self.borrow(&reference.expr, reference.mutability.is_some())
            }
            syn::Expr::Index(index) => {
                let base = self.part_expr(&index.expr).filter(Part::is_slice)?;
                match &*index.index {
                    syn::Expr::Range(range) => self.slice(&base, range, span::of(node)),
                    syn::Expr::Tuple(_) | syn::Expr::Array(_) => None,
                    at => self.one_place(&base, at, span::of(node)),
                }
            }
            syn::Expr::MethodCall(call) => self.part_method(call),
            _ => None,
        }
    }

    /// `base[at]`
    fn one_place(&mut self, base: &Part, at: &syn::Expr, span: Span) -> Option<Part> {
        let at = self.expr(at);
        let at = self.frozen(at);
        let len = self.part_len(base, 0, span);
        let tokens = indexed(span, 1, &recorded(span, 0).to_token_stream());
        let inside = self.compare_made(BinaryOp::Lt, at, len);
        self.demand(inside, vec![at, len], tokens, span);
        Some(self.part_at(base, 0, at))
    }

    /// `base[start..end]`
    fn slice(&mut self, base: &Part, range: &syn::ExprRange, span: Span) -> Option<Part> {
        let len = self.part_len(base, 0, span);
        let (start, end) = (self.end(&range.start), self.end(&range.end));
        let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
        let first = start.unwrap_or_else(|| self.number(0, span));
        let past = match end {
            None => len,
            Some(end) if inclusive => {
                let one = self.number(1, span);
                self.plus(end, one)
            }
            Some(end) => end,
        };
        if start.is_some() || end.is_some() {
            self.demand_range(first, (end, past, inclusive), len, start.is_some(), span);
        }
        let count = self.minus(past, first);
        Some(self.part_from(base, first, count))
    }

    fn end(&mut self, end: &Option<Box<syn::Expr>>) -> Option<ExprId> {
        let end = self.expr(end.as_ref()?);
        Some(self.frozen(end))
    }

    /// Both ends of a range of places, or else what Rust says of it.
    fn demand_range(
        &mut self,
        first: ExprId,
        (end, past, inclusive): (Option<ExprId>, ExprId, bool),
        len: ExprId,
        starts: bool,
        span: Span,
    ) {
        let last = match end {
            Some(end) if inclusive => self.compare_made(BinaryOp::Lt, end, len),
            _ => self.compare_made(BinaryOp::Le, past, len),
        };
        let order = self.compare_made(BinaryOp::Le, first, past);
        let cond = self.both(last, order);
        let [from, to] = [0, 1].map(|position| recorded(span, position));
        let range = match (starts, end.is_some(), inclusive) {
            (true, true, false) => quote_spanned!(span.start=> #from..#to),
            (true, true, true) => quote_spanned!(span.start=> #from..=#to),
            (true, false, _) => quote_spanned!(span.start=> #from..),
            (false, _, false) => quote_spanned!(span.start=> ..#to),
            (false, _, true) => quote_spanned!(span.start=> ..=#to),
        };
        let tokens = indexed(span, 2, &range);
        let args = vec![first, end.unwrap_or(past), len];
        self.demand(cond, args, tokens, span);
    }

    /// Notes a method of an array that rustc is to confirm.
    pub(super) fn made_by_call(&mut self, call: &syn::ExprMethodCall, of: &Part) -> Option<()> {
        if self.calls.is_displaced() {
            return self.has_known_type(of).then(|| self.prove_part(of, call));
        }
        self.makers.push(Maker {
            receiver: call.receiver.to_token_stream(),
            method: call.method.clone(),
            args: call.args.len(),
        });
        Some(())
    }

    /// Whether the type behind a part's name can be told, to ask rustc about it where there is no
    /// such name.
    fn has_known_type(&self, part: &Part) -> bool {
        let rows = self.rows.contains_key(&part.array);
        let lent = self.lent_slices.contains(&part.array);
        match (part.kind, &part.dims[..]) {
            (ViewKind::NdArray, _) => false,
            (_, [Dim::All]) => part.local || lent,
            (_, [Dim::Span { .. }]) => true,
            (_, [Dim::At(_), Dim::All]) => rows,
            (_, [Dim::All, Dim::All]) => lent && rows,
            (_, [Dim::Span { .. }, Dim::All]) => rows,
            _ => false,
        }
    }

    /// `a.row(i)` and its kin.
    fn part_method(&mut self, call: &syn::ExprMethodCall) -> Option<Part> {
        let name = call.method.to_string();
        let writable = name.ends_with("_mut");
        let stem = name.trim_end_matches("_mut");
        let base = self.part(self.named(&call.receiver)?)?;
        let nd = base.kind == ViewKind::NdArray;
        let (along, at) = match (stem, call.args.len()) {
            ("view", 0) if nd => {
                self.made_by_call(call, &base)?;
                return Some(Part { writable, ..base });
            }
            ("row", 1) if nd && base.rank() == 2 => (0, &call.args[0]),
            ("column", 1) if nd && base.rank() == 2 => (1, &call.args[0]),
            ("index_axis", 2) if nd => {
                let axis = axis_number(&call.args[0])? as usize;
                (
                    Some(axis).filter(|axis| *axis < base.rank())?,
                    &call.args[1],
                )
            }
            _ => return None,
        };
        self.made_by_call(call, &base)?;
        let span = span::of(&syn::Expr::MethodCall(call.clone()));
        let at = self.expr(at);
        let at = self.frozen(at);
        let len = self.part_len(&base, along, span);
        let tokens = self.called_again(call, &base)?;
        let inside = self.compare_made(BinaryOp::Lt, at, len);
        self.demand(inside, vec![at], tokens, span);
        let part = self.part_at(&base, along, at);
        Some(Part { writable, ..part })
    }

    /// The call again, on the array itself, at the recorded place.
    fn called_again(&self, call: &syn::ExprMethodCall, base: &Part) -> Option<TokenStream> {
        if !base.dims.iter().all(|dim| matches!(dim, Dim::All)) {
            return None;
        }
        let span = Span::of(call);
        let (array, at) = (&self.vars[base.array].tokens, recorded(span, 0));
        let axis = call.args.iter().rev().skip(1);
        let again = called(&call.method, &quote!(#(#axis,)* #at));
        Some(quote_spanned!(span.start=> let _ = #array.#again;))
    }
}

/// Splits a slice of as many elements without a size: where the halves meet and how long the slice is
/// are all that the message speaks of, which is the same of both methods.
fn split_again(call: &syn::ExprMethodCall, span: Span) -> TokenStream {
    let [at, len] = [0, 1].map(|position| recorded(span, position));
    let method = proc_macro2::Ident::new("split_at", call.method.span());
    let again = called(&method, &at.to_token_stream());
    quote_spanned! {span.start=>
        let __kernel_slice: &[()] = &(&[(); !0])[..#len];
        let _ = __kernel_slice.#again;
    }
}
