//! The functions for many numbers at a time: in stages, and without what usual numbers do not need.
//!
//! An elementary function is a long chain of operations. A processor that runs one for a few vectors
//! waits for the chain's end most of the time: the next vectors' operations, which could fill the
//! gaps, are too far away for it to see. So the longest functions go through all numbers with one
//! piece of the chain before they begin the next. What passes between pieces stays in the cache.
//!
//! Subnormal and infinite numbers, zeros, NaN, and ends of domains take some functions a third of
//! their operations, although few numbers are one. So a first stage notes whether one of the numbers
//! is unusual, with an operation or two for each: then the function proper is taken for all. Usual
//! numbers have every result from the operations of the function proper that they need, and so have
//! its bits.

use std::mem::MaybeUninit;

/// Numbers of calls, at a boundary of the cache: no vector of them lies on two sides of one.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub struct Lanes<T, const N: usize>(pub [T; N]);

/// How many blocks of `N` have the first `count` lanes, of which there is one. What is left of the last block
/// repeats the last of them, since whoever calls functions of a block is not to find unusual numbers there.
///
/// # Panics
///
/// If there are not so many lanes.
#[inline(always)]
pub fn blocks<T: Copy, const M: usize, const N: usize>(
    lanes: &mut Lanes<T, M>,
    count: usize,
) -> usize {
    const { assert!(M.is_multiple_of(N)) };
    let last = lanes.0[count - 1];
    lanes.0[count..count.next_multiple_of(N)].fill(last);
    count.div_ceil(N)
}

/// A block of lanes.
///
/// # Panics
///
/// If there are not so many lanes.
#[inline(always)]
pub fn block<T, const M: usize, const N: usize>(lanes: &Lanes<T, M>, number: usize) -> &[T; N] {
    &lanes.0.as_chunks().0[number]
}

/// Likewise, to be changed.
///
/// # Panics
///
/// If there are not so many lanes.
#[inline(always)]
pub fn block_mut<T, const M: usize, const N: usize>(
    lanes: &mut Lanes<T, M>,
    number: usize,
) -> &mut [T; N] {
    &mut lanes.0.as_chunks_mut().0[number]
}

/// The most numbers of a call.
pub(super) const MOST: usize = 64;

/// Room for what passes from stage to stage.
#[repr(align(64))]
pub struct Scratch(pub(super) [[f64; MOST]; 6]);

impl Scratch {
    /// Its numbers do not matter.
    #[inline(always)]
    pub fn new() -> Scratch {
        Scratch([[0.0; MOST]; 6])
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Scratch::new()
    }
}

/// Room for a scratch that is filled once somebody asks for it: that takes as long as a few calls by name. Not one
/// value with what says whether it is: LLVM fills such a one as a whole.
#[inline(always)]
pub fn room() -> MaybeUninit<Scratch> {
    MaybeUninit::uninit()
}

/// The scratch in a room.
///
/// # Safety
///
/// A room that is said to be filled was given to this function before.
#[inline(always)]
pub unsafe fn filled<'a>(
    room: &'a mut MaybeUninit<Scratch>,
    is_filled: &mut bool,
) -> &'a mut Scratch {
    if !*is_filled {
        fill(room);
        *is_filled = true;
    }
    // SAFETY: it was filled, just now or, by the caller, before.
    unsafe { room.assume_init_mut() }
}

// A call, or LLVM does it for those who do not ask.
#[inline(never)]
fn fill(room: &mut MaybeUninit<Scratch>) {
    *room = MaybeUninit::zeroed();
}

/// Ends a stage: LLVM does not join it with the next one.
#[inline(always)]
pub(super) fn settle(scratch: &mut Scratch) {
    std::hint::black_box(scratch);
}

/// Each number's value by the function proper, in its place.
macro_rules! proper {
    ($x:ident, $name:ident($($more:ident)?)) => {
        for at in 0..$x.len() {
            $x[at] = super::$name($x[at] $(, $more[at])?);
        }
    };
}

pub(super) use proper;

/// Functions of so many numbers in one stage, their values in the first number's place.
macro_rules! whole {
    ($ty:ident: $($name:ident($($more:ident: $other:ident)?))+) => {$(
        /// The function proper, of each.
        #[inline(always)]
        pub fn $name<const N: usize>(
            x: &mut [$ty; N], $($more: &[$other; N],)? _: &mut Scratch,
        ) {
            for at in 0..N {
                x[at] = super::$name(x[at] $(, $more[at])?);
            }
        }
    )+};
}

pub(super) use whole;

#[cfg(test)]
mod tests {
    use super::Scratch;
    use crate::math::{self, random};

