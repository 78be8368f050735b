//! Loops as numbers: what a range expression counts.

use crate::element::{Counter, Element, Typed};
use crate::launch::Trip;
use std::iter::{Rev, StepBy};
use std::ops::{Range, RangeInclusive};

/// A loop's iterations: first value, growth, number of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progression {
    first: i128,
    step: i128,
    count: u64,
}

impl Progression {
    /// No iterations.
    pub(crate) const NONE: Progression = Progression {
        first: 0,
        step: 0,
        count: 0,
    };

    /// So many iterations, from a value up by one.
    #[inline(always)]
    pub(crate) fn by_one(first: u64, count: u64) -> Progression {
        Progression {
            first: i128::from(first),
            step: 1,
            count,
        }
    }

    /// Number of iterations.
    #[inline(always)]
    pub fn count(&self) -> u64 {
        self.count
    }

    #[inline(always)]
    fn last(&self) -> i128 {
        let steps = i128::from(self.count) - 1;
        // Multiplications of 128 bits are three of 64.
        if self.step == 1 {
            return self.first + steps;
        }
        self.first + self.step * steps
    }

    /// Smallest value of the variable, in a loop that is not empty.
    #[inline(always)]
    pub fn lo(&self) -> i128 {
        if self.step < 0 {
            self.last()
        } else {
            self.first
        }
    }

    /// Largest value of the variable, in a loop that is not empty.
    #[inline(always)]
    pub fn hi(&self) -> i128 {
        if self.step < 0 {
            self.first
        } else {
            self.last()
        }
    }

    /// The same, if computations in 64 bits lead there.
    #[inline(always)]
    pub fn narrow_hi(&self) -> Option<i64> {
        let first = i64::try_from(self.first).ok()?;
        match i64::try_from(self.step).ok()? {
            1 => first.checked_add(i64::try_from(self.count).ok()? - 1),
            step if step < 0 => Some(first),
            _ => i64::try_from(self.last()).ok(),
        }
    }

    /// Becomes another, field by field: what was just written in halves is slow to read at once.
    #[inline(always)]
    pub(crate) fn set(&mut self, other: &Progression) {
        self.first = other.first;
        self.step = other.step;
        self.count = other.count;
    }

    /// So many iterations from the same first value on.
    pub(crate) fn with_count(&self, count: u64) -> Progression {
        Progression { count, ..*self }
    }

    /// First value, modulo 2^64.
    #[inline(always)]
    pub fn first(&self) -> u64 {
        self.first as u64
    }

    /// Growth, modulo 2^64.
    #[inline(always)]
    pub fn step(&self) -> u64 {
        self.step as u64
    }

    /// As a device launch describes it.
    pub fn trip(&self) -> Trip {
        Trip {
            first: self.first(),
            step: self.step(),
            count: self.count,
        }
    }

    /// `start..end` or `start..=end` with values of a type with this range; `None` where they are
    /// not, or where there are too many to count.
    pub fn between(
        (least, greatest): (i128, i128),
        start: i128,
        end: i128,
        inclusive: bool,
    ) -> Option<Progression> {
        let known = least <= start.min(end) && start.max(end) <= greatest;
        if !known {
            return None;
        }
        let count = end - start + i128::from(inclusive);
        Some(Progression {
            first: start,
            step: 1,
            count: u64::try_from(count.max(0)).ok()?,
        })
    }

    /// `.rev()`
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
    pub fn step_by(self, step: i128) -> Option<Progression> {
        let step = usize::try_from(step).ok().filter(|step| *step > 0)? as u64;
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
    #[cfg_attr(not(debug_assertions), inline(always))]
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
    #[cfg_attr(not(debug_assertions), inline(always))]
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

/// Number of iterations, 0 where they cannot be counted.
#[inline(always)]
pub fn count(of: &Option<Progression>) -> u64 {
    of.as_ref().map_or(0, Progression::count)
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
        if progression.count > 0 {
            let hi = i64::try_from(progression.hi()).ok();
            assert_eq!(progression.narrow_hi(), hi);
        }
        if let Some(wide) = wide {
            assert_eq!(values(wide), expected);
        }
        if let (Some(min), Some(max)) = (expected.iter().min(), expected.iter().max()) {
            assert_eq!(progression.lo(), *min);
            assert_eq!(progression.hi(), *max);
        }
    }

    fn wide<T: Counter>(start: i128, end: i128, inclusive: bool) -> Progression {
        Progression::between(T::RANGE, start, end, inclusive).unwrap()
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
                let by = step as i128;
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
        assert_eq!(wide::<u8>(0, 9, false).step_by(0), None);
        assert_eq!(wide::<u8>(0, 9, false).step_by(-1), None);
        assert_eq!(Progression::between(u8::RANGE, 0, 256, false), None);
        assert_eq!(Progression::between(usize::RANGE, 0, -1, false), None);
    }
}
