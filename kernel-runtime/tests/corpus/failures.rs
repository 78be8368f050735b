//! What fails in one iteration fails the call, as it fails the serial version.

use crate::inputs::doubles;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2};

const N: usize = 3000;

#[kernel(parallel, cuda)]
fn checked(x: &[f64], y: &mut [f64], limit: f64) {
    for i in 0..x.len() {
        let v = x[i] * 2.0;
        assert!(v < limit && v >= -limit, "value {v:.2} at {}", i);
        assert!(x[i] > -0.75);
        assert_ne!(i, 2999, "the last one");
        debug_assert_eq!(i as f64, x[i] - x[i] + i as f64);
        if i == 2998 {
            panic!("too far: {i}")
        }
        y[i] = if v < 100.0 { v } else { unreachable!() };
    }
}

#[kernel(parallel, cuda)]
fn indexed(x: &[i32], at: &[usize], by: &[i32], out: &mut [i32]) {
    for i in 0..at.len() {
        out[i] = x[at[i]] / by[i] + x[0] % (by[i] - 1);
    }
}

#[kernel(parallel, cuda)]
fn shifted(x: &[i32], by: &[u32], out: &mut [i32]) {
    for i in 0..x.len() {
        out[i] = x[i] << by[i];
    }
}

#[kernel(parallel, cuda)]
fn arithmetic(x: &[u8], y: &[u8], out: &mut [u8], what: u32) {
    for i in 0..x.len() {
        out[i] = match what {
            0 => x[i] + y[i],
            1 => x[i] - y[i],
            2 => x[i] * y[i],
            _ => (-(x[i] as i8)).abs() as u8,
        };
    }
}

#[kernel(parallel, cuda)]
fn total(x: &[usize], table: ArrayView2<f64>, keep: &mut [f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        keep[i] = x[i] as f64;
        s += (table[[x[i], 1]]).abs();
    }
    s
}

#[kernel(parallel, cuda)]
fn neighbour(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = x[i + 1] - x[i];
    }
}

#[kernel(parallel, cuda)]
fn nested(x: ArrayView2<i64>, table: &[u8], out: &mut [u8]) {
    let (m, n) = x.dim();
    for i in 0..m {
        for j in 0..n {
            let mut k = x[[i, j]];
            while k > 10 {
                k -= 7;
            }
            out[i * n + j] = table[k as usize];
        }
    }
}

#[kernel(parallel, cuda)]
fn local(x: &[usize], out: &mut [u32]) {
    for i in 0..x.len() {
        let mut bins = [0; 8];
        bins[x[i]] += 1;
        bins[x[i] / 2] = 7;
        out[i] = 3 * (bins[x[i] % 4 + 1]) + bins[2 * x[i] - x[i]];
    }
}

#[test]
fn assertions_and_panics() {
    let x: Vec<f64> = doubles(N).iter().map(|v| v.abs()).collect();
    let run = |x: &[f64], limit| (x.to_vec(), limit);
    let mut y = vec![0.0; N];
    let wrong = |places: &[(usize, f64)]| {
        let mut x = x.clone();
        places.iter().for_each(|(at, value)| x[*at] = *value);
        x
    };
    let (few, limit) = run(&x[..2000], 5.0);
    check!(checked[y = y.clone()](&few, &mut y, limit));
    y.clear();
    fails!("too far: 2998", checked[y = vec![0.0; N]](&x, &mut y, 5.0));
    let two = wrong(&[(700, 9.0), (300, 8.5)]);
    fails!(
        "value 17.00 at 300",
        checked[y = vec![0.0; N]](&two, &mut y, 5.0)
    );
    let low = wrong(&[(1, -0.8), (2, 9.0)]);
    fails!(
        "assertion failed: x[i] > -0.75",
        checked[y = vec![0.0; N]](&low, &mut y, 5.0)
    );
    let high = wrong(&[(1234, 60.0)]);
    fails!(
        "unreachable",
        checked[y = vec![0.0; N]](&high, &mut y, 500.0)
    );
}

