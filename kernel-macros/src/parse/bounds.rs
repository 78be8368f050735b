//! `let all = a..b;` as its two ends: wherever the name stands, a range of them is as good.

use super::closure::mentions;
use super::contains::range_of;
use super::swap::name;
use crate::ir::names::plain;
use proc_macro2::Ident;
use quote::{ToTokens, quote};
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};

/// Replaces such names in a body.
pub fn names(block: &mut syn::Block) {
    Bounds.visit_block_mut(block);
}

struct Bounds;

impl VisitMut for Bounds {
    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        let mut at = 0;
        while at < block.stmts.len() {
            let (before, behind) = block.stmts.split_at_mut(at + 1);
            if let Some(ends) = replaced(&before[at], behind) {
                block.stmts.splice(at..=at, ends);
            }
            at += 1;
        }
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

/// What binds the ends of a range that a statement binds, which the statements behind it name from now on.
fn replaced(stmt: &syn::Stmt, behind: &mut [syn::Stmt]) -> Option<[syn::Stmt; 2]> {
    let (of, range) = bound(stmt)?;
    let (start, end) = (range.start.as_ref()?, range.end.as_ref()?);
    let of = plain(of);
    let mut uses = Uses {
        name: &of,
        alike: true,
    };
    behind.iter().for_each(|stmt| uses.visit_stmt(stmt));
    if !uses.alike {
        return None;
    }
    let [from, to] = ["start", "end"].map(|end| name(&format!("{of}_{end}")));
    let limits = &range.limits;
    let mut ends = Ends {
        name: &of,
        range: syn::parse2(quote!((#from #limits #to))).ok()?,
    };
    behind.iter_mut().for_each(|stmt| ends.visit_stmt_mut(stmt));
    Some([
        syn::parse_quote!(let #from = #start;),
        syn::parse_quote!(let #to = #end;),
    ])
}

/// `let name = a..b;`
fn bound(stmt: &syn::Stmt) -> Option<(&Ident, &syn::ExprRange)> {
    let syn::Stmt::Local(local) = stmt else {
        return None;
    };
    let init = local.init.as_ref().filter(|init| init.diverge.is_none())?;
    let (syn::Pat::Ident(pat), Some(range)) = (&local.pat, range_of(&init.expr)) else {
        return None;
    };
    let is_name = pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none();
    (is_name && local.attrs.is_empty()).then_some((&pat.ident, range))
}

/// Whether the name stands only where a range is understood: as an index, over which a loop goes, or before
/// methods of iterators.
struct Uses<'a> {
    name: &'a str,
    alike: bool,
}

impl Uses<'_> {
    fn is_it(&self, node: &syn::Expr) -> bool {
        is_name(node, self.name) || copies(node, self.name)
    }
}

impl Visit<'_> for Uses<'_> {
    fn visit_pat_ident(&mut self, node: &syn::PatIdent) {
        self.alike &= plain(&node.ident) != self.name;
        visit::visit_pat_ident(self, node);
    }

    fn visit_expr_path(&mut self, node: &syn::ExprPath) {
        let name = node.path.get_ident();
        self.alike &= name.is_none_or(|name| plain(name) != self.name);
    }

    fn visit_expr_index(&mut self, node: &syn::ExprIndex) {
        self.visit_expr(&node.expr);
        if !self.is_it(&node.index) {
            self.visit_expr(&node.index);
        }
    }

    fn visit_expr_for_loop(&mut self, node: &syn::ExprForLoop) {
        self.visit_pat(&node.pat);
        self.visit_block(&node.body);
        if !self.is_it(&node.expr) {
            self.visit_expr(&node.expr);
        }
    }

    fn visit_expr_method_call(&mut self, node: &syn::ExprMethodCall) {
        node.args.iter().for_each(|arg| self.visit_expr(arg));
        let asks = ["len", "is_empty", "clone"];
        let known = !asks.iter().any(|name| node.method == name);
        if !(known && self.is_it(&node.receiver)) {
            self.visit_expr(&node.receiver);
        }
    }

    fn visit_field_value(&mut self, node: &syn::FieldValue) {
        self.alike &= node.colon_token.is_some();
        visit::visit_field_value(self, node);
    }

    fn visit_macro(&mut self, node: &syn::Macro) {
        self.alike &= !mentions(&node.tokens, self.name);
    }
}

/// `name.clone()`
fn copies(node: &syn::Expr, name: &str) -> bool {
    matches!(node, syn::Expr::MethodCall(call)
        if call.method == "clone" && is_name(&call.receiver, name))
}

struct Ends<'a> {
    name: &'a str,
    range: syn::Expr,
}

impl VisitMut for Ends<'_> {
    fn visit_expr_mut(&mut self, node: &mut syn::Expr) {
        if is_name(node, self.name) || copies(node, self.name) {
            *node = self.range.clone();
            return;
        }
        visit_mut::visit_expr_mut(self, node);
        // The range itself, as if it had been written there.
        match node {
            syn::Expr::Index(of) => self.bare(&mut of.index),
            syn::Expr::ForLoop(of) => self.bare(&mut of.expr),
            _ => {}
        }
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}

impl Ends<'_> {
    fn bare(&self, node: &mut syn::Expr) {
        if node.to_token_stream().to_string() == self.range.to_token_stream().to_string()
            && let Some(range) = range_of(node).cloned()
        {
            *node = syn::Expr::Range(range);
        }
    }
}

fn is_name(node: &syn::Expr, name: &str) -> bool {
    match node {
        syn::Expr::Path(path) => path.path.get_ident().is_some_and(|of| plain(of) == name),
        _ => false,
    }
}
