//! Inside an iteration: `while`, `loop`, `break`, `continue`, labels, `match`, blocks as values.

use crate::inputs::{FEW, SIZES, doubles, numbers};
use kernel_runtime::prelude::*;

#[kernel(parallel, cuda)]
fn collatz(y: &mut [u32], limit: u32) {
    for i in 0..y.len() {
        let mut n = i as u64 + 1;
        let mut count = 0;
        while n != 1 && count < limit {
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
            count += 1;
        }
        y[i] = count;
    }
}

#[kernel(parallel, cuda)]
fn mandelbrot(out: &mut [i32], w: usize, h: usize, limit: i32) {
    for y in 0..h {
        for x in 0..w {
            let (cr, ci) = (
                -2.0 + 2.5 * x as f64 / w as f64,
                -1.25 + 2.5 * y as f64 / h as f64,
            );
            let (mut a, mut b, mut n) = (0.0, 0.0, 0);
            while n < limit && a * a + b * b <= 4.0 {
                let t = a * a - b * b + cr;
                b = 2.0 * a * b + ci;
                a = t;
                n += 1;
            }
            out[y * w + x] = n;
        }
    }
}

#[kernel(parallel, cuda)]
fn labelled(x: &[f64], out: &mut [f64]) {
    let n = out.len();
    for i in 0..n {
        let mut total = 0.0;
        for j in (0..=i % 9).rev() {
            total = total * 0.5 + x[j];
        }
        'rows: for j in (i..n).step_by(37) {
            let mut k = j;
            while k > 0 {
                k /= 2;
                if k % 5 == 3 {
                    continue 'rows;
                }
                if x[k] > 0.45 {
                    break 'rows;
                }
                total += x[k];
            }
            total -= 1.0;
        }
        let mut turns = 0;
        loop {
            turns += 1;
            if turns > i % 4 {
                break;
            }
        }
        if turns == 2 {
            continue;
        }
        out[i] = total + turns as f64;
    }
}

