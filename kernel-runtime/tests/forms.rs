//! What the fast form of a body has instead of what the source says, at each SIMD level: casts,
//! rows of known lengths, neighbours on a torus, rows of a few trips, integers without lanes.
#![allow(missing_docs)]

mod support;

use kernel_runtime::prelude::*;
use kernel_runtime::{Backend, Level, with_backend, with_level};
use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use std::fmt::Debug;
use support::{THREADS, on_threads};

/// What both versions make of copies of `start`; they must be the same at each level.
fn same<T: Clone + PartialEq + Debug + Send + Sync>(
    start: &T,
    serial: impl Fn(&mut T),
    parallel: impl Fn(&mut T) + Sync,
) {
    let mut expected = start.clone();
    serial(&mut expected);
    for level in Level::available() {
        for threads in THREADS {
            let mut found = start.clone();
            on_threads(threads, || with_level(*level, || parallel(&mut found)));
            assert_eq!(found, expected, "{threads} threads, {level:?}");
        }
        let mut found = start.clone();
        with_level(*level, || {
            with_backend(Backend::Thread, || parallel(&mut found))
        });
        assert_eq!(found, expected, "one thread, {level:?}");
    }
}

#[kernel(device)]
fn share(n: u64, signed: i64) -> f64 {
    (n >> 3) as f64 + n as f64 - signed as f64 + (signed as f64) as usize as f64
}

#[kernel(parallel)]
fn in_functions(n: &[u64], out: &mut [f64]) {
    for i in 0..n.len() {
        out[i] = share(n[i], n[i] as i64);
    }
}

#[kernel(parallel)]
fn from_singles(x: &[f32], a: &mut [(i32, i32)], b: &mut [u8], c: &mut [i16], d: &mut [u64]) {
    for i in 0..x.len() {
        a[i] = (x[i] as i32, x[i] as i8 as i32);
        b[i] = x[i].clamp(-3.5, 300.0) as u8;
        c[i] = (x[i] * 0.5) as i16;
        d[i] = x[i] as u64 ^ x[i] as u32 as u64;
    }
}

#[kernel(parallel)]
fn from_doubles(x: &[f64], a: &mut [i64], b: &mut [u64], c: &mut [u32]) {
    for i in 0..x.len() {
        a[i] = x[i] as i64;
        b[i] = x[i] as u64;
        c[i] = x[i] as u32;
    }
}

/// Numbers around the ends of all integers, of either sign, and those that are none.
fn doubles() -> Vec<f64> {
    let near = |x: f64| [x.next_down(), x, x.next_up(), x - 0.5];
    let powers = [0, 7, 8, 15, 16, 24, 31, 32, 52, 53, 62, 63, 64, 90];
    let powers = powers.into_iter().flat_map(|n| near(2f64.powi(n)));
    let others = [0.0, 0.999, f64::INFINITY, f64::NAN, f64::MAX, 1e-300];
    let all: Vec<f64> = powers.chain(others).flat_map(|x| [x, -x]).collect();
    all.repeat(5)
}

#[test]
fn casts_are_those_of_the_language_at_each_level() {
    let x = doubles();
    let n: Vec<u64> = x.iter().map(|x| x.to_bits()).chain(0..70).collect();
    same(
        &vec![0.0; n.len()],
        |out| in_functions::serial(&n, out),
        |out| in_functions::parallel(&n, out),
    );
    let start = (vec![0; x.len()], vec![0; x.len()], vec![0; x.len()]);
    same(
        &start,
        |(a, b, c)| from_doubles::serial(&x, a, b, c),
        |(a, b, c)| from_doubles::parallel(&x, a, b, c),
    );
    let x: Vec<f32> = x.iter().map(|x| *x as f32).collect();
    let start = (
        (vec![(0, 0); x.len()], vec![0; x.len()]),
        (vec![0; x.len()], vec![0; x.len()]),
    );
    same(
        &start,
        |((a, b), (c, d))| from_singles::serial(&x, a, b, c, d),
        |((a, b), (c, d))| from_singles::parallel(&x, a, b, c, d),
    );
}

const THREE: usize = 3;
const FOUR: usize = 4;

#[kernel(parallel)]
fn by_number(p: &[[f32; 3]], q: &mut [[f32; 3]]) {
    for i in 0..p.len() {
        let [x, y, z] = p[i];
        q[i] = [y, z + x, x * y];
    }
}

#[kernel(parallel)]
fn by_name(p: &[[f32; THREE]], q: &mut [[f32; THREE]]) {
    for i in 0..p.len() {
        q[i][0] = p[i][1];
        q[i][1] = p[i][2] + p[i][0];
        q[i][2] = p[i][0] * p[i][1];
    }
}

#[kernel(parallel)]
fn by_a_name_of_two(p: &[[f32; THREE]], q: &mut [[f32; THREE]]) {
    const THREE: usize = 2;
    for i in 0..p.len() {
        q[i][0] = p[i][1];
        q[i][1] = p[i][THREE] + p[i][0];
        q[i][THREE] = p[i][0] * p[i][1];
    }
}

