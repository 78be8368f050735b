//! Shared by the benches: how large, how long, and whether there is a device.

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};
use kernel_runtime::Error;
use std::time::Duration;

/// Elements of the largest array where `KERNEL_BENCH_SIZE` does not say otherwise: 128 MB of
/// `f64`, more than most caches hold.
const ELEMENTS: usize = 4096 * 4096;

/// Elements of the largest array of a bench: `KERNEL_BENCH_SIZE`, or 4096 x 4096.
///
/// # Panics
/// If the variable is set to something that is not a number.
#[must_use]
pub fn elements() -> usize {
    match std::env::var("KERNEL_BENCH_SIZE") {
        Ok(text) => text
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("KERNEL_BENCH_SIZE is {text:?}, not a number of elements")),
        Err(_) => ELEMENTS,
    }
}

/// Side of a square matrix of about [`elements`] elements, at least 4.
#[must_use]
pub fn side() -> usize {
    elements().isqrt().max(4)
}

/// Side of square matrices whose product costs eight multiplications per element of
/// [`elements`], at least 4.
#[must_use]
pub fn product_side() -> usize {
    let eight_times = elements().saturating_mul(8) as f64;
    (eight_times.cbrt() as usize).max(4)
}

/// A group that measures throughput of `work` in a few seconds per version.
pub fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    work: Throughput,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .throughput(work)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    group
}

/// Whether a trial call of a CUDA version worked; says why if it did not.
pub fn has_device<T>(kernel: &str, trial: Result<T, Error>) -> bool {
    match trial {
        Ok(_) => true,
        Err(error) => {
            eprintln!("{kernel}::cuda is left out: {error}");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_counts_only_if_the_trial_worked() {
        assert!(has_device("fine", Ok(1.0)));
        assert!(!has_device("absent", Err::<(), _>(Error::NoDevice)));
    }
}
