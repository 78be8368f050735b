//! Random numbers without a state: each is a function of a seed and an index.
//!
//! A loop that draws the numbers of its iteration `i` is as parallel as any other, and they are the
//! same on one thread, on many and on a device. The generator is Philox 4x32-10 (J. Salmon and
//! others, "Parallel random numbers: as easy as 1, 2, 3", SC 2011): 128 bits of counter, of which the
//! index is the first 64, and 64 bits of key, which are the seed.
//!
//! Different seeds give unrelated sequences. An iteration that needs several numbers takes them at
//! `i * count`, `i * count + 1`, ..; all functions of one seed and index derive from the same bits.
//!
//! ```
//! use kernel_runtime::math::random;
//!
//! let inside = (0..10_000).filter(|i| {
//!     let (x, y) = (random::uniform_f64(7, 2 * i), random::uniform_f64(7, 2 * i + 1));
//!     x * x + y * y < 1.0
//! });
//! assert!((4.0 * inside.count() as f64 / 10_000.0 - 3.14).abs() < 0.05);
//! ```

use kernel_macros::kernel;

/// Ten rounds of Philox 4x32: four random words for a counter and a key.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn philox(counter: (u32, u32, u32, u32), key: (u32, u32)) -> (u32, u32, u32, u32) {
    let (mut a, mut b, mut c, mut d) = counter;
    let (mut first, mut second) = key;
    for _round in 0..10 {
        let left = (a as u64).wrapping_mul(0xd251_1f53);
        let right = (c as u64).wrapping_mul(0xcd9e_8d57);
        a = (right >> 32) as u32 ^ b ^ first;
        b = right as u32;
        c = (left >> 32) as u32 ^ d ^ second;
        d = left as u32;
        first = first.wrapping_add(0x9e37_79b9);
        second = second.wrapping_add(0xbb67_ae85);
    }
    (a, b, c, d)
}

/// Two times 64 random bits.
#[kernel(device, crate = crate)]
#[inline(always)]
fn words(seed: u64, index: u64) -> (u64, u64) {
    let counter = (index as u32, (index >> 32) as u32, 0u32, 0u32);
    let key = (seed as u32, (seed >> 32) as u32);
    let (a, b, c, d): (u32, u32, u32, u32) = philox(counter, key);
    (a as u64 | ((b as u64) << 32), c as u64 | ((d as u64) << 32))
}

/// A random `u32`, every value as likely as any other.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn bits_u32(seed: u64, index: u64) -> u32 {
    let (first, _second): (u64, u64) = words(seed, index);
    first as u32
}

/// A random `u64`, every value as likely as any other.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn bits_u64(seed: u64, index: u64) -> u64 {
    let (first, _second): (u64, u64) = words(seed, index);
    first
}

/// A multiple of `2^-24` from 0 up to 1, 1 excluded, every one as likely as any other.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn uniform_f32(seed: u64, index: u64) -> f32 {
    let bits: u32 = bits_u32(seed, index);
    (bits >> 8) as f32 * 5.9604645e-08
}

/// A multiple of `2^-53` from 0 up to 1, 1 excluded, every one as likely as any other.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn uniform_f64(seed: u64, index: u64) -> f64 {
    let bits: u64 = bits_u64(seed, index);
    (bits >> 11) as f64 * 1.1102230246251565e-16
}

/// A number of the normal distribution of mean 0 and variance 1, by the transform of Box and
/// Muller: up to 5.8 in magnitude.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn normal_f32(seed: u64, index: u64) -> f32 {
    let (first, second): (u64, u64) = words(seed, index);
    // From 2^-24 to 1.
    let radius = ((first as u32 >> 8).wrapping_add(1)) as f32 * 5.9604645e-08;
    let turn = (second as u32 >> 8) as f32 * 3.7450703e-07;
    let log: f32 = super::f32::ln(radius);
    let cosine: f32 = super::f32::cos_within(turn);
    (-2.0 * log).sqrt() * cosine
}

/// A number of the normal distribution of mean 0 and variance 1, by the transform of Box and
/// Muller: up to 8.6 in magnitude.
#[kernel(device, crate = crate)]
#[inline(always)]
pub fn normal_f64(seed: u64, index: u64) -> f64 {
    let (first, second): (u64, u64) = words(seed, index);
    // From 2^-53 to 1.
    let radius = ((first >> 11).wrapping_add(1)) as f64 * 1.1102230246251565e-16;
    let turn = (second >> 11) as f64 * 6.975736996017264e-16;
    let log: f64 = super::f64::ln(radius);
    let cosine: f64 = super::f64::cos_within(turn);
    (-2.0 * log).sqrt() * cosine
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers of the authors' library, Random123 (`kat_vectors`, philox4x32 10).
    #[test]
    fn the_published_vectors_hold() {
        let all = u32::MAX;
        let vectors = [
            (
                (0, 0, 0, 0),
                (0, 0),
                (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8),
            ),
            (
                (all, all, all, all),
                (all, all),
                (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd),
            ),
            (
                (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
                (0xa409_3822, 0x299f_31d0),
                (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1),
            ),
        ];
        for (counter, key, expected) in vectors {
            assert_eq!(philox(counter, key), expected);
        }
    }

    #[test]
    fn index_and_seed_are_counter_and_key() {
        let (a, b, _, _) = philox((0x89ab_cdef, 0x0123_4567, 0, 0), (0x7654_3210, 0xfedc_ba98));
        let (seed, index) = (0xfedc_ba98_7654_3210, 0x0123_4567_89ab_cdef);
        assert_eq!(bits_u32(seed, index), a);
        assert_eq!(bits_u64(seed, index), u64::from(a) | u64::from(b) << 32);
    }

    /// Mean and variance of many numbers, within five times their standard errors.
    fn moments(values: impl Iterator<Item = f64>, mean: f64, variance: f64, fourth: f64) {
        let values: Vec<f64> = values.collect();
        let n = values.len() as f64;
        let measured = values.iter().sum::<f64>() / n;
        assert!((measured - mean).abs() < 5.0 * (variance / n).sqrt());
        let spread = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let error = ((fourth - variance * variance) / n).sqrt();
        assert!((spread - variance).abs() < 5.0 * error);
    }

    #[test]
    fn distributions_have_their_moments() {
        let range = 0..20_000u64;
        moments(
            range.clone().map(|i| uniform_f64(1, i)),
            0.5,
            1.0 / 12.0,
            1.0 / 80.0,
        );
        let narrow = range.clone().map(|i| uniform_f32(2, i).into());
        moments(narrow, 0.5, 1.0 / 12.0, 1.0 / 80.0);
        moments(range.clone().map(|i| normal_f64(3, i)), 0.0, 1.0, 3.0);
        moments(range.map(|i| normal_f32(4, i).into()), 0.0, 1.0, 3.0);
    }

    #[test]
    fn uniform_numbers_stay_below_one() {
        for index in 0..20_000 {
            assert!((0.0..1.0).contains(&uniform_f32(5, index)));
            assert!((0.0..1.0).contains(&uniform_f64(5, index)));
        }
    }
}
