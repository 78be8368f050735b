//! The gamma function and its logarithm, by Stirling's series.

use super::bits::{assemble, upper};
use super::double::{fast_two_sum, over, plus, times, two_product, two_sum};
use super::log_gamma::{ln_gamma_of_many, ln_gamma_of_usual};
use super::logarithm::ln;
use super::power::{exp2_parts, log2_parts};
use super::trigonometric::{cosine_parts, sine_parts};
use crate::math::host::with_rare_path;
use crate::math::rare::{BEYOND_USUAL, LEAST_USUAL, Rare};
use kernel_macros::kernel;

/// `a (a + 1) .. (a + 7)`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn rising(a: f64) -> (f64, f64) {
    // In pairs, from both ends: a (a + 7) is w, and the others are w + 6, w + 10 and w + 12.
    let (square, square_rest): (f64, f64) = two_product(a, a);
    let (seven, seven_rest): (f64, f64) = fast_two_sum(8.0 * a, -a);
    let (main, rest): (f64, f64) = two_sum(square, seven);
    let w: (f64, f64) = fast_two_sum(main, rest + (square_rest + seven_rest));
    let second: (f64, f64) = plus(w, 6.0);
    let third: (f64, f64) = plus(w, 10.0);
    let fourth: (f64, f64) = plus(w, 12.0);
    let outer: (f64, f64) = times(w, second);
    let inner: (f64, f64) = times(third, fourth);
    times(outer, inner)
}

/// The logarithm to the base 2 of the gamma function of `y + low`, for `y` of at least 8.
#[kernel(device, crate = crate)]
#[inline(always)]
fn log2_gamma(y: f64, low: f64) -> (f64, f64) {
    // (y - 1/2) log2 y - (y - series / y) log2 e + log2 sqrt(2 pi)
    let (log_high, log_low): (f64, f64) = log2_parts(y);
    let less = y - 0.5;
    let (less_high, y_high): (f64, f64) = (upper(less), upper(y));
    let rest = log_high * (less - less_high) + log_low * less;
    let subtracted = y_high * 1.4426950514316559;
    let subtracted_rest = (y - y_high) * 1.4426950514316559 + y * -1.0542692476429138e-08;
    let (main, error): (f64, f64) = two_sum(log_high * less_high, -subtracted);
    let (main, lost): (f64, f64) = two_sum(main, 1.3257480647361595);
    let inverse = 1.0 / y;
    let u = inverse * inverse;
    let series = 0.0008413859682570785 + u * (-0.0018860917632955393 + u * 0.004981655788696953);
    let series = 0.08333333333333333
        + u * (-0.0027777777777668483
            + u * (0.0007936507861226309 + u * (-0.0005952357924152433 + u * series)));
    // The slope in y: log2 y - log2(e) / 2 y.
    let slope = log_high - 1.4426950408889634 * 0.5 * inverse;
    let small = series * inverse * 1.4426950408889634 + (low * slope + -7.153413670427599e-17);
    fast_two_sum(main, ((error + lost) + (rest - subtracted_rest)) + small)
}

/// `(|sin(pi a)|, its rest, whether the sine is negative)` for positive `a`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn sine_of_turns(a: f64) -> (f64, f64, bool) {
    // The nearest integer stands in the last bits; from 2^52 on, the number is one.
    let shifted = a + 4503599627370496.0;
    let fraction = a - (shifted - 4503599627370496.0);
    let fraction = if a < 4503599627370496.0 {
        fraction
    } else {
        0.0
    };
    let odd = shifted.to_bits() & 1 != 0;
    let distance = fraction.abs();
    let far = distance > 0.25;
    let angle = if far { 0.5 - distance } else { distance };
    let (r, error): (f64, f64) = two_product(angle, 3.141592653589793);
    let tail = error + angle * 1.2246467991473532e-16;
    let (sine, sine_rest): (f64, f64) = sine_parts(r, tail);
    let (cosine, cosine_rest): (f64, f64) = cosine_parts(r, tail);
    let main = if far { cosine } else { sine };
    let rest = if far { cosine_rest } else { sine_rest };
    let (main, rest): (f64, f64) = fast_two_sum(main, rest);
    (main, rest, odd != (fraction < 0.0))
}

