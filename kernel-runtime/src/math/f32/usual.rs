//! See `math/usual.rs`: arguments below 2^20 are not rare.

use super::reduction::{over_pi, usual_over_pi};
use super::trigonometric::{cos_of, sin_of, tan_of};

crate::math::usual::usual!(
    f32, u32, beyond_f32, 1048576.0, bits_u32,
    usual_over_pi, over_pi -> (f64, f64, f64)
);
