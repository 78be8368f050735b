//! What is short for a loop, a pattern, or another method.

use crate::inputs::{FEW, doubles, numbers, plane, words};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, s};

#[kernel(parallel, cuda)]
fn sums_of_rows(a: &[f64], w: &[f64], n: usize, y: &mut [f64], flags: &mut [bool]) {
    for i in 0..y.len() {
        let (row, rest) = (&a[i * n..(i + 1) * n], &a[i * n..][..n]);
        let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        let dot: f64 = row.iter().zip(w).map(|(x, w)| x * w).sum();
        let least = rest.iter().copied().fold(f64::INFINITY, f64::min);
        let shape = row.iter().take(3).map(|x| x + 1.5).product::<f64>();
        let folded = w.iter().rev().fold(0.5, |total, &w| total * w + least);
        let inner: f64 = (0..n).map(|k| k as f64 * row[k]).sum();
        y[i] = norm + dot * shape - folded + inner;
        flags[i] = row.iter().any(|&x| x > norm / 2.0) && w.iter().all(|w| *w < 0.5 + dot.abs());
    }
}

#[kernel(parallel, cuda)]
fn sums_of_views(a: ArrayView2<f64>, w: &Vec<f64>, y: &mut [f64], flags: &mut [bool]) {
    for i in 0..y.len() {
        let row = a.row(i);
        let dot: f64 = row.iter().zip(w.iter()).map(|(x, w)| x * w).sum();
        let least = row.iter().copied().fold(f64::INFINITY, f64::min);
        let mut plain = 0.0;
        row.iter().zip(w).for_each(|(x, w)| {
            for k in [1.0, 2.0].iter() {
                plain += x / (w * w + k);
            }
        });
        let column = a
            .column(i / 2)
            .iter()
            .rev()
            .map(|x| x + 0.5)
            .product::<f64>();
        y[i] = dot + least * column - plain;
        flags[i] = w.iter().any(|w| *w > dot) && a.row(i).iter().all(|&x| x >= least);
    }
}

#[kernel(parallel, cuda)]
fn small_arrays(x: &[f64], y: &mut [f64]) {
    for i in 0..y.len() {
        let mut near = [x[i], x[i + 1], x[i + 2], x[i + 3]];
        let mean = near.iter().sum::<f64>() / 4.0;
        near.iter_mut().for_each(|v| *v -= mean);
        for v in near {
            near[0] += v;
        }
        let mut s = 0.0;
        for (k, v) in near[1..].iter().enumerate() {
            s += v * k as f64;
        }
        for &(step, weight) in [(0, 0.25), (1, 0.5), (3, -1.0)].iter() {
            s += weight * near[step];
        }
        for (w, v) in [1.5, -0.5, 2.0].iter().zip(&x[i..i + 3]) {
            s += w * v;
        }
        for w in near.windows(2).rev() {
            s = s * 0.5 + w[1] - w[0];
        }
        y[i] = s + [0.1, 0.2].iter().map(|c| c * s).sum::<f64>();
    }
}

#[kernel(parallel, cuda)]
fn rows_by_pattern(p: &[[f64; 3]], q: &[[f64; 3]], y: &mut [f64]) -> f64 {
    let mut s = 0.0;
    for &[x, _, z] in p {
        s += x * z;
    }
    for (i, [x, y3, z]) in q.iter().enumerate() {
        y[i] = x * x + y3 * z;
    }
    for (out, row) in y.iter_mut().zip(p) {
        let [a, b, _] = *row;
        let whole = *row;
        *out += a - b * whole[2];
    }
    s
}

#[kernel(parallel, cuda)]
fn bits(x: &[u32], small: &mut [u16], wide: &mut [u64], signed: &mut [i32]) {
    for i in 0..x.len() {
        let v = x[i];
        let w = (v as u64) << 29 ^ v as u64;
        small[i] = (v as u16).swap_bytes() ^ (v as u16).reverse_bits();
        wide[i] = w.swap_bytes().wrapping_add(w.reverse_bits()) ^ u64::from(v.swap_bytes());
        let mut k = v.leading_ones() + v.trailing_ones() + w.count_zeros();
        k = k.wrapping_add(v.reverse_bits().saturating_mul(v & 7));
        k = k.wrapping_add(u32::from(v.is_power_of_two()));
        let s = v as i32;
        signed[i] = s.wrapping_abs().saturating_mul(s >> 20).swap_bytes() ^ k as i32;
        signed[i] ^= s.wrapping_pow(5) ^ (s.is_negative() || !s.is_positive()) as i32;
    }
}

