//! The bits that kernels' PTX has on the software device, or on the one that the environment names,
//! beside those of the host's loops.

use crate::inputs;
use crate::loops::{Loops, loops};
use crate::measure::{Number, wanted};
use kernel_runtime::cuda::{DeviceChoice, select_device};
use kernel_runtime::prelude::*;
use kernel_runtime::{Error, math};

/// Prints a row for each function.
pub fn measure(count: u64, names: &[&str]) {
    if std::env::var_os("KERNEL_CUDA_DEVICE").is_none() {
        select_device(DeviceChoice::Software).expect("nothing chose a device before");
    }
    println!("| function | inputs | differ from the baseline | differ from AVX2 |");
    println!("| --- | --: | --: | --: |");
    of_f64(count, names);
    of_f32(count, names);
}

/// The rows of a type: each function's kernel, and the same in a loop.
macro_rules! rows {
    ($rows:ident, $ty:ident, $pair:ident: $($name:ident($x:ident, $y:ident) $value:expr;)+) => {
        fn $rows(count: u64, names: &[&str]) {
            let (x, y): (Vec<$ty>, Vec<$ty>) = (0..count).map(inputs::$pair).unzip();
            $(
                #[kernel(cuda)]
                fn $name(x: &[$ty], y: &[$ty], out: &mut [$ty]) {
                    for i in 0..out.len() {
                        let ($x, $y) = (x[i], y[i]);
                        out[i] = $value;
                    }
                }
                if wanted(stringify!($name), names) {
                    let host = loops!($ty, |$x, $y| $value);
                    row(stringify!($name), host, $name::cuda, &x, &y);
                }
            )+
        }
    };
}

/// Those of both types; `y` is of any size, or an exponent near an end of the range.
macro_rules! all_rows {
    ($($rows:ident $ty:ident $pair:ident;)+) => {$(
        rows! { $rows, $ty, $pair:
            exp(x, _y) math::$ty::exp(x);
            exp2(x, _y) math::$ty::exp2(x);
            exp_m1(x, _y) math::$ty::exp_m1(x);
            ln(x, _y) math::$ty::ln(x);
            ln_1p(x, _y) math::$ty::ln_1p(x);
            log2(x, _y) math::$ty::log2(x);
            log10(x, _y) math::$ty::log10(x);
            sin(x, _y) math::$ty::sin(x);
            cos(x, _y) math::$ty::cos(x);
            tan(x, _y) math::$ty::tan(x);
            asin(x, _y) math::$ty::asin(x);
            acos(x, _y) math::$ty::acos(x);
            atan(x, _y) math::$ty::atan(x);
            sinh(x, _y) math::$ty::sinh(x);
            cosh(x, _y) math::$ty::cosh(x);
            tanh(x, _y) math::$ty::tanh(x);
            asinh(x, _y) math::$ty::asinh(x);
            acosh(x, _y) math::$ty::acosh(x);
            atanh(x, _y) math::$ty::atanh(x);
            cbrt(x, _y) math::$ty::cbrt(x);
            rsqrt(x, _y) math::$ty::rsqrt(x);
            erf(x, _y) math::$ty::erf(x);
            erfc(x, _y) math::$ty::erfc(x);
            gamma(x, _y) math::$ty::gamma(x);
            ln_gamma(x, _y) { let (value, _sign): ($ty, i32) = math::$ty::ln_gamma(x); value };
            powf(x, y) math::$ty::powf(x, y);
            powi(x, y) math::$ty::powi(x, y as i32);
            hypot(x, y) math::$ty::hypot(x, y);
            atan2(x, y) math::$ty::atan2(x, y);
            log(x, y) math::$ty::log(x, y);
        }
    )+};
}

all_rows! {
    of_f64 f64 wide_pair;
    of_f32 f32 narrow_pair;
}

fn row<T: Number>(
    name: &str,
    host: Loops<T>,
    device: impl Fn(&[T], &[T], &mut [T]) -> Result<(), Error>,
    x: &[T],
    y: &[T],
) {
    let mut values = vec![T::default(); x.len()];
    device(x, y, &mut values).expect("the software device runs every kernel");
    let differ = |level: fn(&mut [T], &[T], &[T])| {
        let mut others = vec![T::default(); x.len()];
        level(&mut others, x, y);
        let pairs = values.iter().zip(&others);
        pairs.filter(|(a, b)| a.pattern() != b.pattern()).count()
    };
    let avx2 = host
        .avx2
        .map_or("-".to_owned(), |avx2| differ(avx2).to_string());
    let baseline = differ(host.baseline);
    println!("| {} {name} | {} | {baseline} | {avx2} |", T::NAME, x.len());
}
