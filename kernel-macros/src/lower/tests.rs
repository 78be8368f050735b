//! What becomes of values of several scalars, and that no proof is the weaker for it.

use crate::analysis::plan::Fold;
use crate::analysis::tests::{accepted, refused};
use crate::ir::dump;

/// The statements of the only region.
fn region(source: &str) -> String {
    let (function, plan) = accepted(source);
    dump::block(&function, &plan.regions[0].body)
}

fn folds(source: &str) -> Vec<Fold> {
    let (_, plan) = accepted(source);
    plan.regions[0]
        .accumulators
        .iter()
        .map(|of| of.fold)
        .collect()
}

#[test]
fn each_scalar_of_an_accumulator_is_one() {
    let complex = "fn f(a: &[Complex<f64>]) -> Complex64 { let mut s = Complex64::new(0.0, 0.0);
        for i in 0..a.len() { s = a[i] * a[i].conj() + s; s -= 2.0; } s }";
    assert_eq!(folds(complex), [Fold::Add, Fold::Add]);
    let tuple = "fn f(x: &[f64]) -> (f64, (f64, usize)) { let mut t = (0.0, (-1.0, 0));
        for i in 0..x.len() { t.0 += x[i]; if x[i] > t.1.0 { t.1 = (x[i], i); } } t }";
    assert_eq!(folds(tuple).len(), 4, "a sum, a place and its companions");
}

#[test]
fn an_assigned_part_is_not_read_in_its_new_value() {
    let text = region(
        "fn f(a: &[Complex64], y: &mut [Complex64]) { for i in 0..a.len() { let mut z = a[i];
         z = z * z; y[i] = z; } }",
    );
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let value = [
        "let part: f64 = z * z - z * z",
        "let part: f64 = z * z + z * z",
    ];
    assert_eq!(
        lines[3..7],
        [value[0], value[1], "z = ..", "z = .."],
        "{text}"
    );
}

#[test]
fn an_index_with_statements_is_evaluated_once() {
    let text = region(
        "fn f(a: &[Complex64], at: &[usize], y: &mut [Complex64]) { for i in 0..y.len() {
         y[i] = a[at[i]]; y[i].im += 1.0; } }",
    );
    assert_eq!(text.matches("at[i]").count(), 1, "{text}");
    assert!(text.contains("y[i].im += 1.0"), "{text}");
}

#[test]
fn operands_keep_their_order() {
    let text = region(
        "fn f(x: &[f64], y: &mut [Complex64]) { for i in 0..y.len() {
         y[i] = Complex::new(x[i], x[i + 1]) + { let j = i * 2; Complex::new(x[j], 0.0) }; } }",
    );
    let order = ["= x[i]\n", "= x[i + 1]", "let j", "= x[j]", ".. + .."];
    let places = order.map(|part| {
        text.find(part)
            .unwrap_or_else(|| panic!("no {part}: {text}"))
    });
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn parts_lie_apart_and_elements_do_not() {
    accepted("fn f(a: &mut [Complex64], n: usize) { for i in 0..n { a[i].re = a[i + 1].im; } }");
    refused(
        "fn f(a: &mut [Complex64], n: usize) { for i in 0..n { a[i].re = a[i + 1].re; } }",
        &["`a[i].re`", "`a[i + 1].re`"],
    );
    refused(
        "fn f(a: &mut [Complex64], n: usize) { for i in 1..n { a[i] = a[i - 1] * a[i]; } }",
        &["`a[i]`", "`a[i - 1]`"],
    );
    refused(
        "fn f(a: &[Complex64], y: &mut [Complex64]) { for i in 0..a.len() { y[i / 2] = a[i]; } }",
        &["`y[i / 2]`"],
    );
    refused(
        "fn f(a: &[Complex64]) -> Complex64 { let mut last = Complex64::new(0.0, 0.0);
         for i in 0..a.len() { last = a[i]; } last }",
        &["`last`"],
    );
    refused(
        "fn f(a: &[Complex64], y: &mut [Complex64]) { let mut s = Complex64::new(0.0, 0.0);
         for i in 0..a.len() { s += a[i]; y[i] = s; } }",
        &["`s`"],
    );
}

#[test]
fn what_has_no_formula_is_refused_by_name() {
    refused(
        "fn f(a: &mut [Complex64]) { for i in 0..a.len() { a[i] = a[i].tanh(); } }",
        &["`tanh` of a complex number"],
    );
    refused(
        "fn f(a: &mut [Complex64]) { for i in 0..a.len() { a[i] = a[i] % a[i]; } }",
        &["`%` of complex numbers"],
    );
    refused(
        "fn f(a: &[Complex64]) -> Complex64 { let mut p = Complex64::new(1.0, 0.0);
         for i in 0..a.len() { p *= a[i]; } p }",
        &["`p`"],
    );
}
