//! Angles modulo a quarter turn.

use super::double::{fast_two_sum, two_product};
use kernel_macros::kernel;

/// `(quarters, r, tail)` with `x = quarters * pi / 2 + r + tail`, `|r|` up to `pi / 4` and a hair.
/// Of the quarters, the last two bits count.
///
/// The tail is good to some `2^-26` of `r`, also for the numbers next to a multiple of `pi / 2`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn quarter_turns(x: f32) -> (u32, f32, f32) {
    if x.abs() < 1608.0 {
        by_subtraction(x)
    } else {
        apart(x)
    }
}

/// The same, where SIMD code takes both ways. For the host.
#[inline(always)]
pub(super) fn both_ways(x: f32) -> (u32, f32, f32) {
    if x.abs() < 1608.0 {
        by_subtraction(x)
    } else {
        by_multiplication(x)
    }
}

/// [`by_multiplication`], as a call: plain loops that call functions by name seldom come here, and
/// take longer for both ways in SIMD code of few lanes than for one number after the other.
#[kernel(device, crate = crate)]
#[cfg_attr(not(target_feature = "avx2"), cold, inline(never))]
#[cfg_attr(target_feature = "avx2", inline(always))]
fn apart(x: f32) -> (u32, f32, f32) {
    let (quarters, r, tail): (u32, f32, f32) = by_multiplication(x);
    (quarters, r, tail)
}

/// Below `2^10` quarter turns: `pi / 2` in four parts, whose products with their number are exact
/// but for the last (Cody and Waite).
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn by_subtraction(x: f32) -> (u32, f32, f32) {
    // The nearest integer stands in the last bits of the sum with 1.5 * 2^23.
    let shifted = x * 0.63661975 + 12582912.0;
    let quarters = shifted - 12582912.0;
    let first = x - quarters * 1.57080078125;
    let product = quarters * -4.454515874385834e-06;
    let second = first - product;
    let error = (first - second) - product;
    let product = quarters * 6.077272018956137e-11 - error;
    let r = second - product;
    let tail = ((second - r) - product) - quarters * -1.7151245100058819e-15;
    (shifted.to_bits(), r, tail)
}

/// Any finite number of at least 1/2: its significand times those bits of `2 / pi` that decide
/// about the last two bits of the quotient and 62 behind the point (Payne and Hanek).
#[kernel(device, crate = crate)]
#[inline(always)]
fn by_multiplication(x: f32) -> (u32, f32, f32) {
    let bits = x.to_bits();
    let exponent = (bits >> 23) & 0xff;
    let (high, middle, low): (u32, u32, u32) = two_over_pi(exponent.wrapping_sub(120));
    let significand = ((bits & 0x007f_ffff) | 0x0080_0000) as u64;
    // The last 96 bits of the product of 24 bits and 96 bits, less the last 32.
    let p0 = significand.wrapping_mul(low as u64) >> 32;
    let p1 = significand.wrapping_mul(middle as u64).wrapping_add(p0);
    let p2 = significand.wrapping_mul(high as u64).wrapping_add(p1 >> 32);
    let (first, second) = (p2 as u32, p1 as u32);

    // To the nearest integer: from half a quarter turn on, the fraction is negative.
    let whole = (first << 2) | (second >> 30);
    let part = second << 2;
    let negative = 0u32.wrapping_sub(whole >> 31);
    let quarters = (first >> 30).wrapping_sub(negative);
    let (whole, part) = (whole ^ negative, part ^ negative);
    // Multiples of 2^-24, 2^-40 and 2^-64 below 2^-1, 2^-24 and 2^-40.
    let first = (whole >> 8) as i32 as f32 * 5.9604645e-08;
    let second = (((whole & 0xff) << 8) | (part >> 24)) as i32 as f32 * 9.094947e-13;
    let third = (part & 0x00ff_ffff) as i32 as f32 * 5.421011e-20;
    let (sum, error): (f32, f32) = fast_two_sum(first, second);
    let (sum, error): (f32, f32) = fast_two_sum(sum, error + third);

    let (r, rest): (f32, f32) = two_product(sum, 1.5707964);
    let tail = rest + (sum * -4.371139e-08 + error * 1.5707964);
    // The signs of the fraction and of `x`.
    let flips = (negative ^ bits) & 0x8000_0000;
    let r = f32::from_bits(r.to_bits() ^ flips);
    let tail = f32::from_bits(tail.to_bits() ^ flips);
    let backwards = 0u32.wrapping_sub(bits >> 31);
    ((quarters ^ backwards).wrapping_sub(backwards), r, tail)
}

/// The 96 bits of `2 / pi` from `bit` on, where bit 32 is the first behind the point, for `bit`
/// below 160. A table would need a gather; choices among constants do not.
#[kernel(device, crate = crate)]
#[inline(always)]
fn two_over_pi(bit: u32) -> (u32, u32, u32) {
    let by_4 = bit & 128 != 0;
    let w0 = if by_4 { 0xf534_ddc0u32 } else { 0x0000_0000 };
    let w1 = if by_4 { 0xdb62_9599u32 } else { 0xa2f9_836e };
    let w2 = if by_4 { 0x3c43_9041u32 } else { 0x4e44_1529 };
    let w3 = if by_4 { 0xfe51_63abu32 } else { 0xfc27_57d1 };
    let by_2 = bit & 64 != 0;
    let w0 = if by_2 { w2 } else { w0 };
    let w1 = if by_2 { w3 } else { w1 };
    let w2 = if by_2 { 0xf534_ddc0 } else { w2 };
    let w3 = if by_2 { 0xdb62_9599 } else { w3 };
    let w4 = if by_2 { 0x3c43_9041 } else { 0xf534_ddc0u32 };
    let by_1 = bit & 32 != 0;
    let w0 = if by_1 { w1 } else { w0 };
    let w1 = if by_1 { w2 } else { w1 };
    let w2 = if by_1 { w3 } else { w2 };
    let w3 = if by_1 { w4 } else { w3 };
    let up = bit & 31;
    // A shift by 32 wraps, so it is one by 1 and one by the rest.
    let down = 31 ^ up;
    let high = w0.wrapping_shl(up) | (w1 >> 1).wrapping_shr(down);
    let middle = w1.wrapping_shl(up) | (w2 >> 1).wrapping_shr(down);
    let low = w2.wrapping_shl(up) | (w3 >> 1).wrapping_shr(down);
    (high, middle, low)
}
