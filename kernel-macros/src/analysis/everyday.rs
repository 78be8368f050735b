//! Loops as people write them: closures for indices, lists, rows taken apart, parts in the driver.

use super::tests::{accepted, refused};
use crate::ir::{StmtKind, walk};

#[test]
fn closures_that_name_an_index_are_inlined() {
    accepted(
        "fn f(u: &[f64], out: &mut [f64], m: usize, n: usize) { let at = |i: usize, j| i * n + j;
         for i in 1..m { for j in 0..n { out[at(i, j)] = u[at(i - 1, j)]; } } }",
    );
    accepted(
        "fn f(u: &[f64], out: &mut [f64], n: usize) { fn at(i: usize, n: usize) -> usize { n - 1 - i }
         for i in 0..n { let twice = |x: f64| x + x; out[at(i, n)] = twice(u[i]); } }",
    );
    refused(
        "fn f(u: &[f64], out: &mut [f64], n: usize) { let at = |i: usize| i / 2;
         for i in 0..n { out[at(i)] = u[i]; } }",
        &["`out["],
    );
    refused(
        "fn f(x: &[f64]) -> f64 { let mut s = 0.0; let mut add = |v: f64| s += v;
         for i in 0..x.len() { add(x[i]); } s }",
        &["`add`"],
    );
    refused(
        "fn f(x: &[f64], y: &mut [f64]) { let g = move |v: f64| v; for i in 0..9 { y[i] = g(x[i]); } }",
        &["`g`"],
    );
}

#[test]
fn a_closure_sees_the_names_around_its_definition() {
    let (function, plan) = accepted(
        "fn f(y: &mut [i64], k: i64) { let g = |v: i64| v + k; for i in 0..y.len() { let k = 100;
         y[i] = g(k); } }",
    );
    let body = crate::ir::dump::block(&function, &plan.regions[0].body);
    assert!(body.contains("v + k"), "{body}");
    let k = plan.regions[0].scalars.iter();
    assert!(
        k.clone().any(|var| function.vars[*var].ident == "k"),
        "the driver's is captured"
    );
}

/// Where the host would read another variable of the name, the closure is not inlined.
#[test]
fn a_closure_whose_names_the_driver_hides() {
    for body in [
        "let g = || k; let k = 3; for i in 0..y.len() { y[i] = g() + k; }",
        "let g = || k; for t in 0..3 { let k = t; y[0] += y[3]; for i in 0..y.len() { y[i] = g() + k; } }",
    ] {
        refused(
            &format!("fn f(y: &mut [i64], k: i64) {{ {body} }}"),
            &["`g`"],
        );
    }
}

#[test]
fn lists_are_loops_inside_an_iteration() {
    accepted(
        "fn f(a: &[f64], out: &mut [f64], n: usize) { for i in 1..n { let mut s = 0.0;
         for d in [0, 1] { for &w in &[0.5, 0.25] { s += w * a[i - d]; } } out[i] = s; } }",
    );
    refused(
        "fn f(a: &[f64], out: &mut [f64], n: usize) { for i in 0..n { for d in [0, 1] {
         out[i + d] = a[i]; } } }",
        &["`out[i + d]`"],
    );
}

#[test]
fn tuples_are_compared_and_ranges_matched() {
    accepted(
        "fn f(x: &[usize], n: &mut [u32; 10], y: &mut [bool]) { for i in 0..x.len() {
         y[i] = (i, x[i]) < (x[i], i) && (i, 3) != (3, i); if let 0..=9 = x[i] { n[x[i]] += 1; } } }",
    );
}

#[test]
fn parts_in_the_driver_are_arrays() {
    accepted("fn f(x: &[f64], y: &mut [f64]) { let x = &x[1..]; for i in 0..9 { y[i] = x[i]; } }");
    accepted(
        "fn f(x: &[f64], y: &mut [f64], n: usize) { let (x, y) = (&x[..n], &mut y[..n]);
         for i in 0..n { y[i] = x[i]; } }",
    );
    refused(
        "fn f(y: &mut [f64], n: usize) { let y = &mut y[..n]; for i in 1..n { y[i] = y[i - 1]; } }",
        &["`y[i]`", "`y[i - 1]`"],
    );
}

