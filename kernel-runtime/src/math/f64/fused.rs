//! Fused operations, for the host, where their results are those of several others, bit for bit.
//!
//! Loops over many numbers run with AVX2 and more (`math/lanes.rs`), and processors that have that fuse
//! multiplications with additions. Without those features, `mul_add` is a call of the C library, which
//! has the same bits; tests alone come there. Other processors do the operations one by one.

use super::centres;
use super::double::product_error;

/// Whether all processors fuse that run such loops fast.
const FUSES: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));

/// [`product_error`].
#[inline(always)]
pub(super) fn error_of_product(a: f64, b: f64, product: f64) -> f64 {
    if FUSES {
        a.mul_add(b, -product)
    } else {
        product_error(a, b, product)
    }
}

/// `a * b + c`, where the product is exact: both have halves of a significand.
#[inline(always)]
pub(super) fn exact_product_and(a: f64, b: f64, c: f64) -> f64 {
    if FUSES { a.mul_add(b, c) } else { a * b + c }
}

/// [`centres::over_centre`].
#[inline(always)]
pub(super) fn over_centre(z: f64, inverse: f64) -> (f64, f64, f64) {
    if FUSES {
        centres::fused_over_centre(z, inverse)
    } else {
        centres::over_centre(z, inverse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::f64::bits::upper;
    use crate::math::random;

    #[test]
    fn fused_operations_have_the_bits_of_the_others() {
        for index in 0..100_000 {
            let [a, b, c] = [1, 2, 3].map(|seed| {
                let bits = random::bits_u64(seed, index);
                // Of a hundred binary orders; every fourth ends in ones or zeros.
                let bits = (bits & 0x800f_ffff_ffff_ffff) | ((974 + bits % 100) << 52);
                match index % 4 {
                    0 => f64::from_bits(bits | 0x07ff_ffff),
                    1 => f64::from_bits(bits & !0x03ff_ffff),
                    _ => f64::from_bits(bits),
                }
            });
            let product = a * b;
            let error = product_error(a, b, product);
            assert_eq!(error.to_bits(), error_of_product(a, b, product).to_bits());
            let (a, b) = (upper(a), upper(b));
            let sum = a * b + c;
            assert_eq!(sum.to_bits(), exact_product_and(a, b, c).to_bits());
        }
    }
}
