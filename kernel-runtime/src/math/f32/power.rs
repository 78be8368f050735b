//! Powers, and logarithms to any base.

use super::bits::{assemble, split, upper};
use super::double::fast_two_sum;
use super::exponential::exp_beyond;
use super::logarithm::with_ends;
use kernel_macros::kernel;

/// `(high, low)`: the logarithm of a finite positive number to the base 2, with a relative error of
/// some `2^-36`; `high` has 12 bits.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_parts(x: f32) -> (f32, f32) {
    let (k, m): (f32, f32) = split(x);
    // ln m = 2 (s + s^3 / 3 + s^5 / 5 + ..), s = (m - 1) / (m + 1), in two parts.
    let f = m - 1.0;
    let sum = m + 1.0;
    let sum_high: f32 = upper(sum);
    let sum_low = m - (sum_high - 1.0);
    let inverse = 1.0 / sum;
    let s = f * inverse;
    let s_high: f32 = upper(s);
    let s_low = ((f - s_high * sum_high) - s_high * sum_low) * inverse;
    // Its square: exactly, of the upper part, and the rest.
    let square = s_high * s_high;
    let square_rest = s_low * (s_high + s);
    let z = square + square_rest;
    let series = 0.6000023 + z * (0.42820647 + z * 0.35128984);
    // 3 + s^2 + .. in two parts.
    let rest = z * z * series + square_rest;
    let t_high: f32 = upper(3.0 + square + rest);
    let t_low = rest - ((t_high - 3.0) - square);
    let main = s_high * t_high;
    let rest = s_low * t_high + t_low * s;
    let p_high: f32 = upper(main + rest);
    let p_low = rest - (p_high - main);
    // 2 / (3 ln 2) in two parts.
    let main = p_high * 0.9619140625;
    let rest = p_high * -0.000117368574 + p_low * 0.9617967;
    let high: f32 = upper((main + rest) + k);
    (high, rest - ((high - k) - main))
}

/// `(shifted, high, low)` with `2^(main + rest) = 2^k (high + low)`, `high` from 0.7 to 1.42 and `low`
/// below its last place, for `|main|` up to 200. `shifted` is `k` as
/// `assemble` takes it.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_parts(main: f32, rest: f32) -> (f32, f32, f32) {
    let shifted = (main + rest) + 12583166.0;
    let fraction = main - (shifted - 12583166.0);
    // Times ln 2, in two parts.
    let high: f32 = upper(fraction + rest);
    let low = rest - (high - fraction);
    let linear = high * 0.693115234375;
    let linear_rest = low * 0.6931472 + high * 3.1946183e-05;
    let r = linear + linear_rest;
    let r_rest = linear_rest - (r - linear);
    let curve: f32 = exp_beyond(r);
    let one = 1.0 + r;
    let beyond = (r - (one - 1.0)) + (curve + (r_rest + r * r_rest));
    let (high, low): (f32, f32) = fast_two_sum(one, beyond);
    (shifted, high, low)
}

/// `2^((log_high + log_low) (y_high + y_low))`, where the product of the high parts is exact.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp2_of_product(log_high: f32, log_low: f32, y_high: f32, y_low: f32) -> f32 {
    let main = log_high * y_high;
    let rest = log_high * y_low + log_low * (y_high + y_low);
    let (shifted, value, _low): (f32, f32, f32) = exp2_parts(main, rest);
    let value: f32 = assemble(value, shifted);
    let sum = main + rest;
    let value = if sum >= 128.0 { f32::INFINITY } else { value };
    if sum < -151.0 { 0.0 } else { value }
}

/// `(whole, sign)`: whether a number is an integer, and, where it is an odd one, the sign's bit.
#[kernel(device, crate = crate)]
#[inline(always)]
fn parity(y: f32) -> (bool, u32) {
    let a = y.abs();
    // From 2^23 on every number is an integer, from 2^24 on an even one.
    let fractional = a < 8388608.0;
    let shifted = a + 8388608.0;
    let last = if fractional {
        shifted.to_bits()
    } else {
        a.to_bits()
    };
    let nearest = if fractional { shifted - 8388608.0 } else { a };
    let sign = if a < 16777216.0 { last << 31 } else { 0 };
    (nearest == a, sign)
}

/// `x^y` for a zero or infinite `x` too, given `|x|^y` for others, of the sign that an odd `y` has.
///
/// `a` is `|x|`, compared with the ends of the finite numbers: see `with_ends` of the logarithms.
#[kernel(device, crate = crate)]
#[inline(always)]
fn with_base(x: f32, negative_y: bool, sign: u32, value: f32) -> f32 {
    let a = x.abs();
    let of_zero = if negative_y { f32::INFINITY } else { 0.0 };
    let of_infinity = if negative_y { 0.0 } else { f32::INFINITY };
    let value = if a < 1e-45 { of_zero } else { value };
    let value = if a > f32::MAX { of_infinity } else { value };
    f32::from_bits(value.to_bits() | (x.to_bits() & sign))
}

/// `x^y`. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn powf(x: f32, y: f32) -> f32 {
    let (log_high, log_low): (f32, f32) = log2_parts(x.abs());
    // No other power of a number but 1 is nearer to 1 than 0 and infinity.
    let bounded = if y > 4e9 { 4e9 } else { y };
    let bounded = if bounded < -4e9 { -4e9 } else { bounded };
    let y_high: f32 = upper(bounded);
    let value: f32 = exp2_of_product(log_high, log_low, y_high, bounded - y_high);
    let (whole, sign): (bool, u32) = parity(y);
    let sign = if whole { sign } else { 0 };
    let value: f32 = with_base(x, y < 0.0, sign, value);
    let bounded_below = x >= -f32::MAX;
    let real = whole || x > -1e-45 || !bounded_below;
    let value = if real { value } else { f32::NAN };
    let value = if x.is_nan() || y.is_nan() {
        x + y
    } else {
        value
    };
    if x == 1.0 || y == 0.0 { 1.0 } else { value }
}

/// `x^n`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn powi(x: f32, n: i32) -> f32 {
    let (log_high, log_low): (f32, f32) = log2_parts(x.abs());
    // Its first 20 bits and its last 12, each exact.
    let (first, last) = ((n & !0xfff) as f32, (n & 0xfff) as f32);
    let y_high: f32 = upper(first + last);
    let y_low = (first - y_high) + last;
    let value: f32 = exp2_of_product(log_high, log_low, y_high, y_low);
    let sign = (n as u32) << 31;
    let value: f32 = with_base(x, n < 0, sign, value);
    let value = if x.is_nan() { x } else { value };
    if n == 0 { 1.0 } else { value }
}

/// The logarithm of `x` to the base `base`, `x.log(base)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log(x: f32, base: f32) -> f32 {
    let (x_high, x_low): (f32, f32) = log2_parts(x);
    let (base_high, base_low): (f32, f32) = log2_parts(base);
    let above: f32 = with_ends(x, x_high + x_low);
    let below: f32 = with_ends(base, base_high + base_low);
    let quotient = above / below;
    let short: f32 = upper(quotient);
    let rest = (x_high - short * base_high) + (x_low - short * base_low);
    let value = short + rest / below;
    // Where one of the two is 0 or infinite, so is the quotient, or it is 0 or NaN.
    let ordinary = below.is_finite() && quotient.is_finite();
    if ordinary { value } else { quotient }
}
