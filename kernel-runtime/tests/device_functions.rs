//! Functions that kernels call, in this file and in modules of it.
#![allow(missing_docs, clippy::manual_is_multiple_of)]

mod support;
#[macro_use]
#[allow(unused_macros)]
#[path = "corpus/versions.rs"]
mod versions;

use kernel_runtime::prelude::*;
use support::values;

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

#[kernel(parallel, cuda)]
fn areas(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = shapes::area(x[i], 2.0) + square(x[i]);
    }
}

#[kernel(parallel, cuda)]
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
    for n in [0, 1, 65, 3000] {
        let x = values(n);
        let numbers: Vec<u64> = (1..=n as u64).collect();
        check!(areas[out = vec![0.0; n]](&x, &mut out));
        check!(steps[out = vec![0; n]](&numbers, &mut out));
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

#[kernel(parallel, cuda)]
fn checked(a: &[i32], b: &[i32], out: &mut [i32]) {
    for i in 0..a.len() {
        let before = a[i] - b[i];
        out[i] = checks::nested(a[i], b[i]) ^ checks::divided(before, 2);
    }
}

#[test]
fn failures_inside_are_those_of_the_functions() {
    let n = 3000;
    let cases = [
        (1, 0, "divide by zero"),
        (1, 1000, "1000 is too large for 1"),
        (5, 7, "seven: 5 and"),
        (0, 103, ""),
        (0, 104, "the len is 4 but the index is 4"),
        (i32::MIN, -1, "overflow"),
    ];
    for (a, b, text) in cases {
        let mut left = vec![0; n];
        let mut right = vec![100; n];
        (left[1234], right[1234]) = (a, b);
        (left[1700], right[1700]) = (1, 0);
        let mut out = vec![0; n];
        let failure = agreement!(Exact, device, checked(&left, &right, &mut out.clone()));
        let failure = failure.expect_err("a failure");
        assert!(failure.contains(text), "{failure}");
        out.clear();
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
    #[kernel(parallel, cuda)]
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
    check!(both[out = vec![0.0; x.len()]](&x, &mut out));
}

#[kernel(parallel, cuda)]
fn elementary(x: &[f64], out: &mut [f64], singles: &mut [f32]) -> f64 {
    let mut sum = 0.0;
    for i in 0..x.len() {
        let y = x[i].exp().ln_1p() + x[i].atan2(0.25) + x[i].powi(3);
        out[i] = y + (x[i] + 1.0).powf(1.5);
        singles[i] = (x[i] as f32).sin().hypot(2.0);
        sum += y;
    }
    sum
}

#[test]
fn elementary_functions_are_the_same_everywhere() {
    let x = values(3000);
    let n = x.len();
    close!(elementary[out = vec![0.0; n], singles = vec![0.0; n]](&x, &mut out, &mut singles));
}

#[kernel(device)]
fn narrow(a: i8, b: u16, c: bool, pair: (u8, i16)) -> (i16, u8, bool) {
    if c {
        return (a as i16 - pair.1, b as u8, a < 0);
    }
    (a as i16 * 3 + pair.0 as i16, pair.0, !c)
}

#[kernel(parallel, cuda)]
fn narrow_values(x: &[i8], sums: &mut [i16], bytes: &mut [u8], flags: &mut [bool]) {
    for i in 0..x.len() {
        let (sum, byte, flag) = narrow(x[i], 65535, x[i] > -10, (200_u8, -7_i16));
        let (more, _, other): (i16, u8, bool) = narrow(-128, x[i] as u16, flag, (byte, sum));
        sums[i] = sum ^ more;
        bytes[i] = byte;
        flags[i] = flag & other;
    }
}

#[test]
fn narrow_types_go_in_and_out() {
    let x: Vec<i8> = (0..1000).map(|k| (k * 37) as i8 / 4).collect();
    let n = x.len();
    check!(
        narrow_values[sums = vec![0; n], bytes = vec![0; n], flags = vec![false; n]](
            &x, &mut sums, &mut bytes, &mut flags
        )
    );
}

/// No device function: it calls one of the standard library's.
fn root(of: f64, least: f64) -> f64 {
    if of < least {
        panic!("{of} is less than {least}");
    }
    std::convert::identity(of.sqrt())
}

#[kernel(parallel, assume_pure(root, std::convert::identity))]
fn roots(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        let shift: f64 = std::convert::identity(x[i]);
        out[i] = root(shift + 0.5, 0.0) - x[i];
    }
}

#[test]
fn functions_that_the_user_vouches_for_fail_as_they_do() {
    let mut x = values(3000);
    host!(roots[out = vec![0.0; 3000]](&x, &mut out));
    (x[1000], x[2000]) = (-5.0, -7.0);
    let failure = agreement!(Exact, host, roots[out = vec![0.0; 3000]](&x, &mut out));
    let failure = failure.expect_err("a failure");
    assert!(failure.contains("-4.5 is less than 0"), "{failure}");
}

/// An array by value, which is indexed by what is not known while compiling, and gone over.
#[kernel(device)]
fn turned(a: [f64; 3], by: usize) -> f64 {
    let mut s = 0.0;
    for i in 0..3 {
        s = s * 2.0 + a[(i + by) % 3];
    }
    for v in a.iter() {
        s -= v;
    }
    s
}

#[kernel(parallel, cuda)]
fn all_turned(p: &[[f64; 3]], out: &mut [f64]) {
    for i in 0..out.len() {
        out[i] = turned(p[i], i);
    }
}

#[test]
fn arrays_by_value_are_indexed() {
    let p: Vec<[f64; 3]> = values(900).chunks(3).map(|p| [p[0], p[1], p[2]]).collect();
    check!(all_turned[out = vec![0.0; 300]](&p, &mut out));
}

mod tables {
    use kernel_runtime::prelude::*;

    const THIRD: f64 = 1.0 / 3.0;

    #[kernel(device)]
    pub fn mixed(x: f64, k: usize) -> f64 {
        const HALF: f64 = 0.5;
        const MIXED: [f64; 4] = [2.0 / 7.0, THIRD, (-HALF), (1 + 2) as f64];
        const NESTED: [[f64; 2]; 2] = [[1.0, 2.0], [3.0, -4.0]];
        const EQUAL: [f64; 3] = [7.5 * HALF; 3];
        MIXED[k % 4] * x + NESTED[k % 2][k / 2 % 2] - EQUAL[k % 3]
    }

    macro_rules! polynomial {
        ($name:ident, $($coefficient:expr),*) => {
            #[kernel(device)]
            pub fn $name(x: f64) -> f64 {
                const COEFFICIENTS: [f64; 3] = [$($coefficient),*];
                let mut value = 0.0;
                for k in 0..3 {
                    value = value * x + COEFFICIENTS[k];
                }
                value
            }
        };
    }

    polynomial!(cubic, 1.5, -THIRD, 2.0 - 7.0);
}

#[kernel(parallel, cuda)]
fn looked_up(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = tables::mixed(x[i], i) + tables::cubic(x[i]);
    }
}

#[test]
fn constant_arrays_of_numbers() {
    let x = values(100);
    check!(looked_up[out = vec![0.0; 100]](&x, &mut out));
}
