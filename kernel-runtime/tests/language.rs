//! The kernel language on the host: each construct inside a region, equal to serial.
#![allow(missing_docs, clippy::needless_late_init, clippy::type_complexity)]

mod support;

use kernel_runtime::prelude::*;
use ndarray::{Array2, Array3, ArrayViewMut2, ArrayViewMut3, s};
use support::{THREADS, on_threads, values};

/// Both versions on copies of `start`; they must leave the same.
fn same<T: Clone + PartialEq + std::fmt::Debug + Send + Sync>(
    start: &T,
    serial: impl Fn(&mut T),
    parallel: impl Fn(&mut T) + Sync,
) {
    let mut expected = start.clone();
    serial(&mut expected);
    for threads in THREADS {
        let mut found = start.clone();
        on_threads(threads, || parallel(&mut found));
        assert_eq!(found, expected, "{threads} threads");
    }
}

#[kernel(parallel)]
fn integers(x: &[i32], bytes: &mut [u8], shorts: &mut [i16], words: &mut [u64]) {
    for i in 0..x.len() {
        let v = x[i];
        let b = v as u8;
        bytes[i] = (b ^ 0x5a) & !(b >> 3) | (b << 1);
        shorts[i] = (v as i16 >> 2).wrapping_mul(-3) - (v % 7) as i16;
        words[i] = (v as i64 as u64) / 3 + (i as u64) % 5;
        words[i] ^= (v as f64 * 1.5e9) as u64;
        shorts[i] += if v < 0 { -1 } else { (v > 100) as i16 };
    }
}

#[test]
fn integer_arithmetic_in_its_own_width() {
    let x: Vec<i32> = (0..5000i32)
        .map(|k| k.wrapping_mul(-1_640_531_535) >> 8)
        .collect();
    let n = x.len();
    let start = (vec![0u8; n], vec![0i16; n], vec![0u64; n]);
    let run = |kernel: fn(&[i32], &mut [u8], &mut [i16], &mut [u64])| {
        let x = &x;
        move |(bytes, shorts, words): &mut (Vec<u8>, Vec<i16>, Vec<u64>)| {
            kernel(x, bytes, shorts, words);
        }
    };
    same(&start, run(integers::serial), run(integers::parallel));
}

#[kernel(parallel)]
fn inner_loops(x: &[f64], out: &mut [f64]) {
    let n = out.len();
    for i in 0..n {
        let mut total = 0.0;
        for j in (0..=i % 9).rev() {
            total = total * 0.5 + x[j];
        }
        'rows: for j in (i..n).step_by(37) {
            let mut k = j;
            while k > 0 {
                k /= 2;
                if k % 5 == 3 {
                    continue 'rows;
                }
                if x[k] > 0.45 {
                    break 'rows;
                }
                total += x[k];
            }
            total -= 1.0;
        }
        let mut turns = 0;
        loop {
            turns += 1;
            if turns > i % 4 {
                break;
            }
        }
        if turns == 2 {
            continue;
        }
        out[i] = total + turns as f64;
    }
}

#[test]
fn loops_inside_an_iteration() {
    let x = values(3000);
    same(
        &x,
        |out| inner_loops::serial(&x, out),
        |out| inner_loops::parallel(&x, out),
    );
}

#[kernel(parallel)]
fn locals(x: &[f32], out: &mut [f32]) {
    for i in 0..x.len() {
        let pair = (x[i], i as f32);
        let (a, mut b) = pair;
        b += a * pair.0;
        let mut window = [0.0; 4];
        window[i % 4] = a;
        window[(i + 1) % 4] -= b;
        let low;
        if a < 0.0 {
            low = -a;
        } else {
            low = a;
        }
        let high = {
            let half = low / 2.0;
            half.max(0.125)
        };
        out[i] = window[0] + window[3] * high.sqrt();
    }
}

#[test]
fn tuples_arrays_and_blocks() {
    let x: Vec<f32> = values(3000).into_iter().map(|x| x as f32).collect();
    same(
        &x,
        |out| locals::serial(&x, out),
        |out| locals::parallel(&x, out),
    );
}

#[kernel(parallel)]
fn cube(mut out: ArrayViewMut3<i64>, from: i32, step: usize) {
    let (m, n, o) = out.dim();
    for i in (0..m).rev() {
        for j in (0..n).step_by(step) {
            for k in 0..o {
                out[[i, j, k]] = (i * 10_000 + j * 100 + k) as i64 - from as i64;
            }
        }
    }
}

#[kernel(parallel)]
fn shifted(mut out: ArrayViewMut2<i32>, lo: i32, hi: i32) {
    for i in lo..hi {
        for j in (lo..=hi).rev() {
            out[[(i - lo) as usize, (j - lo) as usize]] = i * 1000 + j;
        }
    }
}

