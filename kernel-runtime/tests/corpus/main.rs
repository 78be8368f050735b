//! The corpus: kernels of every kind, each run by every version, which must agree.
#![deny(warnings)]
// Kernels are written here as anybody might write them.
#![allow(missing_docs, clippy::all)]

#[path = "../support/mod.rs"]
mod support;
#[macro_use]
mod versions;

mod abreast;
mod arguments;
mod arithmetic;
mod arrays;
mod chains;
mod collected;
mod complex;
mod control_flow;
mod divisions;
mod driver;
mod early;
mod everyday;
mod extremes;
mod failures;
mod filtered;
mod functions;
mod fused;
mod generic;
mod inputs;
mod integers;
mod interchange;
mod iterators;
mod keyed;
mod lanes;
mod launches;
mod lookup;
mod maps;
mod minima;
mod names;
mod narrow;
mod nests;
mod options;
mod pipelines;
mod places;
mod private;
mod promoted;
mod ranges;
mod ranks;
mod rare;
mod reductions;
mod references;
mod rows;
mod searches;
mod shared;
mod stages;
mod stencils;
mod strips;
mod tuples;
mod vectors;
mod views;
mod walks;
mod whole;
