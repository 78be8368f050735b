//! Inherent methods of primitives.

use super::arith::{bits_suffix, is_narrow};
use super::code::{Class, Operand, Reg};
use super::emitter::Emitter;
use crate::analysis::plan::{Combine, Fold, SiteKey};
use crate::ir::{BinaryOp, Builtin, ExprId, Scalar, UnaryOp};

impl Emitter<'_> {
    /// A call; `ty` is the receiver's type.
    pub fn call(&mut self, id: ExprId, builtin: Builtin, ty: Scalar, args: &[Operand]) -> Operand {
        if let Some(site) = self.site(SiteKey::Expr(id))
            && let Some(test) = self.call_fails(builtin, ty, args)
        {
            let second = builtin.second().unwrap_or(ty);
            let types = [ty, second, ty].into_iter();
            let args: Vec<_> = args.iter().copied().zip(types).collect();
            self.fail_if(test, site, &args);
        }
        self.apply(builtin, ty, args)
    }

    fn call_fails(&mut self, builtin: Builtin, ty: Scalar, args: &[Operand]) -> Option<Operand> {
        match builtin {
            Builtin::Abs if ty.is_signed() => {
                let min = Operand::Int(i64::MIN >> (64 - ty.bits()));
                Some(self.test("eq", ty, args[0], min))
            }
            Builtin::RemEuclid | Builtin::DivEuclid if ty.is_int() => {
                self.division_fails(ty, args[0], args[1])
            }
            Builtin::Pow => self.power(ty, args[0], args[1]).1,
            // Also where a bound is NaN.
            Builtin::Clamp if ty.is_float() => Some(self.test("gtu", ty, args[1], args[2])),
            Builtin::Clamp => Some(self.comparison_of(BinaryOp::Gt, ty, args[1], args[2])),
            _ => None,
        }
    }

    fn comparison_of(&mut self, op: BinaryOp, ty: Scalar, a: Operand, b: Operand) -> Operand {
        self.plain_binary(op, ty, a, b)
    }

    /// A built-in's value where it does not panic.
    pub fn apply(&mut self, builtin: Builtin, ty: Scalar, args: &[Operand]) -> Operand {
        match ty {
            _ if builtin.is_elementary() => self.elementary(builtin, ty, args),
            Scalar::Bool => self.apply_bool(builtin, args),
            Scalar::F32 | Scalar::F64 => self.apply_float(builtin, ty, args),
            _ => self.apply_int(builtin, ty, args),
        }
    }

    /// Two partial results of a reduction, the earlier one first.
    pub fn combine(&mut self, fold: Fold, ty: Scalar, left: Operand, right: Operand) -> Operand {
        match fold.combine() {
            Combine::Binary(op) => self.plain_binary(op, ty, left, right),
            Combine::Builtin(builtin) => self.apply(builtin, ty, &[left, right]),
        }
    }

    fn apply_bool(&mut self, builtin: Builtin, args: &[Operand]) -> Operand {
        let both = |e: &mut Self, op: &str, a: Operand, b: Operand| {
            let (a, b) = (e.predicate(a), e.predicate(b));
            e.pure(op, Class::Pred, &[a, b])
        };
        match builtin {
            Builtin::Min | Builtin::MinIf => both(self, "and.pred", args[0], args[1]),
            Builtin::Max | Builtin::MaxIf => both(self, "or.pred", args[0], args[1]),
            Builtin::Clamp => {
                let low = both(self, "or.pred", args[0], args[1]);
                both(self, "and.pred", low, args[2])
            }
            other => unreachable!("`bool` has no `{}`", other.name()),
        }
    }

    // Floats.

    fn apply_float(&mut self, builtin: Builtin, ty: Scalar, args: &[Operand]) -> Operand {
        let a = args[0];
        let b = args.get(1).copied().unwrap_or(a);
        let c = args.get(2).copied().unwrap_or(a);
        match builtin {
            Builtin::Abs => self.float("abs", ty, &[a]),
            Builtin::Sqrt => self.float("sqrt.rn", ty, &[a]),
            // NaN loses, and -0 is below +0, in PTX as here.
            Builtin::Min => self.float("min", ty, &[a, b]),
            Builtin::Max => self.float("max", ty, &[a, b]),
            Builtin::MinIf => self.keeping_nan("min", ty, a, b),
            Builtin::MaxIf => self.keeping_nan("max", ty, a, b),
            Builtin::Floor => self.rounded("rmi", ty, a),
            Builtin::Ceil => self.rounded("rpi", ty, a),
            Builtin::Trunc => self.rounded("rzi", ty, a),
            Builtin::RoundTiesEven => self.rounded("rni", ty, a),
            Builtin::Round => self.round_half_away(ty, a),
            Builtin::Fract => {
                let whole = self.rounded("rzi", ty, a);
                self.float("sub.rn", ty, &[a, whole])
            }
            Builtin::MulAdd => self.float("fma.rn", ty, &[a, b, c]),
            Builtin::Copysign => self.float("copysign", ty, &[b, a]),
            Builtin::Signum => {
                let sign = self.float("copysign", ty, &[a, constant(ty, 1.0)]);
                let nan = self.is_nan(ty, a);
                self.select(ty, a, sign, nan)
            }
            Builtin::Recip => self.float("rcp.rn", ty, &[a]),
            Builtin::ToRadians | Builtin::ToDegrees => {
                let factor = constant(ty, degrees_factor(builtin, ty));
                self.float("mul.rn", ty, &[a, factor])
            }
            Builtin::RemEuclid => self.float_rem_euclid(ty, a, b),
            Builtin::DivEuclid => self.float_div_euclid(ty, a, b),
            Builtin::Clamp => {
                let below = self.test("lt", ty, a, b);
                let raised = self.select(ty, b, a, below);
                let above = self.test("gt", ty, raised, c);
                self.select(ty, c, raised, above)
            }
            _ => self.apply_float_bits(builtin, ty, a),
        }
    }

    fn apply_float_bits(&mut self, builtin: Builtin, ty: Scalar, a: Operand) -> Operand {
        match builtin {
            Builtin::IsNan => self.is_nan(ty, a),
            Builtin::IsFinite | Builtin::IsInfinite => {
                let magnitude = self.float("abs", ty, &[a]);
                let cmp = if builtin == Builtin::IsFinite {
                    "lt"
                } else {
                    "eq"
                };
                self.test(cmp, ty, magnitude, constant(ty, f64::INFINITY))
            }
            Builtin::IsSignNegative | Builtin::IsSignPositive => {
                let bits = self.bits_of(ty, a);
                let cmp = if builtin == Builtin::IsSignNegative {
                    "lt"
                } else {
                    "ge"
                };
                self.test(cmp, signed_bits(ty), bits, Operand::Int(0))
            }
            Builtin::ToBits => self.bits_of(ty, a),
            other => unreachable!("floats have no `{}` here", other.name()),
        }
    }

    pub fn is_nan(&mut self, ty: Scalar, a: Operand) -> Operand {
        self.test("nan", ty, a, a)
    }

    /// A float's bits as an integer of its width.
    pub fn bits_of(&mut self, ty: Scalar, value: Operand) -> Operand {
        match value {
            Operand::F32(bits) => Operand::Int(bits.into()),
            Operand::F64(bits) => Operand::Int(bits.cast_signed()),
            _ => {
                let int = signed_bits(ty);
                let op = format!("mov.{}", bits_suffix(int));
                self.pure(op, Class::of(int), &[value])
            }
        }
    }

    /// The float with these bits.
    pub fn float_of(&mut self, ty: Scalar, bits: Operand) -> Operand {
        match (bits, ty) {
            (Operand::Int(bits), Scalar::F32) => Operand::F32(bits as u32),
            (Operand::Int(bits), _) => Operand::F64(bits.cast_unsigned()),
            _ => {
                let op = format!("mov.{}", bits_suffix(signed_bits(ty)));
                self.pure(op, Class::of(ty), &[bits])
            }
        }
    }

    /// `min` or `max` with the left operand where that is NaN.
    fn keeping_nan(&mut self, op: &str, ty: Scalar, a: Operand, b: Operand) -> Operand {
        let best = self.float(op, ty, &[a, b]);
        let nan = self.is_nan(ty, a);
        self.select(ty, a, best, nan)
    }

    /// To an integral value, in a direction.
    fn rounded(&mut self, direction: &str, ty: Scalar, a: Operand) -> Operand {
        let a = Operand::Reg(self.register(Class::of(ty), a));
        let name = match ty {
            Scalar::F32 => "f32",
            _ => "f64",
        };
        self.pure(
            format!("cvt.{direction}.{name}.{name}"),
            Class::of(ty),
            &[a],
        )
    }

    /// PTX rounds halves to even only: the whole part, and one more where the rest, which is
    /// exact, is at least a half.
    fn round_half_away(&mut self, ty: Scalar, a: Operand) -> Operand {
        let magnitude = self.float("abs", ty, &[a]);
        let whole = self.rounded("rzi", ty, magnitude);
        let rest = self.float("sub.rn", ty, &[magnitude, whole]);
        let next = self.float("add.rn", ty, &[whole, constant(ty, 1.0)]);
        let up = self.test("ge", ty, rest, constant(ty, 0.5));
        let rounded = self.select(ty, next, whole, up);
        self.float("copysign", ty, &[a, rounded])
    }

    /// `r = a % b; if r < 0 { r + |b| } else { r }`
    fn float_rem_euclid(&mut self, ty: Scalar, a: Operand, b: Operand) -> Operand {
        let rest = self.float_rem(ty, a, b);
        let magnitude = self.float("abs", ty, &[b]);
        let raised = self.float("add.rn", ty, &[rest, magnitude]);
        let negative = self.test("lt", ty, rest, constant(ty, 0.0));
        self.select(ty, raised, rest, negative)
    }

    /// The truncated quotient, one off away from zero where `a % b` is negative.
    fn float_div_euclid(&mut self, ty: Scalar, a: Operand, b: Operand) -> Operand {
        let quotient = self.float("div.rn", ty, &[a, b]);
        let whole = self.rounded("rzi", ty, quotient);
        let rest = self.float_rem(ty, a, b);
        let negative = self.test("lt", ty, rest, constant(ty, 0.0));
        let positive_divisor = self.test("gt", ty, b, constant(ty, 0.0));
        let less = self.float("sub.rn", ty, &[whole, constant(ty, 1.0)]);
        let more = self.float("add.rn", ty, &[whole, constant(ty, 1.0)]);
        let adjusted = self.select(ty, less, more, positive_divisor);
        self.select(ty, adjusted, whole, negative)
    }

    // Integers.

    fn apply_int(&mut self, builtin: Builtin, ty: Scalar, args: &[Operand]) -> Operand {
        let a = args[0];
        let b = args.get(1).copied().unwrap_or(a);
        match builtin {
            Builtin::Min | Builtin::MinIf => self.int("min", ty, &[a, b]),
            Builtin::Max | Builtin::MaxIf => self.int("max", ty, &[a, b]),
            Builtin::Clamp => {
                let raised = self.int("max", ty, &[a, b]);
                self.int("min", ty, &[raised, args[2]])
            }
            Builtin::Abs => {
                let magnitude = self.magnitude(ty, a);
                self.wrap(ty, magnitude)
            }
            Builtin::UnsignedAbs => self.magnitude(ty, a),
            Builtin::Signum => {
                let below = self.int("min", ty, &[a, Operand::Int(1)]);
                self.int("max", ty, &[below, Operand::Int(-1)])
            }
            Builtin::WrappingAdd => self.plain_binary(BinaryOp::Add, ty, a, b),
            Builtin::WrappingSub => self.plain_binary(BinaryOp::Sub, ty, a, b),
            Builtin::WrappingMul => self.plain_binary(BinaryOp::Mul, ty, a, b),
            Builtin::WrappingNeg => self.unary(UnaryOp::Neg, ty, a),
            Builtin::WrappingShl => self.plain_binary(BinaryOp::Shl, ty, a, b),
            Builtin::WrappingShr => self.plain_binary(BinaryOp::Shr, ty, a, b),
            Builtin::SaturatingAdd => self.saturating(BinaryOp::Add, ty, a, b),
            Builtin::SaturatingSub => self.saturating(BinaryOp::Sub, ty, a, b),
            Builtin::AbsDiff => {
                let low = self.int("min", ty, &[a, b]);
                let high = self.int("max", ty, &[a, b]);
                self.modular("sub", ty, &[high, low])
            }
            Builtin::RemEuclid => self.rem_euclid(ty, a, b),
            Builtin::DivEuclid => self.div_euclid(ty, a, b),
            _ => self.apply_bits(builtin, ty, a, b),
        }
    }

    /// The distance from zero as an unsigned number; of the minimum, `2^(bits - 1)`.
    fn magnitude(&mut self, ty: Scalar, a: Operand) -> Operand {
        let negated = self.modular("neg", ty, &[a]);
        self.int("max", ty, &[a, negated])
    }

    fn saturating(&mut self, op: BinaryOp, ty: Scalar, a: Operand, b: Operand) -> Operand {
        let (min, max) = ty.int_range().expect("an integer type");
        let [min, max] = [min, max].map(|bound| Operand::Int(bound as i64));
        let name = if op == BinaryOp::Add { "add" } else { "sub" };
        let result = self.modular(name, ty, &[a, b]);
        if is_narrow(ty) {
            // In 32 bits as signed numbers, whatever the type's own sign.
            let below = self.pure("min.s32", Class::B32, &[result, max]);
            return self.pure("max.s32", Class::B32, &[below, min]);
        }
        let overflow = self
            .overflows(op, ty, a, b, result)
            .expect("an integer type");
        let limit = match (ty.is_signed(), op) {
            (false, BinaryOp::Add) => max,
            (false, _) => min,
            (true, _) => {
                let negative = self.test("lt", ty, a, Operand::Int(0));
                self.select(ty, min, max, negative)
            }
        };
        self.select(ty, limit, result, overflow)
    }

    fn rem_euclid(&mut self, ty: Scalar, a: Operand, b: Operand) -> Operand {
        let rest = self.int("rem", ty, &[a, b]);
        if !ty.is_signed() {
            return rest;
        }
        let up = self.modular("add", ty, &[rest, b]);
        let down = self.modular("sub", ty, &[rest, b]);
        let negative_divisor = self.test("lt", ty, b, Operand::Int(0));
        let raised = self.select(ty, down, up, negative_divisor);
        let negative = self.test("lt", ty, rest, Operand::Int(0));
        self.select(ty, raised, rest, negative)
    }

    fn div_euclid(&mut self, ty: Scalar, a: Operand, b: Operand) -> Operand {
        let quotient = self.int("div", ty, &[a, b]);
        if !ty.is_signed() {
            return quotient;
        }
        let rest = self.int("rem", ty, &[a, b]);
        let less = self.modular("sub", ty, &[quotient, Operand::Int(1)]);
        let more = self.modular("add", ty, &[quotient, Operand::Int(1)]);
        let positive_divisor = self.test("gt", ty, b, Operand::Int(0));
        let adjusted = self.select(ty, less, more, positive_divisor);
        let negative = self.test("lt", ty, rest, Operand::Int(0));
        self.select(ty, adjusted, quotient, negative)
    }

    // Bits.

    fn apply_bits(&mut self, builtin: Builtin, ty: Scalar, a: Operand, b: Operand) -> Operand {
        match builtin {
            Builtin::FromBits => {
                let float = ty.float().expect("the bits of a float");
                self.float_of(float, a)
            }
            Builtin::CountOnes => {
                let bits = self.zero_extended(ty, a);
                self.count("popc", ty, bits)
            }
            Builtin::LeadingZeros => {
                let bits = self.zero_extended(ty, a);
                let zeros = self.count("clz", ty, bits);
                let unused = i64::from(32u32.saturating_sub(ty.bits()));
                if unused == 0 {
                    return zeros;
                }
                self.pure("sub.s32", Class::B32, &[zeros, Operand::Int(unused)])
            }
            Builtin::TrailingZeros => {
                let mut bits = a;
                if is_narrow(ty) {
                    let stop = Operand::Int(1 << ty.bits());
                    bits = self.pure("or.b32", Class::B32, &[a, stop]);
                }
                let reversed = self.bitwise("brev", ty, &[bits]);
                self.count("clz", ty, reversed)
            }
            Builtin::Pow => self.power(ty, a, b).0,
            Builtin::RotateLeft => self.rotate(ty, a, b, true),
            Builtin::RotateRight => self.rotate(ty, a, b, false),
            other => unreachable!("integers have no `{}` here", other.name()),
        }
    }

    /// A power by repeated squaring, as Rust multiplies it, and whether that overflows.
    fn power(
        &mut self,
        ty: Scalar,
        base: Operand,
        exponent: Operand,
    ) -> (Operand, Option<Operand>) {
        let Operand::Int(mut exponent) = exponent else {
            unreachable!("the exponent {exponent:?} is no number")
        };
        let (mut square, mut power, mut overflow) = (base, Operand::Int(1), None);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = self.factor(ty, power, square, &mut overflow);
            }
            exponent >>= 1;
            if exponent > 0 {
                square = self.factor(ty, square, square, &mut overflow);
            }
        }
        (power, overflow)
    }

    fn factor(
        &mut self,
        ty: Scalar,
        left: Operand,
        right: Operand,
        overflow: &mut Option<Operand>,
    ) -> Operand {
        if let Operand::Int(1) = left {
            return right;
        }
        let product = self.modular("mul.lo", ty, &[left, right]);
        if let Some(test) = self.overflows(BinaryOp::Mul, ty, left, right, product) {
            *overflow = Some(match *overflow {
                Some(before) => self.pure("or.pred", Class::Pred, &[before, test]),
                None => test,
            });
        }
        self.wrap(ty, product)
    }

    /// `popc` or `clz`, whose result has 32 bits.
    fn count(&mut self, op: &str, ty: Scalar, bits: Operand) -> Operand {
        let op = format!("{op}.{}", bits_suffix(ty));
        self.pure(op, Class::B32, &[bits])
    }

    /// The type's bits with zeros above.
    pub fn zero_extended(&mut self, ty: Scalar, value: Operand) -> Operand {
        if !is_narrow(ty) || !ty.is_signed() {
            return value;
        }
        let mask = Operand::Int((1 << ty.bits()) - 1);
        self.pure("and.b32", Class::B32, &[value, mask])
    }

    fn rotate(&mut self, ty: Scalar, a: Operand, by: Operand, left: bool) -> Operand {
        let bits = i64::from(ty.bits());
        if bits == 32 {
            let op = if left {
                "shf.l.wrap.b32"
            } else {
                "shf.r.wrap.b32"
            };
            return self.pure(op, Class::B32, &[a, a, by]);
        }
        let a = self.zero_extended(ty, a);
        let by = self.pure("and.b32", Class::B32, &[by, Operand::Int(bits - 1)]);
        let rest = self.pure("sub.s32", Class::B32, &[Operand::Int(bits), by]);
        let (up, down) = if left { (by, rest) } else { (rest, by) };
        let high = self.bitwise("shl", ty, &[a, up]);
        // A shift by the whole width gives 0.
        let op = format!("shr.{}", if bits == 64 { "u64" } else { "u32" });
        let low = self.pure(op, Class::of(ty), &[a, down]);
        let both = self.bitwise("or", ty, &[high, low]);
        self.wrap(ty, both)
    }
}

/// A float constant.
pub fn constant(ty: Scalar, value: f64) -> Operand {
    match ty {
        Scalar::F32 => Operand::F32((value as f32).to_bits()),
        _ => Operand::F64(value.to_bits()),
    }
}

/// The signed integer of a float's width.
pub fn signed_bits(ty: Scalar) -> Scalar {
    match ty {
        Scalar::F32 => Scalar::I32,
        _ => Scalar::I64,
    }
}

/// The predicate's register and the value that makes an instruction run.
pub fn when(test: Operand, value: bool) -> (Reg, bool) {
    (test.reg().expect("a predicate in a register"), value)
}

/// By what std multiplies to convert between degrees and radians.
fn degrees_factor(builtin: Builtin, ty: Scalar) -> f64 {
    use std::f32::consts::PI as PI_32;
    use std::f64::consts::PI;
    match (builtin, ty) {
        (Builtin::ToRadians, Scalar::F32) => f64::from(PI_32 / 180.0),
        (Builtin::ToRadians, _) => PI / 180.0,
        (_, Scalar::F32) => f64::from((180.0 / PI) as f32),
        _ => 180.0 / PI,
    }
}
