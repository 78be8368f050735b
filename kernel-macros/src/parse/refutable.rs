//! Patterns that may not match: `if let`, also in a chain of conditions, `let .. else`, `while let`.
//!
//! Each pattern is a test of a bound value, and its names are bound before the test: an `Option`
//! without a value still has a number where its value would be.

use super::Parser;
use super::expr::contains_let;
use super::span;
use crate::ir::{Block, ExprId, ExprKind, Span, Stmt, StmtKind, UnaryOp};
use quote::quote;

impl Parser {
    /// `if a && let pattern = b && c { .. } else { .. }`
    pub(super) fn if_let(&mut self, node: &syn::Expr, of: &syn::ExprIf) -> Option<ExprId> {
        let parts = conjuncts(&of.cond);
        if !parts.iter().all(|part| self.is_understood(part)) {
            return None;
        }
        self.scopes.enter();
        let (mut cond, mut stmts) = (None, Vec::new());
        for part in parts {
            cond = Some(self.conjunct(part, cond, &mut stmts));
        }
        let then = self.block(&of.then_branch);
        self.scopes.leave();
        let otherwise = of.else_branch.as_ref();
        let otherwise = otherwise.map(|(_, branch)| self.else_block(branch));
        let kind = ExprKind::If {
            cond: cond?,
            then,
            otherwise,
        };
        let span = span::of(node);
        let value = Some(self.push(kind, span));
        Some(self.push(ExprKind::Block(Block { stmts, value }), span))
    }

    fn is_understood(&self, part: &syn::Expr) -> bool {
        match part {
            syn::Expr::Let(of) => self.can_match(&of.pat, &of.expr),
            part => !contains_let(part),
        }
    }

    /// What has to hold with the next part of a condition.
    fn conjunct(
        &mut self,
        part: &syn::Expr,
        before: Option<ExprId>,
        stmts: &mut Vec<Stmt>,
    ) -> ExprId {
        let syn::Expr::Let(of) = part else {
            let right = self.expr(part);
            return match before {
                Some(left) => self.both(left, right),
                None => right,
            };
        };
        let span = span::of(&of.expr);
        let Some(before) = before else {
            let value = self.expr(&of.expr);
            if self.is_variant(&of.pat) {
                self.expect_option(value);
            }
            let (subject, bind) = self.subject(&of.expr, value, span);
            stmts.push(bind);
            return self.matches(&of.pat, &subject, stmts);
        };
        let value = self.value_if(before, of);
        let (subject, bind) = self.subject(&of.expr, value, span);
        stmts.push(bind);
        let missing = self.read(&subject.field(1), span);
        let there = self.push(ExprKind::Unary(UnaryOp::Not, missing), span);
        let test = self.matches(&of.pat, &subject.field(0), stmts);
        self.both(there, test)
    }

    /// `if cond { Some(value) } else { None }`: what is matched is evaluated behind the conditions
    /// before it alone.
    fn value_if(&mut self, cond: ExprId, of: &syn::ExprLet) -> ExprId {
        let span = span::of(&of.expr);
        let outer = std::mem::take(&mut self.before);
        let value = self.expr(&of.expr);
        if self.is_variant(&of.pat) {
            self.expect_option(value);
        }
        let stmts = std::mem::replace(&mut self.before, outer);
        let some = Some(self.push(ExprKind::Option(Some(value)), span));
        let none = Some(self.push(ExprKind::Option(None), span));
        let kind = ExprKind::If {
            cond,
            then: Block { stmts, value: some },
            otherwise: Some(Block {
                stmts: Vec::new(),
                value: none,
            }),
        };
        self.push(kind, span)
    }

    /// `let pattern = value else { .. };`: the value, the test and the names.
    pub(super) fn let_else(&mut self, local: &syn::Local) -> Option<StmtKind> {
        let init = local.init.as_ref()?;
        let (_, leaves) = init.diverge.as_ref()?;
        if self.path.is_empty() || !self.can_match(&local.pat, &init.expr) {
            return None;
        }
        let span = Span::of(&local.pat);
        let value = self.expr(&init.expr);
        if self.is_variant(&local.pat) {
            self.expect_option(value);
        }
        let (subject, bind) = self.subject(&init.expr, value, span);
        let then = self.else_block(leaves);
        let matches = self.test(&local.pat, &subject);
        let kind = ExprKind::If {
            cond: self.push(ExprKind::Unary(UnaryOp::Not, matches), span),
            then,
            otherwise: None,
        };
        let kind = StmtKind::Expr(self.push(kind, span));
        let mut stmts = vec![bind, Stmt { kind, span }];
        self.bind_proved(&local.pat, &subject, &mut stmts);
        let last = stmts.pop()?;
        self.before.extend(stmts);
        Some(last.kind)
    }

    /// `while let pattern = value { .. }`: a loop that ends where it does not match.
    pub(super) fn while_let(&mut self, of: &syn::ExprWhile) -> Option<StmtKind> {
        let parts = conjuncts(&of.cond);
        let lets = parts.iter().any(|part| matches!(part, syn::Expr::Let(_)));
        if self.path.is_empty() || !lets || !parts.iter().all(|part| self.is_understood(part)) {
            return None;
        }
        let mut passes: syn::ExprLoop = syn::parse2(quote!(loop {
            if true {
            } else {
                break;
            }
        }))
        .ok()?;
        passes.label = of.label.clone();
        if let syn::Stmt::Expr(syn::Expr::If(choice), _) = &mut passes.body.stmts[0] {
            *choice.cond = (*of.cond).clone();
            choice.then_branch = of.body.clone();
        }
        Some(self.stmt_expr(&syn::Expr::Loop(passes)))
    }
}

/// The parts of `a && let b = c && d`, of which the leftmost is evaluated first.
fn conjuncts(cond: &syn::Expr) -> Vec<&syn::Expr> {
    match cond {
        syn::Expr::Binary(of) if matches!(of.op, syn::BinOp::And(_)) && contains_let(cond) => {
            let mut parts = conjuncts(&of.left);
            parts.extend(conjuncts(&of.right));
            parts
        }
        cond => vec![cond],
    }
}
