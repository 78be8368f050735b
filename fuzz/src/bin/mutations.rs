//! Seeds faults into the compiler and the software device, one at a time, and runs the tests that
//! are to notice. A fault that they miss is printed, and at the end how many they caught.
//!
//! Works on a copy of the committed tree, in `target/mutations`. All faults are written into it
//! behind a switch, the environment variable `FAULT`, so that the tests are built once. Arguments
//! choose faults by parts of their names, or by their tests.

use std::collections::BTreeSet;
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

fn main() -> io::Result<ExitCode> {
    let wanted: Vec<String> = env::args().skip(1).collect();
    let fits = |fault: &Fault, w: &String| fault.name.contains(w) || fault.tests.join(" ") == *w;
    let chosen = |fault: &Fault| wanted.is_empty() || wanted.iter().any(|w| fits(fault, w));
    let faults: Vec<Fault> = faults().into_iter().filter(chosen).collect();
    let tree = copy()?;
    for fault in &faults {
        seed(&tree, fault)?;
    }
    let sets: BTreeSet<&str> = faults
        .iter()
        .flat_map(|fault| &fault.tests)
        .map(String::as_str)
        .collect();
    for tests in sets {
        build(tests, &tree)?;
    }
    let mut caught = 0;
    for fault in &faults {
        let by = noticed(&tree, fault)?;
        println!("{:<50} {}", fault.name, by.unwrap_or("MISSED"));
        caught += usize::from(by.is_some());
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
    let mut git = Command::new("git");
    if tree.exists() {
        git.args(["checkout", "--quiet", "--detach", "--force"]);
        git.arg(committed()?).current_dir(&tree);
    } else {
        git.args(["worktree", "add", "--quiet", "--detach"])
            .arg(&tree);
    }
    let done = git.status()?;
    assert!(done.success(), "git makes a copy of the tree");
    Ok(tree)
}

/// The name of what is committed.
fn committed() -> io::Result<String> {
    let head = Command::new("git").args(["rev-parse", "HEAD"]).output()?;
    Ok(String::from_utf8_lossy(&head.stdout).trim().to_owned())
}

/// Writes a fault into the tree, behind its switch.
fn seed(tree: &Path, fault: &Fault) -> io::Result<()> {
    let path = tree.join(&fault.file);
    let source = fs::read_to_string(&path)?;
    let times = source.matches(&fault.old).count();
    assert_eq!(times, 1, "{}: the text is there {times} times", fault.name);
    fs::write(&path, source.replace(&fault.old, &switched(fault)))
}

/// The text with both: an expression where what surrounds it is the same, else a statement.
fn switched(fault: &Fault) -> String {
    let on = format!(
        "std::env::var_os(\"FAULT\").is_some_and(|fault| fault == {:?})",
        fault.name
    );
    let (old, new) = (parts(&fault.old), parts(&fault.new));
    if (old[0], old[2]) == (new[0], new[2]) {
        let [head, old, tail] = old;
        let choice = format!("if {on} {{ {} }} else {{ {old} }}", new[1]);
        return match tail {
            " else {" => format!("{head}({choice}){tail}"),
            _ => format!("{head}{choice}{tail}"),
        };
    }
    format!("if {on} {{ {} }} else {{ {} }}", fault.new, fault.old)
}

/// An expression, with what is before and behind it in its line.
fn parts(line: &str) -> [&str; 3] {
    const AROUND: &[(&str, &str)] = &[
        (" = ", " else {"),
        (" if ", " => {"),
        (" = ", " {"),
        (" in ", " {"),
        ("if ", " {"),
        (" => ", ","),
        (" = ", ";"),
        ("", ";"),
    ];
    let split = |(head, tail): &(&str, &'static str)| {
        let inner = line.strip_suffix(tail)?;
        let at = inner.find(head)? + head.len();
        Some([&inner[..at], &inner[at..], tail])
    };
    AROUND.iter().find_map(split).unwrap_or(["", line, ""])
}

/// Builds a set of tests, which must pass without a fault.
fn build(tests: &str, tree: &Path) -> io::Result<()> {
    let done = command(tests, tree).stdout(Stdio::null()).status()?;
    assert!(done.success(), "`{tests}` fails without any fault");
    Ok(())
}

/// The tests that notice a fault.
fn noticed<'f>(tree: &Path, fault: &'f Fault) -> io::Result<Option<&'f str>> {
    for tests in &fault.tests {
        let mut run = command(tests, tree);
        let quiet = run.stdout(Stdio::null()).stderr(Stdio::null());
        if !quiet.env("FAULT", &fault.name).status()?.success() {
            return Ok(Some(tests));
        }
    }
    Ok(None)
}

/// What builds and runs a set of tests.
fn command(tests: &str, tree: &Path) -> Command {
    let args: &[&str] = match tests {
        "macros" => &["test", "-p", "kernel-macros", "--lib"],
        "runtime" => &["test", "-p", "kernel-runtime", "--lib"],
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
        "interpreted" => &[
            "run",
            "-p",
            "random-kernels",
            "--",
            "--interpreted",
            "--count=400",
            "--batch=10",
            "--shrink=0",
            "--seed=7000",
            "--first",
        ],
        other => panic!("no tests are called {other}"),
    };
    let mut command = Command::new("cargo");
    command.args(args).current_dir(tree);
    // Builds of this tree and of that one must not take each other's place.
    command.env("CARGO_TARGET_DIR", tree.join("target"));
    command
}
