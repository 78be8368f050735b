//! Loops over `ndarray`'s iterators.

use crate::inputs::{FEW, doubles, plane, space};
use kernel_runtime::prelude::*;
use ndarray::{
    Array1, Array2, Array3, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis, s,
};

#[kernel(parallel, cuda)]
fn total(a: ArrayView2<f64>) -> f64 {
    let mut s = 0.0;
    for v in a.iter() {
        s += v;
    }
    s
}

#[kernel(parallel, cuda)]
fn row_sums(a: ArrayView2<f64>, mut y: ArrayViewMut1<f64>) {
    for (row, y) in a.outer_iter().zip(y.iter_mut()) {
        let mut s = 0.0;
        for v in row.iter() {
            s += v;
        }
        *y = s / row.len() as f64;
    }
}

#[kernel(parallel, cuda)]
fn column_maxima(a: &Array2<f64>, y: &mut Array1<f64>) {
    for (j, column) in a.axis_iter(Axis(1)).enumerate() {
        let mut m = f64::NEG_INFINITY;
        for &v in column {
            m = m.max(v);
        }
        y[j] = m;
    }
}

#[kernel(parallel, cuda)]
fn centred(mut a: ArrayViewMut2<f64>, means: ArrayView1<f64>) {
    for (mut row, &mean) in a.rows_mut().into_iter().zip(means) {
        for v in row.iter_mut() {
            *v -= mean;
        }
        row[0] *= 2.0;
    }
}

#[kernel(parallel, cuda)]
fn from_indices(mut a: ArrayViewMut2<i64>) {
    for ((i, j), v) in a.indexed_iter_mut() {
        *v += (100 * i + j) as i64;
    }
}

#[kernel(parallel, cuda)]
fn blended(a: &Array3<f64>, b: &Array3<f64>, out: &mut Array3<f64>, t: f64) {
    for ((out, a), b) in out.iter_mut().zip(a.iter()).zip(b) {
        *out = (1.0 - t) * a + t * b;
    }
}

#[kernel(parallel, cuda)]
fn by_name(a: &Array2<f64>, b: &mut Array2<f64>) {
    for i in 0..a.nrows() {
        let from = a.row(i);
        let mut to = b.column_mut(i);
        for j in 0..from.len() {
            to[j] = from[j] + 1.0;
        }
    }
}

#[kernel(parallel, cuda)]
fn numbered(a: ArrayView2<f64>, y: &mut [f64]) {
    for (k, v) in a.iter().enumerate() {
        y[k] = v + k as f64;
    }
}

#[test]
fn every_shape() {
    for (m, n) in [(0, 3), (1, 1), (5, 1), (33, 65), (40, 129)] {
        let a = plane(2 * m, 3 * n);
        let part = a.slice(s![..;-2, ..;3]);
        close!(total(part));
        check!(row_sums[y = Array1::zeros(m)](part, y.view_mut()));
        let owned = part.to_owned();
        check!(column_maxima[y = Array1::zeros(n)](&owned, &mut y));
        let means = Array1::from(doubles(m));
        check!(centred[b = owned.clone()](b.view_mut(), means.view()));
        check!(centred[b = owned.clone()](
            b.slice_mut(s![..;-1, ..]),
            means.view()
        ));
        check!(from_indices[b = Array2::zeros((n, m))](
            b.view_mut().reversed_axes()
        ));
        check!(by_name[b = Array2::zeros((n, m))](&owned, &mut b));
        check!(numbered[y = vec![0.0; m * n]](part, &mut y));
    }
    for n in FEW {
        let (a, b) = (space(3, n / 20, 5), space(3, n / 20, 5));
        check!(blended[out = a.clone()](&a, &b, &mut out, 0.25));
        let other = space(5, n / 20, 3);
        check!(blended[out = a.clone()](&a, &other, &mut out, 0.25));
    }
}

#[test]
fn rows_that_are_not_there() {
    let a = plane(4, 3);
    fails!("", by_name[b = Array2::zeros((3, 3))](&a, &mut b));
    fails!(
        "out of bounds",
        by_name[b = Array2::zeros((2, 4))](&a, &mut b)
    );
    fails!(
        "index out of bounds",
        numbered[y = vec![0.0; 11]](a.view(), &mut y)
    );
}

