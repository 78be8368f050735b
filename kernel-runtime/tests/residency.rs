//! Arrays that stay on the device between regions: how often they are copied, and that nobody
//! ever sees an old one.
#![allow(missing_docs, clippy::all)]

use kernel_runtime::cuda::{self, DeviceChoice, Timing};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

const N: usize = 40;
/// An array of so many `f64`.
const BYTES: u64 = 8 * N as u64;

fn choose() {
    assert_eq!(cuda::select_device(DeviceChoice::Software), Ok(()));
}

fn ramp() -> Vec<f64> {
    (0..N).map(|i| (i * i % 17) as f64 - 3.5).collect()
}

/// Calls both versions, on copies of the arrays; what the device did.
macro_rules! same {
    ($kernel:ident[$($name:ident = $value:expr),*]($($arg:expr),*)) => {{
        choose();
        $(let mut $name = $value;)*
        let expected = $kernel::serial($($arg),*);
        let left = ($($name.clone(),)*);
        $($name = $value;)*
        let found = $kernel::cuda($($arg),*).expect("the software device runs it");
        let copies = cuda::last_call().expect("a call began");
        assert_eq!(found, expected, "the result of {}", stringify!($kernel));
        assert_eq!(($($name.clone(),)*), left, "the arrays of {}", stringify!($kernel));
        copies
    }};
}

fn moved(copies: Timing) -> (u32, u32) {
    (copies.uploads, copies.downloads)
}

#[kernel(parallel, cuda)]
fn sweeps(steps: usize, a: &mut [f64], b: &mut [f64]) {
    let n = a.len();
    for _step in 0..steps {
        for i in 1..n - 1 {
            b[i] = 0.25 * (a[i - 1] + 2.0 * a[i] + a[i + 1]);
        }
        for i in 1..n - 1 {
            a[i] = b[i] + 1.0;
        }
    }
}

#[test]
fn each_array_goes_once_and_comes_back_once() {
    for steps in [1, 2, 7] {
        let copies = same!(sweeps[a = ramp(), b = ramp()](steps, &mut a, &mut b));
        assert_eq!(moved(copies), (2, 2));
        assert_eq!(copies.regions as usize, 2 * steps);
        assert_eq!(
            (copies.uploaded_bytes, copies.downloaded_bytes),
            (2 * BYTES, 2 * BYTES)
        );
    }
}

#[kernel(parallel, cuda)]
fn swapped<'a>(steps: usize, mut a: &'a mut [f64], mut b: &'a mut [f64]) {
    let n = a.len();
    for _step in 0..steps {
        for i in 1..n - 1 {
            b[i] = 0.5 * (a[i - 1] + a[i + 1]);
        }
        std::mem::swap(&mut a, &mut b);
    }
}

#[test]
fn swaps_move_nothing() {
    for steps in [1, 2, 5] {
        let copies = same!(swapped[a = ramp(), b = vec![0.0; N]](steps, &mut a, &mut b));
        assert_eq!(copies.uploads, 2);
        assert_eq!(copies.downloads, if steps == 1 { 1 } else { 2 });
    }
}

/// What swaps the elements themselves.
#[kernel(parallel, cuda)]
fn swapped_in_place(out: &mut [f64]) {
    let mut a = [1.0; 8];
    let mut b = [2.0; 8];
    for i in 0..8 {
        a[i] += i as f64;
    }
    std::mem::swap(&mut a, &mut b);
    for i in 0..8 {
        out[i] = a[i] - 10.0 * b[i];
    }
}

#[test]
fn fixed_arrays_that_are_swapped_come_back() {
    same!(swapped_in_place[out = ramp()](&mut out));
}

#[kernel(parallel, cuda)]
fn parts(a: &mut [f64], out: &mut [f64]) {
    let n = a.len();
    for i in 0..n {
        a[i] *= 2.0;
    }
    let inner: &[f64] = &a[1..n - 1];
    for i in 0..inner.len() {
        out[i] = inner[i] + 0.5;
    }
    let rest: &mut [f64] = &mut a[n / 2..];
    for i in 0..rest.len() {
        rest[i] -= 1.0;
    }
    for i in 0..n {
        out[i] += a[i];
    }
}

#[test]
fn parts_of_what_is_there_are_there() {
    let copies = same!(parts[a = ramp(), out = vec![0.0; N]](&mut a, &mut out));
    assert_eq!(copies.uploads, 2);
}

