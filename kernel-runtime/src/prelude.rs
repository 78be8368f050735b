//! What a file with kernels needs: `use kernel_runtime::prelude::*;`.

pub use crate::{Backend, Element, Error, Float, Int, Number, kernel, prange, with_backend};