#[test]
fn rows_and_chains_keep_what_the_proof_sees() {
    accepted(
        "fn f(p: &[[f64; 2]], y: &mut [f64]) { for (i, &[a, b]) in p.iter().enumerate() {
         y[i] = a * b; } }",
    );
    refused(
        "fn f(p: &[[usize; 2]], y: &mut [f64]) { for &[a, b] in p { y[a] = b as f64; } }",
        &["`y[a]`"],
    );
    accepted(
        "fn f(a: &[f64], y: &mut [f64], n: usize) { for i in 0..y.len() {
         y[i] = a[i * n..(i + 1) * n].iter().map(|v| v * v).sum::<f64>(); } }",
    );
    refused(
        "fn f(a: &mut [f64], n: usize) { for i in 1..n {
         a[i] = a[..i].iter().fold(0.0, |s, v| s + v); } }",
        &["`a[i]`"],
    );
    // Traits for these could come before the slice's method: rustc is asked.
    for (ty, chain) in [
        ("&Vec<f64>", "x.iter().sum::<f64>()"),
        ("&[[f64; 2]]", "{ let r = &x[i]; r.iter().sum::<f64>() }"),
        ("&[f64; 4]", "x.iter().map(|v| v * 2.0).sum::<f64>()"),
    ] {
        let source =
            format!("fn f(x: {ty}, y: &mut [f64]) {{ for i in 0..y.len() {{ y[i] = {chain}; }} }}");
        accepted(&source);
    }
    accepted(
        "fn f(a: &[i32], y: &mut [i32], n: usize) { for i in 0..n { y[i] = a[i..].iter().sum::<i32>(); } }",
    );
}

#[test]
fn a_chain_demands_once_what_its_row_demands() {
    let (function, plan) = accepted(
        "fn f(a: ArrayView2<f64>, x: &[f64], y: &mut [f64]) { for i in 0..y.len() {
         y[i] = x[i] + a.row(i).iter().sum::<f64>(); } }",
    );
    let mut asserts = 0;
    walk::statements(&function, &plan.regions[0].body, &mut |stmt| {
        asserts += usize::from(matches!(stmt.kind, StmtKind::Assert { .. }));
    });
    assert_eq!(asserts, 1);
}

#[test]
fn narrow_indices_are_no_counters() {
    refused(
        "fn f(x: &[f64], y: &mut [f64]) { for i in 0..x.len() { y[i as u8 as usize] = x[i]; } }",
        &["`y["],
    );
}

#[test]
fn lists_of_the_driver_are_arrays() {
    for list in ["&[1, 2]", "b\"ab\"", "[1, 2]", "vec![1; 2]"] {
        accepted(&format!(
            "fn f(x: &mut [u8], n: usize) {{ let w = {list}; for i in 0..n {{ x[i] = w[i % 2]; }} }}"
        ));
    }
    for list in ["[[1; 2]; 8]", "[[1, 2], [3, 4]]", "vec![[1; 2]; n]"] {
        let text = |index: &str| {
            format!(
                "fn f(x: &[u8], n: usize) -> u8 {{ let mut w = {list};
                 for i in 0..n {{ w[{index}][1] = x[i]; w[i][0] = 2; }} w[0][0] }}"
            )
        };
        accepted(&text("i"));
        refused(&text("i + 1 - i"), &["`w["]);
        refused(&text("i / 2"), &["`w["]);
    }
}

#[test]
fn options_are_read_where_they_are_made() {
    for body in [
        "y[i] = x[i].checked_sub(z[i]).unwrap_or(0);",
        "y[i] = x[i].checked_div(z[i]).map_or(1, |it| it + 1);",
        "if let Some(it) = x[i].checked_add_signed(-1) { y[i] = it; } else { y[i] = 7; }",
        "match x[i].checked_mul(3) { None => y[i] = 0, Some(it) => y[i] = it }",
        "let Some(it) = x[i].checked_neg() else { continue }; y[i] = it;",
        "y[i] = *x.get(i + 1).unwrap_or(&0) + x.first().copied().unwrap();",
        "let part = &z[1..]; if let Some(&it) = part.get(i) { y[i] = it; }",
        "y[i] = u32::from(x.last().is_none()) + u32::from(matches!(x[i], 1 | 3..=5 if i > 2));",
        "y[i] = u32::from_le_bytes([1, x[i] as u8, 0, z[i] as u8]);",
        "let (mut a, mut b) = (x[i], z[i]); std::mem::swap(&mut a, &mut b); y[i] = a / 2;",
    ] {
        accepted(&format!(
            "fn f(x: &[u32], z: &[u32], y: &mut [u32]) {{ for i in 0..y.len() {{ {body} }} }}"
        ));
    }
    for (body, what) in [
        ("y[i] = y.get(i).copied().unwrap_or(0);", "`get`"),
        ("y[i] = v.get(i).copied().unwrap_or(0);", "`get`"),
        ("y[i] = x.get(i).map_or(0, |it| return *it);", "`map_or`"),
        ("y[i] = x[i].checked_add(1).ok_or(3).unwrap();", "`ok_or`"),
        ("if let Some(j) = i.checked_sub(1) { y[i] = y[j]; }", "`y`"),
        ("let j = i.checked_sub(1).unwrap_or(0); y[j] = 1;", "`y["),
        ("y[i] = u32::from(mine!(x[i], 1));", "`mine!`"),
        (
            "const K: u32 = 5; if let Some(K) = x[i].checked_sub(1) { y[i] = 5; }",
            "`if let Some(K) = x[i].checked_sub(1)`",
        ),
        (
            "y[i] = match x[i].checked_sub(1) { _ => 1, Some(d) => d };",
            "`match`",
        ),
        (
            "let mut s = 0; y[i] = x[i].checked_sub(1).unwrap_or_else(move || { s += 1; s });",
            "`unwrap_or_else`",
        ),
        (
            "let mut s = 0; y[i] = x[i].checked_sub(1).map_or(0, move |d| { s += d; s });",
            "`map_or`",
        ),
        (
            "let mut s = 0; x[..3].iter().for_each(move |v| s += *v); y[i] = s;",
            "`for_each`",
        ),
    ] {
        refused(
            &format!(
                "fn f(x: &[u32], v: &Vec<u32>, y: &mut [u32]) {{ for i in 0..y.len() {{ {body} }} }}"
            ),
            &[what],
        );
    }
}

