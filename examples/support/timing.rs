//! Repeated runs of one computation.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What several runs took. Never empty.
#[derive(Clone, Debug)]
pub struct Times {
    sorted: Vec<Duration>,
}

impl Times {
    /// Times of at least one run, in any order; `None` of no run.
    #[must_use]
    pub fn new(mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        (!times.is_empty()).then_some(Self { sorted: times })
    }

    /// The middle one; of an even number, the mean of the middle two.
    #[must_use]
    pub fn median(&self) -> Duration {
        let n = self.sorted.len();
        (self.sorted[(n - 1) / 2] + self.sorted[n / 2]) / 2
    }

    /// The shortest.
    #[must_use]
    pub fn best(&self) -> Duration {
        self.sorted[0]
    }
}

/// One measured way to compute one number from some bytes of data.
#[derive(Clone, Debug)]
pub struct Measurement {
    /// What was run.
    pub name: String,
    /// How long it took.
    pub times: Times,
    /// What it returned.
    pub value: f64,
}

impl Measurement {
    /// Throughput of the median run over `bytes`, in 10^9 bytes per second.
    #[must_use]
    pub fn gigabytes_per_second(&self, bytes: u64) -> f64 {
        bytes as f64 / self.times.median().as_secs_f64().max(1e-9) / 1e9
    }

    /// How many times faster than `other` the median run was.
    #[must_use]
    pub fn speed_up_over(&self, other: &Self) -> f64 {
        let own = self.times.median().as_secs_f64().max(1e-9);
        other.times.median().as_secs_f64() / own
    }

    /// Difference of the results relative to that of `other`; zero for equal bits.
    #[must_use]
    pub fn relative_difference(&self, other: &Self) -> f64 {
        if self.value.to_bits() == other.value.to_bits() {
            return 0.0;
        }
        (self.value - other.value).abs() / other.value.abs().max(f64::MIN_POSITIVE)
    }
}

/// Runs `compute` once to warm up and then `repeat` times (at least once).
pub fn measure(name: &str, repeat: usize, mut compute: impl FnMut() -> f64) -> Measurement {
    let Ok(measurement) = try_measure(name, repeat, || Ok::<_, Infallible>(compute()));
    measurement
}

/// [`measure`] of something that can fail.
///
/// # Errors
/// The first error of `compute`.
pub fn try_measure<E>(
    name: &str,
    repeat: usize,
    mut compute: impl FnMut() -> Result<f64, E>,
) -> Result<Measurement, E> {
    let mut value = black_box(compute()?);
    let mut sorted = Vec::new();
    for _ in 0..repeat.max(1) {
        let start = Instant::now();
        value = black_box(compute()?);
        sorted.push(start.elapsed());
    }
    sorted.sort_unstable();
    Ok(Measurement {
        name: name.to_owned(),
        times: Times { sorted },
        value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(millis: &[u64]) -> Times {
        Times::new(millis.iter().copied().map(Duration::from_millis).collect()).unwrap()
    }

    fn measured(millis: u64, value: f64) -> Measurement {
        Measurement {
            name: String::new(),
            times: times(&[millis]),
            value,
        }
    }

    #[test]
    fn median_and_best_of_odd_and_even_counts() {
        assert_eq!(times(&[5, 1, 9]).median(), Duration::from_millis(5));
        assert_eq!(times(&[4, 1, 9, 6]).median(), Duration::from_millis(5));
        assert_eq!(times(&[4, 1, 9, 6]).best(), Duration::from_millis(1));
        assert!(Times::new(Vec::new()).is_none());
    }

    #[test]
    fn every_run_is_made_and_one_more_to_warm_up() {
        let mut runs = 0.0;
        let measurement = measure("count", 4, || {
            runs += 1.0;
            runs
        });
        assert_eq!(measurement.value, 5.0);
        assert_eq!(measurement.times.sorted.len(), 4);
    }

    #[test]
    fn a_run_that_fails_ends_the_measurement() {
        let mut runs = 0;
        let result = try_measure("third time unlucky", 5, || {
            runs += 1;
            if runs < 3 { Ok(0.0) } else { Err(runs) }
        });
        assert_eq!(result.unwrap_err(), 3);
    }

    #[test]
    fn figures_follow_from_the_median() {
        let slow = measured(200, 10.0);
        let fast = measured(50, 10.5);
        assert_eq!(fast.speed_up_over(&slow), 4.0);
        assert_eq!(fast.gigabytes_per_second(1_000_000_000), 20.0);
        assert_eq!(fast.relative_difference(&slow), 0.05);
    }

    #[test]
    fn equal_bits_do_not_differ_even_if_not_numbers() {
        let one = measured(1, f64::NAN);
        assert_eq!(one.relative_difference(&one.clone()), 0.0);
        assert_eq!(measured(1, 0.0).relative_difference(&measured(1, 0.0)), 0.0);
    }
}
