//! Conditions that compare sums of what a run knows already: nearly all of a guard. They are evaluated
//! without a stack, for this is what a call of few iterations waits for.

use super::{Inputs, Word, last_operand, leaf, narrow_leaf};

/// A term of a sum.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// It has no operands.
    pub word: Word,
    /// How often it is in the sum.
    pub factor: i64,
    /// What the sum that ends here has to be.
    pub end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It does not end here.
    Open,
    Negative,
    AtMostZero,
}

/// The terms of a comparison of sums.
pub fn comparison(words: &[Word]) -> Option<Vec<Term>> {
    let (last, operands) = words.split_last()?;
    let end = match last {
        Word::Lt => End::Negative,
        Word::Le => End::AtMostZero,
        _ => return None,
    };
    let (left, right) = operands.split_at(last_operand(operands));
    let mut terms = Vec::new();
    add(left, 1, &mut terms)?;
    add(right, -1, &mut terms)?;
    terms.last_mut()?.end = end;
    Some(terms)
}

/// The terms of a sum.
pub fn sum(words: &[Word]) -> Option<Vec<Term>> {
    let mut terms = Vec::new();
    add(words, 1, &mut terms)?;
    Some(terms)
}

/// What they add up to, if 64 bits hold every value on the way.
#[inline]
pub fn narrow(terms: &[Term], inputs: &Inputs) -> Option<i64> {
    let mut terms = terms.iter();
    terms.try_fold(0i64, |sum, term| sum.checked_add(term.narrow(inputs)?))
}

impl Term {
    #[inline(always)]
    fn narrow(&self, inputs: &Inputs) -> Option<i64> {
        narrow_leaf(&self.word, inputs)?.checked_mul(self.factor)
    }
}

/// Whether all of these hold.
pub fn hold(terms: &[Term], inputs: &Inputs) -> bool {
    match hold_narrow(terms, inputs) {
        Some(hold) => hold,
        None => hold_wide(terms, inputs),
    }
}

/// Whether they hold, in 64 bits; `None` where those do not hold every value on the way.
#[inline]
fn hold_narrow(terms: &[Term], inputs: &Inputs) -> Option<bool> {
    let mut sum = 0i64;
    for term in terms {
        sum = sum.checked_add(term.narrow(inputs)?)?;
        match term.end {
            End::Open => continue,
            End::Negative if sum < 0 => {}
            End::AtMostZero if sum <= 0 => {}
            _ => return Some(false),
        }
        sum = 0;
    }
    Some(true)
}

/// Whether they hold, in 128 bits; not where those do not hold every value on the way.
#[cold]
fn hold_wide(terms: &[Term], inputs: &Inputs) -> bool {
    let mut sum = Some(0i128);
    terms.iter().all(|term| {
        let value = leaf(&term.word, inputs).checked_mul(term.factor.into());
        sum = sum
            .zip(value)
            .and_then(|(sum, value)| sum.checked_add(value));
        let holds = match term.end {
            End::Open => return true,
            End::Negative => sum.is_some_and(|sum| sum < 0),
            End::AtMostZero => sum.is_some_and(|sum| sum <= 0),
        };
        sum = Some(0);
        holds
    })
}

/// Adds the terms of a value, so many times; `None` if it is no sum.
fn add(words: &[Word], times: i64, terms: &mut Vec<Term>) -> Option<()> {
    let (last, operands) = words.split_last()?;
    let (left, right) = operands.split_at(last_operand(operands));
    match last {
        Word::Int(_) | Word::Lo(_) | Word::Hi(_) | Word::Len(..) | Word::Scalar(_) => {
            terms.push(Term {
                word: *last,
                factor: times,
                end: End::Open,
            });
            Some(())
        }
        Word::Add => {
            add(left, times, terms)?;
            add(right, times, terms)
        }
        Word::Sub => {
            add(left, times, terms)?;
            add(right, times.checked_neg()?, terms)
        }
        Word::Mul => match (left, right) {
            (value, [Word::Int(factor)]) | ([Word::Int(factor)], value) => {
                add(value, times.checked_mul(*factor)?, terms)
            }
            _ => None,
        },
        _ => None,
    }
}
