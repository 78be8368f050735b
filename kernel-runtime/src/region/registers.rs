//! Lanes that the fast form has to itself while it goes through a chunk: a local array, which LLVM takes
//! apart into vector registers, as nothing else refers to it. The slots would be filled, loaded, stored
//! and loaded again for each chunk, which may be as short as one round.

use super::fold::Rounded;

/// Lanes at which rounds begin: those in memory, or a value in each.
///
/// # Safety
///
/// So many lanes are there and hold values, or they begin anew.
#[inline(always)]
pub unsafe fn taken<T: Rounded, const L: usize>(lanes: *const T, anew: bool, value: T) -> [T; L] {
    match anew {
        true => [value; L],
        // SAFETY: the caller's.
        false => unsafe { *lanes.cast() },
    }
}

/// What lanes come to as bits, as a tree of widths half as large, a quarter as large, .., 1.
///
/// # Safety
///
/// There are 64 or 128 lanes, of 512 bytes at most, and the processor has `Level::FAST`.
#[inline(always)]
pub unsafe fn come_to<T: Rounded, const SUM: bool, const L: usize>(lanes: &[T; L]) -> u64 {
    // SAFETY: the caller's.
    let value = unsafe {
        match SUM {
            true => T::sum(lanes),
            false => T::product(lanes),
        }
    };
    value.into_bits()
}

/// The tree by AVX2's instructions: where it is inlined LLVM would take lanes one by one.
#[cfg(target_arch = "x86_64")]
pub(super) mod tree {
    use std::arch::x86_64::*;

    /// Vectors in 512 bytes.
    const VECTORS: usize = 16;

    macro_rules! halves {
        ($vectors:ident, $count:expr, $op:ident) => {{
            let mut width = $count / 2;
            while width > 0 {
                for at in 0..width {
                    $vectors[at] = $op($vectors[at], $vectors[at + width]);
                }
                width /= 2;
            }
            $vectors[0]
        }};
    }

    macro_rules! of_f64 {
        ($($name:ident $wide:ident $narrow:ident $single:ident)*) => {$(
            /// # Safety
            ///
            /// There are at most 64 lanes, a power of two and at least four, and the processor has AVX2.
            #[inline(always)]
            pub unsafe fn $name<const L: usize>(lanes: &[f64; L]) -> f64 {
                // SAFETY: the caller's; vectors are loaded from within the lanes.
                unsafe {
                    let mut vectors = [_mm256_setzero_pd(); VECTORS];
                    for at in 0..L / 4 {
                        vectors[at] = _mm256_loadu_pd(lanes.as_ptr().add(4 * at));
                    }
                    let four = halves!(vectors, L / 4, $wide);
                    let two = $narrow(_mm256_castpd256_pd128(four), _mm256_extractf128_pd::<1>(four));
                    _mm_cvtsd_f64($single(two, _mm_unpackhi_pd(two, two)))
                }
            }
        )*};
    }

    of_f64! {
        sum_f64 _mm256_add_pd _mm_add_pd _mm_add_sd
        product_f64 _mm256_mul_pd _mm_mul_pd _mm_mul_sd
    }

    macro_rules! of_f32 {
        ($($name:ident $wide:ident $narrow:ident $single:ident)*) => {$(
            /// # Safety
            ///
            /// There are at most 128 lanes, a power of two and at least eight, and the processor has AVX2.
            #[inline(always)]
            pub unsafe fn $name<const L: usize>(lanes: &[f32; L]) -> f32 {
                // SAFETY: the caller's; vectors are loaded from within the lanes.
                unsafe {
                    let mut vectors = [_mm256_setzero_ps(); VECTORS];
                    for at in 0..L / 8 {
                        vectors[at] = _mm256_loadu_ps(lanes.as_ptr().add(8 * at));
                    }
                    let eight = halves!(vectors, L / 8, $wide);
                    let four =
                        $narrow(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
                    let two = $narrow(four, _mm_movehl_ps(four, four));
                    _mm_cvtss_f32($single(two, _mm_movehdup_ps(two)))
                }
            }
        )*};
    }

    of_f32! {
        sum_f32 _mm256_add_ps _mm_add_ps _mm_add_ss
        product_f32 _mm256_mul_ps _mm_mul_ps _mm_mul_ss
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Level;
    use crate::region::fold::{Slot, fold_lanes};
    use crate::region::op::{Op, Product, Sum};

    /// Numbers whose sums and products say in which order they were taken.
    fn uneven(at: usize) -> f64 {
        1.0 + (at as f64 * 0.7).sin() * 0.9 + 1e-9 * at as f64
    }

    fn check<T: Rounded, const L: usize>(of: impl Fn(f64) -> T)
    where
        Sum: Op<T>,
        Product: Op<T>,
    {
        let lanes: [T; L] = std::array::from_fn(|at| of(uneven(at)));
        let mut slot = Slot::EMPTY;
        for (at, lane) in lanes.iter().enumerate() {
            slot.pad(at..at + 1, *lane);
        }
        // SAFETY: every lane was filled, and the processor was asked.
        unsafe {
            assert_eq!(
                come_to::<T, true, L>(&lanes),
                fold_lanes::<T, Sum>(&slot, L)
            );
            assert_eq!(
                come_to::<T, false, L>(&lanes),
                fold_lanes::<T, Product>(&slot, L)
            );
        }
    }

    #[test]
    fn lanes_in_registers_fold_as_those_in_memory() {
        if Level::current() < Level::FAST {
            return;
        }
        check::<f64, 64>(|value| value);
        check::<f32, 64>(|value| value as f32);
        check::<f32, 128>(|value| value as f32);
    }

    #[test]
    fn rounds_begin_at_lanes_or_at_a_value() {
        let lanes: [f32; 64] = std::array::from_fn(|at| at as f32);
        // SAFETY: the lanes are there.
        unsafe {
            assert_eq!(taken::<f32, 64>(lanes.as_ptr(), false, -0.0), lanes);
            let anew = taken::<f32, 64>(lanes.as_ptr(), true, -0.0);
            assert_eq!(anew.map(f32::to_bits), [(-0.0f32).to_bits(); 64]);
        }
    }
}
