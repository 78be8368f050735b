//! Logarithms to the base 2 without a division: numbers as a power of 2, a centre, and what is near it.
//!
//! `log2(2^k (c + d))` is `k + log2(c) + log2(1 + d / c)` (P. T. P. Tang, "Table-driven implementation of
//! the logarithm function in IEEE floating-point arithmetic", 1990). The centres are next to sixteenths, from
//! 3/4 to 3/2, so that a sum's rounding finds them; and `d` is exact, as a difference of numbers that
//! are near each other. Each centre is a power of 2 whose exponent has no bits below `2^-42`: its sum with `k`
//! is exact. Of those there are many, and so it is one which has, like the inverse of `c ln 2`, a `f64`
//! next to it, within `2^-61` of either (after S. Gal, "Computing elementary functions: a new
//! approach for achieving high accuracy and good performance", 1986).

use super::double::product_error;
use crate::math::host::on_host;
use kernel_macros::kernel;

/// Beside this a last place is 1/16: a sum with it ends in the sixteenths of a number, of which the last four
/// bits are the centre's.
pub(super) const SIXTEENTHS: f64 = 422212465065984.0;

/// `(k, z)` with `x = 2^(k - 1) z` and `z` from 3/4 to 3/2, for finite positive `x`.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let subnormal = x < 2.2250738585072014e-308;
    let normal = if subnormal {
        x * 18014398509481984.0
    } else {
        x
    };
    // 2^52 and one less than the exponent's bias, and 54 where the number was scaled.
    let bias = if subnormal {
        4503599627371572.0
    } else {
        4503599627371518.0
    };
    // The exponent changes at 3/4 = 0x3fe8000000000000 instead of at 1.
    let shifted = normal.to_bits().wrapping_add(0x0008_0000_0000_0000);
    let k = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - bias;
    let z = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe8_0000_0000_0000));
    (k, z)
}

/// `split` of a normal positive number. For the host.
#[inline(always)]
pub(super) fn split_usual(x: f64) -> (f64, f64) {
    let shifted = x.to_bits().wrapping_add(0x0008_0000_0000_0000);
    let k = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - 4503599627371518.0;
    let z = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe8_0000_0000_0000));
    (k, z)
}

/// What is known of sixteen centres, some of them of no number.
#[repr(align(64))]
pub(super) struct Table {
    pub centres: [f64; 16],
    pub slopes: [f64; 16],
    pub less: [f64; 16],
    /// Each centre's numbers in a row.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
    pub rows: [[f64; 4]; 16],
}

/// The table: to each centre `1 / (c ln 2)` and what its logarithm is less than 1. Eight entries and eight more: a device has them in
/// registers.
macro_rules! centres {
    (
        [$($centre:tt $slope:tt $less:tt),+]
        [$($more_centre:tt $more_slope:tt $more_less:tt),+]
    ) => {
        pub(super) static CENTRES: Table = Table {
            centres: [$($centre,)+ $($more_centre),+],
            slopes: [$($slope,)+ $($more_slope),+],
            less: [$($less,)+ $($more_less),+],
            rows: [
                $([$centre, $slope, $less, 0.0],)+
                $([$more_centre, $more_slope, $more_less, 0.0]),+
            ],
        };

        /// [`centre`] on a device, which chooses. The host calls it in tests alone.
        #[allow(dead_code)]
        #[kernel(device, crate = crate)]
        fn centre_by_choices(bits: u64) -> (f64, f64, f64) {
            const CENTRES: [f64; 8] = [$($centre),+];
            const SLOPES: [f64; 8] = [$($slope),+];
            const LESS: [f64; 8] = [$($less),+];
            const MORE_CENTRES: [f64; 8] = [$($more_centre),+];
            const MORE_SLOPES: [f64; 8] = [$($more_slope),+];
            const MORE_LESS: [f64; 8] = [$($more_less),+];
            let at = (bits & 7) as usize;
            if bits & 8 == 0 {
                (CENTRES[at], SLOPES[at], LESS[at])
            } else {
                (MORE_CENTRES[at], MORE_SLOPES[at], MORE_LESS[at])
            }
        }
    };
}

