//! Compiles kernels, many in one program, and runs it.

use crate::interpreted;
use crate::kernel::Kernel;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt, fs, io};

/// What became of a kernel.
#[derive(Clone)]
pub enum Verdict {
    /// All versions agree.
    Agreed,
    /// It does not compile: the first error.
    Refused(String),
    /// Versions differ: at which size, which, and how.
    Differed(String),
    /// Nothing was compared: what the interpreter does not know.
    Beyond(&'static str),
    /// The program ended in it.
    Died,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Agreed => write!(f, "all versions agree"),
            Verdict::Refused(error) => write!(f, "refused: {error}"),
            Verdict::Differed(what) => write!(f, "versions differ at size {what}"),
            Verdict::Beyond(what) => write!(f, "the interpreter does not know {what}"),
            Verdict::Died => write!(f, "the program ended in it"),
        }
    }
}

impl Verdict {
    pub fn is_fault(&self) -> bool {
        !matches!(self, Verdict::Agreed | Verdict::Beyond(_))
    }

    /// Whether two verdicts are about one kind of fault.
    pub fn is_like(&self, other: &Verdict) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

/// Where and how batches are built.
pub struct Builder {
    folder: PathBuf,
    /// Whether integer overflow panics, and `debug_assert!` is there.
    pub debug: bool,
}

impl Builder {
    /// `folder` is made if it is not there.
    pub fn new(folder: &Path, debug: bool) -> io::Result<Builder> {
        fs::create_dir_all(folder)?;
        Ok(Builder {
            folder: folder.canonicalize()?,
            debug,
        })
    }

    /// The verdicts, in the kernels' order. Those that do not compile are left out and the rest
    /// tried again.
    pub fn run(&self, kernels: &[Kernel]) -> io::Result<Vec<Verdict>> {
        let mut refused: BTreeMap<usize, String> = BTreeMap::new();
        for _attempt in 0..4 {
            let errors = self.compile(kernels, &refused)?;
            match errors {
                None => return self.execute(kernels, &refused),
                Some(errors) => refused.extend(errors),
            }
        }
        Err(io::Error::other(
            "kernels that do not compile keep turning up",
        ))
    }

    fn source(&self) -> PathBuf {
        self.folder.join("kernels.rs")
    }

    /// The errors by kernel, or `None`.
    fn compile(
        &self,
        kernels: &[Kernel],
        refused: &BTreeMap<usize, String>,
    ) -> io::Result<Option<BTreeMap<usize, String>>> {
        let (source, starts) = joined(kernels, refused);
        fs::write(self.source(), source)?;
        let output = self.cargo("build").arg("--message-format=json").output()?;
        if output.status.success() {
            return Ok(None);
        }
        let mut errors = BTreeMap::new();
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some((line, text)) = error_of(line) else {
                continue;
            };
            let at = starts.partition_point(|(start, _)| *start <= line);
            let kernel = starts[at.saturating_sub(1)].1;
            errors.entry(kernel).or_insert(text);
        }
        if errors.is_empty() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(io::Error::other(text));
        }
        Ok(Some(errors))
    }

    fn execute(
        &self,
        kernels: &[Kernel],
        refused: &BTreeMap<usize, String>,
    ) -> io::Result<Vec<Verdict>> {
        let output = self.cargo("run").stderr(Stdio::inherit()).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let starts = joined(kernels, refused).1;
        let (mut done, mut failed) = (BTreeSet::new(), BTreeMap::new());
        for line in text.lines() {
            let mut words = line.splitn(3, ' ');
            let (kind, name) = (words.next(), words.next().and_then(number));
            let (Some(kind), Some(name)) = (kind, name) else {
                continue;
            };
            let rest = words.next().unwrap_or_default();
            let start = starts.iter().find(|(_, number)| *number == name);
            let fault = match (kind, start) {
                ("FAIL", _) => Some(rest.to_owned()),
                ("SERIAL", Some((line, _))) => self.against_ir(&kernels[name], *line, rest),
                _ => None,
            };
            if let Some(fault) = fault {
                failed.entry(name).or_insert(fault);
            }
            if kind == "DONE" {
                done.insert(name);
            }
        }
        let verdict = |number: usize| match (refused.get(&number), failed.get(&number)) {
            (Some(error), _) => Verdict::Refused(error.clone()),
            (None, Some(what)) => Verdict::Differed(what.clone()),
            (None, None) if done.contains(&number) => Verdict::Agreed,
            (None, None) => Verdict::Died,
        };
        Ok((0..kernels.len()).map(verdict).collect())
    }

    /// How what serial came to, `size digest`, differs from what the IR means.
    fn against_ir(&self, kernel: &Kernel, line: usize, came_to: &str) -> Option<String> {
        let (size, digest) = came_to.split_once(' ')?;
        let meant = interpreted::digest(kernel, size.parse().ok()?, self.debug, line)?;
        (meant != digest).then(|| format!("{size} serial: {digest}, interpreted: {meant}"))
    }

    fn cargo(&self, what: &str) -> Command {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        let package = "profile.dev.package.random-kernels";
        let flag = |name: &str| format!("--config={package}.{name}={}", self.debug);
        // Macros with debug assertions leave out what their callers would not parse with them.
        let macros = "profile.dev.build-override.debug-assertions";
        let macros = format!("--config={macros}={}", self.debug);
        command
            .args([what, "--quiet", "--package=random-kernels", "--bin=batch"])
            .args([flag("debug-assertions"), flag("overflow-checks"), macros])
            .env("RANDOM_KERNELS", self.source())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }
}

/// The program, and the first line of each kernel in it.
fn joined(kernels: &[Kernel], without: &BTreeMap<usize, String>) -> (String, Vec<(usize, usize)>) {
    let (mut source, mut starts, mut checks) = (String::new(), Vec::new(), String::new());
    for (number, kernel) in kernels.iter().enumerate() {
        if without.contains_key(&number) {
            continue;
        }
        starts.push((source.lines().count() + 1, number));
        source += &kernel.source;
        source += &kernel.call.check(&kernel.name);
        checks +=
            &format!("(\"k{number}\", check_k{number} as fn(usize) -> Result<Outcome, String>),\n");
    }
    source += &format!("pub const CHECKS: &[Check] = &[\n{checks}];\n");
    (source, starts)
}

fn number(name: &str) -> Option<usize> {
    name.strip_prefix('k')?.parse().ok()
}

/// Line and text of an error in the kernels' file.
fn error_of(line: &str) -> Option<(usize, String)> {
    let message: Value = serde_json::from_str(line).ok()?;
    let message = message.get("message")?;
    if message.get("level")?.as_str()? != "error" {
        return None;
    }
    let text = message.get("message")?.as_str()?.to_owned();
    let spans = message.get("spans")?.as_array()?;
    let line = spans.iter().find_map(in_kernels)?;
    Some((line, text))
}

/// The line of a span, or of what it was expanded from, in the kernels' file.
fn in_kernels(span: &Value) -> Option<usize> {
    let file = span.get("file_name")?.as_str()?;
    if file.ends_with("kernels.rs") {
        return span.get("line_start")?.as_u64().map(|line| line as usize);
    }
    in_kernels(span.get("expansion")?.get("span")?)
}
