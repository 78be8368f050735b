//! The gallery's kernels beside the same loops in Numba, C with OpenMP, and rayon by hand: all in one
//! run, in turn, on the same number of threads, with results compared. `run` beside this file sets
//! the peers up and calls this program, built as it is and with the feature `fastmath`.

mod by_hand;
mod cases;
mod chart;
mod openmp;
mod python;
mod report;
mod small;

mod gallery {
    include!(concat!(env!("OUT_DIR"), "/kernels.rs"));
}

mod pricing {
    include!(concat!(env!("OUT_DIR"), "/pricing.rs"));
}

use cases::Case;
use clap::Parser;
use openmp::Library;
use python::Worker;
use report::{Line, Report};
use std::error::Error;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// Times kernels beside their peers and writes a table of ratios.
#[derive(Parser)]
struct Options {
    /// The peers in C: a folder with `strict.so` and `fast.so`.
    #[arg(long)]
    openmp: PathBuf,
    /// A Python that has Numba.
    #[arg(long)]
    python: PathBuf,
    /// Counted rounds; in each, every version of a kernel runs once.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Elements of the largest arrays, in millions; other sizes follow.
    #[arg(long, default_value_t = 20.0)]
    millions: f64,
    /// Only kernels whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Where the table (`.md`) and the chart (`.svg`) go: a path without its ending.
    #[arg(long)]
    output: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let threads = rayon::current_num_threads();
    // Before the peers' threads are there, some of which never sleep.
    let small = small::measure();
    let strict = Library::open(&options.openmp.join("strict.so"), threads)?;
    let fast = Library::open(&options.openmp.join("fast.so"), threads)?;
    let mut worker = Worker::start(&options.python, threads)?;
    let mut report = Report::new(threads, options.rounds);
    report.small = small;
    for kind in cases::ALL {
        if !kind.name.contains(&options.only) {
            continue;
        }
        let size = (kind.size)(options.millions * 1e6);
        worker.prepare(kind.name, &size)?;
        let mut case = (kind.make)(&size);
        let mut line = Line::new(kind, &size);
        for round in 0..=options.rounds {
            let runs = [
                local(&mut *case, |case| case.ours()),
                local(&mut *case, |case| case.rayon()),
                local(&mut *case, |case| case.openmp(&strict)),
                local(&mut *case, |case| case.openmp(&fast)),
                remote(&mut worker, "strict")?,
                remote(&mut worker, "fast")?,
            ];
            // The first round warms caches, pools and pages.
            if round > 0 {
                line.add(runs);
            }
        }
        println!("{}", line.summary());
        report.lines.push(line);
    }
    report.reading = Some(cases::reading(
        &strict,
        options.millions * 1e6,
        options.rounds,
    ));
    std::fs::write(options.output.with_extension("md"), report.text())?;
    chart::draw(&report, &options.output.with_extension("svg"))?;
    println!("{}", report.text());
    report.check()
}

/// Seconds of one run, and what it computed.
type Run = (f64, f64);

/// What a run waits for: threads of OpenMP, among them Numba's, spin for some milliseconds when
/// their work is done, on processors that the next version needs.
const REST: Duration = Duration::from_millis(30);

fn local(case: &mut dyn Case, run: impl FnOnce(&mut dyn Case)) -> Run {
    case.reset();
    let seconds = rested(|| run(case));
    (seconds, case.checksum())
}

/// Seconds that something takes after a rest.
fn rested(run: impl FnOnce()) -> f64 {
    thread::sleep(REST);
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

fn remote(worker: &mut Worker, form: &str) -> Result<Run, Box<dyn Error>> {
    thread::sleep(REST);
    worker.run(form)
}
