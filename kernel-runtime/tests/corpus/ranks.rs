//! Extremes with a second branch: how many are equal, the next best, and both ends in one chain.

use crate::inputs::{SIZES, doubles, numbers, plane};
use kernel_runtime::prelude::*;
use ndarray::ArrayView2;

#[kernel(parallel, cuda)]
fn how_many(x: &[i32], start: (i32, usize)) -> (i32, usize) {
    let (mut most, mut count) = start;
    for &v in x {
        if v > most {
            most = v;
            count = 1;
        } else if v == most {
            count += 1;
        }
    }
    (most, count)
}

#[kernel(parallel, cuda)]
fn weight_of_least(x: &[f64], w: &[i64], start: f64, had: i64) -> (f64, i64, usize) {
    let (mut least, mut weight, mut at) = (start, had, usize::MAX);
    for i in 0..x.len() {
        if x[i] == least {
            weight = weight + w[i];
        } else if x[i] < least {
            (least, weight) = (x[i], w[i]);
            at = i;
        }
    }
    (least, weight, at)
}

#[kernel(parallel, cuda)]
fn best_two(x: &[i32], start: (i32, i32)) -> (i32, i32) {
    let (mut best, mut second) = start;
    for &v in x {
        if v > best {
            second = best;
            best = v;
        } else if v > second {
            second = v;
        }
    }
    (best, second)
}

#[kernel(parallel, cuda)]
fn two_least(a: ArrayView2<f64>, start: f64, next: f64) -> (f64, f64, usize) {
    let (mut least, mut second, mut row) = (start, next, 0);
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            if a[[i, j]] < least {
                (second, least) = (least, a[[i, j]]);
                row = i;
            } else if second > a[[i, j]] {
                second = a[[i, j]];
            }
        }
    }
    (least, second, row)
}

#[kernel(parallel, cuda)]
fn two_different(x: &[i32], start: i32, next: i32) -> (i32, i32, i64) {
    let (mut best, mut second, mut sum) = (start, next, 0);
    for i in 0..x.len() {
        sum += i64::from(x[i]);
        if x[i] > best {
            second = best;
            best = x[i];
        } else if x[i] > second && x[i] != best {
            second = x[i];
        }
    }
    (best, second, sum)
}

/// Apart from the greatest as less than it, and as another number: what starts as a NaN keeps all of the first kind
/// out and none of the second.
#[kernel(parallel, cuda)]
fn apart(x: &[f64], start: f64, next: f64) -> (f64, f64, f64, f64) {
    let (mut best, mut below) = (start, next);
    let (mut top, mut unlike) = (start, next);
    for i in 0..x.len() {
        let v = x[i];
        if v > best {
            below = best;
            best = v;
        } else if v > below && v < best {
            below = v;
        }
        if v > top {
            unlike = top;
            top = v;
        } else if v != top && v > unlike {
            unlike = v;
        }
    }
    (best, below, top, unlike)
}

#[kernel(parallel, cuda)]
fn range_of(x: &[f64], low: f64, high: f64) -> (f64, f64) {
    let (mut low, mut high) = (low, high);
    for &v in x {
        if v < low {
            low = v;
        } else if v > high {
            high = v;
        }
    }
    (low, high)
}

#[kernel(parallel, cuda)]
fn ends_of(x: &[i32], n: usize) -> (i32, i32, usize, usize) {
    let (mut most, mut least) = (x[0], x[0]);
    let (mut most_at, mut least_at) = (0, 0);
    for i in 1..n {
        if x[i] >= most {
            most = x[i];
            most_at = i;
        } else if x[i] < least {
            least = x[i];
            least_at = i;
        }
    }
    (most, least, most_at, least_at)
}

#[test]
fn second_branches() {
    for n in SIZES {
        for kinds in [1, 3, 1000] {
            let x: Vec<i32> = numbers(n).iter().map(|v| v % kinds).collect();
            let w: Vec<i64> = (0..n).map(|k| (k as i64 * 31 % 11) - 5).collect();
            let odd = |v: &i32| match v {
                1 => f64::NAN,
                -1 => -0.0,
                v => f64::from(*v),
            };
            let odd: Vec<f64> = x.iter().map(odd).collect();
            for start in [i32::MIN, 0, 2, i32::MAX] {
                check!(how_many(&x, (start, 3)));
                for next in [i32::MIN, 1, i32::MAX] {
                    check!(best_two(&x, (start, next)));
                    check!(two_different(&x, start, next));
                }
            }
            check!(how_many(&vec![i32::MIN; n], (i32::MIN, 3)));
            for start in [f64::INFINITY, f64::NAN, 0.0, -3.0] {
                check!(weight_of_least(&odd, &w, start, 7));
            }
            if n > 0 {
                check!(ends_of(&x, n));
                fails!("out of bounds", ends_of(&x, n + 1));
            }
        }
    }
}

/// What starts beyond the other end keeps values from it: rising ones, for one.
#[test]
fn both_ends_in_a_chain() {
    for n in SIZES {
        let rising: Vec<f64> = (0..n).map(|k| k as f64).collect();
        for x in [doubles(n), rising] {
            for (low, high) in [
                (0.5, 0.5),
                (f64::INFINITY, f64::NEG_INFINITY),
                (f64::NEG_INFINITY, f64::INFINITY),
                (f64::NAN, 0.0),
                (3.0, 2.0),
            ] {
                check!(range_of(&x, low, high));
            }
        }
        for (start, next) in [
            (f64::NEG_INFINITY, f64::NEG_INFINITY),
            (f64::NAN, f64::NEG_INFINITY),
            (f64::NAN, 1.5),
            (0.25, f64::NAN),
            (0.25, 2.0),
        ] {
            let x = doubles(n);
            check!(apart(&x, start, next));
            let few: Vec<f64> = x.iter().map(|v| (v * 2.0).round() + 0.5).collect();
            check!(apart(&few, start, next));
        }
        let a = plane(n / 7, 7);
        for (start, next) in [
            (f64::INFINITY, f64::INFINITY),
            (0.25, -1.0),
            (f64::NAN, 1.0),
        ] {
            check!(two_least(a.view(), start, next));
            check!(two_least(a.t(), start, next));
        }
    }
}
