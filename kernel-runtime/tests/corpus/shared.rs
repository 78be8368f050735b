//! Arrays whose elements many iterations update: histograms, sums by key, marks.

use crate::inputs::{FEW, SIZES, doubles, plane, words};
use kernel_runtime::cuda::last_call;
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut1, ArrayViewMut2, s};

#[kernel(parallel, cuda)]
fn histogram(x: &[u32], hist: &mut [i64]) {
    for i in 0..x.len() {
        hist[(x[i] % 10) as usize] += 1;
    }
}

#[kernel(parallel, cuda)]
fn weighted(x: &[f64], w: &[f64], hist: &mut [f64]) -> usize {
    let n = hist.len();
    let mut outside = 0;
    for i in 0..x.len() {
        let b = ((x[i] + 0.4) / 0.8 * n as f64).floor();
        if b >= 0.0 && b < n as f64 {
            hist[b as usize] += w[i];
        } else {
            outside += 1;
        }
    }
    outside
}

/// From `copies` of `start`: results may start anywhere.
fn bins<T: Copy>(start: T) -> Vec<T> {
    vec![start; 10]
}

#[test]
fn histograms() {
    for n in SIZES {
        check!(histogram[hist = bins(-3)](&words(n), &mut hist));
        let (x, w) = (doubles(n), doubles(n + 3));
        close!(weighted[hist = bins(0.5)](&x, &w[3..], &mut hist));
        close!(weighted[hist = vec![-0.0; 1]](&x, &w[3..], &mut hist));
    }
}

#[test]
fn devices_run_them() {
    let x = words(1000);
    check!(histogram[hist = bins(0)](&x, &mut hist));
    let mut hist = bins(0);
    histogram::cuda(&x, &mut hist).expect("no failure");
    assert_eq!(last_call().map(|call| call.regions), Some(1));
    // With so few iterations there is one group, which is the loop as written.
    for (n, regions) in [(64, 0), (65, 1), (5000, 1)] {
        let (x, mut hist) = (doubles(n), vec![0.0; 7]);
        weighted::cuda(&x, &x, &mut hist).expect("no failure");
        assert_eq!(last_call().map(|call| call.regions), Some(regions), "{n}");
    }
}

#[kernel(parallel, cuda)]
fn folded(x: &[u32], key: &[usize], mut out: ArrayViewMut2<u32>, seen: &mut [bool]) {
    for i in 0..x.len() {
        let k = key[i];
        out[[k, 0]] = out[[k, 0]].max(x[i]);
        seen[k] = true;
    }
    for i in 0..x.len() {
        let k = key[i];
        out[[k, 1]] |= 1 << (x[i] % 32);
    }
    for i in 0..x.len() {
        out[[key[i], 2]] = out[[key[i], 2]].saturating_add(x[i]);
    }
    for i in 0..x.len() {
        if x[i] < out[[key[i], 3]] {
            out[[key[i], 3]] = x[i];
        }
    }
}

#[kernel(parallel, cuda)]
fn few_elements(x: &[f64], mut y: ArrayViewMut1<f64>, z: &mut [i32], k: usize) {
    for i in 0..x.len() {
        y[i % 4] += x[i];
        z[0] += 1;
        z[k] -= 2;
    }
}

#[test]
fn other_operators_and_fixed_elements() {
    for n in SIZES {
        let key: Vec<usize> = (0..n).map(|k| k * k % 7).collect();
        let start = || Array2::from_elem((7, 8), 17_u32);
        let (x, seen) = (words(n), vec![false; 7]);
        check!(folded[out = start(), seen = seen.clone()](
            &x, &key, out.slice_mut(s![.., ..;2]), &mut seen
        ));
        let x = doubles(n);
        close!(few_elements[y = plane(3, 9), z = vec![5; 3]](
            &x, y.slice_mut(s![1, ..;-2]), &mut z, 2
        ));
    }
}

