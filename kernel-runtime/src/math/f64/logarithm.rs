//! Logarithms.

use super::bits::{split, upper};
use super::centres::{self, centre, exponent, over_centre};
use super::double::{product_error, two_sum};
use kernel_macros::kernel;

/// `(f, s)` of an `m` from `sqrt(1/2)` to `sqrt(2)`: `f = m - 1`, `s = f / (m + 1)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ratio(m: f64) -> (f64, f64) {
    let f = m - 1.0;
    (f, f / (m + 1.0))
}

/// `f - ln(1 + f)`, given `s = f / (2 + f)`, for `1 + f` from `sqrt(1/2)` to `sqrt(2)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_lack(f: f64, s: f64) -> f64 {
    // ln(1 + f) = 2 s + s z series, and f - 2 s = s f.
    let z = s * s;
    let w = z * z;
    let first = 0.666666666666681 + z * 0.39999999999016167;
    let second = 0.28571428818171396 + z * 0.2222219167243416;
    let third = 0.18183890135999944 + z * 0.15306354650737888;
    let series = (first + w * second) + w * w * (third + w * 0.1486788008785859);
    s * (f - z * series)
}

/// What a logarithm is where its argument is not a finite positive number.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn with_ends(x: f64, value: f64) -> f64 {
    // Infinity and NaN are their own. Compared with the ends of the finite numbers, not with
    // infinity and 0, of which LLVM makes a test of the number's class: some twenty operations.
    let value = if x <= f64::MAX { value } else { x };
    let end = if x < 0.0 { f64::NAN } else { f64::NEG_INFINITY };
    if x < 5e-324 { end } else { value }
}

/// Natural logarithm. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (k, m): (f64, f64) = split(x);
    let value: f64 = ln_of(k, m);
    with_ends(x, value)
}

/// The natural logarithm of `2^k m`, for an `m` from `sqrt(1/2)` to `sqrt(2)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_of(k: f64, m: f64) -> f64 {
    let rest: f64 = ln_rest(k, m);
    k * LN_2 + rest
}

/// ln 2, the first of two parts, of 33 bits: its products with exponents are exact.
pub(super) const LN_2: f64 = 0.6931471806019545;
/// The second part.
pub(super) const LN_2_REST: f64 = -4.2009150726810846e-11;

/// What `ln_of` adds to the product of `k` and [`LN_2`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_rest(k: f64, m: f64) -> f64 {
    let (f, s): (f64, f64) = ratio(m);
    let lack: f64 = ln_lack(f, s);
    f - (lack - k * LN_2_REST)
}

/// `ln(2^doubled (high + low))`, `low` below the last place of `high`, exact in relative terms near
/// a sum of 1 too; for a `high` of at least 2^-100, and not infinite.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_of_sum(high: f64, low: f64, doubled: f64) -> f64 {
    let (k, m, more): (f64, f64, f64) = split_sum(high, low, doubled);
    ln_of_split(k, m, more)
}

/// `(k, m, more)` with `2^doubled (high + low) = 2^k (m + more)`, as `split` does it.
#[kernel(device, crate = crate)]
#[inline(always)]
fn split_sum(high: f64, low: f64, doubled: f64) -> (f64, f64, f64) {
    // 2^k stands in the exponent's place, so that 2^(1 - k) is a difference.
    let shifted = high.to_bits().wrapping_add(0x0009_5f61_9980_c433);
    let k =
        f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - (4503599627371519.0 - doubled);
    let exponent = shifted & 0xfff0_0000_0000_0000;
    let m =
        f64::from_bits((high.to_bits().wrapping_sub(exponent)).wrapping_add(0x3ff0_0000_0000_0000));
    let back = f64::from_bits(0x7ff0_0000_0000_0000u64.wrapping_sub(exponent));
    (k, m, low * back)
}

/// `ln(2^k (m + more))`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_of_split(k: f64, m: f64, more: f64) -> f64 {
    let (f, s): (f64, f64) = ratio(m);
    let lack: f64 = ln_lack(f, s);
    // Over 1 + f, which is (1 + s) / (1 - s).
    let tail = more * (0.5 - s + s * s);
    k * LN_2 + (f - (lack - (k * LN_2_REST + tail)))
}

/// [`ln_of_sum`] of a `high` below 2^1023, by a table of centres instead of a division. In loops that call
/// functions by name a look-up takes longer; but a processor has one place for divisions and for the square
/// roots of `acosh`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_by_centres(high: f64, low: f64, doubled: f64) -> f64 {
    let (z, more, bits): (f64, f64, u64) = centres::split_sum(high, low);
    let k: f64 = exponent(bits, doubled);
    let (inverse, less): (f64, f64) = centre(bits >> 48);
    let (near, rest, r): (f64, f64, f64) = over_centre(z, inverse);
    let tail = more * inverse;
    let r = r + tail;
    let far: f64 = ln_far(r);
    let low: f64 = ln_near(rest + tail, r, far);
    k * LN_2 + ((near - less) + (low + k * LN_2_REST))
}

