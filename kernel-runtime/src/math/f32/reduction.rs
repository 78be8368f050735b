//! Angles in half turns.
//!
//! In `f64`: its significand holds the product of a `f32` and 29 bits, or of half a `f32` and 41, so that
//! an angle of any size is reduced by three products.

use super::bits::upper;
use crate::math::host::on_host;
use kernel_macros::kernel;

/// `(n, f)` with `x = pi (n + f)` for an integer `n`, of which the last bit counts, and `|f|` up to 1/2
/// and a hair, given [`over_pi`] of `x`. NaN for what is not finite.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn half_turns(turns: (f64, f64, f64)) -> (u64, f64) {
    let (main, less, rest) = turns;
    // The nearest integer stands in the last bits of the sum with 1.5 * 2^52.
    let shifted = main + 6755399441055744.0;
    let n = shifted - 6755399441055744.0;
    (shifted.to_bits(), ((main - n) - less) + rest)
}

/// The same with `x = pi (n - 1/2 + f)`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn half_turns_from_middle(turns: (f64, f64, f64)) -> (u64, f64) {
    let (main, less, rest) = turns;
    let shifted = (main + 0.5) + 6755399441055744.0;
    let middle = (shifted - 6755399441055744.0) - 0.5;
    (shifted.to_bits(), ((main - middle) - less) + rest)
}

/// [`over_pi`] of a magnitude below 2^20: 82 bits of `1 / pi` behind the point, and one that is 0.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn usual_over_pi(x: f32) -> (f64, f64, f64) {
    let wide = x as f64;
    // Of 29 bits: the product is exact.
    (wide * 0.3183098854497075, 0.0, wide * 7.340831634506093e-10)
}

on_host! {
    /// `(main, less, rest)`: `x / pi` and a multiple of 2 is `main - less + rest`, with an error of some
    /// `2^-68` (`2^-62` below 2^20). The second is below the first's last place, and both are exact.
    pub(super) fn over_pi(x: f32) -> (f64, f64, f64) as on_device {
        products(x, PARTS[(x.to_bits() >> 23) as usize & 255])
    }
}

/// [`over_pi`], given `1 / pi` in two parts: see [`far_parts`].
#[kernel(device, crate = crate)]
#[inline(always)]
fn products(x: f32, parts: (f64, f64)) -> (f64, f64, f64) {
    let (first, second) = parts;
    // Half of the significand, and what it has too much: a zero has the sign of `x` then.
    let high: f32 = upper(x);
    let (product, above) = (high as f64 * first, (high - x) as f64 * first);
    let main = product - above;
    (main, above - (product - main), x as f64 * second)
}

/// `1 / pi` in two parts, for each exponent.
static PARTS: [(f64, f64); 256] = {
    let mut parts = [(0.3183098854497075, 7.340831634506093e-10); 256];
    let mut exponent = 147;
    while exponent < 255 {
        parts[exponent as usize] = far_parts(exponent);
        exponent += 1;
    }
    parts
};

/// 94 bits of `1 / pi` in two parts, of 41 and 53 bits, less the first bits, whose products with numbers
/// of this exponent are multiples of 2 (Payne and Hanek); for the bits of an exponent.
const fn far_parts(exponent: u32) -> (f64, f64) {
    // Up to this one, all bits of `1 / pi` count.
    let exponent = if exponent < 152 { 152 } else { exponent };
    // 2 / pi behind the point.
    const WORDS: [u64; 4] = [
        0xa2f9_836e_4e44_1529,
        0xfc27_57d1_f534_ddc0,
        0xdb62_9599_3c43_9041,
        0xfe51_63ab_debb_c561,
    ];
    let bit = exponent - 152;
    let (word, up) = ((bit / 64) as usize, bit % 64);
    let two = ((WORDS[word] as u128) << 64) | WORDS[word + 1] as u128;
    let window = (two << up) | (((WORDS[word + 2] as u128) << up) >> 64);
    let first = (window >> 87) as u64;
    let second = (window >> 34) as u64 & 0x001f_ffff_ffff_ffff;
    // 2 to the power of what the last bits stand for.
    (
        first as f64 * f64::from_bits(((1133 - exponent) as u64) << 52),
        second as f64 * f64::from_bits(((1080 - exponent) as u64) << 52),
    )
}

/// [`over_pi`] on a device, where a branch costs less than a table. The host calls it in tests alone.
#[allow(dead_code)]
#[kernel(device, crate = crate)]
fn on_device(x: f32) -> (f64, f64, f64) {
    if x.abs() < 1048576.0 {
        usual_over_pi(x)
    } else {
        far_on_device(x)
    }
}

/// The same for magnitudes from 2^20 on.
#[kernel(device, crate = crate)]
fn far_on_device(x: f32) -> (f64, f64, f64) {
    let exponent = (x.to_bits() >> 23) & 0xff;
    let exponent = if exponent < 152 { 152 } else { exponent };
    let (high, middle, low): (u32, u32, u32) = two_over_pi(exponent.wrapping_sub(120));
    let first = ((high as u64) << 9) | (middle >> 23) as u64;
    let second = (((middle & 0x007f_ffff) as u64) << 30) | (low >> 2) as u64;
    let first_place = 1133u32.wrapping_sub(exponent) as u64;
    let second_place = 1080u32.wrapping_sub(exponent) as u64;
    let parts = (
        first as f64 * f64::from_bits(first_place << 52),
        second as f64 * f64::from_bits(second_place << 52),
    );
    products(x, parts)
}

/// The 96 bits of `2 / pi` from `bit` on, where bit 32 is the first behind the point, for `bit`
/// below 160. On a device choices among constants are registers.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;

    /// The bits of [`over_pi`].
    fn bits((main, less, rest): (f64, f64, f64)) -> [u64; 3] {
        [main, less, rest].map(f64::to_bits)
    }

    #[test]
    fn devices_have_the_bits_of_the_table() {
        for exponent in 147..255u32 {
            for index in 0..64 {
                let random = random::bits_u32(exponent.into(), index) & 0x807f_ffff;
                let x = f32::from_bits(random | (exponent << 23));
                assert_eq!(bits(on_device(x)), bits(over_pi(x)), "{x:e}");
            }
        }
    }

    #[test]
    fn usual_angles_have_the_bits_of_any() {
        let of = |turns| {
            let ((n, f), (m, g)) = (half_turns(turns), half_turns_from_middle(turns));
            [n & 1, f.to_bits(), m & 1, g.to_bits()]
        };
        for index in 0..100_000 {
            let x = f32::from_bits(random::bits_u32(5, index));
            if x.abs() < 1048576.0 {
                assert_eq!(of(usual_over_pi(x)), of(over_pi(x)), "{x:e}");
            }
        }
        for zero in [0.0, -0.0] {
            assert_eq!(of(usual_over_pi(zero)), of(over_pi(zero)));
        }
    }

    #[test]
    fn first_parts_are_short_enough_for_exact_products() {
        for (exponent, (first, _)) in PARTS.into_iter().enumerate() {
            let bits = if exponent < 147 { 29 } else { 41 };
            assert!(first.to_bits().trailing_zeros() > 52 - bits, "{first:e}");
        }
    }
}
