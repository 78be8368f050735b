//! Chains of the driver's that keep the greatest or the least item: the item itself, the first or the last of
//! equal ones, and where no order is, what the chain does.

use crate::support::{SIZES, values};
use kernel_runtime::prelude::*;
use std::cmp::Ordering;

#[kernel(parallel, cuda)]
fn by_floats(x: &[f64]) -> (i64, i64, usize, f64, f32) {
    let first = x.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
    let last = x
        .iter()
        .copied()
        .enumerate()
        .max_by(|(_, a), (_, b)| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    let far = (0..x.len()).max_by(|&i, &j| x[i].abs().total_cmp(&x[j].abs()));
    let least = *x.iter().min_by(|a, b| a.total_cmp(b)).unwrap_or(&7.0);
    let narrow = x
        .iter()
        .rev()
        .max_by(|&a, &b| (*a as f32).total_cmp(&(*b as f32)));
    (
        first.map_or(-1, |(at, _)| at as i64),
        last.map_or(-1, |(at, _)| at as i64),
        far.unwrap_or(0),
        least,
        narrow.copied().unwrap_or(-1.0) as f32,
    )
}

#[kernel(parallel, cuda)]
fn by_keys(x: &[i32], y: &[u8]) -> (i64, i64, i64, u8) {
    let least = x
        .iter()
        .enumerate()
        .min_by_key(|&(_, v)| v)
        .map(|(at, _)| at as i64);
    let greatest = x
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.cmp(b.1))
        .map(|(at, _)| at as i64);
    let sum = x
        .iter()
        .zip(y)
        .enumerate()
        .max_by_key(|(_, (a, b))| **a % 16 - (**b % 16) as i32);
    let bits = y.iter().skip(2).min_by_key(|v| v.count_ones());
    let at = sum.map_or(-1, |(at, _)| at as i64);
    (
        least.unwrap_or(-1),
        greatest.unwrap_or(-1),
        at,
        bits.copied().unwrap_or(200),
    )
}

#[test]
fn items_are_those_of_the_chain() {
    for n in SIZES {
        for scale in [0.0, 8.0, 1e3] {
            let mut x: Vec<f64> = values(n).iter().map(|v| (v * scale).round()).collect();
            check!(by_floats(&x));
            let k: Vec<i32> = x.iter().map(|v| *v as i32).collect();
            let y: Vec<u8> = x.iter().map(|v| *v as i64 as u8).collect();
            check!(by_keys(&k, &y));
            for odd in [
                f64::NAN,
                f64::INFINITY,
                f64::NEG_INFINITY,
                -0.0,
                0.0,
                -f64::NAN,
            ] {
                if n > 2 {
                    x[n / 2] = odd;
                    check!(by_floats(&x));
                }
            }
        }
        for all in [i32::MIN, i32::MAX] {
            check!(by_keys(&vec![all; n], &vec![255; n]));
        }
        for all in [f64::NEG_INFINITY, f64::INFINITY, f64::NAN] {
            check!(by_floats(&vec![all; n]));
        }
    }
}

#[kernel(parallel, cuda)]
fn in_order(x: &[f64]) -> f64 {
    *x.iter().max_by(|a, b| a.partial_cmp(b).unwrap()).unwrap()
}

/// The names of one side of a comparison, where the other has them too, or the function has.
#[kernel(parallel, cuda)]
fn of_both_sides(x: &[f64], b: f64, k: &[i32]) -> (f64, f64, i32) {
    let other = x
        .iter()
        .copied()
        .max_by(|a, b| (a - b + 1.0).total_cmp(&(b - b + 1.0)));
    let above = x.iter().copied().max_by(|a, c| (a - b).total_cmp(&(c - b)));
    let steps = k
        .iter()
        .copied()
        .min_by(|a, b| (a / 2 - b / 2).cmp(&(b / 2 - b / 2)));
    (
        other.unwrap_or(0.0),
        above.unwrap_or(1.0),
        steps.unwrap_or(2),
    )
}

#[test]
fn names_of_both_sides_are_told_apart() {
    for n in SIZES {
        let k: Vec<i32> = (0..n as i32).map(|i| i * 7919 % 1009).collect();
        check!(of_both_sides(&values(n), 0.25, &k));
    }
}

/// What is compared may fail: of the first item on one side, of later ones on the other, of one alone never.
#[kernel(parallel, cuda)]
#[allow(clippy::unnecessary_min_or_max)]
fn compared(k: &[i32], d: i32, w: &[f64]) -> (i32, i64, i64) {
    let nearest = k.iter().copied().min_by(|a, b| (a - d).cmp(&(b - d)));
    let listed = k.iter().enumerate().max_by(|a, b| {
        w[*a.1 as usize % 1000]
            .partial_cmp(&w[*b.1 as usize % 1000])
            .unwrap()
    });
    let split = k
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| ((100 / **a) as f32).total_cmp(&((100 / **b) as f32)));
    (
        nearest.unwrap_or(-1),
        listed.map_or(-1, |(at, _)| at as i64),
        split.map_or(-1, |(at, _)| at as i64),
    )
}

