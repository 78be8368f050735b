//! What `move` closures keep for themselves.

use super::expr::compound_op;
use syn::visit::{self, Visit};

/// Whether a closure is `move` and writes to a name: to a copy of its own, if it is a number's.
pub(super) fn keeps_copies(closure: &syn::ExprClosure) -> bool {
    let mut names = Names { written: false };
    names.visit_expr(&closure.body);
    closure.capture.is_some() && names.written
}

struct Names {
    written: bool,
}

impl Names {
    fn wrote(&mut self, to: &syn::Expr) {
        match to {
            syn::Expr::Path(_) => self.written = true,
            syn::Expr::Paren(of) => self.wrote(&of.expr),
            syn::Expr::Group(of) => self.wrote(&of.expr),
            syn::Expr::Field(of) => self.wrote(&of.base),
            syn::Expr::Index(of) => self.wrote(&of.expr),
            syn::Expr::Tuple(of) => of.elems.iter().for_each(|of| self.wrote(of)),
            syn::Expr::Array(of) => of.elems.iter().for_each(|of| self.wrote(of)),
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_expr_assign(&mut self, node: &'ast syn::ExprAssign) {
        self.wrote(&node.left);
        visit::visit_expr_assign(self, node);
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        if compound_op(&node.op).is_some() {
            self.wrote(&node.left);
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_reference(&mut self, node: &'ast syn::ExprReference) {
        if node.mutability.is_some() {
            self.wrote(&node.expr);
        }
        visit::visit_expr_reference(self, node);
    }

    // A method may borrow what it is called of.
    fn visit_expr_method_call(&mut self, node: &'ast syn::ExprMethodCall) {
        if node.method == "swap" || node.method == "fill" {
            self.wrote(&node.receiver);
        }
        visit::visit_expr_method_call(self, node);
    }
}
