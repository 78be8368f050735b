//! `docs/forms.md`, row by row: what is accepted, and the neighbour that is refused. A row without
//! programs here, or programs without a row, fail the test.

use super::tests::analysed;

/// How a row begins, its accepted program, and its refused one, if it has one.
type Row = (&'static str, &'static str, &'static str);

/// Programs are bodies of a function that takes these.
const PARAMS: &str = "x: &[f64], xs: &[f64], y: &mut [f64], ys: &mut [f64], p: &[[f64; 2]], \
    pairs: &[[usize; 2]], q: &mut [[f64; 2]], k: usize, n: usize, m: usize, at: &[usize], \
    c: &[u32], b: &[u8], z: &[Complex<f64>], w: &mut [Complex<f64>], u: Complex64, \
    g: &[[[f64; 2]; 3]], h: &mut [[[f64; 2]; 3]], t: &[(f64, f64)], r: &mut [(f64, f64)], a: ArrayView2<f64>, mut d: ArrayViewMut2<f64>, mut v: ArrayViewMut2<f64>";

const ROWS: &[Row] = &[
    (
        "`for x in xs.iter()`",
        "for (i, x) in xs.iter().enumerate() { y[i] = *x; }",
        "for v in found(xs).iter() { y[0] += v; }",
    ),
    (
        "`for &x in xs`",
        "let mut s = 0.0; for &x in xs { s += x; } for x in xs.iter().copied() { s += x; }",
        "for (i, &x) in xs.iter().enumerate() { y[i / 2] = x; }",
    ),
    (
        "`for x in xs.iter().filter(",
        "let mut s = 0.0; for x in xs.iter().filter(|x| **x > 0.0).map(|x| 2.0 * x) { s += x; } \
         for (i, o) in y.iter_mut().enumerate().filter(|(i, _)| i % 2 == 0) { *o = i as f64; } \
         for i in (0..n).map(|i| 2 * i) { ys[i] = s; } \
         for i in 0..n { for x in xs.iter().take_while(|x| **x > 0.0).filter_map(|x| at.get(*x as usize)) { q[i][0] += *x as f64; } }",
        "for (i, x) in xs.iter().filter(|x| **x > 0.0).enumerate() { y[i] = *x; }",
    ),
    (
        "`for x in xs.iter_mut()`",
        "for x in y.iter_mut() { *x += 1.0; }",
        "let mut last = 0.0; for x in y.iter_mut() { *x += last; last = *x; }",
    ),
    (
        "`.enumerate()`",
        "for (i, x) in xs.iter().enumerate() { y[i] = *x; }",
        "for (i, x) in xs.iter().enumerate() { y[i] = *x; y[i + 1] = *x; }",
    ),
    (
        "`.zip(ys)`",
        "for ((o, a), b) in y.iter_mut().zip(x).zip(xs.iter().map(|e| e * 2.0)) { *o = a * b; } \
         for (o, a) in std::iter::zip(ys, x) { *o = *a; }",
        "for v in x.iter().chain(xs) { y[0] += v; }",
    ),
    (
        "`.rev()`",
        "for (i, v) in xs.iter().skip(1).rev().step_by(k).take(n).enumerate() { y[i] = *v; }",
        "for v in xs.iter().skip_while(|v| **v > 0.0) { y[0] += v; }",
    ),
    (
        "`(a..b).zip(xs)`",
        "for (i, v) in (0..n).zip(xs) { y[i] = *v; } for (e, i) in y.iter_mut().zip(1u8..) { *e = i as f64; }",
        "for (i, v) in (0..=n).zip(xs) { y[i] = *v; }",
    ),
    (
        "`for &[x, y] in points`",
        "let mut s = 0.0; for &[e, f] in p { s += e * f; } for [e, f, _] in g { s += e[0] * f[1]; }",
        "for &[e, f] in pairs { y[e] = f as f64; }",
    ),
    (
        "`for (x, y) in points.iter_mut()`",
        "for ((e, f), (g, o)) in r.iter_mut().zip(t) { *e += g; *f = *e * o; } for i in 0..n { let (e, _) = &mut r[i]; *e = 1.0; }",
        "for i in 0..n { let (e, _) = &mut r[i / 2]; *e = 1.0; }",
    ),
    (
        "`let mut i = 0; while i < n {",
        "let mut i = 0; while i < n { let mut j = 0; loop { if j >= m { break; } y[i * m + j] = 1.0; j += 1; } i += 1; } \
         let mut i = n; while i > 0 { i -= 1; ys[i] = x[i]; }",
        "let mut i = 0; while i < n { i += 1; if x[i] > 0.0 { continue; } y[i] = 1.0; }",
    ),
    (
        "`for d in [0, 1, 2]`",
        "for i in 2..n { let mut s = 0.0; for e in [0, 1, 2] { s += x[i - e]; } y[i] = s; }",
        "for i in 0..n { for e in [0, 1] { y[i + e] = x[i]; } }",
    ),
    (
        "`near.iter()`",
        "for i in 3..n { let mut e = [x[i], x[i - 1], x[i - 3]]; for f in e.iter_mut() { *f *= 2.0; } \
         let mut s = e[1..].iter().sum::<f64>(); for (f, g) in e.windows(2).zip([1.0, 2.0].iter()) { s += f[0] * g; } \
         let h = b\"ab\"; for g in h { s += *g as f64; } let h = *b\"cd\"; y[i] = s + h[i % 2] as f64; }",
        "for i in 0..n { for (e, f) in found(i).iter().enumerate() { y[i] += f; } }",
    ),
    (
        "`xs.chunks_exact(k)`",
        "for (o, part) in y.iter_mut().zip(xs.chunks(k)) { *o = part[0]; }",
        "for (o, part) in y.iter_mut().zip(xs.chunks(n % m)) { *o = part[0]; }",
    ),
    (
        "`xs.chunks_exact_mut(k)`",
        "for part in y.chunks_mut(k) { part[0] = 1.0; }",
        "for i in 0..m { let part = &mut y[i * n..(i + 2) * n]; for j in 0..2 * n { part[j] = 0.0; } }",
    ),
    (
        "`let (l, r) = row.split_at_mut(k);`",
        "for row in y.chunks_exact_mut(k) { let (l, r) = row.split_at_mut(n); l[0] = r[0]; }",
        "for i in 1..n { let (l, r) = y.split_at_mut(i); for j in 0..i { r[j] += l[j]; } }",
    ),
    (
        "`xs.windows(k)`",
        "for (o, part) in y.iter_mut().zip(xs.windows(2)) { *o = part[0] + part[1]; }",
        "for part in xs.windows(2) { y[0] = part[0]; }",
    ),
    (
        "`a.iter()`",
        "for (o, e) in d.iter_mut().zip(a.iter()) { *o = *e; }",
        "for e in a.iter().skip(1) { y[0] += e; }",
    ),
    (
        "`for ((i, j), x) in a.indexed_iter()`",
        "for ((i, j), e) in a.indexed_iter() { d[[i, j]] = *e; }",
        "",
    ),
    (
        "`a.outer_iter()`",
        "for (o, row) in y.iter_mut().zip(a.outer_iter()) { *o = row[0]; } for (o, row) in ys.iter_mut().zip(a.columns()) { *o = row[0]; }",
        "for row in a.lanes(Axis(0)) { y[0] += row[0]; }",
    ),
    (
        "`ndarray::Zip::from",
        "ndarray::Zip::from(&mut d).and(&a).for_each(|o, &e| *o = e); y.iter_mut().for_each(|e| *e = 1.0);",
        "y.iter_mut().for_each(|e| { if *e > 1.0 { return; } *e = 1.0; });",
    ),
    (
        "`let row = &a[i * n..(i + 1) * n];`",
        "for i in 0..m { let row = &x[i * n..(i + 1) * n]; y[i] = row[0]; }",
        "for i in 0..m { let row = &x[i * n..(i + 1) * n]; let t = row.to_vec(); y[i] = t[0]; }",
    ),
    (
        "`let row = &mut a[i * n..(i + 1) * n];`",
        "for i in 0..m { let row = &mut y[i * n..(i + 1) * n]; for j in 0..n { row[j] = 1.0; } }",
        "for i in 0..m { let row = &mut y[at[i]..]; row[0] = 1.0; }",
    ),
    (
        "`let x = &mut a[i];`",
        "for i in 0..n { let e = &mut y[i]; *e = x[i]; }",
        "for i in 0..n { let e = &mut y[0]; *e = x[i]; }",
    ),
    (
        "`a.row(i)`",
        "for i in 0..n { let row = a.row(i); y[i] = row[0]; }",
        "for i in 0..n { let row = a.slice(s![i, ..]); y[i] = row[0]; }",
    ),
    (
        "`&[[[f64; 2]; 3]]`",
        "for i in 0..n { let e = &g[i]; let f = &e[1]; h[i][0][1] = f[0] + e[2][1]; h[i][1] = g[i][2]; } \
         for (e, f) in h.iter_mut().zip(g) { for (l, o) in e.iter_mut().zip(f) { l[0] += o[1]; } }",
        "for i in 1..n { h[i][0] = h[i - 1][0]; }",
    ),
    (
        "`row[j]`",
        "for (i, row) in p.iter().enumerate() { let [e, f] = *row; y[i] = e * f * row.len() as f64; }",
        "for i in 0..m { let row = &x[i * n..]; y[i] = helper(row); }",
    ),
    (
        "`mean(&x[i..j])`",
        "fn mean(v: &[f64]) -> f64 { let mut s = 0.0; for x in v { s += x; } s / v.len() as f64 } \
         fn add(to: &mut f64, v: f64) { *to += v; } fn half<T: Div<Output = T>>(v: T, by: T) -> T { v / by } \
         let mut s = 0.0; for i in 0..n { y[i] = mean(&x[i..i + k]); add(&mut s, half(y[i], 2.0)); add(&mut y[i], 1.0); }",
        "fn set(y: &mut [f64], i: usize) { y[i] = 1.0; } for i in 0..n { set(y, 0); }",
    ),
    (
        "`W.iter()`",
        "for i in 4..n { for (j, w) in W.iter().enumerate() { y[i] += w * x[i - j]; } for w in &W { y[i] -= *w; } }",
        "for i in 4..n { for (j, w) in W { y[i] += w * x[i - j]; } }",
    ),
    (
        "`let (a, b) = (&x[..n], &x[n..]);`",
        "for i in 0..m { let (e, f) = (&x[..n], &x[n..]); y[i] = e[i] * f[i]; }",
        "",
    ),
    (
        "`let w = [1.0, 2.0];`",
        "let e = &[1.0, 2.0]; let f = b\"ab\"; let h = *b\"cd\"; let g = [[1.0; 3]; 4]; for i in 0..n { y[i] = e[i % 2] + g[i % 4][1] + f[0] as f64 + h[i % 2] as f64; }",
        "let e = [[(1.0, 2.0); 2]; 2]; for i in 0..n { y[i] = e[i % 2][0].1; }",
    ),
    (
        "`let x = &x[1..];`",
        "let x = &x[1..]; let (e, f) = y.split_at_mut(k); for i in 0..e.len() { e[i] = x[i]; } for i in 0..f.len() { f[i] = x[i]; }",
        "let e = &mut y[..n]; for i in 1..n { e[i] = e[i - 1]; }",
    ),
    (
        "`row.iter().sum::<f64>()`",
        "for i in 0..m { y[i] = x[i * n..(i + 1) * n].iter().zip(xs).map(|(e, f)| e * f).sum::<f64>(); }",
        "for i in 0..m { y[i] = xs[i..].iter().skip_while(|e| **e > 0.0).sum::<f64>(); }",
    ),
    (
        "`.filter(\\|x\\| ..)`",
        "for i in 0..m { y[i] = c[i..].iter().filter(|e| **e > 3).map(|e| e * 2).max().unwrap_or(0) as f64; }",
        "for i in 0..m { y[i] = c[i..].iter().filter(|e| **e > 3).skip(1).count() as f64; }",
    ),
    (
        "`a.row(i).iter()",
        "for i in 0..m { y[i] = a.row(i).iter().zip(xs).map(|(e, f)| e * f).sum::<f64>(); }",
        "for i in 0..m { y[i] = a.row(i).sum(); }",
    ),
    (
        "`.fold(init,",
        "for i in 0..m { y[i] = x[i..n].iter().copied().fold(f64::INFINITY, f64::min); }",
        "for i in 1..n { y[i] = y[..i].iter().fold(0.0, |t, e| t + e); }",
    ),
    (
        "`.any(",
        "for i in 0..m { if x[i..n].iter().any(|e| *e > 1.0) || (0..n).all(|j| x[j] > xs[i]) { y[i] = 1.0; } }",
        "",
    ),
    (
        "`let mut y = Vec::new(); for v in x {",
        "let mut e: Vec<f64> = Vec::with_capacity(n); for v in x { let f = 2.0 * v; e.push(f + 1.0); }",
        "let mut e: Vec<f64> = Vec::new(); for v in x { if *v > 0.0 { e.push(*v); } }",
    ),
    (
        "`let at = ",
        "let index = |i, j| i * n + j; for i in 0..m { for j in 0..n { y[index(i, j)] = x[index(i, j)]; } }",
        "let mut s = 0.0; let mut add = |e: f64| s += e; for i in 0..n { add(x[i]); }",
    ),
    (
        "`let m = *x.iter().max().unwrap();`",
        "let e = *c.iter().max().unwrap(); y[0] = x.iter().copied().reduce(f64::max).unwrap_or(0.0) + e as f64; \
         if let Some(e) = c.iter().map(|v| v % 3).min() { y[1] = e as f64; }",
        "y[0] = x.iter().copied().reduce(|e, f| e - f).unwrap_or(0.0);",
    ),
    (
        "`x.iter().enumerate().max_by(",
        "let e = x.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(i, _)| i); \
         let f = c.iter().min_by_key(|e| **e % 7).unwrap(); \
         y[0] = (0..n).min_by(|&i, &j| x[i].partial_cmp(&x[j]).unwrap()).unwrap() as f64;",
        "let e = x.iter().max_by(|a, b| b.total_cmp(a)); let f = t.iter().min_by_key(|p| (p.1 as i32, p.0 as i32));",
    ),
    (
        "`xs.contains(&x)`",
        "for i in 0..n { let e = [c[i], 3]; if c.contains(&5) || e.contains(&4) || [1, 2].contains(&c[i]) || b\"ab\".contains(&b[i]) \
         || xs.partition_point(|&e| e < x[i]) > 3 || b[i..].starts_with(b\"ab\") || x[i..i + 2] == xs[..2] || p[i] == [1.0, 2.0] { y[i] = 1.0; } }",
        "for i in 0..n { if y.contains(&1.0) { y[i] = 1.0; } }",
    ),
    (
        "`let y: Vec<f64> = x.iter().map(",
        "let e: Vec<f64> = x.iter().zip(xs).map(|(a, b)| a * b).collect(); y[0] = e[1];",
        "let e: Vec<f64> = x.iter().filter(|v| **v > 0.0).copied().collect(); y[0] = e[1];",
    ),
    (
        "`v.sort()`",
        "for i in 0..n { let mut v = [at[i], k, 3]; v.sort(); let mut w = [x[i], xs[i], 0.5]; w.sort_by(|a, b| a.partial_cmp(b).unwrap()); \
         w.sort_unstable_by(f64::total_cmp); v.sort_by(|p, q| q.cmp(p)); y[i] = w[1] + v[1] as f64; }",
        "for i in 0..n { let mut w = [x[i], xs[i]]; w.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap()); y[i] = w[0]; }",
    ),
    (
        "`let all = a..b;`",
        "let all = 1..n; let known = 3..=9; for i in all.clone() { y[i] = x[all.clone()].iter().rfold(0.0, |s, v| s + v); \
         if known.contains(&c[i]) { ys[i] = x.iter().rposition(|v| *v > 0.0).unwrap_or(0) as f64; } }",
        "for i in 0..n { let all = i..n; y[i] = all.len() as f64; }",
    ),
    (
        "`if let 1..=3 = k`",
        "for i in 0..n { if let 1..=3 = at[i] { y[i] = ((i, at[i]) < (at[i], k)) as u8 as f64; } }",
        "for i in 0..n { y[i] = mine!(k) as f64; }",
    ),
    (
        "`x.checked_sub(y)`",
        "for i in 0..n { let Some(e) = x.get(i + 1) else { continue }; y[i] = e + c[i].checked_sub(3).unwrap_or(7) as f64; }",
        "for i in 0..n { let e = y.get(i); y[i] = *e.unwrap_or(&7.0); }",
    ),
    (
        "`a.cmp(&b)`",
        "for i in 0..n { y[i] = match x[i].partial_cmp(&xs[i]) { Some(Ordering::Less) => 1.0, _ => c[i].cmp(&3).is_gt() as u8 as f64 }; }",
        "for i in 0..n { if (c[i], 1).cmp(&(3, 2)).is_lt() { y[i] = 1.0; } }",
    ),
    (
        "`Some(v)`, `None` in a `match`",
        "for i in 0..n { if let Some(e) = c.get(i) && *e > 3 { y[i] = match e.checked_sub(k as u32) { Some(0) | None => 1.0, Some(g) => g as f64 }; } }",
        "for i in 0..n { if let Ok(e) = found(c[i]) { y[i] = e as f64; } }",
    ),
    (
        "`u8::try_from(x)`",
        "for i in 0..n { let e: i8 = c[i].try_into().unwrap_or(3); if let Ok(f) = u8::try_from(c[i]) && f > 3 { y[i] = (f as i8 ^ e) as f64; } }",
        "for i in 0..n { let e = u8::try_from(c[i]); y[i] = e.unwrap_or(1) as f64; }",
    ),
    (
        "`let s: f64 = x.iter()",
        "let s: f64 = x.iter().zip(xs).map(|(e, f)| e * f).sum(); y[0] = s;",
        "y[0] = c.iter().fold(7, |h, v| h * 31 + v) as f64;",
    ),
    (
        "`let [p, q] = chunk else",
        "for (c, o) in xs.chunks(2).zip(y.iter_mut()) { let [e, f] = c else { continue }; *o = if let &[g, .., 2.5] = c { e * f + g } else { 0.0 }; } \
         for (c, o) in xs.chunks(3).zip(ys.iter_mut()) { *o = match c { [] => 1.0, [e] => *e, [e, .., f] => e * f }; } \
         for c in y.chunks_mut(2) { if let [e, f] = c { std::mem::swap(e, f); } }",
        "for (c, o) in xs.chunks(2).zip(y.iter_mut()) { let [e, all @ ..] = c else { continue }; *o = *e; }",
    ),
    (
        "`.unwrap_or(0)`",
        "for i in 0..n { y[i] = x.get(i).map(|e| e + 1.0).filter(|e| *e > 3.0).unwrap_or_default(); }",
        "for i in 0..n { y[i] = *x.get(i).ok_or(3).unwrap(); }",
    ),
    (
        "`std::mem::swap(&mut x, &mut y)` of numbers",
        "for i in 0..n { let (mut a, mut b) = (i, k); std::mem::swap(&mut a, &mut b); std::mem::swap(&mut y[i], &mut ys[i]) }",
        "for i in 0..n { std::mem::swap(&mut y[i], &mut ys[i / 2]); }",
    ),
    (
        "`v.swap(i, j)` of an array",
        "for i in 0..n { let mut v = [x[i], xs[i], 1.0]; v.swap(0, k); y[i] = v[1]; }",
        "for i in 0..n { q[at[i]].swap(0, k); }",
    ),
    (
        "`v.fill(x)`",
        "for (row, of) in y.chunks_mut(m).zip(xs.chunks(m)) { let mut v = [0.0; 3]; v.fill(of[0]); row.fill(v[2]); row.copy_from_slice(of); }",
        "for i in 0..n { y.fill(x[i]); }",
    ),
    (
        "`swap_bytes`",
        "for i in 0..n { ys[i] = (c[i].pow(c[0]) ^ c[i].checked_pow(2).unwrap_or(1) ^ u32::from_be_bytes(c[i].to_le_bytes())) as f64; } \
         for i in 0..n { y[i] = (c[i].swap_bytes() ^ c[i].reverse_bits().wrapping_pow(3) ^ c[i].isqrt()) as f64 + b[i].is_ascii_digit() as u8 as f64; }",
        "for i in 0..n { y[i] = c[i].to_ne_bytes()[0] as f64; }",
    ),
    ("`&[Complex<f64>]`", "for i in 0..n { w[i] = z[i]; }", ""),
    (
        "`&[(f64, f64)]`, `&mut [(u8, u8, u8)]`",
        "for i in 0..n { let (e, f) = t[i]; r[i].1 += e; if r[i].0 > f { r[i] = (f, t[i].1); } }",
        "for i in 0..n { r[i].0 = r[i + 1].0; }",
    ),
    (
        "`+ - * /`",
        "for i in 0..n { w[i] = (z[i] + u) * 2.0 / z[i] - u; if w[i] != u { w[i] += 1.0; } }",
        "for i in 0..n { w[i] = z[i] % u; }",
    ),
    (
        "`z.re`",
        "for i in 0..n { w[i].re = z[i].im; }",
        "for i in 0..n { w[i].re = w[i + 1].re; }",
    ),
    (
        "`conj`",
        "for i in 0..n { w[i] = z[i].conj().powi(3) * z[i].norm() + z[i].exp().sqrt(); }",
        "for i in 0..n { w[i] = z[i].tanh(); }",
    ),
    (
        "`Complex::new`",
        "for i in 0..n { w[i] = Complex::new(x[i], 1.0) + Complex64::I * Complex::from_polar(x[i], 0.5) + Complex { re: 0.0, im: x[i] }; }",
        "",
    ),
    (
        "`sum += z`",
        "let mut s = Complex64::new(0.0, 0.0); for i in 0..n { s += z[i]; s = z[i] * u + s; }",
        "let mut s = Complex64::new(1.0, 0.0); for i in 0..n { s *= z[i]; }",
    ),
    (
        "`t.0 += x;",
        "let mut t = (0.0, (0.0, 0)); for i in 0..n { t.0 += x[i]; if x[i] > t.1.0 { t.1 = (x[i], i); } }",
        "let mut t = (0.0, 0); for i in 0..n { t = (x[i], i); }",
    ),
    (
        "`if (x, k) < (best, key)",
        "let (mut best, mut key) = (0.0, 0); let mut p = (0, 0); for i in 0..n { if (x[i], at[i]) > (best, key) { best = x[i]; key = at[i]; } \
         if (at[i], i) > p { p = (at[i], i); } }",
        "let mut best = (0.0, 0.0); for i in 0..n { if (x[i], xs[i]) < best { best = (x[i], xs[i]); } }",
    ),
    (
        "`if x > most { most = x; count = 1; }",
        "let (mut e, mut o, mut l) = (0.0, 0, 0.0); for i in 0..n { if x[i] > e { e = x[i]; o = 1; } else if x[i] == e { o += 1; } } \
         for i in 0..n { if x[i] > e { l = e; e = x[i]; } else if x[i] > l && x[i] != e { l = x[i]; } } \
         for i in 0..n { if x[i] > e { e = x[i]; } else if x[i] < l { l = x[i]; } } y[0] = e + l + o as f64;",
        "let (mut e, mut l) = (0.0, 0.0); for i in 0..n { if x[i] > e { l = e; e = x[i]; } } y[0] = e + l;",
    ),
    (
        "tuples and complex numbers",
        "fn turn(e: Complex64, by: (f64, f64)) -> Complex64 { Complex::new(e.im * by.0, e.re * by.1) } for i in 0..n { w[i] = turn(z[i], (1.0, 2.0)); }",
        "",
    ),
    (
        "`y[i] -= a[[i, j]] * y[j]`",
        "for i in 0..n { for j in 0..i { y[i] -= a[[i, j]] * y[j]; } }",
        "for i in 0..n { for j in 0..=i { y[i] -= a[[i, j]] * y[j]; } }",
    ),
    (
        "`if x[i] < x[at] { at = i; }`",
        "let mut o = 0; for i in 1..n { if x[i].abs() < x[o].abs() { o = i; } } y[0] = x[o]; \
         let mut b = x[0]; for v in x { if v.abs() > b.abs() { b = *v; } } y[1] = b;",
        "let mut o = 0; for i in 1..n { if x[i] < x[o] { o = i + 1; } } y[0] = x[o];",
    ),
    (
        "`let mut h;` before the loop",
        "let mut h; for i in 0..n { if x[i] > 0.0 { h = 1.0; } else { h = 2.0; } y[i] = h; }",
        "let mut h = 0.0; for i in 0..n { h = x[i]; y[i] = h; } y[0] = h;",
    ),
];

/// The first cells of all rows whose refusals are errors.
fn documented() -> Vec<String> {
    let text = include_str!("../../../docs/forms.md");
    let text = text.split("## Neighbours").next().unwrap_or(text);
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| form"));
    rows.map(|line| line[2..].to_string()).collect()
}

fn judged(body: &str) -> (usize, Vec<String>) {
    let (_, plan, problems) = analysed(&format!("fn f({PARAMS}) {{ {body} }}"));
    (plan.regions.len(), problems)
}

#[test]
fn every_row_is_a_test() {
    let documented = documented();
    for (cell, accepted, refused) in ROWS {
        let rows = documented
            .iter()
            .filter(|row| row.starts_with(cell))
            .count();
        assert_eq!(rows, 1, "rows that begin with {cell}");
        let (regions, problems) = judged(accepted);
        assert!(
            regions > 0 && problems.is_empty(),
            "{accepted}\n{problems:#?}"
        );
        if !refused.is_empty() {
            assert_eq!(judged(refused).0, 0, "accepted: {refused}");
        }
    }
    for row in &documented {
        let tested = ROWS.iter().any(|(cell, ..)| row.starts_with(cell));
        assert!(tested, "no programs for {row}");
    }
}
