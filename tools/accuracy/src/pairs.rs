//! Functions of two numbers, of both types, over random and hard pairs.

use crate::inputs;
use crate::loops::loops;
use crate::measure::{self, Function, wanted};
use crate::{narrow, wide};
use kernel_runtime::math;
use rug::ops::Pow;

/// Prints a row for each function.
pub fn measure(count: u64, names: &[&str]) {
    measure::head();
    wide_pairs(count, names);
    narrow_pairs(count, names);
}

fn wide_pairs(count: u64, names: &[&str]) {
    let input = |k| inputs::wide_pair(k);
    macro_rules! functions {
        ($($name:ident = $rounded:expr, $exact:expr;)+) => {$(
            if wanted(stringify!($name), names) {
                let function = Function {
                    name: stringify!($name),
                    loops: loops!(f64, |x, y| math::f64::$name(x, y)),
                    rounded: $rounded,
                    error: |value, x, y| {
                        let exact = $exact;
                        wide::error(value, &exact(wide::long(x), wide::long(y)))
                    },
                };
                measure::row(&function, count, measure::ROUNDS, input);
            }
        )+};
    }
    functions! {
        powf = core_math::pow, |x: rug::Float, y: rug::Float| x.pow(y);
        hypot = core_math::hypot, |x: rug::Float, y: rug::Float| x.hypot(&y);
        atan2 = core_math::atan2, |x: rug::Float, y: rug::Float| x.atan2(&y);
        log = logarithm, |x: rug::Float, y: rug::Float| x.ln() / y.ln();
    }
}

/// The logarithm to any base, rounded to 53 bits from 100.
fn logarithm(x: f64, base: f64) -> f64 {
    (wide::long(x).ln() / wide::long(base).ln()).to_f64()
}

fn narrow_pairs(count: u64, names: &[&str]) {
    let input = |k| inputs::narrow_pair(k);
    macro_rules! functions {
        ($($name:ident = $rounded:expr, $exact:expr;)+) => {$(
            if wanted(stringify!($name), names) {
                let function = Function {
                    name: stringify!($name),
                    loops: loops!(f32, |x, y| math::f32::$name(x, y)),
                    rounded: $rounded,
                    error: |value, x: f32, y: f32| {
                        let exact = $exact;
                        narrow::error(value, exact(x.into(), y.into()))
                    },
                };
                measure::row(&function, count, measure::ROUNDS, input);
            }
        )+};
    }
    functions! {
        powf = core_math::powf, core_math::pow;
        hypot = core_math::hypotf, core_math::hypot;
        atan2 = core_math::atan2f, core_math::atan2;
        log = |x: f32, y: f32| logarithm(x.into(), y.into()) as f32, logarithm;
    }
}
