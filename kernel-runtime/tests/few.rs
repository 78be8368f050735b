//! Maps of few operations, which run by the region's own code where the driver sees that the guard holds: results,
//! writes and panics are those of the serial version, however little the guard fails. The tests' build asks the plan
//! at every second number of operations, so that both ways are here.
#![allow(missing_docs)]
#![allow(clippy::needless_range_loop)]

mod support;

use kernel_runtime::__private::order::reference;
use kernel_runtime::math;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
use support::{failure_of, values};

fn bits(y: &[f64]) -> Vec<u64> {
    y.iter().map(|value| value.to_bits()).collect()
}

/// Both versions on copies of the same elements.
#[track_caller]
fn same(y: &[f64], serial: impl Fn(&mut [f64]), parallel: impl Fn(&mut [f64])) {
    let (mut expected, mut got) = (y.to_vec(), y.to_vec());
    assert_eq!(
        failure_of(|| serial(&mut expected)),
        failure_of(|| parallel(&mut got))
    );
    assert_eq!(bits(&expected), bits(&got));
}

macro_rules! same {
    ($kernel:ident($y:expr $(, $arg:expr)* $(,)?)) => {
        same($y, |y| $kernel::serial(y $(, $arg)*), |y| $kernel::parallel(y $(, $arg)*))
    };
}

const HUGE: [usize; 4] = [usize::MAX, usize::MAX / 2 + 1, 1 << 62, 1 << 61];

#[kernel(parallel)]
fn products(y: &mut [f64], a: ArrayView2<f64>, v: &[f64]) {
    for i in 0..a.nrows() {
        let mut s = 0.25;
        for j in 0..a.ncols() {
            s += a[[i, j]] * v[j];
        }
        y[i] = s;
    }
}

#[test]
fn a_matrix_times_a_vector() {
    let all = values(2000);
    for (m, n) in [(1, 1), (1, 40), (7, 3), (13, 8), (20, 33), (30, 30), (3, 0)] {
        let a = Array2::from_shape_vec((m, n), all[..m * n].to_vec()).unwrap();
        for (rows, columns) in [(m, n), (m + 1, n + 2), (m - 1, n), (m, n.saturating_sub(1))] {
            same!(products(&all[..rows], a.view(), &all[..columns]));
            same!(products(
                &all[..rows],
                a.slice(s![.., ..;-1]),
                &all[..columns]
            ));
            same!(products(
                &all[..rows],
                a.slice(s![..;2, ..]),
                &all[..columns]
            ));
        }
        let b = a.t();
        same!(products(&all[..n], b, &all[..m]));
        same!(products(&all[..n], b, &all[..m - 1]));
    }
}

#[kernel(parallel)]
fn flat(y: &mut [f64], x: &[f64], m: usize, n: usize, width: usize) {
    for i in 0..m {
        for j in 0..n {
            y[i * width + j] = x[i * width + j].sqrt() / (1.0 + x[j]);
        }
    }
}

#[test]
fn rows_lie_apart_overlap_or_are_not_there() {
    let x: Vec<f64> = values(900).iter().map(|x| x.abs()).collect();
    for (m, n) in [(1, 1), (1, 30), (30, 1), (5, 7), (12, 12), (0, 4), (4, 0)] {
        for width in [n, n + 1, n + 5, n.saturating_sub(1), 0, 1] {
            let most: usize = m * width + n;
            for length in [
                most,
                most + 1,
                most.saturating_sub(1),
                most.saturating_sub(width),
                0,
            ] {
                let length = length.min(900);
                same!(flat(&x[..length], &x, m, n, width));
                same!(flat(&x, &x[..length], m, n, width));
            }
        }
        for width in HUGE {
            same!(flat(&x, &x, m, n, width));
        }
    }
}

#[kernel(parallel)]
fn shifted(y: &mut [f64], x: &[f64], count: u32, by: u64) {
    for i in 0..count {
        y[i as usize] = x[(i as u64 + by) as usize] / 7.0;
    }
}

#[kernel(parallel)]
fn signed(y: &mut [f64], x: &[f64], count: i64, by: i64) {
    for i in 0..count {
        y[i as usize] = x[(i + by) as usize] / 3.0;
    }
}

