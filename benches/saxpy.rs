//! `y = a x + y` in single precision.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernel_benches::{elements, group, has_device};
use kernel_examples::data;
use kernel_runtime::prelude::*;
use rayon::prelude::*;

/// Small enough that `y` stays finite however often it is updated.
const A: f32 = 1e-9;

/// Adds `a * x` to `y`.
#[kernel(parallel, cuda)]
pub fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] += a * x[i];
    }
}

/// What one would write with rayon.
fn by_hand(a: f32, x: &[f32], y: &mut [f32]) {
    y.par_iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

fn bench(criterion: &mut Criterion) {
    let n = elements();
    let x = data::vector_f32(1, n);
    let mut y = data::vector_f32(2, n);
    // Two arrays are read and one is written.
    let bytes = (3 * n * size_of::<f32>()) as u64;
    let mut group = group(criterion, "saxpy", Throughput::Bytes(bytes));
    group.bench_function("serial", |b| b.iter(|| saxpy::serial(A, &x, &mut y)));
    group.bench_function("parallel", |b| b.iter(|| saxpy::parallel(A, &x, &mut y)));
    group.bench_function("dispatch", |b| b.iter(|| saxpy(A, &x, &mut y)));
    group.bench_function("rayon by hand", |b| b.iter(|| by_hand(A, &x, &mut y)));
    if has_device("saxpy", saxpy::cuda(A, &x, &mut y)) {
        group.bench_function("cuda", |b| b.iter(|| saxpy::cuda(A, &x, &mut y)));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
