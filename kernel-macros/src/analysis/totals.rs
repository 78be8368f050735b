//! Chains of the driver's: loops with an accumulator, where they can be regions.

use super::tests::{accepted, refused};

#[test]
fn chains_of_the_driver_are_regions() {
    for (regions, body) in [
        (1, "x.iter().zip(y.iter()).map(|(a, b)| a * b).sum()"),
        (1, "let s: f64 = x.iter().sum(); s / 2.0"),
        (
            2,
            "let m = x.iter().sum::<f64>() / 2.0; x.iter().map(|v| (v - m) * (v - m)).sum::<f64>().sqrt()",
        ),
        (1, "x.iter().copied().fold(f64::INFINITY, f64::min)"),
        (1, "x.iter().fold(0.0, |s, v| s + v * v)"),
        (1, "k.iter().map(|v| v % 3).sum::<u32>() as f64"),
        (1, "a.iter().map(|v| v * v).product()"),
        (1, "(0..k.len()).map(|i| 1.0 / (i as f64 + 1.0)).sum()"),
        (1, "if k[0] > 3 { x.iter().sum::<f64>() } else { 1.0 }"),
        (
            1,
            "if k[0] > 3 { return x.iter().sum::<f64>(); } y.iter_mut().for_each(|v| *v = 1.0); 1.0",
        ),
        (
            1,
            "let s = outside(x.iter().sum::<f64>()); y.iter_mut().for_each(|v| *v = s); 1.0",
        ),
        (
            2,
            "let s: f64 = x.iter().filter(|v| **v > 0.0).sum(); y.iter_mut().for_each(|v| *v /= s); s",
        ),
        (
            1,
            "x.iter().filter(|&&v| v > 0.5).map(|v| v * 2.0).product()",
        ),
        (
            1,
            "x.iter().zip(y.iter()).filter(|(a, b)| a > b).count() as f64",
        ),
        (
            2,
            "let s = x.iter().fold(y[0], |s, v| s + v); y.iter_mut().for_each(|v| *v /= s); s",
        ),
        (
            1,
            "x.iter().map(|v| v * 2.0).fold(0.0, |s: f64, v| { let far = v.abs(); s.max(far) })",
        ),
        // As they are written, beside a region.
        (
            1,
            "let s = x.iter().fold(0.0, |s, v| s / 2.0 + v); y.iter_mut().for_each(|v| *v /= s); s",
        ),
        (
            1,
            "let s = x.iter().map(|v| return *v).sum::<f64>(); y.iter_mut().for_each(|v| *v /= s); s",
        ),
    ] {
        let source = format!(
            "fn f(x: &[f64], y: &mut [f64], k: &[u32], a: ArrayView2<f64>) -> f64 {{ {body} }}"
        );
        assert_eq!(accepted(&source).1.regions.len(), regions, "{body}");
    }
}

#[test]
fn what_a_chain_carries_along_is_refused() {
    for (chain, name) in [
        ("fold(7, |h, v| h * 31 + v)", "`h`"),
        ("fold(7, |_, v| *v)", "`total`"),
        ("map(|v| { c = c * 3 + v; c }).sum::<u32>()", "`c`"),
        ("fold(0, |s, v| if *v > s { s + 1 } else { s })", "`s`"),
    ] {
        let source = format!("fn f(k: &[u32], mut c: u32) -> u32 {{ k.iter().{chain} }}");
        refused(&source, &[name]);
    }
}
