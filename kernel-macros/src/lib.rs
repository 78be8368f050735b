//! The `#[kernel]` attribute. Use it through `kernel-runtime`, which re-exports it.

mod analysis;
mod args;
mod diagnostics;
mod infer;
mod ir;
mod parse;
mod ptx;