/// The whole of what is partly there and newer.
#[kernel(parallel, cuda)]
fn whole_after_parts(a: &mut [f64]) -> f64 {
    let n = a.len();
    let mut rounds = 0.0;
    for _round in 0..3 {
        let (left, right): (&mut [f64], &mut [f64]) = a.split_at_mut(n / 3);
        for i in 0..left.len() {
            left[i] += right[i] * 0.5;
        }
        for i in 0..right.len() {
            right[i] -= 1.0;
        }
        for i in 0..n {
            a[i] *= 1.5;
        }
        rounds += 1.0;
    }
    rounds
}

#[test]
fn overlapping_parts_are_written_back_before_the_whole_goes() {
    same!(whole_after_parts[a = ramp()](&mut a));
}

#[kernel(parallel, cuda)]
fn read_between(a: &mut [f64], b: &mut [f64]) -> f64 {
    let n = a.len();
    let mut total = 0.0;
    for round in 0..4usize {
        for i in 0..n {
            b[i] = a[i] + round as f64;
        }
        total += b[n / 2];
        if b[0] > 1e6 {
            return total;
        }
        for i in 0..n {
            a[i] = b[i] * 0.5;
        }
    }
    total
}

#[test]
fn reading_an_element_brings_it_back_and_moves_nothing_there() {
    let copies = same!(read_between[a = ramp(), b = vec![0.0; N]](&mut a, &mut b));
    assert_eq!(copies.uploads, 2);
}

#[kernel(parallel, cuda)]
fn written_between(a: &mut [f64], b: &mut [f64]) {
    let n = a.len();
    for round in 0..4usize {
        for i in 0..n {
            b[i] = 2.0 * a[i];
        }
        b[round] = -1.0;
        for i in 0..n {
            a[i] = b[i] - 0.5;
        }
        a.reverse();
        a[..2].fill(7.0);
    }
}

#[test]
fn what_the_driver_writes_is_seen() {
    same!(written_between[a = ramp(), b = vec![0.0; N]](&mut a, &mut b));
}

fn shift(values: &mut [f64]) {
    values.rotate_right(3);
}

#[kernel(parallel, cuda)]
fn through_other_names(a: &mut [f64], b: &mut [f64]) -> f64 {
    let n = a.len();
    let mut seen = 0.0;
    for round in 0..3usize {
        for i in 0..n {
            a[i] += b[i] + round as f64;
        }
        {
            let other = &mut *a;
            other[1] = 100.0;
            shift(other);
        }
        for i in 0..n {
            b[i] = a[i] * 0.25;
        }
        let peek = |at: usize| b[at];
        seen += peek(3);
        for i in 0..n {
            a[i] -= b[i];
        }
        seen += peek(4);
        let mut poke = |at: usize| a[at] = 9.0;
        poke(round);
        for chunk in b.chunks_mut(7) {
            chunk[0] += 1.0;
            for i in 0..chunk.len() {
                chunk[i] *= 2.0;
            }
            seen += chunk[chunk.len() - 1];
        }
        seen += a.iter().sum::<f64>();
    }
    seen
}

#[test]
fn writes_and_reads_through_other_names() {
    same!(through_other_names[a = ramp(), b = ramp()](&mut a, &mut b));
}

macro_rules! middle {
    ($array:ident) => {
        $array[20] += 1000.0
    };
}

#[kernel(parallel, cuda)]
fn through_macros(a: &mut [f64], b: &mut [f64]) -> usize {
    macro_rules! first {
        () => {
            b[0] = -5.0
        };
    }
    let n = a.len();
    let mut length = 0;
    for _round in 0..3 {
        for i in 0..n {
            b[i] = a[i] + 1.0;
        }
        middle!(a);
        first!();
        for i in 0..n {
            a[i] += b[i];
        }
        length += format!("{a:?}").len();
    }
    length
}

#[test]
fn macros_may_do_anything() {
    same!(through_macros[a = ramp(), b = ramp()](&mut a, &mut b));
}

#[kernel(parallel, cuda)]
fn doubled(x: &mut [f64]) {
    for i in 0..x.len() {
        x[i] *= 2.0;
    }
}

#[kernel(parallel, cuda)]
fn of_kernels(a: &mut [f64], b: &mut [f64]) {
    let n = a.len();
    for _round in 0..2 {
        for i in 0..n {
            a[i] += 1.0;
        }
        doubled::cuda(&mut *a).unwrap();
        for i in 0..n {
            b[i] = a[i] - 1.0;
        }
        doubled(b);
        for i in 0..n {
            a[i] += b[i];
        }
    }
}

#[test]
fn kernels_that_call_kernels() {
    same!(of_kernels[a = ramp(), b = ramp()](&mut a, &mut b));
}

