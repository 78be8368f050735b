//! Powers, and logarithms to any base.

use super::bits::{nearest, scale, split, upper};
use super::double::fast_two_sum;
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
    let s = f / sum;
    let s_high: f64 = upper(s);
    let s_low = ((f - s_high * sum_high) - s_high * sum_low) / sum;
    let z = s * s;
    let w = z * z;
    let even = 0.6000000000000338
        + w * (0.3333333377988942 + w * (0.23080136039938146 + w * 0.1979450551053242));
    let odd = 0.4285714285514936 + w * (0.2727267654995881 + w * 0.1988522543439851);
    let series = even + z * odd;
    // 3 + s^2 + .. in two parts, where the square of `s_high` is exact.
    let rest = z * z * series + s_low * (s_high + s);
    let square = s_high * s_high;
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

/// `(k, high, low)` with `2^(main + rest) = 2^k (high + low)`, `high` from 0.7 to 1.42 and `low` below
/// its last place, for `|main|` up to 1500.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_parts(main: f64, rest: f64) -> (f64, f64, f64) {
    let k: f64 = nearest(main + rest);
    let fraction = main - k;
    // Times ln 2, in two parts.
    let high: f64 = upper(fraction + rest);
    let low = rest - (high - fraction);
    let linear = high * 0.6931471824645996;
    let linear_rest = low * 0.6931471805599453 + high * -1.904654299957768e-09;
    let r = linear + linear_rest;
    let r_rest = linear_rest - (r - linear);
    let square = r * r;
    let odd = 0.166666666666667
        + square
            * (0.008333333333307205
                + square
                    * (0.0001984126991739152
                        + square * (2.755721629209999e-06 + square * 2.5117863793574362e-08)));
    let even = 0.5000000000000012
        + square
            * (0.04166666666651896
                + square
                    * (0.0013888888946226282
                        + square * (2.4801490660363564e-05 + square * 2.7631050365859304e-07)));
    let one = 1.0 + r;
    let beyond = (r - (one - 1.0)) + (square * (even + r * odd) + (r_rest + r * r_rest));
    let (high, low): (f64, f64) = fast_two_sum(one, beyond);
    (k, high, low)
}

/// `2^((log_high + log_low) (y_high + y_low))`, where the product of the high parts is exact.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp2_of_product(log_high: f64, log_low: f64, y_high: f64, y_low: f64) -> f64 {
    let main = log_high * y_high;
    let rest = log_high * y_low + log_low * (y_high + y_low);
    // Far enough for 0 and for infinity.
    let sum = main + rest;
    let far = sum.abs() > 1500.0;
    let end = if sum > 0.0 { 1500.0 } else { -1500.0 };
    let main = if far { end } else { main };
    let rest = if far { 0.0 } else { rest };
    let (k, value, _low): (f64, f64, f64) = exp2_parts(main, rest);
    scale(value, k)
}

/// `(whole, odd)`: whether a number is an integer, and whether it is an odd one.
#[kernel(device, crate = crate)]
#[inline(always)]
fn parity(y: f64) -> (bool, bool) {
    let a = y.abs();
    // From 2^52 on every number is an integer, from 2^53 on an even one.
    let fractional = a < 4503599627370496.0;
    let shifted = a + 4503599627370496.0;
    let whole = !fractional || shifted - 4503599627370496.0 == a;
    let last = if fractional {
        shifted.to_bits()
    } else {
        a.to_bits()
    };
    (whole, whole && a < 9007199254740992.0 && last & 1 != 0)
}

/// `x^y` for a negative, zero or infinite `x` too, given `|x|^y` for others.
#[kernel(device, crate = crate)]
#[inline(always)]
fn with_base(x: f64, negative_y: bool, whole: bool, odd: bool, value: f64) -> f64 {
    let a = x.abs();
    let ends = if (a == 0.0) == negative_y {
        f64::INFINITY
    } else {
        0.0
    };
    let value = if a == 0.0 || a == f64::INFINITY {
        ends
    } else {
        value
    };
    let value = if x < 0.0 && a != f64::INFINITY && !whole {
        f64::NAN
    } else {
        value
    };
    if x.is_sign_negative() && odd {
        -value
    } else {
        value
    }
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
    let (whole, odd): (bool, bool) = parity(y);
    let value: f64 = with_base(x, y < 0.0, whole, odd, value);
    let value = if x.is_nan() || y.is_nan() {
        x + y
    } else {
        value
    };
    let endless = x == -1.0 && y.abs() == f64::INFINITY;
    if x == 1.0 || y == 0.0 || endless {
        1.0
    } else {
        value
    }
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
    let value: f64 = with_base(x, n < 0, true, n & 1 != 0, value);
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
