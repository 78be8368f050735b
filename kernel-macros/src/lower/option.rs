//! Options: a value, which is zero where there is none, and whether it is missing.

use super::parts::Parts;
use super::{Lowerer, leaves};
use crate::ir::{BinaryOp, ExprId, ExprKind, Scalar, Span, Ty};

impl Lowerer<'_> {
    /// `Some(value)` or `None`.
    pub fn option(&mut self, some: Option<ExprId>, ty: &Ty, span: Span) -> Parts {
        let mut parts = match some {
            Some(value) => self.parts_of_all(&[value]),
            None => Parts::plain(self.zeros(ty, span)),
        };
        let kind = ExprKind::Bool(some.is_none());
        let missing = self.push(kind, span, Ty::Scalar(Scalar::Bool));
        parts.leaves.push(missing);
        parts
    }

    /// A zero for each scalar of the value that is not there.
    fn zeros(&mut self, option: &Ty, span: Span) -> Vec<ExprId> {
        let Ty::Option(some) = option else {
            return Vec::new();
        };
        self.defaults(some, span)
    }

    /// The scalars of a type's default: an option inside has no value.
    fn defaults(&mut self, ty: &Ty, span: Span) -> Vec<ExprId> {
        match ty {
            Ty::Option(some) => {
                let mut scalars = self.defaults(some, span);
                let missing = Ty::Scalar(Scalar::Bool);
                scalars.push(self.push(ExprKind::Bool(true), span, missing));
                scalars
            }
            Ty::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.defaults(part, span));
                parts.collect::<Vec<_>>().concat()
            }
            ty => {
                let zeros = leaves(ty).into_iter().map(|(ty, _)| self.zero(ty, span));
                zeros.collect()
            }
        }
    }

    fn zero(&mut self, ty: Ty, span: Span) -> ExprId {
        let kind = match &ty {
            Ty::Scalar(Scalar::Bool) => ExprKind::Bool(false),
            Ty::Scalar(scalar) if scalar.is_float() => ExprKind::Float("0.0".to_string(), None),
            Ty::Array(elem, len) => ExprKind::Repeat(self.zero((**elem).clone(), span), *len),
            Ty::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.zero(part.clone(), span));
                ExprKind::Tuple(parts.collect())
            }
            _ => ExprKind::Int(0, None),
        };
        self.push(kind, span, ty)
    }

    /// Two options of numbers are equal if neither has a value, or both have one and it is the same.
    pub fn option_comparison(
        &mut self,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
        span: Span,
    ) -> Parts {
        let (first, second) = self.both_parts(left, right);
        let (&[a, no_a], &[b, no_b]) = (&first.leaves[..], &second[..]) else {
            return self.unknown(&[], span, "a comparison of such options");
        };
        let (alike, value) = (
            self.compare(BinaryOp::Eq, no_a, no_b),
            self.compare(BinaryOp::Eq, a, b),
        );
        let missing = self.again(no_a);
        let value = self.logic(false, missing, value);
        let equal = self.logic(true, alike, value);
        let value = match op {
            BinaryOp::Eq => equal,
            BinaryOp::Ne => self.not(equal),
            _ => return self.unknown(&[], span, &format!("`{op}` of options")),
        };
        Parts {
            before: first.before,
            ..Parts::plain(vec![value])
        }
    }
}
