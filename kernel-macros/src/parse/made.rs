//! Arithmetic that the reader makes up: positions and lengths of what iterators hand out.
//!
//! All of it is on `usize`, and none of it can overflow where it is evaluated: positions lie below
//! lengths. The rest of the compiler is told so by [`crate::ir::Function::made`].

use super::Parser;
use crate::ir::{
    BinaryOp, Builtin, Expr, ExprId, ExprKind, Pat, Scalar, Span, Stmt, StmtKind, Ty, Var, VarId,
    VarKind,
};
use proc_macro2::{Ident, TokenStream};

impl Parser {
    fn made_up(&mut self, kind: ExprKind, span: Span, ty: Scalar) -> ExprId {
        let ty = Ty::Scalar(ty);
        let id = self.exprs.push(Expr { kind, span, ty });
        self.made.insert(id);
        id
    }

    /// A number.
    pub(super) fn number(&mut self, value: u128, span: Span) -> ExprId {
        self.made_up(ExprKind::Int(value, None), span, Scalar::Usize)
    }

    /// The value of a literal.
    pub(super) fn known(&self, id: ExprId) -> Option<u128> {
        match self.exprs[id].kind {
            ExprKind::Int(value, _) => Some(value),
            _ => None,
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        let span = self.exprs[left].span;
        self.made_up(ExprKind::Binary(op, left, right), span, Scalar::Usize)
    }

    /// `left + right`
    pub(super) fn plus(&mut self, left: ExprId, right: ExprId) -> ExprId {
        match (self.known(left), self.known(right)) {
            (Some(0), _) => right,
            (_, Some(0)) => left,
            _ => self.arithmetic(BinaryOp::Add, left, right),
        }
    }

    /// `left - right`, where that is no less than zero.
    pub(super) fn minus(&mut self, left: ExprId, right: ExprId) -> ExprId {
        match (self.known(left), self.known(right)) {
            (_, Some(0)) => left,
            (Some(left_value), Some(value)) if value <= left_value => {
                self.number(left_value - value, self.exprs[left].span)
            }
            _ => self.arithmetic(BinaryOp::Sub, left, right),
        }
    }

    /// `left * right`
    pub(super) fn times(&mut self, left: ExprId, right: ExprId) -> ExprId {
        match (self.known(left), self.known(right)) {
            (Some(1), _) => right,
            (_, Some(1)) => left,
            _ => self.arithmetic(BinaryOp::Mul, left, right),
        }
    }

    /// `left / right`, rounded down, where `right` is no literal zero.
    pub(super) fn quotient(&mut self, left: ExprId, right: ExprId) -> ExprId {
        match self.known(right) {
            Some(1) => left,
            _ => self.arithmetic(BinaryOp::Div, left, right),
        }
    }

    /// The smaller.
    pub(super) fn least(&mut self, left: ExprId, right: ExprId) -> ExprId {
        let span = self.exprs[left].span;
        let kind = ExprKind::Call(Builtin::Min, vec![left, right]);
        self.made_up(kind, span, Scalar::Usize)
    }

    /// The value, or 1 if that is larger: a divisor, whatever the value.
    pub(super) fn at_least_one(&mut self, value: ExprId) -> ExprId {
        if self.known(value).is_some_and(|value| value >= 1) {
            return value;
        }
        let span = self.exprs[value].span;
        let one = self.number(1, span);
        let kind = ExprKind::Call(Builtin::Max, vec![value, one]);
        self.made_up(kind, span, Scalar::Usize)
    }

    /// `left op right`, a bounds check's condition.
    pub(super) fn compare_made(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> ExprId {
        let span = self.exprs[left].span;
        self.made_up(ExprKind::Binary(op, left, right), span, Scalar::Bool)
    }

    /// `left && right`, likewise.
    pub(super) fn both(&mut self, left: ExprId, right: ExprId) -> ExprId {
        let span = self.exprs[left].span;
        let kind = ExprKind::Logic {
            and: true,
            left,
            right,
        };
        self.made_up(kind, span, Scalar::Bool)
    }

    /// A variable that has no name in the driver.
    pub(super) fn hidden(&mut self, ident: &Ident, kind: VarKind, ty: Ty) -> VarId {
        self.vars.push(Var {
            ident: ident.clone(),
            span: Span::at(ident.span()),
            kind,
            home: self.path.last().copied(),
            mutable: false,
            ty,
            tokens: TokenStream::new(),
            deferred: false,
            hidden: false,
        })
    }

    /// The expression's value here and now: the expression itself if nothing can change it, else a
    /// variable that is bound before the statement that is being read.
    pub(super) fn frozen(&mut self, id: ExprId) -> ExprId {
        if self.path.is_empty() || self.is_stable(id) {
            return id;
        }
        let span = self.exprs[id].span;
        let ident = Ident::new("value", span.start);
        let var = self.hidden(&ident, VarKind::Local, Ty::Scalar(Scalar::Usize));
        let kind = StmtKind::Let {
            pat: Pat::Var(var),
            init: Some(id),
        };
        self.before.push(Stmt { kind, span });
        let kind = ExprKind::Var(var);
        let ty = Ty::Scalar(Scalar::Usize);
        self.exprs.push(Expr { kind, span, ty })
    }

    fn is_stable(&self, id: ExprId) -> bool {
        match &self.exprs[id].kind {
            ExprKind::Var(var) => !self.vars[*var].mutable && !self.vars[*var].deferred,
            ExprKind::Int(..) | ExprKind::Len { .. } => true,
            kind @ (ExprKind::Binary(..) | ExprKind::Cast(..) | ExprKind::Call(..)) => {
                let operands = crate::ir::verify::operands(kind);
                operands.into_iter().all(|operand| self.is_stable(operand))
            }
            _ => false,
        }
    }
}
