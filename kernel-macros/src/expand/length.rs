//! What an expansion holds grows as the function does: time and memory to compile it go by that.

use quote::quote;
use std::ops::Range;

/// Bytes of the code, device code and reports included, that a kernel becomes.
fn length(source: &str) -> usize {
    let item = source.parse().expect("the test's source is Rust");
    let code = crate::expand::kernel(quote!(parallel, cuda), item).to_string();
    assert!(!code.contains("compile_error"), "{source}\n{code}");
    code.len()
}

/// Twice as many parts add twice as much, beside what longer numbers take.
fn is_linear(of: impl Fn(usize) -> String) {
    let [few, more, many] = [25, 50, 100].map(|parts| length(&of(parts)));
    let (first, second) = (more - few, many - more);
    assert!(
        10 * second <= 22 * first,
        "{few}, {more}, {many}: {}",
        of(2)
    );
}

/// So many parts, each made of its number.
fn parts(numbers: Range<usize>, part: impl Fn(usize) -> String) -> String {
    numbers.map(part).collect()
}

#[test]
fn statements_of_an_iteration() {
    is_linear(|count| {
        let lines = parts(1..count, |n| {
            format!("let v{n} = v{} * x[i] + {n}.5;", n - 1)
        });
        format!(
            "fn f(x: &[f64], y: &mut [f64]) {{ for i in 0..y.len() {{
             let v0 = x[i]; {lines} y[i] = v{}; }} }}",
            count - 1
        )
    });
}

#[test]
fn elements_of_an_iteration() {
    is_linear(|count| {
        let reads = parts(0..count, |n| format!("s += x[i + {n}] * {n}.5;"));
        format!(
            "fn f(x: &[f64], y: &mut [f64]) {{ for i in 0..y.len() {{
             let mut s = 0.0; {reads} y[i] = s; }} }}"
        )
    });
    is_linear(|count| {
        let writes = parts(0..count, |n| format!("x[{count} * i + {n}] += {n}.5;"));
        format!("fn f(n: usize, x: &mut [f64]) {{ for i in 0..n {{ {writes} }} }}")
    });
}

#[test]
fn regions_of_a_function() {
    is_linear(|count| {
        let loops = parts(0..count, |n| {
            format!("for i in 0..y.len() {{ y[i] = x[i] * {n}.5 + y[i]; }} let _ = y.len();")
        });
        format!("fn f(x: &[f64], y: &mut [f64]) {{ {loops} }}")
    });
    is_linear(|count| {
        let sums = parts(0..count, |n| {
            format!(
                "let mut s{n} = 0.0; for i in 0..x.len() {{ s{n} += x[i] * {n}.5; }} t += s{n};"
            )
        });
        format!("fn f(x: &[f64]) -> f64 {{ let mut t = 0.0; {sums} t }}")
    });
}
