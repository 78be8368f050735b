//! Kernels that call elementary functions: as people write them, and so with the forms that
//! `#[kernel]` makes, for usual arguments and in stages. On one thread.

#[path = "../../../examples/tests/gallery/density.rs"]
mod estimate;
#[path = "../../../examples/tests/gallery/pricing.rs"]
mod pricing;

use crate::numba::Worker;
use crate::table::{Line, Times};
use crate::timing::{ELEMENTS, best, inputs};
use estimate::density;
use kernel_runtime::{Level, with_level};
use pricing::black_scholes;
use std::cell::RefCell;
use std::error::Error;

/// A kernel for each method, in a module for the type.
macro_rules! kernels {
    ($module:ident $ty:ident: $($one:ident)+; $($two:ident)+) => {
        // Of a kernel's versions two are measured.
        #[allow(dead_code)]
        mod $module {
            use kernel_runtime::prelude::*;
            $(
                #[kernel(parallel)]
                pub fn $one(x: &[$ty], out: &mut [$ty]) {
                    for i in 0..x.len() {
                        out[i] = x[i].$one();
                    }
                }
            )+
            $(
                #[kernel(parallel)]
                pub fn $two(x: &[$ty], y: &[$ty], out: &mut [$ty]) {
                    for i in 0..out.len() {
                        out[i] = x[i].$two(y[i]);
                    }
                }
            )+
        }
    };
}

/// `$then!` of the methods of both types.
macro_rules! each_type {
    ($then:ident) => {
        $then! { wide f64:
        exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh
        acosh atanh cbrt; powf hypot atan2 }
        $then! { narrow f32:
        exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh
        acosh atanh cbrt; powf hypot atan2 }
    };
}

each_type!(kernels);

/// Kernels of functions that are no methods, and what they are beside: the same loops with libm's.
macro_rules! named_kernels {
    ($module:ident $ty:ident:
     $($name:ident $libm:ident $low:literal .. $high:literal |$value:ident| $pattern:pat, $all:ty;)+) => {
        // Of a kernel's versions one is measured.
        #[allow(dead_code)]
        mod $module {
            $(pub mod $name {
                use crate::functions::libm;
                use kernel_runtime::math;
                use kernel_runtime::prelude::*;

                pub const RANGE: (f64, f64) = ($low, $high);

                #[kernel(parallel)]
                pub fn ours(x: &[$ty], out: &mut [$ty]) {
                    for i in 0..x.len() {
                        let $pattern: $all = math::$ty::$name(x[i]);
                        out[i] = $value;
                    }
                }

                pub fn theirs(x: &[$ty], out: &mut [$ty]) {
                    for (out, x) in out.iter_mut().zip(x) {
                        *out = libm::$libm(*x);
                    }
                }
            })+
        }
    };
}

/// `$then!` of these functions of both types.
macro_rules! each_named {
    ($then:ident) => {
        $then! { named_wide f64:
            erf erf -3.0 .. 3.0 |value| value, f64;
            erfc erfc -3.0 .. 10.0 |value| value, f64;
            gamma tgamma 0.0 .. 20.0 |value| value, f64;
            ln_gamma lgamma 0.0 .. 20.0 |value| (value, _), (f64, i32);
        }
        $then! { named_narrow f32:
            erf erff -3.0 .. 3.0 |value| value, f32;
            erfc erfcf -3.0 .. 9.0 |value| value, f32;
            gamma tgammaf 0.0 .. 20.0 |value| value, f32;
            ln_gamma lgammaf 0.0 .. 20.0 |value| (value, _), (f32, i32);
        }
    };
}

each_named!(named_kernels);

/// What the arguments of a method lie between, as in the functions' own loops.
fn range(method: &str, wide: bool) -> (f64, f64) {
    match method {
        "exp" if !wide => (-80.0, 80.0),
        "exp" | "exp2" | "sin" | "cos" | "tan" | "cbrt" => (-100.0, 100.0),
        "ln" | "log2" | "log10" | "powf" => (0.0, 100.0),
        "ln_1p" => (-0.9, 10.0),
        "asin" | "acos" | "atanh" | "atan2" => (-1.0, 1.0),
        "tanh" => (-5.0, 5.0),
        "acosh" => (1.0, 10.0),
        "hypot" => (0.0, 10.0),
        _ => (-10.0, 10.0),
    }
}

/// The same of second arguments.
fn second_range(method: &str) -> (f64, f64) {
    match method {
        "hypot" => (0.0, 10.0),
        "atan2" => (-1.0, 1.0),
        _ => (-10.0, 10.0),
    }
}

/// Samples of the density.
const SAMPLES: usize = 64;
/// Turns of all versions and Numba.
const ROUNDS: usize = 10;

