//! Numbers, and what operators do with them: Rust's own operators do it.

use crate::ir::{BinaryOp, Scalar, UnaryOp};
use std::cmp::Ordering;

/// A value of a primitive type.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    Isize(isize),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    Usize(usize),
    F32(f32),
    F64(f64),
}

/// What an operation comes to.
pub enum Outcome {
    Value(Number),
    /// Panics where there are debug assertions; elsewhere it is this.
    Overflow(Number),
    /// Panics in every build.
    Fails,
}

/// Runs `$body` with `$x` as the integer in a number, or `$other`.
macro_rules! of_int {
    ($number:expr, $x:ident => $body:expr, _ => $other:expr) => {
        match $number {
            Number::I8($x) => $body,
            Number::I16($x) => $body,
            Number::I32($x) => $body,
            Number::I64($x) => $body,
            Number::Isize($x) => $body,
            Number::U8($x) => $body,
            Number::U16($x) => $body,
            Number::U32($x) => $body,
            Number::U64($x) => $body,
            Number::Usize($x) => $body,
            _ => $other,
        }
    };
}

/// A macro that calls another with every integer type, its variant, and its unsigned one.
macro_rules! ints {
    ($then:ident) => {
        $then! {
            I8 i8 U8, I16 i16 U16, I32 i32 U32, I64 i64 U64, Isize isize Usize,
            U8 u8 U8, U16 u16 U16, U32 u32 U32, U64 u64 U64, Usize usize Usize,
        }
    };
}
pub(super) use {ints, of_int};

macro_rules! from {
    ($($variant:ident $ty:ty,)*) => {$(
        impl From<$ty> for Number {
            fn from(value: $ty) -> Number {
                Number::$variant(value)
            }
        }
    )*};
}
from! {
    Bool bool, I8 i8, I16 i16, I32 i32, I64 i64, Isize isize, U8 u8, U16 u16, U32 u32, U64 u64,
    Usize usize, F32 f32, F64 f64,
}

/// `$value as $to`, for a `$to` that only a value knows.
macro_rules! cast_to {
    ($value:expr, $to:expr) => {
        match $to {
            Scalar::I8 => ($value as i8).into(),
            Scalar::I16 => ($value as i16).into(),
            Scalar::I32 => ($value as i32).into(),
            Scalar::I64 => ($value as i64).into(),
            Scalar::Isize => ($value as isize).into(),
            Scalar::U8 => ($value as u8).into(),
            Scalar::U16 => ($value as u16).into(),
            Scalar::U32 => ($value as u32).into(),
            Scalar::U64 => ($value as u64).into(),
            Scalar::Usize => ($value as usize).into(),
            Scalar::F32 => ($value as f32).into(),
            Scalar::F64 => ($value as f64).into(),
            Scalar::Bool => Number::Bool(false),
        }
    };
}

impl Number {
    /// An integer of a type, modulo its width.
    pub fn int(value: i128, ty: Scalar) -> Number {
        cast_to!(value, ty)
    }

    /// The number that these bits are.
    pub fn from_bits(bits: u64, ty: Scalar) -> Number {
        match ty {
            Scalar::Bool => (bits & 1 == 1).into(),
            Scalar::F32 => f32::from_bits(bits as u32).into(),
            Scalar::F64 => f64::from_bits(bits).into(),
            int => cast_to!(bits, int),
        }
    }

    /// Its bits, zero-extended.
    pub fn bits(self) -> u64 {
        match self {
            Number::Bool(x) => x.into(),
            Number::I8(x) => x.cast_unsigned().into(),
            Number::I16(x) => x.cast_unsigned().into(),
            Number::I32(x) => x.cast_unsigned().into(),
            Number::I64(x) => x.cast_unsigned(),
            Number::Isize(x) => x as u64,
            Number::U8(x) => x.into(),
            Number::U16(x) => x.into(),
            Number::U32(x) => x.into(),
            Number::U64(x) => x,
            Number::Usize(x) => x as u64,
            Number::F32(x) => x.to_bits().into(),
            Number::F64(x) => x.to_bits(),
        }
    }

    /// The integer, if it is one.
    pub fn wide(self) -> Option<i128> {
        of_int!(self, x => Some(x as i128), _ => None)
    }

    pub fn truth(self) -> Option<bool> {
        match self {
            Number::Bool(x) => Some(x),
            _ => None,
        }
    }

    pub fn is_nan(self) -> bool {
        match self {
            Number::F32(x) => x.is_nan(),
            Number::F64(x) => x.is_nan(),
            _ => false,
        }
    }

    /// Whether both are the same bits; NaNs are one.
    pub fn same(self, other: Number) -> bool {
        self.bits() == other.bits() || self.is_nan() && other.is_nan()
    }

    /// `self as to`
    pub fn cast(self, to: Scalar) -> Option<Number> {
        Some(match self {
            Number::Bool(x) if to == Scalar::Bool => x.into(),
            Number::Bool(x) => Number::int(x.into(), to),
            Number::F32(x) => cast_to!(x, to),
            Number::F64(x) => cast_to!(x, to),
            int => of_int!(int, x => cast_to!(x, to), _ => return None),
        })
    }

