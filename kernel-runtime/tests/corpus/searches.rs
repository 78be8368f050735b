//! Places in sorted arrays, found by halving.

use crate::inputs::{SIZES, doubles, numbers, shuffled};
use kernel_runtime::prelude::*;

const STEPS: [i32; 5] = [-300, -20, 0, 41, 333];

#[kernel(parallel, cuda)]
fn bins(edges: &[f64], x: &[f64], y: &mut [usize]) {
    for i in 0..x.len() {
        y[i] = edges.partition_point(|&edge| edge <= x[i]);
    }
}

#[kernel(parallel, cuda)]
fn counted(edges: &[i32], x: &[i32], h: &mut [u32]) {
    for v in x {
        let bin = edges[..h.len() - 1].partition_point(|edge| edge < v);
        h[bin] += 1;
    }
}

#[kernel(parallel, cuda)]
fn steps(x: &[i32], y: &mut [u8]) {
    for (o, &v) in y.iter_mut().zip(x) {
        *o = STEPS.partition_point(|&step| step <= v) as u8;
    }
}

/// Behind another iteration's end, and with a test that can fail.
#[kernel(parallel, cuda)]
fn halves(x: &[i32], y: &mut [usize]) {
    for i in 0..y.len() {
        y[i] = x[..i].partition_point(|v| 1000 / *v > 3);
    }
}

#[test]
fn places_in_sorted_arrays() {
    for n in SIZES {
        let x = doubles(n);
        for m in [0, 1, 2, 3, 8, 100] {
            let mut edges = doubles(m);
            bins_agree(&edges, &x);
            edges.sort_by(f64::total_cmp);
            bins_agree(&edges, &x);
        }
        let x = numbers(n);
        let mut sorted = numbers(90);
        sorted.sort();
        for bins in [1, 2, 64] {
            check!(counted[h = vec![0; bins]](&sorted, &x, &mut h));
        }
        if n > 0 {
            let h = vec![0; 92];
            fails!(
                "range end index 91",
                counted[h = h.clone()](&sorted, &x, &mut h)
            );
        }
        check!(steps[y = vec![0; n]](&x, &mut y));
        let x: Vec<i32> = shuffled(n).iter().map(|k| *k as i32 + 1).collect();
        check!(halves[y = vec![0; n]](&x, &mut y));
    }
    let x: Vec<i32> = (0..200).map(|k| 100 - k).collect();
    fails!("divide by zero", halves[y = vec![0; 200]](&x, &mut y));
}

fn bins_agree(edges: &[f64], x: &[f64]) {
    check!(bins[y = vec![0; x.len()]](edges, x, &mut y));
}
