//! Does a GPU compute what this machine's processor does, to the bit, and how fast?
//!
//! Every kernel runs serial, in parallel and on the device, and the bits are compared. Then the
//! device's times are shown, with the bytes that a kernel has to move per second as a share of
//! what a plain copy moves in the same run. Without a GPU, the software device runs the kernels,
//! on little data: its times say nothing, the comparison as much as on hardware.

mod kernels;

use comfy_table::Table;
use kernel_examples::units;
use kernel_runtime::Error;
use kernel_runtime::cuda;
use ndarray::{Array, Array2, ArrayBase, Data, Dimension};
use std::env;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Which version of a kernel to run.
#[derive(Clone, Copy, PartialEq)]
enum Version {
    Serial,
    Parallel,
    Device,
}

/// A kernel with its data.
struct Case {
    name: &'static str,
    /// Bytes that it reads and writes at least.
    bytes: usize,
    /// Whether it sums floats, which serial does in another order.
    sums: bool,
    run: Box<dyn Fn(Version) -> Result<Vec<u64>, Error>>,
}

/// What became of a case.
struct Line {
    name: &'static str,
    agrees: bool,
    time: Duration,
    /// Bytes per second.
    rate: f64,
}

/// Runs of which the fastest counts.
const RUNS: usize = 10;

fn main() -> ExitCode {
    match checked() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all versions of all kernels agree.
fn checked() -> Result<bool, Error> {
    let Ok(device) = cuda::available() else {
        return Ok(in_software());
    };
    println!(
        "{}, compute capability {:?}",
        device.name, device.compute_capability
    );
    if device.software {
        println!("The data is little, and times would say nothing about any GPU.");
        return compared(&cases(5000, 50, 24));
    }
    timed(&cases(1 << 26, 8192, 1024))
}

/// The same program on the software device: a process settles once which device it has.
fn in_software() -> bool {
    println!("There is no GPU here, hence the software device:");
    let run = env::current_exe().and_then(|program| {
        let mut command = Command::new(program);
        command.env("KERNEL_CUDA_DEVICE", "software").status()
    });
    run.is_ok_and(|status| status.success())
}

fn compared(cases: &[Case]) -> Result<bool, Error> {
    let lines = cases.iter().map(|case| line(case, 1));
    let lines: Vec<Line> = lines.collect::<Result<_, _>>()?;
    for line in &lines {
        println!("{:<16} {}", line.name, verdict(line));
    }
    Ok(lines.iter().all(|line| line.agrees))
}

fn timed(cases: &[Case]) -> Result<bool, Error> {
    let lines = cases.iter().map(|case| line(case, RUNS));
    let lines: Vec<Line> = lines.collect::<Result<_, _>>()?;
    let copied = lines[0].rate;
    let mut table = Table::new();
    table.set_header(["kernel", "bits", "device time", "GB/s", "of a copy"]);
    for line in &lines {
        table.add_row([
            line.name.to_owned(),
            verdict(line).to_owned(),
            units::duration(line.time),
            units::significant(line.rate / 1e9),
            units::significant(line.rate / copied),
        ]);
    }
    println!("{table}");
    Ok(lines.iter().all(|line| line.agrees))
}

fn verdict(line: &Line) -> &'static str {
    if line.agrees { "equal" } else { "DIFFERENT" }
}