    pub fn unary(self, op: UnaryOp) -> Option<Outcome> {
        macro_rules! negated {
            ($($variant:ident $ty:ident $unsigned:ident,)*) => {
                match self {
                    $(Number::$variant(x) => settled(x.overflowing_neg()),)*
                    Number::F32(x) => Outcome::Value((-x).into()),
                    Number::F64(x) => Outcome::Value((-x).into()),
                    Number::Bool(_) => return None,
                }
            };
        }
        Some(match (op, self) {
            (UnaryOp::Not, Number::Bool(x)) => Outcome::Value((!x).into()),
            (UnaryOp::Not, int) => of_int!(int, x => Outcome::Value((!x).into()), _ => return None),
            (UnaryOp::Neg, _) => ints!(negated),
        })
    }

    /// `self op other`; `None` where Rust has no such operator.
    pub fn binary(self, op: BinaryOp, other: Number) -> Option<Outcome> {
        if op.is_comparison() {
            return Some(Outcome::Value(self.compare(op, other)?.into()));
        }
        if op.is_shift() {
            return self.shifted(op, other.wide()?);
        }
        macro_rules! by_type {
            ($($variant:ident $ty:ident $unsigned:ident,)*) => {
                match (self, other) {
                    $((Number::$variant(a), Number::$variant(b)) => match op {
                        BinaryOp::Add => settled(a.overflowing_add(b)),
                        BinaryOp::Sub => settled(a.overflowing_sub(b)),
                        BinaryOp::Mul => settled(a.overflowing_mul(b)),
                        BinaryOp::Div => found(a.checked_div(b)),
                        BinaryOp::Rem => found(a.checked_rem(b)),
                        BinaryOp::And => Outcome::Value((a & b).into()),
                        BinaryOp::Or => Outcome::Value((a | b).into()),
                        BinaryOp::Xor => Outcome::Value((a ^ b).into()),
                        _ => return None,
                    },)*
                    (Number::F32(a), Number::F32(b)) => Outcome::Value(float!(a, op, b)),
                    (Number::F64(a), Number::F64(b)) => Outcome::Value(float!(a, op, b)),
                    (Number::Bool(a), Number::Bool(b)) => Outcome::Value(match op {
                        BinaryOp::And => (a & b).into(),
                        BinaryOp::Or => (a | b).into(),
                        BinaryOp::Xor => (a ^ b).into(),
                        _ => return None,
                    }),
                    _ => return None,
                }
            };
        }
        macro_rules! float {
            ($a:ident, $op:ident, $b:ident) => {
                match $op {
                    BinaryOp::Add => ($a + $b).into(),
                    BinaryOp::Sub => ($a - $b).into(),
                    BinaryOp::Mul => ($a * $b).into(),
                    BinaryOp::Div => ($a / $b).into(),
                    BinaryOp::Rem => ($a % $b).into(),
                    _ => return None,
                }
            };
        }
        Some(ints!(by_type))
    }

    fn shifted(self, op: BinaryOp, by: i128) -> Option<Outcome> {
        of_int!(self, x => {
            let amount = by as u32;
            let value: Number = match op {
                BinaryOp::Shl => x.wrapping_shl(amount).into(),
                _ => x.wrapping_shr(amount).into(),
            };
            let bits = i128::from(x.count_ones() + x.count_zeros());
            Some(if (0..bits).contains(&by) {
                Outcome::Value(value)
            } else {
                Outcome::Overflow(value)
            })
        }, _ => None)
    }

    fn compare(self, op: BinaryOp, other: Number) -> Option<bool> {
        let order = match (self, other) {
            (Number::F32(a), Number::F32(b)) => a.partial_cmp(&b),
            (Number::F64(a), Number::F64(b)) => a.partial_cmp(&b),
            (Number::Bool(a), Number::Bool(b)) => Some(a.cmp(&b)),
            (a, b) => Some(a.wide()?.cmp(&b.wide()?)),
        };
        Some(match op {
            BinaryOp::Eq => order == Some(Ordering::Equal),
            BinaryOp::Ne => order != Some(Ordering::Equal),
            BinaryOp::Lt => order == Some(Ordering::Less),
            BinaryOp::Le => order.is_some_and(Ordering::is_le),
            BinaryOp::Gt => order == Some(Ordering::Greater),
            _ => order.is_some_and(Ordering::is_ge),
        })
    }
}

/// A wrapped value and whether it had to wrap.
pub fn settled<T: Into<Number>>((value, overflows): (T, bool)) -> Outcome {
    if overflows {
        Outcome::Overflow(value.into())
    } else {
        Outcome::Value(value.into())
    }
}

/// A value, or a panic in every build.
pub fn found<T: Into<Number>>(value: Option<T>) -> Outcome {
    value.map_or(Outcome::Fails, |value| Outcome::Value(value.into()))
}