/// Measures every kernel whose name contains the text.
///
/// # Errors
/// If rayon has a pool already.
pub fn measure(
    numba: Option<&RefCell<Worker>>,
    passes: usize,
    only: &str,
) -> Result<Vec<Line>, Box<dyn Error>> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()?;
    let mut table = Table {
        numba,
        passes,
        only,
        lines: Vec::new(),
    };
    methods(&mut table);
    named(&mut table);
    formulas(&mut table);
    Ok(table.lines)
}

/// What is measured, how, and what came of it.
struct Table<'a> {
    numba: Option<&'a RefCell<Worker>>,
    passes: usize,
    only: &'a str,
    lines: Vec<Line>,
}

impl Table<'_> {
    /// A line for a kernel beside the same loop with libm's functions, if it is asked for.
    fn line(&mut self, name: &'static str, work: usize, libm: impl Fn(), kernel: impl Fn()) {
        if !name.contains(self.only) {
            return;
        }
        let has_avx512 = Level::available().contains(&Level::Avx512);
        let mut all = Times::default();
        // In several rounds, so that Numba's few passes are not all at one time.
        for _ in 0..ROUNDS {
            let [libm, baseline, avx2, avx512] = best(
                self.passes / ROUNDS,
                work,
                [
                    Some(Box::new(&libm)),
                    Some(Box::new(|| with_level(Level::Baseline, &kernel))),
                    Some(Box::new(|| with_level(Level::Avx2, &kernel))),
                    has_avx512.then_some(Box::new(|| with_level(Level::Avx512, &kernel))),
                ],
            );
            let numba = self.numba.and_then(|worker| worker.borrow_mut().run(name));
            all = all.or(Times {
                libm,
                baseline,
                avx2,
                avx512,
                sleef: None,
                svml: numba,
            });
        }
        self.lines.push(Line { name, times: all });
    }
}

/// A line for a call of a kernel: its serial version calls libm's functions.
macro_rules! line {
    ($table:ident, $name:expr, $work:expr, $($kernel:ident)::+($($argument:expr),+)) => {
        $table.line(
            $name,
            $work,
            || $($kernel)::+::serial($($argument),+),
            || $($kernel)::+::parallel($($argument),+),
        )
    };
}

fn methods(table: &mut Table<'_>) {
    macro_rules! methods {
        ($module:ident $ty:ident: $($one:ident)+; $($two:ident)+) => {
            let cast = |seed, range| -> Vec<$ty> {
                inputs(seed, range).iter().map(|x| *x as $ty).collect()
            };
            let wide = size_of::<$ty>() == 8;
            let out = RefCell::new(vec![0.0; ELEMENTS]);
            $({
                let x = cast(1, range(stringify!($one), wide));
                let name = concat!(stringify!($ty), " ", stringify!($one));
                line!(table, name, ELEMENTS, $module::$one(&x, &mut out.borrow_mut()));
            })+
            $({
                let method = stringify!($two);
                let (x, y) = (cast(1, range(method, wide)), cast(2, second_range(method)));
                let name = concat!(stringify!($ty), " ", stringify!($two));
                line!(table, name, ELEMENTS, $module::$two(&x, &y, &mut out.borrow_mut()));
            })+
        };
    }
    each_type!(methods);
}

fn named(table: &mut Table<'_>) {
    macro_rules! named {
        ($module:ident $ty:ident: $($name:ident $libm:ident $low:literal .. $high:literal |$value:ident| $pattern:pat, $all:ty;)+) => {$({
            use $module::$name::{RANGE, ours, theirs};
            let name = concat!(stringify!($ty), " ", stringify!($name));
            let x: Vec<$ty> = inputs(1, RANGE).iter().map(|x| *x as $ty).collect();
            let out = RefCell::new(vec![0.0; ELEMENTS]);
            let libm = || theirs(&x, &mut out.borrow_mut());
            let kernel = || ours::parallel(&x, &mut out.borrow_mut());
            table.line(name, ELEMENTS, libm, kernel);
        })+};
    }
    each_named!(named);
}

fn formulas(table: &mut Table<'_>) {
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
    let serial = || price(black_scholes::serial);
    let kernel = || price(black_scholes::parallel);
    table.line("black_scholes", ELEMENTS, serial, kernel);
    // Within the population: far from it, a density is 0 in the first digits, and nobody asks for it.
    let (samples, places) = (inputs(31, (-2.0, 2.0)), inputs(32, (-3.0, 3.0)));
    let samples = &samples[..SAMPLES];
    let out = RefCell::new(vec![0.0; ELEMENTS]);
    line!(
        table,
        "density",
        ELEMENTS * SAMPLES,
        density(samples, &places, 0.3, &mut out.borrow_mut())
    );
}
