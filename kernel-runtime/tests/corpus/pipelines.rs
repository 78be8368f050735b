//! Chains with stages that leave items out, and all their ends.

use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn counted(x: &[u32], t: u32, k: usize, out: &mut [[u32; 8]]) {
    for i in 0..out.len() {
        let w = &x[i..i + k];
        out[i][0] = w.iter().filter(|v| **v > t).count() as u32;
        out[i][1] = w.windows(2).filter(|w| w[0] > w[1]).count() as u32;
        out[i][2] = w.iter().take_while(|&&v| v < 15).count() as u32;
        out[i][3] = w.iter().filter(|v| *v % 2 == 1).map(|v| v * 2).sum();
        out[i][4] = w
            .iter()
            .filter_map(|v| v.checked_sub(5))
            .map(|v| v + 1)
            .filter(|v| v % 2 == 0)
            .max()
            .unwrap_or(99);
        out[i][5] = w
            .iter()
            .filter(|v| **v > t)
            .map(|v| v + t)
            .fold(0, |t, v| t ^ v);
        out[i][6] = w
            .iter()
            .filter(|v| **v < t)
            .copied()
            .filter(|&v| v != 3)
            .count() as u32;
        out[i][7] = w.iter().position(|v| *v == t).map_or(100, |at| at as u32);
    }
}

#[kernel(parallel, cuda)]
fn chosen(x: &[i32], w: &[f64], k: usize, out: &mut [[i32; 8]], y: &mut [f64]) {
    for i in 0..out.len() {
        let (a, b) = (&x[i..i + k], &w[i..i + k]);
        out[i][0] = *a.iter().max().unwrap() * 100 + *a.iter().min().unwrap();
        out[i][1] = *a.iter().find(|&&v| v > 3).unwrap_or(&-1);
        out[i][2] = a
            .iter()
            .min_by_key(|v| (**v - 3).abs())
            .copied()
            .unwrap_or(8);
        out[i][3] = *a.iter().max_by_key(|&v| v % 5).unwrap();
        let most = b
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.partial_cmp(b.1).unwrap());
        out[i][4] = most.map(|(at, _)| at as i32).unwrap_or(0);
        let least = b.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
        out[i][5] = least.map_or(0, |(at, _)| at as i32);
        out[i][6] = a.iter().copied().reduce(|a, b| a * 3 ^ b).unwrap_or(0);
        y[i] = b.iter().copied().reduce(f64::max).unwrap_or(0.0);
    }
}

#[test]
fn stages_in_an_iteration() {
    let x: Vec<u32> = (0..600).map(|i| i * 7919 % 41).collect();
    for k in [0, 1, 7] {
        check!(counted[out = vec![[0; 8]; 500]](&x, 20, k, &mut out));
    }
    let x: Vec<i32> = x.iter().map(|v| *v as i32 - 20).collect();
    let w: Vec<f64> = x.iter().map(|v| f64::from(v / 3)).collect();
    for k in [1, 8] {
        check!(chosen[out = vec![[0; 8]; 500], y = vec![0.0; 500]](&x, &w, k, &mut out, &mut y));
    }
    fails!("called `Option::unwrap()` on a `None` value",
        chosen[out = vec![[0; 8]; 500], y = vec![0.0; 500]](&x, &w, 0, &mut out, &mut y));
}

/// Sums and products without a type behind their name, of whatever type is asked for.
#[kernel(parallel, cuda)]
fn added(x: &[i8], w: &[f64], k: usize, y: &mut [i8], z: &mut [f64], n: &mut [i64]) {
    for i in 0..y.len() {
        y[i] = x[i..i + k].iter().sum();
        n[i] = x[i..i + k].iter().map(|v| *v as i64 % 4 + 2).product();
        let s: f64 = w[i..i + k].iter().sum();
        let mean = s / k as f64;
        z[i] = w[i..i + k].iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (k - 1) as f64;
    }
}

