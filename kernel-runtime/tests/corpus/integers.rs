//! Methods of integers that are short for others, options that are read at once, `matches!` and
//! `mem::swap`.

use crate::inputs::special_words;
use kernel_runtime::prelude::*;

/// Kernels that call the methods that both signed and unsigned integers have, and `more` besides.
macro_rules! methods {
    ($($name:ident of $ty:ident, |$x:ident, $y:ident, $i:ident, $out:ident| { $($more:tt)* })*) => {$(
        #[kernel(parallel, cuda)]
        #[allow(clippy::unnecessary_cast)]
        fn $name(x: &[$ty], y: &[$ty], $out: &mut [[u64; 24]]) {
            for $i in 0..x.len() {
                let ($x, $y) = (x[$i], y[$i]);
                let (sum, over) = $x.overflowing_add($y);
                let (difference, under) = $x.overflowing_sub($y);
                let (product, beyond) = $x.overflowing_mul($y);
                let (opposite, wraps) = $x.overflowing_neg();
                $out[$i][0] = sum as u64;
                $out[$i][1] = over as u64 | (under as u64) << 1 | (beyond as u64) << 2;
                $out[$i][2] = difference as u64;
                $out[$i][3] = product as u64;
                $out[$i][4] = opposite as u64 ^ wraps as u64;
                $out[$i][5] = $x.midpoint($y) as u64;
                if $y != 0 {
                    $out[$i][6] = $x.wrapping_div($y) as u64;
                    $out[$i][7] = $x.wrapping_rem($y) as u64;
                }
                if $x > 0 {
                    $out[$i][8] = $x.ilog2() as u64;
                    $out[$i][9] = $x.ilog10() as u64;
                    $out[$i][10] = $x.isqrt() as u64;
                }
                $out[$i][11] = $x.checked_add($y).unwrap_or(1) as u64;
                $out[$i][12] = $x.checked_sub($y).map_or(2, |it| it / 2) as u64;
                $out[$i][13] = if let Some(it) = $x.checked_mul($y) { it as u64 } else { 3 };
                $out[$i][14] = match $x.checked_div($y) {
                    Some(it) => it as u64,
                    None => 4,
                };
                $out[$i][15] = $x.checked_rem($y).unwrap_or_default() as u64;
                $out[$i][16] = $x.checked_neg().is_some() as u64;
                $out[$i][17] = $x.checked_shl(($i % 70) as u32).unwrap_or_else(|| 5) as u64;
                $out[$i][17] ^= u64::from_le_bytes([1, 2, $x as u8, $y as u8, 5, 6, 7, 8]);
                $out[$i][17] ^= u32::from_be_bytes([$x as u8, 2, $y as u8, 4]) as u64;
                $out[$i][18] = $x.checked_shr(($i % 70) as u32).is_none() as u64;
                $out[$i][18] ^= ($x.unbounded_shl(($i % 70) as u32) as u64) << 1;
                $out[$i][18] ^= ($x.unbounded_shr(($i % 70) as u32) as u64) << 2;
                $($more)*
            }
        }
    )*};
}

/// Those of unsigned integers alone; the signed type has as many bits.
macro_rules! unsigned {
    ($($name:ident of $ty:ident, $signed:ident;)*) => {
        methods! {$(
            $name of $ty, |x, y, i, out| {
                out[i][19] = x.is_multiple_of(y) as u64;
                if y != 0 {
                    out[i][20] = x.div_ceil(y) as u64;
                    if x < 100 && y < 100 {
                        out[i][21] = x.next_multiple_of(y) as u64;
                    }
                }
                if x <= $ty::MAX / 2 + 1 {
                    out[i][22] = x.next_power_of_two() as u64;
                }
                let step = y as $signed;
                out[i][23] = x.wrapping_add_signed(step) as u64
                    ^ (x.saturating_add_signed(step) as u64) << 1
                    ^ (x.checked_add_signed(step).unwrap_or(9) as u64) << 2
                    ^ (x.cast_signed() as u64) << 3;
            }
        )*}
    };
}

/// Those of signed integers alone.
macro_rules! signed {
    ($($name:ident of $ty:ident, $unsigned:ident;)*) => {
        methods! {$(
            $name of $ty, |x, y, i, out| {
                out[i][19] = x.saturating_neg() as u64;
                out[i][20] = x.saturating_abs() as u64;
                out[i][21] = x.checked_abs().unwrap_or(-6) as u64 ^ (x.cast_unsigned() as u64) << 1;
                out[i][22] = x.wrapping_add_unsigned(y as $unsigned) as u64;
                out[i][23] = x.wrapping_sub_unsigned(y as $unsigned) as u64;
            }
        )*}
    };
}

