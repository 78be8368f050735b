//! `(a..b).contains(&x)`: two comparisons.

use super::Parser;
use super::span;
use crate::ir::{BinaryOp, Block, ExprId, ExprKind, Receiver, Stmt, Typed};

impl Parser {
    /// Whether a number is in a range, whose ends are evaluated first.
    pub(super) fn contained(
        &mut self,
        node: &syn::Expr,
        call: &syn::ExprMethodCall,
    ) -> Option<ExprId> {
        let range = range_of(&call.receiver)?;
        let plain = call.method == "contains" && call.turbofish.is_none();
        let (start, end) = (range.start.as_ref()?, range.end.as_ref()?);
        if !plain || call.args.len() != 1 || self.path.is_empty() {
            return None;
        }
        let item = match &call.args[0] {
            syn::Expr::Reference(of) if of.mutability.is_none() => &*of.expr,
            // The name of a reference.
            name => name,
        };
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
}

fn range_of(node: &syn::Expr) -> Option<&syn::ExprRange> {
    match node {
        syn::Expr::Paren(of) => range_of(&of.expr),
        syn::Expr::Range(range) => Some(range),
        _ => None,
    }
}
