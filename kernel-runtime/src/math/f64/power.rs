//! Powers, and logarithms to any base.

use super::bits::{assemble, split, upper};
use super::double::fast_two_sum;
use super::exponential::exp_beyond;
use super::logarithm::with_ends;
use kernel_macros::kernel;

/// `(high, low)`: the logarithm of a finite positive number to the base 2, with a relative error of
/// some `2^-66`; `high` has 26 bits.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_parts(x: f64) -> (f64, f64) {
    let (k, m): (f64, f64) = split(x);
    // ln m = 2 (s + s^3 / 3 + s^5 / 5 + ..), s = (m - 1) / (m + 1), in two parts.
    let f = m - 1.0;
    let sum = m + 1.0;
    let sum_high: f64 = upper(sum);
    let sum_low = m - (sum_high - 1.0);
    let inverse = 1.0 / sum;
    let s = f * inverse;
    let s_high: f64 = upper(s);
    let s_low = ((f - s_high * sum_high) - s_high * sum_low) * inverse;
    // Its square: exactly, of the upper part, and the rest.
    let square = s_high * s_high;
    let square_rest = s_low * (s_high + s);
    let z = square + square_rest;
    let w = z * z;
    let first = 0.6000000000000338 + z * 0.4285714285514936;
    let second = 0.3333333377988942 + z * 0.2727267654995881;
    let third = 0.23080136039938146 + z * 0.1988522543439851;
    let series = (first + w * second) + w * w * (third + w * 0.1979450551053242);
    // 3 + s^2 + .. in two parts.
    let rest = w * series + square_rest;
    let t_high: f64 = upper(3.0 + square + rest);
    let t_low = rest - ((t_high - 3.0) - square);
    let main = s_high * t_high;
    let rest = s_low * t_high + t_low * s;
    let p_high: f64 = upper(main + rest);
    let p_low = rest - (p_high - main);
    // 2 / (3 ln 2) in two parts.
    let main = p_high * 0.9617967009544373;
    let rest = p_high * -7.028461650952758e-09 + p_low * 0.9617966939259756;
    let high: f64 = upper((main + rest) + k);
    (high, rest - ((high - k) - main))
}

/// `(shifted, high, low)` with `2^(main + rest) = 2^k (high + low)`, `high` from 0.7 to 1.42 and `low`
/// below its last place, for `|main|` up to 1500. `shifted` is `k` as
/// `assemble` takes it.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_parts(main: f64, rest: f64) -> (f64, f64, f64) {
    let shifted = (main + rest) + 6755399441057790.0;
    let fraction = main - (shifted - 6755399441057790.0);
    // Times ln 2, in two parts.
    let high: f64 = upper(fraction + rest);
    let low = rest - (high - fraction);
    let linear = high * 0.6931471824645996;
    let linear_rest = low * 0.6931471805599453 + high * -1.904654299957768e-09;
    let r = linear + linear_rest;
    let r_rest = linear_rest - (r - linear);
    let curve: f64 = exp_beyond(r);
    let one = 1.0 + r;
    let beyond = (r - (one - 1.0)) + (curve + (r_rest + r * r_rest));
    let (high, low): (f64, f64) = fast_two_sum(one, beyond);
    (shifted, high, low)
}

/// `2^((log_high + log_low) (y_high + y_low))`, where the product of the high parts is exact.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp2_of_product(log_high: f64, log_low: f64, y_high: f64, y_low: f64) -> f64 {
    let main = log_high * y_high;
    let rest = log_high * y_low + log_low * (y_high + y_low);
    let (shifted, value, _low): (f64, f64, f64) = exp2_parts(main, rest);
    let value: f64 = assemble(value, shifted);
    let sum = main + rest;
    let value = if sum >= 1024.0 { f64::INFINITY } else { value };
    if sum < -1076.0 { 0.0 } else { value }
}

/// `(whole, sign)`: whether a number is an integer, and, where it is an odd one, the sign's bit.
#[kernel(device, crate = crate)]
#[inline(always)]
fn parity(y: f64) -> (bool, u64) {
    let a = y.abs();
    // From 2^52 on every number is an integer, from 2^53 on an even one.
    let fractional = a < 4503599627370496.0;
    let shifted = a + 4503599627370496.0;
    let last = if fractional {
        shifted.to_bits()
    } else {
        a.to_bits()
    };
    let nearest = if fractional {
        shifted - 4503599627370496.0
    } else {
        a
    };
    let sign = if a < 9007199254740992.0 {
        last << 63
    } else {
        0
    };
    (nearest == a, sign)
}

/// `x^y` for a zero or infinite `x` too, given `|x|^y` for others, of the sign that an odd `y` has.
///
/// `a` is `|x|`, compared with the ends of the finite numbers: see `with_ends` of the logarithms.
#[kernel(device, crate = crate)]
#[inline(always)]
fn with_base(x: f64, negative_y: bool, sign: u64, value: f64) -> f64 {
    let a = x.abs();
    let of_zero = if negative_y { f64::INFINITY } else { 0.0 };
    let of_infinity = if negative_y { 0.0 } else { f64::INFINITY };
    let value = if a < 5e-324 { of_zero } else { value };
    let value = if a > f64::MAX { of_infinity } else { value };
    f64::from_bits(value.to_bits() | (x.to_bits() & sign))
}

/// `x^y`. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn powf(x: f64, y: f64) -> f64 {
    let (log_high, log_low): (f64, f64) = log2_parts(x.abs());
    // No other power of a number but 1 is nearer to 1 than 0 and infinity.
    let bounded = if y > 3e19 { 3e19 } else { y };
    let bounded = if bounded < -3e19 { -3e19 } else { bounded };
    let y_high: f64 = upper(bounded);
    let value: f64 = exp2_of_product(log_high, log_low, y_high, bounded - y_high);
    let (whole, sign): (bool, u64) = parity(y);
    let sign = if whole { sign } else { 0 };
    let value: f64 = with_base(x, y < 0.0, sign, value);
    let bounded_below = x >= -f64::MAX;
    let real = whole || x > -5e-324 || !bounded_below;
    let value = if real { value } else { f64::NAN };
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
pub fn powi(x: f64, n: i32) -> f64 {
    let (log_high, log_low): (f64, f64) = log2_parts(x.abs());
    let y = n as f64;
    let y_high: f64 = upper(y);
    let y_low = y - y_high;
    let value: f64 = exp2_of_product(log_high, log_low, y_high, y_low);
    let sign = (n as u64) << 63;
    let value: f64 = with_base(x, n < 0, sign, value);
    let value = if x.is_nan() { x } else { value };
    if n == 0 { 1.0 } else { value }
}

/// The logarithm of `x` to the base `base`, `x.log(base)`. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log(x: f64, base: f64) -> f64 {
    let (x_high, x_low): (f64, f64) = log2_parts(x);
    let (base_high, base_low): (f64, f64) = log2_parts(base);
    let above: f64 = with_ends(x, x_high + x_low);
    let below: f64 = with_ends(base, base_high + base_low);
    let quotient = above / below;
    let short: f64 = upper(quotient);
    let rest = (x_high - short * base_high) + (x_low - short * base_low);
    let value = short + rest / below;
    // Where one of the two is 0 or infinite, so is the quotient, or it is 0 or NaN.
    let ordinary = below.is_finite() && quotient.is_finite();
    if ordinary { value } else { quotient }
}
