//! Sums, products, extremes, flags and bits, however they are written.

use crate::inputs::{FEW, SIZES, doubles, numbers, plane, singles, special, words};
use kernel_runtime::prelude::*;
use ndarray::{ArrayView1, ArrayView2, s};

#[kernel(parallel, cuda)]
fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * y[i];
    }
    s
}

#[kernel(parallel, cuda)]
fn product(x: &[f32]) -> f32 {
    let mut p = 1.0;
    for i in 0..x.len() {
        p *= 1.0 + x[i] / 1024.0;
    }
    p
}

#[kernel(parallel, cuda)]
fn sum2d(a: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = a.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            result += a[[i, j]];
        }
    }
    result
}

#[kernel(parallel, cuda)]
fn largest(x: ArrayView1<'_, f64>) -> f64 {
    let mut m = 0.0_f64;
    for i in 0..x.len() {
        m = m.max(x[i].abs());
    }
    m
}

#[kernel(parallel, cuda)]
fn between(x: &[i32], low: i32, high: i32) -> usize {
    let mut count = 0;
    for i in 0..x.len() {
        if x[i] >= low && x[i] <= high {
            count += 1;
        }
    }
    count
}

#[kernel(parallel, cuda)]
fn bits(x: &[u32]) -> (u32, u32, u32, u32) {
    let mut all = u32::MAX;
    let mut any = 0;
    let mut odd = 0;
    let mut hash = 1_u32;
    for i in 0..x.len() {
        all &= x[i] | 0xf0;
        any |= x[i] & 0xff00ff;
        odd ^= x[i];
        hash = hash.wrapping_mul(x[i] | 1);
    }
    (all, any, odd, hash)
}

#[test]
fn every_length() {
    for n in SIZES {
        let (x, y) = (doubles(n), doubles(2 * n));
        close!(dot(&x, &y[n..]));
        close!(product(&singles(n)));
        check!(largest(ArrayView1::from(&y).slice(s![..;2])));
        let (x, words) = (numbers(n), words(n));
        check!(between(&x, -100, 250));
        check!(bits(&words));
    }
    for (m, n) in [(0, 3), (1, 1), (3, 43), (64, 65), (129, 127)] {
        let a = plane(2 * m, 3 * n);
        for part in [a.view(), a.t(), a.slice(s![..;-2, ..;3])] {
            close!(sum2d(part));
        }
    }
}

/// Around what a warp of a device, and then a block, folds at once.
#[test]
fn partial_results_of_many_chunks() {
    let same = |x: &[f32]| assert_eq!(product::cuda(x).unwrap(), product::parallel(x));
    for chunks in [31, 32, 33, 127, 128, 129, 255, 256, 257, 513] {
        // Chunks are as long as there are lanes, 64 or 128.
        let (n, last) = (64 * chunks, 2 * chunks - 1);
        let x = doubles(2 * n);
        close!(dot(&x[last..n], &x[n..]));
        close!(spellings(&x[last..n]));
        check!(bits(&words(2 * n - last)));
        check!(wrapping(&words(n - last)));
        check!(largest(ArrayView1::from(&x[last..n])));
        same(&singles(2 * n - last));
    }
    // More than the warps of a block fold at once.
    let x = doubles(64 * 4097);
    close!(dot(&x, &x));
    same(&singles(128 * 8193));
}

#[kernel(parallel, cuda)]
fn from_a_start(n: u32) -> (i32, i64, i32, f64) {
    let mut s = 10;
    let mut p = 3_i64;
    let mut d = 100;
    let mut q = 10.0;
    for _ in 0..n {
        s += 2;
        p *= 2;
        d -= 2;
        q /= 2.0;
    }
    (s, p, d, q)
}

#[test]
fn the_start_counts_once() {
    let ten = from_a_start(10);
    assert_eq!(ten, (30, 3072, 80, 10.0 / 1024.0));
    for n in [0, 1, 10, 33] {
        close!(from_a_start(n));
    }
}

#[kernel(parallel, cuda)]
fn spellings(x: &[f64]) -> (f64, f64, f64, f64, f64) {
    let (mut a, mut b, mut c, mut d, mut e) = (0.0, 1.0, 2.0, 3.0, 4.0);
    for i in 0..x.len() {
        a = a + x[i];
        b = x[i] + b;
        c = c - x[i];
        d += 2.0 * x[i];
        e += x[i];
        e -= x[i] * x[i];
        if i > 10 {
            e += 1.0;
        }
    }
    (a, b, c, d, e)
}

