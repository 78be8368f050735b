//! The least and the greatest and where they are: of equal ones the first, or the last.

use crate::inputs::{FEW, SIZES, doubles, numbers, plane, singles};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView2, ArrayViewMut2, s};

/// Sum, least and first place, greatest and first place, and a count, in one loop. Of these, only
/// the sum depends on the order.
#[kernel(parallel, cuda)]
fn summary(x: &[i64], above: i64) -> (f64, i64, usize, i64, usize, u32) {
    let mut sum = 0.0;
    let (mut low, mut low_at) = (i64::MAX, 0);
    let (mut high, mut high_at) = (i64::MIN, 0);
    let mut count = 0;
    for i in 0..x.len() {
        sum += x[i] as f64 / 3.0;
        if x[i] < low {
            low = x[i];
            low_at = i;
        }
        if x[i] > high {
            high_at = i;
            high = x[i];
        }
        if x[i] > above {
            count += 1;
        }
    }
    (sum, low, low_at, high, high_at, count)
}

#[kernel(parallel, cuda)]
fn last_of_equals(x: &[f64], start: f64) -> (f64, i32, f64, i32) {
    let (mut low, mut high) = (start, start);
    let (mut low_at, mut high_at) = (-7, -7);
    for i in 0..x.len() as i32 {
        if x[i as usize] <= low {
            low = x[i as usize];
            low_at = i;
        }
        if high <= x[i as usize] {
            high = x[i as usize];
            high_at = i;
        }
    }
    (low, low_at, high, high_at)
}

#[kernel(parallel, cuda)]
fn first_of_equals(x: &[f64], start: f64) -> (f64, usize, f64, usize) {
    let (mut low, mut high) = (start, start);
    let (mut low_at, mut high_at) = (usize::MAX, usize::MAX);
    for i in 0..x.len() {
        if x[i] < low {
            low = x[i];
            low_at = i;
        }
        if high < x[i] {
            high = x[i];
            high_at = i;
        }
    }
    (low, low_at, high, high_at)
}

#[test]
fn one_loop_for_all() {
    for n in SIZES {
        let x: Vec<i64> = numbers(n).iter().map(|v| i64::from(*v % 7)).collect();
        close!(summary(&x, 3));
    }
    close!(summary(&[i64::MAX], 3));
    close!(summary(&[i64::MIN, i64::MAX], 3));
}

#[test]
fn ties_zeros_and_nans() {
    for n in SIZES {
        let mut x: Vec<f64> = doubles(n).iter().map(|v| (v * 8.0).round() / 8.0).collect();
        for start in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.25] {
            check!(first_of_equals(&x, start));
            check!(last_of_equals(&x, start));
        }
        for (k, x) in x.iter_mut().enumerate() {
            *x = [f64::NAN, -0.0, 0.0, f64::NAN, 0.0, -0.0][(k * 5 + k / 3) % 6];
        }
        for start in [f64::NAN, 1.0, -1.0, 0.0, -0.0] {
            check!(first_of_equals(&x, start));
            check!(last_of_equals(&x, start));
        }
        check!(last_of_equals(&vec![f64::INFINITY; n], f64::INFINITY));
        check!(first_of_equals(&vec![f64::INFINITY; n], f64::INFINITY));
        check!(last_of_equals(&vec![f64::NAN; n], f64::INFINITY));
    }
}

/// The nearest pair: the places of both, and something that belongs to them.
#[kernel(parallel, cuda)]
fn nearest(x: &[f32], y: &[f32], name: &[u8]) -> (f32, usize, usize, u8, bool) {
    let mut best = f32::MAX;
    let (mut row, mut col, mut tag, mut any) = (0, 0, 255, false);
    for i in 0..x.len() {
        for j in 0..y.len() {
            let d = (x[i] - y[j]).abs();
            if d < best {
                best = d;
                row = i;
                col = j;
                tag = name[j];
                any = true;
            }
        }
    }
    (best, row, col, tag, any)
}

/// An iteration with several candidates.
#[kernel(parallel, cuda)]
fn triangle(a: ArrayView2<'_, f64>) -> (f64, usize, usize) {
    let mut best = f64::NEG_INFINITY;
    let (mut p, mut q) = (0, 0);
    for i in 0..a.nrows() {
        for j in 0..i {
            if a[[i, j]].abs() > best {
                best = a[[i, j]].abs();
                (p, q) = (i, j);
            }
        }
    }
    (best, p, q)
}

/// The search of Dijkstra's algorithm, and a driver around it.
#[kernel(parallel, cuda)]
fn in_order(key: &[i32], done: &mut [bool], order: &mut [u32]) {
    for k in 0..order.len() {
        let mut least = i32::MAX;
        let mut at = 0;
        for i in 0..key.len() {
            if !done[i] && key[i] <= least {
                least = key[i];
                at = i;
            }
        }
        done[at] = true;
        order[k] = at as u32;
    }
}

