//! Casts. Those from floating-point numbers to integers, and from integers of 64 bits to `f64`, have
//! forms in the runtime that are faster than `as` and mean the same; which of them is, depends on
//! whether LLVM can vectorise the iterations.

use super::body::{Body, Frame};
use super::names::emit;
use crate::ir::{Builtin, ExprId, ExprKind, Scalar, walk};
use proc_macro2::TokenStream;

impl Body<'_> {
    pub fn cast(&self, inner: ExprId, to: Scalar) -> TokenStream {
        let inner = self.without_rounding(inner, to);
        let (rt, value, ty) = (self.rt(), self.expr(inner), self.scalar(to));
        let from = self.scalar_of(inner);
        if self.frame == Frame::Function && is_unsigned_to_number(from, to) {
            return emit!({
                let __value = #value;
                if #rt::cfg!(target_arch = "x86_64") {
                    #rt::Wide::number_in_lanes(__value)
                } else {
                    __value as #ty
                }
            });
        }
        if self.frame == Frame::Function || self.is_total() || !is_slow(from, to) {
            return emit!((#value as #ty));
        }
        let in_lanes = match (self.goes_one_by_one(), from.is_int()) {
            (true, true) => return emit!((#value as #ty)),
            (true, false) => return emit!(<#ty as #rt::Whole>::alone(#value)),
            (false, true) => emit!(#rt::Wide::number_in_lanes(__value)),
            (false, false) => emit!(<#ty as #rt::Whole>::in_lanes(__value)),
        };
        emit!({
            let __value = #value;
            if FAST && #rt::cfg!(target_arch = "x86_64") {
                #in_lanes
            } else {
                __value as #ty
            }
        })
    }

    /// The operand of a cast without a rounding that the cast does itself. What is below zero becomes
    /// 0 in an unsigned type, whichever way it was rounded.
    fn without_rounding(&self, inner: ExprId, to: Scalar) -> ExprId {
        match &self.function().exprs[inner].kind {
            ExprKind::Call(Builtin::Trunc, args) if to.is_int() => args[0],
            ExprKind::Call(Builtin::Floor, args) if to.is_int() && !to.is_signed() => args[0],
            _ => inner,
        }
    }

    /// Whether a cast of the region has a form for lanes, which only the fast form of the body takes:
    /// at the baseline it would call functions.
    pub fn casts_in_lanes(&self) -> bool {
        let (function, mut found) = (self.function(), false);
        walk::expressions(function, &self.region.body, &mut |id| {
            let slow = |kind: &ExprKind| match *kind {
                ExprKind::Cast(inner, to) => is_slow(self.scalar_of(inner), to),
                _ => false,
            };
            found |= slow(&function.exprs[id].kind);
        });
        found && !self.goes_one_by_one()
    }

    /// Whether iterations follow each other: because they leave the loop where they fail, or use
    /// elements by turns.
    fn goes_one_by_one(&self) -> bool {
        self.region.can_fail(false) || !self.region.shared.is_empty()
    }
}

fn is_slow(from: Scalar, to: Scalar) -> bool {
    let wide = from.is_int() && from.bits() == 64;
    (from.is_float() && to.is_int()) || (wide && to == Scalar::F64)
}

/// Whether a cast has a form for lanes that serves as well where a function is called for one number:
/// there is no instruction for it in either kind of code.
fn is_unsigned_to_number(from: Scalar, to: Scalar) -> bool {
    matches!(from, Scalar::U64 | Scalar::Usize) && to == Scalar::F64
}