unsigned! {
    of_u8 of u8, i8;
    of_u32 of u32, i32;
    of_u64 of u64, i64;
}
signed! {
    of_i8 of i8, u8;
    of_i32 of i32, u32;
    of_i64 of i64, u64;
}

#[test]
fn methods_of_every_width() {
    let (a, b) = special_words();
    let squares = [3_u64, 255, 65_535, 3_037_000_499, 4_294_967_295].map(|root| root * root);
    let near = squares.into_iter().flat_map(|it| [it - 1, it, it + 1]);
    let (x, y): (Vec<u64>, Vec<u64>) = a.into_iter().zip(b).chain(near.map(|it| (it, 10))).unzip();
    macro_rules! each {
        ($($name:ident of $ty:ident)*) => {$({
            let [x, y] = [&x, &y].map(|of| of.iter().map(|it| *it as $ty).collect::<Vec<$ty>>());
            check!($name[out = vec![[0; 24]; x.len()]](&x, &y, &mut out));
        })*};
    }
    each!(of_u8 of u8 of_u32 of u32 of_u64 of u64 of_i8 of i8 of_i32 of i32 of_i64 of i64);
}

/// Methods that panic.
#[kernel(parallel, cuda)]
fn panicking(x: &[u32], y: &[i32], z: &[f64], out: &mut [u32], what: u32) {
    for i in 0..out.len() {
        out[i] = match what {
            0 => x[i].div_ceil(x[i] % 5),
            1 => x[i].next_multiple_of(x[i] % 5),
            2 => x[i].ilog2(),
            3 => y[i].ilog10(),
            4 => y[i].isqrt() as u32,
            5 => y[i].wrapping_div(y[i] % 5) as u32,
            6 => x[i].next_power_of_two(),
            7 => x[i].checked_sub(3).unwrap(),
            10 => y[i].rem_euclid(y[i] % 5) as u32,
            8 => x[i].checked_mul(1 << 20).expect("a small number"),
            _ => *z.get(x[i] as usize).unwrap() as u32,
        };
    }
}

#[test]
fn panics_are_std_s() {
    const N: usize = 2000;
    let z = vec![1.5; 40];
    let x: Vec<u32> = (0..N as u32).map(|i| 6 + i % 4).collect();
    let y: Vec<i32> = x.iter().map(|x| *x as i32).collect();
    let bad = [0, 0, 0, -3, -1, 0, 1 << 31 | 1, 2, 1 << 13, 40, 5];
    for (what, bad) in (0..).zip(bad) {
        check!(panicking[out = vec![0; N]](&x, &y, &z, &mut out, what));
        // In release the next power wraps to 0.
        if what == 6 && !cfg!(debug_assertions) {
            continue;
        }
        let (mut x, mut y) = (x.clone(), y.clone());
        for place in [1999, 1234] {
            (x[place], y[place]) = (bad as u32, bad as i32);
        }
        let text = match what {
            0 => "divide by zero",
            1 | 10 => "divisor of zero",
            2 | 3 => "argument of integer logarithm must be positive",
            4 => "argument of integer square root cannot be negative",
            5 => "divide by zero",
            6 => "overflow",
            7 | 9 => "called `Option::unwrap()` on a `None` value",
            _ => "a small number",
        };
        let call = agreement!(
            Exact,
            device,
            panicking[out = vec![0; N]](&x, &y, &z, &mut out, what)
        );
        let failure = call.expect_err("a failure");
        assert!(failure.contains(text), "{what}: {failure}");
    }
}

/// Neighbours that may not be there.
#[kernel(parallel, cuda)]
fn neighbours(a: &[f64], at: &[usize], out: &mut [f64]) -> (usize, usize) {
    let (mut missing, mut vowels) = (0, 0);
    for i in 0..out.len() {
        let left = i.checked_sub(1).map_or(0.25, |j| a[j]);
        let right = *a.get(i + 1).unwrap_or(&0.5);
        out[i] = left - right;
        if matches!(at[i] % 26, 0 | 4 | 8 | 14 | 20 if i % 2 == 0) {
            vowels += 1;
        }
        let Some(far) = a.get(at[i]) else {
            missing += 1;
            continue;
        };
        if let Some(&first) = a.first() {
            out[i] += first * *far;
        }
        if let Some(last) = a.last() {
            out[i] *= *last;
        }
    }
    (missing, vowels)
}

