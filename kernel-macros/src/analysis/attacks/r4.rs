//! R4, invariants are values: what an iteration assigns is none.

use crate::analysis::tests::refused;

#[test]
fn a_stride_that_the_loop_assigns_is_no_invariant() {
    for body in [
        "y[i * s] = 1.0; s = 2;",
        "y[i * s] = 1.0; s += 1;",
        "if x[i] > 0.0 { s = 0; } y[i * s] = 1.0;",
        "while { s += 1; s < 3 } { } y[i * s] = 1.0;",
        "for j in { s += 1; 0 }..3 { y[i * s] = 1.0; }",
        "for j in (0..{ s += 1; 3 }) { y[i * s] = 1.0; }",
        "assert!({ s += 1; true }); y[i * s] = 1.0;",
        "let v = x[{ s += 1; i }]; y[i * s] = v;",
        "y[{ s += 1; i * s }] = 1.0;",
    ] {
        refused(
            &format!(
                "fn f(x: &[f64], y: &mut [f64], m: usize) {{ let mut s = m;
                 for i in 0..x.len() {{ {body} }} }}"
            ),
            &["`s`"],
        );
    }
    // A value of the iteration's own is none either.
    for body in [
        "s = 0; y[i * s] = 1.0;",
        "(s, _) = (0, 1); y[i * s] = 1.0;",
        "{ { s = 0; } } y[i * s] = 1.0;",
    ] {
        refused(
            &format!(
                "fn f(x: &[f64], y: &mut [f64]) {{ let mut s; for i in 0..x.len() {{ {body} }} }}"
            ),
            &["`y[i * s]`"],
        );
    }
}

#[test]
fn a_reference_to_the_stride_is_no_way_around() {
    refused(
        "fn f(x: &[f64], y: &mut [f64], s: &mut usize) {
         for i in 0..x.len() { y[i * *s] = 1.0; *s = 0; } }",
        &["`s`"],
    );
}

#[test]
fn a_loop_variable_is_the_range_s() {
    refused(
        "fn f(y: &mut [f64], n: usize) { for mut i in 0..n { i = 0; y[i] = 1.0; } }",
        &["`i`"],
    );
    refused(
        "fn f(y: &mut [f64], n: usize) { for i in 0..n { for mut j in 0..4 {
         while { j += 1; j < 2 } { } y[i * 4 + j] = 1.0; } } }",
        &["`j`"],
    );
}
