//! The gamma function and its logarithm, by Stirling's series.

use super::bits::{assemble, upper};
use super::double::{fast_two_sum, over, plus, times, two_product, two_sum};
use super::logarithm::ln;
use super::power::{exp2_parts, log2_parts};
use super::trigonometric::{cosine_parts, sine_parts};
use kernel_macros::kernel;

/// `a (a + 1) (a + 2) (a + 3)`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn rising(a: f32) -> (f32, f32) {
    // In pairs, from both ends: a (a + 3) is w, and the other is w + 2.
    let (square, square_rest): (f32, f32) = two_product(a, a);
    let (three, three_rest): (f32, f32) = fast_two_sum(4.0 * a, -a);
    let (main, rest): (f32, f32) = two_sum(square, three);
    let w: (f32, f32) = fast_two_sum(main, rest + (square_rest + three_rest));
    let second: (f32, f32) = plus(w, 2.0);
    times(w, second)
}

/// The logarithm to the base 2 of the gamma function of `y + low`, for `y` of at least 4.
#[kernel(device, crate = crate)]
#[inline(always)]
fn log2_gamma(y: f32, low: f32) -> (f32, f32) {
    // (y - 1/2) log2 y - (y - series / y) log2 e + log2 sqrt(2 pi)
    let (log_high, log_low): (f32, f32) = log2_parts(y);
    let less = y - 0.5;
    let (less_high, y_high): (f32, f32) = (upper(less), upper(y));
    let rest = log_high * (less - less_high) + log_low * less;
    let subtracted = y_high * 1.44287109375;
    let subtracted_rest = (y - y_high) * 1.44287109375 + y * -0.00017605285;
    let (main, error): (f32, f32) = two_sum(log_high * less_high, -subtracted);
    let (main, lost): (f32, f32) = two_sum(main, 1.3257481);
    let inverse = 1.0 / y;
    let u = inverse * inverse;
    let series = 0.08333333 + u * (-0.0027765625 + u * 0.0007420999);
    // The slope in y: log2 y - log2(e) / 2 y.
    let slope = log_high - 1.442695 * 0.5 * inverse;
    let small = series * inverse * 1.442695 + (low * slope + -2.123949e-08);
    fast_two_sum(main, ((error + lost) + (rest - subtracted_rest)) + small)
}

/// `(|sin(pi a)|, its rest, whether the sine is negative)` for positive `a`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn sine_of_turns(a: f32) -> (f32, f32, bool) {
    // The nearest integer stands in the last bits; from 2^23 on, the number is one.
    let shifted = a + 8388608.0;
    let fraction = a - (shifted - 8388608.0);
    let fraction = if a < 8388608.0 { fraction } else { 0.0 };
    let odd = shifted.to_bits() & 1 != 0;
    let distance = fraction.abs();
    let far = distance > 0.25;
    let angle = if far { 0.5 - distance } else { distance };
    let (r, error): (f32, f32) = two_product(angle, 3.1415927);
    let tail = error + angle * -8.742278e-08;
    let (sine, sine_rest): (f32, f32) = sine_parts(r, tail);
    let (cosine, cosine_rest): (f32, f32) = cosine_parts(r, tail);
    let main = if far { cosine } else { sine };
    let rest = if far { cosine_rest } else { sine_rest };
    let (main, rest): (f32, f32) = fast_two_sum(main, rest);
    (main, rest, odd != (fraction < 0.0))
}

