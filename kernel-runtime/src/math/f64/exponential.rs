//! Powers of e and of 2.

use super::bits::assemble;
use super::double::fast_two_sum;
use super::logarithm::{LN_2, LN_2_REST};
use kernel_macros::kernel;

/// `e^r - 1 - r`, and something small that is to be added, for `|r|` up to half of ln 2.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp_beyond(r: f64, more: f64) -> f64 {
    // In pairs: few operations wait for each other.
    let z = r * r;
    let first = 0.5000000000000012 + r * 0.166666666666667;
    let second = 0.04166666666651896 + r * 0.008333333333307205;
    let third = 0.0013888888946226282 + r * 0.0001984126991739152;
    let fourth = 2.4801490660363564e-05 + r * 2.755721629209999e-06;
    let fifth = 2.7631050365859304e-07 + r * 2.5117863793574362e-08;
    let w = z * z;
    (more + z * (first + z * second)) + z * w * ((third + z * fourth) + w * fifth)
}

/// `2^r - 1 - r ln 2`, and something that is to be added, for `|r|` up to 1/2.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_beyond(r: f64, more: f64) -> f64 {
    let z = r * r;
    let first = 0.24022650695910133 + r * 0.05550410866482169;
    let second = 0.009618129107593305 + r * 0.0013333558146386801;
    let third = 0.00015403530458129474 + r * 1.5252733862419017e-05;
    let fourth = 1.3215434785959962e-06 + r * 1.0178048056177097e-07;
    let fifth = 7.0738663446794144e-09 + r * 4.4571974014898786e-10;
    let w = z * z;
    more + z * ((first + z * second) + w * ((third + z * fourth) + w * fifth))
}

/// `(shifted, high, low)` with `e^(x + tail) = 2^k (high + low)` and an error of some `2^-57`, for `|x|`
/// up to 1100 and a `tail` below the last place of `x`. `high` lies between 0.7 and 1.42, `low` below
/// its last place. `shifted` is `k` as `assemble` takes it.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp_parts(x: f64, tail: f64) -> (f64, f64, f64) {
    let shifted = x * 1.4426950408889634 + 6755399441057790.0;
    let k = shifted - 6755399441057790.0;
    // The first 33 bits of ln 2: the product is exact.
    let high = x - k * 0.6931471806019545;
    let low = tail - k * -4.2009150726810846e-11;
    let r = high + low;
    let rest = (high - r) + low;
    let one = 1.0 + r;
    let beyond: f64 = exp_beyond(r, (r - (one - 1.0)) + rest);
    let (high, low): (f64, f64) = fast_two_sum(one, beyond);
    (shifted, high, low)
}

/// `e^r` for an `r` from `ln(3 / 4)` to `ln(3 / 2)`.
///
/// Of this range, what is added to 1 lies between -1/4 and 1/2: its rounding counts a quarter of the
/// result's, and the sum needs no correction.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp_near(r: f64) -> f64 {
    let beyond: f64 = exp_m1_near(r);
    1.0 + beyond
}

/// `e^r - 1`, likewise.
#[kernel(device, crate = crate)]
#[inline(always)]
fn exp_m1_near(r: f64) -> f64 {
    let z = r * r;
    let first = 0.16666666666667845 + r * 0.04166666666666893;
    let second = 0.008333333332361761 + r * 0.0013888888892111425;
    let third = 0.0001984127254765617 + r * 2.480156521098758e-05;
    let fourth = 2.7554173187844417e-06 + r * 2.759630077770844e-07;
    let rest = first + z * (second + z * (third + z * (fourth + z * 2.637977727870535e-08)));
    // 1/2 is added last: one rounding of its size, where the result is just below 3/2.
    r + z * (0.5 + r * rest)
}

/// `e^x`. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // Far enough for infinity, and where both factors in `assemble` are 0: processors take their
    // time for products that underflow. A NaN stays.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -1418.2 { -1418.2 } else { x };
    let (shifted, r): (f64, f64) = exp_reduced(x, 6755399441057790.0);
    let value: f64 = exp_near(r);
    assemble(value, shifted)
}

/// `(shifted, r)` with `x = k ln 2 + r`, where `shifted` is `k` added to `bias`, and `r` suits
/// [`exp_near`]; for `|x|` up to 1500.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp_reduced(x: f64, bias: f64) -> (f64, f64) {
    let (shifted, k): (f64, f64) = exp_exponent(x, bias);
    (shifted, (x - k * LN_2) - k * LN_2_REST)
}

/// `(shifted, k)` of [`exp_reduced`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp_exponent(x: f64, bias: f64) -> (f64, f64) {
    // An integer, in the last bits of the sum: the nearest one to a number less log2(3 / 2) - 1 / 2.
    let shifted = (x * 1.4426950408889634 - 0.0849625) + bias;
    (shifted, shifted - bias)
}

