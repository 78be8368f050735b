//! The sum of a large matrix: the plain loop against every version that `#[kernel]` makes of it.
//!
//! `cargo run --release --example sum2d -- --help` lists the options.

use clap::Parser;
use kernel_examples::chart::{self, Colour};
use kernel_examples::timing::{Measurement, Times, measure, try_measure};
use kernel_examples::{data, memory, npy, progress, table, units};
use kernel_runtime::cuda::{self, DeviceInfo};
use kernel_runtime::prelude::*;
use ndarray::{Array2, ArrayView2};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Side of the matrix where nothing else is asked for: 3.2 GB.
const SIDE: usize = 20_000;

const PARALLEL: &str = "sum2d::parallel";
const DISPATCH: &str = "sum2d (dispatch)";
const CUDA: &str = "sum2d::cuda";

/// Most elements that are given to the software device, which interprets every instruction.
const SOFTWARE_ELEMENTS: usize = 1_000_000;

/// Sum of every element of `arr`.
#[kernel(parallel, cuda)]
pub fn sum2d(arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            result += arr[[i, j]];
        }
    }
    result
}

/// The same loop without the attribute: what every speed-up is measured against.
#[inline(never)]
fn plain(arr: ArrayView2<'_, f64>) -> f64 {
    let (m, n) = arr.dim();
    let mut result = 0.0;
    for i in 0..m {
        for j in 0..n {
            result += arr[[i, j]];
        }
    }
    result
}

/// Times the sum of a large matrix in every version of one kernel.
#[derive(Parser)]
struct Options {
    /// Rows and columns of the matrix [default: 20000, or the most that fits in free memory]
    #[arg(long, conflicts_with = "input")]
    size: Option<usize>,
    /// Timed runs of each version, after one to warm up
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    repeat: u16,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1, conflicts_with = "input")]
    seed: u32,
    /// A two-dimensional float64 `.npy` file to sum instead
    #[arg(long)]
    input: Option<PathBuf>,
    /// Where the bar chart goes
    #[arg(long, default_value = "sum2d.svg")]
    output: PathBuf,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let matrix = match &options.input {
        Some(path) => npy::read(path)?,
        None => random(options)?,
    };
    let job = Job::new(&matrix, options);
    println!("{}", job.title);
    println!("{}", job.conditions);
    let host = job.host();
    let cuda = job.cuda();
    let device = cuda.as_deref().unwrap_or_default();
    println!("{}", table::render(&[&host, device].concat(), job.bytes));
    if let Err(reason) = &cuda {
        println!("sum2d::cuda was not measured: {reason}");
    }
    println!("{}", agreement(&host, device));
    let bars = job.bars(&host, device);
    chart::write(&options.output, &job.title, &job.conditions, &bars)?;
    println!("wrote {}", options.output.display());
    Ok(())
}

/// A random matrix of the size asked for, or of the largest that fits if none was.
fn random(options: &Options) -> Result<Array2<f64>, Box<dyn Error>> {
    let memory::Side { side, note } = memory::side(options.size, SIDE, memory::available())?;
    note.inspect(|note| println!("{note}"));
    let bytes = memory::bytes_of(side, side).unwrap_or(u64::MAX);
    let bar = progress::bytes("filling", bytes);
    let filled = |elements: usize| bar.inc((elements * size_of::<f64>()) as u64);
    let matrix = data::matrix(u64::from(options.seed), side, side, filled);
    bar.finish_and_clear();
    Ok(matrix)
}

/// What is summed, how often, and how to say so.
struct Job<'a> {
    matrix: ArrayView2<'a, f64>,
    repeat: usize,
    bytes: u64,
    device: Result<DeviceInfo, kernel_runtime::Error>,
    title: String,
    conditions: String,
}

