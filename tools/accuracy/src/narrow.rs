//! `f32`: every function of one number, over all numbers or every so many.

use crate::wanted;
use kernel_runtime::math::f32 as ours;
use rayon::prelude::*;

type Function = fn(f32) -> f32;
type Reference = fn(f64) -> f64;

const FUNCTIONS: [(&str, Function, Reference); 25] = [
    ("acos", ours::acos, core_math::acos),
    ("acosh", ours::acosh, core_math::acosh),
    ("asin", ours::asin, core_math::asin),
    ("asinh", ours::asinh, core_math::asinh),
    ("atan", ours::atan, core_math::atan),
    ("atanh", ours::atanh, core_math::atanh),
    ("cbrt", ours::cbrt, core_math::cbrt),
    ("cos", ours::cos, core_math::cos),
    ("cosh", ours::cosh, core_math::cosh),
    ("erf", ours::erf, core_math::erf),
    ("erfc", ours::erfc, core_math::erfc),
    ("exp", ours::exp, core_math::exp),
    ("exp2", ours::exp2, core_math::exp2),
    ("exp_m1", ours::exp_m1, core_math::expm1),
    ("gamma", ours::gamma, core_math::tgamma),
    ("ln", ours::ln, core_math::log),
    ("ln_1p", ours::ln_1p, core_math::log1p),
    ("log10", ours::log10, core_math::log10),
    ("log2", ours::log2, core_math::log2),
    ("rsqrt", ours::rsqrt, core_math::rsqrt),
    ("sin", ours::sin, core_math::sin),
    ("sinh", ours::sinh, core_math::sinh),
    ("tan", ours::tan, core_math::tan),
    ("tanh", ours::tanh, core_math::tanh),
    ("ln_gamma", |x| ours::ln_gamma(x).0, core_math::lgamma),
];

/// Prints a line for each function.
pub fn measure(stride: u64, names: &[&str]) {
    for (name, function, reference) in FUNCTIONS {
        if !wanted(name, names) {
            continue;
        }
        let count = (1u64 << 32).div_ceil(stride);
        let at = |k: u64| f32::from_bits((k * stride) as u32);
        let worst = (0..count)
            .into_par_iter()
            .map(|k| (error(function(at(k)), reference(at(k).into())), at(k)))
            .reduce(|| (0.0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
        println!(
            "f32 {name:8} {count:>10} numbers: {:.4} ULP at {:e}",
            worst.0, worst.1
        );
    }
}

/// The distance in units in the last place of the exact value; infinite if one of them is no
/// number, or infinite, and the other is not.
fn error(value: f32, exact: f64) -> f64 {
    let rounded = exact as f32;
    if value.is_nan() || rounded.is_nan() {
        return if value.is_nan() && rounded.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    // Past the largest number, infinity is as far away as the next one would be.
    let finite = |x: f32| {
        if x.is_infinite() {
            (2f64.powi(128)).copysign(x.into())
        } else {
            x.into()
        }
    };
    if exact.is_infinite() || (value.is_infinite() && rounded.is_infinite()) {
        return if value == rounded { 0.0 } else { f64::INFINITY };
    }
    (finite(value) - exact).abs() / place(exact)
}

/// One unit in the last place of an `f32` of this size.
fn place(exact: f64) -> f64 {
    let exponent = ((exact.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    2f64.powi(exponent.max(-126) - 23)
}
