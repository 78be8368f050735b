//! Methods of floats that look at their bits, and the mean of two.

use super::Lowerer;
use super::parts::Parts;
use crate::ir::{BinaryOp, Builtin, ExprId, ExprKind, Scalar, Stmt, Ty};

impl Lowerer<'_> {
    /// `builtin(args)` in other words; the arguments are names.
    pub(super) fn of_float(&mut self, builtin: Builtin, mut parts: Parts) -> Parts {
        let x = parts.leaves[0];
        let scalar = self.ty(x).scalar().unwrap_or(Scalar::F64);
        let value = match builtin {
            Builtin::IsNormal | Builtin::IsSubnormal => self.is_of_size(builtin, x, scalar),
            Builtin::Midpoint => {
                let other = parts.leaves[1];
                self.mean(x, other, scalar, &mut parts.before)
            }
            _ => self.neighbour(builtin == Builtin::NextUp, x, scalar, &mut parts.before),
        };
        parts.leaves = vec![value];
        parts
    }

    /// Whether the absolute value is that of a normal number, or that of one below all of these.
    fn is_of_size(&mut self, builtin: Builtin, x: ExprId, scalar: Scalar) -> ExprId {
        let span = self.function.exprs[x].span;
        let size = self.call(Builtin::Abs, &[x]);
        let least = match scalar {
            Scalar::F32 => "1.17549435e-38",
            _ => "2.2250738585072014e-308",
        };
        let least = self.float(least, scalar, span);
        match builtin {
            Builtin::IsNormal => {
                let (large, finite) = (
                    self.compare(BinaryOp::Ge, size, least),
                    self.test(Builtin::IsFinite, x),
                );
                self.logic(true, large, finite)
            }
            _ => {
                let zero = self.zero_like(x);
                let (small, some) = (
                    self.compare(BinaryOp::Lt, size, least),
                    self.compare(BinaryOp::Ne, x, zero),
                );
                self.logic(true, small, some)
            }
        }
    }

    /// The next number up or down: of the bits' absolute value the next one away from zero or towards it.
    /// The infinity at the end and NaN have none.
    fn neighbour(&mut self, up: bool, x: ExprId, scalar: Scalar, before: &mut Vec<Stmt>) -> ExprId {
        let unsigned = scalar.unsigned().unwrap_or(Scalar::U64);
        let bits = self.call(Builtin::ToBits, &[x]);
        self.function.exprs[bits].ty = Ty::Scalar(unsigned);
        let bits = self.pin(bits, before);
        let (one, first) = (self.int_like(1, bits), self.int_like(1, bits));
        let (more, less) = (
            self.exact(BinaryOp::Add, bits, one),
            self.exact(BinaryOp::Sub, bits, first),
        );
        let zero = self.zero_like(x);
        let away = match up {
            true => self.compare(BinaryOp::Gt, x, zero),
            false => self.compare(BinaryOp::Lt, x, zero),
        };
        let next = self.choice(away, more, less);
        let tiny = match up {
            true => 1,
            false => (1 << (scalar.bits() - 1)) | 1,
        };
        let (none, tiny) = (
            self.compare(BinaryOp::Eq, x, zero),
            self.int_like(tiny, bits),
        );
        let next = self.choice(none, tiny, next);
        let next = self.pin(next, before);
        let next = self.call(Builtin::FromBits, &[next]);
        self.function.exprs[next].ty = Ty::Scalar(scalar);
        let endless = self.test(Builtin::IsInfinite, x);
        let ends = self.logic(true, endless, away);
        let unlike = self.test(Builtin::IsNan, x);
        let last = self.logic(false, ends, unlike);
        self.choice(last, x, next)
    }

    /// Half the sum, or the sum of the halves where that could be infinite; of `f32` in `f64`, as std has it.
    fn mean(&mut self, x: ExprId, y: ExprId, scalar: Scalar, before: &mut Vec<Stmt>) -> ExprId {
        let span = self.function.exprs[x].span;
        if scalar == Scalar::F32 {
            let [x, y] = [x, y].map(|x| self.as_type(x, Scalar::F64));
            let (sum, two) = (
                self.op(BinaryOp::Add, x, y),
                self.float("2.0", Scalar::F64, span),
            );
            let half = self.op(BinaryOp::Div, sum, two);
            return self.push(ExprKind::Cast(half, scalar), span, Ty::Scalar(scalar));
        }
        let [small, other] = [x, y].map(|x| {
            let (size, half) = (
                self.call(Builtin::Abs, &[x]),
                self.float("8.988465674311579e307", scalar, span),
            );
            self.compare(BinaryOp::Le, size, half)
        });
        let small = self.logic(true, small, other);
        let small = self.pin(small, before);
        let half = |it: &mut Self, x| {
            let two = it.float("2.0", scalar, span);
            it.op(BinaryOp::Div, x, two)
        };
        let sum = self.op(BinaryOp::Add, x, y);
        let halved = half(self, sum);
        let (x, y) = (half(self, x), half(self, y));
        let halves = self.op(BinaryOp::Add, x, y);
        self.choice(small, halved, halves)
    }
}
