//! Makes a kernel that shows a fault smaller.

use crate::batch::Verdict;
use crate::choices::Choices;
use crate::kernel::{Kernel, kernel};
use std::io;

/// Kernels tried at once, and how often.
const AT_ONCE: usize = 24;
const ROUNDS: usize = 10;

/// The smallest kernel found of which `judge` says something like `verdict`, and what it says.
pub fn shrink(
    mut judge: impl FnMut(&[Kernel]) -> io::Result<Vec<Verdict>>,
    mut best: Kernel,
    mut verdict: Verdict,
) -> io::Result<(Kernel, Verdict)> {
    for _round in 0..ROUNDS {
        let smaller = candidates(&best);
        if smaller.is_empty() {
            break;
        }
        let verdicts = judge(&smaller)?;
        let faulty = smaller.into_iter().zip(verdicts);
        let faulty = faulty.filter(|(_, found)| found.is_like(&verdict));
        let Some((kernel, found)) = faulty.min_by_key(|(kernel, _)| kernel.source.len()) else {
            break;
        };
        (best, verdict) = (kernel, found);
    }
    Ok((best, verdict))
}

/// Smaller kernels: runs of decisions left out, or made the simplest way, long runs first.
fn candidates(of: &Kernel) -> Vec<Kernel> {
    let mut found: Vec<Kernel> = Vec::new();
    let count = of.choices.len();
    let mut length = count.next_power_of_two() / 2;
    while length > 0 && found.len() < AT_ONCE {
        for start in (0..count).step_by(length) {
            let end = (start + length).min(count);
            for leave_out in [true, false] {
                let mut choices = of.choices.clone();
                if leave_out {
                    choices.drain(start..end);
                } else {
                    choices[start..end].fill(0);
                }
                let made = kernel(&format!("k{}", found.len()), Choices::again(choices));
                let size = |kernel: &Kernel| kernel.source.len();
                let new = found.iter().all(|other| size(other) != size(&made));
                if new && size(&made) < size(of) && found.len() < AT_ONCE {
                    found.push(made);
                }
            }
        }
        length /= 2;
    }
    found
}
