//! Fixed arrays of fixed arrays that an iteration makes, and fixed arrays that the driver makes in
//! a loop around regions.

use crate::inputs::{FEW, SIZES, doubles, numbers, singles};
use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn small_matrices(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let mut m = [[0.0; 3]; 4];
        let identity = [[1.0, 0.0], [0.0, 1.0]];
        for r in 0..4 {
            for c in 0..3 {
                m[r][c] += x[i] * (r * 3 + c) as f64;
            }
        }
        let row = m[i % 4];
        m[1] = row;
        let mut copy = m;
        copy[0][i % 3] = 1.0;
        let mut s = identity[i % 2][0];
        for r in 0..4 {
            for c in 0..3 {
                s += m[r][c] * copy[r][c] + row[c];
            }
        }
        y[i] = s;
    }
}

#[kernel(parallel, cuda)]
fn determinants(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let mut m = [[x[i], 2.0], [0.5, 0.0]];
        m[1][1] = m[0][0] * 2.0;
        m[1][0] -= x[i];
        y[i] = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    }
}

#[kernel(parallel, cuda)]
fn rows_of_rows(x: &[i32], y: &mut [i32], limit: i32) {
    for i in 0..x.len() {
        let mut m = [[[i as i32; 2]; 2]; 3];
        m[2][(x[i] & 1) as usize][0] = x[i];
        y[i] = m[(x[i] % limit).unsigned_abs() as usize][(x[i] & 1) as usize][1];
    }
}

#[kernel(parallel, cuda)]
fn whole_rows(p: &[[f64; 3]], a: &mut [[f64; 3]], from: usize) {
    const D: usize = 3;
    for i in 0..p.len() {
        let [x, y, _] = p[i + from];
        let mut sum = [0.0; D];
        for j in 0..p.len().min(9) {
            let q = p[j];
            let d = [q[0] - x, q[1] - y, q[2]];
            for c in 0..D {
                sum[c] += d[c] * 0.5;
            }
        }
        a[i] = sum;
        let [first, mut last] = [sum[0], sum[D - 1]];
        last += first;
        a[i][1] = last;
    }
}

#[kernel(parallel, cuda)]
fn exchanged(p: &mut [[u8; 4]], q: &[[u8; 4]], half: usize) {
    for i in 0..half {
        let t = p[i];
        p[i] = q[{
            let j = i + half;
            j
        }];
        p[i + half] = [t[3], t[2], t[1], t[0]];
    }
}

#[kernel(parallel, cuda)]
fn weighted(x: &mut [f64], steps: usize) {
    for step in 0..steps {
        let weights = [0.5, step as f64, 0.25];
        let rows = [[1.0, 2.0], [step as f64, 4.0]];
        let mut found = [0.0; 2];
        for i in 0..x.len() {
            x[i] = weights[0] * x[i] + weights[1 + i % 2] + rows[i % 2][1];
        }
        for k in 0..found.len() {
            found[k] = rows[k][0] + step as f64;
        }
        for i in 0..x.len() {
            x[i] -= found[i % 2];
        }
    }
}

/// Sums and differences of the halves of each row, which may meet too far out.
#[kernel(parallel, cuda)]
fn butterflies(x: &mut [f64], n: usize, half: usize) {
    for row in x.chunks_exact_mut(n) {
        let (left, right) = row.split_at_mut(half);
        for k in 0..left.len().min(right.len()) {
            let before = left[k];
            left[k] = before + right[k];
            right[k] = before - right[k];
        }
    }
}

#[test]
fn halves_of_rows() {
    for m in [0, 1, 7, 300] {
        for (n, half) in [(1, 0), (2, 1), (6, 3), (5, 3), (4, 4)] {
            check!(butterflies[x = doubles(m * n)](&mut x, n, half));
        }
    }
    fails!("mid > len", butterflies[x = doubles(900)](&mut x, 3, 4));
}

