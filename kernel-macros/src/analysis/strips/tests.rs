//! Which bodies are cut into strips, and which neighbours are not.

use crate::analysis::tests::accepted;
use crate::ir::{ExprKind, Ty};

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

/// The functions that a strip calls for all of its iterations at once, if there are strips.
fn calls(body: &str) -> Option<String> {
    let source =
        format!("fn f(x: &[f64], y: &mut [f64], n: usize) {{ for i in 0..y.len() {{ {body} }} }}");
    let (function, plan) = accepted(&source);
    let calls = plan.regions[0].strips.as_ref()?.calls.iter();
    let names = calls.map(|id| match &function.exprs[*id].kind {
        ExprKind::Call(builtin, _) => builtin.name(),
        other => panic!("{other:?}"),
    });
    Some(names.collect::<Vec<_>>().join(" "))
}

#[test]
fn parts_end_at_calls() {
    let sum = |term: &str| {
        calls(&format!(
            "let mut s = 0.0; for k in 0..n {{ {term} }} y[i] = s;"
        ))
    };
    let found = |names: &str| Some(names.to_string());
    assert_eq!(sum("s += (x[i] * x[k]).exp();"), found("exp"));
    assert_eq!(
        sum("let d = x[i] - x[k]; s += d.ln().powf(d) - d.exp();"),
        found("ln powf exp")
    );
    assert_eq!(
        calls("let e = x[i].exp(); let mut s = e; for k in 0..n { s += e * x[k]; } y[i] = s.ln();"),
        found("exp ln")
    );
    // The same for all of a strip, without another form, for some iterations alone.
    for term in [
        "s += x[i] * x[k].exp();",
        "let w = (0.5 * k as f64).exp(); s += x[i] * w.ln();",
        "s += (x[i] * x[k]).atan();",
        "if x[i] > x[k] { s += x[i].exp(); }",
        "let mut z = x[k] * x[i]; while z > 1.0 { z *= 0.5; } s += z.exp();",
    ] {
        assert_eq!(sum(term), found(""), "{term}");
    }
    // A few iterations abreast are too few numbers.
    assert_eq!(
        calls("let mut s = 0.0; for k in 0..n { s += x[n * i + k].exp(); } y[i] = s;"),
        found("")
    );
}

/// Iterator chains have their sums in blocks.
#[test]
fn blocks_that_are_values_are_cut_too() {
    cut(
        "let mut s = 0.0; for k in 0..n { s += { let mut d = 0.0; for l in 0..n { d += x[l] * x[i]; } d.sqrt() * x[k] }; } y[i] = s;",
        "d s",
        false,
    );
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

/// How many statements of how many are cut, where a few iterations go abreast.
fn abreast(body: &str) -> Option<(usize, usize)> {
    let source = format!(
        "fn f(x: &[f64], w: &[u32], m: ArrayView2<f64>, y: &mut [f64], mut z: ArrayViewMut2<f64>, total: &mut f64) {{
             for i in 0..m.nrows() {{ {body} }} }}"
    );
    let (_, plan) = accepted(&source);
    let region = &plan.regions[0];
    let strips = region.strips.as_ref().filter(|of| of.abreast)?;
    Some((strips.cut, region.body.stmts.len()))
}

#[test]
fn iterations_along_elements_of_their_own_go_abreast() {
    let row = "let mut s = 0.0; for j in 0..m.ncols() { s += m[[i, j]]; }";
    for (rest, cut) in [
        ("y[i] = s;", (3, 3)),
        // Combined, or may fail: each by itself.
        ("*total += s;", (2, 3)),
        ("y[i] = x[s as usize];", (2, 3)),
        // A loop that LLVM goes along by itself.
        (
            "for j in 0..m.ncols() { z[[i, j]] = s * m[[i, j]]; }",
            (2, 3),
        ),
        ("for j in 0..m.ncols() { z[[i, j]] = s; s *= 0.5; }", (3, 3)),
    ] {
        assert_eq!(abreast(&format!("{row} {rest}")), Some(cut), "{rest}");
    }
    // Integers that no vector adds up.
    let hash = "let mut h = 1u64; for j in 0..m.ncols() { h = h.rotate_left(5) ^ m[[i, j]].to_bits(); } y[i] = h as f64;";
    assert_eq!(abreast(hash), Some((3, 3)));
}

