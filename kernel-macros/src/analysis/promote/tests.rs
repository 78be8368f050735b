//! Which elements become scalars, and the neighbours that must not.

use crate::analysis::plan::{Fold, Region};
use crate::analysis::tests::{accepted, refused};
use crate::ir::{ExprKind, walk};

/// The only loop over `j` in a loop over `i`, or the region that it becomes.
fn source(body: &str) -> String {
    format!(
        "fn f(x: &mut [f64], y: &[f64], p: &[usize], n: usize, mut m: usize) -> usize {{
            for i in 0..n {{
                x[i] += 2.0 * x[n - 1];
                {body}
            }}
            m }}"
    )
}

fn region(body: &str) -> Region {
    let (_, mut plan) = accepted(&source(body));
    assert_eq!(plan.regions.len(), 1, "{body}");
    plan.regions.swap_remove(0)
}

#[test]
fn an_element_that_all_others_miss() {
    let sums = [
        "for j in 0..i { x[i] -= y[j] * x[j]; }",
        "for j in i + 1..n { x[i] = x[i] + x[j]; }",
        "for j in 0..i { x[2 * i + 1] += x[2 * j]; }",
        "for j in 0..n { x[i + n] += x[j]; }",
        "for j in 0..i { if y[j] > 0.0 { x[i] += x[i - j - 1]; } }",
        "for j in 0..i { for k in 0..3 { x[i] += x[j] * y[k]; } }",
        // If `m` is not among them, which the guard asks.
        "for j in 0..i { x[m] += x[j]; }",
    ];
    for body in sums {
        let region = region(body);
        assert_eq!(region.accumulators.len(), 1, "{body}");
        assert_eq!(region.accumulators[0].fold, Fold::Add);
        assert!(region.promoted[0].back.is_some(), "{body}");
        assert!(region.arrays.iter().all(|array| !array.writes), "{body}");
    }
}

#[test]
fn elements_that_others_may_be_are_no_scalars() {
    for body in [
        "for j in 0..=i { x[i] -= y[j] * x[j]; }",
        "for j in 0..n { x[0] += x[j]; }",
        "for j in 0..i { x[i] += x[j] * x[i]; }",
        "for j in 0..i { x[i] -= x[p[j]]; }",
        "for j in 0..i { x[p[i]] -= x[j]; }",
        "for j in 0..i { x[i] = x[j]; }",
        "for j in 0..i { x[i] += x[j]; x[i] *= 2.0; }",
        "for j in 0..i { x[m] += x[j]; m = j; }",
        "for j in 0..i { x[m] += x[j]; m += 1; }",
        "for j in 1..i { x[i] += x[j - 1]; x[j] = 1.0; x[j - 1] = x[j]; }",
        "for j in 0..i { x[i] += x[j]; x[i - 1] += x[j]; }",
    ] {
        refused(&source(body), &["`x"]);
    }
}

/// Two sums into one array are its own copies' business (rule R6), not scalars'.
#[test]
fn what_copies_can_do_stays_theirs() {
    let region = region("for j in 0..i { x[i] += y[j]; x[n] += y[j]; }");
    assert!(region.promoted.is_empty());
    assert_eq!(region.shared.len(), 1);
}

#[test]
fn the_place_of_an_extreme() {
    let searches = [
        "for j in 1..n { if x[j] < x[m] { m = j; } }",
        "for j in 1..n { if x[m] <= x[j] { m = j; } }",
        "for j in 0..n { let v = x[j]; if v > x[m] { m = j; } }",
        "for j in 0..n { if y[j] > 0.0 && (x[j] - y[i]).abs() > (x[m] - y[i]).abs() { m = j; } }",
        "for j in 0..n { if x[j + 1] < x[m] { m = j + 1; } }",
        "for j in 0..n { if x[j] < x[m] { m = j; } if j > 3 { if x[j] < x[m] { m = j; } } }",
    ];
    for body in searches {
        let region = region(body);
        let [extreme] = region.extremes.as_slice() else {
            panic!("{body}: {:?}", region.extremes);
        };
        assert_eq!(extreme.companions.len(), 1, "{body}");
        assert!(region.promoted[0].back.is_none(), "{body}");
    }
}

