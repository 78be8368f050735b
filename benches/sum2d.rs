//! The sum of a matrix.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernel_benches::{group, has_device, side};
use kernel_examples::data;
use kernel_runtime::prelude::*;
use ndarray::ArrayView2;
use rayon::prelude::*;

/// Sum of every element of `arr`.
#[kernel(parallel, cuda)]
pub fn sum2d(arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            result += arr[[i, j]];
        }
    }
    result
}

/// What one would write with rayon: the sums of rows, added in whatever order they come.
fn by_hand(values: &[f64], columns: usize) -> f64 {
    let row_sum = |row: &[f64]| row.iter().sum::<f64>();
    values.par_chunks(columns).map(row_sum).sum()
}

fn bench(criterion: &mut Criterion) {
    let side = side();
    let matrix = data::matrix(1, side, side, |_| ());
    let values = matrix.as_slice().expect("a matrix just made is contiguous");
    let arr = matrix.view();
    let bytes = size_of_val(values) as u64;
    let mut group = group(criterion, "sum2d", Throughput::Bytes(bytes));
    group.bench_function("serial", |b| b.iter(|| sum2d::serial(arr)));
    group.bench_function("parallel", |b| b.iter(|| sum2d::parallel(arr)));
    group.bench_function("dispatch", |b| b.iter(|| sum2d(arr)));
    group.bench_function("rayon by hand", |b| b.iter(|| by_hand(values, side)));
    // The same memory, down its columns.
    let columns = arr.reversed_axes();
    group.bench_function("serial, transposed", |b| b.iter(|| sum2d::serial(columns)));
    group.bench_function("parallel, transposed", |b| {
        b.iter(|| sum2d::parallel(columns))
    });
    if has_device("sum2d", sum2d::cuda(arr)) {
        group.bench_function("cuda", |b| b.iter(|| sum2d::cuda(arr)));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
