use super::of;
use crate::analysis::tests::accepted;

/// Of each step of a loop over floats `x`, whether no zero in it has a sign.
fn unsigned(body: &str) -> Vec<bool> {
    let (function, plan) = accepted(&format!(
        "fn f(x: &[f64], y: &[f64], n: &[i32], p: &[f32]) -> f64 {{ let mut m = 0.0; let mut k = 0.0;
         for i in 0..x.len() {{ {body} }} m + k as f64 }}"
    ));
    let steps = of(&function, &plan.regions[0]);
    steps.values().map(|step| step.unsigned).collect()
}

#[test]
fn zeros_without_a_sign() {
    for body in [
        "m = m.max((x[i] - y[i]).abs());",
        "let d = x[i] - y[i]; let e = d * d + y[i] * y[i]; m = e.sqrt().min(m);",
        "m = m.max(n[i] as f64).max(x[i].exp());",
        "m = m.max(p[i].abs() as f64);",
        "m = m.max(if n[i] > 0 { x[i].abs() } else { 0.5 });",
        "m = m.max(x[i] + 1.0);",
        "if x[i].abs() > m { m = x[i].abs(); }",
        "let r = x[i].mul_add(x[i], 0.25); m = m.max(r);",
    ] {
        let steps = unsigned(body);
        assert!(
            !steps.is_empty() && steps.iter().all(|unsigned| *unsigned),
            "{body}: {steps:?}"
        );
    }
}

#[test]
fn zeros_that_may_have_a_sign() {
    for body in [
        "m = m.max(x[i]);",
        "m = m.max(x[i] - y[i]);",
        "m = m.max(x[i] * y[i]);",
        "m = m.max(-x[i].abs());",
        "m = m.max(x[i].sqrt());",
        // What is too small for an `f32` becomes a zero with its sign.
        "m = m.max((x[i] + 1.0) as f32 as f64);",
        "let mut d = x[i].abs(); d = -d; m = m.max(d);",
        "m = m.max(x[i].mul_add(y[i], 0.0));",
        "m = m.max(x[i].abs().max(y[i]));",
        "if x[i] > m { m = x[i]; }",
    ] {
        assert_eq!(unsigned(body), [false], "{body}");
    }
}

/// One value with a sign is enough, and what combines in another way is no step.
#[test]
fn all_steps_of_an_accumulator_count() {
    assert_eq!(
        unsigned("m = m.max(x[i].abs()); m = m.max(y[i]);"),
        [false; 2]
    );
    let mut two = unsigned("m = m.max(x[i].abs()); k = k.min(y[i]);");
    two.sort_unstable();
    assert_eq!(two, [false, true]);
    assert!(unsigned("m += x[i].max(y[i]);").is_empty());
}

/// Names that stand for sums of names.
#[test]
fn looking_ends() {
    let lets: String = (1..60)
        .map(|n| format!("let a{n} = a{} + a{};", n - 1, n - 1))
        .collect();
    assert_eq!(
        unsigned(&format!("let a0 = x[i]; {lets} m = m.max(a59);")),
        [false]
    );
}
