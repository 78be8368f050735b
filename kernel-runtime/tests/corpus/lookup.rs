//! Tables that bytes, masks and remainders look up: no index misses one that is long enough, and one that is
//! not fails as the loop as written.

use crate::inputs::words;
use kernel_runtime::prelude::*;

const N: usize = 3000;

const SQUARES: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = (i * i) as u32;
        i += 1;
    }
    table
};

fn bytes(n: usize) -> Vec<u8> {
    words(n).into_iter().map(|x| (x >> 8) as u8).collect()
}

#[kernel(parallel, cuda)]
fn curve(table: &[u8; 256], x: &[u8], y: &mut [u8]) {
    for i in 0..y.len() {
        y[i] = table[x[i] as usize];
    }
}

#[kernel(parallel, cuda)]
fn short(table: &[f32; 255], x: &[u8], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] = table[x[i] as usize] + 1.0;
    }
}

#[kernel(parallel, cuda)]
fn signed(table: &[f32; 256], x: &[u32], y: &mut [f32]) {
    for i in 0..y.len() {
        y[i] = table[(x[i] & 0xff) as i8 as usize];
    }
}

#[kernel(parallel, cuda)]
fn mixed(x: &[u32], y: &mut [u32]) {
    for i in 0..y.len() {
        let mut c = x[i];
        for _ in 0..4 {
            c = SQUARES[(c & 0xff) as usize] ^ (c >> 8);
        }
        y[i] = c ^ SQUARES[(x[i] as u8) as usize];
    }
}

#[kernel(parallel, cuda)]
fn masked(table: &[f64], x: &[u32], y: &mut [f64]) {
    for i in 0..y.len() {
        let k = (x[i] % 61) as usize;
        y[i] = table[k + 3];
    }
}

#[kernel(parallel, cuda)]
fn counted(x: &[u8], counts: &mut [u32; 256]) -> u32 {
    let mut own = [0u32; 16];
    for i in 0..x.len() {
        counts[x[i] as usize] += 1;
    }
    for i in 0..x.len() {
        own[(x[i] & 15) as usize] += 1;
    }
    own[0] + own[15]
}

/// A row is shorter than the array that it is of.
#[kernel(parallel, cuda)]
fn taken(rows: [[u32; 2]; 3], x: &[u8], y: &mut [u32]) {
    let first = rows[1];
    for i in 0..y.len() {
        y[i] = first[(x[i] % 3) as usize];
    }
}

#[test]
fn bytes_look_up() {
    let (x, w) = (bytes(N), words(N));
    let table: [u8; 256] = std::array::from_fn(|i| (i * 7) as u8);
    check!(curve[y = vec![0; N]](&table, &x, &mut y));
    check!(mixed[y = vec![0; N]](&w, &mut y));
    check!(counted[counts = [3; 256]](&x, &mut counts));
}

#[test]
fn short_tables_fail() {
    let low: Vec<u8> = bytes(N).into_iter().map(|x| x.min(254)).collect();
    let (x, w) = (bytes(N), words(N));
    let table: [f32; 255] = std::array::from_fn(|i| i as f32);
    check!(short[y = vec![0.0; N]](&table, &low, &mut y));
    let outside = "index out of bounds";
    fails!(outside, short[y = vec![0.0; N]](&table, &x, &mut y));
    let table: [f32; 256] = std::array::from_fn(|i| i as f32);
    fails!(outside, signed[y = vec![0.0; N]](&table, &w, &mut y));
    let few: Vec<u32> = w.iter().map(|x| x & 127).collect();
    check!(signed[y = vec![0.0; N]](&table, &few, &mut y));
    let table: Vec<f64> = (0..64).map(f64::from).collect();
    check!(masked[y = vec![0.0; N]](&table, &w, &mut y));
    for length in [63, 4, 0] {
        fails!(
            outside,
            masked[y = vec![0.0; N]](&table[..length], &w, &mut y)
        );
    }
    let pairs = [[1, 2], [3, 4], [5, 6]];
    fails!(outside, taken[y = vec![0; N]](pairs, &x, &mut y));
}
