//! `fastmath` rounds otherwise, in the same places in every fast version: a product and a sum once
//! (`contract`), sums of inner loops in lanes (`reassoc`), quotients and powers cheaply (`approx`).
#![allow(missing_docs)]

mod support;

use kernel_runtime::cuda::{DeviceChoice, select_device};
use kernel_runtime::prelude::*;
use kernel_runtime::{Level, with_level};
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

/// For each row of `columns`, a sum without its negative terms, the largest term, and how many.
#[kernel(parallel, cuda, fastmath(reassoc))]
fn in_lanes(x: &[f64], w: &[f64], columns: i64, y: &mut [[f64; 3]]) {
    for i in 0..y.len() {
        let (mut sum, mut most, mut count) = (0.5, -1e300f64, 0u32);
        for k in 0..columns {
            let term = x[i * columns as usize + k as usize] * w[k as usize];
            if term < 0.0 {
                continue;
            }
            sum += term;
            most = most.max(term);
            count += 1;
        }
        y[i] = [sum, most, count as f64];
    }
}

/// The same by hand: lanes as far as whole rounds go, the tree over them, fewer lanes for the rest, and
/// what is left then.
fn lanes_by_hand(x: &[f64], w: &[f64], y: &mut [[f64; 3]]) {
    for (x, y) in x.chunks(w.len().max(1)).zip(y) {
        let terms: Vec<f64> = x.iter().zip(w).map(|(x, w)| x * w).collect();
        let counted = || terms.iter().filter(|term| **term >= 0.0);
        let (mut rest, mut sum) = (&terms[..], 0.5);
        for count in [16, 4] {
            let (rounds, left) = rest.split_at(rest.len() / count * count);
            rest = left;
            let mut lanes = vec![-0.0; count];
            for (k, term) in rounds.iter().enumerate().filter(|(_, term)| **term >= 0.0) {
                lanes[k % count] += term;
            }
            while lanes.len() > 1 {
                let right = lanes.split_off(lanes.len() / 2);
                lanes
                    .iter_mut()
                    .zip(right)
                    .for_each(|(left, right)| *left += right);
            }
            if !rounds.is_empty() {
                sum += lanes[0];
            }
        }
        rest.iter()
            .filter(|term| **term >= 0.0)
            .for_each(|term| sum += term);
        let most = counted().fold(-1e300, |a: f64, b| a.max(*b));
        *y = [sum, most, counted().count() as f64];
    }
}

/// Quotients by what stays the same and by what is used twice, and powers.
#[kernel(parallel, cuda, fastmath(approx))]
fn approximate(x: &[f32], by: f32, y: &mut [f32]) {
    for i in 0..x.len() {
        let norm = x[i] * x[i] + 1.5;
        y[i] = x[i] / norm + 1.0 / (3.0 * by) + 0.25 / norm;
        y[i] = y[i] / (by + 0.7) + norm.powf(-1.5) - norm.powf(2.5);
        y[i] /= 7.0;
    }
}

/// Everything at once, where neighbouring iterations go through the loop together and where not.
#[kernel(parallel, cuda, fastmath)]
fn everything(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        let (mut near, mut far) = (0.0, 0.0);
        for k in 0..x.len() / 2 {
            near += x[k] * x[2 * k] / 3.0;
        }
        for k in i..x.len() {
            far -= x[k] * x[k - i];
        }
        y[i] = near + far;
    }
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

type OfRows = dyn Fn(&[f64], &[f64], i64, &mut [[f64; 3]]);
type OfSingles = dyn Fn(&[f32], f32, &mut [f32]);

/// What a call gives in each fast version, the first of which all are.
fn in_every_version<T: PartialEq + Send + std::fmt::Debug>(
    parallel: impl Fn() -> T + Sync + Send,
    others: [&dyn Fn() -> T; 2],
) -> T {
    let _ = select_device(DeviceChoice::Software);
    let expected = parallel();
    for other in others {
        assert_eq!(other(), expected);
    }
    for threads in THREADS {
        assert_eq!(
            on_threads(threads, &parallel),
            expected,
            "{threads} threads"
        );
    }
    for level in Level::available() {
        assert_eq!(with_level(*level, &parallel), expected, "{level:?}");
    }
    expected
}

#[test]
fn sums_of_inner_loops_combine_in_lanes() {
    for columns in [0, 1, 15, 16, 33, 200] {
        let (x, w) = (values(7 * columns), values(columns));
        let given = (x.as_slice(), w.as_slice(), columns as i64);
        let run = |kernel: &OfRows| {
            let mut y = vec![[0.0; 3]; 7];
            kernel(given.0, given.1, given.2, &mut y);
            y
        };
        let fast = in_every_version(
            || run(&in_lanes::parallel),
            [&|| run(&in_lanes), &|| {
                run(&|x, w, n, y| in_lanes::cuda(x, w, n, y).expect("the software device"))
            }],
        );
        if columns > 0 {
            let by_hand = run(&|x, w, _, y| lanes_by_hand(x, w, y));
            assert_eq!(fast, by_hand, "{columns} columns");
        }
    }
}

#[test]
fn quotients_and_powers_are_nearly_right() {
    let x: Vec<f32> = values(300).iter().map(|x| *x as f32).collect();
    let run = |kernel: &OfSingles| {
        let mut y = vec![0.0; x.len()];
        kernel(&x, 1.3, &mut y);
        y
    };
    let fast = in_every_version(
        || run(&approximate::parallel),
        [&|| run(&approximate), &|| {
            run(&|x, by, y| approximate::cuda(x, by, y).expect("the software device"))
        }],
    );
    let serial = run(&approximate::serial);
    assert_ne!(fast, serial, "nothing was approximated");
    for (fast, serial) in fast.iter().zip(&serial) {
        assert!((fast - serial).abs() <= 8.0 * f32::EPSILON * serial.abs().max(1.0));
    }
}

#[test]
fn all_liberties_go_together() {
    let x = values(150);
    let run = |kernel: &dyn Fn(&[f64], &mut [f64])| {
        let mut y = vec![0.0; 100];
        kernel(&x, &mut y);
        y
    };
    let fast = in_every_version(
        || run(&everything::parallel),
        [&|| run(&everything), &|| {
            run(&|x, y| everything::cuda(x, y).expect("the software device"))
        }],
    );
    let serial = run(&everything::serial);
    assert_ne!(fast, serial, "nothing was rounded otherwise");
    for (fast, serial) in fast.iter().zip(&serial) {
        assert!((fast - serial).abs() <= 1e-12 * x.len() as f64);
    }
}
