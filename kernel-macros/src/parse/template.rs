//! The body's tokens with holes for loops and witnesses.
//!
//! Before reading, [`mark`] numbers loops and `let`s with attributes of its own; the reader takes
//! the numbers along; [`of_block`] then prints the marked body, each marked node as one
//! identifier, and splits the tokens there.

use super::Parser;
use super::chain;
use super::contact::Arrays;
use super::desugar;
use super::endings;
use super::expr::foreign_attribute;
use super::pipeline;
use super::span;
use super::total::{self, Total};
use crate::ir::iteration::Maker;
use crate::ir::template::{Bound, Call, Contact, LoopTemplate, Piece, Template};
use crate::ir::types::ViewKind;
use crate::ir::{LoopId, VarId};
use crate::tables::HashMap;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::visit_mut::{self, VisitMut};

const MARK: &str = "__kernel_mark";
const LOOP_HOLE: &str = "__kernel_loop_hole_";
const TOTAL_HOLE: &str = "__kernel_total_hole_";
const LET_HOLE: &str = "__kernel_let_hole_";
const ARRAY_HOLE: &str = "__kernel_array_hole_";
const CONTACT_HOLE: &str = "__kernel_contact_hole_";
const MADE_HOLE: &str = "__kernel_made_hole_";
const GUARD_HOLE: &str = "__kernel_guard_hole_";
const SOURCE_HOLE: &str = "__kernel_source_hole_";

/// Numbers every `for` loop and `let`, and every assignment and chain inside a loop.
pub fn mark(block: &mut syn::Block) {
    Marker::at(0).visit_block_mut(block);
}

/// Numbers every loop, `let`, assignment and chain.
pub fn mark_all(block: &mut syn::Block) {
    Marker::at(1).visit_block_mut(block);
}

struct Marker {
    next: usize,
    depth: usize,
    /// The reader keeps what it reads here of the driver's expressions.
    kept: bool,
}

impl Marker {
    fn at(depth: usize) -> Marker {
        Marker {
            next: 0,
            depth,
            kept: true,
        }
    }

    /// The attribute becomes the node's first token, and so takes that one's span.
    fn attribute(&mut self, span: Span) -> syn::Attribute {
        let number = proc_macro2::Literal::usize_unsuffixed(self.next);
        let mark = Ident::new(MARK, span);
        self.next += 1;
        syn::parse_quote_spanned!(span=> #[#mark(#number)])
    }
}

impl VisitMut for Marker {
    fn visit_expr_mut(&mut self, node: &mut syn::Expr) {
        let outer = self.kept;
        self.kept &= total::keeps(node);
        visit_mut::visit_expr_mut(self, node);
        self.kept = outer;
    }

    fn visit_expr_for_loop_mut(&mut self, node: &mut syn::ExprForLoop) {
        let mark = self.attribute(node.for_token.span);
        node.attrs.push(mark);
        self.depth += 1;
        visit_mut::visit_expr_for_loop_mut(self, node);
        self.depth -= 1;
    }

    fn visit_local_mut(&mut self, node: &mut syn::Local) {
        let mark = self.attribute(node.let_token.span);
        node.attrs.push(mark);
        visit_mut::visit_local_mut(self, node);
    }

    fn visit_expr_assign_mut(&mut self, node: &mut syn::ExprAssign) {
        if self.depth > 0 {
            let mark = self.attribute(span::first(&node.left));
            node.attrs.push(mark);
        }
        visit_mut::visit_expr_assign_mut(self, node);
    }

    fn visit_expr_method_call_mut(&mut self, node: &mut syn::ExprMethodCall) {
        if self.depth > 0 && chain::ends(node) || self.depth == 0 && self.kept && total::ends(node)
        {
            let mark = self.attribute(span::first(&node.receiver));
            node.attrs.push(mark);
        }
        visit_mut::visit_expr_method_call_mut(self, node);
    }

