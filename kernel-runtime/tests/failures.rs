//! Failures: the serial version's message and place, from the earliest iteration, once.
#![allow(missing_docs)]

mod support;

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use support::{THREADS, on_threads, panic_of};

/// The same panic from every version and number of threads.
fn same(serial: impl Fn(), parallel: impl Fn() + Sync, part: &str) {
    let expected = panic_of(serial);
    assert!(expected.contains(part), "{expected}");
    for threads in THREADS {
        let panicked = on_threads(threads, || panic_of(&parallel));
        assert_eq!(panicked, expected, "{threads} threads");
    }
}

const N: usize = 20_000;

#[kernel(parallel)]
fn gather(x: &[f64], at: &[usize], out: &mut [f64]) {
    for i in 0..at.len() {
        out[i] = 1.0 + x[at[i]];
    }
}

#[test]
fn an_index_out_of_bounds() {
    let x = vec![1.0; 10];
    let mut at: Vec<usize> = (0..N).map(|k| k % 10).collect();
    for (k, wrong) in [(15_001, 10), (9_876, 77), (19_999, 10)] {
        at[k] = wrong;
    }
    let index = "the len is 10 but the index is 77";
    same(
        || gather::serial(&x, &at, &mut vec![0.0; N]),
        || gather::parallel(&x, &at, &mut vec![0.0; N]),
        index,
    );
    same(
        || gather::serial(&x, &at, &mut vec![0.0; N]),
        || gather(&x, &at, &mut vec![0.0; N]),
        index,
    );
}

#[test]
fn what_came_before_is_done() {
    let x = vec![1.0; 10];
    let mut at = vec![3; N];
    at[12_345] = 10;
    let mut out = vec![0.0; N];
    on_threads(3, || panic_of(|| gather::parallel(&x, &at, &mut out)));
    assert!(out[..12_345].iter().all(|&x| x == 2.0));
    assert_eq!(out[12_345], 0.0);
}

#[test]
fn a_failed_guard_runs_the_loop_as_written() {
    let (x, at) = (vec![1.0; 10], vec![3; N]);
    let mut out = vec![0.0; 500];
    let serial = panic_of(|| gather::serial(&x, &at, &mut vec![0.0; 500]));
    let parallel = on_threads(3, || panic_of(|| gather::parallel(&x, &at, &mut out)));
    assert_eq!(parallel, serial);
    assert!(serial.contains("the len is 500 but the index is 500"));
    assert!(out.iter().all(|&x| x == 2.0));
}

#[kernel(parallel)]
fn divide(x: &[i32], y: &[i32], out: &mut [i32]) {
    for i in (0..out.len()).rev() {
        out[i] = x[i] / y[i];
        out[i] += x[i] % (y[i] + 1);
    }
}

#[test]
fn divisions() {
    let x: Vec<i32> = (0..N as i32).collect();
    let check = |at: usize, left: i32, right: i32, part: &str| {
        let (mut x, mut y) = (x.clone(), vec![3; N]);
        x[at] = left;
        y[at] = right;
        y[at - 1] = 0;
        same(
            || divide::serial(&x, &y, &mut vec![0; N]),
            || divide::parallel(&x, &y, &mut vec![0; N]),
            part,
        );
    };
    check(777, 5, 0, "attempt to divide by zero");
    check(778, i32::MIN, -1, "attempt to divide with overflow");
    check(
        779,
        5,
        -1,
        "attempt to calculate the remainder with a divisor of zero",
    );
}

#[kernel(parallel)]
fn sums_of_elements(x: &[usize], table: ArrayView2<f64>) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        total += table[[x[i], 1]];
    }
    total
}

#[kernel(parallel)]
fn scatter(x: ArrayView2<usize>, mut out: ArrayViewMut2<f64>) {
    let (m, n) = x.dim();
    for i in 0..m {
        for j in 0..n {
            if x[[i, j]] > 5 {
                out[[i, j + 2]] += 1.0;
            }
        }
    }
}

#[test]
fn elements_of_ndarray() {
    let table = Array2::<f64>::zeros((10, 2));
    let mut x = vec![4; N];
    x[15_000] = 10;
    same(
        || _ = sums_of_elements::serial(&x, table.view()),
        || _ = sums_of_elements::parallel(&x, table.view()),
        "ndarray",
    );
    // Beyond the edge, but only where an element says so.
    let mut x = Array2::zeros((50, 300));
    x[[5, 297]] = 9;
    let mut out = Array2::zeros((50, 300));
    scatter::parallel(x.view(), out.view_mut());
    assert_eq!(out.sum(), 1.0);
    x[[49, 298]] = 9;
    same(
        || scatter::serial(x.view(), Array2::zeros((50, 300)).view_mut()),
        || scatter::parallel(x.view(), Array2::zeros((50, 300)).view_mut()),
        "ndarray",
    );
}

