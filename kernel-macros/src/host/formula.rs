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
        self.sum(wide).text()
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
            // What always holds decides one, and does not matter to the other; or what never does.
            if test == none {
                continue;
            }
            if test == "true" || test == "false" {
                return test;
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
            Test::Le(left, right) => self.comparison(left, right, "<="),
            Test::Lt(left, right) => self.comparison(left, right, "<"),
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

    /// Two sums, each with what is not less than nothing in their difference.
    fn comparison(&mut self, left: &Wide, right: &Wide, word: &str) -> String {
        let (left, right) = (self.sum(left), self.sum(right));
        let Some(difference) = left.plus(&right, -1) else {
            return format!("{} {} {word}", left.text(), right.text());
        };
        if difference.terms.is_empty() {
            let holds = match word {
                "<" => difference.constant < 0,
                _ => difference.constant <= 0,
            };
            return holds.to_string();
        }
        let (left, right) = difference.sides();
        format!("{} {} {word}", left.text(), right.text())
    }

    fn sum(&mut self, wide: &Wide) -> Sum {
        match wide {
            Wide::Const(value) => Sum::constant(*value),
            Wide::Add(left, right) => self.both(wide, (left, right), 1),
            Wide::Sub(left, right) => self.both(wide, (left, right), -1),
            Wide::Mul(left, right) => {
                let (left, right) = (self.sum(left), self.sum(right));
                left.times(&right)
            }
            Wide::Min(left, right) => self.choice(left, right, "min"),
            Wide::Max(left, right) => self.choice(left, right, "max"),
            _ => Sum::term(self.leaf(wide)),
        }
    }

    fn both(&mut self, wide: &Wide, (left, right): (&Wide, &Wide), sign: i128) -> Sum {
        let (left, right) = (self.sum(left), self.sum(right));
        left.plus(&right, sign).unwrap_or_else(|| {
            let word = if matches!(wide, Wide::Add(..)) {
                "+"
            } else {
                "-"
            };
            Sum::term(format!("{} {} {word}", left.text(), right.text()))
        })
    }

    /// The lesser or the greater one, if it is not known which that is.
    fn choice(&mut self, left: &Wide, right: &Wide, word: &str) -> Sum {
        let (left, right) = (self.sum(left), self.sum(right));
        if word == "max" && right == Sum::constant(0) && left.is_no_less() {
            return left;
        }
        Sum::term(format!("{} {} {word}", left.text(), right.text()))
    }

    fn leaf(&mut self, wide: &Wide) -> String {
        match wide {
            Wide::Var(var) => {
                let scalars = &self.region.scalars;
                let at = scalars.iter().position(|of| of == var);
                let at = at.unwrap_or_else(|| unreachable!("a guard's scalar is captured"));
                format!("int{at}")
            }
            Wide::Len { array, dim } => {
                let arrays = &self.region.arrays;
                let at = arrays.iter().position(|of| of.var == *array);
                let at = at.unwrap_or_else(|| unreachable!("a guard's array is captured"));
                format!("len{at}.{dim}")
            }
            Wide::Atom(expr) => {
                let at = self.region.scalars.len() + self.atom(*expr);
                format!("int{at}")
            }
            Wide::Lo(at) => format!("lo{at}"),
            Wide::Hi(at) => format!("hi{at}"),
            _ => unreachable!("an operation is no leaf"),
        }
    }

    fn atom(&mut self, expr: ExprId) -> usize {
        let known = self.atoms.iter().position(|of| *of == expr);
        known.unwrap_or_else(|| {
            self.atoms.push(expr);
            self.atoms.len() - 1
        })
    }
}

/// A sum of products with constants, in the order in which the terms were met.
#[derive(PartialEq)]
struct Sum {
    /// What is not constant, as text, and how often it is in the sum.
    terms: Vec<(String, i128)>,
    constant: i128,
}

impl Sum {
    fn constant(constant: i128) -> Sum {
        Sum {
            terms: Vec::new(),
            constant,
        }
    }

    fn term(text: String) -> Sum {
        Sum {
            terms: vec![(text, 1)],
            constant: 0,
        }
    }

    /// This and so many times the other; `None` where constants leave 128 bits.
    fn plus(&self, other: &Sum, times: i128) -> Option<Sum> {
        let constant = other.constant.checked_mul(times)?;
        let mut sum = Sum {
            terms: self.terms.clone(),
            constant: self.constant.checked_add(constant)?,
        };
        for (text, factor) in &other.terms {
            let more = factor.checked_mul(times)?;
            match sum.terms.iter_mut().find(|(known, _)| known == text) {
                Some((_, factor)) => *factor = factor.checked_add(more)?,
                None => sum.terms.push((text.clone(), more)),
            }
        }
        sum.terms.retain(|(_, factor)| *factor != 0);
        Some(sum)
    }