    /// Of every four calls, the lanes of one are positive and ordinary, those of one are so but for
    /// one number of any size, and the others' are of all sizes, ordinary, and the ends.
    macro_rules! inputs {
        ($ty:ident, $bits:ident, $seed:literal, $call:expr) => {
            std::array::from_fn::<$ty, N, _>(|at| {
                let ends = [0.0, -0.0, 1.0, $ty::INFINITY, $ty::NEG_INFINITY, $ty::NAN];
                let bits = random::$bits($seed, ($call * N + at) as u64);
                let ordinary = (bits % 100_000) as $ty / 1000.0;
                match ($call % 4, at % 4) {
                    (0, _) => 1.0 + ordinary,
                    (1, _) if at != $call / 4 % N => 1.0 + ordinary,
                    (1, _) | (_, 1) => $ty::from_bits(bits),
                    (_, 0) => ends[at / 4 % ends.len()],
                    _ => ordinary - 20.0,
                }
            })
        };
    }

    /// The bits of the lanes of some functions beside those of the functions proper.
    macro_rules! compare {
        ($ty:ident, $bits:ident: $($one:ident)+; $($two:ident)+) => {
            let mut scratch = Scratch::new();
            for call in 0..400 {
                let x = inputs!($ty, $bits, 1, call);
                // Powers of ordinary numbers stay ordinary.
                let y = inputs!($ty, $bits, 2, call + call % 3).map(|y| y / 16.0);
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
    fn lanes_have_the_bits_of_the_functions_proper() {
        lanes_of::<32>();
        lanes_of::<64>();
    }

    fn lanes_of<const N: usize>() {
        compare!(f64, bits_u64: ln log2 log10 acosh exp exp2 tan; powf hypot);
        compare!(f32, bits_u32: ln log2 exp2; powf atan2);
    }

    /// Of functions with a form for usual numbers: one number next to an end of what is usual, among
    /// others well inside.
    macro_rules! next_to_ends {
        ($ty:ident: $($name:ident($end:expr) $($y:literal)?;)+) => {$(
            for step in 0..9 {
                let end: $ty = $end;
                let x = $ty::from_bits(end.to_bits() + step - 4);
                let mut lanes = [2.0; N];
                lanes[step as usize] = x;
                math::$ty::lanes::$name(
                    &mut lanes $(, &[$y; N])?, &mut Scratch::new()
                );
                let proper = math::$ty::$name(x $(, $y)?);
                let name = stringify!($name);
                assert_eq!(lanes[step as usize].to_bits(), proper.to_bits(), "{name} {x:e}");
                assert_eq!(lanes[9], math::$ty::$name(2.0 $(, $y)?));
            }
        )+};
    }

    #[test]
    fn numbers_next_to_the_ends_of_what_is_usual_have_the_bits_too() {
        next_to_ends::<32>();
        next_to_ends::<64>();
    }

    fn next_to_ends<const N: usize>() {
        let root = std::f64::consts::SQRT_2;
        next_to_ends! { f64:
            exp(354.0); exp(-354.0); exp(355.5); exp(-354.9); exp2(511.0); exp2(-511.0); exp2(512.0); exp2(-512.0); exp2(1023.5); exp2(-1022.5);
            exp2(511.9375); exp2(-512.0625); exp2(0.0625);
            ln(2f64.powi(513)); ln(2f64.powi(-511)); ln(f64::MIN_POSITIVE);
            log2(2f64.powi(513)); log2(2f64.powi(-511)); log2(f64::from_bits(4));
            log2(1.5); log2(1.0); log2(f64::MIN_POSITIVE); log2(f64::MAX);
            log10(2f64.powi(513)); log10(2f64.powi(-511));
            acosh(1.0); acosh(1e20); acosh(2f64.powi(64));
            powf(2f64.powi(512)) 1.0; powf(2f64.powi(-512)) 1.0; powf(1e-154) -1.0;
            powf(3e19) 24.0; powf(1e-160) 0.0; powf(1.0) 1e300; powf(1.0000001) 1e300;
        }
        next_to_ends! { f32:
            powf(f32::from_bits(4)) 0.5; powf(f32::MIN_POSITIVE) 1.0; powf(1.0) 4e9;
            log2(root as f32 * 2f32.powi(64)); log2(root as f32 * 2f32.powi(-64));
            log2(f32::MIN_POSITIVE); powf(2f32.powi(127)) 1.0; powf(2f32.powi(64)) 8.0; powf(2f32.powi(64)) -8.0;
            powf(1.0001) 1e30; powf(0.5) 149.0; powf(1.9999999) 128.0;
        }
    }
}
