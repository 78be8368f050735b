//! Rarer methods of numbers that are short for others: divisions that round down, wrap or saturate, logarithms to
//! any base, sums of signed and unsigned numbers, floats' neighbours, and comparisons by name.

use crate::inputs::special_words;
use kernel_runtime::prelude::*;

/// Kernels that call the methods that both signed and unsigned integers have, and `more` besides.
macro_rules! divisions {
    ($($name:ident of $ty:ident, |$x:ident, $y:ident, $i:ident, $out:ident| { $($more:tt)* })*) => {$(
        #[kernel(parallel, cuda)]
        #[allow(clippy::unnecessary_cast)]
        fn $name(x: &[$ty], y: &[$ty], $out: &mut [[u64; 24]]) {
            for $i in 0..x.len() {
                let ($x, $y) = (x[$i], y[$i]);
                if $y != 0 {
                    $out[$i][0] = $x.wrapping_div_euclid($y) as u64;
                    $out[$i][1] = $x.wrapping_rem_euclid($y) as u64;
                    $out[$i][2] = $x.saturating_div($y) as u64;
                    let (quotient, wraps) = $x.overflowing_div($y);
                    let (rest, also) = $x.overflowing_rem($y);
                    $out[$i][3] = quotient as u64 ^ wraps as u64;
                    $out[$i][4] = rest as u64 ^ also as u64;
                    let (quotient, wraps) = $x.overflowing_div_euclid($y);
                    let (rest, also) = $x.overflowing_rem_euclid($y);
                    $out[$i][5] = quotient as u64 ^ wraps as u64;
                    $out[$i][6] = rest as u64 ^ also as u64;
                }
                $out[$i][7] = $x.checked_div_euclid($y).unwrap_or(77) as u64;
                $out[$i][8] = $x.checked_rem_euclid($y).map_or(5, |rest| rest as u64 + 1);
                if $x > 0 && $y > 1 {
                    $out[$i][9] = $x.ilog($y) as u64;
                }
                $out[$i][10] = $x.checked_ilog($y).unwrap_or(99) as u64;
                $out[$i][11] = $x.checked_ilog(3).unwrap_or(98) as u64;
                let (power, wraps) = $x.overflowing_pow(($i % 9) as u32);
                $out[$i][12] = power as u64 ^ (wraps as u64) << 1;
                $out[$i][13] = $x.lt(&$y) as u64 + $x.le(&$y) as u64 * 2 + $x.eq(&$y) as u64 * 4
                    + $x.gt(&$y) as u64 * 8 + $x.ge(&$y) as u64 * 16 + $x.ne(&$y) as u64 * 32;
                $($more)*
            }
        }
    )*};
}

/// Those of unsigned integers alone; the signed type has as many bits.
macro_rules! unsigned {
    ($($name:ident of $ty:ident, $signed:ident;)*) => {
        divisions! {$(
            $name of $ty, |x, y, i, out| {
                let step = y as $signed;
                out[i][14] = x.wrapping_sub_signed(step) as u64;
                out[i][15] = x.saturating_add_signed(step) as u64;
                out[i][16] = x.saturating_sub_signed(step) as u64;
                out[i][17] = x.checked_sub_signed(step).unwrap_or(3) as u64;
                let (sum, over) = x.overflowing_add_signed(step);
                let (difference, under) = x.overflowing_sub_signed(step);
                out[i][18] = sum as u64 ^ over as u64;
                out[i][19] = difference as u64 ^ under as u64;
                out[i][20] = x.checked_next_multiple_of(y).unwrap_or(4) as u64;
                out[i][21] = x.checked_next_power_of_two().unwrap_or(5) as u64;
            }
        )*}
    };
}

/// Those of signed integers alone.
macro_rules! signed {
    ($($name:ident of $ty:ident, $unsigned:ident;)*) => {
        divisions! {$(
            $name of $ty, |x, y, i, out| {
                let step = y as $unsigned;
                out[i][14] = x.saturating_add_unsigned(step) as u64;
                out[i][15] = x.saturating_sub_unsigned(step) as u64;
                out[i][16] = x.checked_add_unsigned(step).unwrap_or(3) as u64;
                out[i][17] = x.checked_sub_unsigned(step).unwrap_or(3) as u64;
                let (sum, over) = x.overflowing_add_unsigned(step);
                let (difference, under) = x.overflowing_sub_unsigned(step);
                out[i][18] = sum as u64 ^ over as u64;
                out[i][19] = difference as u64 ^ under as u64;
                let (size, wraps) = x.overflowing_abs();
                out[i][20] = size as u64 ^ wraps as u64;
                out[i][21] = x.checked_isqrt().unwrap_or(7) as u64;
            }
        )*}
    };
}

