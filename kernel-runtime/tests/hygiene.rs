//! Expansions in unfriendly surroundings: strict lints, no unsafe code, names that hide others.
#![deny(warnings, missing_docs, clippy::all, unused)]
#![forbid(unsafe_code)]

use kernel_runtime::prelude::*;

/// A public kernel, documented.
#[kernel(parallel)]
#[must_use]
pub fn total(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i];
    }
    s
}

/// Lints that the user has spoken of.
#[kernel(parallel, cuda)]
#[expect(unused_variables, clippy::too_many_arguments)]
pub fn long(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64, g: f64, x: &mut [f64]) {
    let unused = 1;
    for i in 0..x.len() {
        x[i] = a + b + c + d + e + f + g;
    }
}

/// Names that a careless macro would use.
#[allow(
    non_camel_case_types,
    non_upper_case_globals,
    dead_code,
    non_snake_case,
    missing_docs
)]
pub mod hostile {
    use kernel_runtime::prelude::kernel;

    pub struct Option;
    pub struct Result;
    pub struct Some;
    pub struct Ok;
    pub struct Err;
    pub struct Region;
    pub trait Iterator {}
    pub trait Copy {}
    pub trait Clone {}
    pub mod core {}
    pub mod std {}
    pub fn max(_: u8) -> u8 {
        0
    }
    pub const UNIT: bool = false;
    pub const FAST: bool = false;
    pub const session: f32 = 1.0;
    pub const outer: f32 = 2.0;
    pub const t: f32 = 3.0;
    pub const shape: f32 = 4.0;
    pub const failure: f32 = 5.0;

    #[kernel(parallel)]
    pub fn busy(range: &[f32], outcome: &mut [f32], values: f32, left: f32) -> f32 {
        let mut total = values;
        for self_ in 0..range.len() {
            let at = range[self_] * values + left;
            let right = if at > 0.5 { at } else { -at };
            outcome[self_] = right + session + outer + t + shape;
            total += failure;
        }
        total
    }
}

/// Another name for the handle, where the function's is taken.
pub mod taken {
    use kernel_runtime::prelude::kernel;
    /// Takes the name.
    pub mod fill {}
    #[kernel(parallel, handle = Fill)]
    /// Fills.
    pub fn fill(x: &mut [i64], r#type: i64) {
        for r#loop in 0..x.len() {
            x[r#loop] = r#type;
        }
    }
}

#[test]
fn everything_means_what_it_says() {
    let x: Vec<f64> = (0..3000).map(f64::from).collect();
    assert_eq!(total(&x), total::serial(&x));
    let y: Vec<f32> = (0..3000).map(|k| k as f32 / 3000.0).collect();
    let (mut one, mut other) = (y.clone(), y.clone());
    let serial = hostile::busy::serial(&y, &mut one, 1.0, -0.25);
    let parallel = hostile::busy::parallel(&y, &mut other, 1.0, -0.25);
    assert_eq!((serial, one), (parallel, other));
    let _ = hostile::max(1);
    taken::fill(&mut [], 1);
    let mut w = [0.0; 2];
    long(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, &mut w);
    assert_eq!(w, [7.0; 2]);
    let mut z = [0; 5];
    taken::Fill::parallel(&mut z, 7);
    assert_eq!(z, [7; 5]);
    assert!(total::report().to_string().contains("reduction"));
}

#[test]
fn a_kernel_inside_a_function() {
    #[kernel(parallel)]
    fn double(x: &mut [u16]) {
        for i in 0..x.len() {
            x[i] = x[i].wrapping_mul(2);
        }
    }
    let mut x = [40_000; 3];
    double(&mut x);
    assert_eq!(x, [14_464; 3]);
}
