//! Does a GPU compute what this machine's processor does, to the bit, and how fast?
//!
//! Every kernel runs serial, in parallel and on the device on little data, and the bits are
//! compared. Then, on a GPU, in parallel and on the device on data that fill it; the device's times
//! are shown, with the bytes that a kernel has to move per second as a share of what a plain copy
//! moves in the same run, and arithmetic as a share of what multiply-adds reach. Without a GPU, the
//! software device runs the kernels on little data: the comparison says as much as on hardware.
//!
//! `benches/gpu/run` runs this beside the same kernels compiled by nvcc, CUB and PyTorch.

mod cases;
mod kernels;
mod peers;
#[path = "../tests/gallery/pricing.rs"]
mod pricing;
mod results;

use cases::{Case, Sizes, Version, Work};
use clap::Parser;
use comfy_table::Table;
use indicatif::ProgressIterator;
use kernel_examples::{progress, units};
use kernel_runtime::Error;
use kernel_runtime::cuda;
use peers::Peers;
use std::env;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// Compares a GPU's results with the processor's, bit by bit, and times its kernels.
#[derive(Parser)]
struct Options {
    /// Elements of lists
    #[arg(long, default_value_t = 1 << 27)]
    list: usize,
    /// Rows and columns of planes
    #[arg(long, default_value_t = 12_000)]
    side: usize,
    /// Rows and columns where the work grows faster than the data
    #[arg(long, default_value_t = 2048)]
    few: usize,
    /// Timed runs of each kernel, of which the fastest counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// Compares little data only
    #[arg(long)]
    check: bool,
    /// Times of other programs: lines of a kernel's name, a peer's, and seconds, with tabs between
    #[arg(long)]
    peers: Option<PathBuf>,
}

/// What the kernels are compared on.
const LITTLE: Sizes = Sizes {
    list: 5000,
    side: 50,
    few: 24,
    times: 2,
};

/// How often sums are computed in a timed run.
const TIMES: usize = 10;

/// What became of a case on large data.
struct Line {
    name: &'static str,
    agrees: bool,
    work: Work,
    time: Duration,
}

fn main() -> ExitCode {
    match checked(&Options::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all versions of all kernels agree.
fn checked(options: &Options) -> Result<bool, Box<dyn std::error::Error>> {
    let Ok(device) = cuda::available() else {
        return Ok(in_software());
    };
    println!(
        "{}, compute capability {:?}",
        device.name, device.compute_capability
    );
    let peers = options.peers.as_deref().map(Peers::read).transpose()?;
    let little = compared()?;
    if device.software {
        println!("The data is little, and times would say nothing about any GPU.");
    }
    if device.software || options.check {
        return Ok(little);
    }
    let sizes = Sizes {
        list: options.list,
        side: options.side,
        few: options.few,
        times: TIMES,
    };
    Ok(timed(sizes, options.runs, &peers.unwrap_or_default())? && little)
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

/// Whether all versions have the same bits on little data.
fn compared() -> Result<bool, Error> {
    let mut agree = true;
    for make in cases::all() {
        let case = make(LITTLE);
        let parallel = (case.run)(Version::Parallel)?;
        let agrees = (case.run)(Version::Device)?.same(&parallel)
            && (case.differs_from_serial || (case.run)(Version::Serial)?.same(&parallel));
        println!("{:<16} {}", case.name, verdict(agrees));
        agree &= agrees;
    }
    Ok(agree)
}

fn verdict(agrees: bool) -> &'static str {
    if agrees { "equal" } else { "DIFFERENT" }
}

/// Whether the device's bits are the processor's on large data; prints its times.
fn timed(sizes: Sizes, runs: u16, peers: &Peers) -> Result<bool, Error> {
    let makers = cases::all();
    let bar = progress::steps("kernels", makers.len() as u64);
    let lines = makers
        .iter()
        .progress_with(bar)
        .map(|make| line(&make(sizes), runs));
    let lines: Vec<Line> = lines.collect::<Result<_, _>>()?;
    print_table(&lines, peers);
    Ok(lines.iter().all(|line| line.agrees))
}

fn line(case: &Case, runs: u16) -> Result<Line, Error> {
    let parallel = (case.run)(Version::Parallel)?;
    let mut agrees = true;
    let mut time = Duration::MAX;
    for _ in 0..runs {
        let found = (case.run)(Version::Device)?;
        let spent = cuda::last_call().map_or(Duration::MAX, |call| call.kernel);
        time = time.min(spent / case.times as u32);
        agrees &= found.same(&parallel);
    }
    Ok(Line {
        name: case.name,
        agrees,
        work: case.work,
        time,
    })
}

fn print_table(lines: &[Line], peers: &Peers) {
    let best =
        |rate_of: fn(&Line) -> Option<f64>| lines.iter().filter_map(rate_of).fold(0.0, f64::max);
    let copied = bandwidth(&lines[0]).unwrap_or(f64::NAN);
    let reached = best(arithmetic);
    let mut table = Table::new();
    table.set_header([
        "kernel",
        "bits",
        "device time",
        "rate",
        "share",
        "peers: time, ours as fast",
    ]);
    for line in lines {
        let (rate, share) = match (bandwidth(line), arithmetic(line)) {
            (Some(rate), _) => (
                format!("{} GB/s", units::significant(rate / 1e9)),
                format!("{} of a copy", units::significant(rate / copied)),
            ),
            (_, Some(rate)) => (
                format!("{} GFlop/s", units::significant(rate / 1e9)),
                format!("{} of multiply-adds", units::significant(rate / reached)),
            ),
            _ => Default::default(),
        };
        table.add_row([
            line.name.to_owned(),
            verdict(line.agrees).to_owned(),
            units::duration(line.time),
            rate,
            share,
            beside(line, peers),
        ]);
    }
    println!("{table}");
}

/// A kernel's peers: each one's time, and how many times faster ours is.
fn beside(line: &Line, peers: &Peers) -> String {
    let peers = peers.of_kernel(line.name).iter();
    let texts = peers.map(|(who, time)| {
        let ratio = time.as_secs_f64() / line.time.as_secs_f64();
        let time = units::duration(*time);
        format!("{who} {time}, {}", units::significant(ratio))
    });
    texts.collect::<Vec<_>>().join("; ")
}

/// Bytes per second.
fn bandwidth(line: &Line) -> Option<f64> {
    match line.work {
        Work::Bytes(bytes) => Some(bytes as f64 / line.time.as_secs_f64()),
        Work::Operations(_) | Work::Unknown => None,
    }
}

/// Operations per second.
fn arithmetic(line: &Line) -> Option<f64> {
    match line.work {
        Work::Operations(count) => Some(count as f64 / line.time.as_secs_f64()),
        Work::Bytes(_) | Work::Unknown => None,
    }
}