#[test]
fn what_is_compared_fails_where_it_stands() {
    let w = values(1000);
    let fails = |k: &[i32], w: &[f64]| agreement!(Exact, device, compared(k, 5, w)).is_err();
    for n in [0, 1, 2, 3, 64, 700] {
        let k: Vec<i32> = (0..n).map(|i| 1 + i * 37 % 101).collect();
        assert!(!fails(&k, &w));
        assert_eq!(fails(&k, &w[..20]), n > 1);
        for at in [0, 1, n / 2, n - 1].map(|at| at as usize) {
            if at >= k.len() {
                continue;
            }
            let bad = |number: i32| {
                let mut k = k.clone();
                k[at] = number;
                k
            };
            for number in [0, i32::MIN] {
                assert_eq!(fails(&bad(number), &w), n > 1);
            }
            let mut w = w.clone();
            w[500] = f64::NAN;
            assert_eq!(fails(&bad(500), &w), n > 1);
        }
    }
}

#[test]
fn what_has_no_order_panics() {
    check!(in_order(&[f64::NAN]));
    check!(in_order(&values(1000)));
    fails!("called `Option::unwrap()` on a `None` value", in_order(&[]));
    for at in [0, 1, 700, 999] {
        let mut x = values(1000);
        x[at] = f64::NAN;
        fails!("called `Option::unwrap()` on a `None` value", in_order(&x));
    }
}

/// Chains whose items are none of the language's stay as they are, beside loops.
#[kernel(parallel, cuda)]
fn beside(x: &mut [f64], p: &[(u8, u8)]) -> (usize, u8, usize) {
    for v in x.iter_mut() {
        *v *= 2.0;
    }
    let words = ["a", "bcd", "ef"];
    let longest = words.iter().max_by_key(|word| word.len()).unwrap();
    let pair = p.iter().max_by_key(|p| (p.1, p.0)).map_or(0, |p| p.0);
    let back = x.iter().enumerate().max_by(|a, b| b.1.total_cmp(a.1));
    (longest.len(), pair, back.unwrap().0)
}

#[test]
fn other_items_are_the_drivers() {
    let p: Vec<(u8, u8)> = (0..100).map(|i| (i, i % 23 * 7)).collect();
    check!(beside[x = values(500)](&mut x, &p));
}

/// What stands behind a chain in its statement may read what a device has written, too.
#[kernel(parallel, cuda)]
fn read_behind(x: &[i32], w: &mut [i32]) -> (bool, i32) {
    for i in 0..x.len() {
        w[i] = x[i] * 3 % 17 + 20;
    }
    if w.iter().map(|v| v % 3).sum::<i32>() * w[3] == 7 {
        return (false, w[0]);
    }
    (
        w.iter().all(|v| *v < 100) && w[2] > 0,
        w.iter().copied().max_by_key(|v| *v % 7).unwrap() - w[1],
    )
}

#[kernel(parallel, cuda)]
fn read_last(x: &[i32], w: &mut [i32]) -> i32 {
    for i in 0..x.len() {
        w[i] = x[i] * 3 % 17 + 20;
    }
    w.iter().filter(|v| **v > 30).count() as i32 * w[1] + w[2]
}

/// A later loop sees the elements that a statement writes behind its chain.
#[kernel(parallel, cuda)]
fn written_behind(x: &[i32], w: &mut [i32]) -> i32 {
    for i in 0..x.len() {
        w[i] = x[i] * 3 % 17;
    }
    w[0] = w.iter().sum::<i32>();
    let m = *w.iter().max().unwrap();
    w[1] -= m + w.iter().copied().max_by_key(|v| *v).unwrap();
    w.iter().fold(0, |a, b| a + b)
}

#[test]
fn elements_behind_a_chain_are_new() {
    for n in [5, 100, 5000] {
        let x: Vec<i32> = (0..n).map(|i| i * 37 % 101).collect();
        let old = || vec![0; x.len()];
        check!(read_behind[w = old()](&x, &mut w));
        check!(read_last[w = old()](&x, &mut w));
        check!(written_behind[w = old()](&x, &mut w));
    }
}

/// A chain that takes a `Vec` cannot be gone through again: it is the driver's.
#[kernel(parallel, cuda)]
fn taken(x: &[f64], y: &mut [f64]) -> (usize, usize) {
    for i in 0..x.len() {
        y[i] = x[i] * 2.0;
    }
    let marks = vec![3usize; x.len()];
    let best = y
        .iter()
        .zip(marks)
        .enumerate()
        .max_by(|a, b| a.1.0.total_cmp(b.1.0));
    let lent = y
        .iter()
        .zip(x)
        .enumerate()
        .min_by(|a, b| (a.1.0 - a.1.1).total_cmp(&(b.1.0 - b.1.1)));
    (
        best.map_or(9, |(at, (_, mark))| at + mark),
        lent.map_or(9, |(at, _)| at),
    )
}

#[test]
fn chains_that_take_what_they_go_over() {
    for n in SIZES {
        let x = values(n);
        check!(taken[y = vec![0.0; n]](&x, &mut y));
    }
}