    // Loops in closures, nested functions and async blocks are not the driver's, and nothing can be
    // called in what is evaluated while compiling.
    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_expr_const_mut(&mut self, _: &mut syn::ExprConst) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_expr_repeat_mut(&mut self, node: &mut syn::ExprRepeat) {
        self.visit_expr_mut(&mut node.expr);
    }
}

/// Tokens as the user wrote them, without the marks among them.
pub fn unmarked(tokens: TokenStream) -> TokenStream {
    let is_mark = |token: &TokenTree| {
        let TokenTree::Group(group) = token else {
            return false;
        };
        let first = group.stream().into_iter().next();
        matches!(first, Some(TokenTree::Ident(name)) if name == MARK)
    };
    let mut kept = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct)
                if punct.as_char() == '#' && tokens.peek().is_some_and(is_mark) =>
            {
                tokens.next();
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), unmarked(group.stream()));
                inner.set_span(group.span());
                kept.extend([TokenTree::Group(inner)]);
            }
            token => kept.extend([token]),
        }
    }
    kept
}

/// Takes the number off a node's attributes.
pub fn number(attrs: &[syn::Attribute]) -> Option<usize> {
    let attr = attrs.iter().find(|attr| attr.path().is_ident(MARK))?;
    let number: syn::LitInt = attr.parse_args().ok()?;
    number.base10_parse().ok()
}

/// Attributes that the user wrote.
pub fn user_attributes(attrs: &[syn::Attribute]) -> impl Iterator<Item = &syn::Attribute> {
    let own = |attr: &&syn::Attribute| attr.path().is_ident(MARK) || desugar::is_mark(attr);
    attrs.iter().filter(move |attr| !own(attr))
}

/// The block's statements as a template. Loops that the reader never reached (inside macros or
/// statements it skipped) stay plain tokens.
pub(super) fn of_block(block: &syn::Block, parser: &Parser) -> Template {
    let loops = parser.loops.marks.iter().enumerate();
    let holes = Holes {
        loops: loops
            .filter_map(|(index, mark)| Some(((*mark)?, LoopId::from_index(index))))
            .collect(),
        lets: parser.bound_by.iter().cloned().collect(),
        made: parser.made_by.iter().cloned().collect(),
        chains: parser.chains.iter().copied().collect(),
        totals: parser.totals.iter().cloned().collect(),
        bound: parser.arrays_bound.iter().cloned().collect(),
        arrays: Arrays::new(kinds(parser).map(|(var, kind)| {
            let name = parser.vars[*var].ident.to_string();
            (name, kind)
        })),
    };
    holes.block(block)
}

/// All names of arrays and of parts of them.
fn kinds(parser: &Parser) -> impl Iterator<Item = (&VarId, ViewKind)> {
    let arrays = parser.arrays.iter().map(|(var, shape)| (var, shape.kind));
    arrays.chain(parser.parts.iter().map(|(var, part)| (var, part.kind)))
}

struct Holes {
    loops: HashMap<usize, LoopId>,
    lets: HashMap<usize, Vec<VarId>>,
    made: HashMap<usize, Vec<Maker>>,
    chains: HashMap<usize, LoopId>,
    totals: HashMap<usize, Total>,
    bound: HashMap<usize, Vec<Bound>>,
    arrays: Arrays,
}

impl Holes {
    fn block(&self, block: &syn::Block) -> Template {
        let mut block = block.clone();
        let mut punch = Punch {
            holes: self,
            loops: HashMap::default(),
            sources: HashMap::default(),
            contacts: Vec::new(),
            guarded: false,
        };
        punch.visit_block_mut(&mut block);
        endings::confirm(&mut block);
        let tokens: TokenStream = block
            .stmts
            .iter()
            .map(|stmt| stmt.to_token_stream())
            .collect();
        punch.split(tokens)
    }
}

/// Replaces marked nodes by their holes and takes all marks off.
struct Punch<'a> {
    holes: &'a Holes,
    loops: HashMap<usize, syn::ExprForLoop>,
    sources: HashMap<usize, TokenStream>,
    contacts: Vec<Contact>,
    /// Whether host code may touch arrays after the blocks of the statement at hand.
    guarded: bool,
}

