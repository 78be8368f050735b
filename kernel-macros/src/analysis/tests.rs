//! What must be accepted, what must be refused, and what the guard asks.

use super::plan::{Bounds, Fold, Plan, Verdict};
use crate::diagnostics::Sink;
use crate::ir::Function;

pub fn analysed(source: &str) -> (Function, Plan, Vec<String>) {
    let item = syn::parse_str(source).unwrap_or_else(|e| panic!("{e}: {source}"));
    let mut sink = Sink::default();
    let mut function = crate::parse::function(&item, &mut sink);
    assert!(sink.is_empty(), "{:?}", sink.texts());
    let mismatches = crate::infer::infer(&mut function);
    crate::lower::lower(&mut function);
    let plan = super::analyse(&mut function, &mismatches, &[], &mut sink);
    let texts = sink.texts();
    (function, plan, texts)
}

/// The single region's depth, with no problem reported.
pub fn accepted(source: &str) -> (Function, Plan) {
    let (function, plan, problems) = analysed(source);
    assert!(problems.is_empty(), "{source}\n{problems:#?}");
    assert!(!plan.regions.is_empty(), "{source}");
    (function, plan)
}

fn depth(source: &str) -> usize {
    accepted(source).1.regions[0].nest.len()
}

/// The guard's purposes.
pub fn guards(source: &str) -> Vec<String> {
    let (_, plan) = accepted(source);
    plan.regions[0]
        .guard
        .iter()
        .map(|condition| condition.purpose.clone())
        .collect()
}

#[track_caller]
pub fn refused(source: &str, words: &[&str]) {
    let (_, plan, problems) = analysed(source);
    assert!(plan.regions.is_empty(), "accepted: {source}");
    let all = problems.join("\n");
    for word in words {
        assert!(all.contains(word), "no `{word}` in:\n{all}");
    }
}

#[test]
fn perfect_nests_are_flattened() {
    let sum = "fn f(a: ArrayView2<'_, f64>) -> f64 { let (m, n) = a.dim(); let mut s = 0.0;
        for i in 0..m { for j in 0..n { s += a[[i, j]]; } } s }";
    assert_eq!(depth(sum), 2);
    let matmul = "fn f(a: ArrayView2<f32>, b: ArrayView2<f32>, mut c: ArrayViewMut2<f32>) {
        for i in 0..c.nrows() { for j in 0..c.ncols() { let mut s = 0.0;
            for k in 0..a.ncols() { s += a[[i, k]] * b[[k, j]]; } c[[i, j]] = s; } } }";
    assert_eq!(depth(matmul), 2);
    let rows = "fn f(a: ArrayView2<f32>, y: &mut [f32]) {
        for i in 0..a.nrows() { for j in 0..a.ncols() { y[i] += a[[i, j]]; } } }";
    assert_eq!(depth(rows), 1);
}

#[test]
fn dimensions_and_strides_separate() {
    for source in [
        "fn f(x: &[f64], y: &mut [f64], n: usize) { for i in 0..n { y[i] = x[i]; } }",
        "fn f(y: &mut [f64], n: usize) { for i in 0..n { y[2 * i + 1] = y[2 * i]; } }",
        "fn f(y: &mut [f64], n: usize) { for i in 0..n { for c in 0..4 { y[4 * i + c] = 0.0; } } }",
        "fn f(y: &mut [f64], m: usize, n: usize) { for i in 0..m { for j in 0..n { y[i * n + j] = 0.0; } } }",
        "fn f(y: &mut [f64], l: usize, m: usize, n: usize) { for k in 0..l { for i in 0..m { for j in 0..n {
            y[(k * m + i) * n + j] = 0.0; } } } }",
        "fn f(a: ArrayView2<f64>, mut b: ArrayViewMut2<f64>, n: usize) {
            for i in 0..n { for j in 0..n { b[[j, i]] = a[[i, j]]; } } }",
        "fn f(a: &mut [f64], h: usize) { for i in 0..h { a[i] += a[i + h]; } }",
        "fn f(a: &mut [f64], n: usize) { for i in (0..n).step_by(4) { for c in 0..4 { a[i + c] = 1.0; } } }",
        "fn f(a: &mut [f64], n: i64) { for i in -n..n { a[(i + n) as usize] = i as f64; } }",
        "fn f(a: &mut [f64], n: usize) { for i in 0..n { for j in 0..i { a[i * n + j] = 1.0; } } }",
        "fn f(mut a: ArrayViewMut2<f64>, n: usize) { for i in 0..n { a[[i, 0]] = 1.0; a[[i, 1]] = a[[i, 0]]; } }",
    ] {
        let guards = guards(source);
        let extra: Vec<_> = guards.iter().filter(|g| g.contains("iterations")).collect();
        assert!(extra.is_empty(), "{source}: {extra:?}");
    }
}