/// `2^x`. At most 1 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn exp2(x: f64) -> f64 {
    let x = if x > 1025.0 { 1025.0 } else { x };
    let x = if x < -2046.0 { -2046.0 } else { x };
    let (shifted, r): (f64, f64) = exp2_reduced(x, 844424930134014.0);
    let value: f64 = exp2_fraction(shifted, r);
    assemble(value, f64::from_bits(shifted.to_bits() >> 3))
}

/// `2^(e + r)`, from 0.95 to 2, where `e` is the fraction of what [`exp2_reduced`] found.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_fraction(shifted: f64, r: f64) -> f64 {
    // 512 and the eighths.
    let eighths = (shifted.to_bits() & 7) | 4096;
    let root: u64 = exp2_root(shifted);
    let root = f64::from_bits(root.wrapping_add(eighths << 49));
    let near: f64 = exp2_near(r);
    root + root * near
}

/// `(shifted, r)` with `x = e + r`, for an `e` that is a multiple of an eighth and `|r|` up to a
/// sixteenth. `shifted` is `e` added to `bias`, which is 1.5 * 2^49 and an integer.
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_reduced(x: f64, bias: f64) -> (f64, f64) {
    // The nearest such number: the sum's last place is an eighth.
    let shifted = x + bias;
    (shifted, x - (shifted - bias))
}

/// The bits of `2^(e + c)`, if to them the last ones of `shifted`, which is `e + 512` added to
/// 1.5 * 2^49, are added in the exponent's place and below.
///
/// With `c = -0.0018120161122200803`, each eighth's power is within 0.058 ULP of a `f64` (Gal and
/// Bachelis, "An accurate elementary mathematical library for the IEEE floating point standard").
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_root(shifted: f64) -> u64 {
    const ROOTS: [u64; 8] = [
        0x1fef_f5b7_a4b7_6ce1u64,
        0x1fef_6d1c_ef06_13f5,
        0x1fef_00e0_d4cb_e6f9,
        0x1fee_b92f_f5f6_8420,
        0x1fee_9959_0b0e_b98c,
        0x1fee_a4f7_6f1e_7c3f,
        0x1fee_dffa_0f51_4145,
        0x1fef_4eaa_fb49_90d8,
    ];
    ROOTS[(shifted.to_bits() & 7) as usize]
}

/// `2^(e + c)` of what [`exp2_reduced`] found with a bias of 1.5 * 2^49 + 512, for a usual `x`. For the
/// host.
#[inline(always)]
pub(super) fn exp2_root_usual(shifted: f64) -> f64 {
    f64::from_bits(exp2_root(shifted).wrapping_add(shifted.to_bits() << 49))
}

/// Of such an `x`, bits that are below `1 << 13` if it is usual: from -512 to 512. For the host.
#[inline(always)]
pub(super) fn beyond_usual_power(shifted: f64) -> u64 {
    shifted.to_bits() ^ 0x4308_0000_0000_0000
}

/// Whether all were usual of which these bits are some. For the host.
#[inline(always)]
pub(super) fn are_usual_powers(bits: u64) -> bool {
    bits < 1 << 13
}

/// `2^(r - c) - 1` for `|r|` up to a sixteenth and the `c` of [`exp2_root`].
#[kernel(device, crate = crate)]
#[inline(always)]
pub(super) fn exp2_near(r: f64) -> f64 {
    let z = r * r;
    let first = 0.0012567829499315999 + r * 0.6940183161182663;
    let second = 0.24052841953718826 + r * 0.05557386528224683;
    let third = 0.009630216983061985 + r * 0.0013350315502015503;
    let fourth = 0.00015423923076954082 + r * 1.5272897288848497e-05;
    first + z * (second + z * (third + z * fourth))
}

/// `e^x - 1`, exact in relative terms near 0 too. At most 2 ULP.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn exp_m1(x: f64) -> f64 {
    let bounded = if x > 710.0 { 710.0 } else { x };
    let bounded = if bounded < -100.0 { -100.0 } else { bounded };
    let (shifted, r): (f64, f64) = exp_reduced(bounded, 6755399441055744.0);
    let near: f64 = exp_m1_near(r);
    // 2^k (near + (1 - 2^-k)), with 2^(k - 1) and 2^(1 - k), of which the largest k makes 0, so that
    // 2^1024 is no infinity. The sum needs no correction: it is exact around 0, and else the larger
    // number is.
    let exponent = shifted.to_bits() << 52;
    let half = f64::from_bits(exponent.wrapping_add(0x3fe0_0000_0000_0000));
    let inverse = f64::from_bits(0x4000_0000_0000_0000u64.wrapping_sub(exponent));
    let value = half * ((near + near) + (2.0 - inverse));
    value.copysign(x)
}
