//! Arrays whose neighbours in memory lie along outer loops: transposed ones, those with the first dimension
//! contiguous, and loops over columns. Loops change places, rows run in blocks, or on copies, and the
//! bits are those of the same arrays laid out as the loops go.
#![allow(missing_docs, clippy::needless_range_loop)]

mod support;

use kernel_runtime::__private::order::reference;
use kernel_runtime::prelude::*;
use ndarray::{
    Array2, Array3, ArrayView1, ArrayView2, ArrayView3, ArrayViewMut2, ArrayViewMut3, Axis,
    ShapeBuilder, s,
};
use support::{THREADS, on_threads, panic_of, value};

#[kernel(parallel)]
fn sum(a: ArrayView2<f64>) -> f64 {
    let mut sum = 0.25;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += a[[i, j]];
        }
    }
    sum
}

#[kernel(parallel)]
fn narrow(a: ArrayView2<f32>) -> f32 {
    let mut sum = 0.25;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += a[[i, j]];
        }
    }
    sum
}

#[kernel(parallel)]
fn by_columns(a: ArrayView2<f64>) -> f64 {
    let mut sum = 0.25;
    for j in 0..a.ncols() {
        for i in 0..a.nrows() {
            sum += a[[i, j]];
        }
    }
    sum
}

#[kernel(parallel)]
fn inside(a: ArrayView2<f64>, w: ArrayView1<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 1..a.nrows() - 1 {
        for j in 2..a.ncols() {
            sum += a[[i, j]] * w[j] - i as f64;
        }
    }
    sum
}

#[kernel(parallel)]
fn dot(a: ArrayView2<f64>, b: ArrayView2<f32>) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += a[[i, j]] * f64::from(b[[i, j]]);
        }
    }
    sum
}

#[kernel(parallel)]
fn bytes(a: ArrayView2<u8>, w: ArrayView1<u16>) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += f64::from(a[[i, j]]) / (f64::from(w[i]) + 3.0);
        }
    }
    sum
}

#[kernel(parallel)]
fn several(a: ArrayView2<f64>) -> (f64, usize, f64, f64) {
    let (mut sum, mut count, mut product, mut least) = (0.0, 0, 1.0, 1.0);
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += a[[i, j]];
            product *= 1.0 + a[[i, j]] / 1e3;
            if a[[i, j]] > 0.0 {
                count += 1;
            }
            least = f64::min(least, a[[i, j]]);
        }
    }
    (sum, count, product, least)
}

#[kernel(parallel)]
fn place(a: ArrayView2<f64>) -> (usize, usize, f64) {
    let (mut row, mut column, mut greatest) = (0, 0, f64::NEG_INFINITY);
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            if a[[i, j]] > greatest {
                greatest = a[[i, j]];
                row = i;
                column = j;
            }
        }
    }
    (row, column, greatest)
}

#[kernel(parallel)]
fn extremes(a: ArrayView2<f64>) -> (f64, f64) {
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            least = least.min(a[[i, j]]);
            greatest = greatest.max(a[[i, j]]);
        }
    }
    (least, greatest)
}

#[kernel(parallel)]
fn count(a: ArrayView2<f64>, above: f64) -> usize {
    let mut count = 0;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            if a[[i, j]] > above {
                count += 1;
            }
        }
    }
    count
}

#[kernel(parallel)]
fn sum_and_square(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            b[[i, j]] = a[[i, j]] * a[[i, j]];
            sum += b[[i, j]] + a[[i, j]];
        }
    }
    sum
}

#[kernel(parallel)]
fn sum3(a: ArrayView3<f64>) -> f64 {
    let mut sum = 0.0;
    let (l, m, n) = a.dim();
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                sum += a[[i, j, k]];
            }
        }
    }
    sum
}

#[kernel(parallel)]
fn scaled(a: ArrayView2<f64>, by: f64, mut b: ArrayViewMut2<f64>) {
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            b[[i, j]] = a[[i, j]] * by;
        }
    }
}

