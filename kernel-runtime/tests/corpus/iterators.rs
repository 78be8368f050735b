//! Loops over slices' iterators.

use crate::inputs::{FEW, SIZES, doubles, numbers, singles, words};
use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn sum_of_squares(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for v in x.iter() {
        let same = v;
        let pair = (v, &1.0);
        s += *same * pair.0 * pair.1;
    }
    s
}

#[kernel(parallel, cuda)]
fn by_reference(x: &[i64], y: &mut [i64]) -> i64 {
    let mut s = 0i64;
    for &v in x {
        s = s.wrapping_add(v);
    }
    for v in &mut *y {
        *v = v.wrapping_mul(3);
    }
    for v in y.iter() {
        s ^= *v;
    }
    s
}

#[kernel(parallel, cuda)]
fn in_place(y: &mut [f32], low: f32) {
    for v in y.iter_mut() {
        if *v < low {
            *v = low;
        } else {
            *v *= v.sqrt();
        }
    }
}

#[kernel(parallel, cuda)]
fn saxpy(a: f32, x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * x;
    }
}

#[kernel(parallel, cuda)]
fn ramp(y: &mut [u32], from: u32) {
    for (i, v) in y.iter_mut().enumerate() {
        *v = from.wrapping_add(i as u32);
    }
}

#[kernel(parallel, cuda)]
fn three(a: &[f64], b: &[f64], c: &[f64], out: &mut [f64]) {
    for (i, (((out, a), &b), c)) in out
        .iter_mut()
        .zip(a.iter())
        .zip(b)
        .zip(c.iter().copied())
        .enumerate()
    {
        *out = a * b - c + i as f64;
    }
}

#[kernel(parallel, cuda)]
fn adapted(x: &[i32], y: &mut [i32], skip: usize, take: usize) {
    for (a, b) in y
        .iter_mut()
        .skip(skip)
        .take(take)
        .zip(x.iter().rev().step_by(2))
    {
        *a = *b;
    }
}

#[kernel(parallel, cuda)]
fn products(x: &[f64], sums: &mut [f64]) {
    for (sum, w) in sums.iter_mut().zip(x.windows(3)) {
        *sum = w[0] + 2.0 * w[1] + w[2];
    }
}

#[test]
fn every_length() {
    for n in SIZES {
        let (x, y, z) = (doubles(n), singles(n), numbers(n));
        close!(sum_of_squares(&x));
        let long: Vec<i64> = z.iter().map(|v| i64::from(*v) << 40).collect();
        check!(by_reference[y = long.clone()](&long, &mut y));
        check!(in_place[y = y.clone()](&mut y, 0.0));
        check!(saxpy[z = y.clone()](0.3, &y, &mut z));
        check!(saxpy[z = vec![0.5; n + 3]](0.3, &y, &mut z));
        check!(ramp[w = words(n)](&mut w, u32::MAX - 5));
        check!(three[out = vec![7.0; n]](&x, &x, &x, &mut out));
        for (skip, take) in [(0, n), (3, 2), (n + 1, 5), (1, n / 2)] {
            check!(adapted[out = vec![7; n]](&z, &mut out, skip, take));
        }
        check!(products[out = vec![0.0; n]](&x, &mut out));
    }
}

#[kernel(parallel, cuda)]
fn rgb_to_grey(rgb: &[u8], grey: &mut [u8]) {
    for (pixel, grey) in rgb.chunks_exact(3).zip(grey.iter_mut()) {
        let sum = u16::max(pixel[0] as u16, pixel[1] as u16) + pixel[2] as u16;
        *grey = (sum / 2) as u8;
    }
}

#[kernel(parallel, cuda)]
fn swap_halves(y: &mut [i32], size: usize) {
    for chunk in y.chunks_exact_mut(size) {
        let half = chunk.len() / 2;
        for k in 0..half {
            let kept = chunk[k];
            chunk[k] = chunk[half + k];
            chunk[half + k] = kept;
        }
    }
}

#[kernel(parallel, cuda)]
fn ragged(x: &[f64], sums: &mut [f64], size: usize) {
    for (sum, chunk) in sums.iter_mut().zip(x.chunks(size)) {
        let mut s = 0.0;
        for v in chunk {
            s += *v;
        }
        *sum = s / chunk.len() as f64;
    }
}

#[kernel(parallel, cuda)]
fn numbered_rows(y: &mut [u64], size: usize) {
    for (i, row) in y.chunks_mut(size).enumerate().rev() {
        for (j, v) in row.iter_mut().enumerate() {
            *v = (1000 * i + j) as u64;
        }
    }
}

