//! Makes random kernels, compiles them in batches, and compares what their versions do: serial,
//! on this thread, on three threads, on the software device; numbers and panics.
//!
//! A kernel whose versions differ, or that is refused, is printed after it was made as small as
//! possible, with the seed that made it. The table at the end says which nodes of the loop IR the
//! kernels had, by type.

mod batch;
mod choices;
mod coverage;
mod expression;
mod kernel;
mod scope;
mod shrink;
mod statement;
mod types;

use batch::Builder;
use choices::Choices;
use clap::Parser;
use coverage::Coverage;
use kernel::{Kernel, kernel};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(about = "Compares the versions of random kernels")]
struct Args {
    /// How many kernels.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// How many in one program.
    #[arg(long, default_value_t = 50)]
    batch: usize,
    /// The first kernel's seed; the others follow.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many of the faults are made smaller.
    #[arg(long, default_value_t = 5)]
    shrink: usize,
    /// Prints the kernels and compiles nothing.
    #[arg(long)]
    print: bool,
    /// Where batches are written.
    #[arg(long, default_value = "target/random")]
    folder: PathBuf,
}

fn main() -> io::Result<ExitCode> {
    let args = Args::parse();
    let seeds: Vec<u64> = (args.seed..).take(args.count).collect();
    let (mut coverage, mut faults, mut shrunk) = (Coverage::default(), 0, 0);
    for (number, seeds) in seeds.chunks(args.batch).enumerate() {
        let builder = Builder::new(&args.folder, number % 2 == 0)?;
        let mut kernels = made(seeds);
        for kernel in &mut kernels {
            coverage.add(std::mem::take(&mut kernel.coverage));
        }
        if args.print {
            kernels
                .iter()
                .for_each(|kernel| println!("{}", kernel.source));
            continue;
        }
        let verdicts = builder.run(&kernels)?;
        let faulty = verdicts.iter().filter(|verdict| verdict.is_fault()).count();
        let (first, last) = (seeds[0], seeds[seeds.len() - 1]);
        println!(
            "seeds {first} to {last}, debug {}: {faulty} faults",
            builder.debug
        );
        for ((kernel, verdict), seed) in kernels.into_iter().zip(verdicts).zip(seeds) {
            if !verdict.is_fault() {
                continue;
            }
            faults += 1;
            println!("seed {seed}: {verdict}");
            if shrunk < args.shrink {
                shrunk += 1;
                let (kernel, verdict) = shrink::shrink(&builder, kernel, verdict)?;
                println!("made smaller: {verdict}\n{}", kernel.source);
            }
        }
    }
    let empty = coverage.print();
    println!(
        "{} kernels, {faults} faults, {empty} empty cells",
        args.count
    );
    Ok(if faults == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn made(seeds: &[u64]) -> Vec<Kernel> {
    let numbered = seeds.iter().enumerate();
    numbered
        .map(|(number, seed)| kernel(&format!("k{number}"), Choices::random(*seed)))
        .collect()
}
