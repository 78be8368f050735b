//! Logarithms.

use super::binary_centres::{self, SIXTEENTHS};
use super::bits::{split, upper};
use super::centres::{self, centre, exponent, over_centre};
use super::double::two_sum;
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
    let (k, z): (f64, f64) = binary_centres::split(x);
    let (c, slope, less): (f64, f64, f64) = binary_centres::centre((z + SIXTEENTHS).to_bits());
    let d = z - c;
    let w = d * slope;
    let lack: f64 = binary_centres::lack(d, slope, w);
    let far: f64 = log2_far(w);
    let value: f64 = log2_sum(k - less, w, lack, far);
    with_ends(x, value)
}

/// The logarithm to the base 2 of `2^log (1 + r)`, given `w`, which is `r / ln 2` less a `lack`, and
/// [`log2_far`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn log2_sum(log: f64, w: f64, lack: f64, far: f64) -> f64 {
    let z = w * w;
    let first = -0.3465735902799723 + w * 0.1601510046393892;
    let second = -0.0832561629991968 + w * 0.04616701975283866;
    log + (w + (lack + z * (first + z * (second + z * far))))
}

/// The end of its series, in the upper part of `w`, whose products with these coefficients are exact.
#[kernel(device, crate = crate)]
#[inline(always)]
fn log2_far(w: f64) -> f64 {
    let short: f64 = upper(w);
    let z = w * w;
    let fourth = (LOG2_EIGHTH + short * LOG2_NINTH) + z * LOG2_TENTH;
    (LOG2_SIXTH + short * LOG2_SEVENTH) + z * fourth
}

/// Coefficients: the seventh and the ninth of 26 bits.
pub(super) const LOG2_SIXTH: f64 = -0.026667113488234678;
pub(super) const LOG2_SEVENTH: f64 = 0.015843593515455723;
pub(super) const LOG2_EIGHTH: f64 = -0.009610624302144074;
pub(super) const LOG2_NINTH: f64 = 0.005936463247053325;
pub(super) const LOG2_TENTH: f64 = -0.0034719880006498028;

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
