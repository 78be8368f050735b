//! What the device finds wrong with a launch.

use std::fmt;

/// A CUDA driver result: 0 is success.
pub type Code = i32;

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An access to memory that is not allocated, or not there in its state space.
    OutOfBounds,
    /// An access to an address that is not a multiple of its size.
    Misaligned,
    /// A read of memory that nobody wrote.
    Uninitialised,
    /// Two threads touched one location, at least one of them writing, and nothing orders them.
    Race,
    /// Threads that must meet at a barrier do not.
    DivergentBarrier,
    /// What the manual leaves undefined.
    Undefined,
    /// `trap` was executed.
    Trap,
}

/// One thing wrong with a launch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// What happened.
    pub message: String,
    /// Index of the thread in its block.
    pub thread: [u32; 3],
    /// Index of the block in the grid.
    pub block: [u32; 3],
    /// Line of the instruction in the PTX text.
    pub line: u32,
    /// The instruction.
    pub instruction: String,
    /// The nearest comment line before it, which names the source line in texts of this crate.
    pub source: Option<String>,
}

impl Finding {
    /// The driver result that the launch fails with.
    pub fn code(&self) -> Code {
        match self.kind {
            Kind::OutOfBounds => 700,
            Kind::Misaligned => 716,
            _ => 719,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (thread, block) = (Index(self.thread), Index(self.block));
        write!(f, "{}, thread {thread}, block {block}, ", self.message)?;
        write!(f, "PTX line {}: {}", self.line, self.instruction)?;
        match &self.source {
            Some(source) => write!(f, " source: {source}"),
            None => Ok(()),
        }
    }
}

/// An index, as `(x,y,z)`.
pub(super) struct Index(pub(super) [u32; 3]);

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [x, y, z] = self.0;
        write!(f, "({x},{y},{z})")
    }
}

/// A finding before thread and instruction are added.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    pub(super) kind: Kind,
    pub(super) message: String,
    pub(super) lane: usize,
    pub(super) pc: u32,
}

/// Boxed: it is rare, and `Result`s of it are everywhere.
pub(super) type Checked<T> = Result<T, Box<Trouble>>;

/// A [`Trouble`] as an error.
pub(super) fn trouble<T>(kind: Kind, lane: usize, pc: u32, message: String) -> Checked<T> {
    Err(Box::new(Trouble {
        kind,
        message,
        lane,
        pc,
    }))
}
