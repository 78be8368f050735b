//! Random numbers made from a seed and an index alone, so that any number of threads fills an
//! array with the same values, and a kernel can make them in its loop.

use kernel_runtime::prelude::*;
use ndarray::Array2;
use rayon::prelude::*;

/// Elements that one task fills.
const BLOCK: usize = 1 << 16;

/// The finaliser of SplitMix64: a bijection of 64 bits that leaves no visible pattern.
#[kernel(device)]
#[inline]
#[must_use]
pub fn mix(x: u64) -> u64 {
    let mut z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The `i`-th number of the sequence `seed`, uniform in `0.0..1.0`, a multiple of 2^-53.
#[kernel(device)]
#[inline]
#[must_use]
pub fn u(seed: u64, i: u64) -> f64 {
    const ULP: f64 = 1.0 / (1u64 << 53) as f64;
    let bits: u64 = mix((seed << 32).wrapping_add(i));
    (bits >> 11) as f64 * ULP
}

/// The first `n` numbers of the sequence `seed`.
#[must_use]
pub fn vector(seed: u64, n: usize) -> Vec<f64> {
    let mut values = vec![0.0; n];
    fill(&mut values, seed, |_| ());
    values
}

/// [`vector`] in single precision.
#[must_use]
pub fn vector_f32(seed: u64, n: usize) -> Vec<f32> {
    vector(seed, n).into_iter().map(|x| x as f32).collect()
}

/// The sequence `seed`, row by row; `filled` hears how many elements each task has made.
#[must_use]
pub fn matrix(
    seed: u64,
    rows: usize,
    columns: usize,
    filled: impl Fn(usize) + Sync,
) -> Array2<f64> {
    let mut matrix = Array2::zeros((rows, columns));
    if let Some(values) = matrix.as_slice_mut() {
        fill(values, seed, filled);
    }
    matrix
}

fn fill(values: &mut [f64], seed: u64, filled: impl Fn(usize) + Sync) {
    let blocks = values.par_chunks_mut(BLOCK).enumerate();
    blocks.for_each(|(number, block)| {
        let first = (number * BLOCK) as u64;
        for (value, i) in block.iter_mut().zip(first..) {
            *value = u(seed, i);
        }
        filled(block.len());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn mix_of_zero_is_the_first_splitmix64_output() {
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn the_first_number_of_seed_one_is_the_published_one() {
        let published: f64 = "0.76630175733908601".parse().unwrap();
        assert_eq!(u(1, 0).to_bits(), published.to_bits());
    }

    #[test]
    fn numbers_stay_below_one() {
        let all = vector(7, 10_000);
        assert!(all.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = all.iter().sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }

    #[test]
    fn a_matrix_holds_the_sequence_by_rows_on_any_number_of_threads() {
        let (rows, columns) = (301, 457);
        let expected: Vec<f64> = (0..(rows * columns) as u64).map(|i| u(9, i)).collect();
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let seen = AtomicUsize::new(0);
            let count = |n: usize| {
                seen.fetch_add(n, Ordering::Relaxed);
            };
            let made = pool.install(|| matrix(9, rows, columns, count));
            assert_eq!(made.as_slice().unwrap(), expected);
            assert_eq!(seen.into_inner(), rows * columns);
        }
    }

    #[test]
    fn an_empty_matrix_keeps_its_shape() {
        assert_eq!(matrix(1, 3, 0, |_| ()).dim(), (3, 0));
    }
}
