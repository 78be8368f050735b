//! Calls of kernels allocate nothing once memory that the runtime keeps is there.
#![deny(warnings)]

use kernel_runtime::prelude::*;
use kernel_runtime::{Backend, with_backend};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, which counts.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's allocator does all of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's; the system's allocator gave what comes back.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[kernel(parallel, cuda)]
fn scale(factor: f32, x: &mut [f32]) {
    for i in 0..x.len() {
        x[i] *= factor;
    }
}

#[kernel(parallel, cuda)]
fn spread(x: &[f64]) -> (f64, f64, usize) {
    let (mut least, mut greatest, mut above) = (f64::INFINITY, f64::NEG_INFINITY, 0);
    for i in 0..x.len() {
        least = least.min(x[i]);
        greatest = greatest.max(x[i]);
        if x[i] > 0.5 {
            above += 1;
        }
    }
    (least, greatest, above)
}

#[kernel(parallel, cuda)]
fn total(a: ArrayView2<'_, f64>) -> f64 {
    let (rows, columns) = a.dim();
    let mut sum = 0.0;
    for i in 0..rows {
        for j in 0..columns {
            sum += a[[i, j]];
        }
    }
    sum
}

#[kernel(parallel, cuda)]
fn weigh(bin: &[usize], weight: &[f64], count: &mut [u32], sum: &mut [f64]) {
    for i in 0..bin.len() {
        count[bin[i]] += 1;
        sum[bin[i]] += weight[i];
    }
}

#[kernel(parallel, cuda)]
fn relax(steps: usize, mut a: ArrayViewMut2<'_, f64>, mut b: ArrayViewMut2<'_, f64>) -> f64 {
    let (rows, columns) = a.dim();
    let mut change = 0.0f64;
    for _ in 0..steps {
        for i in 1..rows - 1 {
            for j in 0..columns {
                b[[i, j]] = 0.5 * (a[[i - 1, j]] + a[[i + 1, j]]);
            }
        }
        change = 0.0;
        for i in 1..rows - 1 {
            for j in 0..columns {
                change = change.max((a[[i, j]] - b[[i, j]]).abs());
                a[[i, j]] = b[[i, j]];
            }
        }
    }
    change
}

/// The fewest allocations of a call, after some that find their memory. The fewest, because which
/// thread takes which part differs from call to call, and each keeps memory of its own.
fn fewest<R>(mut call: impl FnMut() -> R) -> usize {
    (0..10).for_each(|_| drop(call()));
    let calls = (0..30).map(|_| {
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        drop(call());
        ALLOCATIONS.load(Ordering::Relaxed) - before
    });
    calls.min().unwrap()
}

/// What calls of each kind allocate.
fn all() -> [(&'static str, usize); 6] {
    let n = 60_000;
    let mut floats = vec![1.0f32; n];
    let x: Vec<f64> = (0..n).map(|i| i as f64 / n as f64).collect();
    let bins: Vec<usize> = (0..n).map(|i| i * i % 40).collect();
    let (mut count, mut sum) = (vec![0; 40], vec![0.0; 40]);
    let mut a = Array2::from_shape_fn((200, 300), |(i, j)| (i * j % 7) as f64);
    let mut b = a.clone();
    [
        ("a map", fewest(|| scale(0.5, &mut floats))),
        ("a reduction", fewest(|| spread(&x))),
        ("a sum in two dimensions", fewest(|| total(a.view()))),
        ("a sum down columns", fewest(|| total(a.t()))),
        (
            "array accumulators",
            fewest(|| weigh(&bins, &x, &mut count, &mut sum)),
        ),
        (
            "several regions",
            fewest(|| relax(3, a.view_mut(), b.view_mut())),
        ),
    ]
}

/// From outside of the pool, rayon needs a job for each region, and at times room for it in a queue.
#[test]
fn calls_allocate_nothing() {
    for backend in [Backend::Thread, Backend::Parallel] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2);
        let pool = pool.build().unwrap();
        for (kind, allocations) in pool.install(|| with_backend(backend, all)) {
            assert_eq!(allocations, 0, "{kind}, {backend:?}");
        }
    }
    for (kind, allocations) in with_backend(Backend::Parallel, all) {
        let regions = if kind == "several regions" { 6 } else { 1 };
        assert!(
            allocations <= regions,
            "{kind}, from outside: {allocations}"
        );
    }
}