#[kernel(parallel, cuda)]
fn zipped(a: &Array2<f64>, b: ArrayView2<f64>, out: &mut Array2<f64>, t: f64) {
    ndarray::Zip::from(out)
        .and(a)
        .and(&b)
        .for_each(|out, a, &b| {
            if b > 0.0 {
                *out = t * a + b;
            }
        });
}

#[kernel(parallel, cuda)]
fn zipped_lines(a: &Array1<f64>, b: &mut Array1<f64>) {
    ndarray::Zip::from(b).and(a).for_each(|b, &a| *b += a * a);
}

#[kernel(parallel, cuda)]
fn each(x: &[f64], y: &mut [f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += 2.0 * x);
    let n = y.len();
    for i in 0..n {
        y[i] -= 1.0;
    }
    y.iter_mut().enumerate().for_each(|(i, y)| {
        *y *= i as f64;
    });
}

#[test]
fn closures() {
    for (m, n) in [(0, 3), (1, 1), (5, 1), (33, 65)] {
        let (a, b) = (plane(m, n), plane(m, 2 * n));
        let part = b.slice(s![.., ..;2]);
        check!(zipped[out = a.clone()](&a, part, &mut out, 0.75));
        let x = doubles(m * n);
        check!(each[y = x.clone()](&x, &mut y));
        let x = Array1::from(x);
        check!(zipped_lines[y = x.clone()](&x, &mut y));
    }
    let a = plane(2, 3);
    fails!("", zipped[out = plane(3, 2)](&a, a.view(), &mut out, 0.75));
    fails!(
        "",
        zipped_lines[y = Array1::zeros(3)](&Array1::zeros(4), &mut y)
    );
}

/// Positions as values, whole and in parts: the loops keep their places, whatever the strides.
#[kernel(parallel, cuda)]
fn by_position(a: ArrayView2<f64>, mut b: ArrayViewMut2<i64>) -> (usize, f64, f64) {
    for (at, v) in b.indexed_iter_mut() {
        *v += (100 * at.0 + at.1) as i64;
    }
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for item in a.indexed_iter() {
        low = low.min(*item.1 - item.0.0 as f64);
    }
    for (k, v) in a.iter().enumerate() {
        high = high.max(v - k as f64);
    }
    let diagonal = a.indexed_iter().filter(|((i, j), _)| i == j).count();
    (diagonal, low, high)
}

#[test]
fn positions_are_the_array_s() {
    for m in FEW {
        for n in [1, 2, 33] {
            let (a, b) = (plane(m, n), Array2::<i64>::ones((m, n)));
            check!(by_position[b = b.clone()](a.view(), b.view_mut()));
            let across = a.t();
            check!(by_position[b = b.clone()](
                across,
                b.view_mut().reversed_axes()
            ));
            check!(by_position[b = b.t().to_owned()](
                a.view(),
                b.view_mut().reversed_axes()
            ));
        }
    }
}

/// Parts and transposes of ndarray's arrays, by a name.
#[kernel(parallel, cuda)]
fn sliced(a: ArrayView2<f64>, k: usize) -> f64 {
    let inner = a.slice(s![1..-1, ..;2]);
    let mut sum = 0.0;
    for v in inner.iter() {
        sum += v;
    }
    let part = a.slice(s![k.., 1..=2]);
    for row in part.rows() {
        sum += row[0] * row[1];
    }
    let t = a.t();
    for i in 0..t.nrows() {
        for j in 0..t.ncols() {
            sum += t[[i, j]] * (i + 1) as f64;
        }
    }
    sum
}

/// What is written in a part, and read by the whole's other names.
#[kernel(parallel, cuda)]
fn filled(a: &mut ndarray::Array2<f64>) -> f64 {
    let mut most = 0.0;
    for v in a.iter() {
        most = v.max(most);
    }
    {
        let mut inner = a.slice_mut(s![1..-1, 1..-1]);
        for v in inner.iter_mut() {
            *v = most;
        }
        for i in 0..inner.nrows() {
            for j in 0..inner.ncols() {
                most += inner[[i, j]];
            }
        }
    }
    let t = a.t();
    for i in 0..t.nrows() {
        most -= t[[i, 0]];
    }
    most
}

#[test]
fn slices_and_transposes() {
    for n in [3, 4, 65, 300] {
        for k in [0, 3] {
            close!(sliced(plane(n, 5).view(), k));
            close!(sliced(plane(5, n).t(), k));
        }
        close!(filled[a = plane(n, 5)](&mut a));
    }
    fails!("ndarray", sliced(plane(4, 5).view(), 9));
}
