//! Inner loops in which threads walk along rows of their own.

use super::{count, emitted, hot_loop};

/// The loop with many copies of the body: the second of the inner loops, if there are two.
fn passes(source: &str) -> Option<Vec<String>> {
    let text = emitted(source, false);
    let found = text.contains("\nSINGLES_");
    found.then(|| {
        let behind = text
            .split("\nBEHIND_")
            .nth(1)
            .expect("a label behind the singles");
        hot_loop(&format!("\nBEHIND_{behind}"), "FOR")
    })
}

/// A map of `i`, whose inner loop has this body.
fn rows(body: &str) -> String {
    format!(
        "fn f(a: ArrayView2<f32>, x: &[f32], z: &[f64], y: &mut [f32], n: usize) {{
            for i in 0..y.len() {{ let mut s = 0.0; for j in 0..n {{ {body} }} y[i] = s; }} }}"
    )
}

#[test]
fn a_line_comes_at_once_in_vectors() {
    for load in ["a[[i, j]]", "x[i * n + j]", "x[(n + j) + i * (n + 1)]"] {
        let lines = passes(&rows(&format!("s += {load};"))).expect(load);
        assert_eq!(count(&lines, "ld.global.nc.v4.f32"), 8, "{lines:#?}");
        assert_eq!(count(&lines, "global"), 8, "{lines:#?}");
        assert_eq!(count(&lines, "add.rn.f32"), 32, "{lines:#?}");
    }
    let lines = passes(&rows("s += z[i * n + j] as f32 * x[j];")).expect("rows of 8 bytes");
    assert_eq!(count(&lines, "ld.global.nc.v2.f64"), 8, "{lines:#?}");
    // What all threads load is loaded one by one.
    assert_eq!(count(&lines, "ld.global.nc.f32"), 16, "{lines:#?}");
}

#[test]
fn what_neighbours_share_or_have_side_by_side_goes_one_by_one() {
    for body in [
        "s += x[j];",
        "s += x[i + j];",
        "s += a[[j, i]];",
        "s += x[j * n + i];",
        "s += x[i * n + 2 * j];",
    ] {
        assert_eq!(passes(&rows(body)), None, "{body}");
    }
}

#[test]
fn loops_that_fail_leave_or_write_have_no_passes() {
    for body in [
        "s += x[z[i * n + j] as usize];",
        "if a[[i, j]] > 1.0 { break; } s += 1.0;",
        "s += a[[i, j]].exp();",
    ] {
        assert_eq!(passes(&rows(body)), None, "{body}");
    }
}
