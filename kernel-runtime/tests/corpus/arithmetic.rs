//! Casts and operators with Rust's semantics, in every width, on everything special.

use crate::inputs::{doubles, numbers, special, special_words};
use kernel_runtime::prelude::*;

/// Kernels that cast numbers of one type to every other.
macro_rules! casts {
    ($($name:ident from $from:ty;)*) => {
        $(
            #[kernel(parallel, cuda)]
            #[allow(clippy::too_many_arguments, clippy::unnecessary_cast)]
            fn $name(
                x: &[$from],
                a: &mut [i8],
                b: &mut [u8],
                c: &mut [i16],
                d: &mut [u16],
                e: &mut [i32],
                f: &mut [u32],
                g: &mut [i64],
                h: &mut [u64],
                k: &mut [isize],
                l: &mut [f32],
                m: &mut [f64],
            ) {
                for i in 0..x.len() {
                    a[i] = x[i] as i8;
                    b[i] = x[i] as u8;
                    c[i] = x[i] as i16;
                    d[i] = x[i] as u16;
                    e[i] = x[i] as i32;
                    f[i] = x[i] as u32;
                    g[i] = x[i] as i64;
                    h[i] = x[i] as u64;
                    k[i] = x[i] as isize;
                    l[i] = x[i] as f32;
                    m[i] = x[i] as f64;
                }
            }
        )*

        /// All of them, of these integers and floating-point numbers.
        fn cast_all(words: &[u64], floats: &[f64]) {
            $({
                let mut x: Vec<$from> = words.iter().map(|v| *v as $from).collect();
                x.extend(floats.iter().map(|v| *v as $from));
                let n = x.len();
                check!($name[
                    a = vec![0; n], b = vec![0; n], c = vec![0; n], d = vec![0; n],
                    e = vec![0; n], f = vec![0; n], g = vec![0; n], h = vec![0; n],
                    k = vec![0; n], l = vec![0.0; n], m = vec![0.0; n]
                ](
                    &x, &mut a, &mut b, &mut c, &mut d, &mut e, &mut f, &mut g, &mut h, &mut k,
                    &mut l, &mut m,
                ));
            })*
        }
    };
}

casts! {
    from_f64 from f64;
    from_f32 from f32;
    from_i8 from i8;
    from_u8 from u8;
    from_i16 from i16;
    from_u16 from u16;
    from_i32 from i32;
    from_u32 from u32;
    from_i64 from i64;
    from_u64 from u64;
}

#[test]
fn casts_between_all_types() {
    let (words, floats) = (special_words().1, special().1);
    cast_all(&words[..23], &floats[..31]);
    check!(from_bool[p = vec![0; 9], q = vec![0; 9]](&[3; 9], &mut p, &mut q));
}

#[kernel(parallel, cuda)]
fn from_bool(x: &[i32], p: &mut [u8], q: &mut [i64]) {
    for i in 0..x.len() {
        let odd = (x[i] + i as i32) % 2 != 0;
        p[i] = odd as u8;
        q[i] = !odd as i64 - true as i64 + (odd ^ (i > 3)) as i64;
    }
}

/// Kernels of integer operators in their own width; what would panic is left out.
macro_rules! operators {
    ($($name:ident of $ty:ident;)*) => {
        $(
            #[kernel(parallel, cuda)]
            fn $name(x: &[$ty], y: &[$ty], out: &mut [[$ty; 24]], tests: &mut [u32]) {
                for i in 0..x.len() {
                    let (a, b) = (x[i], y[i]);
                    let shift = b as u32 % $ty::BITS;
                    out[i][0] = a.wrapping_add(b);
                    out[i][1] = a.wrapping_sub(b);
                    out[i][2] = a.wrapping_mul(b);
                    out[i][3] = a.wrapping_neg();
                    out[i][4] = a & b | (a ^ b) & !b;
                    out[i][5] = a << shift;
                    out[i][6] = a >> shift;
                    out[i][7] = a.saturating_add(b);
                    out[i][8] = a.saturating_sub(b);
                    out[i][9] = a.min(b);
                    out[i][10] = a.max(b);
                    out[i][11] = a.rotate_left(b as u32);
                    out[i][12] = a.rotate_right(shift);
                    if b != 0 && !(a == $ty::MIN && b == (0 as $ty).wrapping_sub(1)) {
                        out[i][13] = a / b;
                        out[i][14] = a % b;
                        out[i][15] = a.rem_euclid(b);
                        out[i][16] = a.div_euclid(b);
                    }
                    if a <= b {
                        out[i][17] = (a ^ 5).clamp(a, b);
                    }
                    out[i][18] = a / 7;
                    out[i][19] = a % 10;
                    out[i][20] = a ^ (a >> 3);
                    tests[i] = a.count_ones() + 100 * a.leading_zeros() + 10000 * a.trailing_zeros()
                        + 1_000_000 * (a < b) as u32
                        + 2_000_000 * (a <= b) as u32
                        + 4_000_000 * (a == b) as u32
                        + 8_000_000 * (a != b) as u32;
                }
            }
        )*

        fn operate_all(x: &[u64], y: &[u64]) {
            $({
                let x: Vec<$ty> = x.iter().map(|v| *v as $ty).collect();
                let y: Vec<$ty> = y.iter().map(|v| *v as $ty).collect();
                let n = x.len();
                check!($name[out = vec![[0; 24]; n], tests = vec![0; n]](
                    &x, &y, &mut out, &mut tests
                ));
            })*
        }
    };
}

