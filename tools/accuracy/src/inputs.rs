//! Random and hard inputs.

use kernel_runtime::math::random;
use std::f64::consts::FRAC_PI_2;

/// The `f64` nearest to a multiple of pi/2: `6381956970095103 * 2^797` (J.-M. Muller and others,
/// Handbook of Floating-Point Arithmetic).
const NEAREST_TO_A_TURN: f64 = 5.319372648326541e255;

/// The k-th input of a seed: of any size, around one, around ten or wherever an exponential is
/// finite, next to a multiple of pi/2, or next to one, where logarithms and powers are small.
pub fn wide(seed: u64, k: u64) -> f64 {
    match k % 5 {
        0 => f64::from_bits(random::bits_u64(seed, k)),
        1 => 4.0 * random::uniform_f64(seed, k) - 2.0,
        2 if k.is_multiple_of(2) => 30.0 * random::normal_f64(seed, k),
        2 => 2200.0 * random::uniform_f64(seed, k) - 1100.0,
        3 if k % 1000 == 3 => NEAREST_TO_A_TURN,
        3 => {
            let turns = random::bits_u64(seed, k) >> 40 >> (k % 23);
            beside(turns as f64 * FRAC_PI_2, k)
        }
        _ => {
            let far = random::bits_u64(seed, k);
            1.0 + (far as f64).copysign((far as i64) as f64) * 2f64.powi(-65 - (k % 50) as i32)
        }
    }
}

/// Likewise of `f32`.
pub fn narrow(seed: u64, k: u64) -> f32 {
    match k % 5 {
        0 => f32::from_bits(random::bits_u32(seed, k)),
        _ => wide(seed, k) as f32,
    }
}

/// The k-th pair: of any kinds, or with a power near an end of the range, where the logarithm's error
/// counts most.
pub fn wide_pair(k: u64) -> (f64, f64) {
    match k % 4 {
        0 => to_the_end(k, 1000.0),
        // Neighbouring indices are of different kinds, so that kinds meet.
        _ => (wide(1, k), wide(2, k / 5)),
    }
}

/// Likewise of `f32`.
pub fn narrow_pair(k: u64) -> (f32, f32) {
    match k % 4 {
        0 => {
            let (x, y) = to_the_end(k, 125.0);
            (x as f32, y as f32)
        }
        _ => (narrow(1, k), narrow(2, k / 5)),
    }
}

/// A number from 1/2 to 2 and one of up to `most` over its logarithm to the base 2; every other time
/// both are next to their ends: there a logarithm's series is longest, and counts most.
fn to_the_end(k: u64, most: f64) -> (f64, f64) {
    let (x, y) = (random::uniform_f64(3, k), random::uniform_f64(4, k));
    let (log, power) = match k % 8 {
        0 => (2.0 * x - 1.0, 2.0 * y - 1.0),
        _ => (outer(x, 0.46, 0.5), outer(y, 0.9, 1.0)),
    };
    let x = log.exp2();
    (x, most * power / x.log2())
}

/// From `low` to `high`, of either sign, of a number from 0 to 1.
fn outer(part: f64, low: f64, high: f64) -> f64 {
    let signed = 2.0 * part - 1.0;
    (low + (high - low) * signed.abs()).copysign(signed)
}

/// The number itself or a neighbour.
fn beside(x: f64, k: u64) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add(k % 3).wrapping_sub(1))
}
