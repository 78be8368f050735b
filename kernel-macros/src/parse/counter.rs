//! `let mut i = 0; while i < n { ..; i += 1; }` as `for i in 0..n { .. }`, and the same downwards.
//!
//! Only where nothing but the last statement changes the counter and nothing changes its end: then the loop
//! makes the same iterations, and the counter's value behind it is known.

use super::assertion::is_assertion;
use super::closure::{mentions, words};
use super::expr::compound_op;
use super::jump::Jumps;
use crate::ir::BinaryOp;
use crate::ir::names::plain;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

/// Replaces such loops.
pub fn loops(block: &mut syn::Block) {
    Counters.visit_block_mut(block);
}

struct Counters;

impl VisitMut for Counters {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        visit_mut::visit_block_mut(self, block);
        let mut at = 0;
        while at < block.stmts.len() {
            if let Some(counted) = counted(&block.stmts[at]) {
                at = counted.put(&mut block.stmts, at);
            }
            at += 1;
        }
    }

    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// A loop that counts.
struct Counted {
    name: Ident,
    /// What the counter does not reach; downwards, it begins at the top and ends at zero.
    end: Option<syn::Expr>,
    /// How far ahead of the counter the end is looked for.
    ahead: Option<u64>,
    label: Option<syn::Label>,
    keyword: proc_macro2::Span,
    body: syn::Block,
    /// The body leaves the loop by itself.
    breaks: bool,
}

fn counted(stmt: &syn::Stmt) -> Option<Counted> {
    let syn::Stmt::Expr(node, _) = stmt else {
        return None;
    };
    let (label, keyword, test, mut body) = match node {
        syn::Expr::While(node) if node.attrs.is_empty() => {
            let test = (*node.cond).clone();
            (&node.label, node.while_token.span, test, node.body.clone())
        }
        syn::Expr::Loop(node) if node.attrs.is_empty() => {
            let mut body = node.body.clone();
            let test = goes_on(&mut body)?;
            (&node.label, node.loop_token.span, test, body)
        }
        _ => return None,
    };
    let Below { name, end, ahead } = below(&test)?;
    let step = match end {
        Some(_) => body.stmts.pop()?,
        None if body.stmts.is_empty() => return None,
        None => body.stmts.remove(0),
    };
    let ends = end.as_ref().map(|end| words(end.to_token_stream()));
    let ends = ends.unwrap_or_default();
    if !is_step(&step, &name, end.is_none()) || ends.contains(&plain(&name)) {
        return None;
    }
    let mut changes = Changes {
        name: plain(&name),
        ends,
        found: false,
    };
    changes.visit_block(&body);
    let jumps = Jumps::in_block(&body, label.as_ref().map(|label| &label.name));
    if changes.found || jumps.continues && end.is_some() {
        return None;
    }
    Some(Counted {
        name,
        end,
        ahead,
        label: label.clone(),
        keyword,
        body,
        breaks: jumps.breaks,
    })
}