impl Punch<'_> {
    fn split(&self, tokens: TokenStream) -> Template {
        let mut pieces = Vec::new();
        let mut plain = TokenStream::new();
        let flush = |plain: &mut TokenStream, pieces: &mut Vec<Piece>| {
            if !plain.is_empty() {
                pieces.push(Piece::Tokens(std::mem::take(plain)));
            }
        };
        for token in tokens {
            let piece = match &token {
                TokenTree::Ident(ident) => self.hole(ident),
                TokenTree::Group(group) => {
                    let inner = self.split(group.stream());
                    let holes = inner.pieces.iter().any(|p| !matches!(p, Piece::Tokens(_)));
                    let (delimiter, span) = (group.delimiter(), group.span());
                    holes.then_some(Piece::Group {
                        delimiter,
                        span,
                        inner,
                    })
                }
                _ => None,
            };
            match piece {
                Some(piece) => {
                    flush(&mut plain, &mut pieces);
                    pieces.push(piece);
                }
                None => plain.extend([token]),
            }
        }
        flush(&mut plain, &mut pieces);
        Template { pieces }
    }

    fn hole(&self, ident: &Ident) -> Option<Piece> {
        let text = ident.to_string();
        let number = |prefix: &str| text.strip_prefix(prefix)?.parse::<usize>().ok();
        if let Some(mark) = number(TOTAL_HOLE) {
            let Total { id, node, chain } = &self.holes.totals[&mark];
            let chain = Some(Box::new(chain.clone()));
            let node = self.for_loop(*id, node);
            return Some(Piece::Loop(LoopTemplate { chain, ..node }));
        }
        if let Some(mark) = number(LOOP_HOLE) {
            let node = &self.loops[&mark];
            return Some(Piece::Loop(self.for_loop(self.holes.loops[&mark], node)));
        }
        if let Some(mark) = number(SOURCE_HOLE) {
            let (of, tokens) = (self.holes.chains[&mark], self.sources[&mark].clone());
            return Some(Piece::Source { of, tokens });
        }
        if let Some(contact) = number(CONTACT_HOLE) {
            return Some(Piece::Contact(self.contacts[contact].clone()));
        }
        if let Some(mark) = number(ARRAY_HOLE) {
            return Some(Piece::Bound(self.holes.bound[&mark].clone()));
        }
        if let Some(mark) = number(MADE_HOLE) {
            return Some(Piece::Made(self.holes.made[&mark].clone()));
        }
        if number(GUARD_HOLE).is_some() {
            return Some(Piece::Guarded);
        }
        let mark = number(LET_HOLE)?;
        Some(Piece::Witness(self.holes.lets[&mark].clone()))
    }

    fn for_loop(&self, id: LoopId, node: &syn::ExprForLoop) -> LoopTemplate {
        let (source, _) = pipeline::staged(&node.expr);
        LoopTemplate {
            id,
            label: node.label.to_token_stream(),
            for_token: node.for_token.span,
            pat: node.pat.to_token_stream(),
            range: source.to_token_stream(),
            stages: after(&node.expr, source),
            written: desugar::written(&node.attrs),
            chain: None,
            body: self.holes.block(&node.body),
            body_span: node.body.brace_token.span.join(),
        }
    }
}

/// What stands behind the source of an iterator.
fn after(iterator: &syn::Expr, source: &syn::Expr) -> TokenStream {
    let whole = iterator.to_token_stream().into_iter();
    whole
        .skip(source.to_token_stream().into_iter().count())
        .collect()
}