#[test]
fn options_are_read_at_once() {
    let a: Vec<f64> = (0..3000).map(|i| f64::from(i % 17) - 8.0).collect();
    let at: Vec<usize> = (0..3000).map(|i| i * 7919 % 4001).collect();
    check!(neighbours[out = vec![0.0; 3000]](&a, &at, &mut out));
    check!(neighbours[out = vec![0.0; 0]](&[], &[], &mut out));
}

/// Greatest common divisors.
#[kernel(parallel, cuda)]
fn divisors(a: &[u64], b: &[u64], out: &mut [u64]) {
    for i in 0..out.len() {
        let (mut x, mut y) = (a[i], b[i]);
        if x < y {
            std::mem::swap(&mut x, &mut y)
        }
        while y != 0 {
            x %= y;
            std::mem::swap(&mut x, &mut y);
        }
        out[i] = x;
    }
}

/// Medians of five neighbours, rows from the back to the front and the whole likewise, and what is
/// less than it has become in exchange.
#[kernel(parallel, cuda)]
fn medians(x: &[i32], rows: &mut [i32], out: &mut [i32], last: usize) {
    for i in 0..out.len() {
        let mut v = [0; 5];
        for k in 0..5 {
            v[k] = x[i + k];
        }
        for a in 0..5 {
            for b in a + 1..5 {
                if v[b] < v[a] {
                    v.swap(a, b)
                }
            }
        }
        let beyond = (v[4] == 0) as usize;
        v.swap(2, last + beyond);
        out[i] = v[last];
    }
    for row in rows.chunks_mut(7) {
        let n = row.len();
        for k in 0..n / 2 {
            row.swap(k, n - 1 - k);
        }
    }
    let all = rows.len();
    for i in 0..all / 2 {
        rows.swap(i, all - 1 - i)
    }
    for i in 0..out.len() {
        if rows[i] < out[i] {
            std::mem::swap(&mut rows[i], &mut out[i])
        }
    }
    for (a, b) in rows.iter_mut().zip(out) {
        if *a % 3 == 0 {
            std::mem::swap(a, b)
        }
    }
}

/// Rows that are filled and copied.
#[kernel(parallel, cuda)]
fn copies(x: &[i32], y: &mut [i32], width: usize, other: usize) {
    for (row, of) in y.chunks_mut(width).zip(x.chunks(other)) {
        let mut v = [0; 3];
        v.fill(of[0]);
        row.fill(v[1] + v[2]);
        if of[0] > 0 {
            row.copy_from_slice(of);
        }
    }
}

#[test]
fn rows_are_filled_and_copied() {
    let x: Vec<i32> = (0..3003).map(|i| i * 7919 % 1009 - 600).collect();
    check!(copies[y = vec![0; 3003]](&x, &mut y, 7, 7));
    check!(copies[y = vec![0; 3001]](&x[..3001], &mut y, 5, 5));
    let failure = agreement!(Exact, device, copies[y = vec![0; 3003]](&x, &mut y, 7, 6));
    let text = failure.expect_err("a failure");
    assert!(text.contains("copy_from_slice"), "{text}");
}

/// Places that the exchange itself, or the other place, changes.
#[kernel(parallel, cuda)]
fn moving_places(a: &mut [usize]) {
    for row in a.chunks_exact_mut(8) {
        row.swap(0, row[0] % 8);
        row.swap(row[0] % 8, row[1] % 8);
        let mut k = row[2] % 3;
        row.swap(k, {
            k += 4;
            k
        });
    }
}

#[test]
fn elements_change_places() {
    let x: Vec<i32> = (0..3004).map(|i| i * 7919 % 1009 - 1100).collect();
    check!(medians[rows = x.clone(), out = vec![0; 3000]](&x, &mut rows, &mut out, 4));
    let mut x = x;
    x[2000..2005].copy_from_slice(&[0; 5]);
    fails!(
        "the len is 5 but the index is 5",
        medians[rows = x.clone(), out = vec![0; 3000]](&x, &mut rows, &mut out, 4)
    );
    let a: Vec<usize> = (0..4000).map(|i| i * 7919 % 1009).collect();
    check!(moving_places[a = a.clone()](&mut a));
}

#[test]
fn numbers_change_places() {
    let (a, b) = special_words();
    check!(divisors[out = vec![0; a.len()]](&a, &b, &mut out));
}