/// Nearest centre of each point; the sum and number of the points of each centre.
#[kernel(parallel, cuda)]
fn assign(
    points: ArrayView2<'_, f64>,
    centres: ArrayView2<'_, f64>,
    label: &mut [u32],
    count: &mut [i64],
    mut sum: ArrayViewMut2<'_, f64>,
) -> f64 {
    let (n, dims) = points.dim();
    let mut inertia = 0.0;
    for i in 0..n {
        let mut best = f64::INFINITY;
        let mut near = 0;
        for c in 0..centres.nrows() {
            let mut d = 0.0;
            for j in 0..dims {
                let e = points[[i, j]] - centres[[c, j]];
                d += e * e;
            }
            if d < best {
                best = d;
                near = c;
            }
        }
        label[i] = near as u32;
        count[near] += 1;
        for j in 0..dims {
            sum[[near, j]] += points[[i, j]];
        }
        inertia += best;
    }
    inertia
}

/// The transposed product of a sparse matrix, by columns of which each has its rows.
#[kernel(parallel, cuda)]
fn scattered(start: &[usize], row: &[usize], value: &[f64], x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        for k in start[i]..start[i + 1] {
            y[row[k]] += value[k] * x[i];
        }
    }
}

#[test]
fn updates_in_inner_loops() {
    for n in FEW {
        let points = plane(n, 3);
        let centres = plane(5, 3);
        close!(assign[
            label = vec![9; n], count = vec![0; 5], sum = Array2::zeros((5, 3))
        ](points.view(), centres.view(), &mut label, &mut count, sum.view_mut()));
        let start: Vec<usize> = (0..=n).map(|k| k + k / 2).collect();
        let row: Vec<usize> = (0..2 * n).map(|k| k * 7 % 11).collect();
        close!(scattered[y = vec![1.0; 11]](
            &start,
            &row,
            &doubles(2 * n),
            &doubles(n),
            &mut y
        ));
    }
}

/// Two loops, narrow integers, and an extreme with its place.
#[kernel(parallel, cuda)]
fn surveyed(w: ArrayView2<f64>, low: &mut [i8], sum: &mut [f32]) -> (f64, usize) {
    let mut best = f64::INFINITY;
    let mut at = 99;
    for i in 0..w.nrows() {
        for j in 0..w.ncols() {
            let v = w[[i, j]];
            let (k, place) = ((3 * i + j * j) % 5, 1000 * i + j);
            low[k] = low[k].min((100.0 * v) as i8);
            sum[k] += v as f32;
            if v < best {
                best = v;
                at = place;
            }
        }
    }
    (best, at)
}

#[test]
fn groups_of_a_nest() {
    for (m, n) in [(0, 3), (1, 65), (65, 1), (7, 50), (31, 67), (400, 3)] {
        let w = plane(m, n);
        close!(surveyed[low = vec![3; 5], sum = vec![0.5; 5]](
            w.view(), &mut low, &mut sum
        ));
    }
}

#[kernel(parallel, cuda)]
fn counted(bin: &[usize], hist: &mut [u32], out: &mut [u32]) {
    for i in 0..bin.len() {
        out[i] = 7;
        hist[bin[i]] += 1;
    }
}

#[test]
fn a_bin_that_is_not_there() {
    for n in [10, 5000] {
        for at in [0, 3, n - 1] {
            let mut bin: Vec<usize> = (0..n).map(|k| k % 5).collect();
            bin[at] = 99;
            fails!(
                "the len is 5 but the index is 99",
                counted[hist = vec![0; 5], out = vec![0; n]](&bin, &mut hist, &mut out)
            );
        }
    }
}

/// The index and the value may fail, in the order in which they stand.
#[kernel(parallel, cuda)]
fn divided(key: &[usize], v: &[i64], h: &mut [i64], g: &mut [i64]) {
    for i in 0..key.len() {
        h[key[i]] = h[key[i]] + 100 / v[i];
        g[key[i]] = 100 / v[i] + g[key[i]];
    }
}