/// `(exponent, factor, negative)` with `|gamma(x)| = 2^exponent * factor`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn gamma_parts(x: f32) -> ((f32, f32), (f32, f32), bool) {
    let a = x.abs();
    // gamma(a) = gamma(a + 4) / (a (a + 1) .. (a + 3))
    let short = a < 4.0;
    let all: (f32, f32) = rising(a);
    let product = (
        if short { all.0 } else { 1.0 },
        if short { all.1 } else { 0.0 },
    );
    let further = if short { a + 4.0 } else { a };
    let (y, low): (f32, f32) = (further, if short { a - (further - 4.0) } else { 0.0 });
    let (main, rest): (f32, f32) = log2_gamma(y, low);
    // gamma(-a) = -pi / (a sin(pi a) gamma(a))
    let (sine, sine_rest, below): (f32, f32, bool) = sine_of_turns(a);
    let reflected: (f32, f32) = times(product, (3.1415927f32, -8.742278e-08f32));
    let divisor: (f32, f32) = times((a, 0.0f32), (sine, sine_rest));
    let left = x < 0.0;
    let above = (
        if left { reflected.0 } else { 1.0 },
        if left { reflected.1 } else { 0.0 },
    );
    let under = (
        if left { divisor.0 } else { product.0 },
        if left { divisor.1 } else { product.1 },
    );
    let factor: (f32, f32) = over(above, under);
    let main = if left { -main } else { main };
    let rest = if left { -rest } else { rest };
    ((main, rest), factor, left && !below)
}

/// The gamma function. At most 2 ULP; NaN for
/// negative integers.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn gamma(x: f32) -> f32 {
    // Far enough for 0 and for infinity; a NaN stays.
    let bounded = if x > 50.0 { 50.0 } else { x };
    // Zeros have signs too: they change from one integer to the next.
    let (_sine, _rest, odd): (f32, f32, bool) = sine_of_turns(x.abs());
    let end = if odd { -45.5 } else { -46.5 };
    let bounded = if x < -45.0 { end } else { bounded };
    let (exponent, factor, negative): ((f32, f32), (f32, f32), bool) = gamma_parts(bounded);
    let (shifted, high, low): (f32, f32, f32) = exp2_parts(exponent.0, exponent.1);
    let (value, _rest): (f32, f32) = times((high, low), factor);
    let value: f32 = assemble(value, shifted);
    let value = if negative { -value } else { value };
    let value = if x.abs() < 1e-9 { 1.0 / x } else { value };
    let a = x.abs();
    let whole = a >= 8388608.0 || (a + 8388608.0) - 8388608.0 == a;
    if x < 0.0 && whole { f32::NAN } else { value }
}

/// `(ln |gamma(x)|, sign of gamma(x))`. At most 2 ULP, except near its zeros (1, 2 and one or two
/// between any two negative integers), where the absolute error is below `2^-28`. Infinite for
/// integers from 0 down.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn ln_gamma(x: f32) -> (f32, i32) {
    let a = x.abs();
    let huge = a > 1e30;
    let bounded = if huge { 1e30 } else { a };
    let (exponent, factor, negative): ((f32, f32), (f32, f32), bool) =
        gamma_parts(bounded.copysign(x));
    // The logarithm of both to the base 2, in two parts, and times ln 2.
    let (log, log_rest): (f32, f32) = log2_parts(factor.0);
    let log_rest = log_rest + 1.442695 * factor.1 / factor.0;
    let (sum, lost): (f32, f32) = two_sum(exponent.0, log);
    let (sum, lost): (f32, f32) = fast_two_sum(sum, lost + (exponent.1 + log_rest));
    let (value, rest): (f32, f32) = times((sum, lost), (0.6931472f32, -1.9046542e-09f32));
    // Next to 0 it is -ln a, far out a (ln a - 1), at the integers below infinite.
    let log: f32 = ln(a);
    let near = a < 1e-9;
    let value = if near { -log } else { value + rest };
    let value = if huge { a * (log - 1.0) } else { value };
    let value = if x == 1.0 || x == 2.0 { 0.0 } else { value };
    let whole = a >= 8388608.0 || (a + 8388608.0) - 8388608.0 == a;
    let value = if x < 0.0 && whole {
        f32::INFINITY
    } else {
        value
    };
    let minus = (negative && !whole) || (near && x.is_sign_negative());
    (value, if minus { -1 } else { 1 })
}
