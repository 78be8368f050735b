//! What the guard may ask: only what serial comes to.

use super::bounds_of;
use crate::analysis::plan::Bounds;
use crate::analysis::tests::accepted;
use crate::ir::AccessMode;

#[test]
fn what_only_debug_builds_assert_is_no_part_of_the_guard() {
    let (function, plan) = accepted(
        "fn f(x: &[f64], y: &mut [f64]) { for i in 0..y.len() {
         debug_assert!(x[i + 1] > 0.0); y[i] = 1.0; } }",
    );
    let loads = bounds_of(&function, &plan, "x", AccessMode::Load);
    assert_eq!(loads, [Bounds::Relaxed]);
}

#[test]
fn a_jump_in_an_operand_makes_what_follows_uncertain() {
    for body in [
        "let v = 1.0 + if x[i] > 0.0 { 2.0 } else { continue; }; y[i + 9] = v;",
        "y[i + 9] = if x[i] > 0.0 { 2.0 } else { continue; };",
        "y[i + 9] = x[{ if i % 2 == 0 { continue; } i }];",
        "let v = [1.0, { if x[i] > 0.0 { continue; } 2.0 }]; y[i + 9] = v[0];",
        "if { if x[i] > 0.0 { continue; } true } { } y[i + 9] = 1.0;",
        "for j in 0..(if x[i] > 0.0 { continue; } else { 4 }) { } y[i + 9] = 1.0;",
    ] {
        let source =
            format!("fn f(x: &[f64], y: &mut [f64], n: usize) {{ for i in 0..n {{ {body} }} }}");
        let (function, plan) = accepted(&source);
        let stores = bounds_of(&function, &plan, "y", AccessMode::Store);
        assert_eq!(stores, [Bounds::Relaxed], "{body}");
    }
}

#[test]
fn a_multiple_of_the_index_is_no_bound_for_it() {
    let loads = |condition: &str| {
        let (function, plan) = accepted(&format!(
            "fn f(x: &[f64], y: &mut [f64], n: usize) {{
             for i in 0..y.len() {{ if {condition} {{ y[i] = x[i]; }} }} }}"
        ));
        bounds_of(&function, &plan, "x", AccessMode::Load)
    };
    for condition in ["2 * i >= n", "3 * i < n", "n <= 5 * i", "i + i < n"] {
        assert_eq!(loads(condition), [Bounds::Relaxed], "{condition}");
    }
    assert_eq!(loads("i < n"), [Bounds::Proved]);
    assert_eq!(loads("i >= n"), [Bounds::Proved]);
}

#[test]
fn a_condition_moves_the_end_that_it_is_about() {
    for (condition, end) in [
        ("i < 7", "Min(Hi(0), Const(6))"),
        ("i <= 7", "Min(Hi(0), Const(7))"),
        ("i >= 7", "Max(Lo(0), Const(7))"),
        ("7 < i", "Max(Lo(0), Const(8))"),
    ] {
        let (_, plan) = accepted(&format!(
            "fn f(x: &[f64], y: &mut [f64]) {{
             for i in 0..y.len() {{ if {condition} {{ y[i] = x[i]; }} }} }}"
        ));
        let guard = format!("{:?}", plan.regions[0].guard);
        assert!(guard.contains(end), "{condition}: {guard}");
    }
}
