//! The operations that combine partial results: a type for each, so that what folds them is made for it.

use crate::ops::{Lane, Order};

/// An operation on two values.
pub trait Op<T> {
    /// What they come to, left before right.
    fn fold(left: T, right: T) -> T;
}

macro_rules! ops {
    ($($op:ident($($ty:ident)*) |$left:ident, $right:ident| $value:expr;)*) => {$(
        #[doc = concat!("See [`Op`]: `", stringify!($op), "`.")]
        pub struct $op;
        $(impl Op<$ty> for $op {
            #[inline(always)]
            fn fold($left: $ty, $right: $ty) -> $ty {
                $value
            }
        })*
    )*};
}

ops! {
    Add(i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a.wrapping_add(b);
    Mul(i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a.wrapping_mul(b);
    Sum(f32 f64) |a, b| a + b;
    Product(f32 f64) |a, b| a * b;
    Min(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64) |a, b| Order::min(a, b);
    Max(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64) |a, b| Order::max(a, b);
    MinIf(f32 f64) |a, b| Order::min_if(a, b);
    MaxIf(f32 f64) |a, b| Order::max_if(a, b);
    And(bool i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a & b;
    Or(bool i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a | b;
    Xor(bool i8 i16 i32 i64 u8 u16 u32 u64) |a, b| a ^ b;
    SaturatingAdd(u8 u16 u32 u64) |a, b| a.saturating_add(b);
    // Of lanes, which are no NaNs.
    Least(f32 f64) |a, b| Lane::least::<true, false>(a, b);
    Greatest(f32 f64) |a, b| Lane::greatest::<true, false>(a, b);
    // Of accumulators that fold as the region's own code says.
    Together(bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64) |a, _b| a;
}