#[kernel(parallel, cuda)]
fn text(from: &[u8], to: &mut [u8], kinds: &mut [u8]) {
    for i in 0..from.len() {
        let c = from[i];
        to[i] = if i % 2 == 0 {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        };
        kinds[i] = (c.is_ascii() as u8) << 7
            | (c.is_ascii_digit() as u8) << 6
            | (c.is_ascii_uppercase() as u8) << 5
            | (c.is_ascii_lowercase() as u8) << 4
            | (c.is_ascii_alphabetic() as u8) << 3
            | (c.is_ascii_alphanumeric() as u8) << 2
            | (c.is_ascii_whitespace() as u8) << 1
            | c.is_ascii_punctuation() as u8;
    }
}

#[kernel(parallel, cuda)]
fn waves(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let (s, c) = x[i].sin_cos();
        y[i] = s + c * 0.5;
    }
}

#[kernel(parallel, cuda)]
fn named_closures(u: &[f64], rows: usize, cols: usize, out: &mut [f64], first: &mut [bool]) {
    let at = |i: usize, j| i * cols + j;
    let inside = &u[..rows * cols];
    for i in 0..rows {
        for j in 0..cols {
            let clipped = |v: f64| if v > 0.25 { 0.25 } else { v };
            let mut s = 0.0;
            for di in [0, 1, 2] {
                for &w in &[0.5, -1.5] {
                    if (i, 1) >= (di, j % 3) && (di, j) != (2, 5) {
                        s += w * clipped(inside[at(i - i.min(di), j)]);
                    }
                }
            }
            if let 1..=3 | 7 = j {
                s += 1.0;
            }
            out[at(i, j)] = s;
            first[at(i, j)] = (s, j) < (0.0, i);
        }
    }
}

#[test]
fn closures_lists_and_comparisons_of_tuples() {
    for (m, n) in [(0, 3), (7, 9), (40, 11)] {
        let u = doubles(m * n + 4);
        check!(named_closures[out = vec![0.0; m * n], first = vec![false; m * n]](&u, m, n, &mut out, &mut first));
    }
}

#[test]
fn chains_are_their_loops() {
    for n in [0, 1, 5, 40] {
        let (a, w) = (doubles(12 * n), doubles(n));
        check!(sums_of_rows[y = vec![0.0; 12], flags = vec![false; 12]](&a, &w, n, &mut y, &mut flags));
    }
    fails!(
        "range end index",
        sums_of_rows[y = vec![0.0; 12], flags = vec![false; 12]](&doubles(90), &doubles(8), 8, &mut y, &mut flags)
    );
}

#[test]
fn chains_over_views_and_vectors() {
    for (m, n) in [(1, 1), (12, 7), (30, 40)] {
        let (a, w) = (plane(m, n), doubles(n + 2));
        let rows = m.min(2 * n);
        check!(sums_of_views[y = vec![0.0; rows], flags = vec![false; rows]](a.view(), &w, &mut y, &mut flags));
        let turned = a.slice(s![.., ..;-1]);
        check!(sums_of_views[y = vec![0.0; rows], flags = vec![false; rows]](turned, &w, &mut y, &mut flags));
    }
}

#[test]
fn arrays_of_an_iteration_are_looped_over() {
    for n in FEW {
        check!(small_arrays[y = vec![0.0; n]](&doubles(n + 3), &mut y));
    }
    fails!(
        "index out of bounds",
        small_arrays[y = vec![0.0; 9]](&doubles(9), &mut y)
    );
}

#[test]
fn rows_are_taken_apart_in_loops() {
    for n in FEW {
        let rows = |from| -> Vec<[f64; 3]> {
            let all = doubles(3 * n + from);
            all[from..].chunks(3).map(|p| [p[0], p[1], p[2]]).collect()
        };
        close!(rows_by_pattern[y = vec![0.0; n]](
            &rows(0),
            &rows(5),
            &mut y
        ));
    }
}

#[test]
fn short_methods_of_integers_and_bytes() {
    let mut x = words(300);
    x.extend([0, 1, 2, u32::MAX, 1 << 31, 0x7fff_ffff]);
    let n = x.len();
    check!(bits[small = vec![0; n], wide = vec![0; n], signed = vec![0; n]](&x, &mut small, &mut wide, &mut signed));
    let bytes: Vec<u8> = (0..=255).chain(0..=255).collect();
    check!(text[to = bytes.clone(), kinds = bytes.clone()](&bytes, &mut to, &mut kinds));
    close!(waves[y = vec![0.0; 90]](&doubles(90), &mut y));
}

