//! Kernels that are generic over types, constants and lifetimes, and over aliases.

use crate::inputs::{FEW, doubles, numbers, singles, words};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut2};

#[kernel(parallel, cuda, types(T = [f32, f64]))]
fn axpy<T: Float>(a: T, x: &[T], y: &mut [T]) {
    for i in 0..x.len() {
        y[i] += a * x[i];
    }
}

#[kernel(parallel, cuda, types(T = [f32, f64, i32, u64]))]
fn total<T: Number>(x: &[T]) -> T {
    let mut s = T::ZERO;
    for v in x {
        s += *v;
    }
    s
}

#[kernel(parallel, cuda, types(T = [f32, f64]))]
fn distances<T>(points: &[T], origin: T, out: &mut [T])
where
    T: Float,
{
    let half = T::from_f64(0.5);
    for (i, (out, p)) in out.iter_mut().zip(points).enumerate() {
        let d = *p - origin;
        let weight = T::from_usize(i) * half;
        *out = (d * d + T::ONE).sqrt().max(weight) - T::from_f64(0.25);
    }
}

#[kernel(parallel, cuda, types(T = [f32, f64], I = [u32, usize]))]
fn count_above<'a, T: Number, I: Int>(x: &'a [T], limit: T, counts: &mut [I]) -> u64 {
    let mut all = 0u64;
    for (x, count) in x.iter().zip(counts.iter_mut()) {
        if *x > limit {
            *count += I::ONE;
            all += 1;
        }
    }
    all
}

type Real = f64;

#[kernel(parallel, cuda, types(Real = f64))]
fn scaled(a: Real, x: ArrayView2<Real>, mut y: ArrayViewMut2<Real>) -> Real {
    let mut s: Real = 0.0;
    for i in 0..x.nrows() {
        for j in 0..x.ncols() {
            let v: Real = a * x[[i, j]] as Real;
            y[[i, j]] = v;
            s += v;
        }
    }
    s
}

#[kernel(parallel, cuda)]
fn norms<const N: usize>(points: &[[f64; N]], out: &mut [f64]) {
    for (i, out) in out.iter_mut().enumerate() {
        let mut s = 0.0;
        for k in 0..N {
            s += points[i][k] * points[i][k];
        }
        *out = s.sqrt() / N as f64;
    }
}

#[kernel(parallel, cuda, types(T = [f32, f64]))]
fn rows<T: Float, const N: usize>(points: &[[T; N]], out: &mut [T]) {
    for (point, out) in points.iter().zip(out) {
        let mut m = T::NEG_INFINITY;
        for v in point {
            m = m.max(*v);
        }
        *out = m;
    }
}

#[test]
fn every_instance() {
    for n in FEW {
        let (x, y) = (singles(n), doubles(n));
        check!(axpy[z = x.clone()](0.3f32, &x, &mut z));
        check!(axpy[z = y.clone()](0.3f64, &y, &mut z));
        close!(total(&x));
        close!(total(&y));
        check!(total(&numbers(n)));
        let wide: Vec<u64> = words(n).iter().map(|v| u64::from(*v)).collect();
        check!(total(&wide));
        check!(distances[z = x.clone()](&x, 0.125f32, &mut z));
        check!(distances[z = y.clone()](&y, 0.125f64, &mut z));
        check!(count_above[c = vec![1u32; n]](&x, 0.1f32, &mut c));
        check!(count_above[c = vec![1usize; n]](&y, 0.1f64, &mut c));
        let plane = crate::inputs::plane(n / 7, 7);
        close!(scaled[z = plane.clone()](1.5, plane.view(), z.view_mut()));
        let points: Vec<[f64; 3]> = y.chunks_exact(3).map(|p| [p[0], p[1], p[2]]).collect();
        check!(norms[z = vec![0.0; n / 3]](&points, &mut z));
        check!(rows[z = vec![0.0; n / 3 + 1]](&points, &mut z));
        let points: Vec<[f32; 2]> = x.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
        check!(rows[z = vec![0.0; n / 2]](&points, &mut z));
    }
}

#[test]
fn each_instance_has_its_code_and_its_report() {
    assert!(axpy::ptx::<f32>().contains("f32"));
    assert!(!axpy::ptx::<f32>().contains("f64"));
    assert!(axpy::ptx::<f64>().contains("f64"));
    let report = axpy::report().to_string();
    assert!(
        report.contains("T = f32:") && report.contains("T = f64:"),
        "{report}"
    );
}