#[kernel(parallel, cuda)]
fn search(sorted: &[i32], keys: &[i32], found: &mut [i64]) {
    for i in 0..keys.len() {
        let (mut low, mut high) = (0, sorted.len());
        let mut place = -1;
        while low < high {
            let middle = low + (high - low) / 2;
            if sorted[middle] == keys[i] {
                place = middle as i64;
                break;
            } else if sorted[middle] < keys[i] {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        found[i] = place;
    }
}

#[kernel(parallel, cuda)]
fn primes(n: u32) -> u32 {
    let mut count = 0;
    for i in 2..n {
        let mut prime = true;
        let mut d = 2;
        while d * d <= i {
            if i % d == 0 {
                prime = false;
                break;
            }
            d += 1;
        }
        if !prime {
            continue;
        }
        count += 1;
    }
    count
}

#[kernel(parallel, cuda)]
fn classes(x: &[i32], y: &mut [i32]) -> i64 {
    let mut s = 0;
    for i in 0..x.len() {
        y[i] = match x[i] % 10 {
            -1 => -100,
            0 | 5 => 1,
            1..=3 => {
                let k = x[i] * 2;
                k + 1
            }
            4 if x[i] > 100 => 7,
            other => other * other,
        };
        match i % 3 {
            0 => s += 1,
            1 => {
                s += y[i] as i64;
            }
            _ => {}
        }
    }
    s
}

#[kernel(parallel, cuda)]
fn blocks(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let low;
        if x[i] < 0.0 {
            low = -x[i];
        } else {
            low = x[i];
        }
        let (high, sign) = {
            let half = low / 2.0;
            (half.max(0.125), if x[i] == low { 1 } else { -1 })
        };
        let flag = x[i] > 0.25 || (i > 0 && x[i - 1] > 0.25);
        y[i] = match (flag, sign) {
            _ if flag => high,
            _ => high * sign as f64,
        };
    }
}

#[test]
fn iterations_with_loops_of_their_own() {
    for n in FEW {
        check!(collatz[y = vec![0; n]](&mut y, 300));
        let x = doubles(n.max(9));
        check!(labelled[y = x[..n].to_vec()](&x, &mut y));
        let (keys, sorted) = (
            numbers(n),
            (0..n as i32).map(|k| 3 * k - 400).collect::<Vec<_>>(),
        );
        check!(search[y = vec![0; n]](&sorted, &keys, &mut y));
        check!(primes(n as u32));
    }
    check!(mandelbrot[y = vec![0; 40 * 30]](&mut y, 40, 30, 100));
}

#[kernel(parallel, cuda)]
fn tuples(x: &[i32], y: &mut [i32], z: &mut [i32], t: &mut [i32]) {
    for i in 0..x.len() {
        let (q, r);
        (q, r) = (x[i] / 7, x[i] % 7);
        (y[i], z[i]) = match (q, (r, i % 2 == 0)) {
            (0, _) => (1, 2),
            (1 | 2, (-3..=3, true)) => (3, 4),
            (a, (b, c)) => (a - b, c as i32),
        };
        (y[i], _) = (y[i] + 1, 2);
        t[i] = match (x[i] % 3 == 0, x[i] % 5 == 0) {
            (true, true) => 15,
            (true, _) => 3,
            (_, true) => 5,
            _ => x[i],
        };
        t[i] += match x[i] {
            i32::MIN..=-1 => -1,
            0 => 0,
            i32::MAX => 5,
            _ => 1,
        };
    }
}

#[kernel(parallel, cuda)]
fn means(x: &[f64], y: &mut [f64]) {
    for i in 0..x.len() {
        let (mut a, mut b) = (x[i].abs(), 1.0);
        for _ in 0..5 {
            (a, b) = (0.5 * (a + b), (a * b).sqrt());
        }
        y[i] = a - b;
    }
}

#[test]
fn matches_and_blocks() {
    for n in FEW {
        let (x, y) = (numbers(n), doubles(n));
        check!(classes[y = vec![0; n]](&x, &mut y));
        check!(blocks[z = vec![0.0; n]](&y, &mut z));
        check!(means[z = vec![0.0; n]](&y, &mut z));
        let zero = || vec![0; n];
        check!(tuples[y = zero(), z = zero(), t = zero()](&x, &mut y, &mut z, &mut t));
    }
}

/// Blocks and functions that end in a loop with a value, and rows of a local array.
#[kernel(parallel, cuda)]
fn ends_in_a_loop(x: &[u32], y: &mut [u32], z: &mut [f64]) {
    fn steps(mut n: u32) -> u32 {
        let mut k = 0;
        loop {
            if n <= 1 {
                break k;
            }
            n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 };
            k += 1;
        }
    }
    for i in 0..y.len() {
        z[i] = {
            let (mut sum, mut k) = (0.0, 0);
            loop {
                sum += x[i] as f64 / (k + 1) as f64;
                k += 1;
                if k >= 5 || sum > 10.0 {
                    break sum;
                }
            }
        };
        let rows = [[x[i], 1, 3], [2, x[i] + 1, steps(x[i])]];
        let mut total = 0;
        for row in &rows {
            for v in row {
                total += v;
            }
        }
        let mut turned = [[0; 2]; 3];
        for (r, row) in turned.iter_mut().enumerate() {
            for (c, v) in row.iter_mut().enumerate() {
                *v = rows[c][r];
            }
        }
        y[i] = total
            + turned
                .iter()
                .map(|row| row.iter().max().unwrap())
                .sum::<u32>();
    }
}

/// Slices that are held against patterns.
#[kernel(parallel, cuda)]
fn slices_match(x: &[i32], y: &mut [i32]) -> i32 {
    for (part, y) in x.chunks(7).zip(y.iter_mut()) {
        let [first, last] = [part[0], part[part.len() - 1]];
        *y = if let &[p, q] = part {
            p * q
        } else if let [single] = part {
            -single
        } else {
            first - last
        };
        let [p, _, q] = part else {
            continue;
        };
        *y += p * q;
    }
    x.windows(2)
        .map(|w| if let [a, b] = w { (b - a).abs() } else { 0 })
        .sum()
}

