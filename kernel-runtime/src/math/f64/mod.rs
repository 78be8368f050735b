//! Elementary functions of `f64`.

mod bits;
mod exponential;
mod logarithm;
mod reduction;
mod trigonometric;

pub use exponential::{exp, exp_m1, exp2};
pub use logarithm::{ln, ln_1p, log2, log10};
pub use trigonometric::{cos, sin, sin_cos, tan};
