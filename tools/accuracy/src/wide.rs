//! `f64`: random numbers of all sizes, ordinary ones, and those next to where functions are hard.

use crate::inputs;
use crate::loops::loops;
use crate::measure::{self, Function, wanted};
use kernel_runtime::math::f64 as ours;
use rug::Float;

/// Bits of the exact results.
const PRECISION: u32 = 100;

/// A number that further computation does not round to 53 bits.
pub fn long(x: f64) -> Float {
    Float::with_val(PRECISION, x)
}

/// Prints a row for each function.
pub fn measure(count: u64, names: &[&str]) {
    let input = |k| (inputs::wide(1, k), 0.0);
    measure::head();
    macro_rules! functions {
        ($($name:ident = $rounded:ident, $exact:ident;)+) => {$(
            if wanted(stringify!($name), names) {
                let function = Function {
                    name: stringify!($name),
                    loops: loops!(f64, |x| ours::$name(x)),
                    rounded: |x, _| core_math::$rounded(x),
                    error: |value, x, _| error(value, &long(x).$exact()),
                };
                measure::row(&function, count, measure::ROUNDS, input);
            }
        )+};
    }
    functions! {
        exp = exp, exp;
        ln = log, ln;
        sin = sin, sin;
        cos = cos, cos;
        exp2 = exp2, exp2;
        log2 = log2, log2;
        log10 = log10, log10;
        cbrt = cbrt, cbrt;
        tan = tan, tan;
        tanh = tanh, tanh;
        exp_m1 = expm1, exp_m1;
        ln_1p = log1p, ln_1p;
        erf = erf, erf;
        atan = atan, atan;
        asin = asin, asin;
        acos = acos, acos;
        sinh = sinh, sinh;
        cosh = cosh, cosh;
        rsqrt = rsqrt, recip_sqrt;
        erfc = erfc, erfc;
        asinh = asinh, asinh;
        acosh = acosh, acosh;
        atanh = atanh, atanh;
        gamma = tgamma, gamma;
    }
    if wanted("ln_gamma", names) {
        let function = Function {
            name: "ln_gamma",
            loops: loops!(f64, |x| ours::ln_gamma(x).0),
            rounded: |x, _| core_math::lgamma(x),
            error: |value, x, _| error(value, &long(x).ln_abs_gamma().0),
        };
        measure::row(&function, count, measure::ROUNDS, input);
        // Between negative integers it has zeros next to which the error has no bound.
        let function = Function {
            name: "ln_gamma of positive numbers",
            ..function
        };
        measure::row(&function, count, measure::ROUNDS, |k| {
            (inputs::wide(1, k).abs(), 0.0)
        });
    }
}

/// The distance in units in the last place of the exact value; infinite if one of them is no
/// number, or infinite, and the other is not.
pub fn error(value: f64, exact: &Float) -> f64 {
    if value.is_nan() || exact.is_nan() {
        return if value.is_nan() && exact.is_nan() {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let Some(exponent) = exact.get_exp() else {
        // Zero or infinite.
        return if *exact == value { 0.0 } else { f64::INFINITY };
    };
    // Past the largest number, infinity is as far away as the next one would be.
    let value = if value.is_infinite() {
        long(value.signum()) << 1024
    } else {
        long(value)
    };
    // MPFR's significands are below 1.
    let place = (exponent - 53).max(-1074);
    let distance = (value - exact).abs() >> place;
    distance.to_f64()
}