/// Arguments that assign to what has been read before them.
#[kernel(parallel, cuda)]
fn in_order(x: &[u32], out: &mut [[u32; 9]]) {
    for i in 0..x.len() {
        let (mut k, mut t) = (x[i], (x[i], 3_u32));
        out[i][0] = k.midpoint({
            k = 8;
            k
        });
        out[i][1] = k.next_multiple_of({
            k += 1;
            k + 3
        });
        out[i][2] = k
            .checked_sub({
                k += 9;
                2
            })
            .unwrap_or(5);
        out[i][3] = if let Some(v) = k.checked_sub({
            k = 30;
            1
        }) {
            v + k
        } else {
            k
        };
        out[i][4] = k.saturating_mul({
            k += 1;
            k
        });
        out[i][5] = t.0.midpoint({
            t.0 = 90;
            t.0
        });
        out[i][6] = ((k, 1)
            < (
                {
                    k += 1;
                    k
                },
                0,
            )) as u32;
        let (sum, _) = k.overflowing_sub({
            k = 5;
            k
        });
        out[i][7] = sum;
        out[i][8] = match k.checked_sub(x[i]) {
            None => k,
            Some(mut rest) => {
                rest += k;
                rest
            }
        };
    }
}

#[test]
fn arguments_are_evaluated_in_order() {
    let x: Vec<u32> = (0..2000).map(|i| i % 37).collect();
    check!(in_order[out = vec![[0; 9]; 2000]](&x, &mut out));
}

/// Powers whose exponents are no numbers, and those that say whether they fit.
#[kernel(parallel, cuda)]
fn powers(x: &[i64], e: &[u32], y: &mut [i64], z: &mut [i32], w: &mut [u8]) {
    for (y, (x, e)) in y.iter_mut().zip(x.iter().zip(e)) {
        *y = x.wrapping_pow(*e * 5) ^ (x % 3).pow(*e) ^ i64::pow(2, *e);
    }
    for i in 0..z.len() {
        let v = x[i] as i32;
        z[i] = v.saturating_pow(e[i]) ^ v.checked_pow(e[i]).unwrap_or(-7);
        w[i] = (x[i] as u8).saturating_pow(3);
        if let Some(v) = (x[i] as i8).checked_pow(e[i] % 3) {
            z[i] += i32::from(v) % 5;
        }
    }
}

#[kernel(parallel, cuda)]
fn raised(x: &[u32], e: &[u32], y: &mut [u32]) {
    for i in 0..y.len() {
        y[i] = x[i].pow(e[i]);
    }
}

#[test]
fn powers_of_any_exponent() {
    let x: Vec<i64> = (0..600).map(|i| i * 37 % 41 - 20).collect();
    let e: Vec<u32> = (0..600).map(|i| i % 13).collect();
    check!(powers[y = vec![0; 500], z = vec![0; 500], w = vec![0; 500]](&x, &e, &mut y, &mut z, &mut w));
    check!(raised[y = vec![0; 500]](&[3; 500], &e, &mut y));
    let result = agreement!(
        Exact,
        device,
        raised[y = vec![0; 500]](&[7; 500], &e, &mut y)
    );
    match cfg!(debug_assertions) {
        true => assert!(
            result
                .expect_err("a failure")
                .contains("attempt to multiply with overflow")
        ),
        false => _ = result.expect("no failure"),
    }
}