#[test]
fn what_is_added_to_an_index_may_be_anything() {
    let x = values(300);
    for count in [0, 1, 2, 9, 64, 65, 100] {
        for by in [0, 1, 199, 200, 201, 299, 300, u64::MAX, 1 << 63] {
            same!(shifted(&x[..100], &x, count, by));
            same!(signed(&x[..100], &x, count.into(), by.cast_signed()));
        }
        for by in [-1, -2, i64::MIN, i64::MAX] {
            same!(signed(&x[..100], &x, count.into(), by));
        }
        same!(shifted(&x[..count as usize], &x, count + 1, 0));
        same!(shifted(&x[..100], &x[..count as usize], count + 1, 0));
        same!(signed(&x[..100], &x, -i64::from(count), 0));
    }
}

#[kernel(parallel, fastmath)]
fn fused(y: &mut [f64], a: f64, x: &[f64]) {
    for i in 0..y.len() {
        y[i] = a * x[i] + (y[i] * a + x[i]).sqrt();
    }
}

#[test]
fn many_fused_operations() {
    let x = values(700);
    let by_thread = |count: usize, length: usize| {
        let mut y = x[..count].to_vec();
        let failure = failure_of(|| fused::parallel(&mut y, 1.5, &x[..length]));
        (bits(&y), failure)
    };
    let (whole, _) = by_thread(700, 700);
    for count in 0..700 {
        let (y, failure) = by_thread(count, count);
        assert!(failure.is_ok());
        assert_eq!(y, whole[..count]);
    }
    assert!(by_thread(100, 99).1.is_err());
}

#[kernel(parallel)]
fn powers(x: ArrayView2<f64>, mut y: ArrayViewMut2<f64>) {
    for i in 0..x.nrows() {
        for j in 0..x.ncols() {
            y[[i, j]] = x[[i, j]].exp() + x[[i, j]].sin();
        }
    }
}

#[test]
fn elementary_functions_of_few_numbers_have_the_bits_of_many() {
    let all = values(4096);
    let x = Array2::from_shape_vec((1, 4096), all.clone()).unwrap();
    let mut whole = x.clone();
    powers::parallel(x.view(), whole.view_mut());
    let whole = whole.into_raw_vec_and_offset().0;
    for (m, n) in [
        (1, 1),
        (1, 9),
        (2, 5),
        (1, 64),
        (1, 65),
        (3, 70),
        (2, 128),
        (70, 3),
    ] {
        let x = Array2::from_shape_vec((m, n), all[..m * n].to_vec()).unwrap();
        let mut y = Array2::zeros((m, n));
        powers::parallel(x.view(), y.view_mut());
        assert_eq!(bits(y.as_slice().unwrap()), bits(&whole[..m * n]));
        let mut turned = Array2::zeros((n, m));
        powers::parallel(x.view(), turned.view_mut().reversed_axes());
        assert_eq!(turned.t(), y);
    }
}

#[kernel(parallel)]
fn planes(y: &mut [f64], x: &[f64], sizes: (usize, usize, usize)) {
    let (l, m, n) = sizes;
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                y[(i * m + j) * n + k] = x[k] / x[j];
            }
        }
    }
}

#[test]
fn nests_of_three() {
    let x = values(1000);
    for (l, m, n) in [
        (1, 1, 1),
        (2, 3, 4),
        (5, 1, 7),
        (9, 9, 3),
        (2, 0, 3),
        (4, 10, 10),
    ] {
        let all = l * m * n;
        for length in [all, all + 1, all.saturating_sub(1)] {
            same!(planes(&x[..length], &x, (l, m, n)));
            same!(planes(&x[..length], &x[..n.min(m)], (l, m, n)));
        }
        same!(planes(&x, &x, (l, m, usize::MAX)));
    }
}

#[kernel(parallel)]
fn inner(y: &mut [f64], x: &[f64], m: usize, n: usize) {
    for i in 1..m - 1 {
        for j in 2..n - 1 {
            y[i * n + j] = 0.25 * (x[(i - 1) * n + j] + x[(i + 1) * n + j] + x[i * n + j - 2]);
        }
    }
}

#[kernel(parallel)]
fn beyond(y: &mut [f64], x: &[f64], n: usize) {
    for i in 3..n + 2 {
        y[i - 3] = x[i - 1] / 7.0 - x[i];
    }
}

