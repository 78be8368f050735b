//! Functions that kernels call, in this file and in modules of it.
#![allow(missing_docs, clippy::manual_is_multiple_of)]

mod support;

use kernel_runtime::prelude::*;
use support::{THREADS, on_threads, values};

#[kernel(device)]
pub const fn square(x: f64) -> f64 {
    x * x
}

mod shapes {
    use kernel_runtime::prelude::*;

    const HALF: f64 = 0.5;

    #[kernel(device)]
    pub fn area(a: f64, b: f64) -> f64 {
        const SCALE: f64 = 2.0;
        if a < 0.0 {
            return super::square(b) + HALF;
        }
        let product = a * b * SCALE;
        product - super::square(a)
    }

    #[kernel(device)]
    pub fn collatz(mut n: u64, limit: u32) -> (u64, u32) {
        let mut steps = 0;
        while n != 1 {
            if steps == limit {
                return (n, steps);
            }
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
            steps += 1;
        }
        (n, steps)
    }
}

#[kernel(parallel)]
fn areas(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = shapes::area(x[i], 2.0) + square(x[i]);
    }
}

#[kernel(parallel)]
fn steps(n: &[u64], out: &mut [u32]) -> u64 {
    use shapes::collatz;
    let mut total = 0;
    for i in 0..n.len() {
        let (last, steps) = collatz(n[i], 100);
        out[i] = steps;
        total += last;
    }
    total
}

#[test]
fn they_give_what_they_give() {
    let x = values(3000);
    let mut expected = vec![0.0; x.len()];
    areas::serial(&x, &mut expected);
    for threads in THREADS {
        let mut out = vec![0.0; x.len()];
        on_threads(threads, || areas::parallel(&x, &mut out));
        assert_eq!(out, expected);
    }
    let n: Vec<u64> = (1..3000).collect();
    let mut expected = vec![0; n.len()];
    let total = steps::serial(&n, &mut expected);
    for threads in THREADS {
        let mut out = vec![0; n.len()];
        assert_eq!(on_threads(threads, || steps::parallel(&n, &mut out)), total);
        assert_eq!(out, expected);
    }
}

mod checks {
    use kernel_runtime::prelude::*;

    #[kernel(device)]
    pub fn divided(a: i32, b: i32) -> i32 {
        assert!(b < 1000, "{b} is too large for {a}");
        a / b
    }

    /// Fails in four ways, three of them in the functions it calls.
    #[kernel(device)]
    pub fn nested(a: i32, b: i32) -> i32 {
        let first = divided(a, b) + i32::MAX - 1;
        if b == 7 {
            panic!("seven: {a} and {first}");
        }
        inner::picked(first, b) - divided(b, 1)
    }

    pub mod inner {
        use kernel_runtime::prelude::*;

        #[kernel(device)]
        pub fn picked(a: i32, b: i32) -> i32 {
            let table = [a, b, a ^ b, 5];
            table[(b - 100) as usize] - super::divided(a, 3)
        }
    }
}

#[kernel(parallel)]
fn checked(a: &[i32], b: &[i32], out: &mut [i32]) {
    for i in 0..a.len() {
        let before = a[i] - b[i];
        out[i] = checks::nested(a[i], b[i]) ^ checks::divided(before, 2);
    }
}

#[test]
fn failures_inside_are_those_of_the_functions() {
    let n = 3000;
    for (a, b) in [
        (1, 0),
        (1, 1000),
        (5, 7),
        (0, 103),
        (0, 104),
        (3, 101),
        (i32::MIN, -1),
    ] {
        let mut left = vec![0; n];
        let mut right = vec![100; n];
        (left[1234], right[1234]) = (a, b);
        (left[1700], right[1700]) = (1, 0);
        let mut out = vec![0; n];
        let expected = support::failure_of(|| checked::serial(&left, &right, &mut out));
        for threads in THREADS {
            let failure = on_threads(threads, || {
                support::failure_of(|| checked::parallel(&left, &right, &mut out))
            });
            assert_eq!(failure, expected, "{a} {b}");
        }
    }
}

macro_rules! functions {
    ($name:ident, $factor:expr) => {
        #[kernel(device)]
        pub fn $name(x: f32) -> f32 {
            x * $factor
        }
    };
}

mod one {
    use kernel_runtime::prelude::*;
    functions!(scaled, 3.0);
}

mod two {
    use kernel_runtime::prelude::*;
    functions!(scaled, 7.0);
}

#[test]
fn in_a_body_from_macros_and_with_one_name_in_two_modules() {
    #[kernel(device)]
    fn r#loop(x: f32, by: (f32, bool), table: [f32; 3]) -> [f32; 2] {
        [
            if by.1 { -x * by.0 } else { one::scaled(x) },
            table[0] + table[2],
        ]
    }
    #[kernel(parallel)]
    fn both(x: &[f32], out: &mut [f32]) {
        for i in 0..x.len() {
            out[i] = one::scaled(x[i]) - two::scaled(x[i]);
        }
        for i in 0..x.len() {
            let parts = r#loop(x[i], (1.5, i % 2 == 0), [out[i], 0.0, 4.0]);
            out[i] = parts[0] + parts[1] + two::scaled(2.0);
        }
    }
    let x: Vec<f32> = values(2000).into_iter().map(|x| x as f32).collect();
    let (mut out, mut expected) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    both::serial(&x, &mut expected);
    on_threads(3, || both::parallel(&x, &mut out));
    assert_eq!(out, expected);
}