/// Pairs that are as far apart as others are judged with them; pairs that are not, and those of another kind, by
/// themselves.
#[test]
fn every_distance_and_kind_counts() {
    let of = |statements: &str| {
        format!("fn f(x: &mut [f64], n: usize) {{ for i in 0..n {{ {statements} }} }}")
    };
    let eight: String = (0..8).map(|k| format!("x[8 * i + {k}] = 1.0;")).collect();
    assert_eq!(depth(&of(&eight)), 1);
    refused(
        &of(&format!("{eight} x[8 * i + 8] = 1.0;")),
        &["`x[8 * i + 0]`", "`x[8 * i + 8]`"],
    );
    refused(
        &of(&format!("{eight} x[8 * i + 1 + 8] = 1.0;")),
        &["`x[8 * i + 1]`", "`x[8 * i + 1 + 8]`"],
    );
    refused(
        &of(&format!("{eight} x[7 * i + 1] = 1.0;")),
        &["`x[7 * i + 1]`"],
    );
    // As far apart, but a whole row, of which the loop inside makes one element after the other.
    refused(
        &of(&format!(
            "{eight} for k in 0..8 {{ x[8 * i + k + 1] = x[8 * i + k]; }}"
        )),
        &["`x[8 * i + k + 1]`"],
    );
}

#[test]
fn values_decide_where_the_text_cannot() {
    for source in [
        "fn f(y: &mut [f64], m: usize, n: usize, stride: usize) {
            for i in 0..m { for j in 0..n { y[i * stride + j] = 0.0; } } }",
        "fn f(a: &mut [f64], n: usize, off: usize) { for i in 0..n { a[i] = a[i + off]; } }",
        "fn f(a: &mut [f64], n: usize, s: usize) { for i in 0..n { a[s * i] = 1.0; } }",
        "fn f(a: &mut [f64], n: usize, m: usize) { for i in 0..n { a[i] = a[m - 1 - i]; } }",
    ] {
        assert!(
            guards(source).iter().any(|g| g.contains("iterations")),
            "{source}"
        );
    }
}

