//! What is run: for each kernel its sizes, its inputs (the gallery's), and one call of each version.

mod grids;
mod points;
mod streams;
mod tables;

use crate::openmp::{Library, call};
use kernel_examples::data;

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

/// How long a bare loop on all threads and `sum2d` take to read the same matrix.
pub struct Reading {
    pub bytes: f64,
    /// Seconds of the bare loop in each round.
    pub bare: Vec<f64>,
    /// Seconds of `sum2d` in each round.
    pub ours: Vec<f64>,
}

/// Has both read a matrix, in turn.
pub fn reading(library: &Library, elements: f64, rounds: usize) -> Reading {
    let side = side(elements);
    let a = data::matrix(1, side, side, |_| ());
    let bare = || {
        let folded = call!(library, "read_only",
            (a.len() => usize, a.as_ptr().cast() => *const u64) -> u64);
        std::hint::black_box(folded);
    };
    let ours = || _ = std::hint::black_box(streams::sum2d(a.view()));
    let rounds = (0..=rounds).map(|_| (crate::rested(bare), crate::rested(ours)));
    // The first round warms caches, pools and pages.
    let (bare, ours) = rounds.skip(1).unzip();
    Reading {
        bytes: (a.len() * size_of::<f64>()) as f64,
        bare,
        ours,
    }
}

/// Side of a square with about so many elements.
fn side(elements: f64) -> usize {
    (elements.sqrt() as usize).max(4)
}
