//! The guard's arithmetic as the runtime reads it: postfix text. `kernel-runtime/src/region/formula.rs`
//! is the other side and says what the words mean.

use crate::analysis::plan::{Condition, Region, Test, Wide};
use crate::ir::{ExprId, Scalar};
use std::fmt::Write;

/// Prints formulas of a region, and collects what they need of the driver.
pub struct Printer<'a> {
    region: &'a Region,
    /// Invariant expressions that the driver computes: scalars after the captured ones.
    pub atoms: Vec<ExprId>,
}

impl<'a> Printer<'a> {
    pub fn new(region: &'a Region) -> Self {
        Printer {
            region,
            atoms: Vec::new(),
        }
    }

    pub fn value(&mut self, wide: &Wide) -> String {
        let mut text = String::new();
        self.push(wide, &mut text);
        text
    }

    /// All conditions in one; `None` if there are none that say anything.
    pub fn all(&mut self, conditions: &[Condition]) -> Option<String> {
        let tests = conditions.iter().map(|condition| &condition.test);
        let text = self.join(tests, "and", "true");
        (text != "true").then_some(text)
    }

    /// All tests in one.
    pub fn tests(&mut self, tests: &[Test]) -> String {
        self.join(tests.iter(), "and", "true")
    }

    fn join<'t>(
        &mut self,
        tests: impl Iterator<Item = &'t Test>,
        word: &str,
        none: &str,
    ) -> String {
        let mut joined = String::new();
        for of in tests {
            let test = self.test(of);
            // What always holds matters to neither.
            if test == "true" {
                if word == "or" {
                    return test;
                }
                continue;
            }
            if joined.is_empty() {
                joined = test;
            } else {
                let _ = write!(joined, " {test} {word}");
            }
        }
        if joined.is_empty() {
            none.clone_into(&mut joined);
        }
        joined
    }

    fn test(&mut self, of: &Test) -> String {
        match of {
            of if self.is_plain(of) => "true".to_owned(),
            Test::Le(left, right) => self.pair(left, right, "<="),
            Test::Lt(left, right) => self.pair(left, right, "<"),
            Test::Fits(wide, scalar) => format!("{} fits:{}", self.value(wide), scalar.name()),
            Test::All(tests) => self.join(tests.iter(), "and", "true"),
            Test::Any(tests) => self.join(tests.iter(), "or", "false"),
            Test::Debug(of) => match self.test(of) {
                test if test == "true" => test,
                test => format!("release {test} or"),
            },
        }
    }

    /// Conditions that every loop satisfies: an unsigned variable is never below zero.
    fn is_plain(&self, of: &Test) -> bool {
        match of {
            Test::Le(Wide::Const(..=0), Wide::Lo(at)) => {
                let ty = self.region.nest[*at].ty;
                ty.is_int() && !ty.is_signed()
            }
            _ => false,
        }
    }

    fn pair(&mut self, left: &Wide, right: &Wide, word: &str) -> String {
        format!("{} {} {word}", self.value(left), self.value(right))
    }

    fn push(&mut self, wide: &Wide, text: &mut String) {
        let _ = match wide {
            Wide::Const(value) => write!(text, "{value}"),
            Wide::Var(var) => {
                let scalars = &self.region.scalars;
                let at = scalars.iter().position(|of| of == var);
                let at = at.unwrap_or_else(|| unreachable!("a guard's scalar is captured"));
                write!(text, "int{at}")
            }
            Wide::Len { array, dim } => {
                let arrays = &self.region.arrays;
                let at = arrays.iter().position(|of| of.var == *array);
                let at = at.unwrap_or_else(|| unreachable!("a guard's array is captured"));
                write!(text, "len{at}.{dim}")
            }
            Wide::Atom(expr) => {
                let at = self.region.scalars.len() + self.atom(*expr);
                write!(text, "int{at}")
            }
            Wide::Lo(at) => write!(text, "lo{at}"),
            Wide::Hi(at) => write!(text, "hi{at}"),
            Wide::Add(left, right) => return self.operation(left, right, "+", text),
            Wide::Sub(left, right) => return self.operation(left, right, "-", text),
            Wide::Mul(left, right) => return self.operation(left, right, "*", text),
            Wide::Min(left, right) => return self.operation(left, right, "min", text),
            Wide::Max(left, right) => return self.operation(left, right, "max", text),
        };
    }

    fn operation(&mut self, left: &Wide, right: &Wide, word: &str, text: &mut String) {
        self.push(left, text);
        text.push(' ');
        self.push(right, text);
        text.push(' ');
        text.push_str(word);
    }

    fn atom(&mut self, expr: ExprId) -> usize {
        let known = self.atoms.iter().position(|of| *of == expr);
        known.unwrap_or_else(|| {
            self.atoms.push(expr);
            self.atoms.len() - 1
        })
    }
}

/// Bits of an integer of this type, zero-extended.
pub fn bits(value: i128, ty: Scalar) -> u64 {
    let unused = 64 - ty.bits();
    (value as u64) << unused >> unused
}
