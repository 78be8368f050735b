//! Neighbours: shifted reads, edges by range and by condition, sweeps in time.

use crate::inputs::{FEW, doubles, plane, space};
use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayView2, ArrayView3, ArrayViewMut2, ArrayViewMut3, s};

#[kernel(parallel, cuda)]
fn heat(a: &mut [f64], b: &mut [f64], steps: usize, c: f64) {
    let n = a.len();
    for _ in 0..steps {
        for i in 1..n - 1 {
            b[i] = a[i] + c * (a[i - 1] - 2.0 * a[i] + a[i + 1]);
        }
        for i in 1..n - 1 {
            a[i] = b[i];
        }
    }
}

#[kernel(parallel, cuda)]
fn five_points(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    let (m, n) = a.dim();
    for i in 0..m {
        for j in 0..n {
            if i > 0 && i + 1 < m && j > 0 && j + 1 < n {
                b[[i, j]] = a[[i - 1, j]] + a[[i + 1, j]] + a[[i, j - 1]] + a[[i, j + 1]];
            } else {
                b[[i, j]] = -a[[i, j]];
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn six_points(a: ArrayView3<f64>, mut b: ArrayViewMut3<f64>) {
    let (l, m, n) = a.dim();
    for i in 1..l - 1 {
        for j in 1..m - 1 {
            for k in 1..n - 1 {
                let x = a[[i - 1, j, k]] + a[[i + 1, j, k]];
                let y = a[[i, j - 1, k]] + a[[i, j + 1, k]];
                let z = a[[i, j, k - 1]] + a[[i, j, k + 1]];
                b[[i, j, k]] = (x + y + z) / 6.0;
            }
        }
    }
}

#[kernel(parallel, cuda)]
fn edges(x: &[f64], y: &mut [f64], z: &mut [f64]) {
    let n = x.len();
    for i in 0..n {
        y[i] = match i {
            0 => x[0],
            _ => x[i] - x[i - 1],
        };
        let left = if i == 0 { n - 1 } else { i - 1 };
        let right = if i + 1 == n { 0 } else { i + 1 };
        z[i] = x[left] - x[right];
    }
}

/// Periodic, by remainders.
#[kernel(parallel, cuda)]
fn life(now: ArrayView2<u8>, mut next: ArrayViewMut2<u8>) {
    let (m, n) = now.dim();
    for i in 0..m {
        for j in 0..n {
            let mut count = 0;
            for di in 0..3 {
                for dj in 0..3 {
                    if di != 1 || dj != 1 {
                        count += now[[(i + m + di - 1) % m, (j + n + dj - 1) % n]];
                    }
                }
            }
            next[[i, j]] = (count == 3 || (count == 2 && now[[i, j]] == 1)) as u8;
        }
    }
}

#[kernel(parallel, cuda)]
fn window(x: &[f64], w: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        let mut s = 0.0;
        for k in 0..w.len() {
            s += w[k] * x[i + k];
        }
        y[i] = s;
    }
}

/// Every other element depends on its neighbours, which nobody writes in the same sweep.
#[kernel(parallel, cuda)]
fn red_black(u: &mut [f64], sweeps: usize) {
    let n = u.len();
    for _ in 0..sweeps {
        for i in 1..n / 2 {
            u[2 * i] = 0.5 * (u[2 * i - 1] + u[2 * i + 1]);
        }
        for i in 0..(n - 1) / 2 {
            u[2 * i + 1] = 0.5 * (u[2 * i] + u[2 * i + 2]);
        }
    }
}

#[test]
fn along_a_line() {
    for n in FEW {
        let x = doubles(n + 2);
        check!(heat[a = x.clone(), b = x.clone()](&mut a, &mut b, 3, 0.1));
        check!(red_black[u = x.clone()](&mut u, 3));
        let x = doubles(n);
        check!(edges[y = x.clone(), z = x.clone()](&x, &mut y, &mut z));
        let (x, w) = (doubles(n + 6), doubles(7));
        check!(window[y = vec![0.0; n]](&x, &w, &mut y));
    }
}

#[test]
fn in_the_plane_and_in_space() {
    for (m, n) in [(0, 4), (1, 1), (2, 2), (3, 3), (33, 65)] {
        let a = plane(2 * m, 3 * n);
        let part = a.slice(s![..;2, ..;-3]);
        check!(five_points[b = Array2::zeros((m, n))](part, b.view_mut()));
        let alive = part.mapv(|v| u8::from(v > 0.0));
        check!(life[b = Array2::zeros((m, n))](alive.view(), b.view_mut()));
    }
    for (l, m, n) in [(2, 2, 2), (3, 3, 3), (9, 10, 33)] {
        let a = space(l, m, n);
        check!(six_points[b = Array3::zeros((l, m, n))](
            a.view(),
            b.view_mut()
        ));
    }
}
