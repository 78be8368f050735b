//! Loops as numbers: what a range expression counts, and the guard's arithmetic about it.

use crate::element::{Counter, Element, Typed};
use crate::launch::Trip;
use std::iter::{Rev, StepBy};
use std::ops::{Range, RangeInclusive};

/// A loop's iterations: first value, growth, number of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progression {
    first: i128,
    step: i128,
    count: u64,
}

impl Progression {
    /// Number of iterations.
    #[inline(always)]
    pub fn count(&self) -> u64 {
        self.count
    }

    #[inline(always)]
    fn last(&self) -> i128 {
        self.first + self.step * (i128::from(self.count) - 1)
    }

    /// Smallest value of the variable, in a loop that is not empty.
    #[inline(always)]
    pub fn lo(&self) -> Wide {
        Wide::of(if self.step < 0 {
            self.last()
        } else {
            self.first
        })
    }

    /// Largest value of the variable, in a loop that is not empty.
    #[inline(always)]
    pub fn hi(&self) -> Wide {
        Wide::of(if self.step < 0 {
            self.first
        } else {
            self.last()
        })
    }

    /// The same, modulo 2^64.
    #[inline(always)]
    pub fn trip(&self) -> Trip {
        Trip {
            first: self.first as u64,
            step: self.step as u64,
            count: self.count,
        }
    }

    /// `start..end` or `start..=end` with values of type `T`; `None` where they are not, or where
    /// there are too many to count.
    #[inline(always)]
    pub fn between<T: Counter>(start: Wide, end: Wide, inclusive: bool) -> Option<Progression> {
        let (min, max) = T::RANGE;
        let known = start.fits(min, max) & end.fits(min, max);
        if !known {
            return None;
        }
        let count = end.value - start.value + i128::from(inclusive);
        Some(Progression {
            first: start.value,
            step: 1,
            count: u64::try_from(count.max(0)).ok()?,
        })
    }

    /// `.rev()`
    #[inline(always)]
    pub fn rev(self) -> Progression {
        if self.count == 0 {
            return self;
        }
        Progression {
            first: self.last(),
            step: -self.step,
            count: self.count,
        }
    }

    /// `.step_by(step)`; `None` for a step that is no positive `usize`, where Rust panics.
    #[inline]
    pub fn step_by(self, step: Wide) -> Option<Progression> {
        if !step.fits(1, usize::MAX as i128) {
            return None;
        }
        let step = step.value as u64;
        let count = self.count.div_ceil(step);
        // The growth of a loop of at most one iteration is never used, and may be too large.
        let grown = if count > 1 {
            self.step * i128::from(step)
        } else {
            1
        };
        Some(Progression {
            first: self.first,
            step: grown,
            count,
        })
    }
}

/// A range that a parallel loop may run over, with its adapters.
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took this for a range of integers; it is `{Self}`"
)]
pub trait LoopRange: Iterator + Clone {
    /// Its progression, or `None` if it cannot be counted in 64 bits.
    fn progression(&self) -> Option<Progression>;
}

impl<T: Counter> LoopRange for Range<T>
where
    Range<T>: Iterator<Item = T>,
{
    #[inline(always)]
    fn progression(&self) -> Option<Progression> {
        let (first, end) = (self.start.wide(), self.end.wide());
        Some(Progression {
            first,
            step: 1,
            count: (end - first).max(0) as u64,
        })
    }
}

impl<T: Counter> LoopRange for RangeInclusive<T>
where
    RangeInclusive<T>: Iterator<Item = T>,
{
    #[inline(always)]
    fn progression(&self) -> Option<Progression> {
        let (first, last) = (self.start().wide(), self.end().wide());
        Some(Progression {
            first,
            step: 1,
            count: u64::try_from((last - first + 1).max(0)).ok()?,
        })
    }
}

impl<I: LoopRange + DoubleEndedIterator> LoopRange for Rev<I>
where
    I::Item: Counter,
{
    #[inline]
    fn progression(&self) -> Option<Progression> {
        observed(self)
    }
}

impl<I: LoopRange> LoopRange for StepBy<I>
where
    StepBy<I>: Iterator<Item = I::Item>,
    I::Item: Counter,
{
    #[inline]
    fn progression(&self) -> Option<Progression> {
        observed(self)
    }
}

/// An adapter does not show what it holds; its first two values and its length say as much.
#[inline(always)]
fn observed<I: Iterator<Item: Counter> + Clone>(range: &I) -> Option<Progression> {
    let (lower, upper) = range.size_hint();
    if upper != Some(lower) {
        return None;
    }
    let first = range.clone().next().map_or(0, Counter::wide);
    let second = range.clone().nth(1).map_or(first + 1, Counter::wide);
    Some(Progression {
        first,
        step: second - first,
        count: lower as u64,
    })
}

/// The progression of a range whose variable has type `T`; another type fails to compile.
#[inline(always)]
pub fn progression<T: Element, R: LoopRange<Item: Typed>>(range: &R) -> Option<Progression> {
    const {
        assert!(
            T::KIND.is(<R::Item as Typed>::KIND),
            "rustc and #[kernel] infer different types for this loop's variable: annotate a bound"
        );
    }
    range.progression()
}

/// A guard's integer: exact, or known to be out of reach of 128 bits.
#[derive(Clone, Copy, Debug)]
pub struct Wide {
    value: i128,
    exact: bool,
}

