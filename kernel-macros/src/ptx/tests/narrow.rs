//! Forms whose indices have 32 bits.

use super::{count, emitted, hot_loop, kernels};

/// Sets every element of `b`, whose last stride only a parameter says.
fn each(value: &str) -> String {
    format!(
        "fn f(a: ArrayView2<f32>, at: &[usize], w: &[f32], mut b: ArrayViewMut2<f32>, k: usize) {{
            for i in 0..b.nrows() {{ for j in 0..b.ncols() {{ b[[i, j]] = {value}; }} }} }}"
    )
}

/// The inner grid loop of the form with such indices, if the release text has one.
fn narrow_loop(source: &str) -> Option<Vec<String>> {
    let text = emitted(source, false);
    let (first, other) = text.split_once("indices fit into 32 bits.\n")?;
    assert!(!first.contains("mad.wide.s32"), "{first}");
    let (_, inside) = other.split_once("\nLOOP_").expect("a loop over rows");
    Some(hot_loop(inside, "LOOP"))
}

#[test]
fn a_product_in_each_iteration_has_32_bits() {
    let lines = narrow_loop(&each("a[[j, i]]")).expect("a form");
    for (opcode, times) in [
        ("mad.lo.s32", 2),
        ("mad.wide.s32", 2),
        ("ld.global", 1),
        ("st.global", 1),
        // The counter and its test.
        ("add.s32", 1),
        ("setp.lt.u32", 1),
    ] {
        assert_eq!(count(&lines, opcode), times, "{opcode} in {lines:#?}");
    }
    assert_eq!(lines.len(), 9, "{lines:#?}");
}

#[test]
fn a_text_has_two_forms_at_most() {
    for (value, name) in [
        ("a[[j, i]]", "f_0_narrow"),
        // Whether the arrays are long enough is for the guard to say.
        ("if w[j] > 0.0 { a[[j, i]] } else { 0.0 }", "f_0_relaxed"),
    ] {
        let text = emitted(&each(value), false);
        assert_eq!(text.matches(".entry").count(), 2, "{text}");
        assert!(narrow_loop(&each(value)).is_some(), "{text}");
        assert!(text.contains(&format!(".entry {name}(")), "{text}");
    }
}

#[test]
fn an_index_from_memory_is_checked_in_64_bits() {
    let lines = narrow_loop(&each("a[[at[j], i]]")).expect("a form");
    assert_eq!(count(&lines, "setp.ge.u64"), 2, "{lines:#?}");
    assert_eq!(count(&lines, "cvt.u32.u64"), 1, "{lines:#?}");
    assert_eq!(count(&lines, "mul.lo.s64"), 0, "{lines:#?}");
}

#[test]
fn small_constants_are_for_the_instruction() {
    let folded = |constant: &str| {
        let lines = narrow_loop(&each(&format!("w[j * k + {constant}]"))).expect("a form");
        let load = lines
            .iter()
            .find(|line| line.contains("ld.global"))
            .expect("a load");
        let added = lines
            .iter()
            .any(|line| line.contains(&format!(", {constant};")));
        assert_ne!(load.contains('+'), added, "{lines:#?}");
        !added
    };
    assert!(folded("5") && folded("1048576"));
    assert!(!folded("1048577") && !folded("2147483647"));
}

#[test]
fn a_counter_has_64_bits_where_it_is_a_value() {
    let lines = narrow_loop(&each("a[[j, i]] * j as f32")).expect("a form");
    assert!(lines[0].starts_with("cvt.u64.u32"), "{lines:#?}");
    assert_eq!(count(&lines, "cvt.rn.f32.u64"), 1, "{lines:#?}");
}

#[test]
fn other_loops_have_nothing_to_gain() {
    for source in kernels::ALL {
        let text = emitted(source, false);
        assert!(!text.contains("32 bits"), "{text}");
    }
    for value in [
        // 16 bytes at a time.
        "a[[i, j]]",
        // A loop inside moves a pointer on.
        "{ let mut s = 0.0; for t in 0..k { s += a[[t, i]]; } s }",
        // Most of the iteration is something else.
        "{ let t = a[[j, i]]; t.sin() / t.cos() + (t / 3.0) / (t / 5.0) - (t % 7.0) / (t % 9.0) }",
    ] {
        assert_eq!(narrow_loop(&each(value)), None, "{value}");
    }
}
