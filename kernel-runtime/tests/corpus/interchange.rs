//! Loops that carry values, around loops that do not: the bits are those of the source's order.

use crate::inputs::{FEW, doubles, plane};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, s};

/// The transposed product of a matrix and a vector, by rows.
#[kernel(parallel, cuda)]
fn transposed(a: ArrayView2<'_, f64>, x: &[f64], mut y: ArrayViewMut1<'_, f64>) {
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            y[j] += a[[i, j]] * x[i];
        }
    }
}

#[kernel(parallel, cuda)]
fn recurrence(mut a: ArrayViewMut2<'_, f64>, x: &[f64]) {
    for i in 1..a.nrows() {
        let by = x[i] * 0.5;
        for j in 0..a.ncols() {
            if j % 3 == 1 {
                continue;
            }
            a[[i, j]] += by * a[[i - 1, j]];
        }
    }
}

#[kernel(parallel, cuda)]
fn product(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, mut c: ArrayViewMut2<'_, f64>) {
    for k in 0..a.ncols() {
        for i in 0..a.nrows() {
            for j in 0..b.ncols() {
                c[[i, j]] += a[[i, k]] * b[[k, j]];
            }
        }
    }
}

#[test]
fn sums_in_the_order_of_the_source() {
    for n in FEW {
        for m in [0, 1, 9] {
            let a = plane(2 * m, 2 * n);
            for part in [a.slice(s![..m, ..n]), a.slice(s![..;2, ..;-2])] {
                check!(transposed[y = plane(2, n)](part, &doubles(m), y.row_mut(1)));
            }
            let x = doubles(m + 1);
            check!(recurrence[a = plane(m, n)](a.view_mut(), &x));
        }
    }
    for (l, m, n) in [(0, 2, 3), (5, 0, 3), (1, 1, 1), (7, 5, 33), (3, 40, 2)] {
        let (a, b) = (plane(m, l), plane(l, n));
        check!(product[c = plane(m, n)](a.view(), b.view(), c.view_mut()));
    }
}

#[kernel(parallel, cuda)]
fn checked(x: &[i32], d: &[i32], p: &[usize], y: &mut [i32], n: usize, first: i64) {
    for i in first..x.len() as i64 {
        let by = d[p[(i - first) as usize]];
        for j in 0..n {
            y[j] += x[(i - first) as usize] / (by - j as i32);
        }
    }
}

/// The earliest failure is that of the earliest trip, whichever iteration meets it.
#[test]
fn failures_in_the_order_of_the_source() {
    let (x, d, y) = (vec![1000; 40], vec![-1, 7, 30, 99], vec![0; 33]);
    let p = |fails: &[(usize, usize)]| {
        let mut p = vec![0; 40];
        fails.iter().for_each(|(at, what)| p[*at] = *what);
        p
    };
    check!(checked[y = y.clone()](&x, &d, &p(&[]), &mut y, 33, 0));
    check!(checked[y = y.clone()](&x, &d, &p(&[(3, 3)]), &mut y, 33, 0));
    for first in [0, 2] {
        for places in [
            &[(5, 1), (6, 2)][..],
            &[(5, 2), (6, 1)],
            &[(36, 1), (37, 8)],
        ] {
            fails!(
                "divide by zero",
                checked[y = y.clone()](&x, &d, &p(places), &mut y, 33, first)
            );
        }
        for places in [&[(5, 8), (6, 2)][..], &[(9, 8), (10, 1)]] {
            fails!(
                "index out of bounds",
                checked[y = y.clone()](&x, &d, &p(places), &mut y, 33, first)
            );
        }
    }
    // No iteration inside: serial still looks `d` up.
    fails!(
        "index out of bounds",
        checked[y = y.clone()](&x, &d, &p(&[(5, 8)]), &mut y, 0, 0)
    );
}

/// A range that can fail, which the driver evaluates before anything else.
#[kernel(parallel, cuda)]
fn sums_of_rows_above(y: &mut [u32], rows: usize, cols: usize) {
    for i in 1..rows - 1 {
        for j in 0..cols {
            y[i * cols + j] += y[(i - 1) * cols + j];
        }
    }
}

#[test]
fn ranges_that_can_fail() {
    let y: Vec<u32> = (0..400).map(|k| k * 7919 % 41).collect();
    check!(sums_of_rows_above[y = y.clone()](&mut y, 20, 20));
    fails!(
        "out of bounds",
        sums_of_rows_above[y = y.clone()](&mut y, 3, 700)
    );
    if cfg!(debug_assertions) {
        fails!(
            "subtract with overflow",
            sums_of_rows_above[y = y.clone()](&mut y, 0, 20)
        );
    }
}
