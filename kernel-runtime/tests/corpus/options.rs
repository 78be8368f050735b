//! Options: variables, parameters, patterns that may not match, and methods.

use crate::inputs::{SIZES, doubles};
use kernel_runtime::prelude::*;
use std::cmp::Ordering;

/// Every pattern and method, on what may be missing.
#[kernel(parallel, cuda)]
fn tried(x: &[u32], z: &[i64], low: Option<u32>, step: Option<f64>, out: &mut [[u32; 20]]) {
    fn halved(v: u32) -> Option<u32> {
        if v % 2 == 1 {
            return None;
        }
        Some(v / 2)
    }
    let scale = step.unwrap_or(0.5);
    for i in 0..x.len() {
        let (v, o) = (x[i], i + 1);
        let mut left = v.checked_sub(7);
        let near = z.get(i + 1);
        if let Some(d) = left
            && let Some(n) = near
            && d > 3
            && *n != 0
        {
            out[i][0] = d ^ *n as u32;
        } else {
            out[i][0] = 1;
        }
        out[i][1] = match (left, near) {
            (Some(a @ 0..=9), Some(_)) => a,
            (None, Some(&n)) if n < 0 => 2,
            (Some(a), None) => a + 1,
            (None, None) => 3,
            (_, _) => 4,
        };
        let mut count = 0;
        while let Some(mut d) = left {
            d /= 2;
            count += 1;
            if d % 5 == 4 {
                break;
            }
            left = d.checked_sub(1);
        }
        out[i][2] = count;
        out[i][3] = left.map_or(77, |d| d + 1);
        let mut best: Option<(usize, i64)> = None;
        for k in 0..5 {
            let Some(&n) = z.get(i + k) else { break };
            if best.is_none_or(|(_, most)| n > most) {
                best = Some((k, n));
            }
        }
        out[i][4] = best.map(|(k, n)| k as u32 ^ n as u32).unwrap_or(9);
        out[i][5] = v.checked_mul(3).filter(|d| *d % 2 == 0).unwrap_or_default();
        out[i][6] = v
            .checked_sub(3)
            .and_then(|d| d.checked_sub(3))
            .or(low)
            .unwrap_or(8);
        out[i][7] = v.checked_add(u32::MAX / 2).map_or_else(|| 5, |d| d / 2);
        out[i][8] = near.is_some() as u32 + 2 * left.is_none() as u32;
        out[i][9] = (v.checked_sub(2) == low) as u32 + 2 * (near.copied() != None) as u32;
        out[i][10] = left.is_some_and(|d| d < 40) as u32;
        out[i][11] = if let Option::Some(4 | 6) | None = low {
            v
        } else {
            o as u32
        };
        let root = if v < 50 {
            None
        } else {
            Some((v as f64 * scale).sqrt())
        };
        out[i][12] = root.unwrap_or(-1.0) as i32 as u32;
        if let None = root {
            out[i][13] = 6;
        }
        let mut again = Some(v % 11);
        while let Some(d) = again {
            out[i][14] += d;
            again = if d > 2 { Some(d - 2) } else { None };
        }
        out[i][15] = low.or_else(|| v.checked_sub(9)).unwrap_or_else(|| o as u32);
        out[i][16] = halved(v).unwrap_or(v);
        let kept = [left, low, None, Some(3)];
        for k in 0..4 {
            out[i][17] = out[i][17] * 3 + kept[k].unwrap_or(1) % 64;
        }
        let 0..=40 = v % 64 else { continue };
        out[i][18] = 1;
    }
}

#[test]
fn options_are_values() {
    let x: Vec<u32> = (0..3000).map(|i| i * 7919 % 211).collect();
    let z: Vec<i64> = (0..2997).map(|i| i * 7907 % 41 - 20).collect();
    for (low, step) in [(None, None), (Some(4), Some(2.0)), (Some(5), Some(0.25))] {
        check!(tried[out = vec![[0; 20]; 3000]](
            &x, &z, low, step, &mut out
        ));
    }
}

/// A value that has to be there.
#[kernel(parallel, cuda)]
fn demanded(x: &[u32], limit: Option<u32>, out: &mut [u32]) {
    for i in 0..x.len() {
        let left = if x[i] > 0 { x[i].checked_sub(3) } else { limit };
        out[i] = if x[i] < 9 {
            left.unwrap()
        } else {
            left.expect("enough")
        };
    }
}

