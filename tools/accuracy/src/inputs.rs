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
        2 if k % 2 == 0 => 30.0 * random::normal_f64(seed, k),
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

/// The number itself or a neighbour.
fn beside(x: f64, k: u64) -> f64 {
    f64::from_bits(x.to_bits().wrapping_add(k % 3).wrapping_sub(1))
}