#[test]
fn carried_values_are_refused() {
    let cases: [(&str, &[&str]); 10] = [
        (
            "fn f(a: &mut [f64], n: usize) { for i in 1..n { a[i] = a[i - 1] + 1.0; } }",
            &["a[i]", "a[i - 1]"],
        ),
        (
            "fn f(a: &mut [f64], n: usize) { for i in 0..n { a[i + 1] = a[i]; } }",
            &["a[i + 1]"],
        ),
        (
            "fn f(a: &mut [f64], n: usize) { for i in 0..n { a[i] = a[n - 1 - i]; } }",
            &["copy of `a`"],
        ),
        (
            "fn f(y: &mut [f64], x: &[f64], n: usize) { for i in 0..n { y[i % 4] = x[i]; } }",
            &["y[i % 4]"],
        ),
        (
            "fn f(y: &mut [f64], x: &[f64], n: usize) { for i in 0..n { y[0] = x[i]; } }",
            &["same element"],
        ),
        (
            "fn f(y: &mut [f64], x: &[f64], p: &[usize], n: usize) { for i in 0..n { y[p[i]] = x[i]; } }",
            &["unsafe(independent(y))"],
        ),
        (
            "fn f(y: &mut [f64], n: usize) { for i in 0..n { y[i / 2] = 1.0; } }",
            &["affine"],
        ),
        (
            "fn f(y: &mut [f64], n: usize) { for i in 0..n { y[i * i] = 1.0; } }",
            &["affine"],
        ),
        (
            "fn f(mut a: ArrayViewMut2<f64>) { for i in 1..5 { for j in 1..5 { a[[i, j]] = a[[i - 1, j]] + a[[i, j - 1]]; } } }",
            &["a[[i, j - 1]]"],
        ),
        (
            "fn f(y: &mut [f64], n: usize) { for i in 0..n { let k = n - i; y[k.min(3)] = 1.0; } }",
            &["affine"],
        ),
    ];
    for (source, words) in cases {
        refused(source, words);
    }
}

#[test]
fn a_narrowing_cast_is_guarded_not_trusted() {
    let source =
        "fn f(y: &mut [f64], n: usize) { for i in 0..n { y[(i as u32) as usize] = 1.0; } }";
    let (_, plan) = accepted(source);
    let text = format!("{:?}", plan.regions[0].guard);
    assert!(text.contains("Fits(Hi(0), U32)"), "{text}");
}

#[test]
fn reductions_are_recognised_however_written() {
    let cases = [
        ("s += x[i]", Fold::Add),
        ("s = s + x[i]", Fold::Add),
        ("s = x[i] + s", Fold::Add),
        ("s -= x[i]", Fold::Add),
        ("s = s - x[i] * 2.0 + 1.0", Fold::Add),
        ("if x[i] > 0.0 { s += 1.0 } else { s -= x[i]; }", Fold::Add),
        ("s *= x[i]", Fold::Mul),
        ("s /= x[i]", Fold::Mul),
        ("s = s.max(x[i])", Fold::Max),
        ("s = x[i].min(s)", Fold::Min),
        ("s = f64::max(s, x[i])", Fold::Max),
        ("if x[i] > s { s = x[i]; }", Fold::MaxIf),
        ("if s > x[i] { s = x[i]; }", Fold::MinIf),
        ("s = if x[i] < s { x[i] } else { s }", Fold::MinIf),
        ("let v = x[i] * 2.0; if v >= s { s = v }", Fold::MaxIf),
        ("for j in 0..3 { s += x[i] * j as f64; }", Fold::Add),
    ];
    for (update, fold) in cases {
        let source = format!(
            "fn f(x: &[f64], n: usize) -> f64 {{ let mut s = 0.0; for i in 0..n {{ {update} }} s }}"
        );
        let (_, plan) = accepted(&source);
        assert_eq!(plan.regions[0].accumulators[0].fold, fold, "{update}");
    }
}

#[test]
fn what_is_no_reduction_is_refused_with_both_places() {
    let cases: [(&str, &[&str]); 8] = [
        ("s += x[i]; s *= 2.0;", &["`+`", "`*`", "two variables"]),
        ("s = s * 2.0 + x[i];", &["`s`"]),
        ("s = 2.0 - s;", &["`s`"]),
        ("s %= x[i];", &["`%`", "no reduction"]),
        ("s = x[i];", &["last one would win"]),
        ("s += x[i]; if s > 3.0 { t += 1.0 }", &["prefix sum"]),
        ("s += s * x[i];", &["prefix sum"]),
        ("s = s.max(x[i]); t += s;", &["would depend on their order"]),
    ];
    for (update, words) in cases {
        let source = format!(
            "fn f(x: &[f64], n: usize) -> f64 {{ let mut s = 0.0; let mut t = 0.0;
             for i in 0..n {{ {update} }} s + t }}"
        );
        refused(&source, words);
    }
}

