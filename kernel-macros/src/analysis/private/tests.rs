//! Which variables from outside each iteration gets for itself, and which neighbours keep theirs.

use crate::analysis::tests::{accepted, refused};

fn source(before: &str, body: &str, after: &str) -> String {
    format!(
        "fn f(x: &[f64], y: &mut [f64], n: usize, mut p: f64, q: &mut f64) -> f64 {{
            {before}
            for i in 0..n {{ {body} }}
            {after} }}"
    )
}

#[test]
fn what_is_assigned_first_and_read_no_more() {
    for (before, body, after) in [
        ("let mut h;", "h = x[i]; y[i] = h * h;", "0.0"),
        (
            "let mut h = 0.0;",
            "if x[i] > 0.0 { h = 1.0; } else { h = 2.0; } y[i] = h;",
            "1.0",
        ),
        (
            "let mut h = 1.0;",
            "if x[i] > 0.0 { continue; } h = x[i]; h += 1.0; y[i] = h;",
            "0.0",
        ),
        ("", "p = x[i]; y[i] = p;", "0.0"),
        (
            "let (mut a, mut b) = (0.0, 1.0);",
            "a = x[i]; b = a + 1.0; y[i] = a * b;",
            "2.0",
        ),
        (
            "let mut j: usize;",
            "j = i; while j > 3 { j /= 2; } y[i] = x[j];",
            "2.0",
        ),
        (
            "let mut h;",
            "h = x[i]; y[i] = h;",
            "for i in 0..n { h = y[i]; y[i] = h + 1.0; } 0.0",
        ),
        (
            "let mut h = 0.0;",
            "for j in 0..3 { h = x[j]; y[i] += h; }",
            "0.0",
        ),
    ] {
        let (_, plan) = accepted(&source(before, body, after));
        let accumulators = plan.regions.iter().map(|region| region.accumulators.len());
        assert_eq!(accumulators.sum::<usize>(), 0, "{body}");
    }
}

#[test]
fn what_is_read_before_or_afterwards() {
    for (before, body, after) in [
        ("let mut h = 0.0;", "h = x[i]; y[i] = h;", "h"),
        ("let mut h = 0.0;", "y[i] = h; h = x[i];", "0.0"),
        (
            "let mut h = 0.0;",
            "if x[i] > 0.0 { h = x[i]; } y[i] = h;",
            "0.0",
        ),
        (
            "let mut h = 0.0;",
            "if x[i] > 0.0 && { h = 1.0; true } { } y[i] = h;",
            "0.0",
        ),
        (
            "let mut h = 0.0;",
            "for j in 0..i { h = x[j]; } y[i] = h;",
            "0.0",
        ),
        (
            "let mut h = 0.0;",
            "h = x[i]; y[i] = h;",
            "println!(\"{h}\"); 0.0",
        ),
        (
            "let mut h = 0.0;",
            "h = x[i]; y[i] = h;",
            "{ let g = || h; g() }",
        ),
        ("let mut h = 0.0;", "h = x[i]; y[i] = h;", "p = h; p"),
        ("", "*q = x[i]; y[i] = *q;", "0.0"),
        (
            "let mut h = 0.0;",
            "h = x[i]; y[i] = h;",
            "for i in 0..n { y[i] += h; h = 1.0; } 0.0",
        ),
    ] {
        let name = if body.contains("*q") { "`q`" } else { "`h`" };
        refused(&source(before, body, after), &[name]);
    }
    // In an outer loop that reads it before the inner one assigns.
    refused(
        "fn f(y: &mut [f64], n: usize) { let mut h = 0.0;
            for t in 0..n { y[0] += h; for i in 0..n { h = y[i]; y[i] = h + 1.0; } } }",
        &["`h`"],
    );
}
