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
    // The source, as rustc gives it to the macro, and what became of it.
    let report = total::report().to_string();
    let source = ["pub fn total(x: &[f64]) -> f64 {", "s += x[i];", "}"];
    let told = |text: &str| report.lines().any(|line| line.ends_with(text));
    assert!(source.into_iter().all(told), "{report}");
    assert!(report.contains("reduction"), "{report}");
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

/// Methods that have the names of the array's own, and are found before them.
mod methods {
    use kernel_runtime::prelude::*;

    trait Lengths {
        fn len(&self) -> usize;
    }

    impl Lengths for &mut [f64] {
        fn len(&self) -> usize {
            <[f64]>::len(self) * 2
        }
    }

    /// With the slice's own length, `a[i]` and `a[i + a.len() / 4]` are apart; with this one they meet.
    #[kernel(parallel)]
    pub fn chained(a: &mut [f64], n: usize) {
        for i in 0..n {
            a[i] = a[i + a.len() / 16] + 1.0;
        }
    }

    #[kernel(parallel)]
    pub fn counted(a: &mut [f64]) {
        for i in 0..a.len() / 2 {
            a[i] = a.len() as f64;
        }
    }
}

#[test]
fn a_method_named_len_is_what_it_is() {
    let y: Vec<f64> = (0..8000).map(f64::from).collect();
    let (mut one, mut other) = (y.clone(), y.clone());
    methods::chained::serial(&mut one, 4000);
    methods::chained::parallel(&mut other, 4000);
    assert_eq!(one, other);
    methods::counted::serial(&mut one);
    methods::counted::parallel(&mut other);
    assert_eq!(one, other);
    assert_eq!(one[7999], 16000.0);
}

#[kernel(parallel)]
fn raw(x: &[f64], y: &mut [f64], n: usize) {
    let far = n;
    for i in 0..y.len() {
        let n = i + 1;
        y[i] = x[r#n] + far as f64;
    }
}

/// A kernel whose names come from two places.
macro_rules! scaled {
    ($name:ident, $x:ident, $element:ty, $value:expr) => {
        #[kernel(parallel)]
        fn $name($x: &[$element], y: &mut [$element], off: usize) {
            for i in 0..y.len() {
                y[i] = $value + $x[i + off];
            }
        }
    };
}

scaled!(scaled64, x, f64, x[0] * 2.0);
scaled!(scaled32, w, f32, w[1] * 2.0);

#[test]
fn raw_names_and_names_out_of_macros() {
    let x: Vec<f64> = (0..3001).map(f64::from).collect();
    let (mut one, mut other) = (vec![0.0; 3000], vec![0.0; 3000]);
    raw::serial(&x, &mut one, 7);
    raw::parallel(&x, &mut other, 7);
    assert_eq!(one, other);
    assert_eq!(other[0], 8.0);
    scaled64::parallel(&x, &mut other[..2000], 1000);
    assert_eq!(other[0], 1000.0);
}

#[kernel(parallel)]
fn swapped<'a>(mut a: &'a mut [f64], mut b: &'a mut [f64]) {
    let n = a.len() - 1;
    for _ in 0..3 {
        for i in 0..n {
            a[i] = b[i + 1] + 1.0;
        }
        std::mem::swap(&mut a, &mut b);
    }
}

#[test]
fn arrays_swapped_between_regions() {
    let x: Vec<f64> = (0..3001).map(f64::from).collect();
    let (mut a, mut b) = (x.clone(), vec![0.0; 3001]);
    let (mut c, mut d) = (x, vec![0.0; 3001]);
    swapped::serial(&mut a, &mut b);
    swapped::parallel(&mut c, &mut d);
    assert_eq!((a, b), (c, d));
}

/// Parts of a run-time length inside an index: an invariant whose own arithmetic may overflow.
#[kernel(parallel)]
fn parts(x: &[f64], y: &mut [f64], n: usize) {
    for i in 0..n {
        y[i] = x[i + (n + 6) / 3];
    }
}

#[test]
fn arithmetic_inside_an_invariant() {
    let x: Vec<f64> = (0..4500).map(f64::from).collect();
    let (mut one, mut other) = (vec![0.0; 3000], vec![0.0; 3000]);
    parts::serial(&x, &mut one, 3000);
    parts::parallel(&x, &mut other, 3000);
    assert_eq!(one, other);
}

mod longer_rows {
    use kernel_runtime::prelude::*;

    /// Rows of another length than the source says.
    macro_rules! vec {
        ([$fill:expr; 2]; $n:expr) => {
            std::vec![[$fill; 3]; $n]
        };
    }

    #[kernel(parallel)]
    pub fn sums(x: &[f64]) -> f64 {
        let mut rows = vec![[0.5; 2]; x.len()];
        for i in 0..x.len() {
            rows[i][0] = x[i];
            rows[i][1] += 1.0;
        }
        let mut sum = 0.0;
        for i in 0..x.len() {
            for v in rows[i].iter() {
                sum += v;
            }
        }
        sum
    }
}

/// Where a macro of the name `vec` makes other rows, the array is asked.
#[test]
fn rows_of_another_vec() {
    let x = vec![0.25; 3000];
    assert_eq!(longer_rows::sums::serial(&x), 3000.0 * 2.25);
    assert_eq!(longer_rows::sums::parallel(&x), 3000.0 * 2.25);
}
