//! The numbers that a stack holds: 64 bits, which nearly always do, and 128.

/// What a stack holds.
pub trait Number: Copy {
    const FALSE: Self;
    fn small(value: i64) -> Self;
    /// `None` ends the evaluation, as for the operations.
    fn of(value: i128) -> Option<Self>;
    fn known(self) -> Option<i128>;
    fn plus(self, other: Self) -> Option<Self>;
    fn minus(self, other: Self) -> Option<Self>;
    fn times(self, other: Self) -> Option<Self>;
    /// `self <= other`
    fn at_most(self, other: Self) -> bool;
    /// `self` if so, else `other`; unknown if either is.
    fn pick(self, other: Self, so: bool) -> Self;
}

impl Number for i64 {
    const FALSE: i64 = 0;

    #[inline(always)]
    fn small(value: i64) -> i64 {
        value
    }

    #[inline(always)]
    fn of(value: i128) -> Option<i64> {
        i64::try_from(value).ok()
    }

    #[inline(always)]
    fn known(self) -> Option<i128> {
        Some(self.into())
    }

    #[inline(always)]
    fn plus(self, other: i64) -> Option<i64> {
        self.checked_add(other)
    }

    #[inline(always)]
    fn minus(self, other: i64) -> Option<i64> {
        self.checked_sub(other)
    }

    #[inline(always)]
    fn times(self, other: i64) -> Option<i64> {
        self.checked_mul(other)
    }

    #[inline(always)]
    fn at_most(self, other: i64) -> bool {
        self <= other
    }

    #[inline(always)]
    fn pick(self, other: i64, so: bool) -> i64 {
        if so { self } else { other }
    }
}

/// A value, or `None` where it is out of reach of 128 bits.
#[derive(Clone, Copy)]
pub struct Wide(pub Option<i128>);

impl Wide {
    fn with(self, other: Wide, op: fn(i128, i128) -> Option<i128>) -> Option<Wide> {
        Some(Wide(
            self.0
                .zip(other.0)
                .and_then(|(left, right)| op(left, right)),
        ))
    }
}

impl Number for Wide {
    const FALSE: Wide = Wide(Some(0));

    fn small(value: i64) -> Wide {
        Wide(Some(value.into()))
    }

    fn of(value: i128) -> Option<Wide> {
        Some(Wide(Some(value)))
    }

    fn known(self) -> Option<i128> {
        self.0
    }

    fn plus(self, other: Wide) -> Option<Wide> {
        self.with(other, i128::checked_add)
    }

    fn minus(self, other: Wide) -> Option<Wide> {
        self.with(other, i128::checked_sub)
    }

    fn times(self, other: Wide) -> Option<Wide> {
        self.with(other, i128::checked_mul)
    }

    fn at_most(self, other: Wide) -> bool {
        self.0
            .zip(other.0)
            .is_some_and(|(left, right)| left <= right)
    }

    fn pick(self, other: Wide, so: bool) -> Wide {
        match (self.0, other.0) {
            (Some(_), Some(_)) if so => self,
            (Some(_), Some(_)) => other,
            _ => Wide(None),
        }
    }
}

/// A truth value.
#[inline]
pub fn truth<N: Number>(holds: bool) -> N {
    N::small(i64::from(holds))
}
