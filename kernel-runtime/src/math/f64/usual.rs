//! See `math/usual.rs`: arguments of less than 2^20 quarter turns are not rare.

crate::math::usual::usual!(f64, u64, beyond_f64, 1647099.0, bits_u64);