#[test]
fn loops_begin_and_end_anywhere() {
    let x = values(900);
    for (m, n) in [
        (0, 5),
        (5, 0),
        (1, 1),
        (2, 9),
        (3, 3),
        (3, 4),
        (9, 9),
        (12, 30),
        (30, 12),
    ] {
        for length in [
            m * n,
            (m * n).saturating_sub(1),
            (m * n).saturating_sub(n),
            0,
        ] {
            same!(inner(&x[..length], &x, m, n));
            same!(inner(&x, &x[..length], m, n));
        }
    }
    for n in [0, 1, 2, 3, 64, 65, 100] {
        for length in [0, 1, 62, 63, 64, 66, 102] {
            same!(beyond(&x[..length], &x, n));
            same!(beyond(&x, &x[..length], n));
        }
    }
}

#[kernel(parallel)]
fn zipped(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

#[kernel(parallel)]
fn shortest(x: &[f64], y: &[f64], n: u32) -> f64 {
    let mut sum = -0.0;
    for i in 0..x.len().min(y.len()).min(n as usize) {
        sum += x[i] * y[i];
    }
    sum
}

#[kernel(parallel)]
fn powers_of(y: &mut [f64], x: &[f64], from: usize) {
    for i in 2..x.len() {
        y[0] += x[i].exp();
        y[1] = y[1].max(x[i - 2].exp());
    }
    for i in 0..x.len() {
        y[from] += x[i];
    }
}

#[test]
fn reductions_of_few_operations_have_the_bits_of_the_canonical_order() {
    let (x, y) = (values(3000), values(3001));
    for count in (0..140).chain((140..3000).step_by(127)) {
        let (x, y) = (&x[..count], &y[..count + 1]);
        let order = (count as u64, 64);
        let product = |s: f64, k: u64| s + x[k as usize] * y[k as usize];
        let sum = reference(order, (-0.0, -0.0), product, |a, b| a + b);
        assert_eq!(zipped::parallel(x, y).to_bits(), sum.to_bits(), "{count}");
        assert_eq!(zipped::parallel(y, x).to_bits(), sum.to_bits(), "{count}");
        let n = (count + 5) as u32;
        assert_eq!(shortest::parallel(x, y, n).to_bits(), sum.to_bits());
        let of = |n: usize| reference((n as u64, 64), (-0.0, -0.0), product, |a, b| a + b);
        assert_eq!(
            shortest::parallel(x, y, n / 2),
            of(count.min(n as usize / 2))
        );

        let (mut elements, mut expected) = ([0.25, 0.5, 1.0], [0.25, 0.5, 1.0]);
        powers_of::parallel(&mut elements, x, 2);
        let exp = |k: u64| math::f64::exp(x[k as usize]);
        let rest = count.saturating_sub(2) as u64;
        expected[0] = reference(
            (rest, 64),
            (0.25, -0.0),
            |s, k| s + exp(k + 2),
            |a, b| a + b,
        );
        expected[1] = (0..rest).map(exp).fold(0.5, f64::max);
        expected[2] = reference(order, (1.0, -0.0), |s, k| s + x[k as usize], |a, b| a + b);
        assert_eq!(bits(&elements), bits(&expected), "{count}");
    }
    same!(powers_of(&[1.0, 2.0], &x[..5], 2));
}

#[kernel(parallel)]
fn looked_up(x: &[f64], at: &[u32], from: usize) -> (f64, f64) {
    let (mut sum, mut least) = (0.0, f64::NAN);
    for i in 1..at.len() {
        sum += x[at[i] as usize].sqrt();
        least = f64::min(least, x[from + i]);
    }
    (sum, least)
}

#[test]
fn reductions_fail_as_in_serial() {
    let x = values(900);
    for (count, bad, from) in [
        (1, 900, 0),
        (40, 5, 880),
        (200, 900, 3),
        (700, 4000, 1),
        (700, 3, 201),
        (700, 3, usize::MAX),
    ] {
        let mut at: Vec<u32> = (0..count).map(|k| (k * 7 % 900) as u32).collect();
        at[count as usize * 2 / 3] = bad;
        let (mut serial, mut parallel) = ((0.0, 0.0), (0.0, 0.0));
        let expected = failure_of(|| serial = looked_up::serial(&x, &at, from));
        let got = failure_of(|| parallel = looked_up::parallel(&x, &at, from));
        assert_eq!(got, expected, "{count} {bad} {from}");
        assert_eq!(parallel.1.to_bits(), serial.1.to_bits());
    }
}
