//! R5, closed world: nothing hides, and names mean what they seem to.

use crate::analysis::tests::{accepted, refused};
use quote::quote;

/// The expansion of a kernel, without spaces.
fn expansion(item: &str) -> String {
    let item = item.parse().expect("the test's source is Rust");
    let text = crate::expand::kernel(quote!(parallel), item).to_string();
    text.split_whitespace().collect()
}

#[test]
fn attributes_on_macros_are_refused() {
    refused(
        "fn f(x: &[f64], y: &mut [f64]) { for i in 0..x.len() {
         #[cfg(any())] assert!(x[i] > 0.0); y[i] = 1.0; } }",
        &["#[cfg]"],
    );
}

#[test]
fn raw_and_plain_identifiers_are_one_name() {
    refused(
        "fn f(y: &mut [f64], n: usize) { for i in 0..9 { let n = 3; y[r#n] = 1.0; } }",
        &["`y[n]`"],
    );
    refused(
        "fn f(y: &mut [f64], n: usize) { for r#i in 0..9 { let i = 3; y[r#i] = 1.0; } }",
        &["`y[i]`"],
    );
}

#[test]
fn rustc_confirms_the_types_of_local_arrays() {
    let text = expansion(
        "fn f(y: &mut [f64]) { for i in 0..y.len() { let t: [Small; 2] = [200, 100];
         y[i] = t[0] as f64; } }",
    );
    assert!(text.contains("prim::i32;2],_>(&t)"), "{text}");
}

#[test]
fn rustc_confirms_the_types_in_nested_functions() {
    let text = expansion(
        "fn f(y: &mut [usize]) { fn g(i: usize) -> usize { let k: u32 = 200; i + k as usize }
         for i in 0..y.len() { y[i] = g(i); } }",
    );
    assert!(text.contains("prim::u32,u32>()"), "{text}");
}

#[test]
fn rustc_confirms_the_types_in_the_range_of_a_region() {
    let text = expansion(
        "fn f(y: &mut [usize], n: u64) { for i in 0..(n as u32) as usize { y[i] = i; } }",
    );
    assert!(text.contains("prim::u32,u32>()"), "{text}");
    assert!(text.contains("prim::usize,usize>()"), "{text}");
}

#[test]
fn lengths_are_asked_for_as_they_are_written() {
    let text = expansion(
        "fn f(mut y: ArrayViewMut2<f64>) { for i in 0..y.nrows() { for j in 0..y.dim().1 {
         y[[i, j]] = y.len() as f64; } } }",
    );
    let asked = ["y.nrows()", "(y.dim()).0", "(y.dim()).1", "y.len()"];
    for (number, question) in asked.iter().enumerate() {
        let asked = format!("let__length{number}={question};");
        assert!(text.contains(&asked), "{asked}: {text}");
        assert!(
            text.contains(&format!("__length{number}==1*__y_0.len(")),
            "{question}: {text}"
        );
    }
}

#[test]
fn prange_and_macros_are_proved_to_be_what_they_are_called() {
    let text = expansion(
        "fn f(y: &mut [f64]) { for i in prange(0..y.len()) { debug_assert_ne!(i, 7); y[i] = 1.0; } }",
    );
    assert!(text.contains("same(prange,"), "{text}");
    assert!(
        text.contains("macros::*;iffalse{debug_assert_ne!(0,0);}"),
        "{text}"
    );
    let text = expansion(
        "fn f(x: &[u32], y: &mut [bool]) { for i in 0..y.len() { let (mut a, mut b) = (x[i], 1);
         mem::swap(&mut a, &mut b); y[i] = matches!(a, 1 | 2); } }",
    );
    assert!(text.contains("same(mem::swap,"), "{text}");
    assert!(text.contains("iffalse{matches!(0,0);}"), "{text}");
}

#[test]
fn attributes_on_jumps_and_loops_are_refused() {
    for stmt in [
        "#[cfg(any())] continue;",
        "while c > 0.0 { #[cfg(any())] break; }",
        "#[cfg(any())] while c > 0.0 { }",
        "#[cfg(any())] loop { break; }",
        "#[cfg(any())] { y[i] = 2.0; }",
        "#[cfg(any())] if c > 0.0 { y[i] = 2.0; }",
        "#[cfg(any())] for j in 0..3 { y[i] = 2.0; }",
        "#[cfg(any())] (y[i] = 2.0);",
    ] {
        let source = format!(
            "fn f(y: &mut [f64]) {{ for i in 0..y.len() {{ let c = y[i]; {stmt} y[i] = 1.0; }} }}"
        );
        refused(&source, &["#[cfg]"]);
    }
}

#[test]
fn branches_that_all_jump_are_typed() {
    for body in [
        "if x[i] > 0.0 { continue; } else { continue; }",
        "{ continue; }",
        "if x[i] > 0.0 { if x[i] > 1.0 { continue; } else { continue; } } else { y[i] = 1.0; }",
    ] {
        accepted(&format!(
            "fn f(x: &[f64], y: &mut [f64]) {{ for i in 0..x.len() {{ y[i] = 0.0; {body} }} }}"
        ));
    }
}