#[test]
fn slices_against_patterns() {
    for n in [7, 701, 702, 703] {
        let x: Vec<i32> = (0..n).map(|i| i * 37 % 23 - 11).collect();
        check!(slices_match[y = vec![0; 200]](&x, &mut y));
    }
}

#[test]
fn blocks_that_end_in_a_loop() {
    let x: Vec<u32> = (0..500).map(|i| i % 97).collect();
    check!(ends_in_a_loop[y = vec![0; 500], z = vec![0.0; 500]](&x, &mut y, &mut z));
}

/// The same of slices to write.
#[kernel(parallel, cuda)]
fn slices_change(x: &mut [i32]) {
    for part in x.chunks_mut(3) {
        if let [first, second, last] = part {
            let passed = *first;
            *first = *second;
            *second = *last;
            *last = passed;
        } else {
            part[0] = -1;
        }
    }
    for part in x.chunks_mut(4) {
        let [first, _, third, _] = part else {
            continue;
        };
        *first += 5;
        *third -= *first;
    }
}

#[test]
fn slices_to_write_against_patterns() {
    for n in [3, 700, 701, 702, 704] {
        let start: Vec<i32> = (0..n).map(|i| i * 37 % 23 - 11).collect();
        check!(slices_change[x = start.clone()](&mut x));
    }
}

/// Slices of several lengths, in one `match`.
#[kernel(parallel, cuda)]
fn matched(x: &[u8], k: usize, y: &mut [u8], text: &mut [u8]) {
    for (part, y) in x.chunks(k).zip(y.iter_mut()) {
        *y = match part {
            [7, .., last] => *last,
            [one] => one / 2,
            [first, .., 3] => first ^ 1,
            [first, second, ..] => first.wrapping_add(*second),
            _ => 0,
        };
    }
    for (bytes, text) in x.chunks(3).zip(text.chunks_mut(4)) {
        let bits = match *bytes {
            [a, b, c] => (a as u32) << 16 | (b as u32) << 8 | c as u32,
            [a, b] => (a as u32) << 16 | (b as u32) << 8,
            [a] => (a as u32) << 16,
            _ => 0,
        };
        for (k, letter) in text.iter_mut().enumerate() {
            *letter = (bits >> (18 - 6 * k) & 63) as u8;
        }
    }
}

/// The last one takes whatever is left, and may write.
#[kernel(parallel, cuda)]
fn in_pairs(x: &mut [i32]) {
    for part in x.chunks_mut(2) {
        match part {
            [] => {}
            [one] => *one = -1,
            [first, .., last] => std::mem::swap(first, last),
        }
    }
}

#[test]
fn slices_are_matched() {
    for n in SIZES {
        let x: Vec<u8> = (0..n).map(|k| (k * k % 11) as u8).collect();
        for k in [1, 2, 3, 7] {
            check!(matched[y = vec![0; n], text = vec![0; n / 3 * 4 + 4]](&x, k, &mut y, &mut text));
        }
        check!(in_pairs[x = numbers(n)](&mut x));
    }
}

/// A counter goes along with what the loop adds up, and is read behind it.
#[kernel(parallel, cuda)]
fn counted(x: &[i32], y: &mut [i32], from: usize, to: usize) -> (usize, i32) {
    let (mut i, mut positive) = (from, 0);
    while i < to {
        if x[i] > 0 {
            positive += 1;
        }
        y[i] = x[i] - i as i32;
        i += 1;
    }
    (i, positive)
}

#[kernel(parallel, cuda)]
fn counted_down(x: &[i32], y: &mut [i32], n: usize) -> usize {
    let mut i = n;
    while i > 0 {
        i -= 1;
        if x[i] % 3 == 0 {
            continue;
        }
        y[i] = x[i] / 3;
    }
    let mut left = n;
    while 0 < left {
        left = left - 1;
        y[left] += 1;
    }
    left
}

