//! Sums and differences of an unsigned and a signed number.

use super::Lowerer;
use super::integers::Call;
use crate::ir::{BinaryOp, Builtin, ExprId};

impl Lowerer<'_> {
    /// What the method gives: the result alone, or with whether it is no number of the type.
    pub(super) fn mixed(&mut self, call: &mut Call) -> Vec<ExprId> {
        use Builtin::*;
        let adds = matches!(
            call.builtin,
            WrappingAddSigned
                | SaturatingAddSigned
                | OverflowingAddSigned
                | CheckedAddSigned
                | WrappingAddUnsigned
                | SaturatingAddUnsigned
                | OverflowingAddUnsigned
                | CheckedAddUnsigned
        );
        let (result, outside) = self.mixed_sum(call, adds);
        match call.builtin {
            WrappingAddSigned | WrappingSubSigned | WrappingAddUnsigned | WrappingSubUnsigned => {
                vec![result]
            }
            SaturatingAddSigned
            | SaturatingSubSigned
            | SaturatingAddUnsigned
            | SaturatingSubUnsigned => {
                let bound = self.bound(call, adds);
                vec![self.choice(outside, bound, result)]
            }
            _ => vec![result, outside],
        }
    }

    /// The wrapped result, bound, and whether it went to the wrong side of the receiver: to the other one than
    /// an unsigned number's sign says, or a signed one's.
    fn mixed_sum(&mut self, call: &mut Call, adds: bool) -> (ExprId, ExprId) {
        let (x, y) = (call.args[0], call.args[1]);
        let (op, wrong) = match adds {
            true => (BinaryOp::Add, BinaryOp::Lt),
            false => (BinaryOp::Sub, BinaryOp::Gt),
        };
        let other = self.as_type(y, call.ty);
        let result = self.exact(op, x, other);
        let result = self.pin(result, call.before);
        let moved = self.compare(wrong, result, x);
        let outside = match call.builtin.takes_signed() {
            true => {
                let below = self.is_below(y, 0);
                self.compare(BinaryOp::Ne, moved, below)
            }
            false => moved,
        };
        (result, outside)
    }

    /// The end of the type that a result is beyond, if it is.
    fn bound(&mut self, call: &Call, adds: bool) -> ExprId {
        let (x, y) = (call.args[0], call.args[1]);
        let (low, high) = (self.least(call.ty, x), self.greatest(call.ty, x));
        let (end, other) = match adds {
            true => (high, low),
            false => (low, high),
        };
        match call.builtin.takes_signed() {
            true => {
                let below = self.is_below(y, 0);
                self.choice(below, other, end)
            }
            false => end,
        }
    }
}
