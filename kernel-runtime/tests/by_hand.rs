//! The code that `#[kernel]` makes, written by hand: what expansions may rely on.

#![allow(missing_docs, clippy::undocumented_unsafe_blocks)]

use kernel_runtime::__private as rt;
use ndarray::{Array2, ArrayView2};

static SUM2D: rt::Kernel = rt::Kernel { name: "sum2d" };

static REGION: rt::Region = rt::Region::new(
    "loop\nloop usize until 0;int0\nguard hi0 len0.0 < hi1 len0.1 < and\ncost 2\n\
        array f64:2:r\nscalar usize\nsum f64:add:8000000000000000\nlanes 64",
    None,
    cfg!(debug_assertions),
);

const CODE: rt::Code = rt::Code {
    body: rows::<false>,
    fast: Some(rows::<true>),
    wide: None,
    gathers: false,
    folds: false,
    fold: None,
    fast_fold: None,
};

fn step<const FAST: bool>(arr: rt::View<'_, f64, 2>, i: u64, j: u64, result: f64) -> f64 {
    result + unsafe { arr.get::<FAST>([i as usize, j as usize]) }
}

unsafe fn rows<const FAST: bool>(
    call: &rt::Call<'_>,
    tile: &rt::Tile,
    slots: *mut rt::Slot,
) -> rt::Checked {
    let arr = unsafe { call.view::<f64, 2>(0) };
    let lanes = rt::first(unsafe { rt::lanes::<f64>(slots, 0) });
    let mut lane = tile.lane as usize;
    for i in tile.rows() {
        for j in tile.columns() {
            unsafe { *lanes.add(lane) = step::<FAST>(arr, i, j, *lanes.add(lane)) };
            lane = (lane + 1) % 64;
        }
    }
    Ok(())
}

/// `for i in 0..m { for j in 0..n { result += arr[[i, j]]; } }`
fn sum2d(start: rt::Start<'_>, arr: ArrayView2<'_, f64>) -> f64 {
    let session = &rt::Session::new(&SUM2D, start);
    let (m, n) = arr.dim();
    let mut result = 10.0;
    let range = 0..m;
    let width: usize = rt::cast(n);
    rt::is_array(&arr);
    let held: rt::View<'_, f64, 2> = {
        use rt::ReadArray as _;
        arr.__kernel_read().of()
    };
    let mut values = [rt::bits::<f64>(rt::cast(result))];
    let outcome = session.run(
        &REGION,
        rt::progression::<usize, _>(&range),
        &CODE,
        &[held.erase()],
        &[rt::bits(width)],
        &mut values,
    );
    match outcome {
        rt::Outcome::Done => result = rt::cast(rt::from_bits::<f64>(values[0])),
        rt::Outcome::Declined => {
            for i in range {
                for j in 0..n {
                    result += arr[[i, j]];
                }
            }
        }
        rt::Outcome::Failed(failure) => rt::unraised(session.name(), failure),
    }
    result
}

fn value(k: u64) -> f64 {
    ((k + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as f64 / 4294967296.0 - 0.5
}

fn canonical(rows: usize, columns: usize) -> f64 {
    let n = (rows * columns) as u64;
    rt::order::reference(
        (n, 64),
        (10.0, -0.0),
        |sum, k| sum + value(k),
        |left, right| left + right,
    )
}

fn on_threads<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(f)
}

#[test]
fn a_sum_has_the_canonical_bits_on_any_number_of_threads() {
    for (rows, columns) in [
        (0, 5),
        (5, 0),
        (1, 1),
        (1, 63),
        (64, 1),
        (5, 13),
        (127, 1),
        (2, 64),
        (3, 43),
        (129, 1),
        (1, 16385),
        (5, 3277),
        (3277, 5),
        (300, 301),
    ] {
        let plain =
            Array2::from_shape_fn((rows, columns), |(i, j)| value((i * columns + j) as u64));
        let turned = plain.t().to_owned();
        let expected = canonical(rows, columns).to_bits();
        for threads in [1, 2, 3, 7] {
            let (contiguous, strided) = on_threads(threads, || {
                let start = rt::parallel();
                (sum2d(start, plain.view()), sum2d(start, turned.t()))
            });
            assert_eq!(contiguous.to_bits(), expected, "{rows} x {columns}");
            assert_eq!(
                strided.to_bits(),
                expected,
                "{rows} x {columns}, transposed"
            );
        }
    }
}

#[test]
fn a_kernel_may_be_called_from_many_threads_and_from_rayon_itself() {
    let array = Array2::from_shape_fn((300, 301), |(i, j)| value((i * 301 + j) as u64));
    let expected = canonical(300, 301).to_bits();
    let call = || sum2d(rt::parallel(), array.view()).to_bits();
    std::thread::scope(|scope| {
        for caller in [(); 4].map(|()| scope.spawn(call)) {
            assert_eq!(caller.join().unwrap(), expected);
        }
    });
    let (left, right) = rayon::join(call, call);
    assert_eq!((left, right), (expected, expected));
}