#[test]
fn arrays_of_arrays() {
    for n in FEW {
        let x = doubles(n);
        check!(small_matrices[y = vec![0.0; n]](&x, &mut y));
        check!(determinants[y = vec![0.0; n]](&x, &mut y));
        check!(rows_of_rows[y = vec![0; n]](&numbers(n), &mut y, 3));
    }
    for n in FEW {
        let rows: Vec<[f64; 3]> = doubles(3 * n)
            .chunks(3)
            .map(|p| [p[0], p[1], p[2]])
            .collect();
        check!(whole_rows[a = vec![[0.0; 3]; n]](&rows, &mut a, 0));
        let bytes: Vec<[u8; 4]> = (0..n).map(|k| [k as u8, 2, 3, (k / 5) as u8]).collect();
        check!(exchanged[p = bytes.clone()](&mut p, &bytes, n / 2));
    }
    let ones = vec![[1.0; 3]; 70];
    fails!(
        "the len is 70 but the index is 70",
        whole_rows[a = ones.clone()](&ones, &mut a, 1)
    );
    fails!(
        "the len is 3 but the index is 3",
        rows_of_rows[y = vec![0; 90]](&numbers(90), &mut y, 4)
    );
}

#[test]
fn arrays_made_between_regions() {
    for n in FEW {
        check!(weighted[x = doubles(n)](&mut x, 3));
    }
}

/// Rows that an iterator lends, written as wholes.
#[kernel(parallel, cuda)]
fn lent_rows(x: &[[i32; 3]], y: &mut [[i32; 3]], z: &mut [[u32; 4]]) {
    for (i, row) in y.iter_mut().enumerate() {
        if i % 2 == 0 {
            *row = x[i];
        } else {
            *row = [row[2], row[1], 7];
        }
        row[0] += 1;
    }
    for block in z.iter_mut() {
        let [mut a, mut b, c, d] = *block;
        a = a.wrapping_add(b);
        b = (b ^ a).rotate_left(7);
        *block = [d, a, b, c];
    }
}

#[test]
fn lent_rows_are_written_as_wholes() {
    let x: Vec<[i32; 3]> = (0..300).map(|i| [i, i % 7, -i]).collect();
    let z: Vec<[u32; 4]> = (0..300).map(|i| [i, i % 7, i * 77, 3]).collect();
    check!(lent_rows[y = x.clone(), z = z.clone()](&x, &mut y, &mut z));
}

