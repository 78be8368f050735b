//! Conditions that compare sums of what a run knows already: nearly all of a guard. They are evaluated
//! without a stack, for this is what a call of few iterations waits for.

use super::{Inputs, Word, last_operand, leaf, narrow_leaf};

/// A term of a sum.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// It has no operands.
    pub word: Word,
    pub minus: bool,
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
    let sums = add(left, false, &mut terms) && add(right, true, &mut terms);
    terms.last_mut()?.end = end;
    sums.then_some(terms)
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
        let value = narrow_leaf(&term.word, inputs)?;
        sum = match term.minus {
            true => sum.checked_sub(value)?,
            false => sum.checked_add(value)?,
        };
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

/// Whether they hold, in 128 bits, which so few values of 64 bits never leave.
#[cold]
fn hold_wide(terms: &[Term], inputs: &Inputs) -> bool {
    let mut sum = 0;
    terms.iter().all(|term| {
        let value = leaf(&term.word, inputs);
        sum += if term.minus { -value } else { value };
        let holds = match term.end {
            End::Open => return true,
            End::Negative => sum < 0,
            End::AtMostZero => sum <= 0,
        };
        sum = 0;
        holds
    })
}

/// Adds the terms of a value, or subtracts them; false if it is no sum.
fn add(words: &[Word], minus: bool, terms: &mut Vec<Term>) -> bool {
    let Some((last, operands)) = words.split_last() else {
        return false;
    };
    match last {
        Word::Int(_) | Word::Lo(_) | Word::Hi(_) | Word::Len(..) | Word::Scalar(_) => {
            let (word, end) = (*last, End::Open);
            terms.push(Term { word, minus, end });
            true
        }
        Word::Add | Word::Sub => {
            let (left, right) = operands.split_at(last_operand(operands));
            let opposite = minus != (*last == Word::Sub);
            add(left, minus, terms) && add(right, opposite, terms)
        }
        _ => false,
    }
}
