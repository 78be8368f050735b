//! The guard by the letter of the plan, in exact arithmetic.

use super::machine::Machine;
use super::value::Value;
use crate::analysis::plan::{Condition, Test, Wide};

/// The smallest and largest values of the parallel loops, none of which is empty.
pub type Extents = Vec<(i128, i128)>;

/// Evaluates conditions over what a machine has captured.
pub struct Guard<'a, 'b> {
    pub machine: &'a mut Machine<'b>,
    pub extents: &'a Extents,
}

impl Guard<'_, '_> {
    pub fn all(&mut self, conditions: &[Condition]) -> bool {
        conditions
            .iter()
            .all(|condition| self.holds(&condition.test))
    }

    pub fn holds(&mut self, test: &Test) -> bool {
        match test {
            Test::Le(left, right) => {
                let sides = self.value(left).zip(self.value(right));
                sides.is_some_and(|(left, right)| left <= right)
            }
            Test::Lt(left, right) => {
                let sides = self.value(left).zip(self.value(right));
                sides.is_some_and(|(left, right)| left < right)
            }
            Test::Fits(wide, scalar) => {
                let (low, high) = scalar.int_range().unwrap_or((0, 1));
                self.value(wide)
                    .is_some_and(|value| (low..=high).contains(&value))
            }
            Test::All(tests) => tests.iter().all(|test| self.holds(test)),
            Test::Any(tests) => tests.iter().any(|test| self.holds(test)),
            Test::Debug(test) => !self.machine.debug || self.holds(test),
        }
    }

    /// `None` where 128 bits do not hold it.
    pub fn value(&mut self, wide: &Wide) -> Option<i128> {
        match wide {
            Wide::Const(value) => Some(*value),
            Wide::Var(var) => self.machine.variable(*var)?.int().map(|int| int.value),
            Wide::Len { array, dim } => Some(self.machine.len(*array, *dim)),
            Wide::Atom(id) => match self.machine.invariant(*id)? {
                Value::Int(int) => Some(int.value),
                _ => None,
            },
            Wide::Lo(position) => Some(self.extents[*position].0),
            Wide::Hi(position) => Some(self.extents[*position].1),
            Wide::Add(a, b) => self.value(a)?.checked_add(self.value(b)?),
            Wide::Sub(a, b) => self.value(a)?.checked_sub(self.value(b)?),
            Wide::Mul(a, b) => self.value(a)?.checked_mul(self.value(b)?),
            Wide::Min(a, b) => Some(self.value(a)?.min(self.value(b)?)),
            Wide::Max(a, b) => Some(self.value(a)?.max(self.value(b)?)),
        }
    }
}
