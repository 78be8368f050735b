//! Regions with array accumulators.

use super::{analysed, emitted};

/// A region over `x`, of which `h` holds the accumulators, of a type each.
fn region(ty: &str, body: &str) -> String {
    format!(
        "fn f(x: &[{ty}], b: &[usize], h: &mut [{ty}]) {{
            for i in 0..x.len() {{ let k = b[i]; {body} }} }}"
    )
}

#[test]
fn each_update_is_one_instruction() {
    for (ty, body, instruction) in [
        ("i64", "h[k] += x[i];", "add.u64"),
        ("u64", "h[k] += 1;", "add.u64"),
        ("i32", "h[k] += x[i];", "add.u32"),
        ("u32", "h[k] = h[k] + x[i];", "add.u32"),
        ("usize", "h[k] = x[i] + h[k];", "add.u64"),
        ("u32", "h[k] = h[k].wrapping_add(x[i]);", "add.u32"),
        ("u32", "h[k] &= x[i];", "and.b32"),
        ("i64", "h[k] |= x[i];", "or.b64"),
        ("u64", "h[k] = x[i] ^ h[k];", "xor.b64"),
        ("i32", "h[k] = h[k].min(x[i]);", "min.s32"),
        ("u32", "h[k] = x[i].min(h[k]);", "min.u32"),
        ("i64", "h[k] = h[k].max(x[i]);", "max.s64"),
        ("u64", "h[k] = h[k].max(x[i]);", "max.u64"),
    ] {
        for debug in [false, true] {
            let text = emitted(&region(ty, body), debug);
            let update = format!("red.global.{instruction} [");
            assert_eq!(text.matches(&update).count(), 1, "{body} of {ty}:\n{text}");
            assert!(!text.contains("st.global"), "{body} of {ty}:\n{text}");
        }
    }
}

#[test]
fn what_is_subtracted_is_negated() {
    let text = emitted(&region("u32", "h[k] -= x[i]; h[k] += 5;"), false);
    assert!(text.contains("neg.s32"), "{text}");
    let text = emitted(&region("i64", "h[k] -= 3;"), false);
    assert!(text.contains("], -3;"), "{text}");
    let text = emitted(&region("u64", "h[k] = h[k].wrapping_sub(x[i]);"), false);
    assert!(text.contains("neg.s64"), "{text}");
}

/// Also where something else is combined as well, in the order of any reduction.
#[test]
fn scalars_accumulate_beside_arrays() {
    let source = "fn f(b: &[usize], h: &mut [u32]) -> u64 { let mut s = 0; for i in 0..b.len() {
        if b[i] < h.len() { h[b[i]] += 1; } else { s += 1; } } s }";
    let text = emitted(source, false);
    assert!(text.contains("red.global.add.u32"), "{text}");
    assert!(text.contains(".visible .entry f_0_fold("), "{text}");
}

/// Iterations that could go together as stores cannot as updates.
#[test]
fn updates_go_one_by_one() {
    let source = "fn f(x: &[u32], h: &mut [u32]) { for i in 0..x.len() { h[0] += x[i]; } }";
    let (function, plan) = analysed(source);
    assert_eq!(crate::ptx::entries(&function, &plan.regions[0]).width, 1);
}

#[test]
fn what_no_instruction_does_runs_in_groups() {
    for (ty, body) in [
        ("f64", "h[k] += x[i];"),
        ("f32", "h[k] = h[k].max(x[i]);"),
        ("u8", "h[k] += x[i];"),
        ("bool", "h[k] = true;"),
        ("u32", "h[k] *= x[i];"),
        ("u32", "h[k] = h[k].saturating_add(x[i]);"),
        ("u32", "if x[i] < h[k] { h[k] = x[i]; }"),
        ("u32", "h[k] = h[k] + x[i] + 1;"),
    ] {
        let text = emitted(&region(ty, body), false);
        assert!(!text.contains("red."), "{body} of {ty}:\n{text}");
        for part in ["// The tree over the groups of", "copies_h_2", "bar.sync"] {
            assert!(text.contains(part), "{body} of {ty}:\n{text}");
        }
        // No atomics but on the record of failures.
        let mut atomics = text.lines().filter(|line| line.contains("atom."));
        assert!(atomics.all(|line| line.contains("[%failure]")), "{text}");
    }
    let mean = "fn f(x: &[f64], b: &[usize], h: &mut [u32]) -> f64 { let mut s = 0.0;
        for i in 0..x.len() { h[b[i]] += 1; s += x[i]; } s }";
    let text = emitted(mean, false);
    assert!(!text.contains("red."), "{text}");
    assert!(text.contains(".param .f64 initial_s_"), "{text}");
}
