//! Which floats are never `-0`. Where no zero has a sign, minima and maxima take one instruction.

use super::form::same;
use crate::ir::{
    BinaryOp, Block, Builtin, ExprId, ExprKind, Function, Pat, Scalar, StmtKind, VarId, walk,
};
use crate::tables::HashMap;
use std::cell::Cell;

/// Expressions that are looked at for one answer: names that stand for sums of names could otherwise
/// take as many as two to the power of their number.
const MOST_NODES: u32 = 200;

/// Knows what the names of a body are bound to.
pub struct Zeros<'a> {
    function: &'a Function,
    lets: HashMap<VarId, ExprId>,
    /// Expressions that may still be looked at.
    left: Cell<u32>,
}

impl<'a> Zeros<'a> {
    pub fn of(function: &'a Function, body: &Block) -> Zeros<'a> {
        let mut lets = HashMap::default();
        walk::statements(function, body, &mut |stmt| match &stmt.kind {
            StmtKind::Let {
                pat: Pat::Var(var),
                init: Some(init),
            } if !function.vars[*var].mutable => {
                lets.insert(*var, *init);
            }
            _ => {}
        });
        let left = Cell::new(0);
        Zeros {
            function,
            lets,
            left,
        }
    }

    /// Whether a value is never `-0`, as far as that is easily seen.
    pub fn none_is_negative(&self, id: ExprId) -> bool {
        self.left.set(MOST_NODES);
        self.are_unsigned(id)
    }

    /// A sum is `-0` only if both operands are, a difference only if the first operand is.
    fn are_unsigned(&self, id: ExprId) -> bool {
        if !self.look() {
            return false;
        }
        match &self.function.exprs[id].kind {
            ExprKind::Binary(BinaryOp::Add, left, right) => {
                self.are_unsigned(*left) || self.are_unsigned(*right)
            }
            ExprKind::Binary(BinaryOp::Sub, left, _) => self.are_unsigned(*left),
            ExprKind::Call(Builtin::Sqrt | Builtin::Min | Builtin::Max, args) => {
                args.iter().all(|arg| self.are_unsigned(*arg))
            }
            ExprKind::Cast(inner, _) => match self.scalar(*inner) {
                // Of an `f64`, what is too small becomes a zero.
                Some(Scalar::F64) => self.is_positive(*inner),
                Some(Scalar::F32) => self.are_unsigned(*inner),
                ty => ty.is_some(),
            },
            _ => self.in_parts(id, &|part| self.are_unsigned(part)) || self.is_positive(id),
        }
    }

    /// Whether a value, if it is a number, is at least `+0`.
    fn is_positive(&self, id: ExprId) -> bool {
        if !self.look() {
            return false;
        }
        let all = |of: &[ExprId]| of.iter().all(|id| self.is_positive(*id));
        match &self.function.exprs[id].kind {
            ExprKind::Float(..) => true,
            ExprKind::Cast(inner, _) => match self.scalar(*inner) {
                Some(ty) if ty.is_float() => self.is_positive(*inner),
                ty => ty.is_some_and(|ty| !ty.is_signed()),
            },
            ExprKind::Binary(BinaryOp::Mul, left, right) => {
                same(self.function, *left, *right) || all(&[*left, *right])
            }
            ExprKind::Binary(BinaryOp::Add | BinaryOp::Div, left, right) => all(&[*left, *right]),
            ExprKind::Call(Builtin::Abs | Builtin::Exp | Builtin::Exp2, _) => true,
            ExprKind::Call(Builtin::MulAdd, args) => {
                let square = same(self.function, args[0], args[1]);
                (square || all(&args[..2])) && all(&args[2..])
            }
            ExprKind::Call(Builtin::Sqrt | Builtin::Min | Builtin::Max, args) => all(args),
            _ => self.in_parts(id, &|part| self.is_positive(part)),
        }
    }

    /// Whether a condition on values holds for all that an expression may choose from.
    fn in_parts(&self, id: ExprId, holds: &dyn Fn(ExprId) -> bool) -> bool {
        let value = |block: &Block| block.value.is_some_and(holds);
        match &self.function.exprs[id].kind {
            ExprKind::Var(var) => self.lets.get(var).is_some_and(|init| holds(*init)),
            ExprKind::If {
                then,
                otherwise: Some(otherwise),
                ..
            } => value(then) && value(otherwise),
            ExprKind::Block(block) => value(block),
            _ => false,
        }
    }

    /// Whether one more expression may be looked at.
    fn look(&self) -> bool {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.unwrap_or_default());
        left.is_some()
    }

    fn scalar(&self, id: ExprId) -> Option<Scalar> {
        self.function.exprs[id].ty.scalar()
    }
}
