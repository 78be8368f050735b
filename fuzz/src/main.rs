//! Makes random kernels and compares what their versions do. A kernel whose versions differ, or
//! that is refused, is printed after it was made as small as possible, with the seed that made it.
//! The table at the end says which nodes of the loop IR the kernels had, by type.
//!
//! By default rustc compiles them in batches: serial, on this thread, on three threads, on the
//! software device; numbers and panics; and serial against what the IR means. `--interpreted` does
//! without rustc, so that many thousands can be run: the IR's meaning against the PTX on the software
//! device.

mod arrays;
mod batch;
mod call;
mod canonical;
mod choices;
mod coverage;
mod device;
mod expression;
mod interpreted;
mod kernel;
mod neighbours;
mod rows;
mod scope;
mod shrink;
mod statement;
mod types;

use batch::{Builder, Verdict};
use choices::Choices;
use clap::Parser;
use coverage::Coverage;
use device::Tally;
use interpreted::Judged;
use kernel::{Kernel, kernel};
use kernel_compiler::compile;
use kernel_runtime::cuda::{DeviceChoice, select_device};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::BTreeMap;
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
    /// Interprets the kernels in the place of compiling them.
    #[arg(long)]
    interpreted: bool,
    /// Stops after the first batch with a fault.
    #[arg(long)]
    first: bool,
    /// Prints the kernels and compiles nothing.
    #[arg(long)]
    print: bool,
    /// Where batches are written.
    #[arg(long, default_value = "target/random")]
    folder: PathBuf,
}

/// What became of all kernels so far.
#[derive(Default)]
struct Findings {
    coverage: Coverage,
    tally: Tally,
    /// Kernels that were not compared, by what the interpreter does not know.
    beyond: BTreeMap<&'static str, usize>,
    faults: usize,
    shrunk: usize,
}

fn main() -> io::Result<ExitCode> {
    let args = Args::parse();
    if args.interpreted {
        let chosen = select_device(DeviceChoice::Software);
        assert_eq!(chosen, Ok(()), "the software device is there");
        std::panic::set_hook(Box::new(|_| {}));
    }
    let seeds: Vec<u64> = (args.seed..).take(args.count).collect();
    let mut findings = Findings::default();
    for (number, seeds) in seeds.chunks(args.batch).enumerate() {
        let kernels = made(seeds);
        if !args.interpreted {
            findings.cover(&kernels);
        }
        if args.print {
            kernels
                .iter()
                .for_each(|kernel| println!("{}", kernel.source));
        } else if args.interpreted {
            findings.interpret(&args, seeds, kernels)?;
        } else {
            let builder = Builder::new(&args.folder, number % 2 == 0)?;
            findings.compile(&args, &builder, seeds, kernels)?;
        }
        if args.first && findings.faults > 0 {
            break;
        }
    }
    Ok(findings.conclude(args.count))
}

impl Findings {
    fn cover(&mut self, kernels: &[Kernel]) {
        for compiled in kernels.iter().filter_map(|of| compile(&of.source).ok()) {
            self.coverage.add(&compiled);
        }
    }

    fn interpret(&mut self, args: &Args, seeds: &[u64], kernels: Vec<Kernel>) -> io::Result<()> {
        let (verdicts, seen): (Vec<Verdict>, Vec<Judged>) =
            kernels.par_iter().map(interpreted::judge).unzip();
        for of in seen {
            self.tally.add(of.tally);
            self.coverage.join(of.coverage);
        }
        let again = |kernels: &[Kernel]| -> io::Result<Vec<Verdict>> {
            Ok(kernels.iter().map(|of| interpreted::judge(of).0).collect())
        };
        self.note(args, seeds, kernels.into_iter().zip(verdicts), again)
    }

    fn compile(
        &mut self,
        args: &Args,
        builder: &Builder,
        seeds: &[u64],
        kernels: Vec<Kernel>,
    ) -> io::Result<()> {
        let verdicts = builder.run(&kernels)?;
        let faulty = verdicts.iter().filter(|verdict| verdict.is_fault()).count();
        let (first, last) = (seeds[0], seeds[seeds.len() - 1]);
        let debug = builder.debug;
        println!("seeds {first} to {last}, debug {debug}: {faulty} faults");
        let again = |kernels: &[Kernel]| builder.run(kernels);
        self.note(args, seeds, kernels.into_iter().zip(verdicts), again)
    }

    /// Prints faults, the first few of all made smaller.
    fn note(
        &mut self,
        args: &Args,
        seeds: &[u64],
        judged: impl Iterator<Item = (Kernel, Verdict)>,
        again: impl Fn(&[Kernel]) -> io::Result<Vec<Verdict>>,
    ) -> io::Result<()> {
        for ((kernel, verdict), seed) in judged.zip(seeds) {
            if let Verdict::Beyond(what) = verdict {
                *self.beyond.entry(what).or_default() += 1;
            }
            if !verdict.is_fault() {
                continue;
            }
            self.faults += 1;
            println!("seed {seed}: {verdict}");
            if self.shrunk < args.shrink {
                self.shrunk += 1;
                let (kernel, verdict) = shrink::shrink(&again, kernel, verdict)?;
                println!("made smaller: {verdict}\n{}", kernel.source);
            }
        }
        Ok(())
    }

    fn conclude(&self, count: usize) -> ExitCode {
        let empty = self.coverage.print();
        for (what, count) in &self.beyond {
            println!("{count} kernels have {what}, which the interpreter does not know");
        }
        let Tally {
            ran,
            declined,
            failed,
        } = self.tally;
        if ran > 0 {
            println!("regions: {ran} ran, {failed} failed, {declined} guards did not hold");
        }
        let faults = self.faults;
        println!("{count} kernels, {faults} faults, {empty} empty cells");
        if faults == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn made(seeds: &[u64]) -> Vec<Kernel> {
    let numbered = seeds.iter().enumerate();
    numbered
        .map(|(number, seed)| kernel(&format!("k{number}"), Choices::random(*seed)))
        .collect()
}
