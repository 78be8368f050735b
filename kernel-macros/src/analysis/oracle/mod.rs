//! An independent judge of the proof: random kernels, read and judged by the macro itself, then run
//! by hand, iteration by iteration, with values small and huge.
//!
//! What the plan promises is held against what happens: where the guard holds, no element is
//! touched by two iterations with a write among them (rules R1 to R4), no access that the plan
//! calls proved leaves its array, nothing fails that has no site, and memory and accumulators end
//! up as in serial order; where the guard's part about bounds fails, serial fails too, or its
//! arithmetic wrapped.
//!
//! A few hundred programs run by default; `KERNEL_ORACLE=2000000` runs so many, and
//! `KERNEL_ORACLE=2000000..3000000` those with these numbers.

mod guard;
mod judge;
mod machine;
mod program;
mod random;
mod rows;
mod value;

use judge::Tally;
use random::Random;
use std::ops::Range;

/// Judges the programs with these numbers.
fn run(numbers: Range<u64>) -> Tally {
    let mut tally = Tally::default();
    for number in numbers {
        let mut random = Random::new(random::mixed(number));
        let source = match random.below(4) {
            0 => rows::program(&mut random),
            _ => program::program(&mut random),
        };
        if let Err(fault) = judge::judge(&source, &mut random, &mut tally) {
            panic!("program {number}: {fault}\n{source}");
        }
    }
    tally
}

/// `count` or `from..to`.
fn numbers(text: &str) -> Range<u64> {
    let number = |text: &str| text.parse().expect("a number of programs");
    match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(text),
    }
}

#[test]
fn what_is_accepted_is_right() {
    let asked = std::env::var("KERNEL_ORACLE").ok();
    let numbers = asked.map_or(0..400, |text| numbers(&text));
    let count = numbers.end - numbers.start;
    let tally = run(numbers);
    eprintln!("{tally:?}");
    // The judge is of use only where programs are accepted, guards hold, and guards fail.
    let enough = |part: u64| part * 40 > count;
    assert!(enough(tally.accepted) && enough(tally.refused), "{tally:?}");
    assert!(enough(tally.ran) && enough(tally.declined), "{tally:?}");
}

/// A program under several choices of values.
fn judged(source: &str) -> Tally {
    let mut tally = Tally::default();
    for number in 0..20 {
        let judged = judge::judge(source, &mut Random::new(number), &mut tally);
        assert_eq!(judged, Ok(()));
    }
    tally
}

/// What iterations assign first is no accumulator, so that its overflow fails, in the source's order too.
#[test]
fn what_is_an_iterations_own_may_overflow() {
    let tally = judged(
        "fn f(a: &mut [u8], n: usize, s: u8) {
            let mut acc: u8 = 3;
            for i in 0..n { acc = i as u8; acc = acc - s; a[i] = acc; }
        }",
    );
    assert!(tally.failed > 0, "{tally:?}");
}

/// Serial does not read on once it has found something, as a lane does that has not.
#[test]
fn a_lane_may_fail_where_serial_does_not_look() {
    let tally = judged(
        "fn f(x: &[f64], p: &[usize], n: usize) {
            let mut found = false;
            for i in 0..n.min(p.len()) { found = found || x[p[i]] > 0.5; }
        }",
    );
    assert!(tally.declined > 0, "{tally:?}");
}
