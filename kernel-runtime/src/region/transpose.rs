//! Squares of neighbours, transposed in registers: four rows of four numbers of 8 bytes, eight rows of
//! eight of 4.

use std::arch::x86_64::*;

/// Elements each way of a square of elements of so many bytes, 0 where there is none.
pub const fn side(bytes: usize) -> usize {
    match bytes {
        8 => 4,
        4 => 8,
        _ => 0,
    }
}

/// Copies a square of 4 by 4 numbers: rows are `down` elements apart, and columns become rows that are
/// `apart` elements apart.
///
/// # Safety
///
/// The elements may be read and written, and the processor has AVX2.
#[target_feature(enable = "avx2")]
pub unsafe fn square_of_8(from: *const u64, down: isize, to: *mut u64, apart: usize) {
    // SAFETY: the caller's.
    let row = |n: isize| unsafe { _mm256_loadu_si256(from.offset(n * down).cast()) };
    let (a, b, c, d) = (row(0), row(1), row(2), row(3));
    let (ab, cd) = (_mm256_unpacklo_epi64(a, b), _mm256_unpacklo_epi64(c, d));
    let (ab_odd, cd_odd) = (_mm256_unpackhi_epi64(a, b), _mm256_unpackhi_epi64(c, d));
    let columns = [
        _mm256_permute2x128_si256::<0x20>(ab, cd),
        _mm256_permute2x128_si256::<0x20>(ab_odd, cd_odd),
        _mm256_permute2x128_si256::<0x31>(ab, cd),
        _mm256_permute2x128_si256::<0x31>(ab_odd, cd_odd),
    ];
    for (n, column) in columns.into_iter().enumerate() {
        // SAFETY: the caller's.
        unsafe { _mm256_storeu_si256(to.add(n * apart).cast(), column) };
    }
}

/// The same of 8 by 8 numbers of 4 bytes.
///
/// # Safety
///
/// As for [`square_of_8`].
#[target_feature(enable = "avx2")]
pub unsafe fn square_of_4(from: *const u32, down: isize, to: *mut u32, apart: usize) {
    // SAFETY: the caller's.
    let row = |n: isize| unsafe { _mm256_loadu_si256(from.offset(n * down).cast()) };
    // Four rows: numbers of each column side by side, columns 0 to 3 in the lower halves.
    let four = |first: isize| {
        let (a, b, c, d) = (row(first), row(first + 1), row(first + 2), row(first + 3));
        let (ab, ab_high) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
        let (cd, cd_high) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
        [
            _mm256_unpacklo_epi64(ab, cd),
            _mm256_unpackhi_epi64(ab, cd),
            _mm256_unpacklo_epi64(ab_high, cd_high),
            _mm256_unpackhi_epi64(ab_high, cd_high),
        ]
    };
    let (upper, lower) = (four(0), four(4));
    for (n, (upper, lower)) in upper.into_iter().zip(lower).enumerate() {
        let columns = [
            _mm256_permute2x128_si256::<0x20>(upper, lower),
            _mm256_permute2x128_si256::<0x31>(upper, lower),
        ];
        // SAFETY: the caller's.
        unsafe {
            _mm256_storeu_si256(to.add(n * apart).cast(), columns[0]);
            _mm256_storeu_si256(to.add((n + 4) * apart).cast(), columns[1]);
        }
    }
}