/// `(exponent, factor, negative)` with `|gamma(x)| = 2^exponent * factor`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn gamma_parts(x: f64) -> ((f64, f64), (f64, f64), bool) {
    let a = x.abs();
    // gamma(a) = gamma(a + 8) / (a (a + 1) .. (a + 7))
    let short = a < 8.0;
    let all: (f64, f64) = rising(a);
    let product = (
        if short { all.0 } else { 1.0 },
        if short { all.1 } else { 0.0 },
    );
    let further = if short { a + 8.0 } else { a };
    let (y, low): (f64, f64) = (further, if short { a - (further - 8.0) } else { 0.0 });
    let (main, rest): (f64, f64) = log2_gamma(y, low);
    // gamma(-a) = -pi / (a sin(pi a) gamma(a))
    let (sine, sine_rest, below): (f64, f64, bool) = sine_of_turns(a);
    let reflected: (f64, f64) = times(product, (3.141592653589793, 1.2246467991473532e-16));
    let divisor: (f64, f64) = times((a, 0.0), (sine, sine_rest));
    let left = x < 0.0;
    let above = (
        if left { reflected.0 } else { 1.0 },
        if left { reflected.1 } else { 0.0 },
    );
    let under = (
        if left { divisor.0 } else { product.0 },
        if left { divisor.1 } else { product.1 },
    );
    let factor: (f64, f64) = over(above, under);
    let main = if left { -main } else { main };
    let rest = if left { -rest } else { rest };
    ((main, rest), factor, left && !below)
}

/// The gamma function. At most 2 ULP; NaN for
/// negative integers.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn gamma(x: f64) -> f64 {
    // Far enough for 0 and for infinity; a NaN stays.
    let bounded = if x > 200.0 { 200.0 } else { x };
    // Zeros have signs too: they change from one integer to the next.
    let (_sine, _rest, odd): (f64, f64, bool) = sine_of_turns(x.abs());
    let end = if odd { -201.5 } else { -200.5 };
    let bounded = if x < -200.0 { end } else { bounded };
    let (exponent, factor, negative): ((f64, f64), (f64, f64), bool) = gamma_parts(bounded);
    let (shifted, high, low): (f64, f64, f64) = exp2_parts(exponent.0, exponent.1);
    let (value, _rest): (f64, f64) = times((high, low), factor);
    let value: f64 = assemble(value, shifted);
    let value = if negative { -value } else { value };
    let value = if x.abs() < 1e-20 { 1.0 / x } else { value };
    let a = x.abs();
    let whole = a >= 4503599627370496.0 || (a + 4503599627370496.0) - 4503599627370496.0 == a;
    if x < 0.0 && whole { f64::NAN } else { value }
}

/// [`ln_gamma`] of any number, from both logarithms in two parts.
#[kernel(device, crate = crate)]
#[inline(always)]
fn of_any(x: f64) -> (f64, i32) {
    let a = x.abs();
    let huge = a > 1e290;
    let bounded = if huge { 1e290 } else { a };
    let (exponent, factor, negative): ((f64, f64), (f64, f64), bool) =
        gamma_parts(bounded.copysign(x));
    // The logarithm of both to the base 2, in two parts, and times ln 2.
    let (log, log_rest): (f64, f64) = log2_parts(factor.0);
    let log_rest = log_rest + 1.4426950408889634 * factor.1 / factor.0;
    let (sum, lost): (f64, f64) = two_sum(exponent.0, log);
    let (sum, lost): (f64, f64) = fast_two_sum(sum, lost + (exponent.1 + log_rest));
    let (value, rest): (f64, f64) =
        times((sum, lost), (0.6931471805599453, 2.3190468138462996e-17));
    // Next to 0 it is -ln a, far out a (ln a - 1), at the integers below infinite.
    let log: f64 = ln(a);
    let near = a < 1e-20;
    let value = if near { -log } else { value + rest };
    let value = if huge { a * (log - 1.0) } else { value };
    let value = if x == 1.0 || x == 2.0 { 0.0 } else { value };
    let whole = a >= 4503599627370496.0 || (a + 4503599627370496.0) - 4503599627370496.0 == a;
    let value = if x < 0.0 && whole {
        f64::INFINITY
    } else {
        value
    };
    let minus = (negative && !whole) || (near && x.is_sign_negative());
    (value, if minus { -1 } else { 1 })
}

/// [`of_any`], as a call: loops that call functions by name seldom come here.
#[kernel(device, crate = crate)]
#[cold]
#[inline(never)]
fn of_rare(x: f64) -> (f64, i32) {
    let (value, sign): (f64, i32) = of_any(x);
    (value, sign)
}

/// [`ln_gamma`], one way or the other.
#[kernel(device, crate = crate)]
#[inline(always)]
fn one_way(x: f64) -> (f64, i32) {
    let (large_enough, small_enough) = (x >= LEAST_USUAL, x < BEYOND_USUAL);
    if large_enough && small_enough {
        (ln_gamma_of_usual(x), 1)
    } else {
        of_rare(x)
    }
}

/// The same; if `USUAL`, of usual numbers alone. For the host.
#[inline(always)]
fn usually<const USUAL: bool>(x: f64, rare: &mut Rare) -> (f64, i32) {
    if !USUAL {
        return one_way(x);
    }
    rare.outside_f64(x);
    (ln_gamma_of_many(x), 1)
}

with_rare_path! {
    /// `(ln |gamma(x)|, sign of gamma(x))`. At most 2 ULP; between negative integers too, but
    /// next to one or two zeros there: their absolute error is below `2^-57`. Infinite for integers from 0 down.
    pub fn ln_gamma(x: f64) -> (f64, i32) as one_way, usually
}
