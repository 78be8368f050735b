//! Operators and built-in functions of the kernel subset, with Rust's semantics.

use super::types::{Scalar, Ty};
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-x`: signed integers (panics on overflow in debug, wraps in release) and floats.
    Neg,
    /// `!x`: integers and `bool`.
    Not,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    /// Integers: panics on zero and on `MIN / -1`.
    Div,
    /// Integers: as `Div`; floats: `fmod`, the sign of the dividend.
    Rem,
    And,
    Or,
    Xor,
    /// The right operand may have any integer type; in release it is taken modulo the width, in
    /// debug one that is negative or not below the width panics.
    Shl,
    Shr,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl BinaryOp {
    pub fn is_comparison(self) -> bool {
        use BinaryOp::*;
        matches!(self, Eq | Ne | Lt | Le | Gt | Ge)
    }

    pub fn is_shift(self) -> bool {
        matches!(self, BinaryOp::Shl | BinaryOp::Shr)
    }

    /// As written in the source.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::And => "&",
            BinaryOp::Or => "|",
            BinaryOp::Xor => "^",
            BinaryOp::Shl => "<<",
            BinaryOp::Shr => ">>",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
        }
    }
}

impl fmt::Display for BinaryOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

macro_rules! builtins {
    ($($(#[$doc:meta])* $name:ident = $text:literal / $arity:literal,)*) => {
        /// Inherent methods and associated functions of primitives. The receiver is the first
        /// argument; all arguments have its type unless the comment says otherwise.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Builtin {
            $($(#[$doc])* $name,)*
        }

        impl Builtin {
            pub const ALL: &'static [Builtin] = &[$(Builtin::$name,)*];

            /// The method's name in Rust.
            pub fn name(self) -> &'static str {
                match self { $(Builtin::$name => $text,)* }
            }

            /// Number of arguments, the receiver included.
            pub fn arity(self) -> usize {
                match self { $(Builtin::$name => $arity,)* }
            }
        }
    };
}

builtins! {
    /// Floats; signed integers panic on `MIN` in debug and wrap in release.
    Abs = "abs" / 1,
    /// Floats only, IEEE correctly rounded.
    Sqrt = "sqrt" / 1,
    /// Floats: a NaN argument loses; of two zeros the smaller sign wins. Integers: `Ord::min`.
    Min = "min" / 2,
    /// Floats: a NaN argument loses; of two zeros `+0` wins. Integers: `Ord::max`.
    Max = "max" / 2,
    /// The value of `if right < left { right } else { left }` folded as a reduction: NaN on the
    /// right never wins, a NaN on the left stays, of two zeros `-0` wins. Made by `analysis/` from
    /// `if x < m { m = x }`; has no spelling.
    MinIf = "min_if" / 2,
    /// As `MinIf` for `if x > m { m = x }`; of two zeros `+0` wins.
    MaxIf = "max_if" / 2,
    /// Floats only.
    Floor = "floor" / 1,
    Ceil = "ceil" / 1,
    /// Floats: halves away from zero.
    Round = "round" / 1,
    /// Floats: halves to even.
    RoundTiesEven = "round_ties_even" / 1,
    Trunc = "trunc" / 1,
    /// `x - x.trunc()`.
    Fract = "fract" / 1,
    /// Fused, one rounding.
    MulAdd = "mul_add" / 3,
    Copysign = "copysign" / 2,
    /// Floats: `±1`, NaN for NaN; signed integers: -1, 0, 1.
    Signum = "signum" / 1,
    /// `1 / x`.
    Recip = "recip" / 1,
    IsNan = "is_nan" / 1,
    IsFinite = "is_finite" / 1,
    IsInfinite = "is_infinite" / 1,
    IsSignNegative = "is_sign_negative" / 1,
    IsSignPositive = "is_sign_positive" / 1,
    /// To the unsigned integer of the same width.
    ToBits = "to_bits" / 1,
    /// `f32::from_bits(x)`, `f64::from_bits(x)`: of the unsigned integer of the same width, whose type
    /// stands for the receiver's.
    FromBits = "from_bits" / 1,
    WrappingAdd = "wrapping_add" / 2,
    WrappingSub = "wrapping_sub" / 2,
    WrappingMul = "wrapping_mul" / 2,
    WrappingNeg = "wrapping_neg" / 1,
    /// The second argument is a `u32`, taken modulo the width.
    WrappingShl = "wrapping_shl" / 2,
    /// The second argument is a `u32`, taken modulo the width.
    WrappingShr = "wrapping_shr" / 2,
    SaturatingAdd = "saturating_add" / 2,
    SaturatingSub = "saturating_sub" / 2,
    AbsDiff = "abs_diff" / 2,
    UnsignedAbs = "unsigned_abs" / 1,
    RemEuclid = "rem_euclid" / 2,
    DivEuclid = "div_euclid" / 2,
    CountOnes = "count_ones" / 1,
    LeadingZeros = "leading_zeros" / 1,
    TrailingZeros = "trailing_zeros" / 1,
    /// The second argument is a `u32`.
    RotateLeft = "rotate_left" / 2,
    /// The second argument is a `u32`.
    RotateRight = "rotate_right" / 2,
    /// Floats and `Ord`: panics when `min > max` (or NaN bounds).
    Clamp = "clamp" / 3,
    /// Integers; the second argument is a `u32`. Panics on overflow in debug and wraps in release. A
    /// device needs it to be a number.
    Pow = "pow" / 2,
    // Short for others, which `crate::lower` writes in their place. Those of bytes are `u8`'s.
    LeadingOnes = "leading_ones" / 1,
    TrailingOnes = "trailing_ones" / 1,
    CountZeros = "count_zeros" / 1,
    SwapBytes = "swap_bytes" / 1,
    ReverseBits = "reverse_bits" / 1,
    IsPowerOfTwo = "is_power_of_two" / 1,
    IsPositive = "is_positive" / 1,
    IsNegative = "is_negative" / 1,
    /// Floats: neither zero nor below the least normal number, infinite or NaN.
    IsNormal = "is_normal" / 1,
    IsSubnormal = "is_subnormal" / 1,
    /// Floats: the neighbour above, or below.
    NextUp = "next_up" / 1,
    NextDown = "next_down" / 1,
    WrappingAbs = "wrapping_abs" / 1,
    /// Up to 32 bits.
    SaturatingMul = "saturating_mul" / 2,
    /// The second argument is a `u32`, and a number.
    WrappingPow = "wrapping_pow" / 2,
    // What chains of iterators begin and go on with, before types are known: afterwards there are only
    // steps of integers, which panic on overflow in debug, inside of std.
    ChainZero = "__kernel_zero" / 1,
    ChainOne = "__kernel_one" / 1,
    // Unsigned integers.
    /// Panics on 0.
    DivCeil = "div_ceil" / 2,
    /// Panics on 0, and on overflow in debug.
    NextMultipleOf = "next_multiple_of" / 2,
    /// Panics on overflow in debug and gives 0 in release.
    NextPowerOfTwo = "next_power_of_two" / 1,
    IsMultipleOf = "is_multiple_of" / 2,
    /// A step of `sum`.
    ChainSum = "__kernel_sum" / 2,
    /// A step of `product`.
    ChainProduct = "__kernel_product" / 2,
    /// The second argument is signed, of the same width.
    WrappingAddSigned = "wrapping_add_signed" / 2,
    SaturatingAddSigned = "saturating_add_signed" / 2,
    WrappingSubSigned = "wrapping_sub_signed" / 2,
    SaturatingSubSigned = "saturating_sub_signed" / 2,
    // Signed integers.
    SaturatingNeg = "saturating_neg" / 1,
    SaturatingAbs = "saturating_abs" / 1,
    /// The second argument is unsigned, of the same width.
    WrappingAddUnsigned = "wrapping_add_unsigned" / 2,
    WrappingSubUnsigned = "wrapping_sub_unsigned" / 2,
    SaturatingAddUnsigned = "saturating_add_unsigned" / 2,
    SaturatingSubUnsigned = "saturating_sub_unsigned" / 2,
    // Integers.
    /// Rounded down; panics below 0.
    Isqrt = "isqrt" / 1,
    /// Rounded down, a `u32`; panics on what is not above 0.
    Ilog2 = "ilog2" / 1,
    Ilog10 = "ilog10" / 1,
    /// The same bits.
    CastSigned = "cast_signed" / 1,
    CastUnsigned = "cast_unsigned" / 1,
    /// All bits leave where the second argument, a `u32`, says so.
    UnboundedShl = "unbounded_shl" / 2,
    UnboundedShr = "unbounded_shr" / 2,
    /// The mean: of integers rounded towards zero; floats have it too.
    Midpoint = "midpoint" / 2,
    /// Panics on 0.
    WrappingDiv = "wrapping_div" / 2,
    /// Panics on 0.
    WrappingRem = "wrapping_rem" / 2,
    /// Panics on 0.
    WrappingDivEuclid = "wrapping_div_euclid" / 2,
    /// Panics on 0.
    WrappingRemEuclid = "wrapping_rem_euclid" / 2,
    /// Panics on 0.
    SaturatingDiv = "saturating_div" / 2,
    // The ends of the type, of any number of it: what methods that are written out end in.
    Least = "__kernel_least" / 1,
    Greatest = "__kernel_greatest" / 1,
    /// How many numbers of its type are above a literal, a `usize`: as many as it can hold if more.
    Room = "__kernel_room" / 1,
    /// The number so many behind another, of its type; the second argument is a `usize`.
    Counted = "__kernel_counted" / 2,
    // The bytes, as an array.
    ToLeBytes = "to_le_bytes" / 1,
    ToBeBytes = "to_be_bytes" / 1,
    // The wrapped result, and whether it is one.
    OverflowingAdd = "overflowing_add" / 2,
    OverflowingSub = "overflowing_sub" / 2,
    OverflowingMul = "overflowing_mul" / 2,
    OverflowingNeg = "overflowing_neg" / 1,
    /// The second argument is a `u32`.
    OverflowingShl = "overflowing_shl" / 2,
    OverflowingShr = "overflowing_shr" / 2,
    /// Signed integers.
    OverflowingAbs = "overflowing_abs" / 1,
    // These panic on 0.
    OverflowingDiv = "overflowing_div" / 2,
    OverflowingRem = "overflowing_rem" / 2,
    OverflowingDivEuclid = "overflowing_div_euclid" / 2,
    OverflowingRemEuclid = "overflowing_rem_euclid" / 2,
    // Unsigned integers; the second argument is signed, of the same width.
    OverflowingAddSigned = "overflowing_add_signed" / 2,
    OverflowingSubSigned = "overflowing_sub_signed" / 2,
    // Signed integers; the second argument is unsigned, of the same width.
    OverflowingAddUnsigned = "overflowing_add_unsigned" / 2,
    OverflowingSubUnsigned = "overflowing_sub_unsigned" / 2,
    // An `Option`, which `parse/option.rs` reads at once: the result, and whether there is none.
    CheckedAdd = "checked_add" / 2,
    CheckedSub = "checked_sub" / 2,
    CheckedMul = "checked_mul" / 2,
    CheckedDiv = "checked_div" / 2,
    CheckedRem = "checked_rem" / 2,
    CheckedDivEuclid = "checked_div_euclid" / 2,
    CheckedRemEuclid = "checked_rem_euclid" / 2,
    CheckedNeg = "checked_neg" / 1,
    CheckedAbs = "checked_abs" / 1,
    /// The second argument is a `u32`.
    CheckedShl = "checked_shl" / 2,
    CheckedShr = "checked_shr" / 2,
    /// A `u32`.
    CheckedIlog2 = "checked_ilog2" / 1,
    CheckedIlog10 = "checked_ilog10" / 1,
    /// Signed integers.
    CheckedIsqrt = "checked_isqrt" / 1,
    // Unsigned integers.
    CheckedNextMultipleOf = "checked_next_multiple_of" / 2,
    CheckedNextPowerOfTwo = "checked_next_power_of_two" / 1,
    /// The second argument, in the type of the first, if that has it.
    Converted = "__kernel_converted" / 2,
    /// The second argument is signed, of the same width.
    CheckedAddSigned = "checked_add_signed" / 2,
    CheckedSubSigned = "checked_sub_signed" / 2,
    /// The second argument is unsigned, of the same width.
    CheckedAddUnsigned = "checked_add_unsigned" / 2,
    CheckedSubUnsigned = "checked_sub_unsigned" / 2,
    // An `Ordering`, an `Option` of one, and questions about it. They take numbers by reference.
    Cmp = "cmp" / 2,
    PartialCmp = "partial_cmp" / 2,
    TotalCmp = "total_cmp" / 2,
    // Operators as methods, which take their numbers by reference too.
    Lt = "lt" / 2,
    Le = "le" / 2,
    Gt = "gt" / 2,
    Ge = "ge" / 2,
    Eq = "eq" / 2,
    Ne = "ne" / 2,
    IsLt = "is_lt" / 1,
    IsLe = "is_le" / 1,
    IsGt = "is_gt" / 1,
    IsGe = "is_ge" / 1,
    IsEq = "is_eq" / 1,
    IsNe = "is_ne" / 1,
    /// Floats: a pair.
    SinCos = "sin_cos" / 1,
    IsAscii = "is_ascii" / 1,
    IsAsciiDigit = "is_ascii_digit" / 1,
    IsAsciiUppercase = "is_ascii_uppercase" / 1,
    IsAsciiLowercase = "is_ascii_lowercase" / 1,
    IsAsciiAlphabetic = "is_ascii_alphabetic" / 1,
    IsAsciiAlphanumeric = "is_ascii_alphanumeric" / 1,
    IsAsciiWhitespace = "is_ascii_whitespace" / 1,
    IsAsciiPunctuation = "is_ascii_punctuation" / 1,
    ToAsciiUppercase = "to_ascii_uppercase" / 1,
    ToAsciiLowercase = "to_ascii_lowercase" / 1,
    // Of complex numbers alone; `crate::lower` writes them out, as it does those that have the name
    // of a float's.
    Conj = "conj" / 1,
    NormSqr = "norm_sqr" / 1,
    Norm = "norm" / 1,
    L1Norm = "l1_norm" / 1,
    Arg = "arg" / 1,
    ToPolar = "to_polar" / 1,
    Inv = "inv" / 1,
    /// The second argument is a float.
    Scale = "scale" / 2,
    /// The second argument is a float.
    Unscale = "unscale" / 2,
    /// The second argument is a `u32`.
    Powu = "powu" / 2,
    /// Floats: one multiplication.
    ToRadians = "to_radians" / 1,
    ToDegrees = "to_degrees" / 1,
    // Not exact in IEEE terms: `kernel_runtime::math` has them, or the standard library.
    Exp = "exp" / 1,
    Exp2 = "exp2" / 1,
    ExpM1 = "exp_m1" / 1,
    Ln = "ln" / 1,
    Ln1p = "ln_1p" / 1,
    Log2 = "log2" / 1,
    Log10 = "log10" / 1,
    Log = "log" / 2,
    Sin = "sin" / 1,
    Cos = "cos" / 1,
    Tan = "tan" / 1,
    Asin = "asin" / 1,
    Acos = "acos" / 1,
    Atan = "atan" / 1,
    Atan2 = "atan2" / 2,
    Sinh = "sinh" / 1,
    Cosh = "cosh" / 1,
    Tanh = "tanh" / 1,
    Asinh = "asinh" / 1,
    Acosh = "acosh" / 1,
    Atanh = "atanh" / 1,
    Cbrt = "cbrt" / 1,
    Hypot = "hypot" / 2,
    Powf = "powf" / 2,
    /// The second argument is an `i32`.
    Powi = "powi" / 2,
}

impl Builtin {
    /// The type of the second argument, where it is not the receiver's.
    pub fn second(self) -> Option<Scalar> {
        match self {
            Builtin::RotateLeft
            | Builtin::RotateRight
            | Builtin::Pow
            | Builtin::WrappingPow
            | Builtin::Powu => Some(Scalar::U32),
            Builtin::WrappingShl
            | Builtin::WrappingShr
            | Builtin::OverflowingShl
            | Builtin::OverflowingShr
            | Builtin::CheckedShl
            | Builtin::CheckedShr
            | Builtin::UnboundedShl
            | Builtin::UnboundedShr => Some(Scalar::U32),
            Builtin::Powi => Some(Scalar::I32),
            Builtin::Counted => Some(Scalar::Usize),
            _ => None,
        }
    }

    /// Whether it is short for others, of numbers of some type.
    pub fn is_short(self) -> bool {
        (Builtin::LeadingOnes as usize..=Builtin::ToAsciiLowercase as usize)
            .contains(&(self as usize))
            || self == Builtin::Powi
    }

    /// Whether it is short for others, of integers that `crate::lower::integers` knows.
    pub fn is_of_integers(self) -> bool {
        (Builtin::DivCeil as usize..=Builtin::CheckedSubUnsigned as usize)
            .contains(&(self as usize))
    }

    /// Whether its value is an `Option`.
    pub fn is_checked(self) -> bool {
        (Builtin::CheckedAdd as usize..=Builtin::CheckedSubUnsigned as usize)
            .contains(&(self as usize))
    }

    /// Whether its value is a result that may have wrapped, and whether it has.
    pub fn is_overflowing(self) -> bool {
        (Builtin::OverflowingAdd as usize..=Builtin::OverflowingSubUnsigned as usize)
            .contains(&(self as usize))
    }

    /// Whether it is of an unsigned number and of a signed one.
    pub fn takes_signed(self) -> bool {
        use Builtin::*;
        matches!(
            self,
            WrappingAddSigned
                | WrappingSubSigned
                | SaturatingAddSigned
                | SaturatingSubSigned
                | OverflowingAddSigned
                | OverflowingSubSigned
                | CheckedAddSigned
                | CheckedSubSigned
        )
    }

    /// Whether it is of a signed number and of an unsigned one.
    pub fn takes_unsigned(self) -> bool {
        use Builtin::*;
        matches!(
            self,
            WrappingAddUnsigned
                | WrappingSubUnsigned
                | SaturatingAddUnsigned
                | SaturatingSubUnsigned
                | OverflowingAddUnsigned
                | OverflowingSubUnsigned
                | CheckedAddUnsigned
                | CheckedSubUnsigned
        )
    }

    /// Whether it compares its numbers, asks for an `Ordering`, or gives one.
    pub fn is_of_orders(self) -> bool {
        (Builtin::Cmp as usize..=Builtin::IsNe as usize).contains(&(self as usize))
    }

    /// Whether it is a question about an `Ordering`.
    pub fn asks_order(self) -> bool {
        (Builtin::IsLt as usize..=Builtin::IsNe as usize).contains(&(self as usize))
    }

    /// Whether only bytes have it, by reference.
    pub fn is_of_bytes(self) -> bool {
        (Builtin::IsAscii as usize..=Builtin::ToAsciiLowercase as usize).contains(&(self as usize))
    }

    /// Whether only complex numbers have it.
    pub fn is_complex(self) -> bool {
        use Builtin::*;
        matches!(
            self,
            Conj | NormSqr | Norm | L1Norm | Arg | ToPolar | Inv | Scale | Unscale | Powu
        )
    }

    /// Whether the method borrows a number of the type.
    pub fn takes_reference(self, of: &Ty) -> bool {
        use Builtin::*;
        let compares = self.is_of_orders() && !self.asks_order();
        let complex = matches!(
            self,
            Conj | NormSqr | L1Norm | Inv | Scale | Unscale | Powu | Powi
        );
        compares || self.is_of_bytes() || complex && matches!(of, Ty::Complex(_))
    }

    /// Whether no standard says which bits it gives: libraries disagree in the last places.
    pub fn is_elementary(self) -> bool {
        self as usize >= Builtin::Exp as usize
    }

    /// Whether the runtime's function has a path that few arguments take: see `math/f64/usual.rs`
    /// there.
    pub fn has_rare_path(self) -> bool {
        matches!(self, Builtin::Sin | Builtin::Cos | Builtin::Tan)
    }

    pub fn from_name(name: &str) -> Option<Builtin> {
        let spelled =
            |b: &Builtin| !matches!(b, Builtin::MinIf | Builtin::MaxIf) && !b.is_checked();
        Builtin::ALL
            .iter()
            .copied()
            .filter(spelled)
            .find(|builtin| builtin.name() == name)
    }

    /// The method with this name whose value is an `Option`.
    pub fn checked_from_name(name: &str) -> Option<Builtin> {
        let mut checked = Builtin::ALL.iter().copied().filter(|b| b.is_checked());
        checked.find(|builtin| builtin.name() == name)
    }
}
