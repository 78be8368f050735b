//! One sweep of a 5-point stencil.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernel_benches::{group, has_device, side};
use kernel_examples::data;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use rayon::prelude::*;

/// Every inner point of `new` becomes the mean of its four neighbours in `old`.
#[kernel(parallel, cuda)]
pub fn stencil(old: ArrayView2<'_, f64>, mut new: ArrayViewMut2<'_, f64>) {
    let (rows, columns) = old.dim();
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let sides = old[[i, j - 1]] + old[[i, j + 1]];
            let ends = old[[i - 1, j]] + old[[i + 1, j]];
            new[[i, j]] = 0.25 * (sides + ends);
        }
    }
}

/// What one would write with rayon: rows of the result in parallel.
fn by_hand(old: &[f64], new: &mut [f64], columns: usize) {
    let rows = old.len() / columns;
    let inner = new.par_chunks_mut(columns).enumerate();
    inner.skip(1).take(rows - 2).for_each(|(i, row)| {
        let row_of = |i: usize| &old[i * columns..(i + 1) * columns];
        let (above, here, below) = (row_of(i - 1), row_of(i), row_of(i + 1));
        for j in 1..columns - 1 {
            row[j] = 0.25 * ((here[j - 1] + here[j + 1]) + (above[j] + below[j]));
        }
    });
}

fn bench(criterion: &mut Criterion) {
    let side = side();
    let matrix = data::matrix(1, side, side, |_| ());
    let mut result = Array2::zeros((side, side));
    let old = matrix.view();
    // One array is read, one is written.
    let bytes = (2 * matrix.len() * size_of::<f64>()) as u64;
    let mut group = group(criterion, "stencil", Throughput::Bytes(bytes));
    group.bench_function("serial", |b| {
        b.iter(|| stencil::serial(old, result.view_mut()));
    });
    group.bench_function("parallel", |b| {
        b.iter(|| stencil::parallel(old, result.view_mut()));
    });
    group.bench_function("dispatch", |b| b.iter(|| stencil(old, result.view_mut())));
    group.bench_function("rayon by hand", |b| {
        let source = matrix.as_slice().expect("a matrix just made is contiguous");
        let target = result.as_slice_mut().expect("so is this one");
        b.iter(|| by_hand(source, target, side));
    });
    if has_device("stencil", stencil::cuda(old, result.view_mut())) {
        group.bench_function("cuda", |b| {
            b.iter(|| stencil::cuda(old, result.view_mut()));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