/// What is computed of a value that the loop keeps, and of what it goes through.
#[test]
fn extremes_by_what_is_computed_of_them() {
    for body in [
        "for j in 0..n { if x[j].abs() > b.abs() { b = x[j]; } }",
        "for j in 0..n { let v = x[j]; if (v - y[0]).abs() <= (b - y[0]).abs() { b = v; m = j; } }",
        "for j in 0..n { if off(x[j]) > off(b) { m = j; b = x[j]; } }",
        "for j in 0..n { if ways(p[j], 7) < ways(m, 7) { m = p[j]; } }",
        "for j in 0..n { if y[j] > 0.0 && x[j] * b0 < b * b0 { b = x[j]; } }",
    ] {
        let (_, plan) = accepted(&keyed(body));
        let [extreme] = plan.regions[0].extremes.as_slice() else {
            panic!("{body}: {:?}", plan.regions[0].extremes);
        };
        assert!(!extreme.companions.is_empty(), "{body}");
    }
    for body in [
        "for j in 0..n { if x[j].abs() > b.abs() { b = x[j].abs(); } }",
        "for j in 0..n { if x[j].abs() > b.sqrt() { b = x[j]; } }",
        "for j in 0..n { if x[j].abs() > y[j] * b.abs() { b = x[j]; } }",
        "for j in 0..n { if x[j].abs() > b.abs() { b = y[j]; } }",
        "for j in 0..n { if x[j].abs() > b.abs() { b = x[j]; } else { b *= 0.5; } }",
        "for j in 0..n { if x[j] + b > b + b { b = x[j]; } }",
        "for j in 0..n { let mut v = x[j]; let k = v.abs(); v += 1.0; if k > b.abs() { b = v; } }",
    ] {
        refused(&keyed(body), &["`b`"]);
    }
}

/// Another variable may have the name there.
#[test]
fn what_a_loop_binds_has_no_name_before_it() {
    let (function, plan) = accepted(
        "fn f(x: &[f64], y: &[f64], n: usize) -> usize {
            let (mut at, to) = (0, 1.0);
            for t in 0..2 {
                let to = y[0];
                for i in 0..n { if (x[i] - to).abs() < (x[at] - to).abs() { at = i; } }
            }
            at
        }",
    );
    let region = &plan.regions[0];
    let start = region.promoted[0].start;
    walk::below(&function, start, &mut |id| {
        if let ExprKind::Var(var) = function.exprs[id].kind {
            let home = function.vars[var].home;
            assert!(!function.encloses(region.nest[0].id, home));
        }
    });
}

fn keyed(body: &str) -> String {
    format!(
        "fn f(x: &[f64], y: &[f64], p: &[usize], n: usize, b0: f64) -> (f64, usize) {{
            fn off(v: f64) -> f64 {{ let w = v - 1.0; w * w }}
            fn ways(v: usize, w: usize) -> usize {{ v.abs_diff(w) }}
            let (mut b, mut m) = (b0, 0);
            {body}
            (b, m) }}"
    )
}

/// A negative index becomes another than the proof knows of; bools have `&=` and `|=`.
#[test]
fn indices_and_types_that_have_no_scalars() {
    refused(
        "fn f(x: &mut [i64], c: i32, n: usize) { for j in 1..n { x[n + (c as usize)] += x[j]; } }",
        &["`x"],
    );
    for comparison in ["x[j] < x[m]", "x[j] > x[m]", "x[m] <= x[j]"] {
        refused(
            &format!(
                "fn f(x: &[bool], n: usize) -> usize {{ let mut m = 0;
                    for j in 0..n {{ if {comparison} {{ m = j; }} }} m }}"
            ),
            &["`m`"],
        );
    }
}

#[test]
fn searches_that_compare_with_something_else() {
    for body in [
        "for j in 0..n { if x[j] < x[m] { m = j + 1; } }",
        "for j in 0..n { if x[j] < y[m] { m = j; } }",
        "for j in 0..n { if x[j] < x[m + 1] { m = j; } }",
        "for j in 0..n { if x[j] < x[m] { m = j; } else { m = 0; } }",
        "for j in 0..n { if x[j] < x[m] { m = j; } x[j] = 0.0; }",
        "for j in 0..n { if x[j] < x[m] && j != m { m = j; } }",
        "for j in 0..n { if x[j] < x[m] { m = j; } if y[j] > y[m] { m = j; } }",
        "for j in 0..n { let mut v = x[j]; v *= 0.5; if v < x[m] { m = j; } }",
        "for j in 0..n { if x[j] < x[m] { m = j; } m += 1; }",
        // The place that was compared is another than the one kept.
        "for j in 0..n { let mut q = j; let v = x[q]; q = j + 1; if v < x[m] { m = q; } }",
        "for j in 0..n { let mut q = j; if x[q] < x[m] && { q += 1; true } { m = q; } }",
        "let mut w = [0, 1]; for j in 0..n { w[0] = j; let v = x[w[0]]; if v < x[m] { m = w[0]; } }",
    ] {
        refused(&source(body), &["`m`"]);
    }
}
