//! What innermost loops cost on the machine, whose integers have 32 bits.

use super::{Arg, Code, Instr, Label, Line};
use std::collections::BTreeMap;

/// A loop that holds no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InnerLoop {
    /// Machine instructions, about: how much more one form does than another, not how long it takes.
    pub cost: u32,
    /// Products of 64 bits.
    pub wide_products: u32,
}

impl Code {
    /// The innermost loops in the order of the text.
    pub fn inner_loops(&mut self) -> Vec<InnerLoop> {
        self.prune();
        let lines: Vec<&Line> = self.sections.iter().flatten().collect();
        let spans = spans(&lines);
        let is_innermost = |(start, end): &&(usize, usize)| {
            let mut inside = spans
                .iter()
                .filter(|(first, _)| start < first && first < end);
            inside.next().is_none()
        };
        let innermost = spans.iter().filter(is_innermost);
        innermost
            .map(|(start, end)| about(&lines[*start..=*end]))
            .collect()
    }
}

/// Lines from a label to the last jump back to it.
fn spans(lines: &[&Line]) -> Vec<(usize, usize)> {
    let mut places = BTreeMap::new();
    let mut ends = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        match line {
            Line::Label(Label(label)) => _ = places.insert(*label, at),
            Line::Instr(instr) => {
                let back = target(instr).and_then(|label| places.get(&label));
                ends.extend(back.map(|start| (*start, at)));
            }
            Line::Comment(_) | Line::Raw(_) | Line::Dropped => {}
        }
    }
    ends.into_iter().collect()
}

fn target(instr: &Instr) -> Option<u32> {
    instr.args.iter().find_map(|arg| match arg {
        Arg::Label(Label(label)) => Some(*label),
        _ => None,
    })
}

fn about(lines: &[&Line]) -> InnerLoop {
    let mut sum = InnerLoop::default();
    for line in lines {
        let Line::Instr(Instr { op, .. }) = line else {
            continue;
        };
        sum.cost += cost(op);
        sum.wide_products += u32::from(is_wide_product(op));
    }
    sum
}

fn is_wide_product(op: &str) -> bool {
    op.starts_with("mul.lo") && is_wide(op)
}

fn is_wide(op: &str) -> bool {
    ["s64", "u64", "b64"].iter().any(|of| op.ends_with(of))
}

fn cost(op: &str) -> u32 {
    let (stem, _) = op.split_once('.').unwrap_or((op, ""));
    match stem {
        // A matter of which registers are meant, mostly.
        "mov" | "cvt" => 0,
        "mul" if is_wide(op) => 4,
        // Written out by the assembler.
        "div" | "rem" | "sqrt" => 8,
        "call" => 16,
        "add" | "sub" | "neg" | "shl" | "shr" | "and" | "or" | "xor" | "min" | "max" | "setp"
        | "selp"
            if is_wide(op) =>
        {
            2
        }
        _ => 1,
    }
}