#[test]
fn conditions_that_narrow_keep_accesses_in_the_guard() {
    for condition in [
        "i > 0 && i + 1 < n",
        "!(i == 0 || i == n - 1)",
        "i >= 1 && i < n - 1",
        "0 < i && n - 1 > i",
    ] {
        let source = format!(
            "fn f(x: &[f64], y: &mut [f64]) {{ let n = x.len();
             for i in 0..n {{ if {condition} {{ y[i] = x[i - 1] + x[i + 1]; }} else {{ y[i] = x[i]; }} }} }}"
        );
        let (_, plan) = accepted(&source);
        let checked = plan.regions[0]
            .bounds
            .values()
            .filter(|b| **b == Bounds::Checked)
            .count();
        assert_eq!(checked, 0, "{condition}: {:?}", plan.regions[0].bounds);
    }
    let (_, plan) = accepted(
        "fn f(x: &[f64], c: &[usize], y: &mut [f64]) { for i in 0..y.len() { y[i] = x[c[i]]; } }",
    );
    let checked = plan.regions[0]
        .bounds
        .values()
        .filter(|b| **b == Bounds::Checked)
        .count();
    assert_eq!(checked, 1);
}

#[test]
fn a_time_step_stays_in_the_driver() {
    let (_, plan) = accepted(
        "fn f(a: &mut [f64], b: &mut [f64], steps: usize) { let n = a.len();
         for t in 0..steps {
            for i in 1..n - 1 { b[i] = (a[i - 1] + a[i + 1]) * 0.5; }
            for i in 1..n - 1 { a[i] = b[i]; } } }",
    );
    assert_eq!(plan.regions.len(), 2);
    assert!(matches!(plan.verdicts[0], Verdict::Driver(_)));
}

#[test]
fn a_demand_that_cannot_be_met_is_an_error() {
    let (_, _, problems) = analysed(
        "fn f(a: &mut [f64], steps: usize) { for t in prange(0..steps) { let k = t;
            for i in 0..a.len() { a[i] += 1.0; } } }",
    );
    assert!(!problems.is_empty());
}

#[test]
fn the_closed_world_names_what_it_refuses() {
    for (stmt, word) in [
        ("println!(\"{}\", i);", "println!"),
        ("if i == 3 { return; }", "`return`"),
        ("if i == 3 { break; }", "`break`"),
        ("let g = move |x: f64| x;", "the closure `g`"),
        ("helper(i);", "helper"),
        ("#[cfg(test)] let z = 1;", "#[cfg]"),
        ("unsafe { }", "`unsafe`"),
        ("i += 1;", "`i` is assigned"),
    ] {
        let i = if stmt.starts_with("i +=") {
            "mut i"
        } else {
            "i"
        };
        let source = format!("fn f(y: &mut [f64]) {{ for {i} in 0..y.len() {{ {stmt} }} }}");
        refused(&source, &[word]);
    }
}

/// The sine and the cosine are a tuple; where the receiver is evaluated once, its sites are there
/// once.
#[test]
fn sines_with_cosines() {
    let pair = |receiver: &str| {
        let source = format!(
            "fn f(x: &[f64], t: &[usize], y: &mut [f64]) {{
                for i in 0..y.len() {{
                    let (sine, cosine) = {receiver}.sin_cos();
                    y[i] = sine + {receiver}.sin_cos().1 - cosine;
                }}
            }}"
        );
        accepted(&source).1.regions[0].sites.len()
    };
    assert_eq!(pair("x[i]"), pair("(x[i] * 2.0)"));
    // Two calls, each with one index that may be outside.
    assert_eq!(pair("x[t[i]]"), pair("x[i]") + 2);
    let unknown = "fn f(x: &[f64], y: &mut [f64]) {
        for i in 0..y.len() { y[i] = x[i].sin_cos(1.0).0; }
    }";
    assert!(!analysed(unknown).2.is_empty());
}
