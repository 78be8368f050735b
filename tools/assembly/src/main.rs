//! Looks at what LLVM makes of regions, in the machine code of this very program: that those of
//! every kind are vectorised, and that no bounds check is left where the guard settles an access.
//! Of programs that are named as arguments, it looks for rustc's own bounds checks in the fast forms
//! of all regions, of which there must be none.
//!
//! ```text
//! cargo run --release -p kernel-assembly -- target/debug/deps/corpus-0123
//! ```

mod kernels;
mod listing;

use listing::Program;
use std::path::Path;

/// A kernel, and what a loop of its region has to hold: one of these instructions on whole vectors.
const VECTORISED: [(&str, &[&str]); 10] = [
    ("extremes", &["vminpd", "vmaxpd"]),
    ("first_least", &["vblendvpd", "vpblendvb"]),
    ("count", &["vpsubd", "vpaddd"]),
    ("any_below", &["vpcmpgtd"]),
    ("sum_where", &["vaddpd"]),
    ("whole", &["vcvttps2dq"]),
    ("whole_doubles", &["vcvttpd2dq"]),
    ("whole_sum", &["vpaddq"]),
    ("fractions", &["vsubpd", "vaddpd"]),
    ("widen", &["vmulps"]),
];

/// Kernels whose accesses the guard settles.
const SETTLED: [&str; 13] = [
    "extremes",
    "first_least",
    "count",
    "any_below",
    "sum_where",
    "whole",
    "whole_doubles",
    "whole_sum",
    "fractions",
    "widen",
    "with_borders",
    "flat",
    "triangular",
];

/// What rustc's own bounds checks call.
const CHECKS: [&str; 2] = ["panic_bounds_check", "slice_"];

/// What a form may call: whole rows are filled and copied by functions of C.
const MEMORY: [&str; 3] = ["memset", "memcpy", "memmove"];

fn main() {
    kernels::run();
    let program = std::env::current_exe().expect("a program knows its file");
    let program = Program::read(&program);
    for (kernel, names) in VECTORISED {
        let vectorised = program.form(kernel).loops_over(names);
        assert!(vectorised, "`{kernel}` has no loop of {names:?}");
    }
    let total = program.form("total");
    let registers = total.loops_in_registers("vaddpd", 16);
    assert!(registers, "`total` has no loop with all lanes in registers");
    for kernel in SETTLED {
        let calls = program.calls(program.form(kernel));
        // What the lanes of a chunk come to is a call of the runtime.
        let known = |call: &&str| is_one_of(call, &MEMORY) || call.contains("::block::folded");
        let settled = calls.iter().all(known);
        assert!(settled, "`{kernel}` calls {calls:?}");
    }
    // An index that is data is checked, and this is how a check looks.
    let checked = program.calls(program.form("look_up"));
    let failure = |call: &&str| call.contains("::failed");
    assert!(checked.iter().any(failure), "`look_up` calls {checked:?}");
    println!("{} kernels are vectorised", VECTORISED.len());
    println!("the lanes of a sum stay in registers");
    println!("{} kernels check no bounds", SETTLED.len());
    for program in std::env::args().skip(1) {
        assert_unchecked(Path::new(&program));
    }
}

/// Fails if a region's fast form in this program has a bounds check of rustc's.
fn assert_unchecked(path: &Path) {
    let program = Program::read(path);
    for form in program.forms() {
        let calls = program.calls(form);
        let checked = calls.iter().any(|call| is_one_of(call, &CHECKS));
        assert!(!checked, "{} calls {calls:?}", form.name);
    }
    let count = program.forms().len();
    assert_ne!(count, 0, "{} has no regions", path.display());
    println!("{}: no bounds checks in {count} regions", path.display());
}

/// Whether a name begins with one of these, apart from the modules that lead to it.
fn is_one_of(name: &str, of: &[&str]) -> bool {
    let last = name.rsplit("::").next().unwrap_or(name);
    of.iter().any(|of| last.starts_with(of))
}
