//! Blocks that are left early: nested functions with a `return`, loops and labelled blocks with a
//! value; patterns that bind; tables from outside the function, and in it.

use crate::inputs::{FEW, doubles, numbers};
use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn returns(x: &[i32], y: &mut [i32], z: &mut [f64]) {
    fn gcd(a: i32, b: i32) -> i32 {
        let (mut a, mut b) = (a, b);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        return a;
    }
    fn first_divisor(n: i32) -> i32 {
        if n < 2 {
            return 0;
        }
        for d in 2..n {
            if n % d == 0 {
                return d;
            }
        }
        n
    }
    fn root(v: f64) -> f64 {
        let sign = match v {
            _ if v < 0.0 => return -1.0,
            _ => 1.0,
        };
        if v > 100.0 { return sign } else { v.sqrt() }
    }
    for i in 0..x.len() {
        y[i] = gcd(x[i], 36) * 1000 + first_divisor(x[i]);
        for j in 0..3 {
            if root(z[i]) < 0.0 && j > 1 {
                break;
            }
            z[i] += root(x[i] as f64);
        }
    }
}

#[kernel(parallel, cuda)]
fn values_of_loops(x: &[i32], y: &mut [i32]) {
    for i in 0..x.len() {
        let mut k = x[i].abs() % 7;
        let first = loop {
            k += 1;
            if k % 5 == 0 {
                break k;
            }
        };
        let second = 'search: loop {
            k += 3;
            for j in 0..4 {
                if (k + j) % 9 == 0 {
                    break 'search j;
                }
                if j > k {
                    continue 'search;
                }
            }
            if k > 40 {
                break -1;
            }
        };
        let third = 'block: {
            if x[i] < 0 {
                break 'block 1;
            }
            let half = x[i] / 2;
            if half % 2 == 0 {
                break 'block half;
            }
            half + 1
        };
        'store: {
            if third == 7 {
                break 'store;
            }
            y[i] = first * 10_000 + second * 1000 + third;
        }
    }
}

#[kernel(parallel, cuda)]
fn bindings(x: &[i32], y: &mut [i32]) {
    for i in 0..x.len() {
        y[i] = match (x[i], i % 3) {
            (a, 0) if a > 5 => a,
            (0, k) => k as i32,
            (n @ 1..=9, 2) => n * 2,
            (_, k) if k > 1 => 7,
            (a, b) => a - b as i32,
        };
        y[i] += match x[i] {
            v if v < -100 => v,
            small @ (0 | 1) => small + 1,
            _ => 0,
        };
    }
}

mod tables {
    pub static WEIGHTS: [f64; 3] = [0.25, 0.5, 0.25];
    pub const ROWS: [[f64; 2]; 3] = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
}

const STEPS: &[u8] = &[1, 2, 3, 5, 8];

#[kernel(parallel, cuda)]
fn tabled(x: &[i32], y: &mut [f64]) {
    const SIGNS: [i64; 2] = [-1, 1];
    for i in 0..x.len() {
        let mut s = 0.0;
        for k in 0..tables::WEIGHTS.len() {
            s += tables::WEIGHTS[k] * tables::ROWS[k][i % 2];
        }
        let step = f64::from(STEPS[i % 5]) + f64::from(x[i] > 0);
        y[i] = s + f64::from(x[i]) * step * SIGNS[(x[i] & 1) as usize] as f64;
    }
}

#[kernel(device)]
fn weight(k: usize) -> f64 {
    const WEIGHTS: [f64; 7] = [0.5, -1.0, 2.0, 3.5, -0.25, 1e300, -0.0];
    WEIGHTS[k]
}

/// Arrays of up to eight elements that stay what they are, of as many as have a place of their own,
/// and of one more.
#[kernel(parallel, cuda)]
fn short_tables(x: &[i32], y: &mut [f64], z: &mut [i16]) {
    for i in 0..x.len() {
        let at = (x[i] & 7) as usize;
        let held = [x[i], 1, x[i] / 2, 3, 4, 5, 6, 7];
        let (flags, more) = (
            [true, false, i % 2 == 0, true],
            [9i16, 8, 7, 6, 5, 4, 3, 2, 1],
        );
        let single = [2.5];
        y[i] = weight(at % 7) + held[at] as f64 + single[at / 8];
        z[i] = more[at + 1]
            + if flags[at / 2] {
                held[7 - at] as i16
            } else {
                0
            };
    }
}

#[kernel(parallel, cuda)]
fn beyond_a_table(x: &[i32], y: &mut [f64]) {
    for i in 0..x.len() {
        let small = [1.0, 2.0, 4.0];
        y[i] = weight(x[i] as usize) * small[(x[i] % 4) as usize];
    }
}

#[test]
fn tables_of_few_numbers() {
    for n in FEW {
        let x = numbers(n);
        check!(short_tables[y = vec![0.0; n], z = vec![0; n]](&x, &mut y, &mut z));
    }
    let mut x: Vec<i32> = (0..100).map(|i| i % 3).collect();
    check!(beyond_a_table[y = vec![0.0; 100]](&x, &mut y));
    x[70] = 3;
    fails!(
        "the len is 3 but the index is 3",
        beyond_a_table[y = vec![0.0; 100]](&x, &mut y)
    );
    x[60] = 8;
    fails!(
        "the len is 7 but the index is 8",
        beyond_a_table[y = vec![0.0; 100]](&x, &mut y)
    );
}

#[test]
fn blocks_that_are_left_early() {
    for n in FEW {
        let x = numbers(n);
        check!(returns[y = vec![0; n], z = doubles(n)](&x, &mut y, &mut z));
        check!(values_of_loops[y = vec![0; n]](&x, &mut y));
    }
}

#[test]
fn names_in_patterns_and_tables_from_outside() {
    for n in FEW {
        let x = numbers(n);
        check!(bindings[y = vec![0; n]](&x, &mut y));
        check!(tabled[y = vec![0.0; n]](&x, &mut y));
    }
}
