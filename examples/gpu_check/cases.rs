//! The kernels with their data.

use crate::kernels;
use crate::results::Results;
use kernel_runtime::Error;
use ndarray::Array2;

/// Which version of a kernel to run.
#[derive(Clone, Copy, PartialEq)]
pub enum Version {
    Serial,
    Parallel,
    Device,
}

/// What bounds a kernel's speed.
#[derive(Clone, Copy)]
pub enum Work {
    /// Bytes that it reads and writes at least.
    Bytes(usize),
    /// Operations on `f32`.
    Operations(usize),
    /// As many as the data ask for.
    Unknown,
}

/// A kernel with its data.
pub struct Case {
    pub name: &'static str,
    pub work: Work,
    /// Whether serial has other bits: it sums in the loop's own order, with std's functions.
    pub differs_from_serial: bool,
    /// How often it does the same.
    pub times: usize,
    pub run: Box<dyn Fn(Version) -> Result<Results, Error>>,
}

/// How much data the kernels are given.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// Elements of a list.
    pub list: usize,
    /// Rows and columns of a plane.
    pub side: usize,
    /// Rows and columns where the work grows faster than the data.
    pub few: usize,
    /// How often a sum is computed.
    pub times: usize,
}

/// Runs one of a kernel's versions with these arguments.
macro_rules! call {
    ($version:expr, $kernel:ident($($arg:expr),*)) => {
        match $version {
            Version::Serial => kernels::$kernel::serial($($arg),*),
            Version::Parallel => kernels::$kernel::parallel($($arg),*),
            Version::Device => kernels::$kernel::cuda($($arg),*)?,
        }
    };
}

/// What makes each case, one after the other: together their data are large.
pub fn all() -> Vec<fn(Sizes) -> Case> {
    vec![
        copy,
        sum_f32,
        sum_f64,
        dot,
        saxpy,
        stencil,
        transpose,
        row_sums,
        multiply_add,
        product,
        n_body,
        mandelbrot,
        black_scholes,
    ]
}

fn copy(of: Sizes) -> Case {
    let n = of.list;
    let x = singles(n, 0);
    case("copy", Work::Bytes(8 * n), move |version| {
        let mut y = vec![0.0; n];
        call!(version, copy(&x, &mut y));
        Ok(Results::Singles(y))
    })
}

fn sum_f32(of: Sizes) -> Case {
    let x = singles(of.list, 1);
    let case = unlike_serial("sum of f32", Work::Bytes(4 * of.list), move |version| {
        Ok(Results::Singles(vec![call!(
            version,
            sum_f32(of.times, &x)
        )]))
    });
    Case {
        times: of.times,
        ..case
    }
}

fn sum_f64(of: Sizes) -> Case {
    let x = doubles(of.list, value);
    let case = unlike_serial("sum of f64", Work::Bytes(8 * of.list), move |version| {
        Ok(Results::Doubles(vec![call!(
            version,
            sum_f64(of.times, &x)
        )]))
    });
    Case {
        times: of.times,
        ..case
    }
}

fn dot(of: Sizes) -> Case {
    let (x, y) = (singles(of.list, 2), singles(of.list, 3));
    let case = unlike_serial("dot product", Work::Bytes(8 * of.list), move |version| {
        Ok(Results::Singles(vec![call!(
            version,
            dot(of.times, &x, &y)
        )]))
    });
    Case {
        times: of.times,
        ..case
    }
}

fn saxpy(of: Sizes) -> Case {
    let (x, start) = (singles(of.list, 4), singles(of.list, 5));
    case("saxpy", Work::Bytes(12 * of.list), move |version| {
        let mut y = start.clone();
        call!(version, saxpy(2.5, &x, &mut y));
        Ok(Results::Singles(y))
    })
}

fn stencil(of: Sizes) -> Case {
    let x = plane(of.side, of.side);
    let bytes = 8 * of.side * of.side;
    case("5-point stencil", Work::Bytes(bytes), move |version| {
        let mut y = Array2::zeros(x.dim());
        call!(version, stencil(x.view(), y.view_mut()));
        Ok(Results::Singles(y.into_raw_vec_and_offset().0))
    })
}

