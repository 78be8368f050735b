//! Values that change places in an iteration: `std::mem::swap(&mut x, &mut y)` of numbers is
//! `(x, y) = (y, x)`, and `v.swap(i, j)` three assignments.

use super::Parser;
use super::part::{Dim, Part};
use super::rows;
use crate::ir::names::WRITTEN;
use crate::ir::types::ViewKind;
use crate::ir::{ExprKind, Proof, Receiver, StmtKind, Typed, VarId};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

impl Parser {
    /// The assignments that the call is, if it swaps two variables or elements. rustc confirms whose
    /// function it is, and that the two are not one.
    pub(super) fn swapped_places(&mut self, call: &syn::ExprCall) -> Option<StmtKind> {
        let syn::Expr::Path(path) = &*call.func else {
            return None;
        };
        let last = path.path.segments.last()?;
        let plain = path.qself.is_none() && last.ident == "swap" && last.arguments.is_none();
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let ([first, second], true) = (&args[..], plain && !self.path.is_empty()) else {
            return None;
        };
        let (x, y) = (self.lent(first)?, self.lent(second)?);
        let [a, b] = ["first", "second"].map(name);
        let written: syn::Block = syn::parse2(quote!({
            let #a = #x;
            let #b = #y;
            #x = #b;
            #y = #a;
        }))
        .ok()?;
        self.prove(Proof::Swap(path.to_token_stream()));
        Some(self.block_stmt(&written, call))
    }

    /// What an argument lends: `&mut name` and `&mut array[index]`, where evaluating the index twice
    /// does not show, or the name of an element that an iterator has given for writing.
    fn lent(&self, node: &syn::Expr) -> Option<TokenStream> {
        let syn::Expr::Reference(lent) = node else {
            let part = self.parts.get(&self.named(node)?)?;
            return (part.rank() == 0 && part.writable).then(|| quote!(*#node));
        };
        let place = &*lent.expr;
        let plain = match place {
            syn::Expr::Index(at) => self.named(&at.expr).is_some() && rows::is_plain(&at.index),
            place => {
                let var = self.named(place)?;
                let array = self.arrays.contains_key(&var) || self.parts.contains_key(&var);
                !array && !self.derefs.contains(&var)
            }
        };
        (lent.mutability.is_some() && plain).then(|| place.to_token_stream())
    }

    /// `v.swap(i, j)` of an array that the iteration binds, or of a `&mut [T]`, whose methods are
    /// found before those of any trait. A panic shows the method's name.
    pub(super) fn swapped_elements(&mut self, call: &syn::ExprMethodCall) -> Option<StmtKind> {
        let args: Vec<&syn::Expr> = call.args.iter().collect();
        let [first, second] = args[..] else {
            return None;
        };
        let plain = call.method == "swap" && call.turbofish.is_none() && !self.path.is_empty();
        if plain && matches!(*call.receiver, syn::Expr::Index(_)) {
            return self.swapped_in_row(call);
        }
        let var = self.named(&call.receiver)?;
        let row = self.segment(var).filter(|part| is_lent_row(part)).cloned();
        if !plain || !(self.fixed.contains(&var) || row.is_some() || self.is_lent_slice(var)) {
            return None;
        }
        match row {
            Some(row) => self.prove_part(&row, call),
            None => self.prove_own_array(var, call),
        }
        let mut array = self.vars[var].ident.clone();
        array.set_span(array.span().located_at(call.method.span()));
        // A plain index may be changed by the other one, and an element by the assignments.
        let stays = |index: &syn::Expr| rows::is_plain(index) && !has_element(index);
        let both = stays(first) && stays(second);
        let (bind_first, i) = once("first", first, both);
        let (bind_second, j) = once("second", second, both);
        let kept = name("kept");
        let written: syn::Block = syn::parse2(quote_spanned!(call.method.span()=> {
            #bind_first
            #bind_second
            let #kept = #array[#i];
            #array[#i] = #array[#j];
            #array[#j] = #kept;
        }))
        .ok()?;
        Some(self.block_stmt(&written, call))
    }

    /// `p[r].swap(i, j)`: the same of the row, by a name.
    fn swapped_in_row(&mut self, call: &syn::ExprMethodCall) -> Option<StmtKind> {
        // A panic's place is made of the name's, where the array's own name has to be found.
        let row = Ident::new(&name("row").to_string(), call.method.span());
        let place = &call.receiver;
        let written = self.attempt(|parser| {
            let part = parser.part_expr(place);
            part.filter(|part| part.rank() == 1)
        });
        written?;
        let mut swap = call.clone();
        *swap.receiver = syn::parse2(quote!(#row)).ok()?;
        let written: syn::Block = syn::parse2(quote!({ let #row = &mut #place; #swap; })).ok()?;
        Some(self.block_stmt(&written, call))
    }

    fn block_stmt(&mut self, written: &syn::Block, call: &impl ToTokens) -> StmtKind {
        let block = self.block(written);
        let span = crate::ir::Span::of(call);
        StmtKind::Expr(self.push(ExprKind::Block(block), span))
    }

    /// Has rustc confirm the method of a slice, if it is called of an array that the iteration binds.
    pub(super) fn prove_own_array(&mut self, array: VarId, call: &syn::ExprMethodCall) {
        if self.fixed.contains(&array) {
            self.prove_method(Typed::Var(array), Receiver::Array, call);
        }
    }

    /// Whether a name is a `&mut [T]`, a parameter or what an iterator has given.
    pub(super) fn is_lent_slice(&self, var: VarId) -> bool {
        let Some(part) = self.segment(var) else {
            return self.lent_slices.contains(&var);
        };
        let spans = |dim: &usize| matches!(part.dims[*dim], Dim::Span { .. });
        part.kind == ViewKind::Slice
            && part.writable
            && part.rank() == 1
            && part.free().iter().all(spans)
    }
}

/// Whether a part is an element that is a fixed array, or all of one that the iteration binds, lent for
/// writing.
fn is_lent_row(part: &Part) -> bool {
    let row = match part.dims[..] {
        [Dim::At(_), Dim::All] => true,
        [Dim::All] => part.local,
        _ => false,
    };
    part.kind == ViewKind::Slice && part.writable && row
}

/// What binds an index that is not to be evaluated twice, and what stands for it then. A message
/// shows the others as they are written.
fn once(text: &str, index: &syn::Expr, stays: bool) -> (TokenStream, TokenStream) {
    if stays {
        return (TokenStream::new(), index.to_token_stream());
    }
    let at = name(text);
    (quote!(let #at = #index;), at.to_token_stream())
}

/// Whether a plain expression reads an element.
fn has_element(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Index(_) => true,
        syn::Expr::Paren(node) => has_element(&node.expr),
        syn::Expr::Cast(node) => has_element(&node.expr),
        syn::Expr::Binary(node) => has_element(&node.left) || has_element(&node.right),
        _ => false,
    }
}

/// A name that no source has.
pub(super) fn name(text: &str) -> Ident {
    Ident::new(&format!("{WRITTEN}{text}"), Span::mixed_site())
}