#[kernel(parallel)]
fn points_times_matrix(m: &[[f32; FOUR]; FOUR], p: &[[f32; FOUR]], q: &mut [[f32; FOUR]]) {
    for i in 0..p.len() {
        for r in 0..4 {
            let mut s = 0.0;
            for c in 0..FOUR {
                s += m[r][c] * p[i][c];
            }
            q[i][r] = s;
        }
    }
}

#[test]
fn rows_lie_as_far_apart_as_their_type_says() {
    let p: Vec<[f32; 3]> = (0..517)
        .map(|i| [i as f32, 0.5 - i as f32, (i % 7) as f32])
        .collect();
    let start = vec![[0.0; 3]; p.len()];
    same(
        &start,
        |q| by_number::serial(&p, q),
        |q| by_number::parallel(&p, q),
    );
    same(
        &start,
        |q| by_name::serial(&p, q),
        |q| by_name::parallel(&p, q),
    );
    same(
        &start,
        |q| by_a_name_of_two::serial(&p, q),
        |q| by_a_name_of_two::parallel(&p, q),
    );
    let m = std::array::from_fn(|r| std::array::from_fn(|c| (r * 4 + c) as f32 * 0.25));
    for length in [0, 1, 2, 15, 64, 300] {
        let p: Vec<[f32; 4]> = (0..length).map(|i| [i as f32, 1.0, -2.0, 0.1]).collect();
        same(
            &vec![[0.0; 4]; length],
            |q| points_times_matrix::serial(&m, &p, q),
            |q| points_times_matrix::parallel(&m, &p, q),
        );
    }
}

#[kernel(parallel)]
fn torus(old: ArrayView2<'_, i64>, mut new: ArrayViewMut2<'_, i64>, away: usize) {
    let (rows, columns) = old.dim();
    for i in 0..rows {
        for j in 0..columns {
            let up = old[[(i + rows - 1) % rows, j]];
            let left = old[[i, (j + columns - 1) % columns]];
            let right = old[[(i + 1) % rows, (j + away) % columns]];
            let far = old[[i, (j as i64 - 2).rem_euclid(columns as i64) as usize]];
            new[[i, j]] = up + 3 * left - right + 7 * far;
        }
    }
}

#[test]
fn neighbours_on_a_torus_of_any_size() {
    for (rows, columns) in [
        (0, 0),
        (1, 1),
        (1, 2),
        (2, 1),
        (3, 2),
        (5, 3),
        (2, 70),
        (40, 129),
    ] {
        let old = Array2::from_shape_fn((rows, columns), |(i, j)| (i * 1000 + j * j) as i64);
        for away in [0, 1, 2, columns, 2 * columns + 1, 1000] {
            same(
                &Array2::zeros((rows, columns)),
                |new: &mut Array2<i64>| torus::serial(old.view(), new.view_mut(), away),
                |new| torus::parallel(old.view(), new.view_mut(), away),
            );
        }
    }
}

#[kernel(parallel)]
#[allow(clippy::type_complexity)]
fn of_integers(bytes: &[u8], x: &[i32]) -> (usize, i64, i32, u64, u32, bool, u8) {
    let (mut lines, mut sum, mut most) = (1, -7, i32::MIN);
    let (mut product, mut hash, mut any, mut least) = (3u64, 0x55u32, false, 200u8);
    for i in 0..x.len() {
        if bytes[i] == b'\n' {
            lines += 1;
        }
        sum += x[i] as i64;
        most = most.max(x[i]);
        product = product.wrapping_mul(x[i] as u64 | 1);
        hash ^= (x[i] as u32).rotate_left(i as u32 % 31);
        any |= x[i] == 77;
        if bytes[i] < least {
            least = bytes[i];
        }
    }
    (lines, sum, most, product, hash, any, least)
}

#[kernel(parallel)]
fn in_a_nest(x: ArrayView2<'_, i32>, limit: i32) -> (u32, i32) {
    let (mut count, mut sum) = (0, 0i32);
    for i in 0..x.nrows() {
        for j in 0..x.ncols() {
            if x[[i, j]] < limit {
                count += 1;
                sum = sum.wrapping_add(x[[i, j]]);
            }
        }
    }
    (count, sum)
}

#[test]
fn integers_come_to_the_same_in_any_lanes() {
    for length in [0, 1, 7, 64, 65, 1000, 16_385, 70_001] {
        let x: Vec<i32> = (0..length).map(|i| (i * 7919) % 1013 - 300).collect();
        let bytes: Vec<u8> = x.iter().map(|x| *x as u8).collect();
        same(
            &None,
            |out| *out = Some(of_integers::serial(&bytes, &x)),
            |out| *out = Some(of_integers::parallel(&bytes, &x)),
        );
        let rows = Array2::from_shape_vec((x.len() / 7, 7), x[..x.len() / 7 * 7].to_vec());
        let rows = rows.unwrap();
        for view in [rows.view(), rows.t()] {
            same(
                &None,
                |out| *out = Some(in_a_nest::serial(view, 100)),
                |out| *out = Some(in_a_nest::parallel(view, 100)),
            );
        }
    }
}