operators! {
    of_i8 of i8;
    of_u8 of u8;
    of_i16 of i16;
    of_u16 of u16;
    of_i32 of i32;
    of_u32 of u32;
    of_i64 of i64;
    of_u64 of u64;
    of_usize of usize;
}

#[test]
fn integer_operators_in_every_width() {
    let (x, y) = special_words();
    operate_all(&x, &y);
}

/// Kernels of floating-point operators.
macro_rules! float_operators {
    ($($name:ident of $ty:ident;)*) => {
        $(
            #[kernel(parallel, cuda)]
            fn $name(x: &[$ty], y: &[$ty], out: &mut [[$ty; 26]], tests: &mut [u32]) {
                for i in 0..x.len() {
                    let (a, b) = (x[i], y[i]);
                    out[i][0] = a + b;
                    out[i][1] = a - b;
                    out[i][2] = a * b;
                    out[i][3] = a / b;
                    out[i][4] = a % b;
                    out[i][5] = -a;
                    out[i][6] = a * b + a;
                    out[i][7] = a.mul_add(b, -a);
                    out[i][8] = a.sqrt();
                    out[i][9] = a.abs();
                    out[i][10] = a.floor();
                    out[i][11] = a.ceil();
                    out[i][12] = a.round();
                    out[i][13] = a.trunc();
                    out[i][14] = a.fract();
                    out[i][15] = a.round_ties_even();
                    out[i][16] = a.copysign(b);
                    out[i][17] = a.recip();
                    out[i][18] = if a != b { a.min(b) } else { a };
                    out[i][19] = if a != b { a.max(b) } else { b };
                    out[i][20] = a.rem_euclid(b);
                    out[i][21] = a.div_euclid(b);
                    out[i][22] = a.clamp(-1.0, 2.5);
                    out[i][23] = a.signum();
                    out[i][24] = a.floor() as u32 as $ty;
                    out[i][25] = a.trunc() as i64 as $ty;
                    tests[i] = (a < b) as u32
                        + 2 * (a <= b) as u32
                        + 4 * (a == b) as u32
                        + 8 * (a != b) as u32
                        + 16 * (a > b) as u32
                        + 32 * (a >= b) as u32
                        + 64 * a.is_nan() as u32
                        + 128 * a.is_finite() as u32
                        + 256 * a.is_infinite() as u32
                        + 512 * (!a.is_nan() && a.is_sign_negative()) as u32;
                }
            }
        )*

        fn compute_all(x: &[f64], y: &[f64]) {
            $({
                let x: Vec<$ty> = x.iter().map(|v| *v as $ty).collect();
                let y: Vec<$ty> = y.iter().map(|v| *v as $ty).collect();
                let n = x.len();
                check!($name[out = vec![[0.0; 26]; n], tests = vec![0; n]](
                    &x, &y, &mut out, &mut tests
                ));
            })*
        }
    };
}

float_operators! {
    of_f32 of f32;
    of_f64 of f64;
}

#[test]
fn floating_point_operators() {
    let (x, y) = special();
    compute_all(&x, &y);
}

/// Products and sums that one rounding would change, and literals of a narrow type.
#[kernel(parallel, cuda)]
fn roundings(x: &[f32], y: &mut [f32], z: &mut [f64]) {
    for i in 0..x.len() {
        let third = 1.0 / 3.0;
        y[i] = x[i] * x[i] - third * 0.1 + 1e-39 * x[i];
        z[i] = x[i] as f64 * 0.1 + (x[i] * 0.1) as f64;
    }
}

