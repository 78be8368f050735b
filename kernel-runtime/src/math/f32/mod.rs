//! Elementary functions of `f32`, in `f32` arithmetic, as `f64` is slow on many devices; but for powers,
//! the gamma function and the functions of angles, which would need numbers of two parts.

mod bits;
mod double;
mod error_function;
mod exponential;
mod gamma_function;
mod hyperbolic;
mod inverse_hyperbolic;
mod inverse_trigonometric;
#[doc(hidden)]
pub mod lanes;
mod log_gamma;
mod logarithm;
mod power;
mod reduction;
mod root;
mod trigonometric;
#[doc(hidden)]
pub mod usual;

pub use error_function::{erf, erfc};
pub use exponential::{exp, exp_m1, exp2};
pub use gamma_function::{gamma, ln_gamma};
pub use hyperbolic::{cosh, sinh, tanh};
pub use inverse_hyperbolic::{acosh, asinh, atanh};
pub use inverse_trigonometric::{acos, asin, atan, atan2};
pub use logarithm::{ln, ln_1p, log2, log10};
pub use power::{log, powf, powi};
pub use root::{cbrt, hypot, rsqrt};
pub(in crate::math) use trigonometric::cos_within;
pub use trigonometric::{cos, sin, sin_cos, tan};