#[kernel(parallel, cuda)]
fn matvec(a: &[f64], x: &[f64], y: &mut [f64]) {
    let n = x.len();
    for i in 0..y.len() {
        let row = &a[i * n..(i + 1) * n];
        let mut s = 0.0;
        for (a, x) in row.iter().zip(x) {
            s += a * x;
        }
        y[i] = s;
    }
}

#[kernel(parallel, cuda)]
fn compressed_rows(values: &[f64], columns: &[usize], starts: &[usize], x: &[f64], y: &mut [f64]) {
    for (y, ends) in y.iter_mut().zip(starts.windows(2)) {
        let values = &values[ends[0]..ends[1]];
        let columns = &columns[ends[0]..ends[1]];
        let mut s = 0.0;
        for (v, &c) in values.iter().zip(columns) {
            s += v * x[c];
        }
        *y = s;
    }
}

#[kernel(parallel, cuda)]
fn own_slice(y: &mut [i64], n: usize, m: usize) {
    for i in 0..m {
        let row = &mut y[i * n..][..n];
        for j in 0..n {
            row[j] += (i * j) as i64;
        }
        let (first, last) = (row[0], row[n - 1]);
        row[0] = first + last;
    }
}

#[kernel(parallel, cuda)]
fn one_cell(x: &[f32], y: &mut [f32]) {
    for i in 0..x.len() {
        let cell = &mut y[2 * i];
        *cell += x[i];
        *cell *= 2.0;
    }
}

#[test]
fn chunks_and_slices() {
    for n in FEW {
        let bytes: Vec<u8> = words(3 * n).iter().map(|v| *v as u8).collect();
        check!(rgb_to_grey[grey = vec![0; n]](&bytes, &mut grey));
        let (x, y) = (doubles(n), numbers(n));
        for size in [1, 2, 3, 8, n + 1] {
            check!(swap_halves[y = y.clone()](&mut y, size));
            check!(ragged[sums = vec![7.0; n]](&x, &mut sums, size));
            check!(numbered_rows[y = vec![7; n]](&mut y, size));
        }
        let row = doubles(9);
        check!(matvec[y = vec![0.0; n / 9]](&x, &row, &mut y));
        let starts: Vec<usize> = (0..n / 2).map(|r| r + r / 3).collect();
        let columns: Vec<usize> = (0..n).map(|k| k * 7 % 9).collect();
        check!(compressed_rows[y = vec![0.5; n / 2]](
            &x, &columns, &starts, &row, &mut y
        ));
        let wide: Vec<i64> = y.iter().map(|v| i64::from(*v)).collect();
        check!(own_slice[y = wide.clone()](&mut y, 7, n / 7));
        let x = singles(n);
        check!(one_cell[y = vec![0.25; 2 * n + 1]](&x, &mut y));
    }
}

#[kernel(parallel, cuda)]
fn picked(x: &[f64], at: &[usize], sums: &mut [f64], size: usize) {
    for ((chunk, at), sum) in x.chunks(size).zip(at).zip(sums.iter_mut()) {
        *sum = chunk[*at] + chunk[0];
    }
}

#[kernel(parallel, cuda)]
fn ends(x: &[f64], starts: &[usize], sums: &mut [f64], size: usize) {
    for (s, sum) in starts.iter().zip(sums.iter_mut()) {
        let part = &x[*s..*s + size];
        *sum = part[size - 1];
    }
}

#[kernel(parallel, cuda)]
fn inner_chunks(x: &[f64], sizes: &[usize], sums: &mut [f64]) {
    for (sum, &size) in sums.iter_mut().zip(sizes) {
        for chunk in x.chunks_exact(size) {
            *sum += chunk[size / 2];
        }
    }
}

#[kernel(parallel, cuda)]
fn stores(y: &mut [i32], n: usize, limit: i32) {
    for chunk in y.chunks_mut(3) {
        chunk[n] = limit / chunk[0];
        let first = chunk[0];
        assert!(first < limit, "{first} is too much for {n}");
    }
}

#[test]
fn failures_are_those_of_the_slices() {
    let x = doubles(100);
    let mut at = vec![1usize; 30];
    check!(picked[sums = vec![0.0; 30]](&x, &at, &mut sums, 3));
    at[17] = 3;
    fails!(
        "the len is 3 but the index is 3",
        picked[sums = vec![0.0; 30]](&x, &at, &mut sums, 3)
    );
    at[17] = 1;
    fails!(
        "chunk size must be non-zero",
        picked[sums = vec![0.0; 30]](&x, &at, &mut sums, 0)
    );
    check!(ends[sums = vec![0.0; 30]](&x, &at, &mut sums, 3));
    at[4] = 98;
    fails!(
        "range end index 101 out of range for slice of length 100",
        ends[sums = vec![0.0; 30]](&x, &at, &mut sums, 3)
    );
    at[4] = 97;
    fails!(
        "attempt to subtract with overflow",
        ends[sums = vec![0.0; 30]](&x, &at, &mut sums, 0)
    );
    check!(inner_chunks[sums = vec![0.5; 30]](&x, &at, &mut sums));
    at[29] = 0;
    fails!(
        "chunk size must be non-zero",
        inner_chunks[sums = vec![0.5; 30]](&x, &at, &mut sums)
    );
    let y: Vec<i32> = (1..=100).collect();
    fails!(
        "the len is 1 but the index is 2",
        stores[y = y.clone()](&mut y, 2, 1000)
    );
    fails!("97 is too much for 0", stores[y = y.clone()](&mut y, 0, 97));
}

