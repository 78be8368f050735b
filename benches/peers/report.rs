//! The figures of a run: ratios of each peer's time to ours, round by round, and what they say.

use crate::Run;
use crate::cases::{Kind, Reading};
use crate::small::Small;
use comfy_table::{Table, presets};
use std::error::Error;
use std::fmt::Write;

/// The versions in the order in which a round runs them; ours first.
pub const VERSIONS: [&str; 6] = [
    "ours",
    "rayon",
    "OpenMP strict",
    "OpenMP fast",
    "Numba strict",
    "Numba fast",
];

/// Runs of one kernel.
pub struct Line {
    pub name: &'static str,
    number: &'static str,
    tolerance: f64,
    size: Vec<usize>,
    rounds: Vec<[Run; VERSIONS.len()]>,
}

/// Everything that was measured.
pub struct Report {
    threads: usize,
    rounds: usize,
    pub lines: Vec<Line>,
    /// `sum2d` and a bare loop.
    pub reading: Option<Reading>,
    pub small: Vec<Small>,
}

impl Line {
    pub fn new(kind: &Kind, size: &[usize]) -> Line {
        Line {
            name: kind.name,
            number: kind.number,
            tolerance: kind.tolerance,
            size: size.to_vec(),
            rounds: Vec::new(),
        }
    }

    /// One round's runs.
    pub fn add(&mut self, runs: [Run; VERSIONS.len()]) {
        self.rounds.push(runs);
    }

    /// Median of the ratios of a version's time to ours, each from one round.
    pub fn ratio(&self, version: usize) -> f64 {
        median(self.rounds.iter().map(|runs| runs[version].0 / runs[0].0))
    }

    /// Median of our times.
    pub fn seconds(&self) -> f64 {
        median(self.rounds.iter().map(|runs| runs[0].0))
    }

    /// The version whose result differs from ours by more than rounding, if any.
    fn disagrees(&self) -> Option<&'static str> {
        let last = self.rounds.last()?;
        let ours = last[0].1;
        let differs = |(name, run): (&&str, &Run)| {
            // Fast mathematics may take another branch: near the edge of a set, say.
            let fast = cfg!(feature = "fastmath") || name.ends_with("fast");
            let least = if fast { 1e-3 } else { 0.0 };
            (run.1 - ours).abs() > self.tolerance.max(least) * ours.abs()
        };
        let at = VERSIONS.iter().zip(last).position(differs)?;
        Some(VERSIONS[at])
    }

    /// One line for whoever waits.
    pub fn summary(&self) -> String {
        let ratios =
            (1..VERSIONS.len()).map(|at| format!("{} {:.2}", VERSIONS[at], self.ratio(at)));
        let ratios: Vec<String> = ratios.collect();
        format!(
            "{:14} {:8.2} ms; {}",
            self.name,
            self.seconds() * 1e3,
            ratios.join(", ")
        )
    }
}

impl Report {
    pub fn new(threads: usize, rounds: usize) -> Report {
        Report {
            threads,
            rounds,
            lines: Vec::new(),
            reading: None,
            small: Vec::new(),
        }
    }

    /// Markdown.
    pub fn text(&self) -> String {
        let form = if cfg!(feature = "fastmath") {
            ", with `fastmath`,"
        } else {
            ","
        };
        let mut text = format!(
            "Time of each peer divided by ours{form} medians of {} rounds on {} threads: above 1, \
             ours is faster.\n\n",
            self.rounds, self.threads
        );
        let _ = writeln!(text, "{}\n", self.table());
        if let Some(reading) = &self.reading {
            let _ = writeln!(text, "{}\n", read(reading));
        }
        for small in &self.small {
            let _ = writeln!(text, "{small}");
        }
        text
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        let head = ["kernel", "size", "ours, ms"].into_iter();
        table.set_header(head.chain(VERSIONS[1..].iter().copied()));
        for line in &self.lines {
            let size: Vec<String> = line.size.iter().map(usize::to_string).collect();
            let mut row = vec![
                format!("{} {}", line.number, line.name),
                size.join(" x "),
                format!("{:.2}", line.seconds() * 1e3),
            ];
            row.extend((1..VERSIONS.len()).map(|at| format!("{:.2}", line.ratio(at))));
            table.add_row(row);
        }
        let mut row = vec!["geometric mean".to_owned(), String::new(), String::new()];
        row.extend((1..VERSIONS.len()).map(|at| format!("{:.2}", self.mean(at))));
        table.add_row(row);
        table
    }

    /// Geometric mean of a version's ratios.
    fn mean(&self, version: usize) -> f64 {
        let logs = self.lines.iter().map(|line| line.ratio(version).ln());
        (logs.sum::<f64>() / self.lines.len().max(1) as f64).exp()
    }

    /// All versions of a kernel compute the same.
    ///
    /// # Errors
    /// Names the first that does not.
    pub fn check(&self) -> Result<(), Box<dyn Error>> {
        for line in &self.lines {
            if let Some(version) = line.disagrees() {
                return Err(format!("{}: {version} and ours differ", line.name).into());
            }
        }
        Ok(())
    }
}

/// How much of a bare loop's bandwidth `sum2d` has.
fn read(Reading { bytes, bare, ours }: &Reading) -> String {
    let best = |of: &[f64]| of.iter().copied().fold(f64::INFINITY, f64::min);
    let bests = best(bare) / best(ours);
    let medians = median(bare.iter().copied()) / median(ours.iter().copied());
    format!(
        "`sum2d` reads at {bests:.2} of what a bare loop reaches at its best ({:.1} GB/s), and at \
         {medians:.2} by medians, both in turn over the same matrix.",
        bytes / best(bare) / 1e9
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
