//! Which built-ins exist on which primitive, and which can panic.

use crate::ir::{Builtin, Scalar};

/// Whether Rust has the method on the type, and a back end a word for it.
pub fn exists(builtin: Builtin, ty: Scalar) -> bool {
    use Builtin::*;
    match builtin {
        Sqrt | Floor | Ceil | Round | RoundTiesEven | Trunc | Fract | MulAdd | Copysign | Recip
        | IsNan | IsFinite | IsInfinite | IsSignNegative | IsSignPositive | ToBits => ty.is_float(),
        ToRadians | ToDegrees => ty.is_float(),
        Abs | Signum => ty.is_float() || ty.is_signed(),
        Min | Max | MinIf | MaxIf | Clamp => true,
        RemEuclid | DivEuclid => ty != Scalar::Bool,
        FromBits => matches!(ty, Scalar::U32 | Scalar::U64),
        UnsignedAbs => ty.is_signed(),
        WrappingAdd | WrappingSub | WrappingMul | WrappingNeg | WrappingShl | WrappingShr
        | SaturatingAdd | SaturatingSub | AbsDiff | CountOnes | LeadingZeros | TrailingZeros
        | RotateLeft | RotateRight | Pow => ty.is_int(),
        Exp | Exp2 | ExpM1 | Ln | Ln1p | Log2 | Log10 | Log | Sin | Cos | Tan | Asin | Acos
        | Atan | Atan2 | Sinh | Cosh | Tanh | Asinh | Acosh | Atanh | Cbrt | Hypot | Powf
        | Powi => ty.is_float(),
        // What `crate::lower` left is of another type.
        _ => false,
    }
}

/// When a built-in panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panics {
    Never,
    /// Where integer overflow panics.
    InDebug,
    Always,
}

pub fn panics(builtin: Builtin, ty: Scalar) -> Panics {
    use Builtin::*;
    match builtin {
        Abs | Pow if ty.is_int() => Panics::InDebug,
        RemEuclid | DivEuclid if ty.is_int() => Panics::Always,
        Clamp => Panics::Always,
        _ => Panics::Never,
    }
}