#[kernel(parallel, cuda)]
fn counted(x: &[i64]) -> (i32, i64, i64, i64, f64) {
    let mut positive = 1;
    let mut sum = 0;
    let mut low = i64::MAX;
    let mut high = i64::MIN;
    let mut mean = 0.0;
    for i in 0..x.len() {
        if x[i] > 0 {
            positive += 1
        }
        sum += x[i];
        if x[i] < low {
            low = x[i];
        }
        high = high.max(x[i]);
        mean += x[i] as f64;
    }
    (positive, sum, low, high, mean)
}

/// One accumulator, two loops; and one loop inside that adds into it.
#[kernel(parallel, cuda)]
fn reused(x: &[f64], n: usize) -> f64 {
    let mut s = 0.5;
    for i in 0..x.len() {
        s += x[i];
    }
    for i in 0..n {
        let mut own = 0.0;
        for j in 0..i % 5 {
            s += x[j];
            own += x[j];
        }
        s += own;
    }
    s
}

#[test]
fn however_it_is_written() {
    for n in SIZES {
        let x = doubles(n);
        close!(spellings(&x));
        let x: Vec<i64> = numbers(n).iter().map(|v| (*v).into()).collect();
        close!(counted(&x));
    }
    for n in FEW {
        close!(reused(&doubles(n + 5), n));
    }
}

#[kernel(parallel, cuda)]
fn extremes(x: &[f64]) -> (f64, f64, f64, f64, f64, f64) {
    let mut a = f64::NAN;
    let mut b = 0.25;
    let mut c = f64::NEG_INFINITY;
    let mut d = f64::NEG_INFINITY;
    let mut e = f64::NEG_INFINITY;
    let mut f = f64::INFINITY;
    for i in 0..x.len() {
        a = a.max(x[i]);
        b = x[i].max(b);
        c = f64::max(c, x[i]);
        if x[i] > d {
            d = x[i];
        }
        if e < x[i] {
            e = x[i];
        }
        f = f64::min(x[i], f);
    }
    (a, b, c, d, e, f)
}

#[test]
fn extremes_with_nans() {
    for n in SIZES {
        let mut x = doubles(n);
        check!(extremes(&x));
        for k in (0..n).step_by(3) {
            x[k] = f64::NAN;
        }
        check!(extremes(&x));
        check!(extremes(&vec![f64::NAN; n]));
    }
    let x: Vec<f64> = special().1.into_iter().filter(|x| *x != 0.0).collect();
    check!(extremes(&x));
}

#[kernel(parallel, cuda)]
fn zeros(x: &[f64]) -> (f64, f64, f64) {
    let mut s = -0.0;
    let mut high = f64::NEG_INFINITY;
    let mut low = f64::INFINITY;
    for i in 0..x.len() {
        s += x[i];
        high = high.max(x[i]);
        low = low.min(x[i]);
    }
    (s, high, low)
}

#[test]
fn signs_of_zeros() {
    for n in SIZES {
        let (sum, ..) = zeros::parallel(&vec![-0.0; n]);
        assert!(sum == 0.0 && sum.is_sign_negative());
        check!(zeros(&vec![-0.0; n]));
        let both: Vec<f64> = (0..n).map(|k| [0.0, -0.0][k % 2]).collect();
        if n > 1 {
            let (_, high, low) = zeros::parallel(&both);
            assert!(high.is_sign_positive() && low.is_sign_negative());
        }
    }
}

#[kernel(parallel, cuda)]
fn flags(x: &[f64]) -> (bool, bool, bool, bool, bool) {
    let mut a = false;
    let mut b = false;
    let mut c = false;
    let mut d = true;
    let mut e = true;
    for i in 0..x.len() {
        a = a || x[i] > 0.4;
        b |= x[i] > 0.49;
        if x[i] < -0.45 {
            c = true;
        }
        d &= x[i] < 0.499;
        e = e && x[i] > -0.3;
    }
    (a, b, c, d, e)
}

#[kernel(parallel, cuda)]
fn wrapping(x: &[u32]) -> (u8, u64) {
    let mut s = 0_u8;
    let mut t = 0_u64;
    for i in 0..x.len() {
        s = s.wrapping_sub(x[i] as u8);
        t = t.wrapping_add(u64::MAX / 3 + x[i] as u64);
    }
    (s, t)
}

#[test]
fn flags_and_other_integers() {
    for n in SIZES {
        check!(flags(&doubles(n)));
        check!(wrapping(&words(n)));
    }
}

