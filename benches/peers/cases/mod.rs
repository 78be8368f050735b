//! What is run: for each kernel its sizes, its inputs (the gallery's), and one call of each version.

mod grids;
mod points;
mod streams;
mod tables;

use crate::openmp::{Library, call};
use kernel_examples::data;
use std::time::Instant;

/// One kernel's inputs and outputs.
pub trait Case {
    /// Puts the outputs back to where a run starts. Not timed.
    fn reset(&mut self) {}
    /// The kernel of this crate, through its dispatcher.
    fn ours(&mut self);
    /// The loop in rayon.
    fn rayon(&mut self);
    /// The loop in C with OpenMP.
    fn openmp(&mut self, library: &Library);
    /// One number that stands for all outputs.
    fn checksum(&self) -> f64;
}

/// A kernel to compare.
pub struct Kind {
    /// Its name, the same in every language.
    pub name: &'static str,
    /// Its number in the gallery.
    pub number: &'static str,
    /// Relative difference of checksums that rounding explains.
    pub tolerance: f64,
    /// Its sizes, where the largest arrays have about so many elements.
    pub size: fn(f64) -> Vec<usize>,
    /// Makes the inputs.
    pub make: fn(&[usize]) -> Box<dyn Case>,
}

/// Every kernel.
pub const ALL: &[Kind] = &[
    streams::SUM2D,
    streams::SAXPY,
    streams::DOT,
    streams::STATISTICS,
    tables::HISTOGRAM,
    grids::GEMM,
    tables::SPARSE,
    grids::LAPLACE,
    grids::FDTD,
    points::MANDELBROT,
    points::BLACK_SCHOLES,
    points::GRAVITY,
    points::CIRCLE,
    grids::LIFE,
    tables::CLUSTER,
];

/// Bytes per second that a bare loop on all threads reads, the best of several runs.
pub fn bandwidth(library: &Library, elements: f64, rounds: usize) -> f64 {
    let values = data::vector(1, elements as usize);
    let run = || {
        let start = Instant::now();
        let folded = call!(library, "read_only",
            (values.len() => usize, values.as_ptr() => *const f64) -> u64);
        std::hint::black_box(folded);
        start.elapsed().as_secs_f64()
    };
    let best = (0..=rounds).map(|_| run()).fold(f64::INFINITY, f64::min);
    size_of_val(values.as_slice()) as f64 / best
}

/// Side of a square with about so many elements.
fn side(elements: f64) -> usize {
    (elements.sqrt() as usize).max(4)
}
