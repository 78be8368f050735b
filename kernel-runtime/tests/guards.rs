//! What only the values decide: strides of zero or below the inner extent, lengths too short,
//! offsets that wrap. Whatever they are, result, writes, and panic are those of the serial version.
#![allow(clippy::needless_range_loop, clippy::too_many_arguments)]

mod support;

use kernel_runtime::prelude::*;
use ndarray::ArrayViewMut2;
use support::{failure_of, on_threads, values};

/// Both versions on copies of the same elements: the same outcome, and the same bits left behind,
/// to the last write before a panic.
#[track_caller]
fn same(y: &[f64], serial: impl Fn(&mut [f64]), parallel: impl Fn(&mut [f64]) + Sync) {
    let mut expected = y.to_vec();
    let outcome = failure_of(|| serial(&mut expected));
    for threads in [1, 3, 7] {
        let mut got = y.to_vec();
        let found = on_threads(threads, || failure_of(|| parallel(&mut got)));
        assert_eq!(outcome, found);
        let bits = |y: &[f64]| y.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&expected), bits(&got));
    }
}

/// [`same`] for a kernel and its further arguments.
macro_rules! same {
    ($kernel:ident($y:expr $(, $arg:expr)* $(,)?)) => {
        same(
            &$y,
            |y| $kernel::serial(y $(, $arg)*),
            |y| $kernel::parallel(y $(, $arg)*),
        )
    };
}

const N: usize = 3000;
const HUGE: usize = 1 << 63;

#[kernel(parallel)]
fn rows(y: &mut [f64], m: usize, n: usize, stride: usize) {
    for i in 0..m {
        for j in 0..n {
            y[i * stride + j] = y[i * stride + j] * 0.5 + (i + j) as f64;
        }
    }
}

#[test]
fn rows_lie_apart_overlap_or_fall_together() {
    let y = values(100 * 40);
    for stride in [40, 41, 39, 25, 24, 1, 0, HUGE, usize::MAX, 1 << 58] {
        same!(rows(y, 100, 25, stride));
        same!(rows(y, 1, 25, stride));
        same!(rows(y, 100, 1, stride));
        same!(rows(y, 100, 0, stride));
        same!(rows(y, 0, 25, stride));
    }
}

#[kernel(parallel)]
fn columns(y: &mut [f64], m: usize, n: usize, stride: usize) {
    for i in 0..m {
        for j in 0..n {
            y[j * stride + i] += (i * 7 + j) as f64;
        }
    }
}

#[test]
fn columns_need_a_stride_of_their_number() {
    let y = values(N);
    for stride in [50, 51, 49, 1, 0, HUGE + 1, usize::MAX] {
        same!(columns(y, 50, 60, stride));
    }
    same!(columns(y[..2999], 50, 60, 50));
}

#[kernel(parallel)]
fn planes(y: &mut [f64], counts: (usize, usize, usize), plane: usize, row: usize) {
    let (l, m, n) = counts;
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                y[i * plane + j * row + k] = y[i * plane + j * row + k] + i as f64 - k as f64;
            }
        }
    }
}

#[test]
fn two_strides_are_held_against_each_other() {
    let y = values(12 * 17 * 20);
    for (plane, row) in [
        (340, 20),
        (340, 17),
        (20, 240),
        (0, 20),
        (340, 0),
        (0, 0),
        (19, 20),
    ] {
        same!(planes(y, (12, 17, 20), plane, row));
    }
    same!(planes(y, (12, 17, 20), HUGE, 20));
    same!(planes(y, (13, 17, 20), 340, 20));
}

/// Two strides over a tile whose extents are numbers.
#[kernel(parallel)]
fn tile(y: &mut [f64], down: usize, along: usize) {
    for i in 0..10 {
        for j in 0..6 {
            y[i * down + j * along] = (i * 10 + j) as f64;
        }
    }
}

#[test]
fn short_loops_are_held_against_their_strides() {
    let y = values(300);
    for down in [0, 1, 5, 6, 9, 10, HUGE] {
        for along in [0, 1, 6, 10, 11, 31, HUGE, usize::MAX] {
            same!(tile(y, down, along));
        }
    }
}