/// The bytes of numbers, and numbers of the bytes of arrays and slices.
#[kernel(parallel, cuda)]
fn bytes(x: &[u32], text: &[u8], p: &[[u8; 2]], y: &mut [u64], rows: &mut [[u8; 4]]) {
    for (i, (y, &v)) in y.iter_mut().zip(x).enumerate() {
        let little = v.to_le_bytes();
        let [a, _, c, d] = v.to_be_bytes();
        *y = u64::from(little[i % 4]) + u64::from(u32::from_le_bytes([a, d, c, 7]));
        for b in v.to_le_bytes() {
            *y = (*y ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
        *y ^= u64::from_be_bytes(text[i..i + 8].try_into().unwrap());
        *y += u64::from(u16::from_le_bytes(p[i])) + u64::from(v.to_be_bytes()[3]);
    }
    for (row, v) in rows.iter_mut().zip(x) {
        *row = (v * 3).to_le_bytes();
    }
}

#[kernel(parallel, cuda)]
fn words(text: &[u8], y: &mut [i16]) {
    for (y, pair) in y.iter_mut().zip(text.chunks(2)) {
        *y = i16::from_le_bytes(pair.try_into().expect("two of them"));
    }
}

#[test]
fn bytes_of_numbers() {
    let x: Vec<u32> = (0..500).map(|i| i * 7919).collect();
    let text: Vec<u8> = (0..508).map(|i| (i * 31 % 251) as u8).collect();
    let p: Vec<[u8; 2]> = text.windows(2).map(|w| [w[0], w[1]]).collect();
    check!(bytes[y = vec![1; 500], rows = vec![[0; 4]; 400]](&x, &text, &p, &mut y, &mut rows));
    check!(words[y = vec![0; 250]](&text, &mut y));
    fails!(
        "two of them: TryFromSliceError",
        words[y = vec![0; 300]](&text[..401], &mut y)
    );
    fails!("out of range for slice",
        bytes[y = vec![1; 500], rows = vec![[0; 4]; 400]](&x, &text[..506], &p, &mut y, &mut rows));
}

/// Conversions that may fail, read where they are made.
#[kernel(parallel, cuda)]
fn converted(x: &[i64], t: &[u8], y: &mut [i64], z: &mut [u8]) {
    for i in 0..y.len() {
        y[i] = u16::try_from(x[i]).ok().map_or(-1, |v| i64::from(v))
            + i16::try_from(x[i]).map_or(5, |v| i64::from(v));
        y[i] ^= i64::from(u8::try_from(x[i]).is_ok()) + 2 * i64::from(i8::try_from(x[i]).is_err());
        if let Ok(v) = i8::try_from(x[i])
            && v > 3
            && let Ok(w) = u8::try_from(v - 90)
        {
            y[i] += i64::from(w);
        }
        match usize::try_from(x[i]) {
            Ok(at) if at < t.len() => z[i] = t[at],
            Ok(_) => z[i] = 1,
            Err(_) => z[i] = 2,
        }
        let Ok(small) = u32::try_from(x[i] << 25) else {
            continue;
        };
        let narrow: u8 = small.try_into().unwrap_or(7);
        z[i] ^=
            narrow ^ u8::try_from(x[i] % 300).unwrap_or_else(|_| if x[i] < 0 { 0 } else { 255 });
        y[i] += i64::try_from(x[i] as u64).unwrap_or(-3) + i64::try_from(i).unwrap();
    }
}

#[kernel(parallel, cuda)]
fn narrowed(x: &[i32], y: &mut [u8]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = u8::try_from(*x).expect("a byte");
    }
}

#[test]
fn conversions_that_may_fail() {
    let x: Vec<i64> = (0..500)
        .map(|i| (i * 7919 % 701 - 350) * if i % 5 == 0 { 1 << 33 } else { 1 })
        .collect();
    let t: Vec<u8> = (0..200).map(|i| i as u8).collect();
    check!(converted[y = vec![0; 500], z = vec![9; 500]](&x, &t, &mut y, &mut z));
    let bytes: Vec<i32> = (0..500).map(|i| i % 256).collect();
    check!(narrowed[y = vec![0; 500]](&bytes, &mut y));
    let mut large = bytes;
    large[321] = -1;
    fails!(
        "a byte: TryFromIntError(())",
        narrowed[y = vec![0; 500]](&large, &mut y)
    );
}

#[kernel(parallel, cuda)]
fn logarithms(x: &[i32], y: &[u64], out: &mut [[u64; 6]]) {
    for (i, out) in out.iter_mut().enumerate() {
        out[0] = x[i].checked_ilog2().unwrap_or(99) as u64;
        out[1] = y[i].checked_ilog10().map_or(77, |digits| digits + 1) as u64;
        let (shifted, over) = y[i].overflowing_shl(i as u32);
        out[2] = shifted ^ over as u64;
        let (shifted, over) = x[i].overflowing_shr(i as u32 % 40);
        out[3] = shifted as u64;
        out[4] = over as u64;
        out[5] = match x[i].checked_ilog10() {
            Some(digits) => digits as u64,
            None => 9,
        };
    }
}

#[test]
fn logarithms_that_may_be_missing() {
    let mut x: Vec<i32> = special_words()
        .0
        .into_iter()
        .map(|word| word as i32)
        .collect();
    x.extend([0, 1, -1, 9, 10, 99, 100, i32::MIN, i32::MAX]);
    let y: Vec<u64> = x
        .iter()
        .map(|x| (*x as i64 as u64).rotate_left(7))
        .collect();
    check!(logarithms[out = vec![[0; 6]; x.len()]](&x, &y, &mut out));
}