#[test]
fn what_is_missing_is_demanded() {
    let mut x = vec![8; 2000];
    check!(demanded[out = vec![0; 2000]](&x, Some(3), &mut out));
    x[1500] = 0;
    check!(demanded[out = vec![0; 2000]](&x, Some(3), &mut out));
    fails!(
        "called `Option::unwrap()` on a `None` value",
        demanded[out = vec![0; 2000]](&x, None, &mut out)
    );
}

/// Every comparison that gives an `Ordering`.
#[kernel(parallel, cuda)]
fn compared(x: &[f64], w: &[f32], k: &[i64], out: &mut [[u32; 8]]) {
    for i in 0..x.len() {
        let o = x[i].total_cmp(&x[(i + 1) % x.len()]);
        out[i][0] = (o as i32 + 1) as u32 + 4 * o.is_lt() as u32 + 8 * o.is_ge() as u32;
        out[i][1] = match x[i].partial_cmp(&x[i / 2]) {
            Some(Ordering::Less) => 1,
            Some(std::cmp::Ordering::Equal) => 2,
            Some(Ordering::Greater) => 3,
            None => 4,
        };
        out[i][2] = match k[i].cmp(&k[i / 3]) {
            Ordering::Less | Ordering::Equal => 1,
            Ordering::Greater => 2,
        };
        out[i][3] = (w[i].total_cmp(&w[i / 2]) == Ordering::Less) as u32;
        out[i][4] = w[i].partial_cmp(&1.0).is_none_or(|o| o.is_eq()) as u32;
        out[i][5] = (k[i] as u8).cmp(&7).is_gt() as u32 + 2 * (k[i] as i8).cmp(&7).is_le() as u32;
    }
}

#[test]
fn orderings_are_std_s() {
    let special = [
        0.0,
        -0.0,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1.0,
        -2.5,
    ];
    let x: Vec<f64> = (0..2000).map(|i| special[i * 7919 % 13 % 8]).collect();
    let w: Vec<f32> = x.iter().rev().map(|v| *v as f32).collect();
    let k: Vec<i64> = (0..2000).map(|i| i * 7907 % 41 - 20).collect();
    check!(compared[out = vec![[0; 8]; 2000]](&x, &w, &k, &mut out));
}

/// Options of options, whose defaults have no value.
#[kernel(parallel, cuda)]
fn nested(x: &[u32], out: &mut [[u32; 3]]) {
    for i in 0..x.len() {
        let o = if x[i] < 10 {
            None
        } else {
            Some(x[i].checked_sub(20))
        };
        out[i][0] = match o {
            Some(None) => 2,
            Some(Some(v)) => v + 100,
            None => 7,
        };
        if let Some(None) = o {
            out[i][1] = 1000;
        }
        out[i][2] = o.unwrap_or_default().unwrap_or(50_000);
    }
}

#[test]
fn options_of_options() {
    let x: Vec<u32> = (0..2000).map(|i| i * 7919 % 41).collect();
    check!(nested[out = vec![[0; 3]; 2000]](&x, &mut out));
}

/// Options by a test: `then` asks its closure only where it holds.
#[kernel(parallel, cuda)]
fn by_tests(x: &[f64], at: &[usize], y: &mut [f64]) {
    for i in 0..x.len() {
        let own = (x[i] > 0.0).then_some(x[i]).unwrap_or(0.5);
        let other = (at[i] < x.len())
            .then(|| x[at[i]].abs())
            .unwrap_or_default();
        let number: f64 = (i as u32).into();
        y[i] = own + other * number;
    }
}

/// `then_some` has its value evaluated first.
#[kernel(parallel, cuda)]
fn at_once(x: &[f64], at: &[usize], y: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = (x[i] > 9.0).then_some(x[at[i]]).unwrap_or(0.5);
    }
}

#[test]
fn tests_give_options() {
    for n in SIZES {
        let x = doubles(n);
        let mut at: Vec<usize> = (0..n).map(|k| k * 7 % (n + 3)).collect();
        check!(by_tests[y = vec![0.0; n]](&x, &at, &mut y));
        at.iter_mut().for_each(|at| *at %= n.max(1));
        check!(at_once[y = vec![0.0; n]](&x, &at, &mut y));
        if n > 2 {
            at[n - 2] = n;
            fails!("out of bounds", at_once[y = vec![0.0; n]](&x, &at, &mut y));
        }
    }
}