unsigned! {
    of_u8 of u8, i8;
    of_u16 of u16, i16;
    of_u32 of u32, i32;
    of_u64 of u64, i64;
}

signed! {
    of_i8 of i8, u8;
    of_i16 of i16, u16;
    of_i32 of i32, u32;
    of_isize of isize, usize;
}

#[test]
fn integers_are_divided_as_by_std() {
    let (first, second) = special_words();
    let few: Vec<i64> = (0..first.len()).map(|i| i as i64 % 23 - 11).collect();
    macro_rules! each {
        ($($name:ident of $ty:ident;)*) => {$(
            let x: Vec<$ty> = first.iter().map(|word| *word as $ty).collect();
            let y: Vec<$ty> = second.iter().map(|word| *word as $ty).collect();
            let small: Vec<$ty> = few.iter().map(|number| *number as $ty).collect();
            for (x, y) in [(&x, &y), (&x, &small), (&small, &y)] {
                check!($name[out = vec![[0; 24]; x.len()]](x, y, &mut out));
            }
        )*};
    }
    each! {
        of_u8 of u8; of_u16 of u16; of_u32 of u32; of_u64 of u64;
        of_i8 of i8; of_i16 of i16; of_i32 of i32; of_isize of isize;
    }
}

#[kernel(parallel, cuda)]
fn failing(x: &[i32], y: &[i32], out: &mut [i32], what: i32) {
    for i in 0..x.len() {
        out[i] = match what {
            0 => x[i].saturating_div(y[i]),
            1 => x[i].overflowing_rem(y[i]).0,
            2 => x[i].wrapping_rem_euclid(y[i]),
            3 => x[i].ilog(y[i]) as i32,
            4 => y[i].ilog(10) as i32,
            _ => x[i].overflowing_div_euclid(y[i]).0,
        };
    }
}

#[test]
fn divisions_by_zero_are_std_s() {
    let x: Vec<i32> = (0..200).map(|i| i * 77 + 1).collect();
    let texts = [
        "divide by zero",
        "divisor of zero",
        "divisor of zero",
        "base of integer logarithm must be at least 2",
        "argument of integer logarithm must be positive",
        "divide by zero",
    ];
    for (what, text) in (0..).zip(texts) {
        let mut y = vec![3; x.len()];
        check!(failing[out = vec![0; 200]](&x, &y, &mut out, what));
        for place in [199, 120, 0] {
            y[place] = 0;
            let call = agreement!(
                Exact,
                device,
                failing[out = vec![0; 200]](&x, &y, &mut out, what)
            );
            let failure = call.expect_err("a failure");
            assert!(failure.contains(text), "{what}: {failure}");
        }
    }
}

macro_rules! floats {
    ($($name:ident of $ty:ident;)*) => {$(
        #[kernel(parallel, cuda)]
        fn $name(x: &[$ty], y: &[$ty], near: &mut [[$ty; 4]], is: &mut [u32]) {
            for i in 0..x.len() {
                let (x, y) = (x[i], y[i]);
                near[i] = [
                    x.midpoint(y),
                    x.next_up(),
                    x.next_down(),
                    y.next_down().next_down(),
                ];
                is[i] = x.is_normal() as u32 + x.is_subnormal() as u32 * 2;
                is[i] += x.lt(&y) as u32 * 4 + x.le(&y) as u32 * 8 + x.eq(&y) as u32 * 16;
                is[i] += x.gt(&y) as u32 * 32 + x.ge(&y) as u32 * 64 + x.ne(&y) as u32 * 128;
            }
        }
    )*};
}

floats! {
    of_f32 of f32;
    of_f64 of f64;
}

#[test]
fn floats_neighbours() {
    macro_rules! each {
        ($($name:ident of $ty:ident;)*) => {$(
            let ends = [$ty::MIN_POSITIVE, $ty::MAX, $ty::MAX / 2.0, $ty::INFINITY, $ty::EPSILON];
            let mut numbers = vec![0.0, -0.0, $ty::NAN, 1.0, -3.3, $ty::from_bits(1)];
            for end in ends {
                let (up, down) = (end.next_up(), end.next_down());
                numbers.extend([end, up, down, -end, -up, -down]);
            }
            let pairs = numbers.iter().flat_map(|x| numbers.iter().map(move |y| (*x, *y)));
            let (x, y): (Vec<$ty>, Vec<$ty>) = pairs.unzip();
            let n = x.len();
            check!($name[near = vec![[0.0; 4]; n], is = vec![0; n]](&x, &y, &mut near, &mut is));
        )*};
    }
    each! { of_f32 of f32; of_f64 of f64; }
}
