//! Loops over iterators and slices: what becomes of them, and their refused neighbours.

use super::plan::Bounds;
use super::tests::{accepted, guards, refused};

/// How deep the only region's nest is.
fn depth(source: &str) -> usize {
    let (_, plan) = accepted(source);
    assert_eq!(plan.regions.len(), 1, "{source}");
    plan.regions[0].nest.len()
}

/// No access of the region is checked, and nothing in it can fail.
fn unchecked(source: &str) {
    let (_, plan) = accepted(source);
    let region = &plan.regions[0];
    let proved = |bounds: &Bounds| *bounds == Bounds::Proved;
    assert!(region.bounds.values().all(proved), "{source}");
    assert!(!region.can_fail(false), "{source}: {:?}", region.sites);
}

#[test]
fn own_elements_need_no_check_and_no_guard() {
    let source = "fn f(x: &[f64], y: &mut [f64]) {
        for (y, x) in y.iter_mut().zip(x) { if *x > 0.0 { *y = *x; } } }";
    unchecked(source);
    assert_eq!(guards(source), Vec::<String>::new());
}

#[test]
fn chunks_are_their_iteration_s_own_whatever_the_index() {
    unchecked("fn f(y: &mut [f64]) { for c in y.chunks_exact_mut(4) { c[0] += c[3] * c[1]; } }");
    unchecked(
        "fn f(y: &mut [f64], n: usize) {
            for c in y.chunks_exact_mut(n) { for j in 0..n { c[j] *= 2.0; } } }",
    );
    let by_data = "fn f(at: &[usize], y: &mut [f64]) {
        for (c, a) in y.chunks_mut(4).zip(at) { c[*a] = 1.0; c[a / 2] = 2.0; } }";
    assert_eq!(depth(by_data), 1);
}

#[test]
fn nests_go_through_rows() {
    let rows = "fn f(a: ArrayView2<f64>) -> f64 { let mut s = 0.0;
        for row in a.outer_iter() { for v in row.iter() { s += v; } } s }";
    assert_eq!(depth(rows), 2);
    let outer = "fn f(x: &[f64], y: &[f64], mut out: ArrayViewMut2<f64>) {
        for (i, x) in x.iter().enumerate() { for (j, y) in y.iter().enumerate() {
            out[[i, j]] = x * y; } } }";
    assert_eq!(depth(outer), 2);
    let all = "fn f(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>) {
        for ((i, j), b) in b.indexed_iter_mut() { *b = a[[j, i]]; } }";
    assert_eq!(depth(all), 2);
    let zip = "fn f(a: &Array3<f64>, b: &mut Array3<f64>) {
        for (b, a) in b.iter_mut().zip(a) { *b = -a; } }";
    assert_eq!(depth(zip), 3);
    let chunks = "fn f(y: &mut [f64], n: usize) {
        for row in y.chunks_exact_mut(n) { for v in row.iter_mut() { *v = 1.0; } } }";
    assert_eq!(depth(chunks), 2);
}

#[test]
fn slices_of_inputs_are_the_inputs() {
    unchecked(
        "fn f(a: &[f64], y: &mut [f64], n: usize) {
            for i in 0..y.len() { let row = &a[i * n..(i + 1) * n]; let mut s = 0.0;
                for j in 0..row.len() { s += row[j]; } y[i] = s; } }",
    );
    unchecked(
        "fn f(a: &Array2<f64>, y: &mut [f64]) {
            for i in 0..y.len() { let row = a.row(i); let mut s = 0.0;
                for v in row.iter() { s += v; } y[i] = s; } }",
    );
    let written = "fn f(a: &mut [f64], n: usize, m: usize) {
        for i in 0..m { let row = &mut a[i * n..(i + 1) * n]; for j in 0..n { row[j] = 0.0; } } }";
    unchecked(written);
}

#[test]
fn a_neighbour_s_chunk_is_no_own_place() {
    refused(
        "fn f(a: &mut [f64], n: usize, m: usize) {
            for i in 0..m { let row = &mut a[i * n..(i + 2) * n]; for j in 0..2 * n { row[j] = 0.0; } } }",
        &["`a[i * n + j]`"],
    );
    refused(
        "fn f(a: &mut [f64], at: &[usize], m: usize) {
            for i in 0..m { let row = &mut a[at[i]..]; row[0] = 0.0; } }",
        &["not an affine"],
    );
}