impl Wide {
    /// An exact value.
    #[inline(always)]
    pub const fn of(value: i128) -> Wide {
        Wide { value, exact: true }
    }

    #[inline(always)]
    fn with(self, other: Wide, (value, overflow): (i128, bool)) -> Wide {
        Wide {
            value,
            exact: self.exact & other.exact & !overflow,
        }
    }

    /// `self + other`
    #[inline(always)]
    pub fn plus(self, other: Wide) -> Wide {
        self.with(other, self.value.overflowing_add(other.value))
    }

    /// `self - other`
    #[inline(always)]
    pub fn minus(self, other: Wide) -> Wide {
        self.with(other, self.value.overflowing_sub(other.value))
    }

    /// `self * other`; two 64-bit values, the usual case, cannot overflow.
    #[inline(always)]
    pub fn times(self, other: Wide) -> Wide {
        let (left, right) = (self.value as i64, other.value as i64);
        let (left, right) = (i128::from(left), i128::from(right));
        if left == self.value && right == other.value {
            return self.with(other, (left * right, false));
        }
        self.with(other, self.value.overflowing_mul(other.value))
    }

    /// The smaller.
    #[inline(always)]
    pub fn min(self, other: Wide) -> Wide {
        self.with(other, (self.value.min(other.value), false))
    }

    /// The larger.
    #[inline(always)]
    pub fn max(self, other: Wide) -> Wide {
        self.with(other, (self.value.max(other.value), false))
    }

    /// `self <= other`; not so when either is out of reach.
    #[inline(always)]
    pub fn le(self, other: Wide) -> bool {
        self.exact & other.exact & (self.value <= other.value)
    }

    /// `self < other`, likewise.
    #[inline(always)]
    pub fn lt(self, other: Wide) -> bool {
        self.exact & other.exact & (self.value < other.value)
    }

    /// Whether the value lies in `min..=max`.
    #[inline(always)]
    pub fn fits(self, min: i128, max: i128) -> bool {
        self.exact & (min <= self.value) & (self.value <= max)
    }

    /// The value, held within `u64`.
    #[inline(always)]
    pub fn saturated(self) -> u64 {
        if !self.exact {
            return u64::MAX;
        }
        u64::try_from(self.value.max(0)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(progression: Progression) -> Vec<i128> {
        (0..i128::from(progression.count))
            .map(|t| progression.first + t * progression.step)
            .collect()
    }

    fn check<R: LoopRange<Item: Counter>>(range: R, wide: Option<Progression>) {
        let expected: Vec<i128> = range.clone().map(Counter::wide).collect();
        let progression = range.progression().unwrap();
        assert_eq!(values(progression), expected);
        if let Some(wide) = wide {
            assert_eq!(values(wide), expected);
        }
        if let (Some(min), Some(max)) = (expected.iter().min(), expected.iter().max()) {
            assert_eq!(progression.lo().value, *min);
            assert_eq!(progression.hi().value, *max);
        }
    }

    fn wide<T: Counter>(start: i128, end: i128, inclusive: bool) -> Progression {
        Progression::between::<T>(Wide::of(start), Wide::of(end), inclusive).unwrap()
    }

    #[test]
    fn every_adapter_counts_as_rust_does() {
        for (start, end) in [(0i32, 0), (0, 1), (3, 17), (5, 2), (-4, 9)] {
            let (from, to) = (i128::from(start), i128::from(end));
            let open = wide::<i32>(from, to, false);
            let closed = wide::<i32>(from, to, true);
            check(start..end, Some(open));
            check(start..=end, Some(closed));
            check((start..end).rev(), Some(open.rev()));
            for step in [1usize, 2, 3, 100] {
                let by = Wide::of(step as i128);
                check((start..end).step_by(step), open.step_by(by));
                check((start..=end).step_by(step), closed.step_by(by));
                check((start..end).rev().step_by(step), open.rev().step_by(by));
                check(
                    (start..end).step_by(step).rev(),
                    open.step_by(by).map(Progression::rev),
                );
            }
        }
        check(250..=u8::MAX, Some(wide::<u8>(250, 255, true)));
        check((0u8..=255).step_by(200), None);
    }

    #[test]
    fn the_uncountable_is_refused() {
        assert_eq!((0..=u64::MAX).progression(), None);
        assert_eq!((0..=u64::MAX).rev().progression(), None);
        assert_eq!((i64::MIN..i64::MAX).progression().unwrap().count, u64::MAX);
        let zero = Wide::of(0);
        assert_eq!(wide::<u8>(0, 9, false).step_by(zero), None);
        assert_eq!(Progression::between::<u8>(zero, Wide::of(256), false), None);
        assert_eq!(
            Progression::between::<usize>(zero, Wide::of(-1), false),
            None
        );
    }

    #[test]
    fn overflow_fails_every_condition() {
        let big = Wide::of(i128::MAX);
        let over = big.plus(Wide::of(1));
        assert!(!over.le(big) && !big.le(over) && !over.lt(big));
        assert!(!big.times(Wide::of(2)).fits(i128::MIN, i128::MAX));
        assert!(!over.max(Wide::of(0)).le(big));
        assert_eq!(over.saturated(), u64::MAX);
        assert_eq!(
            Wide::of(1 << 40).times(Wide::of(-(1 << 40))).value,
            -(1 << 80)
        );
    }
}
