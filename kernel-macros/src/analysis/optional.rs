//! Options, and patterns that may not match.

use super::tests::{accepted, refused};
use crate::ir::Proof;

const PARAMS: &str = "x: &[u32], z: &[f64], y: &mut [u32], low: Option<u32>, t: (u32, bool)";

fn in_loop(body: &str) -> String {
    let root = "fn root(v: f64) -> Option<f64> { if v < 0.0 { return None; } Some(v.sqrt()) }";
    format!("fn f({PARAMS}) {{ {root} for i in 0..y.len() {{ {body} }} }}")
}

#[test]
fn options_are_values() {
    for body in [
        "let d = x[i].checked_sub(3); if let Some(d) = d { y[i] = d; }",
        "let d = if x[i] > 4 { Some(x[i]) } else { None }; y[i] = d.or(low).unwrap_or(4);",
        "let mut best = None; for j in 0..x.len() { match best { None => best = Some(x[j]),
         Some(b) if x[j] > b => best = Some(x[j]), _ => {} } } y[i] = best.unwrap_or(0);",
        "let mut best: Option<(usize, f64)> = None; for j in 0..z.len() {
         if best.is_none_or(|(_, b)| z[j] > b) { best = Some((j, z[j])); } }
         y[i] = best.map_or(0, |(j, _)| j as u32);",
        "y[i] = root(z[i]).map(|v| v as u32).unwrap_or_default();",
        "let a = [low, None]; y[i] = a[i % 2].unwrap_or(1);",
        "if x[i].checked_sub(3) == None || low != Some(4) { y[i] = 3; }",
        "y[i] = x.get(i + 1).filter(|v| **v > 2).copied().or_else(|| low).unwrap_or(0);",
        "if x.last().is_some_and(|v| *v > 3) { y[i] = z[1..].first().is_none() as u32; }",
    ] {
        accepted(&in_loop(body));
    }
}

#[test]
fn patterns_may_not_match() {
    for body in [
        "if let Some(d) = x[i].checked_sub(3) && d > 7 { y[i] = d; }",
        "if i > 2 && let Option::Some(d) = x[i].checked_sub(3) && let Some(e) = x.get(d as usize)
         { y[i] = *e; } else { y[i] = 1; }",
        "if let (Some(a), Some(mut b)) = (x[i].checked_sub(3), low) { b += a; y[i] = b; }",
        "y[i] = match (x[i].checked_sub(3), low) { (Some(0), _) => 5, (Some(a), Some(b)) => a + b,
         (None, Some(v)) if v > 3 => v, _ => 1 };",
        "if let None | Some(3..=9) = low { y[i] = 3; }",
        "let mut v = x[i]; while let Some(d) = v.checked_sub(3) { v = d; y[i] += 1; }",
        "let mut it = low; 'out: while let Some(v) = it && v > 3 { for k in 0..v {
         if x[k as usize] == v { break 'out; } } it = v.checked_sub(5); }",
        "let Some(d) = x.get(i + 1) else { continue }; y[i] = *d;",
        "let 0..=9 = x[i] else { continue }; y[i] = 1;",
        "y[i] = match x[i] { n @ 0..=3 => n, mut n => { n += 1; n } };",
    ] {
        accepted(&in_loop(body));
    }
}

#[test]
fn what_is_no_option_or_no_value() {
    for (body, what) in [
        // A trait of the user's may have such a method for tuples.
        ("y[i] = t.unwrap_or(3);", "Option"),
        ("y[i] = t.map(|v| v).unwrap_or(3);", "Option"),
        ("y[i] = (x[i], true).is_some() as u32;", "Option"),
        ("y[i] = low.max(Some(3)).unwrap();", "`max`"),
        ("y[i] = t.max((3, true)).0;", "`max`"),
        ("y[i] = low.abs();", "`"),
        ("y[i] = x[i].cmp(&3).abs() as u32;", "`abs`"),
        ("y[i] = x[i].cmp(&3).is_positive() as u32;", "`is_positive`"),
        ("y[i] = x[i].is_lt() as u32;", "`is_lt`"),
        ("y[x[i].cmp(&3) as usize] = 1;", "`y["),
        ("y[i] = low.unwrap_or(0.5) as u32;", "`"),
        ("y[i] = low.take().unwrap_or(1);", "`take`"),
        ("y[i] = low.ok_or(2).unwrap();", "`ok_or`"),
        ("y[i] = (low < Some(3)) as u32;", "options"),
        (
            "let d = i.checked_sub(1); if let Some(j) = d { y[j] = 1; }",
            "`y[j]`",
        ),
        ("if let Some(j) = i.checked_add(0) { y[j] = 1; }", "`y[j]`"),
        ("y[i.checked_sub(1).unwrap_or(0)] = 1;", "`y["),
        ("y[Some(i / 2).unwrap()] = 1;", "`y["),
        (
            "if let Some(ref d) = low { y[i] = *d; }",
            "`if let Some(ref d) = low`",
        ),
        (
            "if let Ok(d) = found(x[i]) { y[i] = d as u32; }",
            "`if let Ok(d) = found(x[i])`",
        ),
        (
            "if let d = low { y[i] = d.unwrap_or(1); }",
            "`if let d = low`",
        ),
    ] {
        refused(&in_loop(body), &[what]);
    }
    // Carried from iteration to iteration.
    for body in [
        "let mut last = None; for i in 0..y.len() { y[i] = last.unwrap_or(0); last = Some(x[i]); }",
        "let mut best: Option<u32> = None; for i in 0..y.len() { if let Some(b) = best { y[i] = b; }
         best = Some(x[i]); }",
    ] {
        refused(&format!("fn f({PARAMS}) {{ {body} }}"), &["`"]);
    }
}

