//! Inverse sine, cosine and tangent.

use super::double::{fast_two_sum, two_sum};
use kernel_macros::kernel;

/// `(asin(s) - s) / s^3` for `z = s^2` up to 1/4.
#[kernel(device, crate = crate)]
#[inline(always)]
fn asin_series(z: f32) -> f32 {
    0.16666754 + z * (0.07495251 + z * (0.045476217 + z * (0.024150869 + z * 0.04221443)))
}

/// `(z, s)`: what the series is taken of, `|x|` itself up to 1/2, the sine of half the complement
/// beyond.
#[kernel(device, crate = crate)]
#[inline(always)]
fn asin_argument(x: f32) -> (f32, f32) {
    let a = x.abs();
    let beyond = a > 0.5;
    let z = if beyond { 0.5 * (1.0 - a) } else { a * a };
    let s = if beyond { z.sqrt() } else { a };
    (z, s)
}

/// Inverse sine, in radians. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn asin(x: f32) -> f32 {
    let (z, s): (f32, f32) = asin_argument(x);
    let series: f32 = asin_series(z);
    let angle = s + s * z * series;
    let (main, rest): (f32, f32) = fast_two_sum(1.5707964, -2.0 * s);
    let complement = main + (rest - (2.0 * s * z * series - -4.371139e-08));
    let value = if x.abs() > 0.5 { complement } else { angle };
    value.copysign(x)
}

/// Inverse cosine, in radians. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn acos(x: f32) -> f32 {
    let (z, s): (f32, f32) = asin_argument(x);
    let series: f32 = asin_series(z);
    let rest = s * z * series;
    let twice = 2.0 * (s + rest);
    let beyond = if x < 0.0 {
        3.1415927 - (twice - -8.742278e-08)
    } else {
        twice
    };
    let (signed, rest) = (s.copysign(x), rest.copysign(x));
    let within = 1.5707964 - (signed - (-4.371139e-08 - rest));
    if x.abs() > 0.5 { beyond } else { within }
}

/// The angle of the point `(x, y)`, or, `left`, of `(-x, y)`, for numbers that are not negative and
/// whose sum is a number.
#[kernel(device, crate = crate)]
#[inline(always)]
fn upper_half(y: f32, x: f32, left: bool) -> f32 {
    // Turned back by no eighth of a turn, by one or by two: the tangent is sqrt(2) - 1 at most.
    let one = y > 0.41421357 * x;
    let two = y > 2.4142136 * x;
    let (difference, above_rest): (f32, f32) = two_sum(y, -x);
    let (sum, below_rest): (f32, f32) = two_sum(x, y);
    let above = if one { difference } else { y };
    let above = if two { -x } else { above };
    let below = if one { sum } else { x };
    let below = if two { y } else { below };
    let turned = if left { 3.1415927 } else { 0.0 };
    let eighth = if left { 2.3561945 } else { 0.7853982 };
    let turned = if one { eighth } else { turned };
    let turned = if two { 1.5707964 } else { turned };
    let turned_rest = if left { -8.742278e-08 } else { 0.0 };
    let eighth_rest = if left { -5.9624403e-09 } else { -2.1855694e-08 };
    let turned_rest = if one { eighth_rest } else { turned_rest };
    let turned_rest = if two { -4.371139e-08 } else { turned_rest };
    let quotient = above / below;
    // What the roundings of the sum and the difference leave.
    let rest = (above_rest - quotient * below_rest) / below;
    let rest = if one && !two { rest } else { 0.0 };
    let t = if left { -quotient } else { quotient };
    let rest = if left { -rest } else { rest };
    let z = t * t;
    let series =
        -0.33333316 + z * (0.19998533 + z * (-0.1424451 + z * (0.10600164 + z * -0.06092697)));
    turned + (t + (t * z * series + (rest + turned_rest)))
}

/// Inverse tangent, in radians. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atan(x: f32) -> f32 {
    // The quotient of 1 and infinity is not taken.
    let a = x.abs();
    let bounded = if a > 1e9 { 1e9 } else { a };
    let angle: f32 = upper_half(bounded, 1.0f32, false);
    angle.copysign(x)
}

/// The angle of the point `(x, y)` from the positive x axis, in radians: `y.atan2(x)`. At most
/// 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn atan2(y: f32, x: f32) -> f32 {
    let (height, width) = (y.abs(), x.abs());
    // Away from both ends of the range; of two infinities, both become ones.
    let large = height > 1e36 || width > 1e36;
    let factor = if large { 5.9604645e-08 } else { 1.0 };
    let small = height < 1e-30 && width < 1e-30;
    let factor = if small { 33554432.0 } else { factor };
    let (infinite_y, infinite_x) = (height == f32::INFINITY, width == f32::INFINITY);
    let infinite = infinite_y || infinite_x;
    let (h, w) = (height * factor, width * factor);
    let h = if infinite { 0.0 } else { h };
    let w = if infinite { 0.0 } else { w };
    let h = if infinite_y { 1.0 } else { h };
    let w = if infinite_x { 1.0 } else { w };
    // The angle of the origin is the one of its sign: 0 or half a turn.
    let w = if h == 0.0 && w == 0.0 { 1.0 } else { w };
    let angle: f32 = upper_half(h, w, x.is_sign_negative());
    // A NaN on either side stays.
    let angle = if x.is_nan() || y.is_nan() {
        x + y
    } else {
        angle
    };
    angle.copysign(y)
}
