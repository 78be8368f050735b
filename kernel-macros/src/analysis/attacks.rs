//! Attacks on the rules of the proof: each is accepted and right, or refused. The table in
//! `docs/soundness.md` names the rule that stops each.

use super::plan::{Bounds, Plan};
use super::tests::{accepted, refused};
use crate::ir::{AccessMode, Function};

/// How the only access to `array` with this mode stays in bounds.
fn bounds_of(function: &Function, plan: &Plan, array: &str, mode: AccessMode) -> Vec<Bounds> {
    let region = &plan.regions[0];
    let mut found: Vec<_> = region
        .bounds
        .iter()
        .filter(|(id, _)| {
            let access = &function.accesses[**id];
            function.vars[access.array].ident == array && access.mode == mode
        })
        .map(|(id, bounds)| (*id, *bounds))
        .collect();
    found.sort();
    found.into_iter().map(|(_, bounds)| bounds).collect()
}

/// The names of the first region's parallel loops.
fn parallel_loops(function: &Function, plan: &Plan) -> Vec<String> {
    let nest = plan.regions[0].nest.iter();
    nest.map(|node| function.vars[node.var].ident.to_string())
        .collect()
}

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
fn a_literal_that_its_type_does_not_hold_is_no_constant() {
    // Where the lint is off, `300u8` is 44.
    let (_, plan) = accepted(
        "fn f(y: &mut [f64], n: usize) { for i in 0..n { y[i + 300u8 as usize] = 1.0; } }",
    );
    let guard = format!("{:?}", plan.regions[0].guard[0].test);
    assert!(guard.contains("Atom"), "{guard}");
    assert!(!guard.contains("300"), "{guard}");
}

#[test]
fn attributes_on_jumps_and_loops_are_refused() {
    for stmt in [
        "#[cfg(any())] continue;",
        "while c > 0.0 { #[cfg(any())] break; }",
        "#[cfg(any())] while c > 0.0 { }",
        "#[cfg(any())] loop { break; }",
        "#[cfg(any())] { y[i] = 2.0; }",
        "#[cfg(any())] if c > 0.0 { y[i] = 2.0; }",
        "#[cfg(any())] for j in 0..3 { y[i] = 2.0; }",
        "#[cfg(any())] (y[i] = 2.0);",
    ] {
        let source = format!(
            "fn f(y: &mut [f64]) {{ for i in 0..y.len() {{ let c = y[i]; {stmt} y[i] = 1.0; }} }}"
        );
        refused(&source, &["#[cfg]"]);
    }
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
fn branches_that_all_jump_are_typed() {
    for body in [
        "if x[i] > 0.0 { continue; } else { continue; }",
        "{ continue; }",
        "if x[i] > 0.0 { if x[i] > 1.0 { continue; } else { continue; } } else { y[i] = 1.0; }",
    ] {
        accepted(&format!(
            "fn f(x: &[f64], y: &mut [f64]) {{ for i in 0..x.len() {{ y[i] = 0.0; {body} }} }}"
        ));
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

#[test]
fn a_range_whose_meaning_cannot_be_stated_separates_nothing() {
    // `k` starts at `(j * c) as i8`: where that wraps, the offsets `k - j * c` leave `0..4`.
    let source = "fn f(y: &mut [f64], n: i64, m: i64, c: i64) { for i in 0..n { for j in 0..m {
        for h in 0..j { for k in ((h * c) as i8 as i64)..(h * c + 4) {
            y[(i * 4 + k - h * c) as usize] = 1.0; } } } } }";
    let (function, plan) = accepted(source);
    assert_eq!(parallel_loops(&function, &plan), ["k"]);
}

#[test]
fn an_inner_index_that_nothing_computes_needs_no_range() {
    accepted(
        "fn f(p: &[usize], mut y: ArrayViewMut2<f64>) { for i in 0..p.len() {
         for j in 0..p[i] { y[[i, j]] = 1.0; } } }",
    );
}
