//! The product of two matrices, as three plain loops.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernel_benches::{group, has_device, product_side};
use kernel_examples::data;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use rayon::prelude::*;

/// `c = a b`.
#[kernel(parallel, cuda)]
pub fn matmul(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, mut c: ArrayViewMut2<'_, f64>) {
    let (rows, columns) = c.dim();
    let (_, depth) = a.dim();
    for i in 0..rows {
        for j in 0..columns {
            let mut sum = 0.0;
            for k in 0..depth {
                sum += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = sum;
        }
    }
}

/// What one would write with rayon: the same loops, rows of the result in parallel.
fn by_hand(a: &[f64], b: &[f64], c: &mut [f64], side: usize) {
    c.par_chunks_mut(side).enumerate().for_each(|(i, row)| {
        for (j, value) in row.iter_mut().enumerate() {
            let products = (0..side).map(|k| a[i * side + k] * b[k * side + j]);
            *value = products.sum();
        }
    });
}

fn bench(criterion: &mut Criterion) {
    let side = product_side();
    let left = data::matrix(1, side, side, |_| ());
    let right = data::matrix(2, side, side, |_| ());
    let mut product = Array2::zeros((side, side));
    let (a, b) = (left.view(), right.view());
    let multiplications = (side * side * side) as u64;
    let mut group = group(criterion, "matmul", Throughput::Elements(multiplications));
    group.bench_function("serial", |bencher| {
        bencher.iter(|| matmul::serial(a, b, product.view_mut()));
    });
    group.bench_function("parallel", |bencher| {
        bencher.iter(|| matmul::parallel(a, b, product.view_mut()));
    });
    group.bench_function("dispatch", |bencher| {
        bencher.iter(|| matmul(a, b, product.view_mut()));
    });
    group.bench_function("rayon by hand", |bencher| {
        let slices = (left.as_slice(), right.as_slice(), product.as_slice_mut());
        let (Some(a), Some(b), Some(c)) = slices else {
            unreachable!("matrices just made are contiguous")
        };
        bencher.iter(|| by_hand(a, b, c, side));
    });
    if has_device("matmul", matmul::cuda(a, b, product.view_mut())) {
        group.bench_function("cuda", |bencher| {
            bencher.iter(|| matmul::cuda(a, b, product.view_mut()));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
