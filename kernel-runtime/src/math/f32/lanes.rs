//! See `math/lanes.rs`.

use crate::math::lanes::{COUNT, Scratch, whole};

whole! {
    f32: exp() exp2() exp_m1() ln() ln_1p() log2() log10() sin() cos() tan() asin() acos() atan()
    sinh() cosh() tanh() asinh() acosh() atanh() cbrt() log(base: f32) atan2(x2: f32)
    hypot(y: f32) powf(y: f32) powi(n: i32)
}
