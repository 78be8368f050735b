//! Powers, and logarithms to any base.

use super::bits::{assemble, split, upper};
use super::double::fast_two_sum;
use super::exponential::{exp2_beyond, exp2_fraction};
use super::logarithm::with_ends;
use kernel_macros::kernel;

/// `(high, low)`: the logarithm of a finite positive number to the base 2, with a relative error of
/// some `2^-66`; `high` has 26 bits.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_parts(x: f64) -> (f64, f64) {
    // log2 m = 2 / ln 2 (s + s^3 / 3 + s^5 / 5 + ..), s = (m - 1) / (m + 1), in two parts.
    let (k, m): (f64, f64) = split(x);
    let (s, s_low): (f64, f64) = ratio_parts(m);
    let beyond: f64 = log2_beyond(s);
    let (main, known, series): (f64, f64, f64) = log2_over(s, s_low, beyond);
    log2_sum(k, s, s_low, main, known, series)
}

/// `(m - 1) / (m + 1)`, and what it lacks besides its upper part.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ratio_parts(m: f64) -> (f64, f64) {
    let f = m - 1.0;
    let sum = m + 1.0;
    let sum_high: f64 = upper(sum);
    let sum_low = m - (sum_high - 1.0);
    let inverse = 1.0 / sum;
    let s = f * inverse;
    let s_high: f64 = upper(s);
    let s_low = ((f - s_high * sum_high) - s_high * sum_low) * inverse;
    (s, s_low)
}

/// The logarithm's series over `s^5`. The quotient's own error does not count there.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_beyond(s: f64) -> f64 {
    let z = s * s;
    let w = z * z;
    let first = 0.41219858311137103 + z * 0.32059889790772395;
    let second = 0.262308199185481 + z * 0.2219522390364323;
    let third = 0.19240239025392583 + z * 0.16843202248811445;
    // Rounded once where it counts: powers have a thousand times this error.
    0.5770780163555851 + z * ((first + w * second) + w * w * (third + w * 0.17296494685456681))
}

/// The logarithm over `s`, less `2 / ln 2`: a part that is exact, a small one, and the series' part.
#[kernel(device, crate = crate)]
#[inline(always)]
fn log2_over(s: f64, s_low: f64, beyond: f64) -> (f64, f64, f64) {
    // The square: exactly, of the upper part, and the rest.
    let s_high: f64 = upper(s);
    let square = s_high * s_high;
    let square_rest = s_low * (s_high + s);
    // In two parts: 2 / ln 2, and 2 / (3 ln 2) of the square, the first parts of 26 bits, so that
    // their product is exact. In the second parts is what the series' first coefficient lacks.
    let short: f64 = upper(square);
    let lack = (square - short) + square_rest;
    let main = short * 0.9617966860532761;
    let known = (lack * 0.9617966939259756 + short * 7.872699541420524e-09) + 3.851925982253777e-08;
    // The square's square: exactly, of its upper part, and what that lacks.
    let fourth = short * short + lack * (short + (short + lack));
    (main, known, fourth * beyond)
}

/// The logarithm, of `k`, `s` in two parts and its quotient by `s` as `log2_over` has it.
#[kernel(device, crate = crate)]
#[inline(always)]
fn log2_sum(k: f64, s: f64, s_low: f64, main: f64, known: f64, series: f64) -> (f64, f64) {
    let s_high: f64 = upper(s);
    let t_high: f64 = upper((2.885390043258667 + main) + series);
    // The series' part loses its first bits before the small part is added: no rounding of its size.
    let t_low = (series - ((t_high - 2.885390043258667) - main)) + known;
    let main = s_high * t_high;
    let rest = s_low * t_high + t_low * s;
    let high: f64 = upper((main + k) + rest);
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
    let r = fraction + rest;
    let short: f64 = upper(r);
    let low = rest - (short - fraction);
    let linear = short * 0.6931471675634384;
    let linear_rest = low * 0.6931471805599453 + short * 1.2996506893889889e-08;
    let one = 1.0 + linear;
    let beyond: f64 = exp2_beyond(r, (linear - (one - 1.0)) + linear_rest);
    let (high, low): (f64, f64) = fast_two_sum(one, beyond);
    (shifted, high, low)
}

/// `2^((log_high + log_low) (y_high + y_low))`, where the product of the high parts is exact.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp2_of_product(log_high: f64, log_low: f64, y_high: f64, y_low: f64) -> f64 {
    let (main, rest): (f64, f64) = product(log_high, log_low, y_high, y_low);
    let (shifted, r): (f64, f64) = exp2_sum_reduced(main, rest, 844424930134014.0);
    let value: f64 = exp2_fraction(shifted, r);
    exp2_ends(main + rest, f64::from_bits(shifted.to_bits() >> 3), value)
}

/// `exp2_reduced` of a sum, for `|main|` up to 1500 and a `rest` that is far smaller.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp2_sum_reduced(main: f64, rest: f64, bias: f64) -> (f64, f64) {
    let shifted = (main + rest) + bias;
    (shifted, (main - (shifted - bias)) + rest)
}

/// A product in two parts, the first exact.
#[kernel(device, crate = crate)]
#[inline(always)]
fn product(a_high: f64, a_low: f64, b_high: f64, b_low: f64) -> (f64, f64) {
    (a_high * b_high, a_high * b_low + a_low * (b_high + b_low))
}

/// `2^sum`, of `value` and its exponent, or what is beyond all powers.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp2_ends(sum: f64, shifted: f64, value: f64) -> f64 {
    let value: f64 = assemble(value, shifted);
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
    let (y_high, y_low): (f64, f64) = exponent_parts(y);
    let value: f64 = exp2_of_product(log_high, log_low, y_high, y_low);
    powf_ends(x, y, value)
}

/// An exponent's upper part and the rest.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exponent_parts(y: f64) -> (f64, f64) {
    // No other power of a number but 1 is nearer to 1 than 0 and infinity.
    let bounded = if y > 3e19 { 3e19 } else { y };
    let bounded = if bounded < -3e19 { -3e19 } else { bounded };
    let high: f64 = upper(bounded);
    (high, bounded - high)
}

/// `x^y`, given `|x|^y` for ordinary numbers.
#[kernel(device, crate = crate)]
#[inline(always)]
fn powf_ends(x: f64, y: f64, value: f64) -> f64 {
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