/// Sums past the type's end wrap, where the serial version of a debug build panics.
#[kernel(parallel, cuda)]
fn narrow(x: &[i32]) -> (i32, i8) {
    let mut s = 0;
    let mut t = 0_i8;
    for i in 0..x.len() {
        s += x[i];
        t -= x[i] as i8;
    }
    (s, t)
}

#[test]
fn integer_sums_wrap() {
    let x = vec![i32::MAX - 2; 300];
    let expected = x.iter().fold((0_i32, 0_i8), |(s, t), v| {
        (s.wrapping_add(*v), t.wrapping_sub(*v as i8))
    });
    check!(bits(&words(300)));
    assert_eq!(narrow::parallel(&x), expected);
    assert_eq!(narrow::cuda(&x).unwrap(), expected);
}

#[kernel(parallel, cuda)]
fn variance(x: &[f64]) -> (f64, f64) {
    let n = x.len();
    let mut s = 0.0;
    for i in 0..n {
        s += x[i];
    }
    let mean = s / n as f64;
    let mut v = 0.0;
    for i in 0..n {
        let d = x[i] - mean;
        v += d * d;
    }
    (mean, v / n as f64)
}

#[kernel(parallel, cuda)]
fn by_reference(x: &mut [f64], by: &f64, total: &mut f64) {
    for i in 0..x.len() {
        x[i] *= *by;
        *total += x[i];
    }
}

#[test]
fn maps_and_sums_together() {
    for n in SIZES {
        let x = doubles(n);
        close!(variance(&x));
        close!(by_reference[x = x.clone(), total = 1.0](&mut x, &0.75, &mut total));
    }
}

/// The greatest and the least of bools.
#[kernel(parallel, cuda)]
fn of_bools(a: &[bool], b: &[bool], start: bool, of: &mut [bool]) -> (bool, bool, bool) {
    let (mut greatest, mut least, mut other) = (start, start, false);
    for i in 0..a.len() {
        greatest = greatest.max(a[i]);
        least = b[i].min(least);
        other = a[i].max(other);
        of[i % 5] = of[i % 5].max(a[i] & b[i]);
    }
    (greatest, least, other)
}

/// The same by comparisons, which may have company.
#[kernel(parallel, cuda)]
#[allow(clippy::bool_comparison)]
fn compared_bools(a: &[bool], b: &[bool], start: bool, of: &mut [bool]) -> (bool, bool, bool) {
    let (mut greatest, mut least, mut some) = (start, start, false);
    for i in 0..a.len() {
        if a[i] > greatest {
            greatest = a[i];
        }
        least = if b[i] <= least { b[i] } else { least };
        if i % 3 == 0 && some < a[i] {
            some = a[i];
        }
        if a[i] >= of[i % 5] {
            of[i % 5] = a[i];
        }
    }
    (greatest, least, some)
}

#[test]
fn bools_have_a_greatest() {
    for n in SIZES {
        for period in [1, 2, 3, 4000] {
            let a: Vec<bool> = (0..n).map(|i| i % period == 1).collect();
            let b: Vec<bool> = a.iter().map(|a| !a).collect();
            for start in [false, true] {
                check!(of_bools[of = vec![false; 5]](&a, &b, start, &mut of));
                check!(compared_bools[of = vec![false; 5]](&a, &b, start, &mut of));
            }
        }
    }
}

/// A flag and bits that are turned round.
#[kernel(parallel, cuda)]
fn turned(x: &[u32], start: bool) -> (bool, u8) {
    let (mut odd, mut bits) = (start, 3u8);
    for &v in x {
        if v % 3 == 0 {
            odd = !odd;
        }
        if v % 5 == 0 {
            bits = !bits;
        } else {
            bits ^= v as u8;
        }
    }
    (odd, bits)
}

/// Whole chains over ranges that include their ends, and a function by its name.
#[kernel(parallel, cuda)]
fn closed(n: u32, x: &[f32]) -> (u64, usize, bool, f64) {
    let product: u64 = (1..=n % 20).map(u64::from).product();
    let divisors = (1..=n).filter(|d| n % d == 0).count();
    let squares = (2..=n).any(|d| n % (d * d) == 0);
    (
        product,
        divisors,
        squares,
        x.iter().copied().map(f64::from).sum(),
    )
}

#[test]
fn flags_are_turned_and_ranges_closed() {
    for n in SIZES {
        check!(turned(&words(n), n % 2 == 0));
        close!(closed(n as u32, &singles(n)));
    }
}