#[test]
fn sums_are_of_the_type_asked_for() {
    let x: Vec<i8> = (0..600).map(|i| (i * 31 % 41 - 20) as i8).collect();
    let w: Vec<f64> = x.iter().map(|v| f64::from(*v) / 7.0).collect();
    let run = |x: &[i8], k| {
        agreement!(Exact, device,
            added[y = vec![0; 500], z = vec![0.0; 500], n = vec![0; 500]]
                (x, &w, k, &mut y, &mut z, &mut n))
    };
    run(&x, 4).expect("no failure");
    // The place of the panic is std's own.
    let mut large = x.clone();
    large[77] = 127;
    let result = run(&large, 2);
    match cfg!(debug_assertions) {
        true => assert!(
            result
                .expect_err("a failure")
                .contains("attempt to add with overflow")
        ),
        false => _ = result.expect("no failure"),
    }
    let product = run(&vec![3; 600], 41);
    match cfg!(debug_assertions) {
        true => assert!(product.expect_err("a failure").contains("overflow")),
        false => _ = product.expect("no failure"),
    }
}

/// The whole reduction.
#[kernel(parallel, cuda)]
fn above(x: &[f64], t: f64) -> usize {
    x.iter().filter(|v| **v > t).count()
}

#[kernel(parallel, cuda)]
fn evens(x: &[u32]) -> u32 {
    x.iter().filter(|&&v| v % 2 == 0).sum()
}

#[kernel(parallel, cuda)]
fn of_pairs(x: &[f64], z: &[f64]) -> (usize, f64) {
    let n = x.iter().zip(z).filter(|(a, b)| *a > *b).count();
    let s: f64 = x
        .iter()
        .zip(z.iter())
        .filter(|&(a, b)| a > b)
        .map(|(a, b)| a * b)
        .sum();
    (n, s)
}

#[kernel(parallel, cuda)]
fn every_third(x: &[u32], n: usize) -> u64 {
    (0..n)
        .filter(|i| i % 3 == 0)
        .map(|i| x[i % x.len()] as u64)
        .sum()
}

/// A chain that begins a statement.
#[kernel(parallel, cuda)]
fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

#[kernel(parallel, cuda)]
fn is_in_order(x: &[u32]) -> bool {
    x.windows(2).all(|w| w[0] <= w[1]) || x.iter().any(|v| 40 / v > 39)
}

/// Flags between regions.
#[kernel(parallel, cuda)]
fn grown(x: &[u32], y: &mut [u32]) {
    for t in 0..5 {
        if y.iter().all(|v| *v > 50) {
            break;
        }
        for i in 0..y.len() {
            y[i] += x[i] + t;
        }
    }
    while y.iter().any(|v| *v < 80) {
        for v in y.iter_mut() {
            *v += 9;
        }
    }
}

#[test]
fn flags_and_means() {
    let x: Vec<u32> = (0..5000).map(|i| i * 7919 % 41 + 1).collect();
    let w: Vec<f64> = x.iter().map(|v| f64::from(*v)).collect();
    close!(mean(&w));
    check!(is_in_order(&x));
    check!(is_in_order(&[2, 3, 3, 9]));
    check!(grown[y = vec![3; 5000]](&x, &mut y));
    // What follows the first that answers is not asked.
    check!(is_in_order(&[4, 1, 0]));
    fails!("divide by zero", is_in_order(&[4, 0, 1]));
}

#[test]
fn stages_of_a_whole_reduction() {
    let x: Vec<u32> = (0..5000).map(|i| i * 7919 % 41).collect();
    let w: Vec<f64> = x.iter().map(|v| f64::from(*v) - 20.0).collect();
    let z: Vec<f64> = w.iter().rev().copied().collect();
    check!(above(&w, 3.0));
    check!(evens(&x));
    close!(of_pairs(&w, &z));
    check!(every_third(&x, 7000));
}

/// Names of closures that mean others outside, and items that are numbers.
#[kernel(parallel, cuda)]
fn renamed(x: &[u32], w: u32, out: &mut [[u32; 5]]) -> u32 {
    for i in 0..out.len() {
        let part = &x[i..];
        out[i][0] = part.iter().take(9).filter(|v| **v > w).map(|w| w * 2).sum();
        out[i][1] = (0..x[i])
            .filter(|k| k % 3 == 1)
            .map(|k| k * k)
            .reduce(|a, b| a * 2 + b)
            .unwrap_or(5);
        out[i][2] = part
            .iter()
            .enumerate()
            .filter(|(k, _)| k % 2 == 0)
            .map(|(_, v)| *v)
            .max()
            .unwrap_or(1);
        out[i][4] = part.iter().take(9).map(|w| w * 2).map(|b| b + w).sum();
        let mut k = 0;
        out[i][3] = part
            .iter()
            .take(9)
            .filter(|v| {
                k += 1;
                **v > k
            })
            .count() as u32
            + k;
    }
    (0..9000)
        .filter_map(|i| x.get(i).copied())
        .filter(|v| *v > 3)
        .sum()
}

