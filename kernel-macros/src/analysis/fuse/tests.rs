//! What becomes one loop, and what stays apart (rule R8).

use crate::analysis::tests::accepted;

/// Regions, and what keeps the second loop apart.
fn judged(body: &str) -> (usize, Option<String>) {
    let source = format!(
        "fn f(x: &[f64], a: &mut [f64], b: &mut [f64], at: &[usize], k: &[i32], n: usize) -> f64 {{
         let mut s = 0.0; let mut t = 1.0; {body} s + t }}"
    );
    let (_, plan) = accepted(&source);
    (plan.regions.len(), plan.apart.into_values().next())
}

#[track_caller]
fn joined(body: &str) {
    assert_eq!(judged(body), (1, None), "{body}");
}

#[track_caller]
fn apart(body: &str, why: &str) {
    let (regions, reason) = judged(body);
    assert_eq!(regions, 2, "{body}");
    let reason = reason.unwrap_or_default();
    assert!(reason.contains(why), "{reason}: {body}");
}

#[test]
fn one_space_and_no_dependence_is_one_loop() {
    joined("for i in 0..n { a[i] = x[i]; } for j in 0..n { b[j] = a[j] * x[j]; }");
    joined("for i in 1..n { a[i] = x[i]; } for i in 1..n { a[i] += x[i - 1]; }");
    joined(
        "for i in 0..n { a[i] = x[i]; } for i in 0..n { s += a[i]; } for i in 0..n { t *= x[i]; }",
    );
    joined(
        "for i in 0..n { for j in 0..8 { a[i * 8 + j] = x[j]; } }
         for p in 0..n { for q in 0..8 { b[p * 8 + q] = a[p * 8 + q]; } }",
    );
}

#[test]
fn no_more_than_a_few_become_one() {
    let regions = judged(&"for i in 0..n { a[i] += x[i]; } ".repeat(9)).0;
    assert_eq!(regions, 3);
}

#[test]
fn what_another_iteration_touches_is_a_dependence() {
    apart(
        "for i in 1..n { a[i] = x[i]; } for i in 1..n { b[i] = a[i - 1]; }",
        "`a[i - 1]`",
    );
    apart(
        "for i in 0..n { a[i] = x[i]; } for i in 0..n { b[i] = a[5]; }",
        "`a[5]`",
    );
    apart(
        "for i in 0..n { b[i] = a[n - 1 - i]; } for i in 0..n { a[i] = b[i]; }",
        "`a[i]`",
    );
    apart(
        "for i in 0..n { s += x[i]; } for i in 0..n { a[i] = x[i] / s; }",
        "`s`",
    );
}

#[test]
fn reductions_keep_their_order() {
    apart(
        "for i in 0..n { s += x[i]; } for i in 0..n { s += x[i] * x[i]; }",
        "orders of their own",
    );
}

#[test]
fn failures_come_in_the_order_of_the_loops() {
    apart(
        "for i in 0..n { a[i] = x[i]; } for i in 0..n { b[i] = a[i] + x[at[i]]; }",
        "can fail",
    );
    apart(
        "for i in 0..n { a[i] = x[at[i]]; } for i in 0..n { b[i] = a[i]; }",
        "can fail",
    );
    apart(
        "for i in 0..n { a[i] = x[i]; } for i in 0..n { b[i] = a[i] * (k[i] * 2) as f64; }",
        "can fail",
    );
    apart(
        "for i in 0..n { if x[i] > 0.0 { continue; } a[i] = x[i]; } for i in 0..n { b[i] = a[i]; }",
        "skip",
    );
}

#[test]
fn other_spaces_and_strangers_say_nothing() {
    let two = |body: &str| assert_eq!(judged(body), (2, None), "{body}");
    two("for i in 0..n { a[i] = x[i]; } for i in 1..n { b[i] = a[i]; }");
    two("for i in 0..n { a[i] = 1.0; } for i in 0..n { b[i] = x[i]; }");
    two("for i in 0..n { a[i] = x[i]; } t += 1.0; for i in 0..n { b[i] = a[i]; }");
    two("for i in 0..n { a[i] = x[i]; } for i in (0..n).rev() { b[i] = a[i]; }");
}
