//! Kernels that call elementary functions: as people write them, and so with the forms that
//! `#[kernel]` makes for usual arguments. On one thread.

#[path = "../../../examples/tests/gallery/density.rs"]
mod estimate;
#[path = "../../../examples/tests/gallery/pricing.rs"]
mod pricing;

use crate::numba::Worker;
use crate::table::{Line, Times};
use crate::timing::{ELEMENTS, best, inputs};
use estimate::density;
use kernel_runtime::prelude::*;
use kernel_runtime::{Level, with_level};
use pricing::black_scholes;
use std::cell::RefCell;
use std::error::Error;

macro_rules! maps {
    ($($kernel:ident: $ty:ident $name:ident;)+) => {$(
        #[kernel(parallel)]
        fn $kernel(x: &[$ty], out: &mut [$ty]) {
            for i in 0..x.len() {
                out[i] = x[i].$name();
            }
        }
    )+};
}

maps! {
    exp_f64: f64 exp;
    ln_f64: f64 ln;
    sin_f64: f64 sin;
    cos_f64: f64 cos;
    tan_f64: f64 tan;
    exp_f32: f32 exp;
    ln_f32: f32 ln;
    sin_f32: f32 sin;
    cos_f32: f32 cos;
    tan_f32: f32 tan;
}

/// Samples of the density.
const SAMPLES: usize = 64;
/// Turns of all versions and Numba.
const ROUNDS: usize = 10;

/// Measures every kernel whose name contains the text.
///
/// # Errors
/// If Numba fails.
pub fn measure(
    numba: Option<&RefCell<Worker>>,
    passes: usize,
    only: &str,
) -> Result<Vec<Line>, Box<dyn Error>> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()?;
    let mut lines = Vec::new();
    macro_rules! line {
        ($name:literal, $work:expr, $kernel:ident($($argument:expr),+)) => {
            if $name.contains(only) {
                let serial = || $kernel::serial($($argument),+);
                let kernel = || $kernel::parallel($($argument),+);
                lines.push(line($name, $work, numba, passes, serial, kernel));
            }
        };
    }
    macro_rules! maps {
        ($($name:literal: $ty:ident $kernel:ident in $low:literal .. $high:literal;)+) => {$({
            let x: Vec<$ty> = inputs(1, ($low, $high)).iter().map(|x| *x as $ty).collect();
            let out = RefCell::new(vec![0.0; ELEMENTS]);
            line!($name, ELEMENTS, $kernel(&x, &mut out.borrow_mut()));
        })+};
    }
    maps! {
        "f64 exp": f64 exp_f64 in -100.0 .. 100.0;
        "f64 ln": f64 ln_f64 in 0.0 .. 100.0;
        "f64 sin": f64 sin_f64 in -100.0 .. 100.0;
        "f64 cos": f64 cos_f64 in -100.0 .. 100.0;
        "f64 tan": f64 tan_f64 in -100.0 .. 100.0;
        "f32 exp": f32 exp_f32 in -80.0 .. 80.0;
        "f32 ln": f32 ln_f32 in 0.0 .. 100.0;
        "f32 sin": f32 sin_f32 in -100.0 .. 100.0;
        "f32 cos": f32 cos_f32 in -100.0 .. 100.0;
        "f32 tan": f32 tan_f32 in -100.0 .. 100.0;
    }
    let (s, x, t) = (
        inputs(17, (5.0, 30.0)),
        inputs(18, (1.0, 100.0)),
        inputs(19, (0.25, 10.0)),
    );
    let outs = RefCell::new((vec![0.0; ELEMENTS], vec![0.0; ELEMENTS]));
    let price = |version: fn(&[f64], &[f64], &[f64], &mut [f64], &mut [f64])| {
        let (call, put) = &mut *outs.borrow_mut();
        version(&s, &x, &t, call, put);
    };
    if "black_scholes".contains(only) {
        let serial = || price(black_scholes::serial);
        let kernel = || price(black_scholes::parallel);
        lines.push(line(
            "black_scholes",
            ELEMENTS,
            numba,
            passes,
            serial,
            kernel,
        ));
    }
    let samples = inputs(31, (-2.0, 2.0));
    let out = RefCell::new(vec![0.0; ELEMENTS]);
    line!(
        "density",
        ELEMENTS * SAMPLES,
        density(&samples[..SAMPLES], &x, 0.3, &mut out.borrow_mut())
    );
    Ok(lines)
}

fn line(
    name: &'static str,
    work: usize,
    numba: Option<&RefCell<Worker>>,
    passes: usize,
    serial: impl Fn(),
    kernel: impl Fn(),
) -> Line {
    let mut all = Times::default();
    // In several rounds, so that Numba's few passes are not all at one time.
    for _ in 0..ROUNDS {
        let [libm, baseline, avx2] = best(
            passes / ROUNDS,
            work,
            [
                Some(Box::new(&serial)),
                Some(Box::new(|| with_level(Level::Baseline, &kernel))),
                Some(Box::new(|| with_level(Level::Avx2, &kernel))),
            ],
        );
        let numba = numba.and_then(|worker| worker.borrow_mut().run(name));
        all = all.or(Times {
            libm,
            baseline,
            avx2,
            sleef: None,
            svml: numba,
        });
    }
    Line { name, times: all }
}
