//! Loops over what a chain makes of its items: filtered, mapped, and up to the first that fails a test.

use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn of_numbers(x: &[i32], y: &mut [i32], z: &mut [i32]) {
    for i in (0..x.len()).filter(|i| i % 3 != 0) {
        y[i] = x[i] + 1;
    }
    for j in (0..x.len()).map(|i| 2 * i).filter(|&j| j < 400) {
        z[j] = x[j];
        z[j + 1] = -x[j];
    }
}

/// Parts of items that are written, in patterns of every kind.
#[kernel(parallel, cuda)]
fn in_place(x: &[i32], y: &mut [i32], z: &mut [i32], w: &mut [i32]) {
    for (o, v) in y.iter_mut().zip(x).filter(|(_, v)| **v > 3) {
        *o += v;
    }
    for v in z.iter_mut().filter(|v| **v < 0) {
        *v = 0;
    }
    for (i, (o, &v)) in w.iter_mut().zip(x).enumerate().filter(|&(i, _)| i % 2 == 0) {
        *o = v + i as i32;
    }
}

#[kernel(parallel, cuda)]
fn totals(x: &[u32], t: &[u32], pairs: &[[u32; 2]]) -> (u32, u32, u32, u32) {
    let (mut a, mut b, mut c, mut d) = (0u32, 0u32, 0u32, 0u32);
    for v in x.iter().filter_map(|v| v.checked_sub(4)) {
        a += v;
    }
    for v in x.iter().filter_map(|&i| t.get(i as usize * 30)) {
        b += *v;
    }
    for (l, r) in x
        .chunks_exact(2)
        .map(|c| (c[0], c[1]))
        .filter(|(l, r)| l < r)
    {
        c = c.max(r - l);
    }
    for p in pairs.iter().filter(|p| p[0] % 2 == 0) {
        d ^= p[1];
    }
    (a, b, c, d)
}

/// Inside an iteration a loop may end early.
#[kernel(parallel, cuda)]
fn inside(x: &[u32], y: &mut [u32]) {
    for (i, o) in y.iter_mut().enumerate() {
        for v in x.iter().take(9).filter(|&&v| v > 3).map(|v| v * 2) {
            if v > 30 {
                break;
            }
            *o += v;
        }
        for v in x[i..].iter().copied().take_while(|v| *v < 18) {
            *o += v;
        }
        for j in (0..x.len()).filter(|&j| j != i).take_while(|j| *j < 20) {
            *o ^= x[j];
        }
    }
}

#[kernel(parallel, cuda)]
fn tested_out_of_bounds(x: &[u32], y: &mut [u32]) {
    for i in (0..x.len()).filter(|&i| x[i + 1] > 3) {
        y[i] = 1;
    }
}

#[kernel(parallel, cuda)]
fn within(x: &[i32], z: &[f64], c: &[u8], counts: &mut [u32; 30], y: &mut [bool]) {
    for &v in x.iter().filter(|v| (0..30).contains(*v)) {
        counts[v as usize] += 1;
    }
    for i in 0..y.len() {
        y[i] = (-1.0..=2.5).contains(&z[i])
            || (b'a'..=b'z').contains(&c[i])
            || !(i as i32 - 200..x[i] + 3).contains(&(x[i] * 2));
    }
}

#[kernel(parallel, cuda)]
fn called(y: &mut [i32]) {
    y.iter_mut().filter(|v| **v < 0).for_each(|v| *v = 7);
}

/// The driver's own loop over strings, and a region in it.
#[kernel(parallel, cuda)]
fn of_the_driver(names: &[usize], y: &mut [i32]) -> usize {
    let words = ["one", "three", "two"];
    let mut letters = names.len();
    for word in words.iter().filter(|word| word.len() == 3) {
        letters += word.len();
        for v in y.iter_mut().filter(|v| **v > 0) {
            *v += 1;
        }
    }
    letters
}

#[test]
fn every_stage() {
    let x: Vec<i32> = (0..401).map(|i| i * 7919 % 41 - 20).collect();
    let start = || x.clone();
    check!(of_numbers[y = vec![0; 401], z = vec![0; 401]](&x, &mut y, &mut z));
    check!(in_place[y = start(), z = start(), w = start()](&x, &mut y, &mut z, &mut w));
    check!(called[y = start()](&mut y));
    check!(of_the_driver[y = start()](&[1, 2], &mut y));
    let z: Vec<f64> = x.iter().map(|v| f64::from(*v) / 4.0).collect();
    let c: Vec<u8> = (0..401).map(|i| (i * 31 % 200) as u8).collect();
    check!(within[n = [0; 30], y = vec![false; 401]](&x, &z, &c, &mut n, &mut y));
    let x: Vec<u32> = (0..401).map(|i| i * 7919 % 41).collect();
    let pairs: Vec<[u32; 2]> = x.iter().map(|v| [*v, v * 3]).collect();
    check!(totals[](&x, &x, &pairs));
    check!(inside[y = vec![1; 300]](&x, &mut y));
    fails!(
        "index out of bounds: the len is 401 but the index is 401",
        tested_out_of_bounds[y = vec![0; 401]](&x, &mut y)
    );
}
