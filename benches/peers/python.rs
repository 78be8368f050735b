//! Numba, in a process of its own: `peers.py` says what is asked and answered.

use std::error::Error;
use std::fmt::Display;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The running worker.
pub struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// If there is no such Python.
    pub fn start(python: &Path, threads: usize) -> Result<Worker, Box<dyn Error>> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/peers.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", python.display()))?;
        let input = child.stdin.take().ok_or("no pipe to the worker")?;
        let output = child.stdout.take().ok_or("no pipe from the worker")?;
        Ok(Worker {
            child,
            input,
            output: BufReader::new(output),
        })
    }

    /// Makes a kernel's inputs and compiles it.
    ///
    /// # Errors
    /// If the worker fails, after which its own message is on standard error.
    pub fn prepare(&mut self, name: &str, size: &[usize]) -> Result<(), Box<dyn Error>> {
        let size: Vec<String> = size.iter().map(usize::to_string).collect();
        let answer = self.ask(format_args!("prepare {name} {}", size.join(" ")))?;
        match answer.trim() {
            "ok" => Ok(()),
            _ => Err(format!("Numba did not prepare {name}: {answer:?}").into()),
        }
    }

    /// Runs the prepared kernel once: seconds, checksum.
    ///
    /// # Errors
    /// As for [`Worker::prepare`].
    pub fn run(&mut self, form: &str) -> Result<(f64, f64), Box<dyn Error>> {
        let answer = self.ask(format_args!("run {form}"))?;
        let mut figures = answer.split_whitespace().map(str::parse);
        match (figures.next(), figures.next()) {
            (Some(Ok(seconds)), Some(Ok(checksum))) => Ok((seconds, checksum)),
            _ => Err(format!("Numba did not run: {answer:?}").into()),
        }
    }

    fn ask(&mut self, question: impl Display) -> Result<String, Box<dyn Error>> {
        writeln!(self.input, "{question}")?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
