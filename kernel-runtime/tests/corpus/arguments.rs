//! Functions nested in a kernel that take references: to numbers, elements, rows and parts of arrays.

use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn rows_to_read(p: &[[f64; 3]], y: &mut [f64]) {
    fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
        a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    }
    for i in 0..p.len() - 1 {
        y[i] = dot(&p[i], &p[i + 1]);
    }
}

#[kernel(parallel, cuda)]
fn slices_to_read(x: &[f64], y: &mut [f64], n: usize) {
    fn mean(v: &[f64]) -> f64 {
        v.iter().sum::<f64>() / v.len() as f64
    }
    fn at(v: &[f64], i: usize, width: usize) -> f64 {
        let mut most = mean(&v[i..i + width]);
        for x in &v[i..i + 1] {
            most = most.max(*x);
        }
        most
    }
    for i in 0..y.len() {
        let near = [x[i], 2.0, -1.0];
        y[i] = at(x, i, n) + mean(&near) + mean(&near[1..]);
    }
}

/// An accumulator, an element, locals, and a reference that is handed on.
#[kernel(parallel, cuda)]
fn numbers_to_write(x: &[i64], y: &mut [i64], z: &mut [i64], low: &i64) -> i64 {
    fn add(to: &mut i64, v: i64) {
        *to += v;
    }
    fn order(a: &mut i64, b: &mut i64) {
        if *a > *b {
            let kept = *a;
            *a = *b;
            *b = kept;
        }
    }
    fn twice(to: &mut i64, v: &i64) {
        add(to, *v);
        add(&mut *to, *v);
    }
    let mut s = 0;
    for i in 0..x.len() - 2 {
        add(&mut s, x[i]);
        let (mut a, mut b, mut c) = (x[i], x[i + 1], x[i + 2]);
        order(&mut a, &mut b);
        order(&mut b, &mut c);
        order(&mut a, &mut b);
        y[i] = b;
        add(&mut y[i], a - c);
    }
    for v in z.iter_mut() {
        twice(v, low);
    }
    s
}

#[kernel(parallel, cuda)]
fn slices_to_write(y: &mut [i32], p: &mut [[i32; 3]], z: &mut [i32], k: usize) {
    fn sort(v: &mut [i32]) {
        for a in 1..v.len() {
            let mut b = a;
            while b > 0 && v[b - 1] > v[b] {
                v.swap(b - 1, b);
                b -= 1;
            }
        }
    }
    fn turn(v: &mut [i32; 3]) {
        *v = [v[1], v[2], v[0] + 1];
    }
    fn set(v: &mut [i32], i: usize, x: &i32) {
        v[i] = *x + 1;
    }
    for part in y.chunks_mut(k) {
        sort(part);
    }
    for i in 0..y.len() / 10 {
        sort(&mut y[i * 10..i * 10 + 10]);
    }
    for row in p.iter_mut() {
        turn(row);
    }
    for i in 0..p.len() {
        turn(&mut p[i]);
        let mut own = p[i];
        sort(&mut own);
        turn(&mut own);
        set(z, i, &own[1]);
    }
}

/// What is checked first: arguments from left to right, then the body.
#[kernel(parallel, cuda)]
fn checked_in_order(x: &[i32], y: &mut [i32], n: usize, m: usize) {
    fn three(a: i32, v: &[i32], b: &i32) -> i32 {
        a + v[m_of(v)] + b
    }
    fn m_of(v: &[i32]) -> usize {
        v.len()
    }
    for i in 0..y.len() {
        y[i] = three(x[i + n], &x[i + m..i + m + 2], &x[i + 2 * n]);
    }
}

/// Arrays by value, which the functions go over, turn around and change.
#[kernel(parallel, cuda)]
fn arrays_by_value(p: &[[f32; 3]], y: &mut [f32], rows: &mut [u8], w: usize) {
    fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
        a.iter().zip(&b).map(|(x, y)| x * y).sum()
    }
    fn first_above(mut a: [f32; 3], t: f32) -> f32 {
        a.reverse();
        for v in a.iter_mut() {
            *v += 1.0;
        }
        for (i, v) in a.into_iter().enumerate() {
            if v > t {
                return i as f32;
            }
        }
        a[0]
    }
    for i in 0..y.len() {
        y[i] = dot(p[i], p[i]) + first_above(p[i], 3.0);
    }
    for row in rows.chunks_exact_mut(w) {
        row.reverse();
    }
}

#[test]
fn arrays_of_functions() {
    let p = (0..300).map(|i| [(i % 7) as f32, 0.5, i as f32 * 0.01]);
    let p: Vec<[f32; 3]> = p.collect();
    let rows: Vec<u8> = (0..=255).chain(0..70).collect();
    for w in [1, 2, 7] {
        check!(arrays_by_value[y = vec![0.0; 300], r = rows.clone()](&p, &mut y, &mut r, w));
    }
}

#[test]
fn references_stand_for_places() {
    let p: Vec<[f64; 3]> = (0..300)
        .map(|i| [f64::from(i % 7), 0.5, f64::from(i) * 0.1])
        .collect();
    check!(rows_to_read[y = vec![0.0; 300]](&p, &mut y));
    let x: Vec<f64> = (0..330).map(|i| f64::from(i * 7919 % 41) - 20.0).collect();
    for n in [1, 7, 30] {
        check!(slices_to_read[y = vec![0.0; 300]](&x, &mut y, n));
    }
    fails!(
        "range end index 331 out of range for slice of length 330",
        slices_to_read[y = vec![0.0; 300]](&x, &mut y, 32)
    );
    let x: Vec<i64> = (0..330).map(|i| i * 7919 % 41 - 20).collect();
    check!(numbers_to_write[y = vec![0; 330], z = x.clone()](&x, &mut y, &mut z, &-3));
    let (y, p): (Vec<i32>, Vec<[i32; 3]>) = (0..333)
        .map(|i| (i * 7919 % 41, [i % 5, i % 3, i % 7]))
        .unzip();
    for k in [1, 4, 100] {
        check!(slices_to_write[y = y.clone(), p = p.clone(), z = vec![0; 333]](
            &mut y, &mut p, &mut z, k));
    }
    fails!(
        "index out of bounds: the len is 333 but the index is 401",
        checked_in_order[z = vec![0; 330]](&y, &mut z, 401, 400)
    );
    fails!(
        "range start index 400 out of range for slice of length 333",
        checked_in_order[z = vec![0; 330]](&y, &mut z, 200, 400)
    );
    fails!(
        "index out of bounds: the len is 333 but the index is 400",
        checked_in_order[z = vec![0; 330]](&y, &mut z, 200, 1)
    );
    fails!(
        "index out of bounds: the len is 2 but the index is 2",
        checked_in_order[z = vec![0; 330]](&y, &mut z, 1, 3)
    );
}
