//! Comparisons by methods: those that give an `Ordering`, which is -1, 0 or 1 as an `i8`, and those that
//! operators are.

use super::Lowerer;
use super::parts::Parts;
use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Proof, Scalar, Span, Stmt, Ty, UnaryOp};

/// Whether numbers of this type are compared by the method.
pub(super) fn compares(builtin: Builtin, ty: Scalar) -> bool {
    match builtin {
        Builtin::Cmp => ty.is_int(),
        Builtin::TotalCmp => ty.is_float(),
        _ => ty.is_int() || ty.is_float(),
    }
}

impl Lowerer<'_> {
    /// `Ordering::Less` and kin.
    pub fn ordering(&mut self, value: i8, span: Span) -> ExprId {
        let one = self.int(value.unsigned_abs().into(), Scalar::I8, span);
        match value < 0 {
            true => {
                let ty = Ty::Scalar(Scalar::I8);
                self.push(ExprKind::Unary(UnaryOp::Neg, one), span, ty)
            }
            false => one,
        }
    }

    /// A method that gives an `Ordering`, or asks for one; the arguments are names.
    pub fn orders(&mut self, builtin: Builtin, mut parts: Parts) -> Parts {
        use Builtin::*;
        let x = parts.leaves[0];
        let y = parts.leaves.last().copied().unwrap_or(x);
        if !builtin.asks_order() {
            self.prove_order(builtin, x);
        }
        parts.leaves = match builtin {
            Cmp => vec![self.order(x, y)],
            PartialCmp => {
                let (order, missing) = (self.order(x, y), self.unordered(x, y));
                vec![order, missing]
            }
            TotalCmp => {
                let [x, y] = [x, y].map(|x| self.total(x, &mut parts.before));
                vec![self.order(x, y)]
            }
            asked if asked.asks_order() => {
                let zero = self.int_like(0, x);
                vec![self.compare(relation(asked), x, zero)]
            }
            operator => vec![self.compare(relation(operator), x, y)],
        };
        parts
    }

    /// These take their numbers by reference: no trait may have them by value.
    fn prove_order(&mut self, builtin: Builtin, x: ExprId) {
        let ty = self.ty(x).clone();
        self.prove(Proof::ByReference { builtin, ty });
    }

    /// `(x > y) - (x < y)`
    fn order(&mut self, x: ExprId, y: ExprId) -> ExprId {
        let (above, below) = (
            self.compare(BinaryOp::Gt, x, y),
            self.compare(BinaryOp::Lt, x, y),
        );
        let (above, below) = (
            self.as_type(above, Scalar::I8),
            self.as_type(below, Scalar::I8),
        );
        self.exact(BinaryOp::Sub, above, below)
    }

    fn unordered(&mut self, x: ExprId, y: ExprId) -> ExprId {
        let (x, y) = (
            self.compare(BinaryOp::Ne, x, x),
            self.compare(BinaryOp::Ne, y, y),
        );
        self.logic(false, x, y)
    }

    /// A float as an integer with the same order: below zero, all bits but the sign are turned.
    fn total(&mut self, x: ExprId, before: &mut Vec<Stmt>) -> ExprId {
        let float = self.ty(x).scalar().unwrap_or(Scalar::F64);
        let (signed, unsigned) = match float {
            Scalar::F32 => (Scalar::I32, Scalar::U32),
            _ => (Scalar::I64, Scalar::U64),
        };
        let bits = self.call(Builtin::ToBits, &[x]);
        self.function.exprs[bits].ty = Ty::Scalar(unsigned);
        let bits = self.as_type(bits, signed);
        let bits = self.pin(bits, before);
        let sign = self.shifted(Builtin::WrappingShr, bits, u128::from(float.bits()) - 1);
        let sign = self.as_type(sign, unsigned);
        let turned = self.shifted(Builtin::WrappingShr, sign, 1);
        let turned = self.as_type(turned, signed);
        let total = self.op(BinaryOp::Xor, bits, turned);
        self.pin(total, before)
    }
}

fn relation(method: Builtin) -> BinaryOp {
    use Builtin::*;
    match method {
        IsLt | Lt => BinaryOp::Lt,
        IsLe | Le => BinaryOp::Le,
        IsGt | Gt => BinaryOp::Gt,
        IsGe | Ge => BinaryOp::Ge,
        IsEq | Eq => BinaryOp::Eq,
        _ => BinaryOp::Ne,
    }
}
