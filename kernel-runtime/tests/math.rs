//! `kernel_runtime::math`: special values as IEEE 754 and the standard library have them, and the
//! same bits at every SIMD level and on the software device. Accuracy is measured by the crate
//! `kernel-accuracy`, which also compares bits for many more numbers.

use kernel_runtime::cuda::{DeviceChoice, select_device};
use kernel_runtime::math;
use kernel_runtime::math::random;
use kernel_runtime::prelude::*;
use kernel_runtime::{Level, with_level};

/// Every function of one number, by its name.
macro_rules! each_unary {
    ($apply:ident) => {
        $apply! {
            acos acosh asin asinh atan atanh cbrt cos cosh erf erfc exp exp2 exp_m1 gamma ln ln_1p
            log10 log2 rsqrt sin sinh tan tanh
        }
    };
}

/// Bits, where every NaN is the same.
trait Bits: Copy {
    fn bits(self) -> u64;
}

impl Bits for f64 {
    fn bits(self) -> u64 {
        if self.is_nan() {
            u64::MAX
        } else {
            self.to_bits()
        }
    }
}

impl Bits for f32 {
    fn bits(self) -> u64 {
        if self.is_nan() {
            u64::MAX
        } else {
            self.to_bits().into()
        }
    }
}

/// A test for each type: its table of `function(arguments) = value`, to the bit.
macro_rules! table {
    ($test:ident, $ty:ident: $($name:ident($($arg:expr),+) = $value:expr;)+) => {
        #[test]
        fn $test() {
            use std::$ty::consts::*;
            const INF: $ty = $ty::INFINITY;
            const NAN: $ty = $ty::NAN;
            const MAX: $ty = $ty::MAX;
            const TINY: $ty = $ty::from_bits(1);
            $(
                let (value, expected): ($ty, $ty) = (math::$ty::$name($($arg),+), $value);
                assert_eq!(
                    value.bits(), expected.bits(),
                    "{}{:?} is {value:?}, not {expected:?}", stringify!($name), ($($arg,)+)
                );
            )+
        }
    };
}