/// Chains that are no part of a loop.
#[kernel(parallel, cuda)]
fn moments(x: &[f64], w: &[f32], k: &[u32], y: &mut [f64]) -> (f64, f64, f64, u32, u32, f32) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let low: f64 = x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = x.iter().fold(f64::NEG_INFINITY, |high, v| high.max(*v));
    let kept: f64 = x.iter().filter(|v| **v > mean).sum();
    for (y, x) in y.iter_mut().zip(x) {
        *y = (x - mean) / (high - low) + kept;
    }
    let last = k.iter().fold(3, |_, v| *v);
    let both: u32 = k
        .iter()
        .zip(x)
        .map(|(v, x)| v ^ *x as u32)
        .fold(last, |all, v| all ^ v);
    let far = x
        .iter()
        .map(|v| v.abs())
        .fold(0.0, |far: f64, v| far.max(v));
    let odd = k.iter().filter(|v| **v % 2 == 1).fold(both, |both, v| {
        let (half, rest) = (v / 2, v % 3);
        both ^ half.wrapping_mul(rest)
    });
    let weight = w
        .iter()
        .skip(3)
        .map(|v| v * 0.001)
        .map(|v| v + 1.0)
        .product::<f32>();
    (
        mean,
        low,
        high,
        k.iter().map(|v| v % 3).sum::<u32>() + far as u32,
        odd,
        weight,
    )
}

/// A function that is one.
#[kernel(parallel, cuda)]
fn inner_product(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

#[test]
fn whole_functions_are_chains() {
    let x: Vec<f64> = (0..3000).map(|i| f64::from(i * 7919 % 1009)).collect();
    let w: Vec<f32> = x.iter().map(|v| (v / 1010.0) as f32).collect();
    let k: Vec<u32> = x.iter().map(|v| *v as u32).collect();
    close!(moments[y = vec![0.0; 3000]](&x, &w, &k, &mut y));
    close!(inner_product[](&x, &x));
    assert_eq!(
        inner_product(&[], &[]).to_bits(),
        inner_product::serial(&[], &[]).to_bits()
    );
}

/// Where closures' names meet names outside, and a method has an iterator's name.
#[kernel(parallel, cuda)]
fn shifted(x: &[f64], a: f64, all: ndarray::ArrayView1<'_, f64>, y: &mut [f64]) -> f64 {
    let weight: f64 = all.sum();
    for i in 0..y.len() {
        y[i] += weight * a;
    }
    x.iter().map(|v| v * 2.0).map(|b| b + a).sum()
}

#[test]
fn names_of_closures_are_theirs() {
    let x: Vec<f64> = (0..3000).map(|i| f64::from(i * 7919 % 1009)).collect();
    let all = ndarray::ArrayView1::from(&x);
    close!(shifted[y = x.clone()](&x, 3.0, all, &mut y));
}

/// The medians of neighbours, and what sorts make of the same numbers in their own orders.
#[kernel(parallel, cuda)]
fn medians(x: &[i32], v: &[f64], whole: &mut [i32], out: &mut [[f64; 3]]) {
    for (o, w) in whole.iter_mut().zip(x.windows(5)) {
        let mut near = [w[0], w[1], w[2], w[3], w[4]];
        near.sort();
        *o = near[2];
        near.sort_unstable_by(|a, b| b.cmp(a));
        *o = o.wrapping_mul(7) ^ near[0];
    }
    for (o, w) in out.iter_mut().zip(v.windows(3)) {
        let mut near = [w[0], w[1], w[2]];
        near.sort_by(|a, b| a.partial_cmp(b).unwrap());
        *o = [near[0], near[1], near[2]];
        near.sort_unstable_by(f64::total_cmp);
        o[1] -= near[2];
    }
}

#[test]
fn few_numbers_are_sorted() {
    for n in [0, 2, 3, 5, 6, 70, 1000] {
        let x = numbers(n);
        let v: Vec<f64> = x.iter().map(|k| f64::from(k % 5)).collect();
        let zeros: Vec<f64> = x
            .iter()
            .map(|k| [0.0, -0.0, 1.0][(k % 3).unsigned_abs() as usize])
            .collect();
        for v in [&v, &zeros] {
            check!(medians[whole = vec![0; n], out = vec![[0.0; 3]; n]](&x, v, &mut whole, &mut out));
        }
    }
    let mut bad = doubles(80);
    bad[41] = f64::NAN;
    fails!(
        "`Option::unwrap()` on a `None`",
        medians[whole = vec![0; 9], out = vec![[0.0; 3]; 80]](&[1; 9], &bad, &mut whole, &mut out)
    );
}
