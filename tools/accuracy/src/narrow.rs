//! `f32`: every function of one number, over all numbers or every so many.

use crate::loops::loops;
use crate::measure::{self, Function, wanted};
use kernel_runtime::math::f32 as ours;

/// Prints a row for each function.
pub fn measure(stride: u64, names: &[&str]) {
    let count = (1u64 << 32).div_ceil(stride);
    let input = |k: u64| (f32::from_bits((k * stride) as u32), 0.0);
    measure::head();
    macro_rules! functions {
        ($($name:ident = $rounded:ident, $exact:ident;)+) => {$(
            if wanted(stringify!($name), names) {
                let function = Function {
                    name: stringify!($name),
                    loops: loops!(f32, |x| ours::$name(x)),
                    rounded: |x, _| core_math::$rounded(x),
                    error: |value, x: f32, _| error(value, core_math::$exact(x.into())),
                };
                measure::row(&function, count, 0, input);
            }
        )+};
    }
    functions! {
        exp = expf, exp;
        ln = logf, log;
        sin = sinf, sin;
        cos = cosf, cos;
        exp2 = exp2f, exp2;
        log2 = log2f, log2;
        log10 = log10f, log10;
        cbrt = cbrtf, cbrt;
        tan = tanf, tan;
        tanh = tanhf, tanh;
        exp_m1 = expm1f, expm1;
        ln_1p = log1pf, log1p;
        erf = erff, erf;
        atan = atanf, atan;
        asin = asinf, asin;
        acos = acosf, acos;
        sinh = sinhf, sinh;
        cosh = coshf, cosh;
        rsqrt = rsqrtf, rsqrt;
        erfc = erfcf, erfc;
        asinh = asinhf, asinh;
        acosh = acoshf, acosh;
        atanh = atanhf, atanh;
        gamma = tgammaf, tgamma;
    }
    if wanted("ln_gamma", names) {
        let function = Function {
            name: "ln_gamma",
            loops: loops!(f32, |x| ours::ln_gamma(x).0),
            rounded: |x, _| core_math::lgammaf(x),
            error: |value, x: f32, _| error(value, core_math::lgamma(x.into())),
        };
        measure::row(&function, count, 0, input);
        // Between negative integers it has zeros next to which the error has no bound.
        let function = Function {
            name: "ln_gamma of positive numbers",
            ..function
        };
        measure::row(&function, count / 2, 0, input);
    }
}

/// The distance in units in the last place of the exact value; infinite if one of them is no
/// number, or infinite, and the other is not.
pub fn error(value: f32, exact: f64) -> f64 {
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
