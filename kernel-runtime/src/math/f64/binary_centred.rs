//! The centres of many numbers, for logarithms to the base 2. Three columns of sixteen numbers are six registers
//! of AVX-512, whose permutations find eight numbers of each at a time, and which takes exponents and
//! significands apart. With AVX2 rows are loaded one by one.

use super::binary_centres::{CENTRES, SIXTEENTHS};
use super::centred::Way;

/// Where the row of a number's centre begins, in bytes, in bits whose other ones do not matter.
#[inline(always)]
pub(super) fn place(z: f64) -> f64 {
    f64::from_bits((z + SIXTEENTHS).to_bits() << 5)
}

/// Of eight [`place`]s, centres, slopes and what the logarithms are less than 1.
///
/// # Safety
/// The way is that of this processor, other than registers.
#[inline(always)]
pub(super) unsafe fn look_up(way: Way, places: &[f64; 8]) -> [[f64; 8]; 3] {
    match way {
        // SAFETY: the processor has AVX2.
        #[cfg(target_arch = "x86_64")]
        Way::Pairs => unsafe { x86::by_rows(&CENTRES, places) },
        _ => [&CENTRES.centres, &CENTRES.slopes, &CENTRES.less]
            .map(|column| places.map(|place| column[(place.to_bits() >> 5) as usize & 15])),
    }
}

/// The logarithm of the centre, the difference to it and its slope, of eight normal positive numbers below 2^1022.
///
/// # Safety
/// The processor has AVX-512.
#[inline(always)]
pub(super) unsafe fn apart(x: &[f64; 8]) -> [[f64; 8]; 3] {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller promises it.
    return unsafe { x86::apart(&CENTRES, x) };
    #[cfg(not(target_arch = "x86_64"))]
    unreachable!("AVX-512 is of x86-64, not of {x:?}")
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::binary_centres::{SIXTEENTHS, Table};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn apart(table: &Table, x: &[f64; 8]) -> [[f64; 8]; 3] {
        let x = load(x);
        let z = _mm512_getmant_pd::<_MM_MANT_NORM_P75_1P5, _MM_MANT_SIGN_NAN>(x);
        // At 3/2 times a power of 2 the product comes to 4 times it.
        let k = _mm512_getexp_pd(_mm512_mul_pd(x, _mm512_set1_pd(8.0 / 3.0)));
        let index = _mm512_castpd_si512(_mm512_add_pd(z, _mm512_set1_pd(SIXTEENTHS)));
        let d = _mm512_sub_pd(z, of_column(&table.centres, index));
        let log = _mm512_sub_pd(k, of_column(&table.less, index));
        [store(log), store(d), store(of_column(&table.slopes, index))]
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn of_column(column: &[f64; 16], index: __m512i) -> __m512d {
        let (first, second) = column.split_at(8);
        _mm512_permutex2var_pd(load(first), index, load(second))
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn load(eight: &[f64]) -> __m512d {
        assert!(eight.len() == 8);
        // SAFETY: eight numbers have the 64 bytes that are loaded.
        unsafe { _mm512_loadu_pd(eight.as_ptr()) }
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn store(eight: __m512d) -> [f64; 8] {
        let mut numbers = [0.0; 8];
        // SAFETY: eight numbers have the 64 bytes that are stored.
        unsafe { _mm512_storeu_pd(numbers.as_mut_ptr(), eight) };
        numbers
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn by_rows(table: &Table, places: &[f64; 8]) -> [[f64; 8]; 3] {
        let mut found = [[0.0; 8]; 3];
        let [centres, slopes, less] = &mut found;
        for half in [0, 4] {
            let offsets: [u64; 4] = std::array::from_fn(|at| places[half + at].to_bits() & 480);
            let halves = |number| {
                let of_two = |first, second| of_two(&table.rows, first + number, second + number);
                (
                    of_two(offsets[0], offsets[2]),
                    of_two(offsets[1], offsets[3]),
                )
            };
            let (even, odd) = halves(0);
            let (more_even, more_odd) = halves(16);
            // SAFETY: four numbers have the 32 bytes that are stored.
            unsafe {
                _mm256_storeu_pd(
                    centres[half..half + 4].as_mut_ptr(),
                    _mm256_unpacklo_pd(even, odd),
                );
                _mm256_storeu_pd(
                    slopes[half..half + 4].as_mut_ptr(),
                    _mm256_unpackhi_pd(even, odd),
                );
                _mm256_storeu_pd(
                    less[half..half + 4].as_mut_ptr(),
                    _mm256_unpacklo_pd(more_even, more_odd),
                );
            }
        }
        found
    }

    /// The pairs at two places: multiples of 16 below 512.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn of_two(rows: &[[f64; 4]; 16], first: u64, second: u64) -> __m256d {
        let table: *const f64 = rows.as_ptr().cast();
        // SAFETY: sixteen rows have 512 bytes, and 16 are loaded at a multiple of 16 below that.
        unsafe {
            let first = _mm_loadu_pd(table.byte_add(first as usize));
            let second = _mm_loadu_pd(table.byte_add(second as usize));
            let mut both = _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(first), second);
            // Nothing. LLVM takes permutations apart, and puts together others, which are more.
            std::arch::asm!("/* {0} */", inout(ymm_reg) both, options(pure, nomem, nostack, preserves_flags));
            both
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::binary_centres::{centre, split, split_usual};
    use super::*;
    use crate::math::f64::centred::way;
    use crate::math::lanes::MOST;
    use crate::math::random;

    /// Of any size below 2^1022, and next to the ends of a centre's share.
    fn number(index: u64) -> f64 {
        let mantissa = match index % 3 {
            0 => random::bits_u64(5, index) >> 12,
            _ => {
                ((index / 3 % 64) << 46)
                    .wrapping_add(index % 5)
                    .wrapping_sub(2)
                    & (u64::MAX >> 12)
            }
        };
        f64::from_bits((random::bits_u64(6, index) % 0x7fd) << 52 | mantissa | 1)
    }

    #[test]
    fn every_way_finds_the_centres() {
        for first in 0..200 {
            let numbers: [f64; 8] = std::array::from_fn(|at| {
                0.75 + 0.75 * random::uniform_f64(1, 8 * first + at as u64)
            });
            let expected = numbers.map(|z| centre((z + SIXTEENTHS).to_bits()));
            for way in [way(MOST / 2), Way::OneByOne] {
                // SAFETY: these are ways of this processor.
                let [centres, slopes, less] = unsafe { look_up(way, &numbers.map(place)) };
                let found: [_; 8] = std::array::from_fn(|at| (centres[at], slopes[at], less[at]));
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn registers_take_numbers_apart_as_integers_do() {
        if way(MOST) != Way::Registers {
            return;
        }
        for first in 0..20_000 {
            let numbers: [f64; 8] = std::array::from_fn(|at| number(8 * first + at as u64));
            // SAFETY: the processor has AVX-512.
            let found = unsafe { apart(&numbers) };
            for at in 0..8 {
                let (k, z) = split(numbers[at]);
                let (c, slope, less) = centre((z + SIXTEENTHS).to_bits());
                assert_eq!(
                    found.map(|column| column[at]),
                    [k - less, z - c, slope],
                    "{}",
                    numbers[at]
                );
            }
        }
    }

    #[test]
    fn usual_numbers_are_split_as_others_are() {
        for index in 0..100_000 {
            let x = number(index).max(f64::MIN_POSITIVE);
            assert_eq!(split_usual(x), split(x));
        }
    }
}
