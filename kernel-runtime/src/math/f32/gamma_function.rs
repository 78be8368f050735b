//! The gamma function and its logarithm, by Stirling's series, in `f64` as powers are.

use super::log_gamma::{ln_gamma_of_many, ln_gamma_of_usual};
use super::power::{exp2_wide, log2_wide};
use crate::math::host::with_rare_path;
use crate::math::rare::{BEYOND_USUAL, LEAST_USUAL, Rare};
use kernel_macros::kernel;

/// The logarithm to the base 2 of the gamma function of `y`, for `y` of at least 4.
#[kernel(device, crate = crate)]
#[inline(always)]
fn log2_gamma(y: f64) -> f64 {
    // (y - 1/2) log2 y - (y - series / y) log2 e + log2 sqrt(2 pi)
    let inverse = 1.0 / y;
    let u = inverse * inverse;
    let series = 0.08333332946142469 + u * (-0.0027766333319330047 + u * 0.000743014617615732);
    let log: f64 = log2_wide(y);
    ((y - 0.5) * log + 1.32574806473616) - (y - series * inverse) * 1.4426950408889634
}

/// `(|sin(pi a)|, whether the sine is negative, whether it is 0)` for the magnitude of a `f32`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn sine_of_turns(a: f64) -> (f64, bool, bool) {
    // Beyond some size there are even integers alone. The nearest integer stands in the last bits.
    let a = if a > 4294967296.0 { 4294967296.0 } else { a };
    let shifted = a + 4503599627370496.0;
    let fraction = a - (shifted - 4503599627370496.0);
    let odd = shifted.to_bits() & 1 != 0;
    let distance = fraction.abs();
    let z = distance * distance;
    let w = z * z;
    let first = 3.1415926535233534 + z * -5.167712762116408;
    let second = 2.5501632403320613 + z * -0.599251330194952;
    let third = 0.08204647895996767 + z * -0.00702216339808377;
    let sine = distance * (first + w * (second + w * third));
    (sine, odd != (fraction < 0.0), distance == 0.0)
}

/// `(exponent, factor)` with `|gamma(x)| = 2^exponent * factor`, given `a`, which is `|x|`, and
/// `|sin(pi a)|`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn gamma_parts(a: f64, left: bool, sine: f64) -> (f64, f64) {
    // gamma(a) = gamma(a + 4) / (a (a + 1) .. (a + 3)), in pairs: a (a + 3) is w, and the other w + 2.
    let far = a >= 4.0;
    let w = a * (a + 3.0);
    let product = if far { 1.0 } else { w * (w + 2.0) };
    let y = if far { a } else { a + 4.0 };
    let exponent: f64 = log2_gamma(y);
    // gamma(-a) = -pi / (a sin(pi a) gamma(a))
    let above = if left {
        product * 3.141592653589793
    } else {
        1.0
    };
    let below = if left { a * sine } else { product };
    (if left { -exponent } else { exponent }, above / below)
}

/// The gamma function. At most 2 ULP; NaN for
/// negative integers.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn gamma(x: f32) -> f32 {
    let a = x.abs() as f64;
    let left = x < 0.0;
    let (sine, below, whole): (f64, bool, bool) = sine_of_turns(a);
    // Far enough for 0 and for infinity; a NaN stays.
    let bounded = if a > 50.0 { 50.0 } else { a };
    let (exponent, factor): (f64, f64) = gamma_parts(bounded, left, sine);
    let power: f64 = exp2_wide(exponent);
    let value = (power * factor) as f32;
    let value = if left && !below { -value } else { value };
    let value = if x == 0.0 {
        f32::INFINITY.copysign(x)
    } else {
        value
    };
    if left && whole { f32::NAN } else { value }
}

/// [`ln_gamma`] of any number.
#[kernel(device, crate = crate)]
#[inline(always)]
fn of_any(x: f32) -> (f32, i32) {
    let a = x.abs() as f64;
    let left = x < 0.0;
    let (sine, below, whole): (f64, bool, bool) = sine_of_turns(a);
    let (exponent, factor): (f64, f64) = gamma_parts(a, left, sine);
    let log: f64 = log2_wide(factor);
    let value = ((exponent + log) * 0.6931471805599453) as f32;
    let value = if x == 1.0 || x == 2.0 { 0.0 } else { value };
    let end = x.abs() > f32::MAX || (x <= 0.0 && whole);
    let value = if end { f32::INFINITY } else { value };
    let minus = (left && !below && !whole) || (x == 0.0 && x.is_sign_negative());
    (value, if minus { -1 } else { 1 })
}

/// [`of_any`], as a call: loops that call functions by name seldom come here.
#[kernel(device, crate = crate)]
#[cold]
#[inline(never)]
fn of_rare(x: f32) -> (f32, i32) {
    let (value, sign): (f32, i32) = of_any(x);
    (value, sign)
}

/// [`ln_gamma`], one way or the other.
#[kernel(device, crate = crate)]
#[inline(always)]
fn one_way(x: f32) -> (f32, i32) {
    let wide = x as f64;
    let (large_enough, small_enough) = (wide >= LEAST_USUAL, wide < BEYOND_USUAL);
    if large_enough && small_enough {
        let value: f64 = ln_gamma_of_usual(wide);
        (value as f32, 1)
    } else {
        of_rare(x)
    }
}

/// The same; if `USUAL`, of usual numbers alone. For the host.
#[inline(always)]
fn usually<const USUAL: bool>(x: f32, rare: &mut Rare) -> (f32, i32) {
    if !USUAL {
        return one_way(x);
    }
    let wide = f64::from(x);
    rare.outside_f64(wide);
    (ln_gamma_of_many(wide) as f32, 1)
}

with_rare_path! {
    /// `(ln |gamma(x)|, sign of gamma(x))`. At most 1 ULP, except between negative integers next to its one or two
    /// zeros there, where the absolute error is below `2^-28`. Infinite for integers from 0 down.
    pub fn ln_gamma(x: f32) -> (f32, i32) as one_way, usually
}