macro_rules! special_values {
    ($($test:ident: $ty:ident)+) => {$(
        table! { $test, $ty:
            exp(0.0) = 1.0; exp(-0.0) = 1.0; exp(INF) = INF; exp(-INF) = 0.0; exp(NAN) = NAN;
            exp(MAX) = INF; exp(-MAX) = 0.0; exp(TINY) = 1.0;
            exp2(0.0) = 1.0; exp2(10.0) = 1024.0; exp2(-1.0) = 0.5; exp2(INF) = INF;
            exp2(-INF) = 0.0; exp2(NAN) = NAN; exp2(MAX) = INF; exp2(-MAX) = 0.0;
            exp_m1(0.0) = 0.0; exp_m1(-0.0) = -0.0; exp_m1(INF) = INF; exp_m1(-INF) = -1.0;
            exp_m1(NAN) = NAN; exp_m1(TINY) = TINY; exp_m1(-TINY) = -TINY; exp_m1(MAX) = INF;
            exp_m1(-MAX) = -1.0;
            ln(1.0) = 0.0; ln(0.0) = -INF; ln(-0.0) = -INF; ln(-1.0) = NAN; ln(-TINY) = NAN;
            ln(INF) = INF; ln(-INF) = NAN; ln(NAN) = NAN; ln(E) = 1.0;
            log2(1.0) = 0.0; log2(8.0) = 3.0; log2(0.125) = -3.0; log2(0.0) = -INF;
            log2(-1.0) = NAN; log2(INF) = INF; log2(NAN) = NAN;
            log2(TINY) = if size_of::<$ty>() == 8 { -1074.0 } else { -149.0 };
            log10(1.0) = 0.0; log10(100.0) = 2.0; log10(0.0) = -INF; log10(-1.0) = NAN;
            log10(INF) = INF; log10(NAN) = NAN;
            ln_1p(0.0) = 0.0; ln_1p(-0.0) = -0.0; ln_1p(-1.0) = -INF; ln_1p(-2.0) = NAN;
            ln_1p(INF) = INF; ln_1p(-INF) = NAN; ln_1p(NAN) = NAN; ln_1p(TINY) = TINY;
            ln_1p(-TINY) = -TINY;
            log(8.0, 2.0) = 3.0; log(2.0, 8.0) = 1.0 / 3.0; log(0.0, 2.0) = -INF; log(INF, 2.0) = INF;
            log(-1.0, 2.0) = NAN; log(2.0, -1.0) = NAN; log(2.0, 1.0) = INF; log(0.5, 1.0) = -INF;
            log(1.0, 1.0) = NAN; log(2.0, 0.0) = -0.0; log(2.0, INF) = 0.0; log(NAN, 2.0) = NAN;
            log(2.0, NAN) = NAN; log(1.0, 7.0) = 0.0;
            sin(0.0) = 0.0; sin(-0.0) = -0.0; sin(INF) = NAN; sin(-INF) = NAN; sin(NAN) = NAN;
            sin(TINY) = TINY; sin(-TINY) = -TINY;
            cos(0.0) = 1.0; cos(-0.0) = 1.0; cos(INF) = NAN; cos(-INF) = NAN; cos(NAN) = NAN;
            cos(TINY) = 1.0;
            tan(0.0) = 0.0; tan(-0.0) = -0.0; tan(INF) = NAN; tan(NAN) = NAN; tan(TINY) = TINY;
            tan(-TINY) = -TINY;
            asin(0.0) = 0.0; asin(-0.0) = -0.0; asin(1.0) = FRAC_PI_2; asin(-1.0) = -FRAC_PI_2;
            asin(1.5) = NAN; asin(-INF) = NAN; asin(NAN) = NAN; asin(TINY) = TINY;
            acos(1.0) = 0.0; acos(-1.0) = PI; acos(0.0) = FRAC_PI_2; acos(-0.0) = FRAC_PI_2;
            acos(1.5) = NAN; acos(-1.5) = NAN; acos(INF) = NAN; acos(NAN) = NAN;
            atan(0.0) = 0.0; atan(-0.0) = -0.0; atan(INF) = FRAC_PI_2; atan(-INF) = -FRAC_PI_2;
            atan(1.0) = FRAC_PI_4; atan(NAN) = NAN; atan(TINY) = TINY; atan(MAX) = FRAC_PI_2;
            atan2(0.0, 0.0) = 0.0; atan2(-0.0, 0.0) = -0.0; atan2(0.0, -0.0) = PI;
            atan2(-0.0, -0.0) = -PI; atan2(0.0, 1.0) = 0.0; atan2(-0.0, 1.0) = -0.0;
            atan2(0.0, -1.0) = PI; atan2(-0.0, -1.0) = -PI; atan2(1.0, 0.0) = FRAC_PI_2;
            atan2(-1.0, -0.0) = -FRAC_PI_2; atan2(INF, INF) = FRAC_PI_4; atan2(1.0, INF) = 0.0;
            atan2(INF, -INF) = 3.0 * FRAC_PI_4; atan2(-INF, INF) = -FRAC_PI_4;
            atan2(-1.0, INF) = -0.0; atan2(1.0, -INF) = PI; atan2(-1.0, -INF) = -PI;
            atan2(INF, 1.0) = FRAC_PI_2; atan2(-INF, -1.0) = -FRAC_PI_2; atan2(NAN, 1.0) = NAN;
            atan2(1.0, NAN) = NAN; atan2(NAN, INF) = NAN; atan2(TINY, TINY) = FRAC_PI_4;
            atan2(MAX, MAX) = FRAC_PI_4; atan2(TINY, -MAX) = PI; atan2(MAX, TINY) = FRAC_PI_2;
            sinh(0.0) = 0.0; sinh(-0.0) = -0.0; sinh(INF) = INF; sinh(-INF) = -INF;
            sinh(NAN) = NAN; sinh(TINY) = TINY; sinh(MAX) = INF; sinh(-MAX) = -INF;
            cosh(0.0) = 1.0; cosh(-0.0) = 1.0; cosh(INF) = INF; cosh(-INF) = INF; cosh(NAN) = NAN;
            cosh(MAX) = INF;
            tanh(0.0) = 0.0; tanh(-0.0) = -0.0; tanh(INF) = 1.0; tanh(-INF) = -1.0;
            tanh(NAN) = NAN; tanh(TINY) = TINY; tanh(-TINY) = -TINY; tanh(100.0) = 1.0;
            asinh(0.0) = 0.0; asinh(-0.0) = -0.0; asinh(INF) = INF; asinh(-INF) = -INF;
            asinh(NAN) = NAN; asinh(TINY) = TINY; asinh(-TINY) = -TINY;
            acosh(1.0) = 0.0; acosh(INF) = INF; acosh(0.5) = NAN; acosh(-2.0) = NAN;
            acosh(-INF) = NAN; acosh(NAN) = NAN;
            atanh(0.0) = 0.0; atanh(-0.0) = -0.0; atanh(1.0) = INF; atanh(-1.0) = -INF;
            atanh(2.0) = NAN; atanh(-INF) = NAN; atanh(NAN) = NAN; atanh(TINY) = TINY;
            cbrt(0.0) = 0.0; cbrt(-0.0) = -0.0; cbrt(27.0) = 3.0; cbrt(-8.0) = -2.0;
            cbrt(INF) = INF; cbrt(-INF) = -INF; cbrt(NAN) = NAN;
            hypot(3.0, 4.0) = 5.0; hypot(-3.0, 4.0) = 5.0; hypot(0.0, -0.0) = 0.0;
            hypot(INF, NAN) = INF; hypot(NAN, -INF) = INF; hypot(NAN, 0.0) = NAN;
            hypot(1.0, NAN) = NAN; hypot(MAX, MAX) = INF; hypot(TINY, 0.0) = TINY;
            hypot(MAX, 0.0) = MAX;
            rsqrt(4.0) = 0.5; rsqrt(0.0) = INF; rsqrt(-0.0) = -INF; rsqrt(INF) = 0.0;
            rsqrt(-1.0) = NAN; rsqrt(NAN) = NAN;
            powf(2.0, 10.0) = 1024.0; powf(2.0, -1.0) = 0.5; powf(-2.0, 3.0) = -8.0;
            powf(-2.0, 2.0) = 4.0; powf(-2.0, 0.5) = NAN; powf(9.0, 0.5) = 3.0;
            powf(NAN, 0.0) = 1.0; powf(NAN, -0.0) = 1.0; powf(1.0, NAN) = 1.0;
            powf(1.0, INF) = 1.0; powf(-1.0, INF) = 1.0; powf(-1.0, -INF) = 1.0;
            powf(NAN, 1.0) = NAN; powf(2.0, NAN) = NAN; powf(0.0, NAN) = NAN;
            powf(0.0, 3.0) = 0.0; powf(-0.0, 3.0) = -0.0; powf(-0.0, 2.0) = 0.0;
            powf(0.0, -1.0) = INF; powf(-0.0, -1.0) = -INF; powf(-0.0, -2.0) = INF;
            powf(-0.0, 0.5) = 0.0; powf(-0.0, -0.5) = INF; powf(0.0, INF) = 0.0;
            powf(0.0, -INF) = INF; powf(INF, 2.0) = INF; powf(INF, -2.0) = 0.0;
            powf(-INF, 3.0) = -INF; powf(-INF, 2.0) = INF; powf(-INF, 0.5) = INF;
            powf(-INF, -3.0) = -0.0; powf(-INF, -2.0) = 0.0; powf(2.0, INF) = INF;
            powf(0.5, INF) = 0.0; powf(2.0, -INF) = 0.0; powf(0.5, -INF) = INF;
            powf(-2.0, INF) = INF; powf(-0.5, INF) = 0.0; powf(INF, INF) = INF;
            powf(-INF, -INF) = 0.0; powf(MAX, MAX) = INF; powf(MAX, -MAX) = 0.0;
            powf(-MAX, 3.0) = -INF; powf(TINY, MAX) = 0.0; powf(-1.0, MAX) = 1.0;
            powf(-1.0, 1.0 / $ty::EPSILON + 1.0) = -1.0; powf(-1.0, 2.0 / $ty::EPSILON - 1.0) = -1.0;
            powf(-1.0, 2.0 / $ty::EPSILON) = 1.0; powf(-1.0, 0.5 / $ty::EPSILON + 0.5) = NAN;
            powi(2.0, 10) = 1024.0; powi(2.0, -1) = 0.5; powi(-3.0, 3) = -27.0; powi(0.0, 0) = 1.0;
            powi(NAN, 0) = 1.0; powi(NAN, 1) = NAN; powi(-0.0, -1) = -INF; powi(-0.0, 2) = 0.0;
            powi(-INF, 3) = -INF; powi(INF, -1) = 0.0; powi(1.0, i32::MIN) = 1.0;
            powi(-1.0, i32::MAX) = -1.0; powi(2.0, i32::MIN) = 0.0; powi(0.5, i32::MIN) = INF;
            erf(0.0) = 0.0; erf(-0.0) = -0.0; erf(INF) = 1.0; erf(-INF) = -1.0; erf(NAN) = NAN;
            erf(10.0) = 1.0; erf(-10.0) = -1.0;
            erfc(0.0) = 1.0; erfc(INF) = 0.0; erfc(-INF) = 2.0; erfc(NAN) = NAN; erfc(100.0) = 0.0;
            erfc(-100.0) = 2.0;
            gamma(1.0) = 1.0; gamma(5.0) = 24.0; gamma(11.0) = 3628800.0; gamma(0.0) = INF;
            gamma(-0.0) = -INF; gamma(INF) = INF; gamma(-INF) = NAN; gamma(-1.0) = NAN;
            gamma(-2.0) = NAN; gamma(NAN) = NAN; gamma(MAX) = INF; gamma(-MAX) = NAN;
            gamma(TINY) = INF; gamma(-300.5) = -0.0; gamma(-301.5) = 0.0; gamma(-4.056482e31) = NAN;
        }
    )+};
}