#[kernel(parallel)]
fn scaled3(a: ArrayView3<f64>, mut b: ArrayViewMut3<f64>) {
    let (l, m, n) = a.dim();
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                b[[i, j, k]] += a[[i, j, k]] * 3.0;
            }
        }
    }
}

#[kernel(parallel)]
fn neighbours(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    for i in 1..a.nrows() - 1 {
        for j in 1..a.ncols() - 1 {
            b[[i, j]] = a[[i - 1, j]] + 2.0 * a[[i + 1, j]] + 3.0 * a[[i, j - 1]] - a[[i, j + 1]];
        }
    }
}

#[kernel(parallel)]
fn corner(a: ArrayView2<f64>, width: usize) -> f64 {
    let mut sum = 0.25;
    for i in 0..a.nrows() {
        for j in 0..width {
            sum += a[[i, j]];
        }
    }
    sum
}

#[kernel(parallel)]
fn diagonal(a: ArrayView3<i64>) -> i64 {
    let mut sum = 0;
    for i in 0..a.dim().0 {
        for j in 0..a.dim().1 {
            sum += a[[i, j, j]];
        }
    }
    sum
}

#[kernel(parallel)]
fn diagonal_in_order(a: ArrayView3<f64>) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.dim().0 {
        for j in 0..a.dim().1 {
            sum += a[[i, j, j]];
        }
    }
    sum
}

#[kernel(parallel)]
fn where_there_are(a: ArrayView2<f64>, rows: usize, columns: usize) -> f64 {
    let mut sum = 0.0;
    for j in 0..columns {
        for i in 0..rows {
            if i < a.nrows() {
                sum += a[[i, j]];
            }
        }
    }
    sum
}

#[kernel(parallel)]
fn weighted(a: ArrayView2<f64>, w: &[f64], rows: usize, columns: usize) -> f64 {
    let mut sum = 0.0;
    for j in 0..columns {
        for i in 0..rows {
            for factor in w {
                sum += factor * a[[i, j]];
            }
        }
    }
    sum
}

#[kernel(parallel)]
fn added3(mut a: ArrayViewMut3<f64>, b: ArrayView2<f64>) {
    let (l, m, n) = a.dim();
    for i in 0..l {
        for j in 0..m {
            for k in 0..n {
                a[[i, j, k]] += b[[j, k]];
            }
        }
    }
}

/// Shapes whose rows are short, long, longer than blocks, shorter and longer than chunks.
const SHAPES: [(usize, usize); 11] = [
    (1, 1),
    (1, 70),
    (3, 5),
    (8, 64),
    (17, 33),
    (70, 1),
    (40, 129),
    (129, 40),
    (300, 7),
    (9, 3000),
    (5, 20_011),
];

fn filled(shape: (usize, usize)) -> Array2<f64> {
    Array2::from_shape_fn(shape, |(i, j)| value(i * shape.1 + j))
}

/// The same elements, those of a column side by side.
fn in_columns<T: Copy + Default>(a: &Array2<T>) -> Array2<T> {
    let mut columns = Array2::from_elem(a.dim().f(), T::default());
    columns.assign(a);
    columns
}

/// Does something with an array laid out in rows, in columns, in every other column, and in columns backwards.
fn each_layout(a: &Array2<f64>, mut f: impl FnMut(ArrayView2<f64>)) {
    let (m, n) = a.dim();
    f(a.view());
    f(in_columns(a).view());
    let mut wide = Array2::zeros((2 * m, n).f());
    wide.slice_mut(s![..;2, ..]).assign(a);
    f(wide.slice(s![..;2, ..]));
    let mut backwards = Array2::zeros((m, n).f());
    backwards.invert_axis(Axis(0));
    backwards.invert_axis(Axis(1));
    backwards.assign(a);
    f(backwards.view());
}

/// The same value from all layouts, on any number of threads.
fn same<R: PartialEq + std::fmt::Debug + Send>(kernel: impl Fn(ArrayView2<f64>) -> R + Sync) {
    for shape in SHAPES {
        let a = filled(shape);
        let expected = kernel(a.view());
        each_layout(&a, |view| {
            for threads in THREADS {
                let found = on_threads(threads, || kernel(view));
                assert_eq!(found, expected, "{shape:?} {:?}", view.strides());
            }
        });
    }
}