#[kernel(parallel, cuda)]
fn elementary(x: &[f64], y: &mut [f64], z: &mut [f32]) {
    for i in 0..x.len() {
        let v = x[i].abs() + 0.125;
        y[i] =
            v.ln().exp() + v.sin() * v.cos() - v.tanh() + v.powi(-3) + v.powf(0.3) + v.atan2(2.0);
        z[i] = (v as f32).exp2().log2() + (v as f32).cbrt().hypot(3.0);
    }
}

#[kernel(parallel, math = "std")]
fn of_the_standard_library(x: &[f64], out: &mut [f64]) {
    for i in 0..x.len() {
        out[i] = x[i].exp().ln_1p() + (x[i] as f32).sin() as f64;
    }
}

#[test]
fn roundings_and_elementary_functions() {
    let x = doubles(3000);
    let narrow: Vec<f32> = x.iter().map(|v| *v as f32 * 3.0).collect();
    check!(roundings[y = vec![0.0; 3000], z = vec![0.0; 3000]](&narrow, &mut y, &mut z));
    close!(elementary[y = vec![0.0; 3000], z = vec![0.0; 3000]](&x, &mut y, &mut z));
    host!(of_the_standard_library[out = vec![0.0; 3000]](&x, &mut out));
}

/// Floats made from bits, and shifts by any amount.
#[kernel(parallel, cuda)]
fn rebuilt(
    words: &[u64],
    wide: &mut [f64],
    narrow: &mut [f32],
    up: &mut [u64],
    down: &mut [i32],
    byte: &mut [u8],
) {
    for i in 0..words.len() {
        let bits = words[i];
        wide[i] = f64::from_bits(bits ^ 0x8000_0000_0000_0000);
        narrow[i] = f32::from_bits(bits as u32) * f32::from_bits(0x3f00_0000);
        let by = (bits >> 7) as u32;
        up[i] = bits.wrapping_shl(by);
        down[i] = (bits as i32).wrapping_shr(by);
        byte[i] = (bits as u8).wrapping_shl(by) ^ (bits as u8).wrapping_shr(by);
    }
}

#[test]
fn bits_make_floats() {
    // NaN in f32 would lose its payload to the multiplication.
    let words: Vec<u64> = special_words()
        .0
        .into_iter()
        .filter(|word| !f64::from_bits(*word).is_nan() && !f32::from_bits(*word as u32).is_nan())
        .collect();
    let n = words.len();
    check!(rebuilt[wide = vec![0.0; n], narrow = vec![0.0; n], up = vec![0; n], down = vec![0; n], byte = vec![0; n]](
        &words, &mut wide, &mut narrow, &mut up, &mut down, &mut byte,
    ));
}

#[kernel(parallel, cuda)]
fn powers(x: &[i32], y: &mut [i64], z: &mut [u8], w: &mut [f32], v: &mut [f64]) {
    for i in 0..x.len() {
        y[i] = (x[i] as i64).pow(5) - x[i].pow(2) as i64 + x[i].pow(0) as i64;
        z[i] = ((x[i] & 3) as u8).pow(4) + (x[i] & 1) as u8;
        w[i] = (x[i] as f32).to_radians() - (x[i] as f32 * 0.01).to_degrees();
        v[i] = (x[i] as f64).to_radians() - (x[i] as f64 * 0.01).to_degrees();
    }
}

#[kernel(parallel)]
fn any_power(x: &[i32], y: &mut [i64]) {
    for i in 0..x.len() {
        y[i] = (x[i] as i64 % 7).pow(i as u32 % 9);
    }
}

#[kernel(parallel, cuda)]
fn cubes(x: &[i16], y: &mut [i16]) {
    for i in 0..x.len() {
        y[i] = x[i].pow(3);
    }
}

#[test]
fn powers_and_degrees() {
    for n in [0, 1, 70, 300] {
        let x = numbers(n);
        check!(powers[y = vec![0; n], z = vec![0; n], w = vec![0.0; n], v = vec![0.0; n]](
            &x, &mut y, &mut z, &mut w, &mut v
        ));
        host!(any_power[y = vec![0; n]](&x, &mut y));
    }
    check!(cubes[y = vec![0; 90]](&vec![-32; 90], &mut y));
    #[cfg(debug_assertions)]
    fails!(
        "attempt to multiply with overflow",
        cubes[y = vec![0; 90]](&vec![32; 90], &mut y)
    );
}
