//! Angles modulo a quarter turn.

use super::double::{fast_two_sum, two_product};
use crate::math::host::on_host;
use kernel_macros::kernel;

/// `(quarters, r, tail)` with `x = quarters * pi / 2 + r + tail`, `|r|` up to `pi / 4` and a hair.
/// Of the quarters, the last two bits count.
///
/// The tail is good to some `2^-54` of `r`, also for the numbers next to a multiple of `pi / 2`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn quarter_turns(x: f64) -> (u64, f64, f64) {
    if x.abs() < 1647099.0 {
        by_subtraction(x)
    } else {
        apart(x)
    }
}

/// The same, where SIMD code takes both ways. For the host.
#[inline(always)]
pub(super) fn both_ways(x: f64) -> (u64, f64, f64) {
    if x.abs() < 1647099.0 {
        by_subtraction(x)
    } else {
        by_multiplication(x)
    }
}

/// [`by_multiplication`], as a call: plain loops that call functions by name seldom come here, and
/// take longer for both ways in SIMD code of few lanes than for one number after the other.
#[kernel(device, crate = crate)]
#[cfg_attr(not(target_feature = "avx512f"), cold, inline(never))]
#[cfg_attr(target_feature = "avx512f", inline(always))]
fn apart(x: f64) -> (u64, f64, f64) {
    let (quarters, r, tail): (u64, f64, f64) = by_multiplication(x);
    (quarters, r, tail)
}

on_host! {
    /// The 192 bits of `2 / pi` from `bit` on, where bit 40 is the first behind the point, for `bit`
    /// below 1024.
    fn two_over_pi(bit: u64) -> (u64, u64, u64) as two_over_pi_by_choices {
        let word = (bit >> 6) as usize & 15;
        let [w0, w1, w2, w3] = [0, 1, 2, 3].map(|more| TWO_OVER_PI[word + more]);
        shifted_words(bit as u32 & 63, w0, w1, w2, w3)
    }
}

/// The bits of `2 / pi`, of which bit 40 is the first behind the point.
static TWO_OVER_PI: [u64; 19] = [
    0x0000_0000_00a2_f983,
    0x6e4e_4415_29fc_2757,
    0xd1f5_34dd_c0db_6295,
    0x993c_4390_41fe_5163,
    0xabde_bbc5_61b7_246e,
    0x3a42_4dd2_e006_492e,
    0xea09_d192_1cfe_1deb,
    0x1cb1_29a7_3ee8_8235,
    0xf52e_bb44_84e9_9c70,
    0x26b4_5f7e_4139_91d6,
    0x3983_5339_f49c_845f,
    0x8bbd_f928_3b1f_f897,
    0xffde_0598_0fef_2f11,
    0x8b5a_0a6d_1f6d_367e,
    0xcf27_cb09_b74f_463f,
    0x669e_5fea_2d75_27ba,
    0xc7eb_e5f1_7b3d_0739,
    0xf78a_5292_ea6b_fb5f,
    0xb11f_8d5d_0856_0330,
];

/// Below `2^20` quarter turns: `pi / 2` in four parts, whose products with their number are exact
/// but for the last (Cody and Waite).
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn by_subtraction(x: f64) -> (u64, f64, f64) {
    // The nearest integer stands in the last bits of the sum with 1.5 * 2^52.
    let shifted = x * 0.6366197723675814 + 6755399441055744.0;
    let quarters = shifted - 6755399441055744.0;
    let first = x - quarters * 1.5707963267341256;
    let product = quarters * 6.077100506303966e-11;
    let second = first - product;
    let error = (first - second) - product;
    let product = quarters * 2.0222662487111665e-21 - error;
    let r = second - product;
    let tail = ((second - r) - product) - quarters * 8.4784276603689e-32;
    (shifted.to_bits(), r, tail)
}