#[test]
fn several_companions() {
    for n in FEW {
        let (x, y): (Vec<f32>, Vec<f32>) = (singles(n), singles(7));
        check!(nearest(&x, &y, &[9, 8, 7, 6, 5, 4, 3]));
        check!(triangle(plane(n, n).view()));
    }
    let keys = numbers(70);
    check!(in_order[done = vec![false; 70], order = vec![0; 20]](
        &keys, &mut done, &mut order
    ));
}

/// What the winner alone reads in serial; some of what others would read is not there.
#[kernel(parallel, cuda)]
fn looked_up(x: &[f64], p: &[usize], table: &[u32]) -> (f64, u32) {
    let (mut best, mut what) = (f64::NEG_INFINITY, 0);
    for i in 0..x.len() {
        if x[i] > best {
            best = x[i];
            what = table[p[i]];
        }
    }
    (best, what)
}

#[test]
fn what_only_the_winner_reads() {
    for n in SIZES {
        let x: Vec<f64> = (0..n).map(|k| -(k as f64)).collect();
        let mut p: Vec<usize> = (0..n).map(|k| k % 5).collect();
        check!(looked_up(&x, &p, &[1, 2, 3, 4, 5]));
        // Serial looks only the first one up.
        p.iter_mut().skip(1).for_each(|p| *p = 99);
        check!(looked_up(&x, &p, &[1, 2, 3, 4, 5]));
    }
    fails!(
        "the len is 0 but the index is 2",
        looked_up(&[0.5, 0.25], &[2, 9], &[])
    );
}

#[kernel(parallel, cuda)]
fn saturated(x: &[u32]) -> (u8, u32) {
    let (mut small, mut large) = (1_u8, 0_u32);
    for i in 0..x.len() {
        small = small.saturating_add(x[i] as u8 & 1);
        large = (x[i] >> 4).saturating_add(large);
    }
    (small, large)
}

/// The greatest of some, by comparison.
#[kernel(parallel, cuda)]
fn greatest_of_some(x: &[f64], min: f64) -> (f64, f64) {
    let (mut even, mut small) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for i in 0..x.len() {
        if i % 2 == 0 && x[i] > even {
            even = x[i];
        }
        small = if x[i] > small && x[i] < min {
            x[i]
        } else {
            small
        };
    }
    (even, small)
}

#[test]
fn saturation_and_conditions() {
    for n in SIZES {
        check!(saturated(&crate::inputs::words(n)));
        check!(greatest_of_some(&doubles(n), 0.2));
    }
}

/// One relaxation: writes, and accumulators that are free of order. Any lane serves, so that every row
/// begins with the first.
#[kernel(parallel, cuda)]
fn relaxed(old: ArrayView2<f64>, mut new: ArrayViewMut2<f64>) -> (f64, f64, u64, bool) {
    let (rows, columns) = old.dim();
    let (mut change, mut least) = (0.0f64, f64::INFINITY);
    let (mut bits, mut steady) = (0, true);
    for i in 1..rows - 1 {
        for j in 1..columns - 1 {
            let ends = old[[i - 1, j]] + old[[i + 1, j]];
            let mean = 0.25 * (ends + (old[[i, j - 1]] + old[[i, j + 1]]));
            new[[i, j]] = mean;
            change = change.max((mean - old[[i, j]]).abs());
            least = least.min(mean);
            bits ^= mean.to_bits();
            steady &= mean < 0.5;
        }
    }
    (change, least, bits, steady)
}

/// The first and the last of equals in rows.
#[kernel(parallel, cuda)]
fn corners(x: ArrayView2<f32>, start: f32) -> (f32, (usize, usize), f32, (usize, usize)) {
    let (rows, columns) = x.dim();
    let (mut low, mut high) = (start, start);
    let (mut first, mut last) = ((7, 7), (7, 7));
    for i in 0..rows {
        for j in 0..columns {
            if x[[i, j]] < low {
                low = x[[i, j]];
                first = (i, j);
            }
            if x[[i, j]] >= high {
                high = x[[i, j]];
                last = (i, j);
            }
        }
    }
    (low, first, high, last)
}

#[test]
fn rows_of_any_length() {
    for columns in [1, 2, 3, 15, 16, 17, 31, 33, 63, 64, 65, 80, 200, 517] {
        for rows in [1, 3, 20] {
            let old = plane(rows + 2, columns + 2);
            let new = || plane(rows + 2, columns + 2);
            check!(relaxed[new = new()](old.view(), new.view_mut()));
            let reversed = old.slice(s![..;-1, ..]);
            check!(relaxed[new = new()](reversed, new.view_mut()));
            let coarse = old.mapv(|v| (v * 4.0).round() as f32 / 4.0);
            for start in [0.25, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -0.0] {
                check!(corners(coarse.view(), start));
                check!(corners(coarse.t(), start));
            }
        }
    }
}

