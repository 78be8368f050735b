//! What each liberty makes of a body, and what it leaves.

use super::{FastMath, apply};
use crate::analysis::tests::analysed;
use crate::ir::{dump, verify};

/// The region's statements once a liberty was taken.
fn taken(granted: FastMath, body: &str) -> String {
    let source = format!(
        "fn f(x: &[f64], y: &mut [f64], z: &[f32], n: usize, w: f64) {{
             for i in 0..y.len() {{ {body} }} }}"
    );
    let (mut function, mut plan, problems) = analysed(&source);
    assert!(problems.is_empty(), "{problems:?}");
    apply(granted, &mut function, &mut plan);
    let body = &plan.regions[0].body;
    verify::region_body(&function, body);
    dump::block(&function, body)
}

fn reassociated(body: &str) -> String {
    let granted = FastMath {
        reassoc: true,
        ..FastMath::default()
    };
    taken(granted, body)
}

fn approximated(body: &str) -> String {
    let granted = FastMath {
        approx: true,
        ..FastMath::default()
    };
    taken(granted, body)
}

#[test]
fn reductions_of_inner_loops_get_lanes() {
    let split = reassociated(
        "let mut s = 0.5; for k in 0..n { if x[i * n + k] > 0.0 { s -= x[i * n + k]; } } y[i] = s;",
    );
    assert!(split.contains("lanes_of_s[lane] -= x["), "{split}");
    assert!(split.contains("s = s + lanes_of_s[0]"), "{split}");
    assert!(split.contains("0..16"), "{split}");
    let split = reassociated(
        "let mut s = 1.0f32; for k in 0..n as i32 { s = s * z[i * n + k as usize]; } y[i] = s as f64;",
    );
    assert!(
        split.contains("lanes_of_s[lane] = lanes_of_s[lane] * z["),
        "{split}"
    );
    assert!(split.contains("0..32"), "{split}");
    let split = reassociated("let mut s = w; for k in 0..n { s = s.max(x[i * n + k]); } y[i] = s;");
    assert!(split.contains("s = lanes_of_s[0]"), "{split}");
}

#[test]
fn what_has_an_order_keeps_it() {
    for body in [
        // A recurrence.
        "let mut s = 0.0; for k in 0..n { s = 0.5 * s + x[i * n + k]; } y[i] = s;",
        // A running total.
        "let mut s = 0.0; let mut t = 0.0; for k in 0..n { s += x[i * n + k]; t = s; } y[i] = t;",
        // Left early.
        "let mut s = 0.0; for k in 0..n { if x[i * n + k] < 0.0 { break; } s += x[i * n + k]; } y[i] = s;",
        // Backwards.
        "let mut s = 0.0; for k in (0..n).rev() { s += x[i * n + k]; } y[i] = s;",
        // Integers, which have no order for anybody.
        "let mut s = 0u64; for k in 0..n { s += k as u64; } y[i] = s as f64;",
        // Bound in the loop.
        "for k in 0..n { let mut s = w; s += x[i * n + k]; y[i] = s; }",
        // Checked in each trip.
        "let mut s = 0.0; for k in 0..n { s += x[x[i * n + k] as usize]; } y[i] = s;",
        // Neighbouring iterations go through it together.
        "let mut s = 0.0; for k in 0..n { s += x[k]; } y[i] = s;",
    ] {
        let split = reassociated(body);
        assert!(!split.contains("lane"), "{split}");
    }
}

#[test]
fn steady_divisors_become_factors() {
    for (body, made) in [
        ("y[i] = x[i] / w;", "x[i] * (1.0 / w)"),
        ("y[i] /= 3.0;", "y[i] *= 1.0 / 3.0"),
        ("y[i] = x[i] / (n as f64 + w);", "x[i] * (1.0 / "),
        (
            "let d = x[i]; for k in 0..n { y[i] = y[i] / d; }",
            "y[i] * (1.0 / d)",
        ),
        (
            "let d = x[i] + 1.0; y[i] = y[i] / d + w / d;",
            "w * (1.0 / d)",
        ),
    ] {
        let made_of = approximated(body);
        assert!(made_of.contains(made), "{made_of}");
    }
}

#[test]
fn other_divisors_stay() {
    for body in [
        "y[i] = w / x[i];",
        "let d = x[i]; y[i] = y[i] / d;",
        "let mut d = w; for k in 0..n { d += 1.0; y[i] = y[i] / d; }",
        "y[i] = 1.0 / w;",
        "y[i] = (i / n) as f64;",
    ] {
        let made_of = approximated(body);
        assert!(!made_of.contains("* (1"), "{made_of}");
    }
}

#[test]
fn powers_of_halves_are_products() {
    for (power, made) in [
        ("0.5", "base.sqrt()"),
        ("2.0", "base * base"),
        ("1.5", "base * base.sqrt()"),
        ("-1.0", "1.0 / base"),
    ] {
        let made_of = approximated(&format!("y[i] = (x[i] + w).powf({power});"));
        assert!(made_of.contains(made), "{made_of}");
    }
    for power in ["0.3", "w", "5.0", "0.0"] {
        let made_of = approximated(&format!("y[i] = x[i].powf({power});"));
        assert!(made_of.contains("powf"), "{made_of}");
    }
}
