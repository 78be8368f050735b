//! Four statistics of a million numbers in one pass over them.

use kernel_examples::data;
use kernel_runtime::prelude::*;

const N: usize = 1_000_000;

/// Sum, smallest, largest, and how many exceed `limit`.
#[kernel(parallel, cuda)]
pub fn statistics(x: &[f64], limit: f64) -> (f64, f64, f64, u64) {
    let mut sum = 0.0;
    let mut low = f64::INFINITY;
    let mut high = f64::NEG_INFINITY;
    let mut above = 0u64;
    for i in 0..x.len() {
        sum += x[i];
        low = low.min(x[i]);
        high = high.max(x[i]);
        if x[i] > limit {
            above += 1;
        }
    }
    (sum, low, high, above)
}

fn main() {
    let x = data::vector(3, N);
    let (sum, low, high, above) = statistics(&x, 0.5);
    println!(
        "mean {:.6}, smallest {low:.3e}, largest 1 - {:.3e}",
        sum / N as f64,
        1.0 - high
    );
    println!("{above} of {N} above 0.5");
    let serial = statistics::serial(&x, 0.5);
    let difference = (sum - serial.0).abs() / serial.0;
    println!("the plain order gives the sum within {difference:.1e}, the rest exactly:");
    assert_eq!((low, high, above), (serial.1, serial.2, serial.3));
    println!("{}", statistics::report());
}