/// What an iterator or an inner range is given is computed nowhere else.
#[kernel(parallel)]
fn some_of(y: &mut [f64], x: &[f64], n: usize, k: usize) {
    for (o, v) in y.iter_mut().skip(n - 1).zip(x).take(3000 / k) {
        *o = *v;
    }
}

#[kernel(parallel)]
fn at_most(y: &mut [f64], n: usize, k: usize) {
    for part in y.chunks_mut(n * 2 / k) {
        part[0] = 1.0;
    }
}

#[kernel(parallel)]
fn inner_end(y: &mut [f64], n: usize, m: usize, w: usize) {
    for i in 0..m {
        for j in 0..(n - 1).min(w) {
            y[i * w + j] = (i + j) as f64;
        }
    }
}

#[test]
fn what_lengths_are_made_of_may_fail() {
    let (x, y) = (values(N), values(N));
    for (n, k) in [
        (0, 1),
        (1, 1),
        (5, 0),
        (0, 0),
        (7, 3),
        (N + 9, 1),
        (HUGE, 1),
    ] {
        same!(some_of(y, &x, n, k));
        same!(at_most(y, n, k));
    }
    for (n, m, w) in [(0, 5, 7), (0, 0, 7), (3, 5, 7), (9, 5, 7), (1, 5, 7)] {
        same!(inner_end(y, n, m, w));
    }
}

#[kernel(parallel)]
fn moved(y: &mut [f64], x: &[f64], n: usize, to: usize, from: usize) {
    for i in 0..n {
        y[i + to] = x[i + from];
    }
}

#[test]
fn offsets_beyond_the_end_or_around_it() {
    let (y, x) = (values(N), values(2 * N));
    for (n, to, from) in [
        (N, 0, N),
        (N, 1, 0),
        (N, 0, N + 1),
        (10, N - 10, 0),
        (10, N - 9, 0),
        (10, usize::MAX, 0),
        (10, 0, usize::MAX - 4),
        (0, usize::MAX, usize::MAX),
    ] {
        same!(moved(y, &x, n, to, from));
    }
}

#[kernel(parallel)]
fn ahead(y: &mut [f64], n: usize, h: usize) {
    for i in 0..n {
        y[i] = y[i + h] * 0.5 + 1.0;
    }
}

#[kernel(parallel)]
fn behind(y: &mut [f64], n: usize, h: usize) {
    for i in h..n {
        y[i] = y[i - h] * 0.5 + 1.0;
    }
}

#[test]
fn halves_are_disjoint_or_a_recurrence() {
    let y = values(2 * N);
    for h in [N, N + 1, N - 1, N / 2, 1, 0, 2 * N, usize::MAX] {
        same!(ahead(y, N, h));
        same!(behind(y, 2 * N, h));
    }
}

#[kernel(parallel)]
fn blocks(y: &mut [f64], n: usize, step: usize, width: usize) {
    for i in (0..n).step_by(step) {
        for j in 0..width {
            y[i + j] = y[i + j] * 0.5 + i as f64;
        }
    }
}

#[test]
fn blocks_are_no_wider_than_their_step() {
    let y = values(N + 7);
    for (step, width) in [
        (8, 8),
        (8, 7),
        (8, 9),
        (1, 1),
        (1, 2),
        (0, 1),
        (8, 0),
        (N, 3007),
        (N, 3008),
    ] {
        same!(blocks(y, N, step, width));
    }
}

#[kernel(parallel)]
fn narrow(y: &mut [f64], n: u8, by: u8, offset: u8) {
    for i in 0..n {
        y[(i * by + offset) as usize] += (i as f64) * 0.25;
    }
}

#[test]
fn narrow_arithmetic_wraps_before_wide_does() {
    let y = values(300);
    for (n, by, offset) in [
        (250, 1, 5),
        (250, 1, 6),
        (128, 2, 0),
        (128, 2, 1),
        (129, 2, 0),
        (200, 0, 3),
        (3, 128, 0),
    ] {
        same!(narrow(y, n, by, offset));
    }
}

#[kernel(parallel)]
fn signed(y: &mut [f64], first: i32, last: i32, offset: i32) {
    for i in first..last {
        y[(i + offset) as usize] = i as f64;
    }
}

