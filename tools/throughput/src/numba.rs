//! Numba, in a process of its own: `svml.py` says what is asked and answered.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The running worker. It ends when its input does.
pub struct Worker {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// If there is no such Python.
    pub fn start(python: &Path) -> Result<Worker, Box<dyn Error>> {
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/svml.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or("no pipe to the worker")?;
        let output = child.stdout.take().ok_or("no pipe from the worker")?;
        Ok(Worker {
            _child: child,
            input,
            output: BufReader::new(output),
        })
    }

    /// Nanoseconds for one element of a few passes; `None` if it does not answer.
    pub fn run(&mut self, name: &str) -> Option<f64> {
        writeln!(self.input, "{name}").ok()?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).ok()?;
        answer.trim().parse().ok()
    }
}
