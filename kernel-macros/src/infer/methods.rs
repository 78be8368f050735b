//! Types of methods' arguments and values.

use super::Solver;
use super::rules::Rule;
use super::slots::{BOOL, Class, Type};
use crate::ir::{Builtin, ExprId, Scalar};

impl Solver<'_> {
    pub(super) fn call(&mut self, id: ExprId, builtin: Builtin, args: &[ExprId]) -> Type {
        let types: Vec<Type> = args.iter().map(|arg| self.expr(*arg)).collect();
        let receiver = types[0].clone();
        if builtin.asks_order() {
            self.require(args[0], &receiver, &Type::Ordering);
        }
        if builtin.is_complex() && matches!(self.slots.resolve(&receiver), Type::Slot(_)) {
            let float = self.slots.fresh(Class::Float);
            self.require(args[0], &receiver, &Type::Complex(Box::new(float)));
        }
        if let Type::Complex(float) = self.slots.resolve(&receiver) {
            let rest = args.iter().copied().zip(types).skip(1);
            let rest: Vec<(ExprId, Type)> = rest.collect();
            return self.complex_method(builtin, receiver, *float, &rest);
        }
        for (arg, ty) in args.iter().zip(&types).skip(1) {
            let expected = self.second(id, builtin, &receiver);
            self.require(*arg, ty, &expected);
        }
        self.result(id, builtin, receiver)
    }

    /// A method of complex numbers: what it takes besides, and what it gives.
    fn complex_method(
        &mut self,
        builtin: Builtin,
        number: Type,
        float: Type,
        args: &[(ExprId, Type)],
    ) -> Type {
        use Builtin::*;
        for (arg, ty) in args {
            let expected = match builtin.second() {
                Some(scalar) => Type::Scalar(scalar),
                None => float.clone(),
            };
            self.require(*arg, ty, &expected);
        }
        match builtin {
            NormSqr | Norm | L1Norm | Arg => float,
            ToPolar => Type::Tuple(vec![float.clone(), float]),
            IsNan | IsFinite | IsInfinite => BOOL,
            _ => number,
        }
    }

    /// The type of a method's further arguments.
    fn second(&mut self, id: ExprId, builtin: Builtin, receiver: &Type) -> Type {
        use Builtin::*;
        match (builtin, builtin.second()) {
            (_, Some(scalar)) => Type::Scalar(scalar),
            (of, _) if of.takes_signed() => self.defer(receiver.clone(), Rule::Signed, id),
            (of, _) if of.takes_unsigned() => self.defer(receiver.clone(), Rule::Unsigned, id),
            (Converted, _) => self.slots.fresh(Class::Any),
            _ => receiver.clone(),
        }
    }

    fn result(&mut self, id: ExprId, builtin: Builtin, receiver: Type) -> Type {
        use Builtin::*;
        match builtin {
            IsNan | IsFinite | IsInfinite | IsSignNegative | IsSignPositive => BOOL,
            IsPowerOfTwo | IsPositive | IsNegative | IsMultipleOf => BOOL,
            IsNormal | IsSubnormal | Lt | Le | Gt | Ge | Eq | Ne => BOOL,
            Ilog2 | Ilog10 => Type::Scalar(Scalar::U32),
            Room => Type::Scalar(Scalar::Usize),
            CheckedIlog2 | CheckedIlog10 => Type::Option(Box::new(Type::Scalar(Scalar::U32))),
            builtin if builtin.is_overflowing() => Type::Tuple(vec![receiver, BOOL]),
            Cmp | TotalCmp => Type::Ordering,
            PartialCmp => Type::Option(Box::new(Type::Ordering)),
            builtin if builtin.asks_order() => BOOL,
            builtin if builtin.is_checked() => Type::Option(Box::new(receiver)),
            ToAsciiUppercase | ToAsciiLowercase => receiver,
            builtin if builtin.is_of_bytes() => BOOL,
            LeadingOnes | TrailingOnes | CountZeros => Type::Scalar(Scalar::U32),
            SinCos => Type::Tuple(vec![receiver.clone(), receiver]),
            CountOnes | LeadingZeros | TrailingZeros => Type::Scalar(Scalar::U32),
            ToLeBytes | ToBeBytes => self.defer(receiver, Rule::Bytes, id),
            ToBits | AbsDiff | UnsignedAbs | CastUnsigned => {
                self.defer(receiver, Rule::Unsigned, id)
            }
            CastSigned => self.defer(receiver, Rule::Signed, id),
            FromBits => self.defer(receiver, Rule::Float, id),
            _ => receiver,
        }
    }
}