#[test]
fn what_stands_first_fails_first() {
    let n = 700;
    for (bin, zero) in [(n, n), (9, n), (n, 9), (9, 9), (9, 8)] {
        let mut key: Vec<usize> = (0..=n).map(|k| k % 5).collect();
        let mut v: Vec<i64> = (1..=n as i64 + 1).collect();
        (key[bin], v[zero]) = (77, 0);
        let (key, v) = (&key[..n], &v[..n]);
        if bin < n || zero < n {
            // With the message and the place of the serial version.
            fails!("", divided[h = vec![0; 5], g = vec![0; 5]](key, v, &mut h, &mut g));
        } else {
            check!(divided[h = vec![0; 5], g = vec![0; 5]](key, v, &mut h, &mut g));
        }
    }
}

/// What several regions accumulate stays on the device between them.
#[kernel(parallel, cuda)]
fn rounds(x: &[u32], count: &mut [u32], sum: &mut [f64], out: &mut [f64], rounds: usize) {
    for _ in 0..rounds {
        for i in 0..x.len() {
            count[(x[i] % 5) as usize] += 1;
        }
        for i in 0..x.len() {
            sum[(x[i] % 5) as usize] -= x[i] as f64 / 7.0;
        }
        for i in 0..out.len() {
            out[i] += sum[i % 5] * count[i % 5] as f64;
        }
    }
}

#[test]
fn accumulated_arrays_stay_on_the_device() {
    for n in [60, 500] {
        let (x, out) = (words(n), doubles(n));
        close!(rounds[count = vec![1; 5], sum = vec![0.5; 5], out = out.clone()](
            &x, &mut count, &mut sum, &mut out, 3
        ));
    }
    let (mut count, mut sum, mut out) = (vec![1; 5], vec![0.5; 5], doubles(500));
    rounds::cuda(&words(500), &mut count, &mut sum, &mut out, 3).expect("no failure");
    let call = last_call().expect("a call");
    assert_eq!((call.regions, call.uploads, call.downloads), (9, 4, 3));
}

/// What the arrays hold when a bin was not there is what serial leaves in them.
#[test]
fn nothing_half_counted() {
    for n in [10, 5000] {
        let mut bin: Vec<usize> = (0..n).map(|k| k % 5).collect();
        bin[n - 3] = 99;
        let left = |run: fn(&[usize], &mut [u32], &mut [u32])| {
            let (mut hist, mut out) = (vec![0; 5], vec![0; n]);
            let call = std::panic::AssertUnwindSafe(|| run(&bin, &mut hist, &mut out));
            assert!(std::panic::catch_unwind(call).is_err());
            (hist, out)
        };
        assert_eq!(left(counted::parallel), left(counted::serial));
    }
}

/// A value goes along the inner loop, which therefore cannot have the elements for itself.
#[kernel(parallel, cuda)]
fn moments(x: &[f64]) -> [f64; 5] {
    let mut moments = [0.0; 5];
    for &v in x {
        let mut power = 1.0;
        for j in 0..5 {
            moments[j] += power;
            power *= v;
        }
    }
    moments
}

#[kernel(parallel, cuda)]
fn running(a: ArrayView2<'_, f64>, sum: &mut [f64], top: &mut [f64], odd: &mut [u32]) {
    for i in 0..a.nrows() {
        let (mut s, mut m, mut bits) = (0.0, f64::MIN, a[[i, 0]].to_bits() as u32);
        for j in 0..a.ncols() {
            s += a[[i, j]];
            m = m.max(a[[i, j]]);
            sum[j] += s;
            top[j] = top[j].max(m);
            odd[j] ^= bits & 1;
            bits >>= 1;
        }
    }
}

#[test]
fn updates_in_inner_loops_that_carry_values() {
    for n in SIZES {
        close!(moments(&doubles(n)));
        let ends = (vec![0.5; 6], vec![-0.25; 6], vec![1; 6]);
        close!(running[
            sum = ends.0.clone(), top = ends.1.clone(), odd = ends.2.clone()
        ](plane(n, 6).view(), &mut sum, &mut top, &mut odd));
    }
}