/// The condition of `loop { if i >= n { break; } .. }`, which is taken off.
fn goes_on(body: &mut syn::Block) -> Option<syn::Expr> {
    let syn::Stmt::Expr(syn::Expr::If(test), _) = body.stmts.first()? else {
        return None;
    };
    let leaves = matches!(&test.then_branch.stmts[..],
        [syn::Stmt::Expr(syn::Expr::Break(of), _)] if of.label.is_none() && of.expr.is_none());
    let syn::Expr::Binary(of) = &*test.cond else {
        return None;
    };
    if !leaves || test.else_branch.is_some() || !matches!(of.op, syn::BinOp::Ge(_)) {
        return None;
    }
    let (left, right) = (of.left.clone(), of.right.clone());
    body.stmts.remove(0);
    Some(syn::parse_quote!(#left < #right))
}

/// What a counter is compared with.
struct Below {
    name: Ident,
    end: Option<syn::Expr>,
    ahead: Option<u64>,
}

/// `i < n` and `n > i`, also `i + 1 < n`, or `i > 0`, which has no end.
fn below(test: &syn::Expr) -> Option<Below> {
    let syn::Expr::Binary(of) = test else {
        return None;
    };
    let (lesser, greater) = match of.op {
        syn::BinOp::Lt(_) => (&*of.left, &*of.right),
        syn::BinOp::Gt(_) => (&*of.right, &*of.left),
        _ => return None,
    };
    if is_literal(lesser, 0) {
        let (name, end, ahead) = (named(greater)?, None, None);
        return Some(Below { name, end, ahead });
    }
    if !is_steady(greater) {
        return None;
    }
    let Some((name, ahead)) = sum(lesser) else {
        let (name, end, ahead) = (named(lesser)?, Some(greater.clone()), None);
        return Some(Below { name, end, ahead });
    };
    // A literal has no type of its own to call methods of.
    let typed = is_size(greater) && literal(greater).is_none();
    let end = typed.then(|| syn::parse_quote!(#greater.saturating_sub(#ahead)))?;
    let (end, ahead) = (Some(end), literal(ahead));
    Some(Below { name, end, ahead })
}

/// `i + 1`
fn sum(node: &syn::Expr) -> Option<(Ident, &syn::Expr)> {
    let syn::Expr::Binary(of) = node else {
        return None;
    };
    let counts = matches!(of.op, syn::BinOp::Add(_)) && literal(&of.right).is_some();
    Some((named(&of.left).filter(|_| counts)?, &of.right))
}

/// Whether a counter that starts there and is so much less than its end is a number of each type.
fn is_small(start: &TokenStream, ahead: u64) -> bool {
    let start = syn::parse2(start.clone()).ok();
    let start = start.and_then(|start: syn::Expr| literal(&start));
    let sum = start.and_then(|start| start.checked_add(ahead));
    sum.is_some_and(|sum| sum <= i8::MAX as u64)
}

fn named(node: &syn::Expr) -> Option<Ident> {
    match node {
        syn::Expr::Path(path) if path.attrs.is_empty() => path.path.get_ident().cloned(),
        _ => None,
    }
}

pub(super) fn is_literal(node: &syn::Expr, value: u64) -> bool {
    literal(node) == Some(value)
}

fn literal(node: &syn::Expr) -> Option<u64> {
    match node {
        syn::Expr::Lit(of) => match &of.lit {
            syn::Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// Names, numbers, lengths and arithmetic of them: the same each time, if nobody assigns the names.
fn is_steady(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Paren(of) => is_steady(&of.expr),
        syn::Expr::Cast(of) => is_steady(&of.expr),
        syn::Expr::Binary(of) => {
            compound_op(&of.op).is_none() && is_steady(&of.left) && is_steady(&of.right)
        }
        node => is_size(node),
    }
}

/// A name, a number or a length.
pub(super) fn is_size(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Path(_) => named(node).is_some(),
        syn::Expr::Lit(_) => true,
        syn::Expr::MethodCall(of) => {
            let mut lengths = ["len", "nrows", "ncols"].iter();
            let length = lengths.any(|name| of.method == name);
            length && of.args.is_empty() && named(&of.receiver).is_some()
        }
        _ => false,
    }
}

/// Whether a block may change what such an expression says.
pub(super) fn changes(block: &syn::Block, steady: &syn::Expr) -> bool {
    let mut changes = Changes {
        name: String::new(),
        ends: words(steady.to_token_stream()),
        found: false,
    };
    changes.visit_block(block);
    changes.found
}

/// `i += 1;` or `i = i + 1;`, or downwards `i -= 1;`.
fn is_step(stmt: &syn::Stmt, name: &Ident, down: bool) -> bool {
    let syn::Stmt::Expr(node, _) = stmt else {
        return false;
    };
    let is_name = |node: &syn::Expr| named(node).is_some_and(|of| of == *name);
    let by_one = if down { BinaryOp::Sub } else { BinaryOp::Add };
    match node {
        syn::Expr::Binary(of) => {
            compound_op(&of.op) == Some(by_one) && is_name(&of.left) && is_literal(&of.right, 1)
        }
        syn::Expr::Assign(of) => match &*of.right {
            syn::Expr::Binary(sum) => {
                let adds = match sum.op {
                    syn::BinOp::Add(_) => !down,
                    syn::BinOp::Sub(_) => down,
                    _ => false,
                };
                adds && is_name(&of.left) && is_name(&sum.left) && is_literal(&sum.right, 1)
            }
            _ => false,
        },
        _ => false,
    }
}

/// Methods that leave what they are called of as long as it is, and numbers what they are.
const READS: [&str; 21] = [
    "abs",
    "chunks",
    "column",
    "contains",
    "dim",
    "first",
    "get",
    "is_empty",
    "iter",
    "iter_mut",
    "last",
    "len",
    "max",
    "min",
    "ncols",
    "nrows",
    "pow",
    "row",
    "saturating_sub",
    "swap",
    "windows",
];

/// Looks for what changes the counter or its end.
struct Changes {
    name: String,
    ends: Vec<String>,
    found: bool,
}

impl Changes {
    fn is_known(&self, name: &str) -> bool {
        self.name == name || self.ends.iter().any(|end| end == name)
    }

    /// Something is written: an array's element changes no length, everything else may.
    fn write(&mut self, place: &syn::Expr) {
        if !matches!(place, syn::Expr::Index(_)) {
            let names = words(place.to_token_stream());
            self.found |= names.iter().any(|name| self.is_known(name));
        }
    }
}

impl Visit<'_> for Changes {
    fn visit_expr_assign(&mut self, node: &syn::ExprAssign) {
        self.write(&node.left);
        visit::visit_expr_assign(self, node);
    }

    fn visit_expr_binary(&mut self, node: &syn::ExprBinary) {
        if compound_op(&node.op).is_some() {
            self.write(&node.left);
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_reference(&mut self, node: &syn::ExprReference) {
        if node.mutability.is_some() {
            self.write(&node.expr);
        }
        visit::visit_expr_reference(self, node);
    }

    fn visit_expr_raw_addr(&mut self, _: &syn::ExprRawAddr) {
        self.found = true;
    }

    fn visit_expr_method_call(&mut self, node: &syn::ExprMethodCall) {
        let reads = READS.iter().any(|name| node.method == name);
        if !reads {
            self.write(&node.receiver);
        }
        visit::visit_expr_method_call(self, node);
    }

    fn visit_pat_ident(&mut self, node: &syn::PatIdent) {
        let lent = node.by_ref.is_some() && node.mutability.is_some();
        self.found |= lent || plain(&node.ident) == self.name;
        visit::visit_pat_ident(self, node);
    }

    fn visit_macro(&mut self, node: &syn::Macro) {
        let names = words(node.tokens.clone());
        let known = names.iter().any(|name| self.is_known(name));
        let blocks = node.tokens.to_string().contains('{');
        self.found |= known && (blocks || !is_assertion(node));
    }
}

impl Counted {
    /// Takes the place of the statement there; the number of the last one that stands for it.
    fn put(self, stmts: &mut Vec<syn::Stmt>, at: usize) -> usize {
        let name = &self.name;
        if let Some((from, start)) = self.start(&stmts[..at])
            && !stmts[at + 1..]
                .iter()
                .any(|stmt| mentions(stmt, &plain(name)))
            && self.ahead.is_none_or(|ahead| is_small(&start, ahead))
        {
            let node = self.range_loop(&start);
            stmts[at] = node;
            stmts.remove(from);
            return at - 1;
        }
        if self.breaks || self.ahead.is_some() {
            return at;
        }
        stmts[at] = self.range_loop(&name.to_token_stream());
        stmts.insert(at + 1, self.settled());
        at + 1
    }

    /// The `let` that binds the counter for this loop alone, and what it starts at.
    fn start(&self, before: &[syn::Stmt]) -> Option<(usize, TokenStream)> {
        let from = before
            .iter()
            .rposition(|stmt| mentions(stmt, &plain(&self.name)))?;
        let syn::Stmt::Local(local) = &before[from] else {
            return None;
        };
        let syn::Pat::Ident(pat) = &local.pat else {
            return None;
        };
        let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
        let binds = pat.ident == self.name && pat.by_ref.is_none() && pat.subpat.is_none();
        let next = from + 1 == before.len() && is_steady(&init.expr);
        let kept = next || matches!(&*init.expr, syn::Expr::Lit(_));
        let value = init.expr.to_token_stream();
        (binds && kept && local.attrs.is_empty() && !mentions(&value, &plain(&self.name)))
            .then_some((from, value))
    }

    fn range_loop(&self, start: &TokenStream) -> syn::Stmt {
        let Counted {
            name, label, body, ..
        } = self;
        let range = match &self.end {
            Some(end) => quote_spanned!(end.span()=> #start..#end),
            None => quote_spanned!(name.span()=> (0..#start).rev()),
        };
        let keyword = quote_spanned!(self.keyword=> for);
        syn::parse_quote!(#label #keyword #name in #range #body)
    }

    /// The counter's value behind the loop.
    fn settled(&self) -> syn::Stmt {
        let name = &self.name;
        let (test, last) = match &self.end {
            Some(end) => (quote!(#name < #end), end.to_token_stream()),
            None => (quote!(#name > 0), quote!(0)),
        };
        syn::parse_quote!(if #test { #name = #last; })
    }
}
