//! Numbers taken apart and put together by their bits.

use kernel_macros::kernel;

/// The integer next to `x`, halves to even, for `|x| < 2^51`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn nearest(x: f64) -> f64 {
    // At 1.5 * 2^52 the last place is 1.
    (x + 6755399441055744.0) - 6755399441055744.0
}

/// `2^k` for an integral `k` in `-1022..=1023`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn power_of_two(k: f64) -> f64 {
    // 1.5 * 2^52 + 1023: the sum ends in the exponent's bits.
    f64::from_bits((k + 6755399441056767.0).to_bits() << 52)
}

/// `x * 2^k`, rounded once, for `x` near 1 and a `k` in `-2044..=2046`; 0 for a `k` of -2046; of
/// any other `k`, some number. `k` stands in the last bits: it was added to 1.5 * 2^52 + 2046.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn assemble(x: f64, shifted: f64) -> f64 {
    // Twice the exponent's bias is in it: half of it, and the rest, are exponents.
    let bits = shifted.to_bits();
    let half = bits >> 1;
    let first = f64::from_bits(half << 52);
    let second = f64::from_bits(bits.wrapping_sub(half) << 52);
    x * first * second
}

/// `(k, m)` with `x = 2^k m` and `m` from `sqrt(1/2)` to `sqrt(2)`, for finite positive `x`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let subnormal = x < 2.2250738585072014e-308;
    let normal = if subnormal {
        x * 18014398509481984.0
    } else {
        x
    };
    // 2^52 and the exponent's bias, and 54 where the number was scaled.
    let bias = if subnormal {
        4503599627371573.0
    } else {
        4503599627371519.0
    };
    // The exponent changes at sqrt(1/2) = 0x3fe6a09e667f3bcd instead of at 1.
    let shifted = normal.to_bits().wrapping_add(0x0009_5f61_9980_c433);
    let k = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - bias;
    let m = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd));
    (k, m)
}

/// `split` of a normal positive number. For the host.
#[inline(always)]
pub(super) fn split_usual(x: f64) -> (f64, f64) {
    let shifted = x.to_bits().wrapping_add(0x0009_5f61_9980_c433);
    let k = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - 4503599627371519.0;
    let m = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e_667f_3bcd));
    (k, m)
}

/// Bits that are below `1 << 62` for a number that is usual for a logarithm: from 2^-511 to 2^513. For the host.
#[inline(always)]
pub(super) fn beyond_logarithms(x: f64) -> u64 {
    x.to_bits().wrapping_sub(0x2000_0000_0000_0000)
}

/// `assemble` for a usual `k`, from -512 to 511, that was added to 1.5 * 2^52. For the host.
#[inline(always)]
pub(in crate::math) fn assemble_usual(x: f64, shifted: f64) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// Whether such a `k` is usual. For the host.
#[inline(always)]
pub(in crate::math) fn is_usual(shifted: f64) -> bool {
    shifted.to_bits().wrapping_sub(0x4337_ffff_ffff_fe00) < 1 << 10
}

/// The number with the lower half of its significand cleared: products of two of these are exact.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & 0xffff_ffff_f800_0000)
}

/// The nearest number with the lower half of its significand clear.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn nearest_upper(x: f64) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add(0x0400_0000) & 0xffff_ffff_f800_0000)
}
