//! Elements that stay where they are: sums into one of them, and the place of an extreme.

use crate::inputs::{FEW, doubles, plane};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};

/// Each unknown needs those before it; times around it, so that arrays could stay on a device.
#[kernel(parallel, cuda)]
fn solve(l: ArrayView2<f64>, b: &[f64], x: &mut [f64], times: usize) {
    let n = b.len();
    for _ in 0..times {
        for i in 0..n {
            x[i] += b[i];
        }
        for i in 0..n {
            for j in 0..i {
                x[i] -= l[[i, j]] * x[j];
            }
            x[i] /= 2.0 + l[[i, i]].abs();
        }
    }
}

/// Of a symmetric matrix in a flat array, by whole numbers, which sums do not round.
#[kernel(parallel, cuda)]
fn symmetric(a: &mut [i64], n: usize) {
    for i in 0..n {
        for j in 0..i {
            for k in 0..j {
                a[i * n + j] -= a[i * n + k] ^ a[j * n + k];
            }
            a[i * n + j] /= 3;
        }
        for k in 0..i {
            a[i * n + i] = a[i * n + i].max(a[i * n + k] * 5);
        }
    }
}

/// Gaussian elimination with partial pivoting.
#[kernel(parallel, cuda)]
fn eliminate(mut a: ArrayViewMut2<f64>, order: &mut [usize]) {
    let n = a.nrows();
    for k in 0..n {
        let mut p = k;
        for i in k + 1..n {
            if a[[i, k]].abs() > a[[p, k]].abs() {
                p = i;
            }
        }
        order[k] = p;
        for j in 0..n {
            let t = a[[k, j]];
            a[[k, j]] = a[[p, j]];
            a[[p, j]] = t;
        }
        for i in k + 1..n {
            let factor = a[[i, k]] / a[[k, k]];
            for j in k..n {
                a[[i, j]] -= factor * a[[k, j]];
            }
        }
    }
}

/// Places alone, the first of equal ones and the last, and where two things decide.
#[kernel(parallel, cuda)]
fn places(x: &[f64], from: usize, start: usize) -> (usize, usize, usize) {
    let (mut least, mut last, mut some) = (start, start, start);
    for i in from..x.len() {
        if x[i] < x[least] {
            least = i;
        }
    }
    for i in from..x.len() {
        let here = x[i];
        if i % 3 == 1 && here >= x[last] {
            last = i;
        }
        if x[i] * 0.5 > x[some] * 0.5 {
            some = i;
        }
    }
    (least, last, some)
}

#[kernel(parallel, cuda)]
fn place_in_the_plane(a: ArrayView2<i32>) -> (usize, usize) {
    let (m, n) = a.dim();
    let (mut row, mut column) = (0, 0);
    for i in 0..m {
        for j in 0..n {
            if a[[row, column]] < a[[i, j]] {
                row = i;
                column = j;
            }
        }
    }
    (row, column)
}

/// The element and what is added to it meet where `at` is in the range: then, as written.
#[kernel(parallel, cuda)]
fn gather(x: &mut [i32], at: usize, from: usize, to: usize) {
    for i in from..to {
        x[at] += x[i];
    }
}

#[test]
fn sums_into_an_element() {
    for n in FEW {
        let n = n.min(150);
        let (l, b) = (plane(n, n), doubles(n));
        close!(solve[x = doubles(n)](l.view(), &b, &mut x, 2));
    }
    for n in [0, 1, 2, 7, 40] {
        let a: Vec<i64> = doubles(n * n).iter().map(|x| (x * 99.0) as i64).collect();
        check!(symmetric[a = a.clone()](&mut a, n));
    }
}

#[test]
fn elements_that_are_added_to_themselves() {
    let x: Vec<i32> = (0..300).map(|i| i * 7 - 3).collect();
    for (at, from, to) in [
        (0, 1, 300),
        (299, 0, 299),
        (5, 0, 9),
        (5, 6, 6),
        (400, 9, 9),
    ] {
        check!(gather[x = x.clone()](&mut x, at, from, to));
    }
    fails!("the index is 400", gather[x = x.clone()](&mut x, 400, 3, 9));
    fails!("the index is 300", gather[x = x.clone()](&mut x, 0, 1, 301));
}

#[test]
fn places_of_extremes() {
    for n in FEW {
        let mut x = doubles(n);
        check!(places(&x, 0, 0));
        for k in (0..n).step_by(5) {
            x[k] = if k % 2 == 0 { 0.5 } else { f64::NAN };
        }
        check!(places(&x, 0, 0));
        check!(places(&x, n / 2, n.saturating_sub(1)));
        check!(places(&x, n, 70_000));
    }
    fails!("the index is 70000", places(&doubles(9), 3, 70_000));
    let mut nan = doubles(200);
    nan[0] = f64::NAN;
    check!(places(&nan, 0, 0));
    for (m, n) in [(1, 1), (3, 5), (40, 70)] {
        let a = plane(m, n).mapv(|x| (x * 40.0) as i32);
        check!(place_in_the_plane(a.view()));
    }
    for n in [0, 1, 2, 9, 33] {
        check!(eliminate[a = plane(n, n), p = vec![0; n]](a.view_mut(), &mut p));
    }
    let empty = Array2::<i32>::zeros((0, 4));
    check!(place_in_the_plane(empty.view()));
}