/// A number's method is asked about where the number may be behind a reference, and not elsewhere.
#[test]
fn methods_of_borrowed_numbers_are_confirmed() {
    use crate::ir::Proof;
    for (body, asked) in [
        ("y[i] = x[i].isqrt();", 0),
        ("let v = &x[i]; let w = v; y[i] = w.isqrt();", 1),
        ("let at = |k: usize| &x[k]; y[i] = at(i).isqrt();", 1),
        (
            "if let Some(v) = x.get(i) { y[i] = v.isqrt() + v.isqrt(); }",
            1,
        ),
        ("y[i] = (if i > 3 { &x[i] } else { &x[0] }).isqrt();", 1),
        ("y[i] = x.get(i).unwrap().isqrt();", 1),
        ("y[i] = x.get(i).copied().unwrap().isqrt();", 0),
        ("y[i] = x[i].checked_neg().is_some() as u32;", 1),
    ] {
        let (_, plan) = accepted(&format!(
            "fn f(x: &[u32], y: &mut [u32]) {{ for i in 0..y.len() {{ {body} }} }}"
        ));
        let proofs = plan.regions[0].proofs.iter();
        let methods = proofs.filter(|proof| matches!(proof, Proof::Method { .. }));
        assert_eq!(methods.count(), asked, "{body}");
    }
}

/// Elements that change places are assigned, and the proof sees each of them.
#[test]
fn swaps_are_assignments() {
    for (body, meets) in [
        ("y.swap(2 * i, 2 * i + 1)", None),
        (
            "let n = y.len(); if i < n / 2 { y.swap(i, n - 1 - i) } else { z[i] = 1; }",
            None,
        ),
        (
            "if z[i] < y[i] { std::mem::swap(&mut z[i], &mut y[i]) }",
            None,
        ),
        (
            "match z[i] { 0 => y.swap(2 * i, 2 * i + 1), _ => () }",
            None,
        ),
        ("y.swap(i, i + 1)", Some("`y[i + 1]`")),
        ("y.swap(i, { z[i] as usize })", Some("`y`")),
        (
            "std::mem::swap(&mut z[i], &mut y[i / 2])",
            Some("`y[i / 2]`"),
        ),
        ("std::mem::swap(&mut z[i], &mut y[0])", Some("`y[0]`")),
        (
            "std::mem::swap(&mut z[i], &mut y[{ k += 1; k }])",
            Some("swap`"),
        ),
        ("v.swap(2 * i, 2 * i + 1)", Some("`swap`")),
        ("y.fill(z[i])", Some("`fill`")),
    ] {
        let source = format!(
            "fn f(y: &mut [u32], z: &mut [u32], v: &mut Vec<u32>, mut k: usize) {{
             for i in 0..z.len() / 2 {{ {body} }} }}"
        );
        match meets {
            None => _ = accepted(&source),
            Some(word) => refused(&source, &[word]),
        }
    }
    accepted(
        "fn f(y: &mut [u32], z: &mut [u32]) { for (a, b) in y.iter_mut().zip(z.iter_mut()) {
         std::mem::swap(a, b) } }",
    );
    refused(
        "fn f(y: &mut [u32], z: &mut [u32]) { for a in y.iter_mut() {
         std::mem::swap(a, &mut z[0]) } }",
        &["`z[0]`"],
    );
}

