//! Numbers as a power of 2, one of sixteen centres, and what is near 1: logarithms without a division.
//!
//! `ln(2^k c (1 + r))` is `k ln 2 + ln c + ln(1 + r)`, where `r = z / c - 1` is small (P. T. P. Tang,
//! "Table-driven implementation of the logarithm function in IEEE floating-point arithmetic", 1990). Here the
//! inverse of each centre has 26 bits, so that its product with the upper part of a number is exact, and
//! so chosen that the centre's logarithm is within `2^-66` of a multiple of `2^-52` (after Gal, as the powers of eighths are): it
//! needs no second part. The centre of what lies around 1 is 1, with a logarithm of 0: next to it a
//! logarithm has the precision of `r`, which is exact there.

use super::bits::upper;
use crate::math::host::on_host;
use kernel_macros::kernel;

/// `(z, more, bits)` with `high + low = 2^k (z + more)`, for a `z` from 0.7292 to 1.4585, where [`exponent`] has the
/// `k` of the bits, up to 1023. Those of the centre follow the first twelve.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn split_sum(high: f64, low: f64) -> (f64, f64, u64) {
    // 2^k stands in the exponent's place, so that 2^-k is a difference. It changes a third of a centre's share
    // below one of its sixteenths, instead of at 1, which lies in the midst of its own.
    let bits = high.to_bits().wrapping_sub(0x3fe7_5600_0000_0000);
    let exponent = bits & 0xfff0_0000_0000_0000;
    let z = f64::from_bits(high.to_bits().wrapping_sub(exponent));
    let back = f64::from_bits(0x3ff0_0000_0000_0000u64.wrapping_sub(exponent));
    (z, low * back, bits)
}

/// The `k` of [`split_sum`], and `more`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exponent(bits: u64, more: f64) -> f64 {
    // Without its sign: 2^11 more.
    let biased = (bits ^ 0x8000_0000_0000_0000) >> 52;
    f64::from_bits(biased | 0x4330_0000_0000_0000) - (4503599627372544.0 - more)
}

/// What is known of sixteen centres.
pub(super) struct Table {
    pub inverses: [f64; 16],
    pub less: [f64; 16],
    /// Each inverse beside what belongs to it.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub pairs: [[f64; 2]; 16],
}

/// The table: to each centre the inverse, and what its logarithm is less than 1. Eight entries and eight
/// more: a device has them in registers.
macro_rules! centres {
    (
        [$($inverse:tt $less:tt),+]
        [$($more_inverse:tt $more_less:tt),+]
    ) => {
        pub(super) static CENTRES: Table = Table {
            inverses: [$($inverse,)+ $($more_inverse),+],
            less: [$($less,)+ $($more_less),+],
            pairs: [$([$inverse, $less],)+ $([$more_inverse, $more_less]),+],
        };

        /// [`centre`] on a device, which chooses. The host calls it in tests alone.
        #[allow(dead_code)]
        #[kernel(device, crate = crate)]
        fn centre_by_choices(bits: u64) -> (f64, f64) {
            const INVERSES: [f64; 8] = [$($inverse),+];
            const LESS: [f64; 8] = [$($less),+];
            const MORE_INVERSES: [f64; 8] = [$($more_inverse),+];
            const MORE_LESS: [f64; 8] = [$($more_less),+];
            let at = (bits & 7) as usize;
            if bits & 8 == 0 {
                (INVERSES[at], LESS[at])
            } else {
                (MORE_INVERSES[at], MORE_LESS[at])
            }
        }
    };
}

centres! {
    [1.3424563705921173 1.2945010482449453,
     1.2882097363471985 1.2532534532042479,
     1.2389294505119324 1.2142476603574885,
     1.192188948392868 1.1757910698335867,
     1.1496939063072205 1.1394957385175517,
     1.1095169484615326 1.1039247390390772,
     1.0722300708293915 1.0697406579323947,
     1.0377383828163147 1.0370437133003625]
    [1.0 1.0,
     0.9503427594900131 0.9490674400031465,
     0.8969249725341797 0.8912169369186393,
     0.8493196368217468 0.8366803227207429,
     0.8065488934516907 0.7850092409881932,
     0.7678767889738083 0.7358740102714147,
     0.7326095402240753 0.6888575936966712,
     0.7007582187652588 0.6444076395209299]
}

on_host! {
    /// `(1 / c, 1 - ln(c))` of the centre of the last four bits.
    pub(super) fn centre(bits: u64) -> (f64, f64) as centre_by_choices {
        let at = (bits & 15) as usize;
        (CENTRES.inverses[at], CENTRES.less[at])
    }
}

on_host! {
    /// `(near, rest, r)` of a `z` and its centre's inverse: `z inverse = near + rest = 1 + r`. `near` has 26
    /// bits; the sum is exact, and `r` rounded once.
    pub(super) fn over_centre(z: f64, inverse: f64) -> (f64, f64, f64) as fused_over_centre {
        let near = upper(z * inverse);
        let z_high = upper(z);
        // All of them are exact, and all sums but the last.
        let (main, other) = (z_high * inverse, (z - z_high) * inverse);
        (near, (main - near) + other, (main - 1.0) + other)
    }
}

/// The same in fused operations, which devices have.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn fused_over_centre(z: f64, inverse: f64) -> (f64, f64, f64) {
    let near: f64 = upper(z * inverse);
    (near, z.mul_add(inverse, -near), z.mul_add(inverse, -1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::f64::fused;
    use crate::math::random;

    #[test]
    fn devices_choose_what_the_table_has() {
        for bits in 0..16 {
            assert_eq!(centre(bits), centre_by_choices(bits));
            let pair = CENTRES.pairs[bits as usize];
            assert_eq!(centre(bits), (pair[0], pair[1]));
        }
    }

    #[test]
    fn inverses_have_26_bits_and_logarithms_are_multiples() {
        for [inverse, less] in CENTRES.pairs {
            assert_eq!(inverse.to_bits(), upper(inverse).to_bits());
            assert_eq!((less * 2f64.powi(52)).fract(), 0.0);
            // To the double's own precision; the rest of what they promise is in the errors measured.
            assert!(
                (inverse.ln() - (less - 1.0)).abs() < 2f64.powi(-52),
                "{inverse}"
            );
        }
        assert_eq!(centre(8), (1.0, 1.0));
    }

    #[test]
    fn sums_over_their_centres_are_exact_and_near_1() {
        for index in 0..100_000 {
            let mantissa = random::bits_u64(7, index) >> 12;
            let sum = f64::from_bits((0x3fe + index % 60) << 52 | mantissa);
            let (z, _, bits) = split_sum(sum, 0.0);
            assert_eq!(z * 2f64.powi(exponent(bits, 0.0) as i32), sum);
            let (inverse, _) = centre(bits >> 48);
            let (near, rest, r) = over_centre(z, inverse);
            assert_eq!((near, rest, r), fused::over_centre(z, inverse));
            assert_eq!(rest, z.mul_add(inverse, -near));
            assert!(r.abs() < 0.03, "{sum}");
        }
    }
}
