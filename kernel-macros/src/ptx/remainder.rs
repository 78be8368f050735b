//! `%` on floats: exact, by long division of the significands.

use super::arith::suffix;
use super::builtin::{constant, signed_bits, when};
use super::code::{Class, Operand, Reg};
use super::emitter::Emitter;
use crate::ir::Scalar;

/// A binary format.
struct Format {
    ty: Scalar,
    /// Stored bits of the significand.
    fraction: i64,
}

impl Format {
    fn of(ty: Scalar) -> Format {
        let fraction = if ty == Scalar::F32 { 23 } else { 52 };
        Format { ty, fraction }
    }

    /// Bits that a remainder can be shifted by inside 64.
    fn digits(&self) -> i64 {
        63 - self.fraction
    }
}

/// A finite magnitude as `significand * 2^(exponent - 1)` times the smallest subnormal.
struct Parts {
    significand: Operand,
    exponent: Operand,
}

impl Emitter<'_> {
    /// The remainder with the dividend's sign: `a` less a whole number of `b`s, which is always
    /// representable. NaN where `a` is not finite, `b` is zero, or either is NaN.
    pub fn float_rem(&mut self, ty: Scalar, a: Operand, b: Operand) -> Operand {
        let format = Format::of(ty);
        let a = Operand::Reg(self.register(Class::of(ty), a));
        let b = Operand::Reg(self.register(Class::of(ty), b));
        let result = self.variable(Class::of(ty), None);
        let done = self.code.label("REM_DONE");
        let dividend = self.float("abs", ty, &[a]);
        let divisor = self.float("abs", ty, &[b]);
        self.mov(result, a);
        // Nothing to do below the divisor, an infinite one too.
        let smaller = self.test("lt", ty, dividend, divisor);
        self.code.jump_if(when(smaller, true), done);
        self.scoped(|e| {
            e.mov(result, constant(ty, f64::NAN));
            let infinite = e.test("geu", ty, dividend, constant(ty, f64::INFINITY));
            e.code.jump_if(when(infinite, true), done);
            // Not greater than zero: zero or NaN.
            let no_divisor = e.test("leu", ty, divisor, constant(ty, 0.0));
            e.code.jump_if(when(no_divisor, true), done);
            let magnitude = e.divide(&format, dividend, divisor);
            let op = format!("copysign.{}", suffix(ty));
            e.code.def(op, result, &[a, magnitude]);
        });
        self.code.place(done);
        let value = self.fresh(Class::of(ty));
        self.mov(value, Operand::Reg(result));
        Operand::Reg(value)
    }

    /// The remainder of two finite magnitudes, the second not zero and not the larger.
    fn divide(&mut self, format: &Format, dividend: Operand, divisor: Operand) -> Operand {
        let a = self.parts(format, dividend);
        let b = self.parts(format, divisor);
        let rest = self.variable(Class::B64, None);
        let shift = self.variable(Class::B32, None);
        self.code
            .def("rem.u64", rest, &[a.significand, b.significand]);
        self.code.def("sub.s32", shift, &[a.exponent, b.exponent]);
        self.long_division(format, rest, shift, b.significand);
        self.scaled(format, Operand::Reg(rest), b.exponent)
    }

    fn parts(&mut self, format: &Format, magnitude: Operand) -> Parts {
        let bits = self.bits_of(format.ty, magnitude);
        let wide = match format.ty {
            Scalar::F32 => self.pure("cvt.u64.u32", Class::B64, &[bits]),
            _ => bits,
        };
        let fraction = Operand::Int(format.fraction);
        let field = self.pure("shr.u64", Class::B64, &[wide, fraction]);
        let field = self.pure("cvt.u32.u64", Class::B32, &[field]);
        let mask = Operand::Int((1 << format.fraction) - 1);
        let stored = self.pure("and.b64", Class::B64, &[wide, mask]);
        let implied = Operand::Int(1 << format.fraction);
        let normal = self.pure("or.b64", Class::B64, &[stored, implied]);
        let subnormal = self.pure("setp.eq.s32", Class::Pred, &[field, Operand::Int(0)]);
        Parts {
            significand: self.select(Scalar::I64, stored, normal, subnormal),
            exponent: self.pure("max.s32", Class::B32, &[field, Operand::Int(1)]),
        }
    }

    /// `rest = rest * 2^shift mod divisor`, as many bits at a time as fit.
    fn long_division(&mut self, format: &Format, rest: Reg, shift: Reg, divisor: Operand) {
        let start = self.code.label("REM_LOOP");
        let done = self.code.label("REM_END");
        let [rest_value, shift_value] = [rest, shift].map(Operand::Reg);
        let digits = self.variable(Class::B32, None);
        self.code.place(start);
        let finished = self.pure("setp.le.s32", Class::Pred, &[shift_value, Operand::Int(0)]);
        self.code.jump_if(when(finished, true), done);
        let most = Operand::Int(format.digits());
        self.code.def("min.s32", digits, &[shift_value, most]);
        let digits = Operand::Reg(digits);
        self.code.def("shl.b64", rest, &[rest_value, digits]);
        self.code.def("rem.u64", rest, &[rest_value, divisor]);
        self.code.def("sub.s32", shift, &[shift_value, digits]);
        self.code.jump(start);
        self.code.place(done);
    }

    /// `rest * 2^(exponent - 1)` times the smallest subnormal, exact: it is below the divisor and a
    /// multiple of its last bit. The power of two is built from its bits.
    fn scaled(&mut self, format: &Format, rest: Operand, exponent: Operand) -> Operand {
        let ty = format.ty;
        let int = signed_bits(ty);
        let float = suffix(ty);
        let rest = self.pure(format!("cvt.rn.{float}.u64"), Class::of(ty), &[rest]);
        // The power is subnormal itself up to exponent `fraction`.
        let fraction = Operand::Int(format.fraction);
        let bit = self.pure("sub.s32", Class::B32, &[exponent, Operand::Int(1)]);
        let field = self.pure("sub.s32", Class::B32, &[exponent, fraction]);
        let one = Operand::Int(1);
        let one = Operand::Reg(self.register(Class::of(int), one));
        let small = self.bitwise("shl", int, &[one, bit]);
        let field_wide = self.cast(field, Scalar::I32, int);
        let large = self.bitwise("shl", int, &[field_wide, fraction]);
        let subnormal = self.pure("setp.le.s32", Class::Pred, &[exponent, fraction]);
        let power = self.select(int, small, large, subnormal);
        let power = self.float_of(ty, power);
        self.float("mul.rn", ty, &[rest, power])
    }
}
