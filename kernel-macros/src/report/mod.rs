//! Plan → the report: the function's source, and after each loop's line what became of the loop,
//! and why.
//!
//! ```text
//! kernel `sum`, line 4
//!    4 | pub fn sum(x: &[f64]) -> f64 {
//!    5 |     let mut s = 0.0;
//!    6 |     for i in 0..x.len() {
//!      |     ^ `i`: parallel
//!      |       reduction: `s`: f64 with `+`, 64 lanes
//! ```

mod notes;
mod order;
mod source;
#[cfg(test)]
mod tests;

use crate::analysis::plan::Plan;
use crate::ir::{Function, LoopId, names};
use notes::Notes;
use proc_macro2::TokenStream;
use source::{Line, Source};

/// The report as text, ending in a newline. `item` is the function as written.
pub fn report(function: &Function, plan: &Plan, item: TokenStream) -> String {
    let notes = Notes { function, plan };
    let heads = function.loops.iter().filter(|(_, node)| !node.inlined);
    let heads: Vec<(LoopId, usize)> = heads
        .map(|(id, node)| (id, node.head.start.start().line))
        .collect();
    let source = Source::of(item).filter(|source| heads.iter().all(|(_, line)| source.has(*line)));
    let source = source.unwrap_or_else(|| heads_only(&notes, &heads));
    let first = source.lines.first().map_or(0, |line| line.number);
    let mut out = format!("kernel `{}`, line {first}\n", function.name);
    let mut told = vec![false; heads.len()];
    for line in &source.lines {
        out.push_str(&format!("{:>5} | {}\n", line.number, line.text));
        for (at, (id, number)) in heads.iter().enumerate() {
            if *number == line.number && !std::mem::replace(&mut told[at], true) {
                annotate(&mut out, line, notes.of(*id));
            }
        }
    }
    names::shown(&out)
}

/// A loop's notes, below its line.
fn annotate(out: &mut String, line: &Line, notes: Vec<String>) {
    let indent = " ".repeat(line.indent());
    for (position, note) in notes.iter().enumerate() {
        let mark = if position == 0 { "^ " } else { "  " };
        out.push_str(&format!("      | {indent}{mark}{note}\n"));
    }
}

/// What stands for the source where its places are not to be had: the loops' heads.
fn heads_only(notes: &Notes, heads: &[(LoopId, usize)]) -> Source {
    let lines = heads.iter().map(|(id, number)| Line {
        number: *number,
        text: format!("{}{}", "    ".repeat(notes.depth(*id)), notes.head(*id)),
    });
    Source {
        lines: lines.collect(),
    }
}
