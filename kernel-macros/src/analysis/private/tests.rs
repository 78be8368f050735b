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

/// A flag that the loop around reads is a reduction: it is not assigned first, but combined.
#[test]
fn a_flag_is_combined() {
    let (_, plan) = accepted(
        "fn f(x: &[f64], y: &mut [f64], n: usize) -> usize { let (mut found, mut c) = (false, 0);
            for t in 0..n { found = false;
                for i in 0..n { if x[i] > y[i] { found = true; } y[i] += 0.25; }
                if found { c += 1; } }
            c }",
    );
    assert_eq!(plan.regions[0].accumulators.len(), 1);
}

/// What merely looks like the name does not read it.
#[test]
fn other_things_of_the_same_name() {
    for (before, after) in [
        ("let mut e = 0.0;", "1e-9"),
        (
            "let mut dim = 0.0;",
            "let v = Array2::<f64>::zeros((2, 3)); v.dim().0 as f64",
        ),
    ] {
        let name = before.split_whitespace().nth(2).unwrap_or_default();
        let body = format!("{name} = x[i]; y[i] = {name};");
        accepted(&source(before, &body, after));
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
    // Under another spelling, and where a format string spells it.
    for after in [
        "r#h",
        "format!(\"{h:?}\"); 0.0",
        "format!(\"{\\u{68}}\"); 0.0",
        "x[0]..h; 0.0",
    ] {
        refused(
            &source("let mut r#h = 0.0;", "h = x[i]; y[i] = h;", after),
            &["h` lives outside"],
        );
    }
    // Around the loop that assigns it, behind that loop; and in the step of another.
    for body in [
        "let mut h = 0.0; for t in 0..n { h = 1.0;
             for i in 0..n { h = y[i]; y[i] = h + 1.0; } y[0] += h * y[t]; }",
        // The variable of a loop around is one like any other.
        "for mut h in y.to_vec() { for i in 0..n { h = y[i]; y[i] = h; } y[0] += h; }",
        "for (mut h, g) in [(1.0, 2.0), (3.0, 4.0)] {
             for i in 0..n { h = y[i]; y[i] = h; } y[0] += h * g; }",
        "let mut h = 1; for i in 0..n { h = i; y[i] = h as f64; }
         for t in 0..n { y[0] += y[1]; for k in (0..n).step_by(h) { y[t] *= y[k] + y[t]; } h = 1; }",
    ] {
        let source = format!("fn f(y: &mut [f64], n: usize) {{ {body} }}");
        refused(&source, &["`h`"]);
    }
    // In an outer loop that reads it before the inner one assigns.
    refused(
        "fn f(y: &mut [f64], n: usize) { let mut h = 0.0;
            for t in 0..n { y[0] += h; for i in 0..n { h = y[i]; y[i] = h + 1.0; } } }",
        &["`h`"],
    );
}