#[test]
fn sums_have_the_bits_of_rows() {
    same(|a| sum::parallel(a).to_bits());
    same(|a| narrow::parallel(a.mapv(|x| x as f32).view()).to_bits());
    same(|a| several::parallel(a));
    let w: Vec<f64> = (0..30_000).map(|k| value(k + 7)).collect();
    let w = ArrayView1::from(&w);
    same(|a| (a.nrows() > 2 && a.ncols() > 2).then(|| inside::parallel(a, w).to_bits()));
}

#[test]
fn rows_with_gaps_are_not_one_loop() {
    for (m, n) in SHAPES {
        let a = filled((m, n));
        for width in [1, n - n / 3] {
            let part = a.slice(s![.., ..width]);
            let expected = sum::parallel(part.as_standard_layout().view());
            assert_eq!(sum::parallel(part).to_bits(), expected.to_bits());
            each_layout(&a, |view| {
                let found = corner::parallel(view, width);
                assert_eq!(found.to_bits(), expected.to_bits(), "{m} x {width} of {n}");
            });
        }
    }
}

#[test]
fn sums_have_the_reference_s_bits() {
    for (m, n) in SHAPES {
        let a = filled((m, n));
        let add = |left: f64, right: f64| left + right;
        let step = |total: f64, k: u64| total + value(k as usize);
        let expected = reference(((m * n) as u64, 64), (0.25, -0.0), step, add);
        each_layout(&a, |view| {
            assert_eq!(
                sum::parallel(view).to_bits(),
                expected.to_bits(),
                "{m} x {n}"
            );
        });
    }
}

#[test]
fn narrow_sums_have_the_bits_of_rows() {
    for (m, n) in SHAPES {
        let a = filled((m, n)).mapv(|x| x as f32);
        let first = in_columns(&a);
        let expected = narrow::parallel(a.view());
        assert_eq!(
            narrow::parallel(first.view()).to_bits(),
            expected.to_bits(),
            "{m} x {n}"
        );
    }
}

#[test]
fn sums_by_columns_have_the_bits_of_the_transposed_array() {
    for shape in SHAPES {
        let a = filled(shape);
        let transposed = a.t().as_standard_layout().into_owned();
        let expected = sum::parallel(transposed.view());
        each_layout(&a, |view| {
            for threads in THREADS {
                let found = on_threads(threads, || by_columns::parallel(view));
                assert_eq!(found.to_bits(), expected.to_bits(), "{shape:?}");
            }
        });
    }
}

#[test]
fn arrays_of_several_layouts_and_types_go_together() {
    for shape in SHAPES {
        let a = filled(shape);
        let b = a.mapv(|x| x as f32 + 0.5);
        let b_first = in_columns(&b);
        let expected = dot::parallel(a.view(), b.view());
        each_layout(&a, |view| {
            for b in [&b, &b_first] {
                assert_eq!(
                    dot::parallel(view, b.view()).to_bits(),
                    expected.to_bits(),
                    "{shape:?}"
                );
            }
        });
        let bytes_of = a.mapv(|x| (x * 200.0) as i64 as u8);
        let first = in_columns(&bytes_of);
        let w: Vec<u16> = (0..shape.0 as u16).collect();
        let w = ArrayView1::from(&w);
        let expected = bytes::parallel(bytes_of.view(), w);
        assert_eq!(
            bytes::parallel(first.view(), w).to_bits(),
            expected.to_bits(),
            "{shape:?}"
        );
    }
}

#[test]
fn what_is_free_of_order_is_as_in_serial() {
    for shape in SHAPES {
        let a = filled(shape);
        each_layout(&a, |view| {
            assert_eq!(place::parallel(view), place::serial(view), "{shape:?}");
            assert_eq!(
                extremes::parallel(view),
                extremes::serial(view),
                "{shape:?}"
            );
            assert_eq!(
                count::parallel(view, 0.1),
                count::serial(view, 0.1),
                "{shape:?}"
            );
        });
    }
}