/// Of each element that trips write, how many reads have what was written.
fn known(body: &str) -> Vec<usize> {
    let source = format!(
        "fn f(x: &[f64], m: ArrayView2<f64>, y: &mut [f64], mut z: ArrayViewMut2<f64>) {{
             for i in 0..m.nrows() {{
                 let mut s = 0.0;
                 for j in 0..m.ncols() {{ z[[i, j]] = s; s += m[[i, j]]; {body} }}
                 y[i] = s;
             }} }}"
    );
    let (_, plan) = accepted(&source);
    let strips = plan.regions[0].strips.as_ref();
    let written = &strips.expect("it runs in strips").written;
    written.iter().map(|of| of.reads.len()).collect()
}

#[test]
fn what_a_loop_in_a_trip_may_write_is_read_from_memory() {
    for (body, reads) in [
        ("s += z[[i, j]];", vec![1]),
        (
            "for k in 0..x.len() { s += x[k]; } s += z[[i, j]];",
            vec![1],
        ),
        // It may make no trip.
        (
            "for k in 0..x.len() { z[[i, j]] = s + x[k]; s += x[k]; } s += z[[i, j]];",
            vec![0, 0],
        ),
        // The next trip finds what this one writes.
        (
            "for k in 0..x.len() { s += z[[i, j]] * x[k]; z[[i, j]] = s; }",
            vec![0, 0],
        ),
        (
            "for k in 0..x.len() { z[[i, j]] = s * x[k]; s += z[[i, j]]; }",
            vec![0, 1],
        ),
    ] {
        assert_eq!(known(body), reads, "{body}");
    }
}

#[test]
fn what_vectors_along_a_row_do_better_does_not_go_abreast() {
    for body in [
        "let mut c = 0; for j in 0..m.ncols() { if m[[i, j]] > 0.5 { c += 1; } } y[i] = c as f64;",
        "let mut s = 0.0; for j in 0..3 { s += m[[i, j]]; } y[i] = s;",
        "let mut s = 0.0; for j in 0..i { s += m[[i, j]]; } y[i] = s;",
        // Neighbours: long strips.
        "let mut s = 0.0; for j in 0..m.nrows() { s += m[[j, i]]; } y[i] = s;",
        // It may fail where it is cut.
        "let mut s = 0.0; for j in 0..w.len() { s += x[w[j] as usize]; } y[i] = s;",
    ] {
        assert_eq!(abreast(body), None, "{body}");
    }
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
        // An array is no scalar, of one element neither.
        "let mut a = [0.0]; let mut z = x[i]; while z > 1.0 { z *= 0.5; a[0] = z; } y[i] = a[0] + z;",
    ] {
        assert_eq!(strips(body), None, "{body}");
    }
}

/// The scalars that strips carry.
fn forces(body: &str) -> Option<u64> {
    let source =
        format!("fn f(f: &mut [[f64; 3]], p: &[[f64; 3]]) {{ for i in 0..p.len() {{ {body} }} }}");
    let (function, plan) = accepted(&source);
    let strips = plan.regions[0].strips.as_ref()?;
    let types = strips.carried.iter().map(|var| &function.vars[*var].ty);
    types.map(Ty::scalars).sum()
}

#[test]
fn fixed_arrays_pass_from_part_to_part() {
    for inner in [
        "for k in 0..3 { a[k] += p[j][k] - p[i][k]; }",
        "let mut d = [0.0; 3]; let mut r = 0.01; for k in 0..3 { d[k] = p[j][k] - p[i][k]; r += d[k] * d[k]; } \
         for k in 0..3 { a[k] += d[k] / r; }",
        "a[0] += p[j][0]; a[1] += p[j][1]; a[2] += p[j][2];",
    ] {
        let body = format!("let mut a = [0.0; 3]; for j in 0..p.len() {{ {inner} }} f[i] = a;");
        assert_eq!(forces(&body), Some(3), "{inner}");
    }
}

#[test]
fn remainders_that_loops_take_go_before_strips() {
    let escape =
        "let c = (i % n) as f64; let mut z = x[i]; while z * z <= 4.0 { z = z * z + c; } y[i] = z;";
    cut(escape, "c z", true);
    let torus = "let mut s = 0.0; for k in 0..n { s += x[(i + k) % n]; } y[i] = s;";
    assert_eq!(strips(torus), None);
}
