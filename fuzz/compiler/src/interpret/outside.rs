//! Names from outside of a kernel: the associated constants of primitives.

use super::Value;
use super::number::Number;
use crate::ir::{Function, Scalar, VarId, VarKind};

/// The outside names of a function that are such constants, with their values.
pub fn constants(function: &Function) -> impl Iterator<Item = (VarId, Value)> {
    let outside = function
        .vars
        .iter()
        .filter(|(_, var)| var.kind == VarKind::Outside);
    outside.filter_map(|(id, var)| {
        let path = var.tokens.to_string().replace(' ', "");
        let (ty, name) = path.split_once("::")?;
        let value = constant(Scalar::from_name(ty)?, name)?;
        Some((id, Value::Number(value)))
    })
}

fn constant(ty: Scalar, name: &str) -> Option<Number> {
    let int = ty.int_range();
    Some(match (ty, name, int) {
        (_, "BITS", Some(_)) => Number::U32(ty.bits()),
        (_, "MIN", Some((min, _))) => Number::int(min, ty),
        (_, "MAX", Some((_, max))) => Number::int(max, ty),
        (Scalar::F32, "MIN", _) => f32::MIN.into(),
        (Scalar::F32, "MAX", _) => f32::MAX.into(),
        (Scalar::F32, "INFINITY", _) => f32::INFINITY.into(),
        (Scalar::F32, "NAN", _) => f32::NAN.into(),
        (Scalar::F64, "MIN", _) => f64::MIN.into(),
        (Scalar::F64, "MAX", _) => f64::MAX.into(),
        (Scalar::F64, "INFINITY", _) => f64::INFINITY.into(),
        (Scalar::F64, "NAN", _) => f64::NAN.into(),
        _ => return None,
    })
}
