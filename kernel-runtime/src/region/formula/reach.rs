//! Accesses in bounds: `hi0 + 1 < len0.0`. Nearly all conditions of nearly all guards have this form, so
//! it has the shortest way.

use super::sums::{End, Term};
use super::{Inputs, Word};

/// A loop's variable reaches an index that is less than an array's length.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// The loop.
    at: usize,
    /// What is added to its variable's greatest value.
    by: i64,
    array: usize,
    dim: usize,
}

/// The reach that a comparison of sums with zero is, if it is one.
pub fn of(terms: &[Term]) -> Option<Reach> {
    let (mut highest, mut length, mut by) = (None, None, 0i64);
    for term in terms {
        match (term.word, term.factor) {
            (Word::Hi(at), 1) if highest.is_none() => highest = Some(at),
            (Word::Len(array, dim), -1) if length.is_none() => length = Some((array, dim)),
            (Word::Int(value), times) => by = by.checked_add(value.checked_mul(times)?)?,
            _ => return None,
        }
    }
    if terms.last()?.end == End::AtMostZero {
        by = by.checked_sub(1)?;
    }
    let (at, (array, dim)) = (highest?, length?);
    // Where it may be more than 64 bits hold, a variable's greatest value counts as the greatest of
    // these, which nothing may be taken from.
    let of = Reach { at, by, array, dim };
    (by >= 0).then_some(of)
}

impl Reach {
    /// Whether it holds for certain.
    #[inline(always)]
    pub fn holds(self, inputs: &Inputs) -> bool {
        let length = i64::try_from(inputs.arrays[self.array].len(self.dim));
        let index = inputs.loops.highest[self.at].checked_add(self.by);
        match (index, length) {
            (Some(index), Ok(length)) => index < length,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sums;
    use super::super::{Formula, Word};
    use super::*;
    use crate::array::{Array, ReadArray};
    use crate::range::{Progression, progression};
    use crate::region::Progressions;

    const LEN: [Word; 2] = [Word::Hi(0), Word::Len(0, 0)];

    fn reach(words: &[Word]) -> Option<(i64, usize)> {
        let of = of(&sums::comparison(words)?)?;
        Some((of.by, of.at))
    }

    #[test]
    fn only_an_index_below_a_length_is_one() {
        let [hi, len] = LEN;
        assert_eq!(reach(&[hi, len, Word::Lt]), Some((0, 0)));
        assert_eq!(
            reach(&[hi, Word::Int(2), Word::Add, len, Word::Le]),
            Some((1, 0))
        );
        for words in [
            [hi, len, Word::Le].as_slice(),
            &[len, hi, Word::Lt],
            &[Word::Lo(0), len, Word::Lt],
            &[hi, Word::Hi(1), Word::Add, len, Word::Lt],
            &[hi, Word::Int(1), Word::Sub, len, Word::Lt],
        ] {
            assert_eq!(reach(words), None, "{words:?}");
        }
    }

    /// Whether a formula holds for a loop over an array of ten elements.
    fn holds(text: &str, of: Option<Progression>) -> bool {
        let elements = [0u8; 10];
        let arrays: [Array<'_>; 1] = [ReadArray::<1>::__kernel_read(&elements[..]).erase()];
        let mut loops = Progressions::NONE;
        loops.push(&of.unwrap());
        Formula::parse(text).unwrap().holds(&Inputs {
            loops: &loops,
            arrays: &arrays,
            scalars: &[],
            kinds: &[],
            debug: false,
        })
    }

    #[test]
    fn the_last_index_counts_however_large() {
        let inside = "hi0 2 + len0.0 <";
        assert!(holds(inside, progression::<usize, _>(&(0..8usize))));
        assert!(!holds(inside, progression::<usize, _>(&(0..9usize))));
        assert!(holds(inside, progression::<i64, _>(&(-5..-1i64).rev())));
        for end in [i64::MAX as u64, u64::MAX - 1, u64::MAX] {
            assert!(!holds(inside, progression::<u64, _>(&(0..end))));
            let below = "hi0 -18446744073709551615 + len0.0 <";
            assert!(holds(below, progression::<u64, _>(&(0..end))));
        }
    }
}