#[test]
fn chunks_longer_than_rows_end_in_other_blocks() {
    let a = Array2::from_shape_fn((9000, 130), |(i, j)| value(i * 130 + j) as f32);
    let first = in_columns(&a);
    let expected = narrow::parallel(a.view());
    for threads in THREADS {
        let found = on_threads(threads, || narrow::parallel(first.view()));
        assert_eq!(found.to_bits(), expected.to_bits());
    }
}

#[test]
fn what_is_written_beside_a_sum_is_as_in_serial() {
    for shape in SHAPES {
        let a = filled(shape);
        let mut squares = Array2::zeros(shape);
        let expected = sum_and_square::parallel(a.view(), squares.view_mut());
        each_layout(&a, |view| {
            for mut out in [Array2::zeros(shape), Array2::zeros(shape.f())] {
                let found = sum_and_square::parallel(view, out.view_mut());
                assert_eq!(found.to_bits(), expected.to_bits(), "{shape:?}");
                assert_eq!(out, squares);
            }
        });
    }
}

#[test]
fn three_loops() {
    let shape = (5, 21, 34);
    let a = Array3::from_shape_fn(shape, |(i, j, k)| value((i * 21 + j) * 34 + k));
    let expected = sum3::parallel(a.view());
    let mut scaled = Array3::ones(shape);
    scaled3::serial(a.view(), scaled.view_mut());
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        // The same elements, the dimensions in memory in this order.
        let stored = a
            .view()
            .permuted_axes(order)
            .as_standard_layout()
            .into_owned();
        let back: Vec<usize> = (0..3)
            .map(|dim| order.iter().position(|at| *at == dim).unwrap())
            .collect();
        let view = stored.view().permuted_axes([back[0], back[1], back[2]]);
        assert_eq!(view, a);
        for threads in THREADS {
            let found = on_threads(threads, || sum3::parallel(view));
            assert_eq!(found.to_bits(), expected.to_bits(), "{order:?}");
            let mut out = Array3::ones((shape.0, shape.1, shape.2).f());
            on_threads(threads, || scaled3::parallel(view, out.view_mut()));
            assert_eq!(out, scaled, "{order:?}");
        }
    }
}

#[test]
fn maps_are_as_in_serial() {
    for shape in SHAPES {
        let a = filled(shape);
        let mut expected = Array2::zeros(shape);
        scaled::serial(a.view(), 1.5, expected.view_mut());
        let mut around = Array2::zeros(shape);
        let large = shape.0 > 2 && shape.1 > 2;
        if large {
            neighbours::serial(a.view(), around.view_mut());
        }
        each_layout(&a, |view| {
            for (threads, columns) in THREADS.iter().flat_map(|t| [(*t, false), (*t, true)]) {
                let new = || Array2::zeros(shape.set_f(columns));
                let mut out = new();
                on_threads(threads, || scaled::parallel(view, 1.5, out.view_mut()));
                assert_eq!(out, expected, "{shape:?}");
                let mut out = new();
                if large {
                    on_threads(threads, || neighbours::parallel(view, out.view_mut()));
                }
                assert_eq!(out, around, "{shape:?}");
            }
        });
    }
}

#[kernel(parallel)]
fn quotients(a: ArrayView2<f64>, d: ArrayView2<i32>) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.nrows() {
        for j in 0..a.ncols() {
            sum += a[[i, j]] * (100 % d[[i, j]]) as f64;
        }
    }
    sum
}

#[test]
fn the_earliest_failure_is_found() {
    let shape = (60, 900);
    let first = in_columns(&filled(shape));
    let mut d = Array2::ones(shape.f());
    // Another block has the other, which comes later.
    d[[31, 5]] = 0;
    d[[30, 899]] = 0;
    let expected = panic_of(|| quotients::serial(first.view(), d.view()));
    for threads in THREADS {
        let found = on_threads(threads, || {
            panic_of(|| quotients::parallel(first.view(), d.view()))
        });
        assert_eq!(found, expected);
    }
}

#[kernel(parallel)]
fn sparse(on: &[bool], a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
    for i in 0..b.ncols() {
        for j in 0..b.nrows() {
            if on[i] {
                b[[j, i]] = a[[j, i]];
            }
        }
    }
}

