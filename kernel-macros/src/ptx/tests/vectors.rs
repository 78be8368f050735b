//! Neighbouring iterations of a map that go together.

use super::{count, emitted, hot_loop, kernels};

/// The loop over iterations together, if the release text has one.
fn vector_loop(source: &str) -> Option<Vec<String>> {
    let text = emitted(source, false);
    let found = text.contains("\nVECTOR_");
    found.then(|| hot_loop(&text, "VECTOR"))
}

/// A map over `x`, whose element type is `ty`, `y`, `z` and `at`.
fn map(ty: &str, body: &str) -> String {
    format!(
        "fn f(x: &[{ty}], y: &mut [{ty}], z: &mut [f64], m: &[bool], at: &[usize], a: {ty}, k: usize) {{
            for i in 0..y.len() {{ {body} }} }}"
    )
}

#[test]
fn accesses_are_of_sixteen_bytes() {
    for (ty, width, suffix) in [
        ("f32", 4, "v4.f32"),
        ("i32", 4, "v4.s32"),
        ("f64", 2, "v2.f64"),
        ("u64", 2, "v2.u64"),
        ("u8", 4, "v4.u8"),
    ] {
        let lines = vector_loop(&map(ty, "y[i] = x[i] - a;"));
        let lines = lines.unwrap_or_else(|| panic!("no vectors of `{ty}`"));
        assert_eq!(
            count(&lines, &format!("ld.global.nc.{suffix}")),
            1,
            "{lines:#?}"
        );
        assert_eq!(
            count(&lines, &format!("st.global.{suffix}")),
            1,
            "{lines:#?}"
        );
        assert_eq!(count(&lines, "sub."), width, "{lines:#?}");
        assert_eq!(count(&lines, "global"), 2, "{lines:#?}");
    }
}

#[test]
fn the_widest_elements_decide() {
    let source = map("f32", "z[i] = x[i] as f64; y[i] = a;");
    let lines = vector_loop(&source).expect("vectors");
    assert_eq!(count(&lines, "ld.global.nc.v2.f32"), 1, "{lines:#?}");
    assert_eq!(count(&lines, "st.global.v2.f64"), 1, "{lines:#?}");
    assert_eq!(count(&lines, "st.global.v2.f32"), 1, "{lines:#?}");
}

#[test]
fn neighbours_that_several_iterations_load_are_loaded_once() {
    let lines = vector_loop(kernels::STENCIL).expect("vectors");
    // Two whole rows; of the row itself the element before the two and theirs, the one behind.
    assert_eq!(count(&lines, "ld.global.nc.v2.f64"), 3, "{lines:#?}");
    assert_eq!(count(&lines, "ld.global.nc.f64"), 2, "{lines:#?}");
    assert_eq!(count(&lines, "st.global.v2.f64"), 1, "{lines:#?}");
    let lines = vector_loop(&map("f64", "y[i] = x[i + k] + x[i];")).expect("vectors");
    assert_eq!(count(&lines, "ld.global.nc.v2.f64"), 2, "{lines:#?}");
}

#[test]
fn only_what_is_there_anyway_is_loaded_ahead() {
    let relaxed = |condition: &str| {
        let body = format!("let mut s = a; if {condition} {{ s += x[i]; }} y[i] = s;");
        vector_loop(&map("f32", &body)).map(|lines| count(&lines, "ld.global.nc.v4.f32"))
    };
    assert_eq!(relaxed("a > 1.0"), Some(1));
    // Here only some iterations have an element.
    assert_eq!(relaxed("i < k"), Some(0));
}

#[test]
fn an_old_value_is_loaded_before_the_store() {
    let lines = vector_loop(&map("f32", "y[i] += y[i] * x[i];")).expect("vectors");
    assert_eq!(count(&lines, "ld.global.v4.f32"), 1, "{lines:#?}");
    assert_eq!(count(&lines, "st.global.v4.f32"), 1, "{lines:#?}");
}

#[test]
fn other_maps_go_one_by_one() {
    for body in [
        // The store is not where every iteration comes to.
        "if m[i] { y[i] = a; }",
        "if m[i] { continue; } y[i] = a;",
        // Not in one place, or read again.
        "y[i] = a; y[i] = x[i];",
        "y[i] = a; z[i] = y[i] as f64;",
        // Not neighbours.
        "y[2 * i] = a;",
        "y[i] = x[3 * i];",
        // An iteration can fail, and those before it have to be done.
        "y[i] = x[at[i]];",
        "assert!(x[i] > 0.0); y[i] = a;",
        // Loops of their own are work enough.
        "let mut s = a; for j in 0..k { s += x[j]; } y[i] = s;",
    ] {
        assert_eq!(vector_loop(&map("f32", body)), None, "{body}");
    }
    assert_eq!(vector_loop(&map("i32", "y[i] = x[i] / a;")), None);
    let reversed = map("f32", "y[i] = x[i];").replace("0..y.len()", "(0..y.len()).rev()");
    assert_eq!(vector_loop(&reversed), None);
    let short = map("f32", "y[i] = x[i];").replace("0..y.len()", "0..7usize");
    assert_eq!(vector_loop(&short), None);
    let across = "fn f(a: ArrayView2<f32>, mut b: ArrayViewMut2<f32>) { let (m, n) = a.dim();
        for i in 0..m { for j in 0..n { b[[j, i]] = a[[i, j]]; } } }";
    assert_eq!(vector_loop(across), None);
    // Integer overflow fails where there are debug assertions.
    let sums = map("i32", "y[i] = x[i] + a;");
    assert!(vector_loop(&sums).is_some());
    assert!(!emitted(&sums, true).contains("VECTOR"));
}

#[test]
fn the_loop_runs_only_where_vectors_lie_on_their_boundaries() {
    let text = emitted(&map("f64", "y[i] = x[i] + z[i];"), false);
    let start = text.find("\nVECTOR_").expect("vectors");
    // One test for each array but the one that is stored to, which the loop begins at.
    assert_eq!(text[..start].matches(", 15;").count(), 2, "{text}");
    let strided = "fn f(a: ArrayView1<f64>, mut b: ArrayViewMut1<f64>) {
        for i in 0..a.len() { b[i] = a[i]; } }";
    let text = emitted(strided, false);
    let start = text.find("\nVECTOR_").expect("vectors");
    for array in ["a", "b"] {
        let stride = text[..start].contains(&format!("%stride0_{array}_"));
        assert!(stride, "{text}");
    }
}
