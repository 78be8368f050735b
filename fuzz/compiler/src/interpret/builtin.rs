//! Methods of primitives: Rust's own.

use super::number::{Number, Outcome, found, ints, of_int, settled};
use crate::ir::Builtin;

/// What a built-in gives for these arguments; `None` if it is beyond this interpreter.
pub fn call(builtin: Builtin, args: &[Number]) -> Option<Outcome> {
    match args[0] {
        Number::F32(x) => of_f32(builtin, x, args),
        Number::F64(x) => of_f64(builtin, x, args),
        Number::Bool(x) => of_bool(builtin, x, args),
        _ => of_int(builtin, args),
    }
}

fn of_bool(builtin: Builtin, x: bool, args: &[Number]) -> Option<Outcome> {
    let y = args.get(1)?.truth()?;
    Some(match builtin {
        Builtin::Min | Builtin::MinIf => Outcome::Value((x & y).into()),
        Builtin::Max | Builtin::MaxIf => Outcome::Value((x | y).into()),
        Builtin::Clamp => {
            let high = args.get(2)?.truth()?;
            let ordered = y <= high;
            found(ordered.then(|| x.clamp(y, high)))
        }
        _ => return None,
    })
}

fn of_int(builtin: Builtin, args: &[Number]) -> Option<Outcome> {
    if let [_] = args {
        return one_int(builtin, args[0]);
    }
    if let (Some(_), Number::U32(amount)) = (builtin.second(), args[1]) {
        return by_amount(builtin, args[0], amount);
    }
    if builtin == Builtin::Clamp {
        let (low, high) = (args[1].wide()?, args[2].wide()?);
        let value = args[0].wide()?;
        let kept = if value < low { args[1] } else { args[0] };
        let kept = if value > high { args[2] } else { kept };
        return Some(if low > high {
            Outcome::Fails
        } else {
            Outcome::Value(kept)
        });
    }
    two_ints(builtin, args[0], args[1])
}

fn one_int(builtin: Builtin, x: Number) -> Option<Outcome> {
    macro_rules! signed {
        ($($variant:ident $unsigned:ident),*) => {
            match x {
                $(Number::$variant(x) => match builtin {
                    Builtin::Abs => return Some(settled(x.overflowing_abs())),
                    Builtin::Signum => return Some(Outcome::Value(x.signum().into())),
                    Builtin::UnsignedAbs => return Some(Outcome::Value(x.unsigned_abs().into())),
                    _ => {}
                },)*
                _ => {}
            }
        };
    }
    signed!(I8 U8, I16 U16, I32 U32, I64 U64, Isize Usize);
    of_int!(x, x => Some(Outcome::Value(match builtin {
        Builtin::WrappingNeg => x.wrapping_neg().into(),
        Builtin::CountOnes => x.count_ones().into(),
        Builtin::LeadingZeros => x.leading_zeros().into(),
        Builtin::TrailingZeros => x.trailing_zeros().into(),
        Builtin::FromBits => return from_bits(x as u64, size_of_val(&x)),
        _ => return None,
    })), _ => None)
}

fn from_bits(bits: u64, bytes: usize) -> Option<Outcome> {
    Some(Outcome::Value(match bytes {
        4 => f32::from_bits(bits as u32).into(),
        _ => f64::from_bits(bits).into(),
    }))
}

fn by_amount(builtin: Builtin, x: Number, amount: u32) -> Option<Outcome> {
    of_int!(x, x => Some(match builtin {
        Builtin::RotateLeft => Outcome::Value(x.rotate_left(amount).into()),
        Builtin::RotateRight => Outcome::Value(x.rotate_right(amount).into()),
        Builtin::WrappingShl => Outcome::Value(x.wrapping_shl(amount).into()),
        Builtin::WrappingShr => Outcome::Value(x.wrapping_shr(amount).into()),
        Builtin::Pow => settled(x.overflowing_pow(amount)),
        _ => return None,
    }), _ => None)
}