special_values! { special_values_f64: f64 special_values_f32: f32 }

#[test]
fn ln_gamma_has_a_sign() {
    use math::f64::ln_gamma;
    assert_eq!(ln_gamma(1.0), (0.0, 1));
    assert_eq!(ln_gamma(2.0), (0.0, 1));
    assert_eq!(ln_gamma(0.0), (f64::INFINITY, 1));
    assert_eq!(ln_gamma(-0.0), (f64::INFINITY, -1));
    assert_eq!(ln_gamma(-1.0), (f64::INFINITY, 1));
    assert_eq!(ln_gamma(f64::INFINITY), (f64::INFINITY, 1));
    assert_eq!(ln_gamma(f64::NEG_INFINITY), (f64::INFINITY, 1));
    assert!(ln_gamma(f64::NAN).0.is_nan());
    assert_eq!(ln_gamma(-0.5).1, -1);
    assert_eq!(ln_gamma(-1.5).1, 1);
    assert_eq!(math::f32::ln_gamma(-2.5).1, -1);
    assert_eq!(math::f32::ln_gamma(f32::MAX), (f32::INFINITY, 1));
}

/// Numbers of all sizes, and as many of ordinary ones.
macro_rules! inputs {
    ($ty:ident, $bits:ident, $seed:expr) => {
        (0..20_000)
            .map(|index| {
                let bits = random::$bits($seed, index);
                match index % 3 {
                    0 => $ty::from_bits(bits),
                    1 => (random::uniform_f64($seed, index) * 4.0 - 2.0) as $ty,
                    _ => (random::normal_f64($seed, index) * 30.0) as $ty,
                }
            })
            .collect::<Vec<$ty>>()
    };
}

