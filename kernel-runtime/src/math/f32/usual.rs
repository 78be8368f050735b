//! See `math/usual.rs`: arguments of less than 2^10 quarter turns are not rare.

crate::math::usual::usual!(f32, u32, beyond_f32, 1608.0, bits_u32);
