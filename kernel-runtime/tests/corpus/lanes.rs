//! Reductions whose warps hold neighbouring lanes, so that a device loads its arrays as vectors:
//! arrays that begin on a boundary and elsewhere, whole chunks and rests, elements and accumulators
//! of several sizes, rows of a nest that follow one another and rows that do not.

use crate::inputs::{doubles, plane, singles};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView1, ArrayView2, s};

/// Accumulators of 8 bytes over elements of 4.
#[kernel(parallel, cuda)]
fn mixed(x: &[f32], w: &[f32], from: usize) -> (f64, usize, f32) {
    let (mut sum, mut count, mut product) = (0.0, 0, 1.0);
    for i in 0..w.len() {
        sum += x[i + from] as f64 * w[i] as f64;
        if x[i + from] > 0.25 {
            count += 1;
        }
        product *= 1.0 + w[i] / 1024.0;
    }
    (sum, count, product)
}

/// Accumulators of 4 bytes and fewer, one of which depends on the order.
#[kernel(parallel, cuda)]
fn narrow(x: ArrayView1<f32>, bytes: &[u8], on: &[bool]) -> (f32, f32, u8, bool) {
    let (mut sum, mut least, mut hash, mut all) = (0.5, f32::INFINITY, 0, true);
    for i in 0..x.len() {
        if x[i] > 0.45 {
            continue;
        }
        sum -= x[i];
        // Which zero stays depends on the order.
        if x[i] < least {
            least = x[i];
        }
        hash ^= bytes[i];
        all &= on[i];
    }
    (sum, least, hash, all)
}

/// The first of the largest, and differences of neighbours.
#[kernel(parallel, cuda)]
fn steepest(x: &[f64]) -> (usize, f64, f64) {
    let (mut at, mut largest, mut total) = (0, f64::NEG_INFINITY, 0.0);
    for i in 1..x.len() - 1 {
        let step = (x[i + 1] - x[i - 1]).abs();
        total += step;
        if step > largest {
            largest = step;
            at = i;
        }
    }
    (at, largest, total)
}

#[kernel(parallel, cuda)]
fn products(a: ArrayView2<f64>, b: ArrayView2<f64>) -> f64 {
    let (m, n) = a.dim();
    let mut sum = 0.0;
    for i in 0..m {
        for j in 0..n {
            sum += a[[i, j]] * b[[i, j]];
        }
    }
    sum
}

/// An index on whose way a value is made of the row's number.
#[kernel(parallel, cuda)]
#[allow(unused_assignments)]
fn numbered(a: ArrayView2<f64>) -> f64 {
    let (m, n) = a.dim();
    let mut sum = 0.0;
    for i in 0..m {
        for j in 0..n {
            let mut row = 0.0;
            sum += a[[i, {
                let _zero = {
                    row = i as f64;
                    0usize
                };
                j
            }]] * row;
        }
    }
    sum
}

/// Around rows of lanes, of which each is a chunk here.
const LENGTHS: [usize; 8] = [1, 63, 64, 65, 128, 256, 640, 1281];

#[test]
fn boundaries_and_rests() {
    for n in LENGTHS {
        for from in [0, 1, 2] {
            close!(mixed(&singles(n + from), &singles(n), from));
        }
        let bytes: Vec<u8> = (0..n).map(|k| (k * k % 251 / 3) as u8).collect();
        let on: Vec<bool> = bytes.iter().map(|b| *b < 250).collect();
        let x = singles(2 * n);
        for part in [
            s![..n as isize],
            s![1..=n as isize],
            s![..;2],
            s![..n as isize;-1],
        ] {
            let part = ArrayView1::from(&x).slice_move(part);
            close!(narrow(part, &bytes, &on));
        }
        let zeros: Vec<f32> = bytes.iter().map(|b| [0.0, -0.0][*b as usize % 2]).collect();
        close!(narrow(ArrayView1::from(&zeros), &bytes, &on));
        close!(steepest(&doubles(n + 2)));
        close!(steepest(&vec![0.5; n + 2]));
    }
}

#[test]
fn rows_of_a_nest() {
    for (m, n) in [(1, 64), (2, 32), (4, 33), (64, 3), (8, 16)] {
        let (a, b) = (plane(2 * m, 2 * n), plane(m, n));
        close!(products(b.view(), b.view()));
        close!(products(b.t(), b.t()));
        close!(numbered(b.view()));
        close!(products(a.slice(s![..m, ..n]), b.view()));
        close!(products(a.slice(s![m.., ..;2]), b.view()));
        close!(products(b.view(), b.slice(s![..;-1, ..])));
    }
}

/// Chunks that the fast form folds by itself, as many as it takes at a time, fewer and more; in rows,
/// those that end in the row where they begin.
#[test]
fn blocks_of_chunks() {
    for n in [2047, 2048, 2049, 2117, 4095, 4097, 8200] {
        close!(mixed(&singles(n), &singles(n), 0));
        close!(steepest(&doubles(n + 2)));
        let bytes: Vec<u8> = (0..n).map(|k| (k % 251) as u8).collect();
        let on = vec![true; n];
        let x = singles(n);
        close!(narrow(ArrayView1::from(&x), &bytes, &on));
    }
    for (m, n) in [
        (3, 1000),
        (40, 100),
        (70, 63),
        (33, 64),
        (5, 2050),
        (2, 4096),
        (300, 7),
    ] {
        let x = plane(m, n);
        close!(products(x.view(), x.view()));
        close!(products(x.t(), x.t()));
        close!(numbered(x.view()));
    }
}

/// Chunks of several rows.
#[test]
fn many_rows() {
    let x = plane(4097, 256);
    close!(products(x.view(), x.view()));
}
