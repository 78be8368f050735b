//! Methods of what is behind references, and lengths of what an iteration makes of arrays.

use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2};
use num_complex::Complex;
use std::cmp::Ordering;

/// Methods that borrow their number.
#[kernel(parallel, cuda)]
fn borrowing(x: &[i32], w: &[f64], c: &[u8], z: &[Complex<f64>], out: &mut [[f64; 8]]) {
    for (i, o) in out.iter_mut().enumerate() {
        let (v, u, b, z) = (&x[i], &&w[i], &c[i], &z[i]);
        o[0] = match v.cmp(&3) {
            Ordering::Less => 1.0,
            _ => 2.0,
        };
        o[1] = if u.total_cmp(&0.0).is_lt() {
            1.0
        } else {
            u.sqrt()
        };
        o[2] = if b.is_ascii_digit() {
            1.0
        } else {
            f64::from(b.to_ascii_uppercase())
        };
        o[3] = z.scale(2.0).re + z.powi(3).im + z.conj().im;
        o[4] = match u.partial_cmp(&&1.0) {
            Some(Ordering::Greater) => 1.0,
            other => f64::from(u8::from(other.is_none())),
        };
        let picked = v.checked_sub(2).filter(|d| d.rem_euclid(3) == 1);
        let behind = &picked;
        o[5] = f64::from(behind.unwrap_or(*v) + behind.map_or(5, |d| d.abs()));
        o[6] = f64::from(
            x.get(i + 1)
                .filter(|n| n.signum() > 0)
                .copied()
                .unwrap_or(-7),
        );
    }
}

#[test]
fn numbers_behind_references() {
    let x: Vec<i32> = (0..500).map(|i| i * 7919 % 41 - 20).collect();
    let w: Vec<f64> = x.iter().map(|v| f64::from(*v) / 4.0).collect();
    let c: Vec<u8> = (0..500).map(|i| (i * 31 % 127) as u8).collect();
    let z: Vec<Complex<f64>> = w.iter().map(|v| Complex::new(*v, v * 0.5 - 1.0)).collect();
    check!(borrowing[out = vec![[0.0; 8]; 500]](
        &x, &w, &c, &z, &mut out
    ));
}

#[kernel(parallel, cuda)]
fn lengths(p: &[f64], v: ArrayView2<f64>, q: &[[f64; 3]], out: &mut [[f64; 8]]) {
    for i in 0..out.len() {
        let row = v.row(i % 20);
        let (three, before) = (&q[i], &p[i / 2..i]);
        let own = [p[i], 1.0];
        let rest = &own[1..];
        out[i][0] = (row.len() * 100 + three.len() * 10 + q[i].len()) as f64;
        out[i][1] = (before.len() * 100 + own.len() * 10 + rest.len()) as f64;
        out[i][2] = (v.row(i % 20).len() + p[i / 3..].len()) as f64;
        if p[i..i + i % 2].is_empty() {
            out[i][3] = 1.0;
        }
    }
}

#[kernel(parallel, cuda)]
fn lengths_of_chunks(y: &mut [f64], rows: &mut [[f64; 3]]) {
    for c in y.chunks_mut(7) {
        let n = c.len();
        c[0] = n as f64;
        if !c.is_empty() {
            c[n - 1] = 3.0;
        }
    }
    for c in rows.chunks_mut(3) {
        c[0][1] = c.len() as f64;
    }
}

#[test]
fn lengths_of_parts() {
    let p: Vec<f64> = (0..501).map(f64::from).collect();
    let v = Array2::zeros((20, 9));
    let q = vec![[0.0; 3]; 500];
    check!(lengths[out = vec![[0.0; 8]; 500]](
        &p,
        v.view(),
        &q,
        &mut out
    ));
    check!(lengths_of_chunks[y = vec![0.5; 100], rows = vec![[0.5; 3]; 100]](&mut y, &mut rows));
}

/// Ends of chains that borrow their iterator, wherever they stand.
#[kernel(parallel, cuda)]
fn ended(v: ArrayView2<u32>, z: &[u32], out: &mut [[bool; 6]]) {
    fn seven(k: u32) -> bool {
        (0..k).any(|v| v == 7)
    }
    let known = |i: usize| z.iter().any(|v| *v == i as u32);
    for i in 0..out.len() {
        out[i][0] = v.row(i % 20).iter().any(|v| *v == i as u32);
        out[i][1] = [1, 2, 4].iter().all(|v| *v > z[i]);
        out[i][2] = seven(z[i]);
        out[i][3] = known(i);
        if z.windows(2).any(|w| w[0] > w[1] + 10) {
            out[i][4] = true;
        }
        out[i][5] = (0..10).map(|k| k * z[i]).all(|v| v < 100);
    }
}

#[kernel(parallel, cuda)]
fn ended_in_a_sum(x: &[u32], y: &[u32]) -> u32 {
    y.iter()
        .map(|i| if x.iter().any(|v| *v == *i) { 1 } else { 0 })
        .sum()
}

#[test]
fn ends_of_chains() {
    let z: Vec<u32> = (0..500).map(|i| i * 7919 % 41).collect();
    let v = Array2::from_shape_fn((20, 9), |(i, j)| (i * 9 + j) as u32);
    check!(ended[out = vec![[false; 6]; 500]](v.view(), &z, &mut out));
    check!(ended_in_a_sum(&z[..30], &z));
}

/// Methods of numbers that parameters refer to.
#[kernel(parallel, cuda)]
fn through_parameters(x: &[f64], by: &f64, low: &mut f64, high: &mut f64, out: &mut [f64]) {
    for (o, v) in out.iter_mut().zip(x) {
        *o = v * by.abs() + by.powi(2);
    }
    for &v in x {
        *low = low.min(v);
        *high = high.max(v);
    }
}

#[test]
fn methods_through_parameters() {
    for n in [0, 1, 64, 1500] {
        let x: Vec<f64> = (0..n).map(crate::support::value).collect();
        check!(
            through_parameters[low = 0.1, high = f64::NAN, out = vec![0.0; n]](
                &x, &-0.75, &mut low, &mut high, &mut out
            )
        );
    }
}
