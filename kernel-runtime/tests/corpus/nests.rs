//! Loops in loops: rows, triangles, matrix products, pairs of bodies.

use crate::inputs::{doubles, plane, singles, space};
use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2, ArrayViewMut3, s};

#[kernel(parallel, cuda)]
fn row_sums(a: ArrayView2<f64>, out: &mut [f64]) {
    for i in 0..a.nrows() {
        let mut s = 0.0;
        for j in 0..a.ncols() {
            s += a[[i, j]];
        }
        out[i] = s;
    }
}

#[kernel(parallel, cuda)]
fn times_vector(a: ArrayView2<f32>, x: &[f32], y: &mut [f32]) {
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            y[i] += a[[i, j]] * x[j];
        }
    }
}

/// The loop outside adds into every element: the loop inside is the parallel one.
#[kernel(parallel, cuda)]
fn times_vector_by_columns(a: ArrayView2<f64>, x: &[f64], y: &mut [f64]) {
    for j in 0..a.ncols() {
        for i in 0..a.nrows() {
            y[i] += a[[i, j]] * x[j];
        }
    }
}

#[kernel(parallel, cuda)]
fn matrix_product(a: ArrayView2<f64>, b: ArrayView2<f64>, mut c: ArrayViewMut2<f64>, by: f64) {
    let (m, n) = c.dim();
    for i in 0..m {
        for j in 0..n {
            let mut s = 0.0;
            for k in 0..a.ncols() {
                s += a[[i, k]] * b[[k, j]];
            }
            c[[i, j]] = by * c[[i, j]] + s;
        }
    }
}

#[kernel(parallel, cuda)]
fn triangle(a: ArrayView2<f64>, y: &mut [f64]) {
    for i in 0..y.len() {
        let mut s = 0.0;
        for j in 0..i {
            s += a[[i, j]];
        }
        y[i] = s;
    }
}

#[kernel(parallel, cuda)]
fn symmetric(x: &[f64], mut a: ArrayViewMut2<f64>) {
    let n = x.len();
    for i in 0..n {
        for j in i..n {
            a[[i, j]] = x[i] * x[j];
        }
        for j in 0..i {
            a[[i, j]] = -1.0;
        }
    }
}

#[kernel(parallel, cuda)]
fn attraction(x: &[f64], y: &[f64], w: &[f64], ax: &mut [f64], ay: &mut [f64]) {
    let n = x.len();
    for i in 0..n {
        let mut fx = 0.0;
        let mut fy = 0.0;
        for j in 0..n {
            let dx = x[j] - x[i];
            let dy = y[j] - y[i];
            let r2 = dx * dx + dy * dy + 1e-2;
            let inverse = 1.0 / (r2 * r2.sqrt());
            fx += w[j] * dx * inverse;
            fy += w[j] * dy * inverse;
        }
        ax[i] = fx;
        ay[i] = fy;
    }
}

/// Compressed rows.
#[kernel(parallel, cuda)]
fn sparse(start: &[usize], column: &[u32], value: &[f64], x: &[f64], y: &mut [f64]) {
    for row in 0..y.len() {
        let mut s = 0.0;
        for k in start[row]..start[row + 1] {
            s += value[k] * x[column[k] as usize];
        }
        y[row] = s;
    }
}

#[kernel(parallel, cuda)]
fn rotate(a: ArrayView3<f64>, mut b: ArrayViewMut3<f64>) {
    let (l, m, n) = a.dim();
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                b[[k, i, j]] = a[[i, j, k]] + 1.0;
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn sum3d(a: ArrayView3<f64>) -> f64 {
    let (l, m, n) = a.dim();
    let mut s = 0.0;
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                s += a[[i, j, k]];
            }
        }
    }
    s
}

#[test]
fn matrices() {
    for (m, n) in [(0, 5), (5, 0), (1, 1), (3, 130), (64, 63), (65, 17)] {
        let wide = plane(2 * m, 3 * n);
        let a = wide.slice(s![..;-2, ..;3]);
        let x = doubles(n);
        check!(row_sums[out = vec![7.0; m]](a, &mut out));
        check!(times_vector_by_columns[y = doubles(m)](a, &x, &mut y));
        let (a32, x32) = (a.mapv(|v| v as f32), singles(n));
        check!(times_vector[y = singles(m)](a32.view(), &x32, &mut y));
        let b = plane(n, 20);
        check!(matrix_product[c = plane(m, 20)](
            a,
            b.view(),
            c.view_mut(),
            1.2
        ));
    }
}

#[test]
fn triangles_and_pairs() {
    for n in [0, 1, 2, 65, 140] {
        let (a, x, y, w) = (plane(n, n), doubles(n), doubles(2 * n), doubles(3 * n));
        check!(triangle[y = vec![0.0; n]](a.view(), &mut y));
        check!(symmetric[a = a.clone()](&x, a.view_mut()));
        let (y, w) = (&y[n..], &w[2 * n..]);
        check!(attraction[p = x.clone(), q = x.clone()](&x, y, w, &mut p, &mut q));
    }
    let rows: usize = 300;
    let start: Vec<usize> = (0..=rows)
        .map(|r| r / 7 * 21 + (r % 7) * (r % 7).saturating_sub(1) / 2)
        .collect();
    let column: Vec<u32> = (0..start[rows]).map(|k| (k * 101 % rows) as u32).collect();
    let (value, x) = (doubles(start[rows]), doubles(rows));
    check!(sparse[y = vec![0.0; rows]](
        &start, &column, &value, &x, &mut y
    ));
}

#[test]
fn three_dimensions() {
    for (l, m, n) in [
        (1, 1, 1),
        (1, 5, 70),
        (5, 1, 3),
        (4, 9, 1),
        (0, 3, 3),
        (7, 6, 35),
    ] {
        let a = space(l, m, n);
        check!(rotate[b = Array3::zeros((n, l, m))](a.view(), b.view_mut()));
        check!(rotate[b = Array3::zeros((m, l, n))](
            a.view().permuted_axes([0, 2, 1]),
            b.view_mut()
        ));
        close!(sum3d(a.view()));
        close!(sum3d(a.view().reversed_axes()));
    }
    check!(matrix_product[c = Array2::zeros((1, 1))](
        plane(1, 300).view(),
        plane(300, 1).view(),
        c.view_mut(),
        0.0
    ));
}
