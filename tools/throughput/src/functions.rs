//! Every function's loops.

use crate::table::{Line, Times};
use crate::timing::{ELEMENTS, best, inputs};
use crate::vector::{Libraries, Maker, narrow as f32_loops, wide as f64_loops};
use kernel_runtime::Level;
use std::hint::black_box;

/// Functions that the standard library does not name on stable Rust, from the same libm.
pub mod libm {
    unsafe extern "C" {
        pub safe fn erf(x: f64) -> f64;
        pub safe fn erff(x: f32) -> f32;
        pub safe fn erfc(x: f64) -> f64;
        pub safe fn erfcf(x: f32) -> f32;
        pub safe fn tgamma(x: f64) -> f64;
        pub safe fn tgammaf(x: f32) -> f32;
        // These write `signgam`, which nobody reads here.
        pub safe fn lgamma(x: f64) -> f64;
        pub safe fn lgammaf(x: f32) -> f32;
    }
}

/// The functions measured, all of which have one value.
mod math {
    /// Those of a type; `ln_gamma` without the sign.
    macro_rules! one_value {
        ($ty:ident) => {
            pub mod $ty {
                pub use kernel_runtime::math::$ty::*;

                #[inline(always)]
                pub fn ln_gamma(x: $ty) -> $ty {
                    kernel_runtime::math::$ty::ln_gamma(x).0
                }
            }
        };
    }

    one_value!(f64);
    one_value!(f32);
}

/// The loops over arrays, of which the compiler makes SIMD code: the same source at each level.
macro_rules! bench {
    ($lines:ident, $libraries:ident, $passes:ident, $only:ident;
     $ty:ident, $loops:ident, $arity:ident:
     $($name:ident = $std:expr, $sleef:literal, $svml:literal;
       ($($arg:ident in $low:literal .. $high:literal),+);)+
    ) => {$({
        #[inline(never)]
        fn baseline(out: &mut [$ty], $($arg: &[$ty]),+) {
            let n = out.len();
            $(let $arg = &$arg[..n];)+
            for i in 0..n {
                out[i] = math::$ty::$name($($arg[i]),+);
            }
        }
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        fn avx2(out: &mut [$ty], $($arg: &[$ty]),+) {
            let n = out.len();
            $(let $arg = &$arg[..n];)+
            for i in 0..n {
                out[i] = math::$ty::$name($($arg[i]),+);
            }
        }
        #[target_feature(enable = "avx2,fma,bmi1,bmi2,lzcnt,popcnt")]
        #[target_feature(enable = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl")]
        fn avx512(out: &mut [$ty], $($arg: &[$ty]),+) {
            let n = out.len();
            $(let $arg = &$arg[..n];)+
            for i in 0..n {
                out[i] = math::$ty::$name($($arg[i]),+);
            }
        }
        #[inline(never)]
        fn std(out: &mut [$ty], $($arg: &[$ty]),+) {
            for i in 0..out.len() {
                out[i] = $std($($arg[i]),+);
            }
        }
        let name = concat!(stringify!($ty), " ", stringify!($name));
        if name.contains($only) {
            let mut seed = 0;
            $(
                seed += 1;
                let $arg: Vec<$ty> =
                    inputs(seed, ($low, $high)).iter().map(|x| *x as $ty).collect();
                let $arg = $arg.as_slice();
            )+
            let mut outs: [Vec<$ty>; 6] = std::array::from_fn(|_| vec![0.0; ELEMENTS]);
            let [a, b, c, d, e, f] = &mut outs;
            let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            let has_avx512 = Level::available().contains(&Level::Avx512);
            let sleef = $loops::$arity($libraries, Maker::Sleef, $sleef).filter(|_| has_avx2);
            let svml = $loops::$arity($libraries, Maker::Svml, $svml).filter(|_| has_avx2);
            let times = best($passes, ELEMENTS, [
                Some(Box::new(|| std(black_box(a), $($arg),+))),
                Some(Box::new(|| baseline(black_box(b), $($arg),+))),
                // SAFETY: where this is called, the machine has the features.
                has_avx2.then_some(Box::new(|| unsafe { avx2(black_box(c), $($arg),+) })),
                // SAFETY: as above.
                has_avx512.then_some(Box::new(|| unsafe { avx512(black_box(d), $($arg),+) })),
                sleef.map(|of| Box::new(move || of(black_box(e), $($arg),+)) as Box<dyn FnMut()>),
                svml.map(|of| Box::new(move || of(black_box(f), $($arg),+)) as Box<dyn FnMut()>),
            ]);
            let [libm, baseline, avx2, avx512, sleef, svml] = times;
            let times = Times { libm, baseline, avx2, avx512, sleef, svml };
            $lines.push(Line { name, times });
        }
    })+};
}

/// Measures every function whose name contains the text.
pub fn measure(libraries: &Libraries, passes: usize, only: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    wide(&mut lines, libraries, passes, only);
    narrow(&mut lines, libraries, passes, only);
    lines
}

