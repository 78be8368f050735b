//! Along which loop neighbours lie.

use super::analysed;

fn crosswise(source: &str) -> Option<usize> {
    let (function, plan) = analysed(source);
    crate::ptx::entries(&function, &plan.regions[0]).crosswise
}

/// A map of two or three loops over views.
fn nest(loops: &str, body: &str) -> String {
    format!(
        "fn f(x: ArrayView2<f32>, c: ArrayView3<f32>, mut y: ArrayViewMut2<f32>,
              mut d: ArrayViewMut3<f32>, s: &[f32], w: usize) {{
            let (n, m) = y.dim(); let (p, q, r) = d.dim(); {loops} }}",
        loops = loops.replace("BODY", body)
    )
}

const PLANE: &str = "for i in 0..n { for j in 0..m { BODY } }";
const SOLID: &str = "for i in 0..p { for j in 0..q { for k in 0..r { BODY } } }";

fn plane(body: &str) -> Option<usize> {
    crosswise(&nest(PLANE, body))
}

fn solid(body: &str) -> Option<usize> {
    crosswise(&nest(SOLID, body))
}

#[test]
fn transpositions_cross() {
    assert_eq!(plane("y[[i, j]] = x[[j, i]];"), Some(1));
    assert_eq!(solid("d[[i, j, k]] = c[[i, k, j]];"), Some(1));
    assert_eq!(solid("d[[i, j, k]] = c[[k, j, i]];"), Some(2));
}

#[test]
fn rows_and_what_stays_do_not() {
    assert_eq!(plane("y[[i, j]] = x[[i, j]] + x[[i, 0]];"), None);
    assert_eq!(plane("y[[i, j]] = s[i];"), None);
    assert_eq!(solid("d[[i, j, k]] = c[[i, j, k]] + x[[i, j]];"), None);
    let inner = "let mut t = 0.0; for k in 0..w { t += x[[i, k]] * x[[k, j]]; } y[[i, j]] = t;";
    assert_eq!(plane(inner), None);
    // Strided, but no neighbours along the other loop either.
    assert_eq!(plane("y[[i, j]] = x[[2 * j, 2 * i]];"), None);
}

#[test]
fn other_regions_do_not() {
    let sum = "fn f(x: ArrayView2<f32>) -> f32 { let (n, m) = x.dim(); let mut s = 0.0;
        for i in 0..n { for j in 0..m { s += x[[j, i]]; } } s }";
    assert_eq!(crosswise(sum), None);
}