/// Numbers of several types beside elements.
#[kernel(parallel, cuda)]
fn counted(x: &[f64], n: i16, y: &mut [f64], z: &mut [f32]) -> i64 {
    for (i, v) in (0..).zip(x) {
        let i: usize = i;
        y[i] = *v;
    }
    for ((o, v), i) in z.iter_mut().zip(x).zip(1i64..) {
        *o = (v * (i - 3) as f64) as f32;
    }
    let mut sum = 0i64;
    for (i, v) in (2..n).zip(x) {
        if *v > 0.0 {
            sum += i as i64;
        }
    }
    for (o, k) in y.iter_mut().zip(3..) {
        let mut total = *o;
        for (i, v) in (1..).zip(x[..k % 5].iter()) {
            total += v * i as f64;
        }
        *o = total;
    }
    sum
}

#[kernel(parallel, cuda)]
fn masked(x: &mut [u8]) {
    for (x, i) in x.iter_mut().zip(5u8..) {
        *x ^= i;
    }
}

/// Such numbers as indices.
#[kernel(parallel, cuda)]
fn placed(x: &[f64], y: &mut [f64], z: &mut [f64]) {
    for (i, v) in (0u8..).zip(x) {
        y[i as usize] = *v;
    }
    for (v, i) in x.iter().zip(3u16..) {
        z[usize::from(i) - 3] = v + f64::from(i);
    }
}

#[test]
fn narrow_numbers_are_places() {
    for n in [0, 3, 254, 255, 256, 257, 700] {
        let x = doubles(n);
        let (y, z) = (|| vec![0.0; n], || vec![0.0; n]);
        let result = agreement!(Exact, device, placed[y = y(), z = z()](&x, &mut y, &mut z));
        assert_eq!(result.is_err(), cfg!(debug_assertions) && n >= 255, "{n}");
    }
}

#[test]
fn numbers_of_several_types() {
    for n in SIZES.into_iter().filter(|n| *n > 4) {
        let x = doubles(n);
        for limit in [-3, 2, 9, 700] {
            check!(counted[y = vec![0.0; n], z = vec![0.0; n]](&x, limit, &mut y, &mut z));
        }
    }
    // From 255 elements on the numbers end, as they do for the loop as written.
    for n in [0, 3, 249, 250, 251, 300] {
        let start = vec![0b1010_1010; n];
        let result = agreement!(Exact, device, masked[x = start.clone()](&mut x));
        assert_eq!(result.is_err(), cfg!(debug_assertions) && n > 250, "{n}");
    }
}

/// Pairs that a function makes.
#[kernel(parallel, cuda)]
fn pairs_by_function(x: &[f64], y: &[f64], k: usize, out: &mut [f64]) -> f64 {
    use std::iter::zip;
    for (a, b) in std::iter::zip(&x[1..], out.iter_mut()) {
        *b += 2.0 * a;
    }
    for (o, (row, i)) in zip(out, zip(x.chunks(k), 0..)) {
        *o += zip(row, y).map(|(a, b)| a * b).sum::<f64>() + i as f64;
    }
    core::iter::zip(x, y)
        .map(|(a, b)| a.max(*b))
        .fold(0.25, f64::max)
}

#[kernel(parallel, cuda)]
fn collected_pairs(x: &[f64], y: &[f64]) -> Vec<f64> {
    std::iter::zip(x, y).map(|(a, b)| a * b).collect()
}

#[test]
fn pairs_of_std() {
    for n in SIZES {
        let (x, y) = (doubles(n + 1), doubles(n / 2 + 3));
        check!(pairs_by_function[out = doubles(n)](&x, &y, 4, &mut out));
        check!(collected_pairs(&x, &y));
    }
    let x = doubles(9);
    fails!(
        "range start index 1",
        pairs_by_function[out = doubles(9)](&[], &x, 4, &mut out)
    );
    fails!(
        "chunk size",
        pairs_by_function[out = doubles(9)](&x, &x, 0, &mut out)
    );
}
