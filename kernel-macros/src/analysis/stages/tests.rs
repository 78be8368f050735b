//! Where bodies are cut at their calls, and which are not.

use super::{Stages, find};
use crate::analysis::tests::accepted;
use crate::ir::{ExprKind, Function};

fn stages(body: &str) -> (Function, Option<Stages>) {
    let source = format!(
        "fn f(x: &[f64], w: &[f32], y: &mut [f64], v: &mut [f32], a: f64, m: &[usize]) {{
             fn g(x: f64) -> f64 {{ let k = 1.0 + x; k.exp() + x }}
             for i in 0..y.len() {{ {body} }} }}"
    );
    let (function, plan) = accepted(&source);
    let stages = find(&function, &plan.regions[0]);
    (function, stages)
}

/// The calls in order, and the variables that parts carry, sorted.
#[track_caller]
fn cut(body: &str, calls: &str, carried: &str) {
    let (function, stages) = stages(body);
    let stages = stages.expect(body);
    let found = stages.parts.iter().filter_map(|part| part.call);
    let found: Vec<_> = found
        .map(|id| match &function.exprs[id].kind {
            ExprKind::Call(builtin, _) => builtin.name(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(found.join(" "), calls, "{body}");
    let vars = stages.carried.iter();
    let mut vars: Vec<_> = vars
        .map(|var| function.vars[*var].ident.to_string())
        .collect();
    vars.sort();
    assert_eq!(vars.join(" "), carried, "{body}");
}

#[test]
fn bodies_are_cut_at_calls() {
    cut("y[i] = x[i].ln();", "ln", "");
    cut("y[i] = x[i].exp();", "exp", "");
    cut("v[i] = w[i].powf(w[i]);", "powf", "");
    cut("y[i] = x[i].powf(x[i] * a).exp();", "powf exp", "");
    cut(
        "y[i] = x[i].exp2(); v[i] = w[i].powf(2.5) + x[i].exp() as f32;",
        "exp2 powf exp",
        "",
    );
    cut(
        "let r = x[i].sqrt(); let mut s = (r * a).exp(); s += r.exp(); y[i] = s;",
        "exp exp",
        "r s",
    );
    // The block of a function inside is part of the body.
    cut(
        "let p = g(x[i]); let q = g(p); y[i] = p + q;",
        "exp exp",
        "k k p x x",
    );
    // The function of the condition is called in any case.
    cut("y[i] = if x[i].ln() > a { 1.0 } else { 2.0 };", "ln", "");
}

#[test]
fn trips_of_a_loop_in_order_are_cut() {
    let source = "fn f(x: &[f64], y: &mut [f64], k: &[f64]) {
        for j in 0..k.len() { for i in 0..y.len() { y[i] += (x[i] * k[j]).exp() * k[j]; } } }";
    let (function, plan) = accepted(source);
    assert!(plan.regions[0].in_order.is_some());
    let stages = find(&function, &plan.regions[0]).expect("a call");
    assert_eq!(stages.parts.len(), 2);
}

#[test]
fn reductions_are_cut_where_that_gains_much() {
    let cuts = |term: &str| {
        let source = format!(
            "fn f(x: &[f64]) -> f64 {{ let mut s = 0.0; for i in 0..x.len() {{ s += {term}; }} s }}"
        );
        let (function, plan) = accepted(&source);
        find(&function, &plan.regions[0]).map(|stages| stages.parts.len())
    };
    assert_eq!(cuts("x[i].powf(-1.5)"), Some(2));
    assert_eq!(cuts("(x[i] * x[i].ln()).exp()"), Some(3));
    assert_eq!(cuts("x[i].ln()"), None);
}

#[test]
fn neighbours_are_not_cut() {
    for body in [
        // Too little to wait for.
        "v[i] = w[i].exp() + w[i].ln();",
        "y[i] = x[i].atan();",
        // One value for all iterations.
        "y[i] = x[i] * a.ln();",
        // Called for some.
        "if x[i] > 0.0 { y[i] = x[i].ln(); }",
        "y[i] = if x[i] > 0.0 { x[i].ln() } else { 0.0 };",
        // They fail, leave or loop.
        "y[i] = x[m[i]].ln();",
        "if x[i] == 0.0 { continue; } y[i] = x[i].ln();",
        "assert!(x[i] > 0.0); y[i] = x[i].ln();",
        "let mut s = 0.0; for k in 0..m.len() { s += x[k]; } y[i] = s.ln();",
        // A rare path.
        "y[i] = x[i].ln() * x[i].sin();",
        // What is passed on is no scalar.
        "let p = [x[i], a]; y[i] = x[i].ln() + p[m[i] % 2];",
    ] {
        assert!(stages(body).1.is_none(), "{body}");
    }
    // Its argument changes in the statement itself.
    let body = "let mut z = x[i]; y[i] = { z = z + 1.0; z } + z.ln() + x[i].exp() * 2.0;";
    assert!(stages(body).1.is_none(), "{body}");
}
