//! A kernel density estimate.

use kernel_runtime::prelude::*;

/// The density of a population at each of `places`, estimated by a normal distribution around each
/// of `samples` with this standard deviation.
#[kernel(parallel, cuda)]
pub fn density(samples: &[f64], places: &[f64], bandwidth: f64, out: &mut [f64]) {
    let scale = 0.3989422804014327 / (bandwidth * samples.len() as f64);
    for i in 0..places.len() {
        out[i] = 0.0;
    }
    for j in 0..samples.len() {
        for i in 0..places.len() {
            let distance = (places[i] - samples[j]) / bandwidth;
            out[i] += scale * (-0.5 * distance * distance).exp();
        }
    }
}