#[test]
fn blocks_are_not_for_what_may_fail() {
    // Of the first row, place 100 is outside, and of a block before it, row 5.
    let a = filled((100, 5));
    let on: Vec<bool> = (0..40).map(|i| i != 1).collect();
    let all = vec![true; 40];
    for on in [&on, &all] {
        let new = || Array2::zeros((150, 40));
        let expected = panic_of(|| sparse::serial(on, a.view(), new().view_mut()));
        for threads in THREADS {
            let found = on_threads(threads, || {
                panic_of(|| sparse::parallel(on, a.view(), new().view_mut()))
            });
            assert_eq!(found, expected);
        }
    }
}

/// The six orders of three dimensions, each forwards and with some of them backwards.
fn orders() -> impl Iterator<Item = ([usize; 3], [bool; 3])> {
    let orders = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];
    let backwards = (0..8).map(|n| [n & 1 > 0, n & 2 > 0, n & 4 > 0]);
    backwards.flat_map(move |of| orders.map(|order| (order, of)))
}

fn turn<T>(view: &mut ArrayViewMut3<T>, backwards: [bool; 3]) {
    let axes = (0..3).filter(|axis| backwards[*axis]);
    axes.for_each(|axis| view.invert_axis(Axis(axis)));
}

/// A stride between elements of which there is but one is any number.
#[test]
fn dimensions_of_one_element() {
    for shape in [
        (1, 60, 70),
        (60, 1, 70),
        (60, 70, 1),
        (1, 1, 90),
        (90, 1, 1),
    ] {
        let mut a = Array3::from_shape_fn(shape, |(i, j, k)| value((i * 70 + j) * 70 + k));
        for (order, backwards) in orders() {
            let mut view = a.view_mut().permuted_axes(order);
            turn(&mut view, backwards);
            let rows = view.as_standard_layout().into_owned();
            let found = sum3::parallel(view.view());
            let expected = sum3::parallel(rows.view());
            assert_eq!(found.to_bits(), expected.to_bits(), "{:?}", view.strides());
            let (_, m, n) = view.dim();
            for b in [filled((m, n)), in_columns(&filled((m, n)))] {
                let mut rows = view.to_owned();
                added3::serial(rows.view_mut(), b.view());
                added3::parallel(view.view_mut(), b.view());
                assert_eq!(view, rows, "{:?}", view.strides());
            }
        }
    }
}

/// Places along a diagonal are no places of one dimension.
#[test]
fn loops_along_diagonals_keep_their_places() {
    for (l, m) in [(1, 9), (9, 1), (40, 30), (30, 40), (300, 70)] {
        let a = Array3::from_shape_fn((m, m, l), |(j, k, i)| (((i * m) + j) * m + k) as i64);
        let floats = a.mapv(|x| value(x as usize));
        for order in [[2, 0, 1], [2, 1, 0]] {
            let view = a.view().permuted_axes(order);
            assert_eq!(diagonal::parallel(view), diagonal::serial(view));
            let view = floats.view().permuted_axes(order);
            let rows = view.as_standard_layout();
            let expected = diagonal_in_order::parallel(rows.view());
            let found = diagonal_in_order::parallel(view);
            assert_eq!(found.to_bits(), expected.to_bits(), "{l} {m}");
        }
    }
}

/// What no iteration reads need not be there.
#[test]
fn elements_that_only_some_iterations_read() {
    for (m, n) in SHAPES {
        let a = filled((m, n));
        let wide = Array2::from_shape_fn((m + 9000, n), |(i, j)| match i < m {
            true => a[[i, j]],
            false => 0.0,
        });
        let expected = where_there_are::serial(wide.view(), m + 9000, n);
        each_layout(&a, |view| {
            let found = where_there_are::parallel(view, m + 9000, n);
            assert!((found - expected).abs() < 1e-9, "{m} {n}");
            // No trip of the loop inside, so that no element is read at all.
            assert_eq!(weighted::parallel(view, &[], m + 9000, n + 9), 0.0);
        });
    }
}