#[kernel(parallel, cuda)]
fn made_and_dropped(a: &mut [f64], steps: usize) -> f64 {
    let n = a.len();
    let mut last = 0.0;
    for step in 0..steps {
        let mut next = vec![0.0; n];
        for i in 0..n {
            next[i] = a[i] + step as f64;
        }
        if step % 3 == 2 {
            continue;
        }
        for i in 0..n {
            a[i] = next[i] * 0.5;
        }
        last = next[0];
    }
    last
}

/// Each `next` may lie where the one before lay.
#[test]
fn memory_that_is_used_again_is_not_taken_for_what_it_was() {
    let copies = same!(made_and_dropped[a = ramp()](&mut a, 6));
    // Six of `next`, and `a` once.
    assert_eq!(copies.uploads, 7);
}

#[kernel(parallel, cuda)]
fn given_away(n: usize, rounds: usize) -> Vec<Vec<f64>> {
    let mut all = Vec::new();
    let mut current = vec![1.0; n];
    for round in 0..rounds {
        let mut next = vec![0.0; n];
        for i in 0..n {
            next[i] = current[i] + round as f64;
        }
        std::mem::swap(&mut current, &mut next);
        for i in 0..n {
            next[i] *= 3.0;
        }
        all.push(next);
        let replaced = std::mem::replace(&mut current, vec![0.5; n]);
        for i in 0..n {
            current[i] += replaced[i];
        }
        drop(replaced);
    }
    all.push(current);
    all
}

#[test]
fn arrays_that_change_hands() {
    same!(given_away[](N, 4));
}

#[kernel(parallel, cuda)]
fn swapped_with_one_that_is_not_watched(n: usize, seed: &[f64]) -> Vec<f64> {
    let mut kept = vec![1.0; n];
    for round in 0..3usize {
        let mut other = seed.iter().map(|x| x + 1.0).collect::<Vec<f64>>();
        for i in 0..n {
            kept[i] += round as f64;
        }
        std::mem::swap(&mut kept, &mut other);
        for i in 0..n {
            kept[i] *= 2.0;
        }
    }
    kept
}

#[test]
fn what_an_unwatched_variable_takes_comes_back_first() {
    same!(swapped_with_one_that_is_not_watched[](N, &ramp()));
}

#[kernel(parallel, cuda)]
fn inside_expressions(a: &mut [f64], b: &mut [f64]) -> f64 {
    let n = a.len();
    let mut seen = 0.0;
    while a[0] < 50.0 {
        let more = if seen < 10.0 {
            for i in 0..n {
                a[i] += 4.0;
            }
            1.0
        } else {
            for i in 0..n {
                a[i] += 8.0;
            }
            a[1]
        } + a[2];
        seen += more;
        match a[0] as i64 {
            0..20 if b[0] > 0.0 => b[1] = a[3],
            20.. => {
                for i in 0..n {
                    b[i] += 1.0;
                }
            }
            _ => b[0] = seen,
        }
        seen += (|| b[0] + b[1])();
    }
    seen
}

#[test]
fn conditions_and_blocks_see_what_is_new() {
    same!(inside_expressions[a = ramp(), b = ramp()](&mut a, &mut b));
}

#[kernel(parallel, cuda)]
fn left_early(a: &mut [f64], limit: f64) -> Option<f64> {
    let n = a.len();
    for round in 0..10 {
        for i in 0..n {
            a[i] += 1.0;
        }
        let mut total = 0.0;
        for i in 0..n {
            total += a[i];
        }
        if total > limit {
            return Some(total);
        }
        if round == 7 {
            None?;
        }
    }
    None
}

#[test]
fn early_returns_bring_everything_back() {
    for limit in [-1e9, 100.0, 1e9] {
        let copies = same!(left_early[a = ramp()](&mut a, limit));
        assert_eq!(moved(copies), (1, 1));
    }
}

#[kernel(parallel, cuda)]
fn strided(mut a: ArrayViewMut2<f64>, b: ArrayView2<f64>, steps: usize) {
    for _step in 0..steps {
        for i in 0..a.nrows() {
            for j in 0..a.ncols() {
                a[[i, j]] = 0.5 * a[[i, j]] + b[[i, j]];
            }
        }
    }
}