/// Any finite number of at least `2^20`: its significand times those bits of `2 / pi` that decide
/// about the last two bits of the quotient and 190 behind the point (Payne and Hanek).
#[kernel(device, crate = crate)]
#[inline(always)]
fn by_multiplication(x: f64) -> (u64, f64, f64) {
    let bits = x.to_bits();
    let exponent = (bits >> 52) & 0x7ff;
    let (high, middle, low): (u64, u64, u64) = two_over_pi(exponent.wrapping_sub(1037));
    let significand = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    let (quarters, whole, part): (u64, u64, u64) = product(significand, high, middle, low);

    // To the nearest integer: from half a quarter turn on, the fraction is negative.
    let negative = 0u64.wrapping_sub(whole >> 63);
    let quarters = quarters.wrapping_sub(negative);
    let (whole, part) = (whole ^ negative, part ^ negative);
    // 32 bits at a time below 2^52, 2^20, 2^-12 and 2^-44: multiples of 1, 2^-32, 2^-64 and 2^-96.
    let first = f64::from_bits((whole >> 32) | 0x4130_0000_0000_0000) - 1048576.0;
    let second = f64::from_bits((whole & 0xffff_ffff) | 0x3f30_0000_0000_0000) - 0.000244140625;
    let third = f64::from_bits((part >> 32) | 0x3d30_0000_0000_0000) - 5.684341886080802e-14;
    let fourth =
        f64::from_bits((part & 0xffff_ffff) | 0x3b30_0000_0000_0000) - 1.3234889800848443e-23;
    let (sum, error): (f64, f64) = fast_two_sum(first, second);
    let (sum, error): (f64, f64) = fast_two_sum(sum, error + (third + fourth));

    let (r, rest): (f64, f64) = two_product(sum, 1.5707963267948966);
    let tail = rest + (sum * 6.123233995736766e-17 + error * 1.5707963267948966);
    // The signs of the fraction and of `x`.
    let flips = (negative ^ bits) & 0x8000_0000_0000_0000;
    let r = f64::from_bits(r.to_bits() ^ flips);
    let tail = f64::from_bits(tail.to_bits() ^ flips);
    let backwards = 0u64.wrapping_sub(bits >> 63);
    ((quarters ^ backwards).wrapping_sub(backwards), r, tail)
}

/// [`two_over_pi`] on a device, where choices among constants are registers. The host calls it in tests
/// alone.
#[allow(dead_code)]
#[kernel(device, crate = crate)]
#[inline(always)]
fn two_over_pi_by_choices(bit: u64) -> (u64, u64, u64) {
    let by_8 = bit & 512 != 0;
    let w0 = if by_8 {
        0xf52e_bb44_84e9_9c70u64
    } else {
        0x0000_0000_00a2_f983
    };
    let w1 = if by_8 {
        0x26b4_5f7e_4139_91d6u64
    } else {
        0x6e4e_4415_29fc_2757
    };
    let w2 = if by_8 {
        0x3983_5339_f49c_845fu64
    } else {
        0xd1f5_34dd_c0db_6295
    };
    let w3 = if by_8 {
        0x8bbd_f928_3b1f_f897u64
    } else {
        0x993c_4390_41fe_5163
    };
    let w4 = if by_8 {
        0xffde_0598_0fef_2f11u64
    } else {
        0xabde_bbc5_61b7_246e
    };
    let w5 = if by_8 {
        0x8b5a_0a6d_1f6d_367eu64
    } else {
        0x3a42_4dd2_e006_492e
    };
    let w6 = if by_8 {
        0xcf27_cb09_b74f_463fu64
    } else {
        0xea09_d192_1cfe_1deb
    };
    let w7 = if by_8 {
        0x669e_5fea_2d75_27bau64
    } else {
        0x1cb1_29a7_3ee8_8235
    };
    let w8 = if by_8 {
        0xc7eb_e5f1_7b3d_0739u64
    } else {
        0xf52e_bb44_84e9_9c70
    };
    let w9 = if by_8 {
        0xf78a_5292_ea6b_fb5fu64
    } else {
        0x26b4_5f7e_4139_91d6
    };
    let w10 = if by_8 {
        0xb11f_8d5d_0856_0330u64
    } else {
        0x3983_5339_f49c_845f
    };
    let by_4 = bit & 256 != 0;
    let w0 = if by_4 { w4 } else { w0 };
    let w1 = if by_4 { w5 } else { w1 };
    let w2 = if by_4 { w6 } else { w2 };
    let w3 = if by_4 { w7 } else { w3 };
    let w4 = if by_4 { w8 } else { w4 };
    let w5 = if by_4 { w9 } else { w5 };
    let w6 = if by_4 { w10 } else { w6 };
    let by_2 = bit & 128 != 0;
    let w0 = if by_2 { w2 } else { w0 };
    let w1 = if by_2 { w3 } else { w1 };
    let w2 = if by_2 { w4 } else { w2 };
    let w3 = if by_2 { w5 } else { w3 };
    let w4 = if by_2 { w6 } else { w4 };
    let by_1 = bit & 64 != 0;
    let w0 = if by_1 { w1 } else { w0 };
    let w1 = if by_1 { w2 } else { w1 };
    let w2 = if by_1 { w3 } else { w2 };
    let w3 = if by_1 { w4 } else { w3 };
    shifted_words(bit as u32 & 63, w0, w1, w2, w3)
}

