//! The powers of eighths of many numbers, for `exp2` and `powf`: a table of eight numbers is a register of
//! AVX-512 or two of AVX2, and permutations find eight or four of its numbers at a time. LLVM gathers
//! them, or loads them one by one.

use super::exponential::exp2_root_usual;
#[cfg(any(target_arch = "x86_64", test))]
use crate::math::lanes::MOST;

/// [`exp2_root_usual`] of each, in its place, in a call of `N` numbers (`MOST` with AVX-512). They are a
/// multiple of eight.
#[inline(always)]
pub(super) fn roots_of<const N: usize>(shifted: &mut [f64]) {
    #[cfg(target_arch = "x86_64")]
    if N == MOST && std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has what the function asks for.
        return unsafe { x86::by_eights(shifted) };
    } else if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: as above.
        return unsafe { x86::by_fours(shifted) };
    }
    for shifted in shifted {
        *shifted = exp2_root_usual(*shifted);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::exponential::exp2_root;
    use std::arch::x86_64::*;

    /// The table, of the indices, which are constants.
    #[inline(always)]
    fn table() -> [u64; 8] {
        std::array::from_fn(|at| exp2_root(f64::from_bits(at as u64)))
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    pub fn by_eights(shifted: &mut [f64]) {
        // SAFETY: the table has the 64 bytes that are loaded.
        let table = unsafe { _mm512_loadu_si512(table().as_ptr().cast()) };
        for eight in shifted.as_chunks_mut::<8>().0 {
            let place: *mut __m512i = eight.as_mut_ptr().cast();
            // SAFETY: eight numbers have the 64 bytes that are loaded.
            let numbers = unsafe { _mm512_loadu_si512(place) };
            // Of an index, three bits count.
            let roots = _mm512_permutexvar_epi64(numbers, table);
            let roots = _mm512_add_epi64(roots, _mm512_slli_epi64::<49>(numbers));
            // SAFETY: and that are stored.
            unsafe { _mm512_storeu_si512(place, roots) };
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn by_fours(shifted: &mut [f64]) {
        let (lower, upper) = (
            table().map(|root| root as i32),
            table().map(|root| (root >> 32) as i32),
        );
        // SAFETY: both halves of the table have the 32 bytes that are loaded.
        let (lower, upper) = unsafe {
            (
                _mm256_loadu_si256(lower.as_ptr().cast()),
                _mm256_loadu_si256(upper.as_ptr().cast()),
            )
        };
        for four in shifted.as_chunks_mut::<4>().0 {
            let place: *mut __m256i = four.as_mut_ptr().cast();
            // SAFETY: four numbers have the 32 bytes that are loaded.
            let numbers = unsafe { _mm256_loadu_si256(place) };
            // The last bits of each number, for both halves: of an index, three count.
            let twice = _mm256_shuffle_epi32::<0b10_10_00_00>(numbers);
            let lower = _mm256_permutevar8x32_epi32(lower, twice);
            let upper = _mm256_permutevar8x32_epi32(upper, twice);
            let roots = _mm256_blend_epi32::<0b1010_1010>(lower, upper);
            let roots = _mm256_add_epi64(roots, _mm256_slli_epi64::<49>(numbers));
            // SAFETY: and that are stored.
            unsafe { _mm256_storeu_si256(place, roots) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permutations_find_the_roots() {
        let bias = 844424930132480.0;
        for start in [-512.0, -3.125, 0.0, 500.0] {
            let shifted: [f64; 64] = std::array::from_fn(|at| bias + start + at as f64 / 8.0);
            let expected = shifted.map(|shifted| exp2_root_usual(shifted).to_bits());
            let (mut by_eights, mut by_fours) = (shifted, shifted);
            roots_of::<MOST>(&mut by_eights);
            roots_of::<32>(&mut by_fours);
            assert_eq!(by_eights.map(f64::to_bits), expected);
            assert_eq!(by_fours.map(f64::to_bits), expected);
        }
    }
}
