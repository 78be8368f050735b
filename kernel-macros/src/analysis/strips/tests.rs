//! Which bodies are cut into strips, and which neighbours are not.

use crate::analysis::tests::accepted;

/// The variables that strips carry, sorted, and whether iterations wait for each other.
fn strips(body: &str) -> Option<(String, bool)> {
    let source = format!(
        "fn f(x: &[f64], w: &[u32], m: ArrayView2<f64>, y: &mut [f64], n: usize, limit: i32) {{
             for i in 0..y.len() {{ {body} }} }}"
    );
    let (function, plan) = accepted(&source);
    let strips = plan.regions[0].strips.as_ref()?;
    let carried = strips.carried.iter();
    let mut carried: Vec<_> = carried
        .map(|var| function.vars[*var].ident.to_string())
        .collect();
    carried.sort();
    Some((carried.join(" "), strips.masked))
}

#[track_caller]
fn cut(body: &str, carried: &str, masked: bool) {
    assert_eq!(strips(body), Some((carried.to_string(), masked)), "{body}");
}

#[test]
fn loops_that_iterations_leave_at_different_times_are_masked() {
    cut(
        "let (mut z, mut n) = (x[i], 0); while n < limit && z * z <= 4.0 { z = z * z + 0.1; n += 1; } y[i] = n as f64;",
        "n z",
        true,
    );
    cut(
        "let mut z = x[i]; while z > 1.0 { if z > 9.0 { z -= 3.0; } z = z.sqrt() / 1.5; } y[i] = z;",
        "z",
        true,
    );
    // In a loop that all go through together.
    cut(
        "let mut s = 0.0; for k in 0..n { let mut z = x[k]; while z > 1.0 { z *= 0.5; } s += z; } y[i] = s;",
        "s z",
        true,
    );
    cut(
        "let mut s = 0.0; for k in 0..n { s += x[k]; } y[i] = s;",
        "s",
        false,
    );
}

#[test]
fn elements_that_loops_do_not_change_are_read_ahead() {
    cut(
        "let mut s = 0.0; for k in 0..n { s += x[k] * m[[i, 0]]; } y[i] = s;",
        "s",
        false,
    );
}

#[test]
fn what_has_no_vector_instruction_is_not_masked() {
    for body in [
        // Gathers, remainders, shifts by lanes, functions.
        "let mut k = i; while k > 0 && x[k] > 0.5 { k -= 1; } y[i] = k as f64;",
        "let mut k = w[i]; while k != 1 { k = if k % 2 == 0 { k / 2 } else { 3 * k + 1 }; } y[i] = k as f64;",
        "let mut k = w[i]; while k > 1 { k = k >> (k & 3); } y[i] = k as f64;",
        "let mut z = x[i]; while z > 1.0 { z = z.ln(); } y[i] = z;",
        // Left in the middle.
        "let mut z = x[i]; while z > 1.0 { z *= 0.5; if z == 3.0 { break; } } y[i] = z;",
        "let mut z = x[i]; loop { z *= 0.5; if z < 1.0 { break; } } y[i] = z;",
        // A loop in it.
        "let mut z = x[i]; while z > 1.0 { for k in 0..n { z *= 0.5; } } y[i] = z;",
        // It writes.
        "let mut z = x[i]; while z > 1.0 { z *= 0.5; y[i] = z; }",
    ] {
        assert_eq!(strips(body), None, "{body}");
    }
}
