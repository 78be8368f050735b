//! Loops that draw random numbers, and what is made of them: every version has the same numbers.

use super::use_software_device;
use crate::density::density;
use kernel_runtime::math::random::{normal_f64, uniform_f64};
use kernel_runtime::prelude::*;

/// `circle` of the other kernels, with the runtime's random numbers.
#[kernel(parallel, cuda)]
fn circle(seed: u64, n: u64) -> u64 {
    let mut inside = 0u64;
    for i in 0..n {
        let x: f64 = uniform_f64(seed, 2 * i);
        let y: f64 = uniform_f64(seed, 2 * i + 1);
        if x * x + y * y < 1.0 {
            inside += 1;
        }
    }
    inside
}

#[kernel(parallel, cuda)]
fn normals(seed: u64, out: &mut [f64]) {
    for i in 0..out.len() {
        out[i] = normal_f64(seed, i as u64);
    }
}

#[test]
fn the_circle_of_random_points_is_the_same_everywhere() {
    let n = 200_000;
    let inside = circle::serial(23, n);
    assert_eq!(circle::parallel(23, n), inside);
    assert_eq!(circle(23, n), inside);
    // Within five standard deviations of pi / 4.
    let share = inside as f64 / n as f64;
    let quarter = std::f64::consts::FRAC_PI_4;
    let deviation = (quarter * (1.0 - quarter) / n as f64).sqrt();
    assert!((share - quarter).abs() < 5.0 * deviation, "{share}");
    use_software_device();
    let device = circle::cuda(23, 2000).expect("the software device runs every kernel");
    assert_eq!(device, circle::serial(23, 2000));
}

#[test]
fn a_density_of_normal_numbers_is_the_normal_distribution() {
    let mut samples = vec![0.0; 2000];
    normals::serial(31, &mut samples);
    let mut drawn = samples.clone();
    normals::parallel(31, &mut drawn);
    assert_eq!(drawn, samples);
    use_software_device();
    normals::cuda(31, &mut drawn[..100]).expect("the software device runs every kernel");
    assert_eq!(drawn, samples);

    let places: Vec<f64> = (0..101).map(|i| f64::from(i) * 0.1 - 5.0).collect();
    let bandwidth = 0.3;
    let (mut serial, mut parallel) = (vec![0.0; 101], vec![0.0; 101]);
    density::serial(&samples, &places, bandwidth, &mut serial);
    density::parallel(&samples, &places, bandwidth, &mut parallel);
    for (serial, parallel) in serial.iter().zip(&parallel) {
        assert!((serial - parallel).abs() < 1e-14);
    }
    // All of it is 1, and the sum of two normal distributions is one.
    assert!((parallel.iter().sum::<f64>() * 0.1 - 1.0).abs() < 1e-6);
    let variance = 1.0 + bandwidth * bandwidth;
    for (place, density) in places.iter().zip(&parallel) {
        let exact = (-0.5 * place * place / variance).exp()
            / (2.0 * std::f64::consts::PI * variance).sqrt();
        assert!(
            (density - exact).abs() < 0.02,
            "{density} at {place}, not {exact}"
        );
    }
    let mut device = vec![0.0; 101];
    density::cuda(&samples[..50], &places, bandwidth, &mut device)
        .expect("the software device runs every kernel");
    density::parallel(&samples[..50], &places, bandwidth, &mut parallel);
    assert_eq!(device, parallel);
}