#[test]
fn names_in_chains() {
    let x: Vec<u32> = (0..600).map(|i| i * 7919 % 23).collect();
    check!(renamed[out = vec![[0; 5]; 500]](&x, 5, &mut out));
}

/// Elements that are fixed arrays, whose own elements change places.
#[kernel(parallel, cuda)]
fn turned(rows: &mut [[u32; 4]], k: usize) {
    for i in 0..rows.len() {
        if rows[i][0] > 3 {
            rows[i].swap(i % 4, k);
        }
    }
    for r in rows.iter_mut() {
        r.swap(0, 3);
    }
}

/// Alternatives that bind names.
#[kernel(parallel, cuda)]
fn alternatives(x: &[u32], out: &mut [u32]) {
    for i in 0..x.len() {
        match (x[i] % 5, x[i] / 5) {
            (0, v) | (v, 0) if v > 2 => {
                let mut s = 0;
                for k in 0..v {
                    s += k;
                }
                out[i] = s;
            }
            (1 | 2, _) => out[i] = 7,
            _ => {}
        }
        out[i] += match (x[i].checked_sub(4), x[i].checked_sub(8)) {
            (Some(v), None) | (None, Some(v)) => v,
            (Some(v), Some(w)) => v + w,
            (None, None) => 0,
        };
    }
}

#[test]
fn swaps_in_rows_and_alternatives() {
    let rows: Vec<[u32; 4]> = (0..500).map(|i| [i % 7, i, i / 3, 5]).collect();
    check!(turned[rows = rows.clone()](&mut rows, 2));
    fails!(
        "the len is 4 but the index is 4",
        turned[rows = rows.clone()](&mut rows, 4)
    );
    let x: Vec<u32> = (0..500).map(|i| i * 7919 % 41).collect();
    check!(alternatives[out = vec![0; 500]](&x, &mut out));
}

/// Powers that are numbers are products, as in the serial version.
#[kernel(parallel, cuda)]
fn powers(x: &[f64], w: &[f32], out: &mut [[f64; 6]], small: &mut [[f32; 3]]) {
    for i in 0..out.len() {
        let v = x[i];
        out[i] = [
            v.powi(0),
            v.powi(1),
            v.powi(2),
            v.powi(3),
            v.powi(-3),
            v.powi(13),
        ];
        small[i] = [w[i].powi(2), (w[i] + 1.0).powi(-2), w[i].powi(7)];
    }
}

