//! `fastmath(contract)` rounds a product and a sum once, in the same places in every fast version.
#![allow(missing_docs)]

mod support;

use kernel_runtime::cuda::{DeviceChoice, select_device};
use kernel_runtime::prelude::*;
use support::{THREADS, on_threads, values};

/// Products on the left, on the right, subtracted, subtracted from, and in an update.
#[kernel(parallel, cuda, fastmath(contract))]
fn contracted(x: &[f64], y: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        let a = x[i] * x[i] + 0.1;
        let b = 0.3 - x[i] * a;
        y[i] += a * b - x[i] * 7.0;
        sum += a * y[i];
    }
    sum
}

/// The same with every fused operation written out.
#[kernel(parallel, cuda)]
fn written_out(x: &[f64], y: &mut [f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..y.len() {
        let a = x[i].mul_add(x[i], 0.1);
        let b = (-x[i]).mul_add(a, 0.3);
        y[i] += a.mul_add(b, -(x[i] * 7.0));
        sum += a * y[i];
    }
    sum
}

type Kernel = fn(&[f64], &mut [f64]) -> f64;

fn run(kernel: Kernel, n: usize) -> (f64, Vec<f64>) {
    let mut y = vec![0.7; n];
    let sum = kernel(&values(n), &mut y);
    (sum, y)
}

#[test]
fn every_fast_version_fuses_the_same_operations() {
    let _ = select_device(DeviceChoice::Software);
    for n in [0, 1, 65, 5000] {
        let expected = run(contracted::parallel, n);
        assert_eq!(expected.1, run(written_out::serial, n).1);
        assert_eq!(run(contracted, n), expected);
        for threads in THREADS {
            let on_pool = on_threads(threads, || run(contracted::parallel, n));
            assert_eq!(on_pool, expected, "{threads} threads");
        }
        let on_device: Kernel = |x, y| contracted::cuda(x, y).expect("the software device");
        assert_eq!(run(on_device, n), expected, "on the device");
    }
}

#[test]
fn the_serial_version_stays_as_it_is_written() {
    let (x, mut y) = (values(100), vec![0.7; 100]);
    let mut expected = y.clone();
    for (x, y) in x.iter().zip(&mut expected) {
        let a = x * x + 0.1;
        let b = 0.3 - x * a;
        *y += a * b - x * 7.0;
    }
    contracted::serial(&x, &mut y);
    assert_eq!(y, expected);
    assert_ne!(
        run(contracted::parallel, 100).1,
        expected,
        "nothing was fused"
    );
}