fn verbatim(prefix: &str, mark: usize) -> syn::Expr {
    let ident = Ident::new(&format!("{prefix}{mark}"), Span::call_site());
    syn::Expr::Verbatim(quote!(#ident))
}

impl VisitMut for Punch<'_> {
    fn visit_expr_mut(&mut self, node: &mut syn::Expr) {
        if let syn::Expr::MethodCall(call) = node
            && let Some(mark) = number(&call.attrs)
            && self.holes.totals.contains_key(&mark)
        {
            *node = verbatim(TOTAL_HOLE, mark);
            return;
        }
        let syn::Expr::ForLoop(node_for) = node else {
            visit_mut::visit_expr_mut(self, node);
            return;
        };
        // A loop under `#[cfg]` stays with its attribute, which rustc has yet to resolve.
        let own = foreign_attribute(&node_for.attrs).is_none();
        let known = |mark: &usize| own && self.holes.loops.contains_key(mark);
        let mark = number(&node_for.attrs).filter(known);
        node_for.attrs.retain(|attr| !attr.path().is_ident(MARK));
        let Some(mark) = mark else {
            let call = desugar::written(&node_for.attrs);
            visit_mut::visit_expr_for_loop_mut(self, node_for);
            if let Some(Call { method, closure }) = call {
                let (receiver, body) = (&node_for.expr, &node_for.body);
                *node = syn::Expr::Verbatim(quote!(#receiver.#method(#closure #body);));
            }
            return;
        };
        self.loops.insert(mark, node_for.clone());
        *node = verbatim(LOOP_HOLE, mark);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        let mut stmts = Vec::with_capacity(block.stmts.len());
        let hole = |prefix: &str, number: usize| syn::Stmt::Expr(verbatim(prefix, number), None);
        let guarded = self.guarded;
        if guarded {
            stmts.push(hole(GUARD_HOLE, 0));
        }
        for mut stmt in std::mem::take(&mut block.stmts) {
            let mark = match &stmt {
                syn::Stmt::Local(local) => number(&local.attrs),
                syn::Stmt::Expr(syn::Expr::Assign(assign), Some(_)) => number(&assign.attrs),
                _ => None,
            };
            let meeting = self.holes.arrays.statement(&stmt);
            if !meeting.before.is_none() {
                stmts.push(hole(CONTACT_HOLE, self.contacts.len()));
                self.contacts.push(meeting.before);
            }
            self.guarded = meeting.guarded;
            self.visit_stmt_mut(&mut stmt);
            if let Some(mark) = mark.filter(|mark| self.holes.made.contains_key(mark)) {
                stmts.push(hole(MADE_HOLE, mark));
            }
            stmts.push(stmt);
            if let Some(mark) = mark.filter(|mark| self.holes.lets.contains_key(mark)) {
                stmts.push(hole(LET_HOLE, mark));
            }
            if let Some(mark) = mark.filter(|mark| self.holes.bound.contains_key(mark)) {
                stmts.push(hole(ARRAY_HOLE, mark));
            }
        }
        self.guarded = guarded;
        block.stmts = stmts;
    }

    fn visit_local_mut(&mut self, node: &mut syn::Local) {
        node.attrs.retain(|attr| !attr.path().is_ident(MARK));
        visit_mut::visit_local_mut(self, node);
    }

    fn visit_expr_assign_mut(&mut self, node: &mut syn::ExprAssign) {
        node.attrs.retain(|attr| !attr.path().is_ident(MARK));
        visit_mut::visit_expr_assign_mut(self, node);
    }

    fn visit_expr_method_call_mut(&mut self, node: &mut syn::ExprMethodCall) {
        let mark = number(&node.attrs).filter(|mark| self.holes.chains.contains_key(mark));
        node.attrs.retain(|attr| !attr.path().is_ident(MARK));
        visit_mut::visit_expr_method_call_mut(self, node);
        if let Some(mark) = mark {
            let source = pipeline::source_mut(node);
            self.sources.insert(mark, source.to_token_stream());
            *source = verbatim(SOURCE_HOLE, mark);
        }
    }

    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_expr_const_mut(&mut self, _: &mut syn::ExprConst) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_expr_repeat_mut(&mut self, node: &mut syn::ExprRepeat) {
        self.visit_expr_mut(&mut node.expr);
    }
}