impl<'a> Job<'a> {
    fn new(matrix: &'a Array2<f64>, options: &Options) -> Self {
        let (rows, columns) = matrix.dim();
        let bytes = (matrix.len() * size_of::<f64>()) as u64;
        let source = match &options.input {
            Some(path) => format!("f64 of {}", path.display()),
            None => "random f64".to_owned(),
        };
        let threads = rayon::current_num_threads();
        let plural = if threads == 1 { "" } else { "s" };
        let runs = match options.repeat {
            1 => "1 run".to_owned(),
            many => format!("median of {many} runs"),
        };
        let device = cuda::available();
        let also = match &device {
            Ok(device) => format!(", {}", device.name),
            Err(_) => String::new(),
        };
        Self {
            matrix: matrix.view(),
            repeat: usize::from(options.repeat),
            bytes,
            device,
            title: format!(
                "Sum of {rows} x {columns} {source} ({})",
                units::bytes(bytes)
            ),
            conditions: format!("{threads} thread{plural}{also}; {runs} after one to warm up"),
        }
    }

    /// Every version that runs on the host, the plain loop first. (The dispatcher may choose a
    /// device, if there is one.)
    fn host(&self) -> Vec<Measurement> {
        let arr = self.matrix;
        let time = |name, version: &dyn Fn() -> f64| measure(name, self.repeat, version);
        vec![
            time("plain loop", &|| plain(arr)),
            time("sum2d::serial", &|| sum2d::serial(arr)),
            time("ndarray's sum", &|| arr.sum()),
            time(PARALLEL, &|| sum2d::parallel(arr)),
            time(DISPATCH, &|| sum2d(arr)),
        ]
    }

    /// The CUDA version with its transfers, and its kernel alone; or why there is none.
    fn cuda(&self) -> Result<Vec<Measurement>, String> {
        let device = self.device.as_ref().map_err(ToString::to_string)?;
        if device.software && self.matrix.len() > SOFTWARE_ELEMENTS {
            return Err(format!(
                "the software device interprets, and takes at most {SOFTWARE_ELEMENTS} elements \
                 here; try --size 500"
            ));
        }
        let mut kernel = Vec::new();
        let whole = try_measure(CUDA, self.repeat, || {
            let value = sum2d::cuda(self.matrix)?;
            kernel.extend(cuda::last_call().map(|timing| timing.kernel));
            Ok(value)
        })
        .map_err(|error: kernel_runtime::Error| error.to_string())?;
        let alone = kernel_alone(kernel, self.repeat).map(|times| Measurement {
            name: "its kernel alone".to_owned(),
            times,
            value: whole.value,
        });
        Ok([Some(whole), alone].into_iter().flatten().collect())
    }

    fn bars(&self, host: &[Measurement], device: &[Measurement]) -> Vec<chart::Bar> {
        let bar = |measurement, colour| chart::bar(measurement, &host[0], self.bytes, colour);
        let colour = |it: &Measurement| match it.name.starts_with("sum2d") {
            true => Colour::Host,
            false => Colour::Other,
        };
        host.iter()
            .map(|it| bar(it, colour(it)))
            .chain(device.iter().map(|it| bar(it, Colour::Device)))
            .collect()
    }
}

/// Whether the versions that add in the canonical order gave the same bits.
fn agreement(host: &[Measurement], device: &[Measurement]) -> String {
    let canonical = |it: &&Measurement| [PARALLEL, DISPATCH, CUDA].contains(&it.name.as_str());
    let all: Vec<_> = host.iter().chain(device).filter(canonical).collect();
    let (same, other): (Vec<_>, Vec<_>) = all
        .iter()
        .partition(|it| it.value.to_bits() == all[0].value.to_bits());
    let names = |list: &[&&Measurement]| {
        let names: Vec<_> = list.iter().map(|it| it.name.as_str()).collect();
        names.join(", ")
    };
    let mut line = format!("same bits: {}", names(&same));
    if !other.is_empty() {
        line += &format!("; not the same: {}", names(&other));
    }
    line
}

/// Times of the kernel in the timed runs: the last `repeat` of `all`.
fn kernel_alone(mut all: Vec<Duration>, repeat: usize) -> Option<Times> {
    let timed = all.split_off(all.len().saturating_sub(repeat));
    Times::new(timed)
}
