//! Regions whose loops multiply for addresses, which a device does in 32 bits where all that is
//! accessed lies within them: more trips than threads, parts of indices that are beyond 32 bits.

use crate::inputs::doubles;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView1, ArrayViewMut2, s};

/// Few elements, each updated by many iterations.
#[kernel(parallel, cuda)]
fn tally(mut counts: ArrayViewMut2<u32>, trips: usize) {
    for i in 0..trips {
        counts[[i % 5, i % 3]] += 1;
    }
}

#[test]
fn threads_go_around_the_grid() {
    // The software device has 16384 threads at a time.
    for trips in [1, 16384, 40000] {
        check!(tally[counts = Array2::zeros((5, 3))](
            counts.view_mut(),
            trips
        ));
    }
}

#[kernel(parallel, cuda)]
fn far(x: ArrayView1<f64>, w: &[f64], base: usize, from: usize, k: usize, y: &mut [f64]) {
    for j in base..base + x.len() {
        y[(j - base) * k] = x[j - base] + w[(j - base) * k + 3_000_000 - from];
    }
}

#[test]
fn parts_of_indices_cancel() {
    let (x, w) = (doubles(90), doubles(400));
    for part in [s![..30], s![..;-3], s![1..;2]] {
        let x = ArrayView1::from(&x).slice_move(part);
        for (base, from) in [
            (0, 3_000_000),
            (1 << 33, 2_999_995),
            (usize::MAX / 2, 2_999_990),
        ] {
            check!(far[y = vec![0.5; 400]](x, &w, base, from, 7, &mut y));
        }
    }
}
