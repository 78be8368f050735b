//! R1, no wrap: what the proof relies on is guarded, made or not.

use super::parallel_loops;
use crate::analysis::tests::{accepted, guards};

#[test]
fn an_index_under_a_condition_is_guarded_all_the_same() {
    // `i * s` may wrap into the place of another iteration, where the condition lets it.
    let guard = guards(
        "fn f(x: &[f64], y: &mut [f64], s: usize, c: usize) { for i in 0..x.len() {
         if x[i] > 0.0 { y[i * s + c] = 1.0; } } }",
    );
    assert!(
        guard.contains(&"`y[i * s + c]` does not wrap".to_string()),
        "{guard:?}"
    );
}

#[test]
fn narrow_arithmetic_is_guarded_in_its_own_type() {
    for (index, ty) in [
        ("(i * 4) as usize", "U8"),
        ("(i + o) as usize", "U8"),
        ("(i as i32 - 7) as usize", "I32"),
        ("(i as u16 * 300) as usize", "U16"),
        ("i as i8 as usize", "I8"),
    ] {
        let (_, plan) = accepted(&format!(
            "fn f(y: &mut [f64], n: u8, o: u8) {{ for i in 0..n {{ y[{index}] = 1.0; }} }}"
        ));
        let guard = format!("{:?}", plan.regions[0].guard);
        assert!(guard.contains(&format!("{ty})")), "{index}: {guard}");
    }
}

#[test]
fn the_ends_of_a_range_are_guarded_before_it_is_believed() {
    for range in [
        "0..n + 1",
        "n - 1..m",
        "0..(n * 3)",
        "(0..n + 1).rev()",
        "0..=n - 1",
    ] {
        let (_, plan) = accepted(&format!(
            "fn f(y: &mut [f64], n: u8, m: u8) {{ for i in {range} {{ y[i as usize] = 1.0; }} }}"
        ));
        let space = &plan.regions[0].space;
        let purpose = "the range of `i` does not wrap";
        assert!(
            space.iter().any(|condition| condition.purpose == purpose),
            "{range}: {space:?}"
        );
    }
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