/// What lies between the elements is somebody else's.
#[test]
fn strided_arrays_stay_as_well() {
    choose();
    let b = Array2::from_shape_fn((5, 12), |(i, j)| (i * j) as f64);
    let start = Array2::from_shape_fn((10, 12), |(i, j)| (i + j) as f64);
    let mut expected = start.clone();
    let (part, columns) = (s![1..;2, ..;2], s![.., ..;2]);
    strided::serial(expected.slice_mut(part), b.slice(columns), 4);
    let mut found = start.clone();
    strided::cuda(found.slice_mut(part), b.slice(columns), 4).unwrap();
    assert_eq!(found, expected);
    assert_eq!(moved(cuda::last_call().unwrap()), (2, 1));
}

#[kernel(parallel, cuda)]
fn interleaved(a: &mut [f64], mut x: ArrayViewMut2<f64>, mut y: ArrayViewMut2<f64>) {
    for _step in 0..3 {
        for i in 0..x.nrows() {
            for j in 0..x.ncols() {
                x[[i, j]] += 1.0 + y[[i, j]];
            }
        }
        for i in 0..x.nrows() {
            for j in 0..x.ncols() {
                let old = x[[i, j]];
                x[[i, j]] = y[[i, j]];
                y[[i, j]] = old;
            }
        }
        for i in 0..a.len() {
            a[i] += 1.0;
        }
    }
}

#[test]
fn views_whose_elements_alternate() {
    choose();
    let start = Array2::from_shape_fn((6, 8), |(i, j)| (10 * i + j) as f64);
    let run = |cuda: bool| {
        let mut all = start.clone();
        let mut a = vec![1.0; 5];
        let (x, y) = all.multi_slice_mut((s![.., ..;2], s![.., 1..;2]));
        match cuda {
            true => interleaved::cuda(&mut a, x, y).unwrap(),
            false => interleaved::serial(&mut a, x, y),
        }
        (all, a)
    };
    assert_eq!(run(true), run(false));
}

#[kernel(parallel, cuda)]
fn fails(a: &mut [f64], index: &[usize]) {
    let n = a.len();
    for i in 0..n {
        a[i] += 1.0;
    }
    for i in 0..index.len() {
        a[i] = a[i] + 0.0 * index[index[i]] as f64;
    }
}

#[kernel(parallel, cuda)]
fn fails_in_the_driver(a: &mut [f64], bound: f64) {
    let n = a.len();
    for round in 0..5 {
        for i in 0..n {
            a[i] += 1.0;
        }
        let total = round as f64;
        if total > bound {
            panic!("enough");
        }
    }
}

/// More than the array has, so that the loop as written runs, and panics.
#[kernel(parallel, cuda)]
fn declined(a: &mut [f64], more: usize) {
    let n = a.len();
    for i in 0..n {
        a[i] += 1.0;
    }
    for i in 0..n + more {
        a[i] *= 2.0;
    }
}

#[test]
fn panics_bring_everything_back() {
    choose();
    let mut a = ramp();
    let error = fails::cuda(&mut a, &[0, 1, 99]).unwrap_err();
    assert!(error.to_string().contains("out of bounds"), "{error}");
    assert_eq!(a[5], ramp()[5] + 1.0);

    let mut a = ramp();
    let error = fails_in_the_driver::cuda(&mut a, 2.0).unwrap_err();
    assert!(error.to_string().contains("enough"), "{error}");
    assert_eq!(a, ramp().iter().map(|x| x + 4.0).collect::<Vec<f64>>());

    let mut a = ramp();
    declined::cuda(&mut a, 1).unwrap_err();
    let expected = ramp().iter().map(|x| (x + 1.0) * 2.0).collect::<Vec<f64>>();
    assert_eq!(a, expected);
    same!(declined[a = ramp()](&mut a, 0));
}

#[kernel(parallel, cuda)]
fn by_value(mut table: [f64; 16], out: &mut [f64]) {
    for _round in 0..2 {
        for i in 0..16 {
            table[i] += 1.0;
        }
        for i in 0..16 {
            out[i] += table[i];
        }
    }
}

#[test]
fn arrays_in_the_frame() {
    same!(by_value[out = ramp()]([0.5; 16], &mut out));
}

/// The holder goes while the reference's part is still there.
#[kernel(parallel, cuda)]
fn of_holders(n: usize, out: &mut [f64]) {
    for round in 0..4usize {
        let mut holder = Box::new(vec![round as f64; n]);
        let part: &mut [f64] = &mut holder[1..];
        for i in 0..part.len() {
            part[i] += 1.0;
        }
        for i in 0..part.len() {
            out[i] += part[i];
        }
        drop(holder);
    }
}

#[test]
fn memory_behind_unknown_holders() {
    same!(of_holders[out = ramp()](N, &mut out));
}
