//! Seeds faults into the compiler and the software device, one at a time, and runs the tests that
//! are to notice. A fault that they miss is printed, and at the end how many they caught.
//!
//! Works on a copy of the committed tree, in `target/mutations`. Arguments choose faults by
//! parts of their names, or by their tests.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs, io};

/// The list.
const FAULTS: &str = include_str!("../../mutations.txt");

struct Fault {
    name: String,
    file: String,
    tests: Vec<String>,
    old: String,
    new: String,
}

#[derive(Debug, PartialEq)]
enum Verdict {
    /// By these tests.
    Caught(String),
    Missed,
    /// It does not compile, and so proves nothing.
    Broken,
}

fn main() -> io::Result<ExitCode> {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let fits = |fault: &Fault, w: &String| fault.name.contains(w) || fault.tests.join(" ") == *w;
    let chosen = |fault: &Fault| wanted.is_empty() || wanted.iter().any(|w| fits(fault, w));
    let faults: Vec<Fault> = faults().into_iter().filter(chosen).collect();
    let tree = copy()?;
    let mut caught = 0;
    for fault in &faults {
        let verdict = seeded(&tree, fault)?;
        println!("{:<50} {verdict:?}", fault.name);
        caught += usize::from(matches!(verdict, Verdict::Caught(_)));
    }
    println!("{caught} of {} faults caught", faults.len());
    let all = caught == faults.len();
    Ok(if all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn faults() -> Vec<Fault> {
    FAULTS.split("\n@ ").skip(1).map(fault).collect()
}

/// `name | file | tests`, and the lines `- old` and `+ new`.
fn fault(text: &str) -> Fault {
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(" | ").collect();
    let [name, file, tests] = head[..] else {
        panic!("a fault is `name | file | tests`, not {head:?}");
    };
    let with = |mark: &str| {
        let found = text.lines().find_map(|line| line.strip_prefix(mark));
        found
            .unwrap_or_else(|| panic!("{name} has no line `{mark}`"))
            .to_owned()
    };
    Fault {
        name: name.to_owned(),
        file: file.to_owned(),
        tests: tests.split(' ').map(str::to_owned).collect(),
        old: with("- "),
        new: with("+ "),
    }
}

/// A tree of its own with what is committed.
fn copy() -> io::Result<PathBuf> {
    let tree = env::current_dir()?.join("target/mutations/tree");
    if tree.exists() {
        run(
            "git",
            &["worktree", "remove", "--force"],
            Some(&tree),
            Path::new("."),
        )?;
    }
    run(
        "git",
        &["worktree", "add", "--detach"],
        Some(&tree),
        Path::new("."),
    )?;
    Ok(tree)
}

fn seeded(tree: &Path, fault: &Fault) -> io::Result<Verdict> {
    let path = tree.join(&fault.file);
    let source = fs::read_to_string(&path)?;
    let times = source.matches(&fault.old).count();
    assert_eq!(times, 1, "{}: the text is there {times} times", fault.name);
    fs::write(&path, source.replace(&fault.old, &fault.new))?;
    let verdict = judged(tree, fault);
    fs::write(&path, source)?;
    verdict
}

fn judged(tree: &Path, fault: &Fault) -> io::Result<Verdict> {
    for tests in &fault.tests {
        let (builds, runs) = commands(tests);
        if !run("cargo", &builds, None, tree)? {
            return Ok(Verdict::Broken);
        }
        if !run("cargo", &runs, None, tree)? {
            return Ok(Verdict::Caught(tests.clone()));
        }
    }
    Ok(Verdict::Missed)
}

/// What builds a set of tests, and what runs them.
fn commands(tests: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let runs: &[&str] = match tests {
        "macros" => &["test", "-p", "kernel-macros", "--lib"],
        "device" => &[
            "test",
            "-p",
            "kernel-runtime",
            "--test",
            "software_instructions",
            "--test",
            "software_warps",
            "--test",
            "software_kernels",
        ],
        "residency" => &["test", "-p", "kernel-runtime", "--test", "residency"],
        "interpreted" => {
            let build: &[&str] = &["build", "-p", "random-kernels"];
            let run: &[&str] = &["run", "-p", "random-kernels", "--", "--interpreted"];
            let few: &[&str] = &["--count", "150", "--shrink", "0", "--seed", "7000"];
            return (build.to_vec(), [run, few].concat());
        }
        other => panic!("no tests are called {other}"),
    };
    let mut builds = runs.to_vec();
    builds.push("--no-run");
    (builds, runs.to_vec())
}

/// Whether a command succeeds.
fn run(program: &str, args: &[&str], path: Option<&Path>, folder: &Path) -> io::Result<bool> {
    let mut command = Command::new(program);
    command.args(args).args(path).current_dir(folder);
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok(quiet.status()?.success())
}