/// Of equal numbers, the one with the least key, and of equal keys the first.
#[kernel(parallel, cuda)]
fn least_pair(x: &[f64], key: &[usize], start: (f64, usize)) -> (f64, usize, usize) {
    let (mut best, mut at) = (start, 7);
    for i in 0..x.len() {
        if (x[i], key[i]) < best {
            best = (x[i], key[i]);
            at = i;
        }
    }
    (best.0, best.1, at)
}

/// Of equal numbers, the one with the least count, and of these that with the greatest byte; the last of equals.
#[kernel(parallel, cuda)]
fn ranked(x: &[i32], counts: &[i64], bytes: &[u8], start: i32) -> (i32, i64, u8, usize) {
    let (mut most, mut least, mut byte, mut at) = (start, i64::MAX, 3, 7);
    for i in 0..x.len() {
        let (count, mine) = (counts[i], bytes[i]);
        if x[i] > most || x[i] == most && (count < least || count == least && mine >= byte) {
            most = x[i];
            least = count;
            byte = mine;
            at = i;
        }
    }
    (most, least, byte, at)
}

/// A branch of its own for equal numbers.
#[kernel(parallel, cuda)]
fn tied(x: &[i32], keys: &[u8], start: i32) -> (i32, u8, usize) {
    let (mut most, mut key, mut at) = (start, u8::MAX, 7);
    for i in 0..x.len() {
        if x[i] > most {
            (most, key, at) = (x[i], keys[i], i);
        } else if x[i] == most && keys[i] < key {
            at = i;
            key = keys[i];
        }
    }
    (most, key, at)
}

#[test]
fn several_values_decide() {
    for n in SIZES {
        for kinds in [1, 2, 5, 1000] {
            let x: Vec<i32> = numbers(n).iter().map(|v| v % kinds).collect();
            let counts: Vec<i64> = (0..n).map(|k| (k as i64 * 31 % 11) - 5).collect();
            let bytes: Vec<u8> = (0..n).map(|k| (k * 37 % 8) as u8).collect();
            let keys: Vec<usize> = (0..n).map(|k| k * 7919 % 13).collect();
            let odd = |v: &i32| match v {
                1 => f64::NAN,
                -1 => -0.0,
                v => f64::from(*v),
            };
            let odd: Vec<f64> = x.iter().map(odd).collect();
            for start in [f64::INFINITY, f64::NAN, 0.0, -3.0] {
                check!(least_pair(&odd, &keys, (start, usize::MAX)));
                check!(least_pair(&odd, &keys, (start, 4)));
            }
            for start in [i32::MIN, 0, i32::MAX] {
                check!(ranked(&x, &counts, &bytes, start));
                check!(tied(&x, &bytes, start));
            }
            let ends = (vec![i32::MIN; n], vec![i64::MAX; n], vec![u8::MAX; n]);
            check!(ranked(&ends.0, &ends.1, &bytes, i32::MIN));
            check!(tied(&ends.0, &ends.2, i32::MIN));
        }
    }
}

/// An `Option` that goes along with an extreme keeps what it has where nothing is better.
#[kernel(parallel, cuda)]
fn nearest_of(x: &[i32], to: i32, start: i32) -> (i32, Option<usize>) {
    let (mut at, mut least) = (None, start);
    for i in 0..x.len() {
        let distance = (x[i] - to).abs();
        if distance < least {
            least = distance;
            at = Some(i);
        }
    }
    (least, at)
}

/// The same of several numbers, in an argument.
#[kernel(parallel, cuda)]
fn greatest_with(x: &[f64], start: f64, mut with: Option<(usize, f32)>) -> (f64, usize, f32) {
    let mut most = start;
    for (i, &v) in x.iter().enumerate() {
        if v >= most {
            with = Some((i, v as f32 * 0.5));
            most = v;
        }
    }
    let (at, half) = with.unwrap_or((77, -1.0));
    (most, at, half)
}

#[test]
fn options_go_along() {
    for n in SIZES {
        let x = numbers(n);
        for start in [0, 3, i32::MAX] {
            let expected = nearest_of::serial(&x, 7, start);
            assert_eq!(nearest_of::parallel(&x, 7, start), expected);
            assert_eq!(
                nearest_of::cuda(&x, 7, start).expect("no failure"),
                expected
            );
        }
        let mut x = doubles(n);
        x.iter_mut().step_by(5).for_each(|x| *x = 0.25);
        for start in [f64::NAN, f64::NEG_INFINITY, 0.25, 9.0] {
            check!(greatest_with(&x, start, None));
            check!(greatest_with(&x, start, Some((3, 1.0))));
        }
    }
}