#[kernel(parallel, cuda)]
fn counted_planes(x: &[i32], y: &mut [i32], w: usize) {
    let h = y.len() / w;
    let mut row = 0;
    loop {
        if row >= h {
            break;
        }
        let mut column: usize = 0;
        while w > column {
            let mut sum = x[row * w + column];
            let mut near = 0;
            while near < column {
                if sum > 1000 {
                    break;
                }
                sum += x[row * w + near];
                near += 1;
            }
            y[column * h + row] = sum;
            column += 1;
        }
        row += 1;
    }
}

/// The end is looked for ahead of the counter, which is of some narrow type.
#[kernel(parallel, cuda)]
fn counted_ahead(x: &[i32], y: &mut [i32], n: u8) {
    let mut i = 1;
    while i + 1 < x.len() {
        let mut near = 0;
        while near + 3 < i {
            near += 1;
        }
        y[i] = x[i - 1] - x[i + 1] + near as i32;
        i += 1;
    }
    let mut k = 0;
    while n > k + 2 {
        y[k as usize] += x[k as usize + 2] / 2;
        k += 1;
    }
}

/// What a loop goes up to is another number after an iteration, or the counter is a name for something else.
#[kernel(parallel, cuda)]
fn not_counted(x: &[i32], y: &mut [i32], mut n: usize) -> usize {
    let mut i = 0;
    while i < n {
        if x[i] > 40 {
            n -= 1;
        }
        i += 1;
    }
    let mut calls = 0;
    while calls < 3 {
        let i = calls + 1;
        for k in 0..y.len() {
            y[k] += i as i32 * x[k];
        }
        calls += 1;
    }
    i
}

#[test]
fn counters_are_ranges() {
    for n in FEW {
        let x = numbers(n);
        let y = vec![0; n];
        for (from, to) in [(0, n), (n, 0), (n / 2, n), (n + 3, n)] {
            check!(counted[y = y.clone()](&x, &mut y, from, to));
        }
        fails!(
            "out of bounds",
            counted[y = y.clone()](&x, &mut y, n / 2, n + 1)
        );
        check!(counted_down[y = y.clone()](&x, &mut y, n));
        fails!(
            "out of bounds",
            counted_down[y = y.clone()](&x, &mut y, n + 1)
        );
        for w in [1, 5, 31] {
            check!(counted_planes[y = vec![1; n / w * w]](&x, &mut y, w));
        }
        for k in [0, 1, 2, 3, 200] {
            if k <= n {
                check!(counted_ahead[y = y.clone()](&x, &mut y, k as u8));
            }
        }
        check!(not_counted[y = y.clone()](&x, &mut y, n));
    }
}

/// Ranges with names, and chains from the other end.
#[kernel(parallel, cuda)]
fn named_ranges(x: &[i32], y: &mut [i32], w: usize, low: i32) -> usize {
    let rows = 1..y.len() / w;
    let known = low..=40;
    for i in rows.clone() {
        let near = i.saturating_sub(3)..i;
        let mut sum = x[near.clone()].iter().rfold(i as i32, |sum, v| sum ^ v);
        for k in near {
            sum -= x[k] / 2;
        }
        let before = &x[..i];
        let last = before.iter().rposition(|v| known.contains(v));
        y[i * w] = sum + last.map_or(-1, |at| at as i32);
    }
    let mut within = 0;
    for v in x {
        if known.contains(v) {
            within += 1;
        }
    }
    within
}

#[test]
fn ranges_have_names() {
    for n in FEW {
        let x = numbers(n);
        for (w, low) in [(1, 0), (2, -7), (9, 50)] {
            check!(named_ranges[y = vec![0; n]](&x, &mut y, w, low));
        }
        if n > 2 {
            fails!(
                "out of range",
                named_ranges[y = vec![0; n]](&x[..n / 2], &mut y, 1, 0)
            );
        }
    }
}