fn transpose(of: Sizes) -> Case {
    let x = plane(of.side, of.side);
    let bytes = 8 * of.side * of.side;
    case("transpose", Work::Bytes(bytes), move |version| {
        let mut y = Array2::zeros(x.dim());
        call!(version, transpose(x.view(), y.view_mut()));
        Ok(Results::Singles(y.into_raw_vec_and_offset().0))
    })
}

fn row_sums(of: Sizes) -> Case {
    let x = plane(of.side, of.side);
    let bytes = 4 * of.side * of.side;
    case("sums of rows", Work::Bytes(bytes), move |version| {
        let mut y = vec![0.0; x.nrows()];
        call!(version, row_sums(x.view(), &mut y));
        Ok(Results::Singles(y))
    })
}

fn multiply_add(of: Sizes) -> Case {
    let n = of.list.min(1 << 22);
    let x = singles(n, 6);
    let operations = n * kernels::ROUNDS * 16;
    case(
        "multiply-add",
        Work::Operations(operations),
        move |version| {
            let mut y = x.clone();
            call!(version, multiply_add(0.75, 0.125, &mut y));
            Ok(Results::Singles(y))
        },
    )
}

fn product(of: Sizes) -> Case {
    let n = of.few;
    let a = plane(n, n);
    let b = plane(n, n)
        .reversed_axes()
        .as_standard_layout()
        .into_owned();
    let work = Work::Operations(2 * n * n * n);
    case("matrix product", work, move |version| {
        let mut c = Array2::zeros(a.dim());
        call!(version, product(a.view(), b.view(), c.view_mut()));
        Ok(Results::Singles(c.into_raw_vec_and_offset().0))
    })
}

fn n_body(of: Sizes) -> Case {
    let n = 16 * of.few;
    let bodies = plane(n, 3);
    // Three differences, seven for the square, three for the pull, six to add; a division and a
    // root count as one each.
    case("n bodies", Work::Operations(19 * n * n), move |version| {
        let mut force = Array2::zeros(bodies.dim());
        call!(version, n_body(bodies.view(), force.view_mut()));
        Ok(Results::Singles(force.into_raw_vec_and_offset().0))
    })
}

fn mandelbrot(of: Sizes) -> Case {
    let n = 2 * of.few;
    case("Mandelbrot set", Work::Unknown, move |version| {
        let mut steps = Array2::zeros((n, n));
        call!(version, mandelbrot(1000, steps.view_mut()));
        Ok(Results::Counts(steps.into_raw_vec_and_offset().0))
    })
}

fn black_scholes(of: Sizes) -> Case {
    let n = of.list / 8;
    let price = doubles(n, |k| 30.0 + 40.0 * value(k));
    let strike = doubles(n, |k| 30.0 + 40.0 * value(k + 1));
    let years = doubles(n, |k| 1.1 + 2.0 * value(k + 2));
    unlike_serial("Black-Scholes", Work::Unknown, move |version| {
        let (mut calls, mut puts) = (vec![0.0; n], vec![0.0; n]);
        call!(
            version,
            black_scholes(&price, &strike, &years, &mut calls, &mut puts)
        );
        calls.append(&mut puts);
        Ok(Results::Doubles(calls))
    })
}

fn case(
    name: &'static str,
    work: Work,
    run: impl Fn(Version) -> Result<Results, Error> + 'static,
) -> Case {
    Case {
        name,
        work,
        differs_from_serial: false,
        times: 1,
        run: Box::new(run),
    }
}

/// A case of which serial has other bits.
fn unlike_serial(
    name: &'static str,
    work: Work,
    run: impl Fn(Version) -> Result<Results, Error> + 'static,
) -> Case {
    Case {
        differs_from_serial: true,
        ..case(name, work, run)
    }
}

fn singles(n: usize, seed: usize) -> Vec<f32> {
    (0..n).map(|k| value(k + seed) as f32).collect()
}

fn doubles(n: usize, value: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..n).map(value).collect()
}

fn plane(rows: usize, columns: usize) -> Array2<f32> {
    Array2::from_shape_fn((rows, columns), |(i, j)| value(i * columns + j) as f32)
}

/// Numbers between -0.5 and 0.5 without a pattern.
fn value(k: usize) -> f64 {
    let mixed = (k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    mixed as f64 / 4294967296.0 - 0.5
}
