//! Casts. Those from floating-point numbers to integers, and from integers of 64 bits to `f64`, have
//! forms in the runtime that are faster than `as` and mean the same; which of them is, depends on
//! whether LLVM can vectorise the iterations, and on what its vectors have instructions for.

use super::body::{Body, Frame};
use super::names::{self, emit};
use crate::ir::{Builtin, ExprId, ExprKind, Scalar, walk};
use proc_macro2::TokenStream;

impl Body<'_> {
    pub fn cast(&self, inner: ExprId, to: Scalar) -> TokenStream {
        let inner = self.without_rounding(inner, to);
        let (rt, value, ty) = (self.rt(), self.expr(inner), self.scalar(to));
        let from = self.scalar_of(inner);
        let plain = emit!((#value as #ty));
        if !is_slow(from, to) || self.is_total() {
            return plain;
        }
        if self.frame == Frame::Iteration && self.goes_one_by_one() {
            return match from.is_int() {
                true => plain,
                false => emit!(<#ty as #rt::Whole>::alone(#value)),
            };
        }
        let as_written = emit!(__value as #ty);
        let ([wide, lanes], in_lanes) = (self.in_lanes(from, to), self.takes_lanes(from));
        emit!({
            let __value = #value;
            if WIDE && #rt::cfg!(target_arch = "x86_64") {
                #wide
            } else if #in_lanes && #rt::cfg!(target_arch = "x86_64") {
                #lanes
            } else {
                #as_written
            }
        })
    }

    /// A slow cast of `__value` in lanes, with AVX-512 and before.
    fn in_lanes(&self, from: Scalar, to: Scalar) -> [TokenStream; 2] {
        let (rt, ty) = (self.rt(), self.scalar(to));
        if from.is_int() {
            return [
                emit!(__value as #ty),
                emit!(#rt::Wide::number_in_lanes(__value)),
            ];
        }
        // Of these, `f32` has vectors of its own with either.
        let single = from == Scalar::F32 && to.bits() < 64 && to != Scalar::U32;
        let forms = match single {
            true => ["single_in_lanes"; 2],
            false => ["in_wide_lanes", "in_lanes"],
        };
        forms.map(|form| {
            let form = names::local(form);
            emit!(<#ty as #rt::Whole>::#form(__value))
        })
    }

    /// Whether the form for lanes is that of a slow cast before AVX-512. A function does not know
    /// whether LLVM vectorises what calls it: it has that form where there is no instruction for one
    /// number either.
    fn takes_lanes(&self, from: Scalar) -> TokenStream {
        match self.frame {
            Frame::Iteration => emit!(FAST),
            Frame::Function if is_unsigned(from) => emit!(true),
            Frame::Function => emit!(false),
        }
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
        self.region.fast_can_fail() || !self.region.shared.is_empty()
    }
}

fn is_slow(from: Scalar, to: Scalar) -> bool {
    let wide = from.is_int() && from.bits() == 64;
    (from.is_float() && to.is_int()) || (wide && to == Scalar::F64)
}

fn is_unsigned(ty: Scalar) -> bool {
    matches!(ty, Scalar::U64 | Scalar::Usize)
}