fn two_ints(builtin: Builtin, x: Number, y: Number) -> Option<Outcome> {
    macro_rules! by_type {
        ($($variant:ident $ty:ident $unsigned:ident,)*) => {
            match (x, y) {
                $((Number::$variant(x), Number::$variant(y)) => Outcome::Value(match builtin {
                    Builtin::Min | Builtin::MinIf => x.min(y).into(),
                    Builtin::Max | Builtin::MaxIf => x.max(y).into(),
                    Builtin::WrappingAdd => x.wrapping_add(y).into(),
                    Builtin::WrappingSub => x.wrapping_sub(y).into(),
                    Builtin::WrappingMul => x.wrapping_mul(y).into(),
                    Builtin::SaturatingAdd => x.saturating_add(y).into(),
                    Builtin::SaturatingSub => x.saturating_sub(y).into(),
                    Builtin::AbsDiff => x.abs_diff(y).into(),
                    Builtin::RemEuclid => return Some(found(x.checked_rem_euclid(y))),
                    Builtin::DivEuclid => return Some(found(x.checked_div_euclid(y))),
                    _ => return None,
                }),)*
                _ => return None,
            }
        };
    }
    Some(ints!(by_type))
}

/// The methods of a floating-point type.
macro_rules! floats {
    ($name:ident $ty:ident $variant:ident) => {
        fn $name(builtin: Builtin, x: $ty, args: &[Number]) -> Option<Outcome> {
            let arg = |n: usize| match args.get(n) {
                Some(Number::$variant(x)) => Some(*x),
                _ => None,
            };
            // Of two zeros, the lesser is -0: std leaves it open.
            let lesser = |x: $ty, y: $ty| x < y || x == y && x.is_sign_negative();
            Some(Outcome::Value(match builtin {
                Builtin::Abs => x.abs().into(),
                Builtin::Sqrt => x.sqrt().into(),
                Builtin::Floor => x.floor().into(),
                Builtin::Ceil => x.ceil().into(),
                Builtin::Round => x.round().into(),
                Builtin::RoundTiesEven => x.round_ties_even().into(),
                Builtin::Trunc => x.trunc().into(),
                Builtin::Fract => x.fract().into(),
                Builtin::Signum => x.signum().into(),
                Builtin::Recip => x.recip().into(),
                Builtin::IsNan => x.is_nan().into(),
                Builtin::IsFinite => x.is_finite().into(),
                Builtin::IsInfinite => x.is_infinite().into(),
                Builtin::IsSignNegative => x.is_sign_negative().into(),
                Builtin::IsSignPositive => x.is_sign_positive().into(),
                Builtin::ToBits => x.to_bits().into(),
                Builtin::ToRadians => x.to_radians().into(),
                Builtin::ToDegrees => x.to_degrees().into(),
                Builtin::MulAdd => x.mul_add(arg(1)?, arg(2)?).into(),
                Builtin::Copysign => x.copysign(arg(1)?).into(),
                Builtin::RemEuclid => x.rem_euclid(arg(1)?).into(),
                Builtin::DivEuclid => x.div_euclid(arg(1)?).into(),
                Builtin::Min | Builtin::Max if x.is_nan() => arg(1)?.into(),
                Builtin::Min | Builtin::Max if arg(1)?.is_nan() => x.into(),
                Builtin::Min if lesser(x, arg(1)?) => x.into(),
                Builtin::Max if lesser(arg(1)?, x) => x.into(),
                Builtin::Min | Builtin::Max => arg(1)?.into(),
                Builtin::MinIf if x.is_nan() || !lesser(arg(1)?, x) => x.into(),
                Builtin::MaxIf if x.is_nan() || !lesser(x, arg(1)?) => x.into(),
                Builtin::MinIf | Builtin::MaxIf => arg(1)?.into(),
                Builtin::Clamp => {
                    let (low, high) = (arg(1)?, arg(2)?);
                    let ordered = low <= high;
                    return Some(found(ordered.then(|| x.clamp(low, high))));
                }
                _ => return None,
            }))
        }
    };
}
floats!(of_f32 f32 F32);
floats!(of_f64 f64 F64);