    fn times(&self, other: &Sum) -> Sum {
        let product = match (self.terms.as_slice(), other.terms.as_slice()) {
            ([], _) => Sum::constant(0).plus(other, self.constant),
            (_, []) => Sum::constant(0).plus(self, other.constant),
            _ => None,
        };
        product.unwrap_or_else(|| Sum::term(format!("{} {} *", self.text(), other.text())))
    }

    /// Whether it is at least zero: of lengths and nothing else.
    fn is_no_less(&self) -> bool {
        let length = |(text, factor): &(String, i128)| {
            let operand = !text.contains(' ') && text.starts_with("len");
            operand && *factor > 0
        };
        self.constant >= 0 && self.terms.iter().all(length)
    }

    /// What is added in it, and what is taken away, which is equal where it is zero.
    fn sides(&self) -> (Sum, Sum) {
        let side = |sign: i128| Sum {
            terms: self
                .terms
                .iter()
                .filter(|(_, factor)| factor.signum() == sign)
                .map(|(text, factor)| (text.clone(), factor.saturating_mul(sign)))
                .collect(),
            constant: self.constant.saturating_mul(sign).max(0),
        };
        (side(1), side(-1))
    }

    fn text(&self) -> String {
        let (added, taken) = self.sides();
        let mut text = String::new();
        for (term, factor) in &added.terms {
            push(&mut text, &product(term, *factor), "+");
        }
        if self.constant > 0 || added.terms.is_empty() && taken.terms.is_empty() {
            push(&mut text, &self.constant.to_string(), "+");
        }
        if text.is_empty() {
            text.push('0');
        }
        for (term, factor) in &taken.terms {
            push(&mut text, &product(term, *factor), "-");
        }
        if taken.constant > 0 && !(added.terms.is_empty() && taken.terms.is_empty()) {
            push(&mut text, &taken.constant.to_string(), "-");
        }
        text
    }
}

fn product(term: &str, factor: i128) -> String {
    match factor {
        1 => term.to_owned(),
        factor => format!("{term} {factor} *"),
    }
}

/// Combines the text's value with another; an empty text has none.
fn push(text: &mut String, value: &str, word: &str) {
    let _ = match text.is_empty() {
        true => write!(text, "{value}"),
        false => write!(text, " {value} {word}"),
    };
}

/// Bits of an integer of this type, zero-extended.
pub fn bits(value: i128, ty: Scalar) -> u64 {
    let unused = 64 - ty.bits();
    (value as u64) << unused >> unused
}

#[cfg(test)]
mod tests {
    use super::Sum;

    fn term(text: &str, factor: i128) -> Sum {
        Sum::constant(0)
            .plus(&Sum::term(text.to_owned()), factor)
            .unwrap()
    }

    fn all(sums: &[Sum]) -> Sum {
        let plus = |sum: Sum, more: &Sum| sum.plus(more, 1).unwrap();
        sums.iter().fold(Sum::constant(0), plus)
    }

    #[test]
    fn terms_come_once_and_what_is_added_first() {
        let sum = all(&[
            Sum::constant(-1),
            term("hi0", -2),
            term("len0.0", 1),
            term("hi0", 5),
            term("int1", -4),
        ]);
        assert_eq!(sum.text(), "hi0 3 * len0.0 + int1 4 * - 1 -");
        assert_eq!(all(&[sum, term("hi0", -3)]).text(), "len0.0 int1 4 * - 1 -");
    }

    #[test]
    fn sums_without_anything_added() {
        assert_eq!(Sum::constant(0).text(), "0");
        assert_eq!(Sum::constant(-7).text(), "-7");
        assert_eq!(term("int0", -1).text(), "0 int0 -");
        assert_eq!(
            all(&[term("int0", -2), Sum::constant(3)]).text(),
            "3 int0 2 * -"
        );
        assert_eq!(all(&[term("a", 1), term("a", -1)]).text(), "0");
    }

    #[test]
    fn products() {
        let length = all(&[term("len0.0", 1), Sum::constant(-1)]);
        assert_eq!(length.times(&Sum::constant(4)).text(), "len0.0 4 * 4 -");
        assert_eq!(Sum::constant(0).times(&length).text(), "0");
        let product = length.times(&term("int0", 1));
        assert_eq!(product.text(), "len0.0 1 - int0 *");
        // What leaves 128 bits is left to the runtime, which knows what to do.
        let huge = Sum::constant(i128::MAX);
        let product = huge.times(&all(&[term("a", 2)]));
        assert_eq!(product.text(), format!("{} a 2 * *", i128::MAX));
    }

    #[test]
    fn sides_of_a_comparison() {
        let difference = all(&[term("hi0", 1), Sum::constant(2), term("len0.0", -1)]);
        let (left, right) = difference.sides();
        assert_eq!(
            (left.text(), right.text()),
            ("hi0 2 +".into(), "len0.0".into())
        );
        assert!(!difference.is_no_less());
        assert!(all(&[term("len0.0", 3), Sum::constant(2)]).is_no_less());
        assert!(!term("int0", 1).is_no_less());
    }
}
