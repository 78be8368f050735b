//! Numbers taken apart and put together by their bits.

use kernel_macros::kernel;

/// The integer next to `x`, halves to even, for `|x| < 2^22`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn nearest(x: f32) -> f32 {
    // At 1.5 * 2^23 the last place is 1.
    (x + 12582912.0) - 12582912.0
}

/// `2^k` for an integral `k` in `-126..=127`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn power_of_two(k: f32) -> f32 {
    // 1.5 * 2^23 + 127: the sum ends in the exponent's bits.
    f32::from_bits((k + 12583039.0).to_bits() << 23)
}

/// `x * 2^k`, rounded once, for an integral `|k| <= 250` and `x` near 1.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn scale(x: f32, k: f32) -> f32 {
    let half: f32 = nearest(0.5 * k);
    let first: f32 = power_of_two(half);
    let second: f32 = power_of_two(k - half);
    x * first * second
}

/// `x * 2^k`, rounded once, for `x` near 1 and a `k` in `-252..=254`; 0 for a `k` of -254; of
/// any other `k`, some number. `k` stands in the last bits: it was added to 1.5 * 2^23 + 254.
///
/// Fewer operations than [`scale`], for callers that have `k` so.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn assemble(x: f32, shifted: f32) -> f32 {
    // Twice the exponent's bias is in it: half of it, and the rest, are exponents.
    let bits = shifted.to_bits();
    let half = bits >> 1;
    let first = f32::from_bits(half << 23);
    let second = f32::from_bits(bits.wrapping_sub(half) << 23);
    x * first * second
}

/// `(k, m)` with `x = 2^k m` and `m` from `sqrt(1/2)` to `sqrt(2)`, for finite positive `x`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn split(x: f32) -> (f32, f32) {
    let subnormal = x < 1.1754944e-38;
    let normal = if subnormal { x * 33554432.0 } else { x };
    // 2^23 and the exponent's bias, and 25 where the number was scaled.
    let bias = if subnormal { 8388760.0 } else { 8388735.0 };
    // The exponent changes at sqrt(1/2) = 0x3f3504f3 instead of at 1.
    let shifted = normal.to_bits().wrapping_add(0x004a_fb0d);
    let k = f32::from_bits((shifted >> 23) | 0x4b00_0000) - bias;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    (k, m)
}

/// `split` of a number of usual size, and whether it is one: positive, and from `sqrt(1/2) 2^-63` to
/// `sqrt(2) 2^64`. For the host.
#[inline(always)]
pub(super) fn split_usual(x: f32) -> (f32, f32, bool) {
    // 64 more than there in the exponent: see the one of `f64`.
    let shifted = x.to_bits().wrapping_add(0x204a_fb0d);
    let k = f32::from_bits((shifted >> 23) | 0x4b00_0000) - 8388799.0;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    (k, m, shifted.cast_signed() >= 0x4000_0000)
}

/// The number with the lower half of its significand cleared: products of two of these are exact.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn upper(x: f32) -> f32 {
    f32::from_bits(x.to_bits() & 0xffff_f000)
}