#[test]
fn nests_of_every_kind() {
    for step in [1, 2, 5, 100] {
        let start = Array3::<i64>::zeros((7, 11, 13));
        same(
            &start,
            |out| cube::serial(out.view_mut(), -3, step),
            |out| cube::parallel(out.view_mut(), -3, step),
        );
        same(
            &start,
            |out| cube::serial(out.slice_mut(s![..;-1, ..;2, ..;3]), -3, step),
            |out| cube::parallel(out.slice_mut(s![..;-1, ..;2, ..;3]), -3, step),
        );
    }
    for (lo, hi) in [(-20, 30), (5, 5), (5, 2), (-1, 0)] {
        same(
            &Array2::zeros((60, 60)),
            |out| shifted::serial(out.view_mut(), lo, hi),
            |out| shifted::parallel(out.view_mut(), lo, hi),
        );
    }
}

#[kernel(parallel)]
fn through_references(x: &[f64], total: &mut f64, count: &mut u32) {
    for i in 0..x.len() {
        *total *= 1.0 + x[i] / 64.0;
        if x[i] < 0.0 {
            *count += 1;
        }
    }
}

#[test]
fn accumulators_behind_references() {
    let x = values(100);
    let run = |kernel: fn(&[f64], &mut f64, &mut u32)| {
        let (mut total, mut count) = (2.0, 5);
        kernel(&x, &mut total, &mut count);
        (total, count)
    };
    let (serial, parallel) = (run(through_references::serial), run(through_references));
    assert_eq!(serial.1, parallel.1);
    assert!((serial.0 / parallel.0 - 1.0).abs() < 1e-14);
}

#[kernel(parallel)]
fn extremes(x: &[i32]) -> (i32, i32, u32, bool, bool, u32, u32) {
    let mut low = i32::MAX;
    let mut high = -5;
    let mut bits = 0u32;
    let mut any = false;
    let mut every = true;
    let mut both = u32::MAX;
    let mut odd = 0;
    for i in 0..x.len() {
        low = low.min(x[i]);
        if x[i] > high {
            high = x[i];
        }
        bits |= x[i] as u32;
        any |= x[i] == 77;
        every &= x[i] != 78;
        both &= !(x[i] as u32);
        odd ^= x[i] as u32;
    }
    (low, high, bits, any, every, both, odd)
}

#[test]
fn integer_reductions_are_exact() {
    for n in [0, 1, 127, 128, 129, 5000] {
        let x: Vec<i32> = (0..n).map(|k| (k * k) % 1009 - 400).collect();
        let serial = extremes::serial(&x);
        for threads in THREADS {
            assert_eq!(on_threads(threads, || extremes::parallel(&x)), serial);
        }
    }
}

#[kernel(parallel)]
fn driver(x: &mut [f64], limit: f64) -> (usize, f64) {
    let mut rounds = 0;
    'outer: loop {
        for round in 0..10usize {
            let shift = 1.0 / (round + 1) as f64;
            for i in 0..x.len() {
                x[i] = x[i] * 0.75 + shift;
            }
            let mut peak = 0.0;
            for i in 0..x.len() {
                if x[i] > peak {
                    peak = x[i];
                }
            }
            rounds += 1;
            if peak < limit {
                break 'outer;
            }
            if rounds > 100 {
                return (rounds, peak);
            }
        }
        let tail: Vec<f64> = x.iter().rev().copied().collect();
        for i in 0..x.len() {
            x[i] = tail[i];
        }
    }
    (rounds, limit)
}

#[test]
fn drivers_with_labels_closures_and_returns() {
    for limit in [0.6, -1.0] {
        let run = |kernel: fn(&mut [f64], f64) -> (usize, f64)| {
            let mut x = values(2000);
            (kernel(&mut x, limit), x)
        };
        let serial = run(driver::serial);
        for threads in THREADS {
            assert_eq!(on_threads(threads, || run(driver::parallel)), serial);
        }
    }
}

/// Driver code under `#[cfg]` is there or not as in the serial version.
#[kernel(parallel)]
fn configured(x: &mut [i32]) {
    #[cfg(any())]
    for i in 0..x.len() {
        x[i] += 100;
    }
    for i in 0..x.len() {
        x[i] += 1;
    }
    #[cfg(not(any()))]
    for i in 0..x.len() {
        x[i] += 10;
    }
    #[cfg(any())]
    if x.len() > 1 {
        for i in 0..x.len() {
            x[i] += 10_000;
        }
    }
}

#[test]
fn configured_code_is_as_rustc_resolves_it() {
    let (mut serial, mut parallel) = (vec![0; 5], vec![0; 5]);
    configured::serial(&mut serial);
    configured::parallel(&mut parallel);
    assert_eq!(serial, [11; 5]);
    assert_eq!(parallel, serial);
}