/// `ln(1 + r)` less what stands in 26 bits, given the `rest` of `r` beside them and [`ln_far`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn ln_near(rest: f64, r: f64, far: f64) -> f64 {
    let z = r * r;
    let first = -0.49999999999999845 + r * 0.3333333333332754;
    let second = -0.2500000000267718 + r * 0.20000000048468375;
    rest + z * ((first + z * second) + z * z * far)
}

/// The end of its series, in the upper part of `r`, whose products with these coefficients are exact.
#[kernel(device, crate = crate)]
#[inline(always)]
fn ln_far(r: f64) -> f64 {
    let short: f64 = upper(r);
    let third = LN_FIFTH + short * LN_SIXTH;
    third + r * r * (LN_SEVENTH + short * LN_EIGHTH)
}

/// Coefficients, every second one of 26 bits.
pub(super) const LN_FIFTH: f64 = -0.16666654878423293;
pub(super) const LN_SIXTH: f64 = 0.14285599067807198;
pub(super) const LN_SEVENTH: f64 = -0.1251892963409255;
pub(super) const LN_EIGHTH: f64 = 0.1119693573564291;

/// `ln(1 + x)`, exact in relative terms near 0 too. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn ln_1p(x: f64) -> f64 {
    let (sum, error): (f64, f64) = two_sum(1.0, x);
    let value: f64 = ln_of_sum(sum, error, 0.0);
    let value: f64 = with_ends(sum, value);
    if x == 0.0 { x } else { value }
}

/// Logarithm to the base 2. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log2(x: f64) -> f64 {
    let (k, m): (f64, f64) = split(x);
    let (f, s): (f64, f64) = halved_ratio(0.5 * m);
    let rest: f64 = halved_rest(f, s);
    let lack = s * rest;
    let error: f64 = product_error(s, rest, lack);
    let (high, rest): (f64, f64) = log2_sum(f, s, lack, error);
    with_ends(x, k + (high * LOG2_E + rest))
}

/// Twice 1 / ln 2, to 26 bits.
pub(super) const LOG2_E: f64 = 2.885390043258667;

/// `(f, s)` of half of an `m` from `sqrt(1/2)` to `sqrt(2)`: `f = (m - 1) / 2`, `s = (m - 1) / (m + 1)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn halved_ratio(half: f64) -> (f64, f64) {
    let f = half - 0.5;
    (f, f / (half + 0.5))
}

/// What makes half of the logarithm `f - s * rest`: see [`ln_lack`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn halved_rest(f: f64, s: f64) -> f64 {
    let z = s * s;
    let w = z * z;
    let first = 0.3333333333333367 + z * 0.19999999999703308;
    let second = 0.14285714373162062 + z * 0.11111099009908341;
    let third = 0.09091799194097998 + z * 0.07656542937731715;
    f - z * (first + w * (second + w * (third + w * 0.07403121779408253)))
}

/// `(high, rest)`: the logarithm to the base 2 is `high * LOG2_E + rest`, where the product is exact, given
/// what `halved_rest` is multiplied to, in two parts. Next to `sqrt(2)` the rounding of that product alone
/// is a fifth of the last place.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_sum(f: f64, s: f64, lack: f64, error: f64) -> (f64, f64) {
    // Nearly all of half of ln m, in 26 bits, and the rest.
    let high: f64 = upper(s);
    let low = ((f - high) - lack) - error;
    // 2 / ln 2 in two parts, the first of 26 bits. A `k` other than 0 leaves a sum of at least 1/2,
    // and the rounding before counts a quarter of its own.
    (
        high,
        low * 2.8853900817779268 + high * 3.851925982253235e-08,
    )
}

/// Logarithm to the base 10. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn log10(x: f64) -> f64 {
    let (k, m): (f64, f64) = split(x);
    let value: f64 = log10_of(k, m);
    with_ends(x, value)
}

/// The logarithm of `2^k m` to the base 10, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log10_of(k: f64, m: f64) -> f64 {
    let (f, s): (f64, f64) = ratio(m);
    let lack: f64 = ln_lack(f, s);
    let high: f64 = upper(s + s);
    let low = (f - high) - lack;
    // 1 / ln 10 likewise, and log10(2) in two parts, the first of 21 bits.
    let main = high * 0.4342944771051407;
    let whole = k * 0.30102992057800293;
    let sum = whole + main;
    let rest = k * 7.508597826552624e-08 + high * 4.798111141615973e-09;
    let error = ((whole - sum) + main) + rest;
    sum + (error + low * 0.4342944819032518)
}