/// A name after `@` and those in the pattern behind it are all bound.
#[test]
fn names_inside_a_named_pattern_are_its_own() {
    let (function, plan) = accepted(
        "fn f(x: &[u32], y: &mut [u32], b: u32) { for i in 0..y.len() {
         y[i] = match (x[i], 7) { t @ (3, b) => t.0 + b, (a, _) => a }; } }",
    );
    let scalars = plan.regions[0].scalars.iter();
    let captured = |var: &crate::ir::VarId| function.vars[*var].ident == "b";
    assert!(!scalars.clone().any(captured), "the pattern's is read");
}

/// rustc is asked about every name of a variant, once for each, and about methods by reference.
#[test]
fn variants_are_confirmed() {
    for (body, variants, methods) in [
        ("y[i] = x[i].checked_sub(1).map(|v| v).unwrap_or(0);", 0, 0),
        (
            "if let Some(v) = low && let Some(w) = x.get(v as usize) { y[i] = *w; }",
            1,
            0,
        ),
        ("y[i] = match low { Some(v) => v, None => 3 };", 2, 0),
        (
            "let d = if i > 3 { Some(1) } else { std::option::Option::None }; y[i] = d.unwrap();",
            2,
            2,
        ),
        (
            "let d = low.is_some(); y[i] = d as u32 + x.get(i).is_none() as u32;",
            0,
            3,
        ),
        ("match low { None => {} _ => y[i] = 3 }", 1, 0),
        (
            "match low { Some(3) => {} None | Some(_) => y[i] = 3 }",
            2,
            0,
        ),
    ] {
        let (_, plan) = accepted(&in_loop(body));
        let count =
            |is: fn(&Proof) -> bool| plan.regions[0].proofs.iter().filter(|of| is(of)).count();
        let found = (
            count(|of| matches!(of, Proof::Variant { .. })),
            count(|of| matches!(of, Proof::Method { .. })),
        );
        assert_eq!(found, (variants, methods), "{body}");
    }
}

/// A name in a slice's pattern could be a constant's, which would be a test.
#[test]
fn names_in_slice_patterns_are_confirmed() {
    for (body, names) in [
        ("if let &[a, b] = part { y[i] = a + b; }", 2),
        ("let [a, .., 3] = part else { continue }; y[i] = *a;", 1),
        (
            "y[i] = match part { [a] => *a, [b, .., 7] => *b, [c, ..] => *c, _ => 1 };",
            3,
        ),
    ] {
        let body = format!("let part = &x[i..i + 2]; {body}");
        let (_, plan) = accepted(&in_loop(&body));
        let proofs = plan.regions[0].proofs.iter();
        let found = proofs.filter(|of| matches!(of, Proof::Pattern(_))).count();
        assert_eq!(found, names, "{body}");
    }
    for body in [
        "if let &[A, b] = part { y[i] = b; }",
        "y[i] = match part { [A, ..] => 1, _ => 2 };",
        "y[i] = match part { &[a] => a, [b, ..] => *b, _ => 2 };",
    ] {
        refused(
            &in_loop(&format!("let part = &x[i..i + 2]; {body}")),
            &["`"],
        );
    }
}

#[test]
fn orderings_are_numbers() {
    for body in [
        "y[i] = match x[i].cmp(&5) { Ordering::Less => 1, std::cmp::Ordering::Equal => 2,
         Ordering::Greater => 3 };",
        "match z[i].partial_cmp(&5.0) { Some(Ordering::Less | Ordering::Equal) => y[i] = 1,
         None => y[i] = 2, _ => {} }",
        "let o = z[i].total_cmp(&z[0]); if o == Ordering::Less || o.is_ne() { y[i] = 1; }",
        "let (mut l, mut h) = (0, x.len()); while l < h { let m = (l + h) / 2;
         match x[m].cmp(&3) { Ordering::Less => l = m + 1, _ => h = m } } y[i] = l as u32;",
    ] {
        accepted(&in_loop(body));
    }
}
