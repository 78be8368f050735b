//! Loops that become one, and their neighbours that do not.

use crate::inputs::{FEW, doubles, numbers, plane};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut2};

#[kernel(parallel, cuda)]
fn three_as_one(x: &[f64], a: &mut [f64], b: &mut [f64], n: usize) -> (f64, f64) {
    let mut s = 10.0;
    let mut m = f64::INFINITY;
    for i in 0..n {
        a[i] += x[i];
        s += a[i];
    }
    for j in 0..n {
        b[j] = a[j] * x[j];
        let t = b[j];
        a[j] = -t;
    }
    for i in 0..n {
        m = m.min(a[i] + b[i] * 0.5);
    }
    (s, m)
}

#[kernel(parallel, cuda)]
fn planes(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>, mut c: ArrayViewMut2<f64>, rounds: usize) {
    let (m, n) = a.dim();
    for _ in 0..rounds {
        for i in 1..m {
            for j in 0..n {
                b[[i, j]] -= 0.5 * a[[i - 1, j]];
            }
        }
        for p in 1..m {
            for q in 0..n {
                c[[p, q]] += b[[p, q]];
            }
        }
        for i in 1..m {
            for j in 0..n {
                b[[i, j]] = c[[i - 1, j]];
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn two_stay_two(x: &[i32], a: &mut [i32], b: &mut [i32], n: usize) {
    for i in 0..n {
        a[i] = x[i] / 2;
    }
    for i in 0..n {
        b[i] = a[i] / x[i];
    }
}

#[test]
fn joined_loops_are_the_loops_in_order() {
    for n in FEW {
        let x = doubles(n);
        close!(three_as_one[a = doubles(n), b = vec![0.0; n]](&x, &mut a, &mut b, n));
    }
    let (a, b, c) = (plane(7, 90), plane(90, 7), plane(7, 90));
    check!(planes[b = b.t().to_owned(), c = c.clone()](a.view(), b.view_mut(), c.view_mut(), 3));
    let report = three_as_one::report().to_string();
    assert_eq!(
        report.matches("as part of each iteration").count(),
        2,
        "{report}"
    );
    let report = planes::report().to_string();
    assert!(report.contains("apart from the loop before it"), "{report}");
}

#[test]
fn where_one_guard_fails_both_run_as_written() {
    let x = doubles(80);
    fails!(
        "the len is 70 but the index is 70",
        three_as_one[a = doubles(80), b = doubles(70)](&x, &mut a, &mut b, 80)
    );
    fails!(
        "the len is 79 but the index is 79",
        three_as_one[a = doubles(79), b = doubles(70)](&x, &mut a, &mut b, 80)
    );
    let mut zero = numbers(80);
    zero.iter_mut().for_each(|x| *x |= 1);
    zero[50] = 0;
    fails!(
        "attempt to divide by zero",
        two_stay_two[a = vec![0; 80], b = vec![0; 80]](&zero, &mut a, &mut b, 80)
    );
}