/// Arrays of arrays of arrays: elements, parts by a name, and wholes.
#[kernel(parallel, cuda)]
fn matrices(x: &[[[i64; 2]; 2]], y: &mut [[[i64; 2]; 2]], z: &mut [[[[i64; 2]; 3]; 2]]) -> i64 {
    fn times(a: [[i64; 2]; 2], b: [[i64; 2]; 2]) -> [[i64; 2]; 2] {
        let mut c = [[0; 2]; 2];
        for i in 0..2 {
            for j in 0..2 {
                for k in 0..2 {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        c
    }
    fn determinant(m: &[[i64; 2]; 2]) -> i64 {
        m[0][0] * m[1][1] - m[0][1] * m[1][0]
    }
    let mut s = 0;
    for i in 0..x.len() {
        y[i] = times(x[i], x[i]);
        y[i][1] = [3, x[i][0][1]];
        let m = &x[i];
        let row = &m[1];
        y[i][0][0] -= row[1] * m[0][1];
        s += determinant(m) + determinant(&y[i]);
    }
    for (block, m) in z.iter_mut().zip(x) {
        for plane in block.iter_mut() {
            for (k, row) in plane.iter_mut().enumerate() {
                row[0] += m[1][k % 2] * plane_number(k);
                row[1] -= m.len() as i64;
            }
        }
    }
    fn plane_number(k: usize) -> i64 {
        k as i64 + 1
    }
    s
}

/// Elements that several iterations count in, and a table from outside.
#[kernel(parallel, cuda)]
fn cubes(x: &[u8], counts: &mut [[[u32; 4]; 4]; 4], y: &mut [i32]) {
    for v in x {
        counts[(*v & 3) as usize][(*v >> 2 & 3) as usize][(*v >> 4) as usize] += 1;
    }
    for i in 0..y.len() {
        y[i] = CUBES[x[i] as usize % 3][x[i] as usize % 2][1];
    }
}

static CUBES: [[[i32; 2]; 2]; 3] = [[[1, 2], [3, 4]], [[5, 6], [7, 8]], [[9, 1], [2, 3]]];

#[test]
fn arrays_of_arrays_of_arrays() {
    let x: Vec<[[i64; 2]; 2]> = (0..300).map(|i| [[i, i % 7], [-i, i * 77 % 13]]).collect();
    check!(matrices[y = x.clone(), z = vec![[[[1, 2]; 3]; 2]; 300]](&x, &mut y, &mut z));
    let v: Vec<u8> = (0..300).map(|i| (i * 7919 % 64) as u8).collect();
    check!(cubes[c = [[[0; 4]; 4]; 4], y = vec![0; 300]](&v, &mut c, &mut y));
    fails!("index out of bounds: the len is 4 but the index is 15",
        cubes[c = [[[0; 4]; 4]; 4], y = vec![0; 300]](&[240], &mut c, &mut y));
}

/// Fixed arrays from outside of the loop, taken apart in it.
#[kernel(parallel, cuda)]
fn apart(x: &[f32], p: &[f32; 3], q: [f32; 2], y: &mut [f32]) {
    let r = [0.5f32, 2.0];
    for i in 0..x.len() {
        let [a, b, c] = p;
        let &[d, _, mut e] = p;
        let [mut f, g] = q;
        let [h, ..] = *p;
        let [k, l] = r;
        e += 1.0;
        f *= e.abs();
        y[i] = a * x[i] + b.abs() - c * d + e + f - g.max(*a) + h * k - l;
    }
}

#[test]
fn arrays_from_outside_are_taken_apart() {
    for n in SIZES {
        check!(apart[y = vec![0.0; n]](
            &singles(n),
            &[1.0, -2.5, 3.0],
            [0.25, 0.0],
            &mut y
        ));
    }
}

/// New rows of lengths that no annotation says, written as wholes, swapped and combined into.
#[kernel(parallel, cuda)]
fn new_rows(x: &[f64], n: usize) -> Vec<[f64; 2]> {
    let mut a = vec![[1.0, 0.5]; n];
    let mut b = vec![[0.0; 2]; n];
    for _ in 0..3 {
        for i in 0..n {
            b[i] = [a[i][1] + x[i], a[i][0] * 0.5];
        }
        std::mem::swap(&mut a, &mut b);
    }
    for (i, v) in x.iter().enumerate() {
        b[i % 7][i % 2] += v.round();
    }
    for (o, p) in a.iter_mut().zip(&b) {
        *o = [o[0] + p[1], o[1]];
    }
    a
}

#[test]
fn rows_of_new_arrays() {
    for n in [7, 65, 1500] {
        check!(new_rows(&doubles(n), n));
    }
    check!(new_rows(&[], 0));
    fails!("the index is 4", new_rows(&doubles(4), 9));
    fails!("the index is 5", new_rows(&doubles(9), 5));
}

/// The ends of rows.
#[kernel(parallel, cuda)]
fn ends_of_rows(p: &[[f64; 3]], q: &mut [[f64; 4]], y: &mut [f64]) {
    for (r, o) in p.iter().zip(y.iter_mut()) {
        let [first, .., last] = r;
        let [start, ..] = *r;
        *o = first - last * start;
    }
    for r in q.iter_mut() {
        let [first, .., last] = r;
        std::mem::swap(first, last);
    }
}

#[test]
fn rows_by_their_ends() {
    for n in [0, 1, 65, 700] {
        let x = doubles(4 * n);
        let p: Vec<[f64; 3]> = x.chunks(4).map(|c| [c[0], c[1], c[2]]).collect();
        let q: Vec<[f64; 4]> = x.chunks(4).map(|c| [c[3], c[2], c[1], c[0]]).collect();
        check!(ends_of_rows[q = q.clone(), y = vec![0.0; n]](&p, &mut q, &mut y));
    }
}