/// Kernels that have `ln_gamma` of usual numbers in a form of its own.
macro_rules! ln_gammas {
    ($($test:ident $kernel:ident $ty:ident $bits:ident)+) => {$(
        #[kernel(parallel, cuda)]
        fn $kernel(x: &[$ty], out: &mut [$ty], signs: &mut [i32]) {
            for i in 0..x.len() {
                let (value, sign): ($ty, i32) = math::$ty::ln_gamma(x[i]);
                out[i] = value;
                signs[i] = sign;
            }
        }

        #[test]
        fn $test() {
            select_device(DeviceChoice::Software).expect("no other device is in use");
            let usual = |k: u64| (40.0 * random::uniform_f64(8, k) + 1e-3) as $ty;
            let beside = |x: $ty, k| $ty::from_bits(x.to_bits() + k - 2);
            let usual: Vec<$ty> = (0..5_000).map(usual).collect();
            // Where its forms meet, its zeros, and the ends of what is usual.
            let places = [0.5, 1.0, 2.0, 2.453125, 2.5, 7.7, 2f64.powi(-40), 2f64.powi(88)];
            let places = places.iter().flat_map(|x| (0..5).map(|k| beside(*x as $ty, k)));
            let all = inputs!($ty, $bits, 9).into_iter().chain(places);
            for x in [usual, all.collect()] {
                let expected: Vec<_> = x.iter().map(|x| math::$ty::ln_gamma(*x)).collect();
                let (mut out, mut signs) = (vec![0.0; x.len()], vec![0; x.len()]);
                let mut compare = |name: &str, version: &dyn Fn(&mut [$ty], &mut [i32])| {
                    version(&mut out, &mut signs);
                    for (i, (value, sign)) in expected.iter().enumerate() {
                        assert_eq!(out[i].bits(), value.bits(), "{name}: {:e}", x[i]);
                        assert_eq!(signs[i], *sign, "{name}: {:e}", x[i]);
                    }
                };
                for level in Level::available() {
                    compare(&format!("{level:?}"), &|out, signs| {
                        with_level(*level, || $kernel::parallel(&x, out, signs));
                    });
                }
                compare("device", &|out, signs| {
                    $kernel::cuda(&x, out, signs).expect("the software device runs it");
                });
            }
        }
    )+};
}

