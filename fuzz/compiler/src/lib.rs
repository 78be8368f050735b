//! The compiler behind `#[kernel]` as an ordinary library, and what its IR means: a proc-macro crate
//! exports nothing but its macros, so these are its own files, compiled once more.

#![allow(missing_docs, dead_code, unused_imports, clippy::all)]

#[path = "../../../kernel-macros/src/analysis/mod.rs"]
pub mod analysis;
#[path = "../../../kernel-macros/src/diagnostics.rs"]
mod diagnostics;
#[path = "../../../kernel-macros/src/fastmath/mod.rs"]
pub mod fastmath;
#[path = "../../../kernel-macros/src/host/mod.rs"]
mod host;
#[path = "../../../kernel-macros/src/infer/mod.rs"]
mod infer;
#[path = "../../../kernel-macros/src/ir/mod.rs"]
pub mod ir;
#[path = "../../../kernel-macros/src/lower/mod.rs"]
mod lower;
#[path = "../../../kernel-macros/src/parse/mod.rs"]
mod parse;
#[path = "../../../kernel-macros/src/ptx/mod.rs"]
mod ptx;
#[path = "../../../kernel-macros/src/report/mod.rs"]
mod report;
#[path = "../../../kernel-macros/src/tables.rs"]
mod tables;

mod compiled;
pub mod interpret;

pub use compiled::{Compiled, RegionText, compile, compile_with};