/// Operators mean the same for a number whatever the bounds of its type say; methods, constants and functions
/// of a bound are a trait's.
#[test]
fn generic_functions_have_operators_alone() {
    accepted(
        "fn f(x: &[f64], y: &mut [f64]) { fn twice<'a, T: Add<Output = T> + Copy>(v: T) -> T { v + v }
         for i in 0..y.len() { y[i] = twice(x[i]); } }",
    );
    for body in [
        "fn g<T: Odd>(v: T) -> f64 { v.abs() }",
        "fn g<T: Odd>(v: T) -> f64 { T::ODD }",
        "fn g<T: Odd>(v: T) -> f64 { odd::<T>() }",
        "fn g<T: Odd>(v: T) -> f64 { assert!(v.odd()); 1.0 }",
        "fn g<T, const N: usize>(v: T) -> f64 { N as f64 }",
    ] {
        refused(
            &format!(
                "fn f(x: &[f64], y: &mut [f64]) {{ {body} for i in 0..y.len() {{ y[i] = g(x[i]); }} }}"
            ),
            &["`g`"],
        );
    }
}

#[test]
fn parts_of_shapes_are_lengths() {
    let nest = |body: &str| {
        let source = format!("fn f(a: ArrayView3<f64>) -> f64 {{ let mut s = 0.0; {body} s }}");
        accepted(&source).1.regions[0].nest.len()
    };
    let body = "for i in 0..a.dim().0 { for j in 0..a.dim().1 { for k in 0..a.dim().2 {
         s += a[[i, j, k]]; } } }";
    assert_eq!(nest(body), 3);
    let body = "let (m, n, o) = a.dim(); for i in 0..m { for j in 0..n { for k in 0..o {
         s += a[[i, j, k]]; } } }";
    assert_eq!(nest(body), 3);
    let body =
        "for i in 0..a.shape()[0] { for j in 0..a.shape()[1] { for k in 0..a.len_of(Axis(2)) {
         s += a[[i, j, k]]; } } }";
    assert_eq!(nest(body), 3);
}

/// What would make the loop another one than that over the range.
#[test]
fn loops_that_do_more_than_count() {
    for body in [
        "while i < n { y[i] = 1.0; if y[i] > x[i] { n -= 1; } i += 1; }",
        "while i < n { if x[i] > 0.0 { i += 1; continue; } y[i] = 1.0; i += 1; }",
        "while i < n { y[i] = 1.0; i += k; }",
        "i += k; while i + 1 < n { y[i] = 1.0; i += 1; }",
        "while i + k < n { y[i] = 1.0; i += 1; }",
        "while i + 1 < n { y[i] = 1.0; i += 1; } y[i] = 2.0;",
        "while i < n { let i = k; y[i] = 1.0; i += 1; }",
        "while i < n { if k > 3 { i += 1; } y[i] = 1.0; i += 1; }",
        "while i < v.len() { v.push(1.0); i += 1; }",
        "while i < n { y[i] = 1.0; shorten(&mut n); i += 1; }",
        "while i < n { if x[i] > 1.0 { break; } i += 1; } y[i] = 1.0;",
    ] {
        let params = "x: &[f64], y: &mut [f64], v: &mut Vec<f64>, k: usize, mut n: usize";
        refused(
            &format!("fn f({params}) {{ let mut i = 0; {body} }}"),
            &["no loop that could run in parallel"],
        );
    }
    refused(
        "fn f(x: &mut [f64]) { let mut i = 1; while i < x.len() { x[i] += x[i - 1]; i += 1; } }",
        &["`i`", "`x[i - 1]`"],
    );
}

/// Where a `Vec` may get fewer elements than there are iterations, or has some already.
#[test]
fn loops_that_push_otherwise() {
    for body in [
        "let mut v: Vec<f64> = Vec::new(); for e in x { if *e > 1.0 { continue; } v.push(*e); }",
        "let mut v: Vec<f64> = Vec::new(); for e in x { if *e > 1.0 { break; } v.push(*e); }",
        "let mut v: Vec<f64> = Vec::new(); v.push(1.0); for e in x { v.push(*e); }",
        "let mut v: Vec<f64> = Vec::new(); for e in x { let n = v.len() as f64; v.push(n); }",
        "let mut v: Vec<f64> = Vec::new(); for i in 0..k { for j in 0..i { v.push(x[j]); } }",
        "let mut v: Vec<f64> = Vec::new(); let mut n = k; for i in 0..k { n -= 1; for j in 0..n { v.push(x[j]); } }",
    ] {
        refused(&format!("fn f(x: &[f64], k: usize) {{ {body} }}"), &["`v`"]);
    }
}