#[kernel(parallel)]
fn nested(x: ArrayView2<usize>, table: &[u8], mut out: ArrayViewMut2<u8>) {
    let (m, n) = x.dim();
    for i in 0..m {
        for j in 0..n {
            out[[i, j]] = table[x[[i, j]]];
        }
    }
}

#[test]
fn the_earliest_in_row_major_order() {
    let mut x = Array2::<usize>::zeros((100, 300));
    x[[70, 0]] = 5;
    x[[69, 299]] = 6;
    x[[71, 5]] = 7;
    same(
        || nested::serial(x.view(), &[1, 2, 3], Array2::zeros((100, 300)).view_mut()),
        || nested::parallel(x.view(), &[1, 2, 3], Array2::zeros((100, 300)).view_mut()),
        "the len is 3 but the index is 6",
    );
}

#[kernel(parallel)]
fn arithmetic(x: &[i32], which: i32, out: &mut [i32]) {
    for i in 0..x.len() {
        let y = x[i];
        if which == 0 {
            out[i] = y + 1;
        } else if which == 1 {
            out[i] = y - 2 * 3;
        } else if which == 2 {
            out[i] = -y;
        } else if which == 3 {
            out[i] = y.abs();
        } else {
            out[i] *= y;
        }
    }
}

/// Overflow panics in debug builds and wraps in release ones, here as in Rust.
#[test]
fn overflow() {
    let messages = [
        (i32::MAX, "attempt to add with overflow"),
        (i32::MIN, "attempt to subtract with overflow"),
        (i32::MIN, "attempt to negate with overflow"),
        (i32::MIN, "overflow"),
        (i32::MAX, "attempt to multiply with overflow"),
    ];
    for (which, (value, part)) in messages.into_iter().enumerate() {
        let mut x = vec![1; N];
        x[17_000] = value;
        let start = vec![3; N];
        let run = |kernel: fn(&[i32], i32, &mut [i32])| {
            let mut out = start.clone();
            kernel(&x, which as i32, &mut out);
            out
        };
        if cfg!(debug_assertions) {
            same(
                || drop(run(arithmetic::serial)),
                || drop(run(arithmetic::parallel)),
                part,
            );
        } else {
            assert_eq!(run(arithmetic::parallel), run(arithmetic::serial));
        }
    }
}

#[kernel(parallel)]
fn steps(step: usize, out: &mut [f64]) {
    for i in (0..out.len()).step_by(step) {
        out[i] = 1.0;
    }
}

#[test]
fn a_step_of_zero() {
    same(
        || steps::serial(0, &mut [0.0; 5]),
        || steps::parallel(0, &mut [0.0; 5]),
        "step != 0",
    );
}

#[test]
fn the_pool_lives_on() {
    let x = vec![1.0; 10];
    let mut at = vec![3; N];
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(3)
        .build()
        .unwrap();
    pool.install(|| {
        at[100] = 99;
        panic_of(|| gather::parallel(&x, &at, &mut vec![0.0; N]));
        at[100] = 9;
        let mut out = vec![0.0; N];
        gather::parallel(&x, &at, &mut out);
        assert!(out.iter().all(|&x| x == 2.0));
    });
}

#[kernel(parallel)]
#[allow(unused_parens)]
fn parenthesised(table: &[i32], at: &[usize], shape: ArrayView2<i32>, out: &mut [i32]) {
    for i in 0..at.len() {
        out[i] = 2 * (table[at[i]]) / (table[i % 5] - 4) + (shape[[0, at[i]]]);
    }
}

type Placed = fn(&[i32], &[usize], ArrayView2<i32>, &mut [i32]);

#[test]
fn parentheses_are_part_of_a_place() {
    let shape = Array2::zeros((1, 6));
    for (table, at, part) in [
        ([1; 5], 5, "the len is 5 but the index is 5"),
        ([4; 5], 0, "attempt to divide by zero"),
        ([i32::MIN; 5], 0, "attempt to"),
    ] {
        let run = |kernel: Placed| {
            kernel(&table, &[0, 0, at, at, 0], shape.view(), &mut [0; 5]);
        };
        same(
            || run(parenthesised::serial),
            || run(parenthesised::parallel),
            part,
        );
    }
}
