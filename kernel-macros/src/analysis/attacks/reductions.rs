//! Reductions that only look like one.

use super::bounds_of;
use crate::analysis::plan::Bounds;
use crate::analysis::tests::{accepted, refused};
use crate::ir::AccessMode;

#[test]
fn integer_quotients_do_not_combine() {
    for update in [
        "s /= x[i];",
        "s /= x[i]; s *= 3;",
        "s *= 3; s /= x[i];",
        "s = s * 3 / x[i];",
        "s = s / x[i] * 3;",
    ] {
        let source = format!(
            "fn f(x: &[i64]) -> i64 {{ let mut s = 1; for i in 0..x.len() {{ {update} }} s }}"
        );
        refused(&source, &["`s`", "no reduction"]);
    }
}

#[test]
fn a_selection_fails_where_its_comparison_does() {
    let (function, plan) = accepted(
        "fn f(x: &[f64]) -> f64 { let mut m = 0.0; for i in 0..9 { if x[i] > m { m = x[i]; } } m }",
    );
    // The comparison's element is what the guard covers; the branch's is not evaluated any more.
    assert_eq!(
        bounds_of(&function, &plan, "x", AccessMode::Load)[0],
        Bounds::Proved
    );
    assert!(plan.regions[0].sites.is_empty());
}

#[test]
fn a_flag_does_not_skip_a_local_index_that_can_fail() {
    let (_, plan) = accepted(
        "fn f(x: &[usize]) -> bool { let mut found = false;
         for i in 0..x.len() { let t = [1, 2, 3]; found = found || t[x[i]] == 2; } found }",
    );
    assert_eq!(
        plan.regions[0].undecided,
        [0],
        "serial decides whether it fails"
    );
    refused(
        "fn f(x: &[usize], y: &mut [f64]) -> bool { let mut found = false; for i in 0..x.len() {
         let t = [1, 2, 3]; found = found || t[x[i]] == 2; y[i] += 1.0; } found }",
        &["depends on `found`"],
    );
}