centres! {
    [1.0 1.4426950408889634 1.0,
     1.053000016905424 1.3700807385823053 0.925494540474574,
     1.1235000154194517 1.2841077179249902 0.8319998556819428,
     1.1875000023427476 1.2149010846675847 0.752072483710208,
     1.250000017871101 1.1541560162103397 0.6780718844865987,
     1.3125000048942932 1.0991962175307999 0.6076825718414511,
     1.3750000214092053 1.049232740673254 0.5405683588994634,
     1.4375000366370276 1.00361391590924 0.4764380071735559]
    [1.484000004955093 0.9721664663556524 0.4305089032241085,
     1.0 1.0 1.0,
     1.0 1.0 1.0,
     1.0 1.0 1.0,
     0.765500002822924 1.8846440699787805 1.3855257118420923,
     0.8125000011858841 1.7756246631178811 1.2995602797532229,
     0.8755000019528089 1.6478526986533661 1.191820913010588,
     0.9400000052904017 1.534781949754628 1.0892673299774742]
}

on_host! {
    /// `(c, 1 / (c ln 2), 1 - log2(c))` of the centre of the last four bits.
    pub(super) fn centre(bits: u64) -> (f64, f64, f64) as centre_by_choices {
        let at = (bits & 15) as usize;
        (CENTRES.centres[at], CENTRES.slopes[at], CENTRES.less[at])
    }
}

on_host! {
    /// What a `product` lacks of that of `d` and a slope.
    pub(super) fn lack(d: f64, slope: f64, product: f64) -> f64 as fused_lack {
        product_error(d, slope, product)
    }
}

/// The same in a fused operation, which devices have.
#[kernel(device, crate = crate)]
#[inline(always)]
#[allow(dead_code)] // The host has other forms.
fn fused_lack(d: f64, slope: f64, product: f64) -> f64 {
    d.mul_add(slope, -product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::random;

    #[test]
    fn devices_choose_what_the_table_has() {
        for bits in 0..16 {
            let (c, slope, less) = centre(bits);
            assert_eq!((c, slope, less), centre_by_choices(bits));
            assert_eq!(CENTRES.rows[bits as usize], [c, slope, less, 0.0]);
        }
    }

    #[test]
    fn slopes_and_logarithms_are_those_of_the_centres() {
        assert_eq!(centre(0), (1.0, std::f64::consts::LOG2_E, 1.0));
        for (sixteenths, bits) in (12..=24u64).map(|sixteenths| (sixteenths, sixteenths & 15)) {
            let (c, slope, less) = centre(bits);
            assert!((c * 16.0 - sixteenths as f64).abs() < 0.3);
            assert_eq!((less * 2f64.powi(42)).fract(), 0.0);
            // To the double's own precision; the rest of what they promise is in the errors measured.
            assert!((c.log2() - (1.0 - less)).abs() < 2f64.powi(-52), "{c}");
            assert!(
                (slope * c * std::f64::consts::LN_2 - 1.0).abs() < 2f64.powi(-51),
                "{c}"
            );
        }
    }

    #[test]
    fn numbers_are_a_power_of_2_and_what_is_near_a_centre() {
        for index in 0..100_000 {
            let bits = random::bits_u64(7, index);
            // Every fourth is subnormal.
            let x = f64::from_bits(if index % 4 == 0 {
                bits >> 12 | 1
            } else {
                bits >> 1
            });
            if !x.is_finite() {
                continue;
            }
            let (k, z) = split(x);
            assert!((0.75..1.5).contains(&z));
            // In two steps, which do not overflow.
            let half = ((k - 1.0) / 2.0).floor();
            let value = z * 2f64.powi(half as i32) * 2f64.powi((k - 1.0 - half) as i32);
            assert_eq!(value, x);
            let (c, slope, less) = centre((z + SIXTEENTHS).to_bits());
            let (d, log) = (z - c, k - less);
            assert!(d.abs() / c < 0.0387, "{x:e}");
            // Exact: what two sums would lose is nothing.
            assert_eq!((d + c, z - d, log + less, k - log), (z, c, k, less));
            let product = d * slope;
            assert_eq!(lack(d, slope, product), fused_lack(d, slope, product));
        }
    }
}