fn wide(lines: &mut Vec<Line>, libraries: &Libraries, passes: usize, only: &str) {
    bench! { lines, libraries, passes, only; f64, f64_loops, unary:
        exp = f64::exp, "exp_u10", "exp"; (x in -100.0 .. 100.0);
        exp2 = f64::exp2, "exp2_u10", "exp2"; (x in -100.0 .. 100.0);
        exp_m1 = f64::exp_m1, "expm1_u10", "expm1"; (x in -10.0 .. 10.0);
        ln = f64::ln, "log_u10", "log"; (x in 0.0 .. 100.0);
        log2 = f64::log2, "log2_u10", "log2"; (x in 0.0 .. 100.0);
        log10 = f64::log10, "log10_u10", "log10"; (x in 0.0 .. 100.0);
        ln_1p = f64::ln_1p, "log1p_u10", "log1p"; (x in -0.9 .. 10.0);
        sin = f64::sin, "sin_u10", "sin"; (x in -100.0 .. 100.0);
        cos = f64::cos, "cos_u10", "cos"; (x in -100.0 .. 100.0);
        tan = f64::tan, "tan_u10", "tan"; (x in -100.0 .. 100.0);
        asin = f64::asin, "asin_u10", "asin"; (x in -1.0 .. 1.0);
        acos = f64::acos, "acos_u10", "acos"; (x in -1.0 .. 1.0);
        atan = f64::atan, "atan_u10", "atan"; (x in -10.0 .. 10.0);
        sinh = f64::sinh, "sinh_u10", "sinh"; (x in -10.0 .. 10.0);
        cosh = f64::cosh, "cosh_u10", "cosh"; (x in -10.0 .. 10.0);
        tanh = f64::tanh, "tanh_u10", "tanh"; (x in -5.0 .. 5.0);
        asinh = f64::asinh, "asinh_u10", "asinh"; (x in -10.0 .. 10.0);
        acosh = f64::acosh, "acosh_u10", "acosh"; (x in 1.0 .. 10.0);
        atanh = f64::atanh, "atanh_u10", "atanh"; (x in -1.0 .. 1.0);
        cbrt = f64::cbrt, "cbrt_u10", "cbrt"; (x in -100.0 .. 100.0);
        erf = libm::erf, "erf_u10", "erf"; (x in -3.0 .. 3.0);
        erfc = libm::erfc, "erfc_u15", "erfc"; (x in -3.0 .. 10.0);
        gamma = libm::tgamma, "tgamma_u10", "tgamma"; (x in 0.0 .. 20.0);
        ln_gamma = libm::lgamma, "lgamma_u10", "lgamma"; (x in 0.0 .. 20.0);
    }
    bench! { lines, libraries, passes, only; f64, f64_loops, binary:
        powf = f64::powf, "pow_u10", "pow"; (x in 0.0 .. 100.0, y in -10.0 .. 10.0);
        hypot = f64::hypot, "hypot_u05", "hypot"; (x in 0.0 .. 10.0, y in 0.0 .. 10.0);
        atan2 = f64::atan2, "atan2_u10", "atan2"; (x in -1.0 .. 1.0, y in -1.0 .. 1.0);
    }
}

fn narrow(lines: &mut Vec<Line>, libraries: &Libraries, passes: usize, only: &str) {
    bench! { lines, libraries, passes, only; f32, f32_loops, unary:
        exp = f32::exp, "exp_u10", "exp"; (x in -80.0 .. 80.0);
        exp2 = f32::exp2, "exp2_u10", "exp2"; (x in -100.0 .. 100.0);
        exp_m1 = f32::exp_m1, "expm1_u10", "expm1"; (x in -10.0 .. 10.0);
        ln = f32::ln, "log_u10", "log"; (x in 0.0 .. 100.0);
        log2 = f32::log2, "log2_u10", "log2"; (x in 0.0 .. 100.0);
        log10 = f32::log10, "log10_u10", "log10"; (x in 0.0 .. 100.0);
        ln_1p = f32::ln_1p, "log1p_u10", "log1p"; (x in -0.9 .. 10.0);
        sin = f32::sin, "sin_u10", "sin"; (x in -100.0 .. 100.0);
        cos = f32::cos, "cos_u10", "cos"; (x in -100.0 .. 100.0);
        tan = f32::tan, "tan_u10", "tan"; (x in -100.0 .. 100.0);
        asin = f32::asin, "asin_u10", "asin"; (x in -1.0 .. 1.0);
        acos = f32::acos, "acos_u10", "acos"; (x in -1.0 .. 1.0);
        atan = f32::atan, "atan_u10", "atan"; (x in -10.0 .. 10.0);
        sinh = f32::sinh, "sinh_u10", "sinh"; (x in -10.0 .. 10.0);
        cosh = f32::cosh, "cosh_u10", "cosh"; (x in -10.0 .. 10.0);
        tanh = f32::tanh, "tanh_u10", "tanh"; (x in -5.0 .. 5.0);
        asinh = f32::asinh, "asinh_u10", "asinh"; (x in -10.0 .. 10.0);
        acosh = f32::acosh, "acosh_u10", "acosh"; (x in 1.0 .. 10.0);
        atanh = f32::atanh, "atanh_u10", "atanh"; (x in -1.0 .. 1.0);
        cbrt = f32::cbrt, "cbrt_u10", "cbrt"; (x in -100.0 .. 100.0);
        erf = libm::erff, "erf_u10", "erf"; (x in -3.0 .. 3.0);
        erfc = libm::erfcf, "erfc_u15", "erfc"; (x in -3.0 .. 9.0);
        gamma = libm::tgammaf, "tgamma_u10", "tgamma"; (x in 0.0 .. 20.0);
        ln_gamma = libm::lgammaf, "lgamma_u10", "lgamma"; (x in 0.0 .. 20.0);
    }
    bench! { lines, libraries, passes, only; f32, f32_loops, binary:
        powf = f32::powf, "pow_u10", "pow"; (x in 0.0 .. 100.0, y in -10.0 .. 10.0);
        hypot = f32::hypot, "hypot_u05", "hypot"; (x in 0.0 .. 10.0, y in 0.0 .. 10.0);
        atan2 = f32::atan2, "atan2_u10", "atan2"; (x in -1.0 .. 1.0, y in -1.0 .. 1.0);
    }
}
