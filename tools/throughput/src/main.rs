//! Elementary functions over an array in cache: the platform's libm, `kernel_runtime::math` at each
//! SIMD level that the bench machine has, and the vector libraries SLEEF and SVML (which Numba
//! calls). `run` beside this file sets the libraries up and calls this program.
//!
//! All of one line are measured in turns in one run, so that the ratios hold on a busy machine too.
//! Times are nanoseconds for one element, the best of many passes.

#[cfg(target_arch = "x86_64")]
mod applications;
#[cfg(target_arch = "x86_64")]
mod functions;
#[cfg(target_arch = "x86_64")]
mod numba;
mod table;
#[cfg(target_arch = "x86_64")]
mod timing;
#[cfg(target_arch = "x86_64")]
mod vector;

use clap::Parser;
use std::error::Error;
use std::path::PathBuf;

/// Times elementary functions beside libm, SLEEF and SVML, and writes a table of ratios.
#[derive(Parser)]
struct Options {
    /// SLEEF's shared library.
    #[arg(long)]
    sleef: Option<PathBuf>,
    /// The shared library of Intel's short vector mathematics, which Numba uses.
    #[arg(long)]
    svml: Option<PathBuf>,
    /// A Python that has Numba, with SVML.
    #[arg(long)]
    python: Option<PathBuf>,
    /// Passes over the array; the best one counts.
    #[arg(long, default_value_t = 400)]
    passes: usize,
    /// Only functions whose name (`f64 exp`) contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Where the table goes, beside standard output.
    #[arg(long)]
    output: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let text = measure(&options)?;
    println!("{text}");
    if let Some(output) = options.output {
        std::fs::write(output, text)?;
    }
    Ok(())
}

#[cfg(target_arch = "x86_64")]
fn measure(options: &Options) -> Result<String, Box<dyn Error>> {
    let worker = options.python.as_deref().map(numba::Worker::start);
    let worker = worker.transpose()?.map(std::cell::RefCell::new);
    let libraries = vector::Libraries::open(options.sleef.as_deref(), options.svml.as_deref())?;
    let functions = functions::measure(&libraries, options.passes, &options.only);
    let kernels = applications::measure(worker.as_ref(), options.passes, &options.only)?;
    Ok(format!(
        "Functions, in loops over arrays:\n\n{}\nKernels on one thread, SVML as Numba uses it:\n\n{}",
        table::text(&functions),
        table::text(&kernels)
    ))
}

#[cfg(not(target_arch = "x86_64"))]
fn measure(_: &Options) -> Result<String, Box<dyn Error>> {
    Err("the levels and libraries that this bench compares are those of x86-64".into())
}
