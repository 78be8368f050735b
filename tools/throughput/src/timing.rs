//! The best of many turns.

use kernel_runtime::math::random;
use std::time::Instant;

/// Elements of an array: all arrays of a pass lie in the second cache.
pub const ELEMENTS: usize = 2048;

/// A pass over the inputs; `None` where the machine or a library lacks it.
pub type Pass<'a> = Option<Box<dyn FnMut() + 'a>>;

/// Nanoseconds for one of `work` elements of each pass, the best of so many turns. In each turn every
/// pass runs once.
pub fn best<const N: usize>(
    passes: usize,
    work: usize,
    mut versions: [Pass; N],
) -> [Option<f64>; N] {
    let mut best = [f64::INFINITY; N];
    for _ in 0..passes {
        for (version, best) in versions.iter_mut().zip(&mut best) {
            if let Some(version) = version {
                let start = Instant::now();
                version();
                *best = best.min(start.elapsed().as_nanos() as f64 / work as f64);
            }
        }
    }
    best.map(|best| best.is_finite().then_some(best))
}

/// Evenly spread inputs.
pub fn inputs(seed: u64, range: (f64, f64)) -> Vec<f64> {
    let draw = |index| range.0 + (range.1 - range.0) * random::uniform_f64(seed, index);
    (0..ELEMENTS as u64).map(draw).collect()
}