#[test]
fn signed_indices_below_zero_and_beyond_the_type() {
    let y = values(N);
    for (first, last, offset) in [
        (-1500, 1500, 1500),
        (-1500, 1500, 1499),
        (-1500, 1500, 1501),
        (0, 10, i32::MAX),
        (-10, 0, i32::MIN),
        (5, 3, i32::MIN),
    ] {
        same!(signed(y, first, last, offset));
    }
}

#[kernel(parallel)]
fn reversed(y: &mut [f64], x: &[f64], count: usize, n: usize) {
    for i in 0..count {
        y[n - 1 - i] = x[i];
    }
}

#[test]
fn reversals_run_out_on_either_side() {
    let (y, x) = (values(N), values(N));
    for (count, n) in [
        (N, N),
        (N, N + 1),
        (N, N - 1),
        (10, 5),
        (0, 0),
        (1, 0),
        (10, HUGE),
    ] {
        same!(reversed(y, &x, count, n));
    }
    same!(reversed(y, &x[..N - 1], N, N));
}

#[kernel(parallel)]
fn scaled(y: &mut [f64], n: usize, by: usize, offset: usize) {
    for i in 0..n {
        y[i * by + offset] = i as f64;
    }
}

#[test]
fn products_that_wrap_into_bounds_are_no_place_of_their_own() {
    let y = values(N);
    for (n, by, offset) in [
        (4, HUGE, 2),
        (3, usize::MAX, 2),
        (N, 1, 0),
        (N / 2, 2, 1),
        (N / 2, 2, 2),
        (N, 0, 7),
        (1, HUGE, 7),
        (2, 1 << 32, 0),
    ] {
        same!(scaled(y, n, by, offset));
    }
}

#[kernel(parallel)]
fn guarded(y: &mut [f64], x: &[f64], n: usize, o: usize) {
    for i in 0..n {
        if i >= o && i < x.len() {
            y[i - o] = x[i];
        }
    }
}

#[test]
fn conditions_that_narrow_leave_nothing_to_the_guard() {
    let (y, x) = (values(N), values(N));
    for (n, o) in [(N, 0), (N, 1), (2 * N, 1), (2 * N, 3 * N), (N, usize::MAX)] {
        same!(guarded(y, &x, n, o));
        same!(guarded(y[..N / 2], &x, n, o));
    }
}

#[kernel(parallel)]
fn inclusive(y: &mut [f64], first: usize, last: usize) {
    for i in first..=last {
        y[i] = i as f64;
    }
}

#[test]
fn ranges_that_cannot_be_counted() {
    let y = values(N);
    for (first, last) in [
        (0, N - 1),
        (0, N),
        (7, 3),
        (usize::MAX - 2, usize::MAX),
        (0, usize::MAX),
        (1, usize::MAX),
    ] {
        same!(inclusive(y, first, last));
    }
}

#[kernel(parallel)]
fn two(y: &mut [f64], p: usize, q: usize, n: usize) {
    for i in 0..n {
        y[i + p] += 1.0;
        y[i + q] *= 0.5;
    }
}

#[test]
fn two_windows_of_one_array_meet_or_do_not() {
    let y = values(N);
    for (p, q) in [
        (0, 1000),
        (1000, 0),
        (0, 999),
        (0, 0),
        (5, 5),
        (5, 4),
        (0, 2000),
        (0, 2001),
        (usize::MAX, 0),
    ] {
        same!(two(y, p, q, 1000));
    }
}

#[kernel(parallel)]
fn grid(mut a: ArrayViewMut2<f64>, m: usize, n: usize, o: usize) {
    for i in 0..m {
        for j in 0..n {
            a[[i, j + o]] += (i * n + j) as f64;
        }
    }
}

#[test]
fn an_array_is_smaller_than_the_loops() {
    fn view(y: &mut [f64]) -> ArrayViewMut2<'_, f64> {
        ArrayViewMut2::from_shape((50, 60), y).unwrap()
    }
    for (m, n, o) in [
        (50, 60, 0),
        (51, 60, 0),
        (50, 61, 0),
        (50, 60, 1),
        (50, 1, usize::MAX),
        (0, 99, 9),
    ] {
        same(
            &values(N),
            |y| grid::serial(view(y), m, n, o),
            |y| grid::parallel(view(y), m, n, o),
        );
    }
}
