//! Inverse sine, cosine and tangent.

use super::double::{fast_two_sum, two_sum};
use kernel_macros::kernel;

/// `(asin(s) - s) / s^3` for `z = s^2` up to 1/4.
#[kernel(device, crate = crate)]
#[inline(always)]
fn asin_series(z: f64) -> f64 {
    let w = z * z;
    let even = 0.16666666666665378
        + w * (0.04464285682255304
            + w * (0.022371752601416318
                + w * (0.01388445923783985
                    + w * (0.0065068255028818845 + w * -0.016311727433326883))));
    let odd = 0.0750000000034418
        + w * (0.030381959369562152
            + w * (0.0173597850940408
                + w * (0.012174201672017769
                    + w * (0.019585040738305543 + w * 0.03197119339993763))));
    even + z * odd
}

/// `(z, s)`: what the series is taken of, `|x|` itself up to 1/2, the sine of half the complement
/// beyond.
#[kernel(device, crate = crate)]
#[inline(always)]
fn asin_argument(x: f64) -> (f64, f64) {
    let a = x.abs();
    let beyond = a > 0.5;
    let z = if beyond { 0.5 * (1.0 - a) } else { a * a };
    let s = if beyond { z.sqrt() } else { a };
    (z, s)
}

/// Inverse sine, in radians. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn asin(x: f64) -> f64 {
    let (z, s): (f64, f64) = asin_argument(x);
    let series: f64 = asin_series(z);
    let angle = s + s * z * series;
    let (main, rest): (f64, f64) = fast_two_sum(1.5707963267948966, -2.0 * s);
    let complement = main + (rest - (2.0 * s * z * series - 6.123233995736766e-17));
    let value = if x.abs() > 0.5 { complement } else { angle };
    value.copysign(x)
}

/// Inverse cosine, in radians. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn acos(x: f64) -> f64 {
    let (z, s): (f64, f64) = asin_argument(x);
    let series: f64 = asin_series(z);
    let rest = s * z * series;
    let twice = 2.0 * (s + rest);
    let beyond = if x < 0.0 {
        3.141592653589793 - (twice - 1.2246467991473532e-16)
    } else {
        twice
    };
    let (signed, rest) = (s.copysign(x), rest.copysign(x));
    let within = 1.5707963267948966 - (signed - (6.123233995736766e-17 - rest));
    if x.abs() > 0.5 { beyond } else { within }
}

/// `(atan(t) - t) / t^3` for `z = t^2` up to `(sqrt(2) - 1)^2`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn atan_series(z: f64) -> f64 {
    let w = z * z;
    let even = -0.333333333333332
        + w * (-0.14285714280229667
            + w * (-0.09090897812437436
                + w * (-0.06663115824781346
                    + w * (-0.05039701222343282 + w * -0.017918344932982257))));
    let odd = 0.19999999999953874
        + w * (0.1111111078526018
            + w * (0.07692061225154051 + w * (0.058479764030860075 + w * 0.03807469696977625)));
    even + z * odd
}

/// The angle of the point `(x, y)`, or, `left`, of `(-x, y)`, for numbers that are not negative and
/// whose sum is a number.
#[kernel(device, crate = crate)]
#[inline(always)]
fn upper_half(y: f64, x: f64, left: bool) -> f64 {
    // Turned back by no eighth of a turn, by one or by two: the tangent is sqrt(2) - 1 at most.
    let one = y > 0.41421356237309503 * x;
    let two = y > 2.414213562373095 * x;
    let (difference, above_rest): (f64, f64) = two_sum(y, -x);
    let (sum, below_rest): (f64, f64) = two_sum(x, y);
    let above = if one { difference } else { y };
    let above = if two { -x } else { above };
    let below = if one { sum } else { x };
    let below = if two { y } else { below };
    let turned = if left { 3.141592653589793 } else { 0.0 };
    let eighth = if left {
        2.356194490192345
    } else {
        0.7853981633974483
    };
    let turned = if one { eighth } else { turned };
    let turned = if two { 1.5707963267948966 } else { turned };
    let turned_rest = if left { 1.2246467991473532e-16 } else { 0.0 };
    let eighth_rest = if left {
        9.184850993605148e-17
    } else {
        3.061616997868383e-17
    };
    let turned_rest = if one { eighth_rest } else { turned_rest };
    let turned_rest = if two {
        6.123233995736766e-17
    } else {
        turned_rest
    };
    let quotient = above / below;
    // What the roundings of the sum and the difference leave.
    let rest = (above_rest - quotient * below_rest) / below;
    let rest = if one && !two { rest } else { 0.0 };
    let t = if left { -quotient } else { quotient };
    let rest = if left { -rest } else { rest };
    let z = t * t;
    let series: f64 = atan_series(z);
    turned + (t + (t * z * series + (rest + turned_rest)))
}

/// Inverse tangent, in radians. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atan(x: f64) -> f64 {
    // Turned back by no eighth of a turn, by one or by two: `t` is at most sqrt(2) - 1.
    let a = x.abs();
    let one = a > 0.41421356237309503;
    let two = a > 2.414213562373095;
    // `a / 1`, `(a - 1) / (a + 1)` or `-1 / a`: each term is there or 0.
    let above = if two { 0.0 } else { a } - if one { 1.0 } else { 0.0 };
    let below = if two { 0.0 } else { 1.0 } + if one { a } else { 0.0 };
    // What the roundings of the difference and the sum leave, for one eighth.
    let above_rest = a - (above + 1.0);
    let below_rest = a - (below - 1.0);
    let t = above / below;
    // Over 1 + a, which is 2 / (1 - t).
    let rest = (above_rest - t * below_rest) * (0.5 - 0.5 * t);
    let rest = if one && !two { rest } else { 0.0 };
    let eighth = if one { 0.7853981633974483 } else { 0.0 };
    let turned = eighth + if two { 0.7853981633974483 } else { 0.0 };
    let z = t * t;
    let series: f64 = atan_series(z);
    // What pi / 4 lacks is in proportion to it.
    let angle = turned + (t + (t * z * series + (rest + turned * 3.8981718325193755e-17)));
    angle.copysign(x)
}

/// The angle of the point `(x, y)` from the positive x axis, in radians: `y.atan2(x)`. At most
/// 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    let (height, width) = (y.abs(), x.abs());
    // Away from both ends of the range; of two infinities, both become ones.
    let large = height > 1e300 || width > 1e300;
    let factor = if large { 1.1102230246251565e-16 } else { 1.0 };
    let small = height < 1e-290 && width < 1e-290;
    let factor = if small { 18014398509481984.0 } else { factor };
    let (infinite_y, infinite_x) = (height == f64::INFINITY, width == f64::INFINITY);
    let infinite = infinite_y || infinite_x;
    let (h, w) = (height * factor, width * factor);
    let h = if infinite { 0.0 } else { h };
    let w = if infinite { 0.0 } else { w };
    let h = if infinite_y { 1.0 } else { h };
    let w = if infinite_x { 1.0 } else { w };
    // The angle of the origin is the one of its sign: 0 or half a turn.
    let w = if h == 0.0 && w == 0.0 { 1.0 } else { w };
    let angle: f64 = upper_half(h, w, x.is_sign_negative());
    // A NaN on either side stays.
    let angle = if x.is_nan() || y.is_nan() {
        x + y
    } else {
        angle
    };
    angle.copysign(y)
}
