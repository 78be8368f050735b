//! Threads of a reduction's warp that hold neighbouring lanes.

use super::{count, emitted, hot_loop, kernels};

/// The loop over rows of lanes by vectors, if the release text has one.
fn wide_loop(source: &str) -> Option<Vec<String>> {
    let text = emitted(source, false);
    text.contains("\nWIDE_").then(|| hot_loop(&text, "WIDE"))
}

/// A reduction into `s` and `n` over `x`, whose element type is `ty`, `y`, `z` and `at`.
fn reduction(ty: &str, accumulator: &str, body: &str) -> String {
    format!(
        "fn f(x: &[{ty}], y: &[{ty}], z: &[f64], m: &[bool], at: &[usize], k: usize) -> ({accumulator}, u32) {{
            let (mut s, mut n) = (0 as {accumulator}, 0u32);
            for i in 0..y.len() {{ n ^= k as u32; {body} }} (s, n) }}"
    )
}

#[test]
fn a_row_of_lanes_is_a_vector_of_each_array() {
    for (ty, accumulator, body, suffix) in [
        ("f32", "f32", "s += x[i];", "v4.f32"),
        ("f32", "f64", "s += x[i] as f64;", "v2.f32"),
        ("f64", "f64", "s += x[i];", "v2.f64"),
        ("i32", "i32", "s ^= x[i];", "v4.s32"),
        ("i32", "i64", "s ^= x[i] as i64;", "v2.s32"),
        ("u8", "u8", "s ^= x[i];", "v4.u8"),
        (
            "f64",
            "f64",
            "if x[i] > 0.5 { continue; } s += x[i];",
            "v2.f64",
        ),
    ] {
        let lines = wide_loop(&reduction(ty, accumulator, body));
        let lines = lines.unwrap_or_else(|| panic!("no vectors of `{ty}`"));
        let load = format!("ld.global.nc.{suffix}");
        assert_eq!(count(&lines, &load), 1, "{lines:#?}");
        assert_eq!(count(&lines, "global"), 1, "{lines:#?}");
    }
}

#[test]
fn the_tree_ends_between_threads_that_shared_lanes() {
    let text = emitted(kernels::SUM, false);
    let start = text.find("\nWIDE_").expect("vectors");
    let end = text.find("\nSINGLES_").expect("the other way");
    let distance = |line: &str| {
        let parts: Vec<&str> = line.split(", ").collect();
        line.contains("shfl")
            .then(|| parts[parts.len() - 3].to_owned())
    };
    let distances: Vec<String> = text[start..end].lines().filter_map(distance).collect();
    // Both halves of a double each time.
    let expected = [16, 16, 8, 8, 4, 4, 2, 2, 1, 1, 16, 16];
    assert_eq!(distances, expected.map(|of: u32| of.to_string()), "{text}");
}

#[test]
fn neighbours_in_an_array_share_its_vectors() {
    let lines = wide_loop(&reduction("f32", "f32", "s += x[i] * x[i + 1];")).expect("vectors");
    assert_eq!(count(&lines, "ld.global.nc.v4.f32"), 1, "{lines:#?}");
    assert_eq!(count(&lines, "ld.global.nc.f32"), 1, "{lines:#?}");
}

#[test]
fn rows_of_a_nest_may_follow_one_another() {
    let lines = wide_loop(kernels::SUM2D).expect("vectors");
    assert_eq!(count(&lines, "ld.global.nc.v4.f32"), 1, "{lines:#?}");
    let text = emitted(kernels::SUM2D, false);
    let chunks = text.find("\nCHUNK_").expect("a loop over chunks");
    // The first address is on a boundary, and nothing is between the rows.
    let zeros = |line: &&str| line.contains("setp.eq.s64") && line.ends_with(", 0;");
    assert_eq!(text[..chunks].lines().filter(zeros).count(), 2, "{text}");
    let nest = |body: &str| {
        wide_loop(&format!(
            "fn f(a: ArrayView2<f64>, b: ArrayView2<f64>, w: &[f64]) -> f64 {{
                let (m, n) = a.dim(); let mut s = 0.0;
                for i in 0..m {{ for j in 0..n {{ {body} }} }} s }}"
        ))
    };
    assert!(nest("s += a[[i, j]] * b[[i, j]];").is_some());
    let flat = |columns: usize| {
        wide_loop(&format!(
            "fn f(w: &[f64], m: usize) -> f64 {{ let mut s = 0.0;
                for i in 0..m {{ for j in 0..{columns} {{ s += w[i * 30 + j]; }} }} s }}"
        ))
    };
    assert!(flat(30).is_some() && flat(29).is_none());
    for body in [
        "s += a[[i, j]] * w[j];",
        "s += a[[i, j]] * w[i];",
        "s += a[[i, j]] * b[[j, i]];",
        "s += a[[i, j]] * i as f64;",
        "if i < j { s += a[[i, j]]; }",
        // An index is more than its value.
        "let mut t = 0.0; s += a[[i, { let _u = { t = i as f64; 0usize }; j }]] * t;",
        "let mut t = 0.0; s += a[[i, { t = j as f64; j }]] * t;",
    ] {
        assert_eq!(nest(body), None, "{body}");
    }
}

#[test]
fn other_reductions_take_elements() {
    for body in [
        // Not neighbours, or nothing that moves.
        "s += x[2 * i];",
        "s += x[y.len() - 1 - i];",
        "s += x[k];",
        // A vector would be longer than 16 bytes.
        "s += z[i] as f32;",
        // Only some iterations have an element.
        "if i < k { s += x[i]; }",
        // An iteration can fail, and its number counts.
        "s += x[at[i]];",
        "assert!(x[i] > 0.0); s += x[i];",
        // Loops of their own are work enough.
        "for j in 0..k { s += x[i] * y[j]; }",
    ] {
        assert_eq!(wide_loop(&reduction("f32", "f32", body)), None, "{body}");
    }
    // Integer overflow fails where there are debug assertions.
    let squares = reduction("i32", "i32", "s ^= x[i] * x[i];");
    assert!(wide_loop(&squares).is_some());
    assert!(!emitted(&squares, true).contains("WIDE"));
}

#[test]
fn chunks_go_that_way_only_where_rows_are_vectors() {
    let text = emitted(&reduction("f64", "f64", "s += x[i] * y[i] * z[i];"), false);
    let chunks = text.find("\nCHUNK_").expect("a loop over chunks");
    // A test for each array, in front of all chunks.
    assert_eq!(text[..chunks].matches(", 15;").count(), 3, "{text}");
    let view = "fn f(a: ArrayView1<f64>) -> f64 {
        let mut s = 0.0; for i in 0..a.len() { s += a[i]; } s }";
    let text = emitted(view, false);
    let chunks = text.find("\nCHUNK_").expect("a loop over chunks");
    assert!(text[..chunks].contains("%stride0_a_"), "{text}");
}