/// A chain is written out in one block, where no name of a closure hides one outside; and what `fold`
/// begins with is evaluated before its source there.
#[test]
fn chains_mean_what_they_say_or_are_refused() {
    let chain = |of: &str| {
        format!(
            "fn f(x: &[f64], a: f64, y: &mut [f64], n: usize) {{
                for i in 0..y.len() {{ let mut k = i; y[i] = {of}; }} }}"
        )
    };
    for of in [
        "x[k..].iter().copied().fold({ k += 1; x[k] }, f64::max)",
        "x[k..].iter().copied().fold(x[i], f64::max)",
    ] {
        refused(&chain(of), &["cannot"]);
    }
    for of in [
        "x[i..].iter().map(|v| v * 2.0).map(|b| b + a).sum::<f64>()",
        "x[i..].iter().map(|a| a * 2.0).map(|b| b + a).sum::<f64>()",
        "x[i..].iter().map(|a| a * 2.0).fold(0.0, |s, v| s + v * a)",
        "x[i..].iter().map(|a| a * 2.0).map(|a| a + 1.0).sum::<f64>()",
        "x.iter().copied().fold(x[i], f64::max)",
        "x[k..].iter().copied().fold(-1.0, f64::max)",
    ] {
        accepted(&chain(of));
    }
}

#[test]
fn an_inner_iterator_s_elements_are_not_the_outer_iteration_s_own() {
    let (function, plan) = accepted(
        "fn f(y: &mut [f64], x: &[f64]) {
            for j in 0..x.len() { for v in y.iter_mut() { *v = 0.5 * *v + x[j]; } } }",
    );
    let [node] = plan.regions[0].nest.as_slice() else {
        panic!("{:?}", plan.regions[0].nest);
    };
    assert_eq!(function.vars[node.var].ident, "v");
}

#[test]
fn windows_and_shared_pieces_race_with_writes() {
    refused(
        "fn f(x: &[f64], y: &mut [f64]) {
            for (i, w) in x.windows(2).enumerate() { y[0] = w[i]; } }",
        &["same element as `y[0]`"],
    );
    refused(
        "fn f(x: &[f64], y: &mut [f64]) {
            for (i, v) in x.iter().enumerate() { y[i] = *v; y[i + 1] = *v; } }",
        &["`y[i + 1]`"],
    );
    refused(
        "fn f(y: &mut [f64]) {
            let mut last = 0.0;
            for v in y.iter_mut() { *v += last; last = *v; } }",
        &["`last`"],
    );
}

#[test]
fn what_a_serial_loop_hands_out_is_no_array() {
    refused(
        "fn f(y: &mut [f64], n: usize) { let mut k = 0;
            for row in y.chunks_exact_mut(n) { k = 2 * k + 1;
                for j in 0..n { row[j] = k as f64; } } }",
        &["`row`", "`k`"],
    );
}

#[test]
fn iterators_that_are_no_arrays_are_refused() {
    for source in [
        "x.iter().map(twice)",
        "x.split(|v| *v > 0.0)",
        "x.iter().sum()",
    ] {
        refused(
            &format!(
                "fn f(x: &[f64]) -> f64 {{ let mut s = 0.0; for v in {source} {{ s += v; }} s }}"
            ),
            &["a loop over `x."],
        );
    }
    refused(
        "fn f(x: &[f64], n: usize) -> f64 { let mut s = 0.0;
            for v in x.chunks(n % (n - 1)) { s += v[0]; } s }",
        &["bind lengths"],
    );
}

#[test]
fn for_each_is_a_loop() {
    let zip = "fn f(a: &Array2<f64>, b: &mut Array2<f64>) {
        Zip::from(b).and(a).for_each(|b, &a| *b += a); }";
    assert_eq!(depth(zip), 2);
    let lines = "fn f(a: &Array1<f64>, b: &Array1<f64>, c: &mut Array1<f64>) {
        ndarray::Zip::from(c).and(a).and(b).for_each(|c, a, b| { *c = a * b; }); }";
    assert_eq!(depth(lines), 1);
    unchecked("fn f(y: &mut [f64]) { y.iter_mut().for_each(|y| *y += 1.0); }");
    refused(
        "fn f(a: &Array1<f64>, b: &mut Array1<f64>) { let mut last = 0.0;
            Zip::from(b).and(a).for_each(|b, a| { last = 0.5 * last + a; *b = last; }); }",
        &["`last`"],
    );
    accepted(
        "fn f(x: &[f64], y: &mut [f64]) {
            for y in y.iter_mut() { x.iter().for_each(|x| { *y = 0.5 * *y + x; }); } }",
    );
}
