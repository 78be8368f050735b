//! The centres of many numbers. A table of sixteen inverses, and what belongs to them, is four registers of
//! AVX-512, whose permutations find eight of each at a time. With AVX2 the pairs are loaded one by one.

use super::centres::CENTRES;
#[cfg(any(target_arch = "x86_64", test))]
use crate::math::lanes::MOST;

/// How centres are found.
#[derive(Clone, Copy, PartialEq)]
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code))]
pub(super) enum Way {
    Registers,
    Pairs,
    OneByOne,
}

/// That of this processor, in a call of so many numbers: `MOST` with AVX-512.
#[inline(always)]
#[cfg_attr(not(target_arch = "x86_64"), allow(unused_variables))]
pub(super) fn way(numbers: usize) -> Way {
    #[cfg(target_arch = "x86_64")]
    if numbers == MOST && std::arch::is_x86_feature_detected!("avx512f") {
        return Way::Registers;
    } else if std::arch::is_x86_feature_detected!("avx2") {
        return Way::Pairs;
    }
    Way::OneByOne
}

/// What a table has of the centres whose bits follow the first twelve of each number: inverses, and what belongs
/// to them.
///
/// # Safety
/// The way is that of this processor.
#[inline(always)]
pub(super) unsafe fn look_up(way: Way, bits: &[f64; 8]) -> [[f64; 8]; 2] {
    match way {
        // SAFETY: the processor has AVX-512.
        #[cfg(target_arch = "x86_64")]
        Way::Registers => unsafe { x86::by_registers(&CENTRES, bits) },
        // SAFETY: the processor has AVX2.
        #[cfg(target_arch = "x86_64")]
        Way::Pairs => unsafe { x86::by_pairs(&CENTRES, bits) },
        _ => [&CENTRES.inverses, &CENTRES.less].map(|column| bits.map(|bits| column[index(bits)])),
    }
}

/// A centre's.
#[inline(always)]
fn index(bits: f64) -> usize {
    (bits.to_bits() >> 48) as usize & 15
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::centres::Table;
    use std::arch::x86_64::*;

    /// [`look_up`](super::look_up) with AVX-512.
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn by_registers(table: &Table, bits: &[f64; 8]) -> [[f64; 8]; 2] {
        // Of an index, four bits count.
        let index = _mm512_srli_epi64::<48>(_mm512_castpd_si512(load(bits)));
        [
            of_column(&table.inverses, index),
            of_column(&table.less, index),
        ]
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn of_column(column: &[f64; 16], index: __m512i) -> [f64; 8] {
        let (first, second) = column.split_at(8);
        let found = _mm512_permutex2var_pd(load(first), index, load(second));
        let mut numbers = [0.0; 8];
        // SAFETY: eight numbers have the 64 bytes that are stored.
        unsafe { _mm512_storeu_pd(numbers.as_mut_ptr(), found) };
        numbers
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn load(eight: &[f64]) -> __m512d {
        assert!(eight.len() == 8);
        // SAFETY: eight numbers have the 64 bytes that are loaded.
        unsafe { _mm512_loadu_pd(eight.as_ptr()) }
    }

    /// [`look_up`](super::look_up) with AVX2.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn by_pairs(table: &Table, bits: &[f64; 8]) -> [[f64; 8]; 2] {
        let mut found = [[0.0; 8]; 2];
        let [inverses, less] = &mut found;
        for half in [0, 4] {
            let offsets = offsets(&bits[half..half + 4]);
            let (even, odd) = (
                of_two(&table.pairs, offsets[0], offsets[2]),
                of_two(&table.pairs, offsets[1], offsets[3]),
            );
            let (inverses, less) = (&mut inverses[half..half + 4], &mut less[half..half + 4]);
            // SAFETY: four numbers have the 32 bytes that are stored.
            unsafe {
                _mm256_storeu_pd(inverses.as_mut_ptr(), _mm256_unpacklo_pd(even, odd));
                _mm256_storeu_pd(less.as_mut_ptr(), _mm256_unpackhi_pd(even, odd));
            }
        }
        found
    }

    /// Where the pairs of four centres begin, in bytes: at a multiple of 16 below 256.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn offsets(bits: &[f64]) -> [u64; 4] {
        assert!(bits.len() == 4);
        let mut offsets = [0; 4];
        // SAFETY: four numbers have the 32 bytes that are loaded and stored.
        unsafe {
            let bits = _mm256_loadu_si256(bits.as_ptr().cast());
            let bits = _mm256_and_si256(_mm256_srli_epi64::<44>(bits), _mm256_set1_epi64x(240));
            _mm256_storeu_si256(offsets.as_mut_ptr().cast(), bits);
        }
        offsets
    }

    /// The pairs at two [`offsets`].
    #[target_feature(enable = "avx2")]
    #[inline]
    fn of_two(pairs: &[[f64; 2]; 16], first: u64, second: u64) -> __m256d {
        let table: *const f64 = pairs.as_ptr().cast();
        // SAFETY: sixteen pairs have 256 bytes, and 16 are loaded at a multiple of 16 below that.
        unsafe {
            let first = _mm_loadu_pd(table.byte_add(first as usize));
            let second = _mm_loadu_pd(table.byte_add(second as usize));
            _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(first), second)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::f64::centres::centre;

    #[test]
    fn every_way_finds_the_centres() {
        for first in 0..16 {
            // The twelve bits before a centre's, and those behind, do not matter.
            let numbers: [u64; 8] = std::array::from_fn(|at| {
                let bits = (first + 3 * at as u64) & 15;
                (0x7ffa << 52) | (at as u64) << 52 | bits << 48 | 0x1234_5678
            });
            let expected = numbers.map(|bits| centre(bits >> 48));
            for way in [way(MOST), way(MOST / 2), Way::OneByOne] {
                // SAFETY: these are ways of this processor.
                let [inverses, less] = unsafe { look_up(way, &numbers.map(f64::from_bits)) };
                let found: [_; 8] = std::array::from_fn(|at| (inverses[at], less[at]));
                assert_eq!(found, expected);
            }
        }
    }
}
