//! An independent judge of the proof: random kernels, read and judged by the macro itself, then run
//! by hand, iteration by iteration, with values small and huge.
//!
//! What the plan promises is held against what happens: where the guard holds, no element is
//! touched by two iterations with a write among them (rules R1 to R4), no access that the plan
//! calls proved leaves its array, nothing fails that has no site, and memory and accumulators end
//! up as in serial order; where the guard's part about bounds fails, serial fails too, or its
//! arithmetic wrapped.
//!
//! A few hundred programs run by default; `KERNEL_ORACLE=2000000` runs so many.

mod guard;
mod judge;
mod machine;
mod program;
mod random;
mod value;

use judge::Tally;
use random::Random;

/// Judges programs `from..from + count`.
fn run(from: u64, count: u64) -> Tally {
    let mut tally = Tally::default();
    for number in from..from + count {
        let mut random = Random::new(random::mixed(number));
        let source = program::program(&mut random);
        if let Err(fault) = judge::judge(&source, &mut random, &mut tally) {
            panic!("program {number}: {fault}\n{source}");
        }
    }
    tally
}

#[test]
fn what_is_accepted_is_right() {
    let count = std::env::var("KERNEL_ORACLE").ok();
    let count = count.map_or(400, |count| count.parse().expect("a number of programs"));
    let tally = run(0, count);
    eprintln!("{tally:?}");
    // The judge is of use only where programs are accepted, guards hold, and guards fail.
    let enough = |part: u64| part * 40 > count;
    assert!(enough(tally.accepted) && enough(tally.refused), "{tally:?}");
    assert!(enough(tally.ran) && enough(tally.declined), "{tally:?}");
}
