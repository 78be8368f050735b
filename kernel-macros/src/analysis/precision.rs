//! How far the proof reaches: which loops of a kernel run in parallel, beside neighbours that must
//! not.

use super::plan::Verdict;
use super::tests::{accepted, analysed};

/// The loops and what became of each: `P` parallel, `n` nested with it, `i` in order inside an
/// iteration, `D` driver code.
fn shape(source: &str) -> String {
    let (function, plan, _) = analysed(source);
    let loops = function.loops.iter().map(|(id, node)| {
        let letter = match &plan.verdicts[id.index()] {
            Verdict::Region(_) => 'P',
            Verdict::Nested => 'n',
            Verdict::Fused(_) => 'f',
            Verdict::Inner | Verdict::InLanes(_) => 'i',
            Verdict::Driver(_) => 'D',
        };
        format!("{}:{letter}", function.vars[node.var].ident)
    });
    loops.collect::<Vec<_>>().join(" ")
}

/// Bodies of a kernel with arrays `a` and `b` (flat), `m` (two dimensions), and counts `n`, `w`.
#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (body, expected) in cases {
        let source = format!(
            "fn f(a: &mut [f64], b: &[f64], mut m: ArrayViewMut2<f64>, n: usize, w: usize) {{ {body} }}"
        );
        assert_eq!(shape(&source), *expected, "{body}");
    }
}

/// Rule R1 and the radix: `f = n j + i` with `i` below `n` are two dimensions.
#[test]
fn flat_indices_are_taken_apart_by_their_strides() {
    check(&[
        // Columns, in order of their rows.
        (
            "for i in 0..n { let mut s = 0.0; for j in 0..w { s += b[j]; a[j * n + i] = s; } }",
            "i:P j:i",
        ),
        (
            "for j in 0..n { for i in 1..w { a[i * n + j] += a[(i - 1) * n + j]; } }",
            "j:P i:i",
        ),
        // The row above belongs to another iteration; columns never meet (rule R7).
        (
            "for i in 1..n { for j in 0..w { a[i * w + j] += a[(i - 1) * w + j]; } }",
            "i:P j:n",
        ),
        // Rows of `n` that are written `n + 1` long.
        (
            "for i in 0..n + 1 { for j in 0..w { a[j * n + i] = 1.0; } }",
            "i:D j:P",
        ),
        // A row's end is the next row's start.
        (
            "for j in 0..n { for i in 0..w { a[i * n + j] = a[i * n + j + 1]; } }",
            "j:D i:P",
        ),
        // A border of one on each side.
        (
            "for i in 0..n { a[i * (w + 2)] = a[i * (w + 2) + w]; }",
            "i:P",
        ),
    ]);
}

/// Meetings that ranges and conditions exclude.
#[test]
fn triangles_and_conditions_keep_iterations_apart() {
    check(&[
        (
            "for i in 0..n { for j in i + 1..n { m[[i, j]] = m[[j, i]]; } }",
            "i:P j:i",
        ),
        (
            "for i in 0..n { for j in i..n { m[[i, j]] = m[[j, i]]; } }",
            "i:P j:i",
        ),
        (
            "for i in 0..n { for j in 0..n { m[[i, j]] = m[[j, i]]; } }",
            "i:D j:P",
        ),
        (
            "for i in 0..n { for j in 0..n { if i < j { m[[i, j]] = m[[j, i]]; } } }",
            "i:P j:n",
        ),
        (
            "for i in 0..n { for j in 0..n { if i != j { m[[i, j]] = m[[j, i]]; } } }",
            "i:D j:P",
        ),
        (
            "for i in 0..n { for j in i + 1..n { a[i * n + j] = a[j * n + i]; } }",
            "i:P j:i",
        ),
        // Both halves written, each element by one iteration.
        (
            "for i in 0..n { for j in 0..=i { m[[i, j]] = 1.0; m[[j, i]] = 2.0; } }",
            "i:P j:i",
        ),
        (
            "for i in 0..n { for j in 0..=i + 1 { m[[i, j]] = 1.0; m[[j, i]] = 2.0; } }",
            "i:D j:P",
        ),
        // One row is read by all, and written by none.
        (
            "for i in 0..n { if i != w { for j in 0..n { m[[i, j]] -= m[[w, j]]; } } }",
            "i:P j:i",
        ),
        (
            "for i in w..n { if i != w + 1 { for j in 0..n { m[[i, j]] -= m[[w, j]]; } } }",
            "i:D j:P",
        ),
        // A wavefront reads the diagonals before its own.
        (
            "for i in 1..w { m[[i, w - i]] = m[[i - 1, w - i]] + m[[i - 1, w - i - 1]]; }",
            "i:P",
        ),
        (
            "for i in 1..w { m[[i, w - i]] = m[[i - 1, w - i + 1]]; }",
            "i:D",
        ),
    ]);
}

