//! Remainders of numbers that are the divisor's few times at most, as those of neighbours on a torus
//! are.

use crate::element::Element;

/// Integers, whose remainders these are without a division where the dividend is near.
///
/// They are for the few iterations at a border. The division is a call, so that LLVM does not make
/// vectors of them, which would divide lane by lane.
#[doc(hidden)]
pub trait Near: Element {
    /// `self.wrapping_rem(by)`; panics if `by` is 0.
    fn remainder(self, by: Self) -> Self;
    /// `self.wrapping_rem_euclid(by)`; panics if `by` is 0.
    fn remainder_euclid(self, by: Self) -> Self;
}

/// `x` less `by`, once or twice, if that is below `by` and nothing overflows on the way.
macro_rules! from_above {
    ($x:ident, $by:ident) => {
        if $x < $by {
            return $x;
        }
        let once = $x - $by;
        if once < $by {
            return once;
        }
        let twice = once - $by;
        if twice < $by {
            return twice;
        }
    };
}

macro_rules! near {
    ($($ty:ident $signed:literal)*) => {$(
        impl Near for $ty {
            #[inline(always)]
            #[allow(unused_comparisons)]
            fn remainder(self, by: $ty) -> $ty {
                if self >= 0 && by > 0 {
                    from_above!(self, by);
                }
                far(self, by, $ty::wrapping_rem)
            }

            #[inline(always)]
            #[allow(unused_comparisons)]
            fn remainder_euclid(self, by: $ty) -> $ty {
                if self >= 0 && by > 0 {
                    from_above!(self, by);
                }
                if $signed && self < 0 && by > 0 && self + by >= 0 {
                    return self + by;
                }
                far(self, by, $ty::wrapping_rem_euclid)
            }
        }
    )*};
}

near!(i8 true i16 true i32 true i64 true isize true);
near!(u8 false u16 false u32 false u64 false usize false);

#[inline(never)]
fn far<T>(x: T, by: T, remainder: fn(T, T) -> T) -> T {
    remainder(x, by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remainders_are_those_of_the_language() {
        for x in i8::MIN..=i8::MAX {
            for by in (i8::MIN..=i8::MAX).filter(|by| *by != 0) {
                assert_eq!(x.remainder(by), x.wrapping_rem(by), "{x} % {by}");
                let euclid = x.wrapping_rem_euclid(by);
                assert_eq!(x.remainder_euclid(by), euclid, "{x} mod {by}");
                let [x, by] = [x, by].map(i8::cast_unsigned);
                let all = [x.remainder(by), x.remainder_euclid(by)];
                assert_eq!(all, [x % by; 2], "{x} % {by}");
            }
        }
        assert_eq!(i64::MIN.remainder_euclid(i64::MAX), i64::MAX - 1);
        assert_eq!(u64::MAX.remainder(u64::MAX - 1), 1);
    }
}
