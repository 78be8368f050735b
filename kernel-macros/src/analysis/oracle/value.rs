//! What variables hold while a region is run by hand.

use crate::ir::{BinaryOp, Builtin, Scalar};

/// An integer of the machine's.
#[derive(Clone, Copy, Debug)]
pub struct Int {
    pub ty: Scalar,
    pub value: i128,
    /// Whether the arithmetic that made it left the integers on the way.
    pub wrapped: bool,
}

#[derive(Clone, Debug)]
pub enum Value {
    Unit,
    Int(Int),
    Bool(bool),
    Float(f64),
    Tuple(Vec<Value>),
}

/// The outcome of arithmetic on integers.
pub enum Outcome {
    Value(Int),
    /// Panics where the build has debug assertions; elsewhere it is this.
    Overflow(Int),
    /// Panics in every build.
    Fails,
    /// This judge has no word for the operation.
    Unknown,
}

impl Int {
    /// A value that nothing computed.
    pub fn of(ty: Scalar, value: i128) -> Int {
        Int {
            ty,
            value,
            wrapped: false,
        }
    }

    pub fn cast(self, to: Scalar) -> Int {
        let value = wrap(self.value, to);
        Int {
            ty: to,
            value,
            wrapped: self.wrapped || value != self.value,
        }
    }

    pub fn negated(self) -> Outcome {
        let zero = Int::of(self.ty, 0);
        zero.arithmetic(BinaryOp::Sub, self)
    }

    /// `self op other` for an operator that gives an integer.
    pub fn arithmetic(self, op: BinaryOp, other: Int) -> Outcome {
        let (a, b) = (self.value, other.value);
        match op {
            BinaryOp::Add => self.fitted(other, a.overflowing_add(b)),
            BinaryOp::Sub => self.fitted(other, a.overflowing_sub(b)),
            BinaryOp::Mul => self.fitted(other, a.overflowing_mul(b)),
            BinaryOp::Div | BinaryOp::Rem if b == 0 => Outcome::Fails,
            BinaryOp::Div => self.divided(a / b),
            BinaryOp::Rem if b == -1 => match self.divided(-a) {
                Outcome::Value(_) => Outcome::Value(Int::of(self.ty, 0)),
                fails => fails,
            },
            BinaryOp::Rem => Outcome::Value(Int::of(self.ty, a % b)),
            BinaryOp::And => Outcome::Value(Int::of(self.ty, a & b)),
            BinaryOp::Or => Outcome::Value(Int::of(self.ty, a | b)),
            BinaryOp::Xor => Outcome::Value(Int::of(self.ty, a ^ b)),
            BinaryOp::Shl | BinaryOp::Shr => self.shifted(op, b),
            _ => Outcome::Unknown,
        }
    }

    /// The outcome of arithmetic with this value modulo 2^128.
    fn fitted(self, other: Int, (exact, beyond): (i128, bool)) -> Outcome {
        let value = wrap(exact, self.ty);
        let overflows = beyond || value != exact;
        let int = Int {
            ty: self.ty,
            value,
            wrapped: self.wrapped || other.wrapped || overflows,
        };
        if overflows {
            Outcome::Overflow(int)
        } else {
            Outcome::Value(int)
        }
    }

    /// `MIN / -1` panics in every build.
    fn divided(self, value: i128) -> Outcome {
        if wrap(value, self.ty) == value {
            Outcome::Value(Int::of(self.ty, value))
        } else {
            Outcome::Fails
        }
    }

    fn shifted(self, op: BinaryOp, by: i128) -> Outcome {
        let bits = i128::from(self.ty.bits());
        let amount = by.rem_euclid(bits) as u32;
        let value = match op {
            BinaryOp::Shl => wrap(self.value << amount, self.ty),
            _ => self.value >> amount,
        };
        let int = Int::of(self.ty, value);
        if (0..bits).contains(&by) {
            Outcome::Value(int)
        } else {
            Outcome::Overflow(int)
        }
    }
}

/// The machine's value of a number.
pub fn wrap(value: i128, ty: Scalar) -> i128 {
    let bits = ty.bits();
    let low = value & ((1i128 << bits) - 1);
    if ty.is_signed() && low >> (bits - 1) == 1 {
        low - (1i128 << bits)
    } else {
        low
    }
}

impl Value {
    pub fn int(&self) -> Option<Int> {
        match self {
            Value::Int(int) => Some(*int),
            _ => None,
        }
    }

    pub fn truth(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Whether two values are the same bits.
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => a.value == b.value,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Tuple(a), Value::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b))
            }
            (Value::Unit, Value::Unit) => true,
            _ => false,
        }
    }

    /// Whether two floats are sums of the same numbers, in whatever order.
    pub fn is_near(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Float(a), Value::Float(b)) => {
                (a.is_nan() && b.is_nan()) || (a - b).abs() <= 1e-9 * (1.0 + a.abs())
            }
            _ => false,
        }
    }
}

/// A comparison.
pub fn compare(op: BinaryOp, left: &Value, right: &Value) -> Option<bool> {
    let order = match (left, right) {
        (Value::Int(a), Value::Int(b)) => a.value.partial_cmp(&b.value),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.partial_cmp(b),
        _ => return None,
    };
    Some(match op {
        BinaryOp::Eq => order.is_some_and(|order| order.is_eq()),
        BinaryOp::Ne => order.is_none_or(|order| order.is_ne()),
        BinaryOp::Lt => order.is_some_and(|order| order.is_lt()),
        BinaryOp::Le => order.is_some_and(|order| order.is_le()),
        BinaryOp::Gt => order.is_some_and(|order| order.is_gt()),
        BinaryOp::Ge => order.is_some_and(|order| order.is_ge()),
        _ => return None,
    })
}

/// Built-ins of integers with two arguments, none of which can fail.
pub fn builtin(builtin: Builtin, left: Int, right: Int) -> Option<Int> {
    let (a, b) = (left.value, right.value);
    let value = match builtin {
        Builtin::Min => a.min(b),
        Builtin::Max => a.max(b),
        Builtin::MinIf => {
            if b < a {
                b
            } else {
                a
            }
        }
        Builtin::MaxIf => {
            if b > a {
                b
            } else {
                a
            }
        }
        Builtin::WrappingAdd => wrap(a + b, left.ty),
        Builtin::WrappingSub => wrap(a - b, left.ty),
        Builtin::WrappingMul => wrap(a.wrapping_mul(b), left.ty),
        _ => return None,
    };
    Some(Int::of(left.ty, value))
}