ln_gammas! {
    kernels_of_ln_gamma_f64 ln_gamma_of_f64 f64 bits_u64
    kernels_of_ln_gamma_f32 ln_gamma_of_f32 f32 bits_u32
}

/// Odd functions are odd and even ones even, to the bit.
#[test]
fn symmetries_hold() {
    for index in 0..10_000 {
        let x = f64::from_bits(random::bits_u64(1, index));
        macro_rules! odd {
            ($($name:ident)+) => {$(
                assert_eq!(math::f64::$name(-x).bits(), (-math::f64::$name(x)).bits());
            )+};
        }
        odd!(asin asinh atan atanh cbrt erf sin sinh tan tanh);
        assert_eq!(math::f64::cos(-x).bits(), math::f64::cos(x).bits());
        assert_eq!(math::f64::cosh(-x).bits(), math::f64::cosh(x).bits());
        let (sine, cosine) = math::f64::sin_cos(x);
        assert_eq!(sine.bits(), math::f64::sin(x).bits());
        assert_eq!(cosine.bits(), math::f64::cos(x).bits());
    }
}

/// Loops over arrays, one for each function and level: the same source, other instructions.
#[cfg(target_arch = "x86_64")]
mod levels {
    use super::*;

    /// The loop at three levels; the baseline is a call for each number, which stays scalar.
    macro_rules! compare {
        ($ty:ident, $name:ident($($arg:ident),+)) => {{
            #[inline(never)]
            fn one($($arg: $ty),+) -> $ty {
                math::$ty::$name($($arg),+)
            }
            #[target_feature(enable = "avx2,fma")]
            fn avx2(out: &mut [$ty], $($arg: &[$ty]),+) {
                let n = out.len();
                $(let $arg = &$arg[..n];)+
                for i in 0..n {
                    out[i] = math::$ty::$name($($arg[i]),+);
                }
            }
            #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,fma")]
            fn avx512(out: &mut [$ty], $($arg: &[$ty]),+) {
                let n = out.len();
                $(let $arg = &$arg[..n];)+
                for i in 0..n {
                    out[i] = math::$ty::$name($($arg[i]),+);
                }
            }
            let n = [$($arg.len()),+][0];
            let expected: Vec<u64> = (0..n)
                .map(|i| one($($arg[i]),+).bits())
                .collect();
            let mut out = vec![0.0; expected.len()];
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                // SAFETY: this machine has the features.
                unsafe { avx2(&mut out, $(&$arg),+) };
                let bits: Vec<u64> = out.iter().map(|x| x.bits()).collect();
                assert!(bits == expected, "{} at AVX2", stringify!($name));
            }
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512dq")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl")
            {
                // SAFETY: this machine has the features.
                unsafe { avx512(&mut out, $(&$arg),+) };
                let bits: Vec<u64> = out.iter().map(|x| x.bits()).collect();
                assert!(bits == expected, "{} at AVX-512", stringify!($name));
            }
        }};
    }

    macro_rules! compare_f64 {
        ($($name:ident)+) => {
            #[test]
            fn bits_are_equal_f64() {
                let (x, y) = (inputs!(f64, bits_u64, 2), inputs!(f64, bits_u64, 3));
                $(compare!(f64, $name(x));)+
                compare!(f64, atan2(x, y));
                compare!(f64, hypot(x, y));
                compare!(f64, log(x, y));
                compare!(f64, powf(x, y));
            }
        };
    }

    macro_rules! compare_f32 {
        ($($name:ident)+) => {
            #[test]
            fn bits_are_equal_f32() {
                let (x, y) = (inputs!(f32, bits_u32, 4), inputs!(f32, bits_u32, 5));
                $(compare!(f32, $name(x));)+
                compare!(f32, atan2(x, y));
                compare!(f32, hypot(x, y));
                compare!(f32, log(x, y));
                compare!(f32, powf(x, y));
            }
        };
    }

    each_unary!(compare_f64);
    each_unary!(compare_f32);
}

