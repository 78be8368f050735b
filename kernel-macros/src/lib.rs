//! The `#[kernel]` attribute. Use it through `kernel-runtime`, which re-exports it.

mod analysis;
mod ir;
