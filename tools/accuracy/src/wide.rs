//! `f64`: random numbers of all sizes, ordinary ones, and those next to where functions are hard.

use crate::wanted;
use kernel_runtime::math::{f64 as ours, random};
use rayon::prelude::*;

type Unary = fn(f64) -> f64;
type Binary = fn(f64, f64) -> f64;

const UNARY: [(&str, Unary, Unary); 25] = [
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

const BINARY: [(&str, Binary, Binary); 3] = [
    ("atan2", ours::atan2, core_math::atan2),
    ("hypot", ours::hypot, core_math::hypot),
    ("powf", ours::powf, core_math::pow),
];

/// Prints a line for each function.
pub fn measure(count: u64, names: &[&str]) {
    for (name, function, reference) in UNARY {
        let error = |k| {
            let x = input(1, k);
            (distance(function(x), reference(x)), x)
        };
        line(name, names, count, error);
    }
    for (name, function, reference) in BINARY {
        let error = |k| {
            let (x, y) = (input(1, k), input(2, k));
            (distance(function(x, y), reference(x, y)), x)
        };
        line(name, names, count, error);
    }
}

fn line(name: &str, names: &[&str], count: u64, error: impl Fn(u64) -> (u64, f64) + Send + Sync) {
    if !wanted(name, names) {
        return;
    }
    let worst = (0..4 * count)
        .into_par_iter()
        .map(error)
        .reduce(|| (0, 0.0), |a, b| if b.0 > a.0 { b } else { a });
    let (distance, at) = worst;
    println!(
        "f64 {name:8} {:>10} numbers: {distance} from the rounded value at {at:e}",
        4 * count
    );
}

/// The k-th input: of any size, around one, around ten, or next to a multiple of pi/2.
fn input(seed: u64, k: u64) -> f64 {
    match k % 4 {
        0 => f64::from_bits(random::bits_u64(seed, k)),
        1 => 4.0 * random::uniform_f64(seed, k) - 2.0,
        2 => 30.0 * random::normal_f64(seed, k),
        _ => {
            let turns = random::bits_u64(seed, k) >> 40 >> (k % 23);
            let near = turns as f64 * std::f64::consts::FRAC_PI_2;
            f64::from_bits(near.to_bits().wrapping_add(k % 3).wrapping_sub(1))
        }
    }
}

/// How many numbers lie between, plus one; `u64::MAX` if only one of them is a number.
fn distance(value: f64, rounded: f64) -> u64 {
    if value.is_nan() || rounded.is_nan() {
        return if value.is_nan() && rounded.is_nan() {
            0
        } else {
            u64::MAX
        };
    }
    ordinal(value).abs_diff(ordinal(rounded))
}

/// Consecutive integers for consecutive numbers, 0 for both zeros.
fn ordinal(x: f64) -> i64 {
    let magnitude = (x.to_bits() & (u64::MAX >> 1)).cast_signed();
    if x.is_sign_negative() {
        -magnitude
    } else {
        magnitude
    }
}
