//! Conflicts between iterations that no choice of values takes away.

use super::parallel_loops;
use crate::analysis::tests::{accepted, analysed, refused};

#[test]
fn iterations_that_meet_are_refused() {
    for body in [
        "a[0] = x[i];",
        "a[n] = x[i];",
        "a[i] = a[i + 1];",
        "a[i + 1] = a[i];",
        "a[i] = a[i + 2] + a[i];",
        "a[i] = a[n - i];",
        "a[i] = a[n - 1 - i];",
        "a[2 * i] = a[i];",
        "a[i] = a[2 * i];",
        "a[2 * i] = a[3 * i + 1];",
        "a[i] = a[0];",
        "a[i] += a[i + 1];",
        "a[i] = 1.0; a[i + 1] = 2.0;",
        "for j in 0..4 { a[i + j] = x[j]; }",
        "for j in 0..5 { a[4 * i + j] = x[j]; }",
        "for j in 0..i { a[i] = a[j]; }",
        "for j in 0..3 { a[j] = x[i]; }",
        "for j in 0..n { a[j] = x[i]; }",
        "for j in i..n { a[j] = 1.0; }",
        "let k = i; let i = 3; a[i] = x[k];",
        "if x[i] > 0.5 { a[0] = 1.0; }",
        "a[i - i] = 1.0;",
        "a[i * 0] = 1.0;",
        "a[i + 1 - i] = 1.0;",
        "(((a)[(((0)))])) = 1.0;",
    ] {
        // The loops inside it are another matter.
        let (_, _, problems) = analysed(&format!(
            "fn f(a: &mut [f64], x: &[f64], n: usize) {{ for i in prange(0..n) {{ {body} }} }}"
        ));
        assert!(
            problems.iter().any(|problem| problem.contains("`a[")),
            "{body}: {problems:?}"
        );
    }
}

#[test]
fn values_carried_along_are_refused() {
    for body in [
        "last = x[i];",
        "a[i] = last; last = x[i];",
        "s += x[i]; a[i] = s;",
        "s = s * 0.5 + x[i];",
        "s = x[i] - s;",
        "if s < 1.0 { s += x[i]; }",
        "s += x[i]; s *= 2.0;",
        "pair.0 = x[i];",
        "a[i] = s; s += 1.0;",
    ] {
        refused(
            &format!(
                "fn f(a: &mut [f64], x: &[f64], n: usize) -> f64 {{
                 let (mut s, mut last) = (0.0, 0.0); let mut pair = (0.0, 1.0);
                 for i in 0..n {{ {body} }} s + last + pair.0 }}"
            ),
            &[],
        );
    }
}

#[test]
fn strides_that_differ_separate_nothing() {
    for body in [
        "a[2 * i] = a[3 * i];",
        "a[2 * i + 1] = 1.0; a[3 * i] = 2.0;",
        "for k in 0..n { a[2 * i + 1] = a[2 * k + 1] + 1.0; }",
        "for k in 0..n { a[6 * i] = a[4 * k + 2]; }",
    ] {
        let source = format!("fn f(a: &mut [f64], n: usize) {{ for i in 0..n {{ {body} }} }}");
        refused(&source, &["another iteration"]);
    }
}

#[test]
fn a_step_that_may_wrap_is_no_stride() {
    for step in ["k + 2", "k * 2", "2 * k + 1"] {
        let source = format!(
            "fn f(a: &mut [f64], n: usize, k: usize) {{
             for i in (0..n).step_by({step}) {{ a[i] = a[i + 1]; }} }}"
        );
        refused(&source, &["`a[i + 1]`"]);
    }
}

#[test]
fn a_conditional_index_that_made_a_proof_is_guarded_in_every_build() {
    let source = "fn f(x: &[f64], a: &mut [f64], k: usize) {
        for i in 0..x.len() { if x[i] > 0.0 { a[i * k + i] = 1.0; } } }";
    let (_, plan) = accepted(source);
    let guard = plan.regions[0].guard.iter();
    let mut wraps = guard.filter(|condition| condition.purpose.contains("does not wrap"));
    let test = format!("{:?}", wraps.next().expect("a word about wrapping").test);
    // Not only where debug assertions check the parts.
    let always = test.matches("Fits").count() - test.matches("Debug(All([Fits").count() * 2;
    assert!(always >= 2, "{test}");
}

#[test]
fn rows_longer_than_their_stride_are_no_plane() {
    for (index, length, loops) in [
        ("4 * i + j", "4", &["i", "j"][..]),
        ("4 * i + j", "5", &["j"]),
        ("9 * i + 2 * j", "5", &["i", "j"]),
        ("9 * i + 2 * j", "6", &["j"]),
        ("i + 7 * j", "9", &["j"]),
        ("5 * i + 4 - j", "5", &["i", "j"]),
        ("5 * i + 5 - j", "6", &["j"]),
    ] {
        let (function, plan) = accepted(&format!(
            "fn f(a: &mut [f64], n: usize) {{
             for i in 0..n {{ for j in 0..{length} {{ a[{index}] = 1.0; }} }} }}"
        ));
        assert_eq!(
            parallel_loops(&function, &plan),
            loops,
            "a[{index}] up to {length}"
        );
    }
}

#[test]
fn neighbours_may_reach_into_the_next_row() {
    for (stride, loops) in [(8, &["i", "j"][..]), (7, &["j"])] {
        let (function, plan) = accepted(&format!(
            "fn f(a: &mut [f64], n: usize) {{ for i in 0..n {{ for j in 0..4 {{
             a[{stride} * i + 2 * j] = 1.0; a[{stride} * i + 2 * j + 1] = 2.0; }} }} }}"
        ));
        assert_eq!(parallel_loops(&function, &plan), loops, "rows of {stride}");
    }
}
