//! The code that `#[kernel]` makes, written by hand: what expansions may rely on.

#![allow(missing_docs, clippy::undocumented_unsafe_blocks)]

use kernel_runtime::__private as rt;
use ndarray::{Array2, ArrayView2};

static SUM2D: rt::Kernel = rt::Kernel { name: "sum2d" };

/// `for i in 0..m { for j in 0..n { result += arr[[i, j]]; } }`
fn sum2d(session: &rt::Session, arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut result = 10.0;
    {
        #[derive(Clone, Copy)]
        struct Region<'a> {
            shape: rt::Shape,
            unit: bool,
            first0: usize,
            first1: usize,
            arr: rt::View<'a, f64, 2>,
        }
        #[derive(Clone, Copy)]
        struct Lanes {
            lane0: [f64; 64],
        }
        impl rt::Region for Region<'_> {
            #[inline(always)]
            fn shape(&self) -> rt::Shape {
                self.shape
            }
            #[inline(always)]
            fn fast(&self) -> bool {
                self.unit
            }
        }
        impl rt::Reduce for Region<'_> {
            type Values = (f64,);
            type Lanes = Lanes;
            const LANES: usize = 64;
            const BYTES: &'static [usize] = &[8];
            #[inline(always)]
            fn identity() -> Lanes {
                Lanes { lane0: [-0.0; 64] }
            }
            #[inline(always)]
            unsafe fn get(lanes: &Lanes, lane: usize) -> (f64,) {
                unsafe { (*lanes.lane0.get_unchecked(lane),) }
            }
            #[inline(always)]
            unsafe fn set(lanes: &mut Lanes, lane: usize, values: (f64,)) {
                unsafe { *lanes.lane0.get_unchecked_mut(lane) = values.0 }
            }
            #[inline(always)]
            fn fold(left: (f64,), right: (f64,)) -> (f64,) {
                (left.0 + right.0,)
            }
            fn store(values: (f64,), bits: &mut [u64]) {
                bits[0] = values.0.to_bits();
            }
            fn load(bits: &[u64]) -> (f64,) {
                (f64::from_bits(bits[0]),)
            }
            #[inline(always)]
            fn step<const FAST: bool>(
                &self,
                outer: [u64; 2],
                t: u64,
                (mut result,): (f64,),
            ) -> rt::Checked<(f64,)> {
                let i = self.first0.wrapping_add(outer[1] as usize);
                let j = self.first1.wrapping_add(t as usize);
                result += unsafe { self.arr.get::<FAST>([i, j]) };
                Ok((result,))
            }
        }
        let range = 0..m;
        let outcome = 'region: {
            let Some(loop0) = rt::progression::<usize, _>(&range) else {
                break 'region rt::Outcome::Declined;
            };
            if loop0.count() == 0 {
                break 'region rt::Outcome::Done;
            }
            let width: usize = rt::cast(n);
            rt::is_array(&arr);
            let held: rt::View<'_, f64, 2> = {
                use rt::ReadArray as _;
                arr.__kernel_read().of()
            };
            let start = rt::Wide::of(0);
            let end = rt::Wide::of(width as i128);
            let Some(loop1) = rt::Progression::between::<usize>(start, end, false) else {
                break 'region rt::Outcome::Declined;
            };
            if loop1.count() == 0 {
                break 'region rt::Outcome::Done;
            }
            let holds = loop0.hi().lt(rt::Wide::of(held.len(0) as i128))
                && loop1.hi().lt(rt::Wide::of(held.len(1) as i128));
            if !holds {
                break 'region rt::Outcome::Declined;
            }
            let region = Region {
                shape: [1, loop0.count(), loop1.count()],
                unit: held.is_unit(),
                first0: loop0.trip().first as usize,
                first1: loop1.trip().first as usize,
                arr: held,
            };
            match session.reduce(&region, 2) {
                Ok(values) => {
                    let values = <Region as rt::Reduce>::fold((rt::cast(result),), values);
                    result = rt::cast(values.0);
                    rt::Outcome::Done
                }
                Err(outcome) => outcome,
            }
        };
        match outcome {
            rt::Outcome::Done => {}
            rt::Outcome::Declined => {
                for i in range {
                    for j in 0..n {
                        result += arr[[i, j]];
                    }
                }
            }
            rt::Outcome::Failed(failure) => rt::unraised(session.name(), failure),
        }
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
                let session = rt::parallel(&SUM2D);
                (sum2d(&session, plain.view()), sum2d(&session, turned.t()))
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
    let call = || sum2d(&rt::parallel(&SUM2D), array.view()).to_bits();
    std::thread::scope(|scope| {
        for caller in [(); 4].map(|()| scope.spawn(call)) {
            assert_eq!(caller.join().unwrap(), expected);
        }
    });
    let (left, right) = rayon::join(call, call);
    assert_eq!((left, right), (expected, expected));
}
