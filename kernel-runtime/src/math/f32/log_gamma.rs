//! The logarithm of the gamma function of usual numbers, which are positive: as that of `f64` is, and in `f64`.

use super::power::split_wide;
use crate::math::host::{choose, on_host};
use kernel_macros::kernel;

/// Where Stirling's series begins.
const FAR: f64 = 2.5;

/// The quotient for `far` numbers, given their square, and for others, given their distance from the
/// first zero.
#[kernel(device, crate = crate)]
#[inline(always)]
fn quotient(far: bool, e: f64) -> f64 {
    let z = e * e;
    let first: f64 = choose(far, 0.054012419544844564, 0.5772156600686086);
    let second: f64 = choose(far, 0.0833333296326508, 0.7010298875340949);
    let others = (0.20002848763877856 + e * 0.006154640572494849) + z * -0.0001708215666609169;
    let others: f64 = choose(far, 0.0, others);
    let above = (first + e * second) + z * others;
    let first: f64 = choose(far, 0.013297250182289526, 1.0);
    let second: f64 = choose(far, 0.6814782640438284, 1.6393895044683757);
    let others: f64 = choose(far, 1.0, 0.7738113885382474 + e * 0.09747282368372709);
    let below = (first + e * second) + z * others;
    above / below
}

/// `ln gamma(x)` of a normal `x`.
#[kernel(device, crate = crate)]
#[inline(always)]
fn either(x: f64, far: bool) -> f64 {
    let (k, m): (f64, f64) = split_wide(x);
    let f = m - 1.0;
    let s = f / (m + 1.0);
    let z = s * s;
    let series = 0.6666677635865731 + z * (0.3997754284943853 + z * 0.2987171444256646);
    let less = if far { 1.0 } else { 0.0 };
    let log = (k * 0.6931471805599453 - less) + (f - s * (f - z * series));
    let small = x < 1.0;
    let b = if small { x } else { x - 1.0 };
    let p = b * (b - 1.0);
    let e: f64 = choose(far, x * x, b);
    let quotient: f64 = quotient(far, e);
    let main = if far { 0.4189385332046727 } else { 0.0 };
    let times: f64 = choose(far, x, p);
    let logarithms = if small { -1.0 } else { 0.0 };
    let logarithms: f64 = choose(far, x - 0.5, logarithms);
    logarithms * log + (main + times * quotient)
}

// The host calls it nowhere.
#[allow(dead_code)]
#[kernel(device, crate = crate)]
fn on_device(x: f64) -> f64 {
    either(x, x >= FAR)
}

/// `ln gamma(x)` of a normal `x`, for loops over many numbers.
#[inline(always)]
pub(super) fn ln_gamma_of_many(x: f64) -> f64 {
    either(x, x >= FAR)
}

on_host! {
    /// The same.
    pub(super) fn ln_gamma_of_usual(x: f64) -> f64 as on_device {
        // Of one number, choices would be more operations than a branch.
        if x >= FAR { either(x, true) } else { either(x, false) }
    }
}