/// Functions of one number and of two, called by one kernel, each at its place among 28.
macro_rules! on_the_device {
    ($test:ident $kernel:ident $ty:ident $bits:ident:
     $($at:literal $name:ident)+; $($at_two:literal $name_two:ident)+) => {
        #[kernel(cuda)]
        fn $kernel(x: &[$ty], y: &[$ty], out: &mut [$ty]) {
            for i in 0..x.len() {
                $(out[28 * i + $at] = math::$ty::$name(x[i]);)+
                $(out[28 * i + $at_two] = math::$ty::$name_two(x[i], y[i]);)+
            }
        }

        #[test]
        fn $test() {
            select_device(DeviceChoice::Software).expect("no other device is in use");
            let (x, y) = (inputs!($ty, $bits, 6), inputs!($ty, $bits, 7));
            let (x, y) = (&x[..1500], &y[..1500]);
            let (mut out, mut expected) = (vec![0.0; 28 * 1500], vec![0.0; 28 * 1500]);
            $kernel::cuda(x, y, &mut out).expect("the software device runs it");
            $kernel::serial(x, y, &mut expected);
            for (at, (device, host)) in out.iter().zip(&expected).enumerate() {
                let (i, function) = (at / 28, at % 28);
                assert_eq!(device.bits(), host.bits(), "{function} of {:e}, {:e}", x[i], y[i]);
            }
        }
    };
}

macro_rules! both_on_the_device {
    ($($test:ident $kernel:ident $ty:ident $bits:ident)+) => {$(
        on_the_device! { $test $kernel $ty $bits:
            0 acos 1 acosh 2 asin 3 asinh 4 atan 5 atanh 6 cbrt 7 cos 8 cosh 9 erf 10 erfc
            11 exp 12 exp2 13 exp_m1 14 gamma 15 ln 16 ln_1p 17 log10 18 log2 19 rsqrt 20 sin
            21 sinh 22 tan 23 tanh;
            24 atan2 25 hypot 26 log 27 powf
        }
    )+};
}

both_on_the_device! {
    device_bits_are_equal_f64 every_f64 f64 bits_u64
    device_bits_are_equal_f32 every_f32 f32 bits_u32
}