fn line(case: &Case, runs: usize) -> Result<Line, Error> {
    let parallel = (case.run)(Version::Parallel)?;
    let mut agrees = case.sums || (case.run)(Version::Serial)? == parallel;
    let mut time = Duration::MAX;
    for _ in 0..runs {
        agrees &= (case.run)(Version::Device)? == parallel;
        let spent = cuda::last_call().map_or(Duration::MAX, |call| call.kernel);
        time = time.min(spent);
    }
    Ok(Line {
        name: case.name,
        agrees,
        time,
        rate: case.bytes as f64 / time.as_secs_f64().max(1e-9),
    })
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

/// All kernels: on lists of `length`, planes of `side`, and sets of `few` where the work grows
/// faster than the data.
fn cases(length: usize, side: usize, few: usize) -> Vec<Case> {
    let mut cases = of_lists(length);
    cases.extend(of_planes(side));
    cases.extend(of_few(few));
    cases
}

fn of_lists(n: usize) -> Vec<Case> {
    let list = move |seed: usize| -> Vec<f32> { (0..n).map(|i| value(i + seed) as f32).collect() };
    let doubles: Vec<f64> = (0..n).map(value).collect();
    let (x, y) = (list(0), list(n));
    let (x1, x2, x3, y3, x4, y4) = (x.clone(), x.clone(), x.clone(), y.clone(), x, y);
    vec![
        case("copy", 8 * n, false, move |version| {
            let mut y = vec![0.0; x1.len()];
            call!(version, copy(&x1, &mut y));
            Ok(bits(&Array::from(y)))
        }),
        case("sum of f32", 4 * n, true, move |version| {
            Ok(vec![call!(version, sum_f32(&x2)).to_bits().into()])
        }),
        case("sum of f64", 8 * n, true, move |version| {
            Ok(vec![call!(version, sum_f64(&doubles)).to_bits()])
        }),
        case("dot product", 8 * n, true, move |version| {
            Ok(vec![call!(version, dot(&x3, &y3)).to_bits().into()])
        }),
        case("saxpy", 12 * n, false, move |version| {
            let mut y = y4.clone();
            call!(version, saxpy(2.5, &x4, &mut y));
            Ok(bits(&Array::from(y)))
        }),
    ]
}

fn of_planes(side: usize) -> Vec<Case> {
    let x = Array2::from_shape_fn((side, side), |(i, j)| value(i * side + j) as f32);
    let (x1, x2, x3) = (x.clone(), x.clone(), x);
    let bytes = 8 * side * side;
    vec![
        case("5-point stencil", bytes, false, move |version| {
            let mut y = Array2::zeros(x1.dim());
            call!(version, stencil(x1.view(), y.view_mut()));
            Ok(bits(&y))
        }),
        case("transpose", bytes, false, move |version| {
            let mut y = Array2::zeros(x2.dim());
            call!(version, transpose(x2.view(), y.view_mut()));
            Ok(bits(&y))
        }),
        case("sums of rows", bytes / 2, false, move |version| {
            let mut y = vec![0.0; x3.nrows()];
            call!(version, row_sums(x3.view(), &mut y));
            Ok(bits(&Array::from(y)))
        }),
    ]
}

fn of_few(n: usize) -> Vec<Case> {
    let a = Array2::from_shape_fn((n, n), |(i, j)| value(i * n + j) as f32);
    let b = a.t().to_owned();
    let bodies = Array2::from_shape_fn((4 * n, 3), |(i, j)| value(3 * i + j) as f32);
    vec![
        case("matrix product", 12 * n * n, false, move |version| {
            let mut c = Array2::zeros(a.dim());
            call!(version, product(a.view(), b.view(), c.view_mut()));
            Ok(bits(&c))
        }),
        case("n bodies", 96 * n, false, move |version| {
            let mut force = Array2::zeros(bodies.dim());
            call!(version, n_body(bodies.view(), force.view_mut()));
            Ok(bits(&force))
        }),
        case("Mandelbrot set", 4 * n * n, false, move |version| {
            let mut steps = Array2::zeros((n, n));
            call!(version, mandelbrot(200, steps.view_mut()));
            Ok(steps.iter().map(|&count| count.into()).collect())
        }),
    ]
}

fn case(
    name: &'static str,
    bytes: usize,
    sums: bool,
    run: impl Fn(Version) -> Result<Vec<u64>, Error> + 'static,
) -> Case {
    Case {
        name,
        bytes,
        sums,
        run: Box::new(run),
    }
}

fn bits<S: Data<Elem = f32>, D: Dimension>(values: &ArrayBase<S, D>) -> Vec<u64> {
    values.iter().map(|value| value.to_bits().into()).collect()
}

/// Numbers between -0.5 and 0.5 without a pattern.
fn value(k: usize) -> f64 {
    let mixed = (k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    mixed as f64 / 4294967296.0 - 0.5
}
