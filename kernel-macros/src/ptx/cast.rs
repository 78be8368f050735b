//! `as`, with Rust's exact results: integers truncate or extend, floats saturate and NaN is 0.

use super::arith::{is_narrow, suffix, wrapped_constant};
use super::code::{Class, Operand};
use super::emitter::Emitter;
use crate::ir::Scalar;

impl Emitter<'_> {
    pub fn cast(&mut self, value: Operand, from: Scalar, to: Scalar) -> Operand {
        match (from, to) {
            _ if from == to => value,
            (Scalar::Bool, _) => self.bool_to_int(value, to),
            _ if from.is_float() && to.is_float() => self.float_to_float(value, from, to),
            _ if from.is_float() => self.float_to_int(value, from, to),
            _ if to.is_float() => self.int_to_float(value, from, to),
            _ => self.int_to_int(value, from, to),
        }
    }

    fn bool_to_int(&mut self, value: Operand, to: Scalar) -> Operand {
        match value {
            Operand::Bool(value) => Operand::Int(i64::from(value)),
            _ => self.select(to, Operand::Int(1), Operand::Int(0), value),
        }
    }

    fn int_to_int(&mut self, value: Operand, from: Scalar, to: Scalar) -> Operand {
        if let Operand::Int(value) = value {
            return Operand::Int(wrapped_constant(to, value));
        }
        match (from.bits() == 64, to.bits() == 64) {
            (true, true) => value,
            (false, true) if from.is_signed() => self.pure("cvt.s64.s32", Class::B64, &[value]),
            (false, true) => self.pure("cvt.u64.u32", Class::B64, &[value]),
            (true, false) => {
                let low = self.pure("cvt.u32.u64", Class::B32, &[value]);
                self.wrap(to, low)
            }
            (false, false) if contains(to, from) => value,
            (false, false) => self.wrap(to, value),
        }
    }

    fn int_to_float(&mut self, value: Operand, from: Scalar, to: Scalar) -> Operand {
        if let Operand::Int(value) = value {
            return constant_to_float(value, from, to);
        }
        let op = format!("cvt.rn.{}.{}", suffix(to), suffix(from));
        self.pure(op, Class::of(to), &[value])
    }

    fn float_to_float(&mut self, value: Operand, from: Scalar, to: Scalar) -> Operand {
        let value = Operand::Reg(self.register(Class::of(from), value));
        let op = match to {
            Scalar::F64 => "cvt.f64.f32",
            _ => "cvt.rn.f32.f64",
        };
        self.pure(op, Class::of(to), &[value])
    }

    /// `cvt` saturates at 32 and 64 bits, but turns NaN into 0 only from `f32` to 32 bits.
    fn float_to_int(&mut self, value: Operand, from: Scalar, to: Scalar) -> Operand {
        let value = Operand::Reg(self.register(Class::of(from), value));
        let op = format!("cvt.rzi.{}.{}", suffix(to), suffix(from));
        let mut int = self.pure(op, Class::of(to), &[value]);
        if is_narrow(to) {
            int = self.clamp_narrow(int, to);
        }
        if from == Scalar::F32 && Class::of(to) == Class::B32 {
            return int;
        }
        let nan = self.test("nan", from, value, value);
        self.select(to, Operand::Int(0), int, nan)
    }

    /// Saturates 32 bits to an 8-bit or 16-bit type of the same sign.
    pub fn clamp_narrow(&mut self, value: Operand, to: Scalar) -> Operand {
        let (min, max) = to.int_range().expect("an integer type");
        let [min, max] = [min, max].map(|bound| Operand::Int(bound as i64));
        let below = self.int("min", to, &[value, max]);
        if to.is_signed() {
            self.int("max", to, &[below, min])
        } else {
            below
        }
    }
}

/// Whether every value of `from` is one of `to`, so that the register need not change; or `to`
/// takes all 32 bits anyway.
fn contains(to: Scalar, from: Scalar) -> bool {
    let range = |ty: Scalar| ty.int_range().expect("an integer type");
    let ((to_min, to_max), (min, max)) = (range(to), range(from));
    to.bits() == 32 || (to_min <= min && max <= to_max)
}

fn constant_to_float(value: i64, from: Scalar, to: Scalar) -> Operand {
    let unsigned = !from.is_signed();
    match to {
        Scalar::F32 if unsigned => Operand::F32((value.cast_unsigned() as f32).to_bits()),
        Scalar::F32 => Operand::F32((value as f32).to_bits()),
        _ if unsigned => Operand::F64((value.cast_unsigned() as f64).to_bits()),
        _ => Operand::F64((value as f64).to_bits()),
    }
}