#[test]
fn literal_powers() {
    let mut x: Vec<f64> = (0..500)
        .map(|i| f64::from(i * 7919 % 1009) / 77.7 - 6.0)
        .collect();
    x[..5].copy_from_slice(&[0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
    let w: Vec<f32> = x.iter().map(|v| *v as f32).collect();
    check!(powers[out = vec![[0.0; 6]; 500], small = vec![[0.0; 3]; 500]](&x, &w, &mut out, &mut small));
}

/// A zip whose right side is mapped, and searches by `contains`.
#[kernel(parallel, cuda)]
fn zipped(x: &[u32], d: &[u32], k: u32, y: &mut [u32], found: &mut [u8]) -> bool {
    for (at, (k, v)) in y.iter_mut().zip(x.iter().map(|x| x * k)).enumerate() {
        *k = v + at as u32;
    }
    for (o, (a, q)) in y
        .iter_mut()
        .zip(x.iter().zip(x.iter().zip(d).map(|(a, b)| a / b)))
    {
        *o += a * q;
    }
    for (i, f) in found.iter_mut().enumerate() {
        let near = [x[i], 3, d[i]];
        let vowel = b"aeiou".contains(&(x[i] as u8 + 90));
        *f = u8::from(vowel) + 2 * u8::from(near.contains(&(i as u32 % 5)));
        *f += 4 * u8::from([1, 3, x[0]].contains(&x[i])) + 8 * u8::from(d.contains(&x[i]));
        *f += 16 * u8::from(!x[i..i + 4].contains(&k));
    }
    x.iter().zip(d.iter().map(|d| d + 1)).all(|(x, d)| *x != d)
}

const FEW: &[u32] = &[2, 3, 5];
static MORE: [u32; 4] = [7, 11, 13, 17];

/// Searches in arrays of the driver's and from outside.
#[kernel(parallel, cuda)]
#[allow(clippy::ptr_arg)]
fn searched(
    x: &[u32],
    all: &Vec<u32>,
    four: &[u32; 4],
    lent: &mut [u32],
    found: &mut [u8],
) -> usize {
    const LAST: [u32; 2] = [1, 19];
    let own = [4, 6];
    let made = vec![8; 3];
    for (f, v) in found.iter_mut().zip(x) {
        *f = u8::from(FEW.contains(v)) + 2 * u8::from(MORE.contains(v) != all.contains(v));
        *f += 4 * u8::from(four.contains(&(v + 1))) + 8 * u8::from(lent.contains(v));
        *f += 16 * u8::from(LAST.contains(v) || own.contains(v) || made.contains(v));
        *f += 32 * u8::from(four.starts_with(&[*v]) || FEW.starts_with(&[*v, 3]));
    }
    x.iter().filter(|v| MORE.contains(v)).count()
}

#[test]
fn searches_in_tables() {
    let x: Vec<u32> = (0..500).map(|i| i * 7 % 23).collect();
    let found = || vec![0; 500];
    let four = [6, 8, 20, 22];
    check!(searched[lent = vec![9, 3], found = found()](&x, &vec![7, 3, 14], &four, &mut lent, &mut found));
    check!(searched[lent = vec![], found = found()](&x, &vec![], &four, &mut lent, &mut found));
}

/// Slices, rows and lists that are compared.
#[kernel(parallel, cuda)]
fn matched(text: &[u8], word: &[u8], p: &[[u8; 2]], out: &mut [u8]) -> usize {
    let m = word.len();
    for (i, o) in out.iter_mut().enumerate() {
        let rest = &text[i..];
        *o = u8::from(rest.starts_with(word)) + 2 * u8::from(rest.starts_with(b"ab"));
        *o +=
            4 * u8::from(text[i..i + m] == *word) + 8 * u8::from(p[i] == p[0] || p[i] != [97, 98]);
        let near = [text[i], text[i + 1]];
        *o += 16 * u8::from(near == p[i]) + 32 * u8::from(near[..] != word[..m.min(1)]);
    }
    (0..text.len() - m)
        .filter(|&i| &text[i..i + m] == word)
        .count()
        + text.windows(2).filter(|w| *w == &p[3][..]).count()
}

#[test]
fn slices_are_compared() {
    let text: Vec<u8> = (0..900).map(|i| b'a' + (i * i / 3 % 4) as u8).collect();
    let p: Vec<[u8; 2]> = text.chunks_exact(2).map(|w| [w[1], w[0]]).collect();
    for word in [&b"a"[..], b"ab", b"", b"dca"] {
        check!(matched[out = vec![0; 400]](&text, word, &p, &mut out));
    }
    fails!(
        "out of range for slice",
        matched[out = vec![0; 400]](&text[..401], b"abc", &p, &mut out)
    );
}

#[test]
fn mapped_zips_and_searches() {
    let x: Vec<u32> = (0..600).map(|i| i * 7919 % 41).collect();
    let d: Vec<u32> = (0..500).map(|i| i * 31 % 17 + 1).collect();
    check!(zipped[y = vec![0; 500], found = vec![0; 400]](&x, &d, 7, &mut y, &mut found));
    check!(zipped[y = vec![0; 550], found = vec![0; 400]](&x, &d, 0, &mut y, &mut found));
    let mut zero = d.clone();
    zero[321] = 0;
    fails!("divide by zero",
        zipped[y = vec![0; 500], found = vec![0; 400]](&x, &zero, 7, &mut y, &mut found));
    // What stands behind the shorter side is not asked for.
    let (longer, shorter) = (&x[..501], &d);
    check!(zipped[y = vec![0; 600], found = vec![0; 400]](longer, shorter, 7, &mut y, &mut found));
}
