//! The functions for many numbers at a time, in stages.
//!
//! An elementary function is a long chain of operations. A processor that runs one for a few vectors
//! waits for the chain's end most of the time: the next vectors' operations, which could fill the
//! gaps, are too far away for it to see. So these functions go through all numbers with one
//! piece of the chain before they begin the next. What passes between pieces stays in the cache.
//! Every result comes from the operations of the function proper, and so has its bits.

/// Numbers that a call is for.
pub const COUNT: usize = 64;

/// Room for what passes from stage to stage.
pub struct Scratch(pub(super) [[f64; COUNT]; 6]);

impl Scratch {
    /// Its numbers do not matter.
    #[inline(always)]
    pub fn new() -> Scratch {
        Scratch([[0.0; COUNT]; 6])
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch::new()
    }
}

/// Functions of so many numbers in one stage, their values in the first number's place.
macro_rules! whole {
    ($ty:ident: $($name:ident($($more:ident: $other:ident)?))+) => {$(
        /// The function proper, of each.
        #[inline(always)]
        pub fn $name(x: &mut [$ty; COUNT] $(, $more: &[$other; COUNT])?, _: &mut Scratch) {
            for at in 0..COUNT {
                x[at] = super::$name(x[at] $(, $more[at])?);
            }
        }
    )+};
}

pub(super) use whole;

#[cfg(test)]
mod tests {
    use super::{COUNT, Scratch};
    use crate::math::{self, random};

    /// Numbers of all sizes, ordinary ones, and the ends; the first of each call's in order.
    macro_rules! inputs {
        ($ty:ident, $bits:ident, $seed:literal, $call:expr) => {
            std::array::from_fn::<$ty, COUNT, _>(|at| {
                let ends = [0.0, -0.0, 1.0, $ty::INFINITY, $ty::NEG_INFINITY, $ty::NAN];
                let bits = random::$bits($seed, ($call * COUNT + at) as u64);
                match at % 4 {
                    0 => ends[at / 4 % ends.len()],
                    1 => $ty::from_bits(bits),
                    _ => (bits % 100_000) as $ty / 1000.0 - 20.0,
                }
            })
        };
    }

    /// The bits of the lanes of some functions beside those of the functions proper.
    macro_rules! compare {
        ($ty:ident, $bits:ident: $($one:ident)+; $($two:ident)+) => {
            let mut scratch = Scratch::new();
            for call in 0..100 {
                let (x, y) = (inputs!($ty, $bits, 1, call), inputs!($ty, $bits, 2, call + 1));
                $({
                    let mut lanes = x;
                    math::$ty::lanes::$one(&mut lanes, &mut scratch);
                    for (x, lane) in x.iter().zip(lanes) {
                        let proper = math::$ty::$one(*x);
                        assert_eq!(lane.to_bits(), proper.to_bits(), "{} {x:e}", stringify!($one));
                    }
                })+
                $({
                    let mut lanes = x;
                    math::$ty::lanes::$two(&mut lanes, &y, &mut scratch);
                    for ((x, y), lane) in x.iter().zip(y).zip(lanes) {
                        let proper = math::$ty::$two(*x, y);
                        let name = stringify!($two);
                        assert_eq!(lane.to_bits(), proper.to_bits(), "{name} {x:e} {y:e}");
                    }
                })+
            }
        };
    }

    #[test]
    fn stages_have_the_bits_of_the_functions_proper() {
        compare!(f64, bits_u64: ln log2 log10 acosh exp tan; powf hypot);
        compare!(f32, bits_u32: ln; atan2);
    }
}