/// A meeting takes all dimensions: one that is known is enough to exclude it.
#[test]
fn a_known_dimension_separates_whatever_the_others_are() {
    check(&[
        ("for i in 0..n { m[[i, b[i] as usize]] = 1.0; }", "i:P"),
        (
            "for i in 0..n { let mut j = w; while j > 0 && m[[i, j - 1]] > 0.0 { m[[i, j]] = 1.0; j -= 1; } }",
            "i:P",
        ),
        (
            "for i in 0..n { for j in b[i] as usize..w { m[[i, j - 1]] = m[[i, j]]; } }",
            "i:P j:i",
        ),
        ("for i in 0..n { m[[b[i] as usize, i % 3]] = 1.0; }", "i:D"),
        (
            "for i in 1..n { m[[i, b[i] as usize]] = m[[i - 1, b[i] as usize]]; }",
            "i:D",
        ),
        ("for i in 0..n { m[[i.wrapping_mul(3), i]] = 1.0; }", "i:P"),
        (
            "for i in 0..n { m[[i.wrapping_mul(3), i / 2]] = 1.0; }",
            "i:D",
        ),
    ]);
}

#[test]
fn steps_keep_their_residues() {
    check(&[
        ("for i in (0..n).step_by(2) { a[i] = a[i + 1]; }", "i:P"),
        ("for i in (w..n).step_by(2) { a[i] = a[i + 3]; }", "i:P"),
        ("for i in (w..n).step_by(2) { a[i] = a[i + 4]; }", "i:D"),
        (
            "for i in 0..n { a[2 * i + w] = a[2 * i + 2 * n + w + 5]; }",
            "i:P",
        ),
        (
            "for i in 0..n { for j in (i..n).step_by(2) { m[[i, j]] = m[[i, j + 1]]; } }",
            "i:P j:i",
        ),
        // From any `j` on, both residues are reached.
        (
            "for k in 0..w { for i in 0..n { for j in (i..n).step_by(2) { a[j] = b[j]; } } }",
            "k:D i:D j:P",
        ),
    ]);
}

#[test]
fn blocks_left_early_are_loops_that_run_once() {
    for body in [
        "fn g(v: f64) -> f64 { if v < 0.0 { return 0.0; } v } for i in 0..n { a[i] = g(b[i]); }",
        "fn g(v: u32) -> u32 { for d in 2..v { if v % d == 0 { return d; } } v }
         for i in 0..n { a[i] = g(i as u32) as f64; }",
        "for i in 0..n { let k = loop { if b[i] > 1.0 { break 1.0; } break 2.0; }; a[i] = k; }",
        "for i in 0..n { a[i] = 'l: { if b[i] > 1.0 { break 'l 0.0; } b[i] }; }",
        "let k = loop { for i in 0..n { a[i] += 1.0; } if a[0] > 9.0 { break 3; } };",
    ] {
        let source = format!("fn f(a: &mut [f64], b: &[f64], n: usize) {{ {body} }}");
        accepted(&source);
    }
}

/// A guard that the loop itself contradicts is none: bounds, ranges around, names, quotients, steps.
#[test]
fn guards_that_could_never_hold() {
    check(&[
        ("for j in 0..a.len() { a[j] -= a[w]; }", "j:D"),
        ("for j in 0..n { a[j] -= a[n / 2]; }", "j:D"),
        ("for j in 0..n { a[j] -= a[n >> 1]; }", "j:D"),
        (
            "let h = a.len() / 3; for j in 0..a.len() { a[j] -= a[h]; }",
            "j:D",
        ),
        ("let s = 1; for j in 0..n { a[j] = a[j + s]; }", "j:D"),
        ("for j in (0..n).step_by(w) { a[j] = a[j + w]; }", "j:D"),
        ("for j in (0..n).step_by(64) { a[j + 64] = a[j]; }", "j:D"),
        (
            "for k in 0..n { for i in 0..n { for j in 0..n {
                 m[[i, j]] = m[[i, j]].min(m[[i, k]] + m[[k, j]]); } } }",
            "k:D i:D j:D",
        ),
        (
            "for k in 0..n { for i in 0..n { for j in 0..n {
                 a[i * n + j] = a[i * n + j].min(a[i * n + k] + a[k * n + j]); } } }",
            "k:D i:D j:D",
        ),
        // Another plan that needs none is found instead.
        (
            "let (r, c) = m.dim(); for i in 0..r { for j in 0..c { m[[i, j]] /= m[[i, w]]; } }",
            "i:P j:i",
        ),
        (
            "let (r, c) = m.dim(); for i in 0..r { for j in 0..c { m[[i, j]] /= m[[w, j]]; } }",
            "i:P j:n",
        ),
        // These can hold.
        ("for j in 0..n { a[j] -= a[w]; }", "j:P"),
        ("for j in 0..n { a[j] = a[j + w]; }", "j:P"),
        (
            "let h = a.len() / 2; for j in 0..h { a[j] -= a[j + h]; }",
            "j:P",
        ),
        (
            "let mut h = 1; h += w; for j in 0..n { a[j] = a[j + h]; }",
            "j:P",
        ),
        ("for j in (0..n).step_by(w) { a[j] = a[j + 1]; }", "j:P"),
    ]);
}

/// A loop whose length is a number is as long as it is.
#[test]
fn short_loops_have_guards() {
    check(&[
        ("for j in 0..10 { a[j * w] = 1.0; }", "j:P"),
        (
            "for i in 0..10 { for j in 0..4 { a[i * n + j * w] = 1.0; } }",
            "i:P j:n",
        ),
        ("for j in 0..10 { a[j + w] = a[j]; }", "j:P"),
        ("for j in 0..10 { a[j + 9] = a[j]; }", "j:D"),
        ("for j in 0..10 { a[j + 10] = a[j]; }", "j:P"),
        ("for j in 0..10 { a[j * 0] = 1.0; }", "j:D"),
    ]);
}
