//! Refusals that few will meet.
use kernel_runtime::prelude::*;
use num_complex::Complex64;

/// What is there before the loop.
#[kernel(parallel)]
fn overwritten_later(x: &mut [f64], n: usize) {
    for i in 0..n {
        x[i] = x[i + 1];
    }
}

/// A value that is carried along, by a variable and by two.
#[kernel(parallel)]
fn carried(x: &[f64], y: &mut [f64]) -> f64 {
    let (mut last, mut before) = (0.0, 0.0);
    for i in 0..x.len() {
        y[i] = before - last;
        before = last;
        last = x[i];
    }
    last
}

/// What is no extreme, because one depends on the other.
#[kernel(parallel)]
fn extremes_in_one(x: &[f64]) -> (f64, f64) {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for i in 0..x.len() {
        if x[i] > most {
            most = x[i];
        } else if x[i] < least && x[i] > 0.0 {
            least = x[i];
        }
    }
    (least, most)
}

#[kernel(parallel)]
fn product_of_complex_numbers(z: &[Complex64]) -> Complex64 {
    let mut p = Complex64::new(1.0, 0.0);
    for i in 0..z.len() {
        p *= z[i];
    }
    p
}

#[kernel(parallel)]
fn updates_of_the_same(y: &mut [f64], n: usize) {
    for _ in prange(0..n) {
        for j in 0..n {
            y[j] -= y[j] * 2.0;
        }
    }
}

#[kernel(parallel)]
fn pairs_made_around(x: &mut [f64], n: usize) {
    for t in 0..n {
        let w = [(1.0, t as f64), (2.0, 0.5)];
        x[0] += x[n - 1];
        for i in prange(0..x.len()) {
            let v = w[1];
            x[i] += v.0;
        }
    }
}

mod helpers {
    use kernel_runtime::prelude::*;

    #[kernel(device)]
    pub fn twice(x: f64) -> f64 {
        2.0 * x
    }
}

#[kernel(parallel, cuda)]
fn name_in_a_block(x: &mut [f64]) {
    if x.len() > 3 {
        use helpers::twice;
        for i in 0..x.len() {
            x[i] = twice(x[i]);
        }
    }
}

/// No condition on `k` could hold: it is one of the elements.
#[kernel(parallel)]
fn one_of_all(x: &mut [f64], k: usize) {
    for i in 0..x.len() {
        x[i] -= x[k];
    }
}

fn main() {}
