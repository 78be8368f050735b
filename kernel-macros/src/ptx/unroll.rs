//! Inner loops with a few copies of the body in each pass. The assembler unrolls short loops by
//! itself, but none with a call, and quotients and roots end in calls: without copies, such a loop
//! spends a quarter of its instructions on pointers that go one element further.

use super::builtin::when;
use super::code::{Class, Label, Operand};
use super::emitter::Emitter;
use super::inner::has_jump;
use super::uses::Uses;
use crate::analysis::plan::SiteKey;
use crate::ir::{BinaryOp, Builtin, ExprKind, Loop, LoopId, Scalar, walk};

/// Copies of the body in one pass: a power of two.
const COPIES: i64 = 4;
/// Bodies up to this many expressions have copies.
const SIZE: usize = 64;

impl Emitter<'_> {
    /// Whether the body has copies: one that cannot fail or leave the loop, and has a quotient or a
    /// root.
    pub fn has_copies(&self, id: LoopId) -> bool {
        let node = &self.function.loops[id];
        let plain = node.range.adapters.is_empty() && !node.range.inclusive;
        if !plain || has_jump(&node.body, self.function) || self.region.in_order == Some(id) {
            return false;
        }
        let uses = Uses::of(self.function, &node.body);
        if uses.has_loop || uses.size > SIZE {
            return false;
        }
        let fails = uses.accesses.iter().any(|access| self.is_checked(*access));
        !fails && self.ends_in_calls(node)
    }

    /// Whether no expression of the body can fail and one is a quotient or a root.
    fn ends_in_calls(&self, node: &Loop) -> bool {
        let (mut calls, mut fails) = (false, false);
        walk::expressions(self.function, &node.body, &mut |id| {
            let expr = &self.function.exprs[id];
            let float = expr.ty.scalar().is_some_and(Scalar::is_float);
            calls |= float
                && matches!(
                    expr.kind,
                    ExprKind::Binary(BinaryOp::Div, ..)
                        | ExprKind::Call(Builtin::Sqrt | Builtin::Recip, _)
                );
            fails |= self.site(SiteKey::Expr(id)).is_some();
        });
        calls && !fails
    }

    /// A loop over all whole passes, and one over what they leave.
    pub fn loop_with_copies(&mut self, id: LoopId, done: Label) {
        let node = &self.function.loops[id];
        let ty = self.scalar_type(node.var);
        let [start, end] = self.range_ends(node);
        self.skip_empty(ty, (start, end), false, done);
        let [first, past] = [start, end].map(|of| self.cast(of, ty, Scalar::I64));
        let count = self.pure("sub.s64", Class::B64, &[past, first]);
        let left = self.pure("and.b64", Class::B64, &[count, Operand::Int(COPIES - 1)]);
        let left = self.cast(left, Scalar::I64, ty);
        let middle = self.int("sub", ty, &[end, left]);
        let rest = self.code.label("REST");
        self.scoped(|e| {
            let none = e.test("eq", ty, start, middle);
            e.code.jump_if(when(none, true), rest);
            let counter = e.range_counter(node, ty, (start, middle), COPIES);
            e.passes(id, &counter, rest);
        });
        self.code.place(rest);
        let none = self.test("eq", ty, middle, end);
        self.code.jump_if(when(none, true), done);
        let counter = self.range_counter(node, ty, (middle, end), 1);
        self.passes(id, &counter, done);
    }
}
