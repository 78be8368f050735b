//! `(a..b).contains(&x)`: two comparisons; `xs.contains(&x)`: a search.

use super::Parser;
use super::span;
use super::swap::name;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Pat, Receiver, Stmt, StmtKind, Ty, Typed};
use quote::quote;

impl Parser {
    /// Whether a number is in a range, whose ends are evaluated first, or among elements.
    pub(super) fn contained(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let plain = call.method == "contains" && call.turbofish.is_none();
        if !plain || call.args.len() != 1 || self.path.is_empty() {
            return None;
        }
        let item = match &call.args[0] {
            syn::Expr::Reference(of) if of.mutability.is_none() => &*of.expr,
            // The name of a reference.
            name => name,
        };
        match range_of(&call.receiver) {
            Some(range) => self.within(node, call, range, item),
            None => self.among(node, call, item),
        }
    }

    fn within(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        range: &syn::ExprRange,
        item: &syn::Expr,
    ) -> Option<ExprId> {
        let (start, end) = (range.start.as_ref()?, range.end.as_ref()?);
        let inclusive = matches!(range.limits, syn::RangeLimits::Closed(_));
        let mut stmts = Vec::new();
        let [start, end, item] = [start, end, item].map(|part| self.held_value(part, &mut stmts));
        self.prove_method(Typed::Expr(start), Receiver::Range { inclusive }, call);
        let span = span::of(node);
        let below = if inclusive {
            BinaryOp::Le
        } else {
            BinaryOp::Lt
        };
        let above = self.push(ExprKind::Binary(BinaryOp::Le, start, item), span);
        let below = self.push(ExprKind::Binary(below, item, end), span);
        let value = Some(self.both(above, below));
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    fn held_value(&mut self, part: &syn::Expr, stmts: &mut Vec<Stmt>) -> ExprId {
        let value = self.operand(part);
        let span = span::of(part);
        let (var, bind) = self.bind_hidden_to("part", value, span);
        stmts.push(bind);
        self.push(ExprKind::Var(var), span)
    }

    /// A loop over a slice, a row or a fixed array, which ends where it has found the item. rustc
    /// confirms the method of what is no `&[T]`.
    fn among(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
        item: &syn::Expr,
    ) -> Option<ExprId> {
        let [list, sought, found, element] = ["list", "sought", "found", "element"].map(name);
        self.scopes.enter();
        let (listed, stmts) = self.elements_named(&list, call);
        let search = quote!({
            let #sought = #item;
            let mut #found = false;
            for #element in #list {
                if *#element == #sought {
                    #found = true;
                    break;
                }
            }
            #found
        });
        let search: Option<syn::Expr> = listed.then(|| syn::parse2(search).ok()).flatten();
        let value = search.map(|search| self.expr(&search));
        self.scopes.leave();
        let value = Some(value?);
        Some(self.push(ExprKind::Block(Block { stmts, value }), span::of(node)))
    }

    /// Gives the elements that are searched this name; false if they are something else.
    fn elements_named(
        &mut self,
        list: &proc_macro2::Ident,
        call: &syn::ExprMethodCall,
    ) -> (bool, Vec<Stmt>) {
        let receiver = &*call.receiver;
        if let Some(written) = written_out(receiver) {
            let span = span::of(receiver);
            let init = Some(self.expr(&written));
            let kind = self.local_kind();
            let var = self.bind(list, kind, false, Ty::Unknown);
            self.fixed.insert(var);
            self.prove_own_array(var, call);
            let pat = Pat::Var(var);
            let kind = StmtKind::Let { pat, init };
            return (true, vec![Stmt { kind, span }]);
        }
        let fixed = self.named(receiver).filter(|var| self.fixed.contains(var));
        let plain = self.is_plain(receiver);
        let part = self.attempt(|parser| {
            let part = parser.part_expr(receiver);
            part.filter(|part| part.rank() == 1 && part.is_slice())
        });
        let place = matches!(receiver, syn::Expr::Index(_) | syn::Expr::MethodCall(_));
        let segment = self.named(receiver).and_then(|var| self.segment(var));
        let known = plain || place || fixed.is_some() || segment.is_some();
        let Some(part) = part.filter(|_| known) else {
            return (false, Vec::new());
        };
        match fixed {
            Some(var) => self.prove_own_array(var, call),
            None if plain => {}
            None => self.prove_part(&part, call),
        }
        let writable = false;
        self.bind_part_name(list, super::part::Part { writable, ..part });
        (true, Vec::new())
    }
}

/// An array that is written out, as one of numbers.
fn written_out(node: &syn::Expr) -> Option<syn::Expr> {
    match node {
        syn::Expr::Paren(of) => written_out(&of.expr),
        syn::Expr::Reference(of) if of.mutability.is_none() => written_out(&of.expr),
        syn::Expr::Array(_) => Some(node.clone()),
        syn::Expr::Lit(literal) => match &literal.lit {
            syn::Lit::ByteStr(text) => {
                let bytes = text.value();
                syn::parse2(quote!([#(#bytes),*])).ok()
            }
            _ => None,
        },
        _ => None,
    }
}

fn range_of(node: &syn::Expr) -> Option<&syn::ExprRange> {
    match node {
        syn::Expr::Paren(of) => range_of(&of.expr),
        syn::Expr::Range(range) => Some(range),
        _ => None,
    }
}
