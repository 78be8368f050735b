//! What a kernel's IR means: Rust's semantics, one node after the other, in source order.
//!
//! This is the measure of the back ends where rustc is too slow to be one; the programs that compare
//! whole kernels hold it against rustc in turn. It shares nothing with them but the IR.

mod builtin;
mod expr;
mod machine;
mod memory;
mod number;
mod outside;

pub use machine::{Attempt, Exit, Fault, Hook, Machine, Run};
pub use memory::Array;
pub use number::{Number, Outcome};

use crate::analysis::plan::{Combine, Fold};

/// A value of a kernel's body.
#[derive(Clone, Debug)]
pub enum Value {
    Unit,
    Number(Number),
    Tuple(Vec<Value>),
    Array(Vec<Value>),
}

impl Value {
    pub fn number(&self) -> Option<Number> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// Two partial results of an accumulator as one, left before right; `None` if it folds together
/// with others.
pub fn combined(fold: Fold, left: Number, right: Number) -> Option<Number> {
    if matches!(fold, Fold::Companion | Fold::Place) {
        return None;
    }
    let outcome = match fold.combine() {
        Combine::Binary(op) => left.binary(op, right),
        Combine::Builtin(fold) => builtin::call(fold, &[left, right]),
    };
    match outcome? {
        Outcome::Value(value) | Outcome::Overflow(value) => Some(value),
        Outcome::Fails => None,
    }
}
