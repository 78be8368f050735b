//! Which names code is about that has no meaning in a kernel: what it writes, or else what it reads or
//! calls.

use super::expr::compound_op;
use super::written;
use crate::ir::names::plain;
use std::collections::BTreeSet;
use syn::visit::{self, Visit};

/// More names than these say nothing.
const MOST: usize = 3;

/// ` on `a` and `b``: the names that `unsafe` code or the like is about, or nothing.
pub(super) fn about(node: &syn::Expr) -> String {
    let names = Names::of(node);
    let told = if names.written.is_empty() {
        &names.used
    } else {
        &names.written
    };
    listed(told).map_or_else(String::new, |names| format!(" on {names}"))
}

/// `, which changes `s`,`: what a closure captures and writes, or nothing.
pub(super) fn changes(closure: &syn::ExprClosure) -> String {
    let mut names = Names::of(&closure.body);
    closure
        .inputs
        .iter()
        .for_each(|input| names.visit_pat(input));
    let bound = std::mem::take(&mut names.bound);
    names.written.retain(|name| !bound.contains(name));
    listed(&names.written).map_or_else(String::new, |names| format!(", which changes {names},"))
}

/// ` with `tick``: the functions that a method is given, or nothing.
pub(super) fn functions<'a>(
    args: impl IntoIterator<Item = &'a syn::Expr>,
    is_variable: impl Fn(&syn::Expr) -> bool,
) -> String {
    let named = |arg: &&syn::Expr| matches!(arg, syn::Expr::Path(_)) && !is_variable(arg);
    // A constant's name is in capitals.
    let args = args.into_iter().filter(named).map(written::text);
    let small = |name: &String| {
        name.rsplit("::")
            .next()
            .is_some_and(|last| last.starts_with(char::is_lowercase))
    };
    let names: Vec<String> = args.filter(small).collect();
    listed(&names).map_or_else(String::new, |names| format!(" with {names}"))
}

fn listed(names: &[String]) -> Option<String> {
    let quoted = names.iter().take(MOST).map(|name| format!("`{name}`"));
    let quoted: Vec<String> = quoted.collect();
    let (last, others) = quoted.split_last()?;
    Some(match others {
        [] => last.clone(),
        others => format!("{} and {last}", others.join(", ")),
    })
}

#[derive(Default)]
struct Names {
    written: Vec<String>,
    used: Vec<String>,
    bound: BTreeSet<String>,
}

impl Names {
    fn of(node: &syn::Expr) -> Names {
        let mut names = Names::default();
        names.visit_expr(node);
        let Names {
            written,
            used,
            bound,
        } = &mut names;
        written.retain(|name| !bound.contains(name));
        used.retain(|name| !bound.contains(name));
        names
    }

    fn writes(&mut self, place: &syn::Expr) {
        if let Some(name) = base(place) {
            note(&mut self.written, name);
        }
    }
}

fn note(names: &mut Vec<String>, name: String) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The name that a place or the receiver of a method begins with.
fn base(place: &syn::Expr) -> Option<String> {
    match place {
        syn::Expr::Path(of) => of.path.segments.last().map(|name| plain(&name.ident)),
        syn::Expr::Paren(of) => base(&of.expr),
        syn::Expr::Unary(of) => base(&of.expr),
        syn::Expr::Field(of) => base(&of.base),
        syn::Expr::Index(of) => base(&of.expr),
        syn::Expr::Reference(of) => base(&of.expr),
        syn::Expr::MethodCall(of) => base(&of.receiver),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_expr_assign(&mut self, node: &'ast syn::ExprAssign) {
        self.writes(&node.left);
        visit::visit_expr_assign(self, node);
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        if compound_op(&node.op).is_some() {
            self.writes(&node.left);
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_reference(&mut self, node: &'ast syn::ExprReference) {
        if node.mutability.is_some() {
            self.writes(&node.expr);
        }
        visit::visit_expr_reference(self, node);
    }

    fn visit_expr_path(&mut self, node: &'ast syn::ExprPath) {
        if let Some(name) = node.path.segments.last() {
            note(&mut self.used, plain(&name.ident));
        }
    }

    fn visit_pat_ident(&mut self, node: &'ast syn::PatIdent) {
        self.bound.insert(plain(&node.ident));
    }
}
