//! Minima and maxima of floats in lanes that hold no NaN, in as few vector instructions as they take.

use super::Order;

/// Floats.
#[doc(hidden)]
pub trait Lane: Order {
    /// `Order::min` of a lane and a value. If `NUMBERS`, the lane is no NaN; if `UNSIGNED`, neither is
    /// `-0`.
    fn least<const NUMBERS: bool, const UNSIGNED: bool>(lane: Self, value: Self) -> Self;
    /// `Order::max`, likewise.
    fn greatest<const NUMBERS: bool, const UNSIGNED: bool>(lane: Self, value: Self) -> Self;
}

// A comparison with a NaN does not hold, so that the lane stays: with a choice by it, that is one
// instruction of x86-64. Equal values differ at most in the sign of zero, which is where the bits of
// both come in. The last operation is one of floats: LLVM would store integers, but it loads floats, and
// keeps in registers only what it loads and stores as one type.
macro_rules! floats {
    ($($ty:ident)*) => {$(
        impl Lane for $ty {
            #[inline(always)]
            fn least<const NUMBERS: bool, const UNSIGNED: bool>(lane: Self, value: Self) -> Self {
                if !NUMBERS {
                    return Order::min(lane, value);
                }
                let least = if value < lane { value } else { lane };
                if UNSIGNED {
                    return least;
                }
                let either = $ty::from_bits(value.to_bits() | lane.to_bits());
                if value == lane { either } else { least }
            }
            #[inline(always)]
            fn greatest<const NUMBERS: bool, const UNSIGNED: bool>(lane: Self, value: Self) -> Self {
                if !NUMBERS {
                    return Order::max(lane, value);
                }
                let greatest = if value > lane { value } else { lane };
                if UNSIGNED {
                    return greatest;
                }
                let both = $ty::from_bits(value.to_bits() & lane.to_bits());
                if value == lane { both } else { greatest }
            }
        }
    )*};
}

floats!(f32 f64);

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 8] = [
        f64::NEG_INFINITY,
        -1.5,
        -0.0,
        0.0,
        5e-324,
        2.0,
        f64::INFINITY,
        f64::NAN,
    ];

    #[test]
    fn lanes_without_nans_have_the_bits_of_all() {
        for lane in &VALUES[..7] {
            for value in VALUES {
                let (lane, least) = (*lane, Lane::least::<true, false>(*lane, value));
                assert_eq!(least.to_bits(), Order::min(lane, value).to_bits());
                let greatest = Lane::greatest::<true, false>(lane, value);
                assert_eq!(greatest.to_bits(), Order::max(lane, value).to_bits());
                let (lane, value) = (lane as f32, value as f32);
                let least = Lane::least::<true, false>(lane, value);
                assert_eq!(least.to_bits(), Order::min(lane, value).to_bits());
            }
        }
    }

    #[test]
    fn without_signed_zeros_a_comparison_will_do() {
        let values = VALUES.iter().filter(|value| value.to_bits() != 1 << 63);
        for value in values.copied() {
            for lane in [f64::NEG_INFINITY, -1.5, 0.0, 2.0, f64::INFINITY] {
                let (least, greatest) = (Order::min(lane, value), Order::max(lane, value));
                assert_eq!(
                    Lane::least::<true, true>(lane, value).to_bits(),
                    least.to_bits()
                );
                assert_eq!(
                    Lane::greatest::<true, true>(lane, value).to_bits(),
                    greatest.to_bits()
                );
            }
        }
    }
}