#[test]
fn indices_and_divisions() {
    let (x, at, by) = (vec![7; 10], vec![3; N], vec![3; N]);
    let fresh = || vec![0; N];
    check!(indexed[out = fresh()](&x, &at, &by, &mut out));
    let mut wrong = at.clone();
    (wrong[2000], wrong[2500]) = (11, 12);
    fails!(
        "the len is 10 but the index is 11",
        indexed[out = fresh()](&x, &wrong, &by, &mut out)
    );
    let (mut zero, mut one) = (by.clone(), by.clone());
    (zero[1999], zero[2600]) = (0, 1);
    fails!(
        "attempt to divide by zero",
        indexed[out = fresh()](&x, &wrong, &zero, &mut out)
    );
    one[77] = 1;
    fails!(
        "divisor of zero",
        indexed[out = fresh()](&x, &wrong, &one, &mut out)
    );
    let (mut least, mut minus) = (x.clone(), by.clone());
    (least[3], minus[5]) = (i32::MIN, -1);
    fails!(
        "divide with overflow",
        indexed[out = fresh()](&least, &at, &minus, &mut out)
    );
    // One element too few: the loop runs as written, up to there.
    fails!(
        "the len is 700 but the index is 700",
        indexed[out = vec![0; 700]](&x, &at, &by, &mut out)
    );
    fails!(
        "the len is 5 but the index is 5",
        neighbour[y = vec![0.0; 5]](&doubles(5), &mut y)
    );
    check!(neighbour[y = vec![0.0; 5]](&[], &mut y));
    let table = Array2::zeros((10, 2));
    let mut rows = vec![4; N];
    rows[1500] = 10;
    fails!(
        "ndarray",
        total[k = vec![0.0; N + 8]](&rows, table.view(), &mut k)
    );
}

#[test]
fn overflow_in_debug_builds() {
    if !cfg!(debug_assertions) {
        return;
    }
    let (x, mut y) = (vec![100; N], vec![1; N]);
    y[2000] = 200;
    for what in [0, 1, 2] {
        fails!(
            "overflow",
            arithmetic[out = vec![0; N]](&x, &y, &mut out, what)
        );
    }
    check!(arithmetic[out = vec![0; N]](&x, &y, &mut out, 3));
    let mut x = x;
    x[9] = 128;
    fails!(
        "negate with overflow",
        arithmetic[out = vec![0; N]](&x, &y, &mut out, 3)
    );
    let mut by = vec![31; N];
    by[2900] = 32;
    fails!(
        "shift left with overflow",
        shifted[out = vec![0; N]](&[-1; N], &by, &mut out)
    );
}

#[test]
fn in_loops_of_an_iteration() {
    let mut x = Array2::from_shape_fn((40, 70), |(i, j)| (i * j) as i64);
    let table = [5; 11];
    check!(nested[out = vec![0; 2800]](x.view(), &table, &mut out));
    for (place, index) in [(5, 8), (9, 17)] {
        let mut x = vec![5; N];
        x[place] = index;
        let text = format!("the len is 8 but the index is {index}");
        let failure = agreement!(Exact, device, local[out = vec![0; N]](&x, &mut out));
        assert!(failure.expect_err("a failure").contains(&text));
    }
    check!(local[out = vec![0; N]](&[7; N], &mut out));
    x[[30, 9]] = -1;
    fails!(
        "the index is 18446744073709551615",
        nested[out = vec![0; 2800]](x.view(), &table, &mut out)
    );
}

/// After a failure the next call works.
#[test]
fn the_next_call_works() {
    let (x, at, by) = (vec![7; 10], vec![3; N], vec![3; N]);
    for _ in 0..3 {
        fails!(
            "the len",
            indexed[out = vec![0; N]](&x, &[10; N], &by, &mut out)
        );
        check!(indexed[out = vec![0; N]](&x, &at, &by, &mut out));
    }
}