/// Three words, `up` bits on.
#[kernel(device, crate = crate)]
#[inline(always)]
fn shifted_words(up: u32, w0: u64, w1: u64, w2: u64, w3: u64) -> (u64, u64, u64) {
    // A shift by 64 wraps, so it is one by 1 and one by the rest.
    let down = 63 ^ up;
    let high = w0.wrapping_shl(up) | (w1 >> 1).wrapping_shr(down);
    let middle = w1.wrapping_shl(up) | (w2 >> 1).wrapping_shr(down);
    let low = w2.wrapping_shl(up) | (w3 >> 1).wrapping_shr(down);
    (high, middle, low)
}

/// The last 192 bits of the product of 53 bits and 192 bits: its first two, the 64 that follow,
/// and 64 more.
#[kernel(device, crate = crate)]
#[inline(always)]
fn product(significand: u64, high: u64, middle: u64, low: u64) -> (u64, u64, u64) {
    let mask = 0xffff_ffffu64;
    let (m0, m1) = (significand & mask, significand >> 32);
    let (w0, w1, w2) = (low & mask, low >> 32, middle & mask);
    let (w3, w4, w5) = (middle >> 32, high & mask, high >> 32);
    // Column by column, 32 bits each; a product with `m1` has 53 bits, so nothing overflows.
    let p0 = m0.wrapping_mul(w0);
    let p1 = m0.wrapping_mul(w1);
    let p2 = m0.wrapping_mul(w2);
    let p3 = m0.wrapping_mul(w3);
    let p4 = m0.wrapping_mul(w4);
    let p5 = m0.wrapping_mul(w5);
    let s1 = (p1 & mask)
        .wrapping_add(p0 >> 32)
        .wrapping_add(m1.wrapping_mul(w0));
    let s2 = (p2 & mask)
        .wrapping_add(p1 >> 32)
        .wrapping_add(m1.wrapping_mul(w1))
        .wrapping_add(s1 >> 32);
    let s3 = (p3 & mask)
        .wrapping_add(p2 >> 32)
        .wrapping_add(m1.wrapping_mul(w2))
        .wrapping_add(s2 >> 32);
    let s4 = (p4 & mask)
        .wrapping_add(p3 >> 32)
        .wrapping_add(m1.wrapping_mul(w3))
        .wrapping_add(s3 >> 32);
    let s5 = (p5 & mask)
        .wrapping_add(p4 >> 32)
        .wrapping_add(m1.wrapping_mul(w4))
        .wrapping_add(s4 >> 32);
    let first = (s5 << 32) | (s4 & mask);
    let second = (s3 << 32) | (s2 & mask);
    let third = s1 & mask;
    (
        first >> 62,
        (first << 2) | (second >> 62),
        (second << 2) | (third >> 30),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_have_the_bits_of_the_table() {
        for bit in 0..1024 {
            assert_eq!(two_over_pi_by_choices(bit), two_over_pi(bit), "{bit}");
        }
    }
}
