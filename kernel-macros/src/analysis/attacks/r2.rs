//! R2, affine means affine.

use crate::analysis::tests::{accepted, refused};

#[test]
fn what_is_not_affine_is_no_place_of_its_own() {
    for index in [
        "i / 2",
        "i % n",
        "i & 7",
        "i ^ 1",
        "i | 1",
        "i >> 1",
        "!i",
        "i * i",
        "i.min(3)",
        "i.max(n)",
        "i.wrapping_add(n)",
        "i.wrapping_mul(3)",
        "i.abs_diff(n)",
        "i.rotate_left(1)",
        "p[i]",
        "(i as f64) as usize",
        "(x[i] * 2.0) as usize",
        "if x[i] > 0.0 { i } else { 0 }",
        "{ let k = i / 2; k }",
        "(i, 0).0 % 2",
    ] {
        refused(
            &format!(
                "fn f(x: &[f64], p: &[usize], y: &mut [f64], n: usize) {{
                 for i in 0..x.len() {{ y[{index}] = 1.0; }} }}"
            ),
            &["`y[", "affine"],
        );
    }
}

#[test]
fn what_iterations_compute_step_by_step_is_not_affine() {
    for body in [
        "let mut k = i; k += 1; y[k] = 1.0;",
        "let mut k = i; while x[k] > 0.0 { k += 1; } y[k] = 1.0;",
        "let k; k = i; y[k] = 1.0;",
        "let mut t = (i, i); t.0 = 0; y[t.0] = 1.0;",
        "let mut t = [i, i]; t[0] = 0; y[t[0]] = 1.0;",
    ] {
        refused(
            &format!("fn f(x: &[f64], y: &mut [f64]) {{ for i in 0..x.len() {{ {body} }} }}"),
            &["`y[", "affine"],
        );
    }
}

#[test]
fn dimensions_are_compared_one_by_one() {
    for pair in [
        "a[[i, 1]] = a[[0, i]]",
        "a[[i, 0]] = a[[i + 1, 0]]",
        "a[[0, i]] = a[[i, 1]]",
        "a[[i / 2, i % 2]] = 1.0",
    ] {
        refused(
            &format!("fn f(mut a: ArrayViewMut2<f64>, n: usize) {{ for i in 0..n {{ {pair}; }} }}"),
            &["a[["],
        );
    }
}

#[test]
fn a_literal_that_its_type_does_not_hold_is_no_constant() {
    // Where the lint is off, `300u8` is 44.
    let (_, plan) = accepted(
        "fn f(y: &mut [f64], n: usize) { for i in 0..n { y[i + 300u8 as usize] = 1.0; } }",
    );
    let guard = format!("{:?}", plan.regions[0].guard[0].test);
    assert!(guard.contains("Atom"), "{guard}");
    assert!(!guard.contains("300"), "{guard}");
}
