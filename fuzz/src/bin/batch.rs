//! Runs a batch of random kernels: see the package's main program, which makes them.
#![allow(warnings, clippy::all, missing_docs)]
// What is certain to panic is to panic when it runs.
#![allow(arithmetic_overflow, unconditional_panic, overflowing_literals)]

mod kernels {
    use kernel_runtime::prelude::*;
    use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};
    use random_kernels::{Check, Outcome, Version, agree, data, numbers};

    include!(concat!(env!("OUT_DIR"), "/kernels.rs"));
}

fn main() {
    random_kernels::run_all(kernels::CHECKS);
}
