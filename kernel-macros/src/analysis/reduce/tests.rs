//! Which updates combine, and what the refusal of the others says.

use crate::analysis::plan::{Fold, Region};
use crate::analysis::tests::{accepted, refused};

/// A loop over `i` with `best` and `second` of type `f64`, `at` and `row` of type `usize`.
fn search(body: &str) -> String {
    format!(
        "fn f(x: &[f64], y: &[f64], p: &[usize], n: usize) -> (f64, f64, usize, usize) {{
            let (mut best, mut second) = (f64::INFINITY, 0.0_f64);
            let (mut at, mut row) = (0_usize, 0_usize);
            for i in 0..n {{ {body} }}
            (best, second, at, row) }}"
    )
}

fn region(body: &str) -> Region {
    let (_, mut plan) = accepted(&search(body));
    plan.regions.swap_remove(0)
}

#[test]
fn contests_are_recognised_however_written() {
    let cases = [
        ("if x[i] < best { best = x[i]; at = i; }", true, false),
        ("if best > x[i] { at = i; best = x[i]; }", true, false),
        ("if x[i] < best { (at, best) = (i, x[i]); }", true, false),
        ("if x[i] <= best { best = x[i]; at = i; }", true, true),
        ("if x[i] > best { best = x[i]; at = i; }", false, false),
        ("if best <= x[i] { best = x[i]; at = i; }", false, true),
        (
            "let d = (x[i] - y[i]).abs(); if d < best { best = d; at = i; row = i / 3; }",
            true,
            false,
        ),
        (
            "if i != 3 && x[i] < best { best = x[i]; at = i; }",
            true,
            false,
        ),
        (
            "if x[i] < best && y[i] > 0.0 { let r = i / 3; best = x[i]; row = r; at = i; }",
            true,
            false,
        ),
        (
            "for j in 0..4 { let d = x[i] * j as f64; if d < best { best = d; at = i; row = j; } }",
            true,
            false,
        ),
        (
            "if y[i] > 0.5 { if x[i] > best { best = x[i]; at = i; } }",
            false,
            false,
        ),
        (
            "if x[i] < best { best = x[i]; at = i; } if y[i] < best { best = y[i]; at = i; }",
            true,
            false,
        ),
    ];
    for (body, least, last) in cases {
        let region = region(body);
        let [extreme] = region.extremes.as_slice() else {
            panic!("{body}: {:?}", region.extremes);
        };
        assert_eq!((extreme.least, extreme.last), (least, last), "{body}");
        assert_eq!(region.accumulators[extreme.place].fold, Fold::Place);
        for companion in &extreme.companions {
            assert_eq!(region.accumulators[*companion].fold, Fold::Companion);
        }
    }
}

#[test]
fn further_values_decide_about_equal_ones() {
    for (body, further, last) in [
        (
            "if (x[i], i) < (best, at) { best = x[i]; at = i; }",
            1,
            false,
        ),
        (
            "if (x[i], p[i]) <= (best, at) { (best, at) = (x[i], p[i]); row = i; }",
            1,
            true,
        ),
        (
            "if x[i] > best || x[i] == best && p[i] < at { best = x[i]; at = p[i]; }",
            1,
            false,
        ),
        (
            "if at > p[i] && best == x[i] || x[i] > best { best = x[i]; at = p[i]; }",
            0,
            false,
        ),
        (
            "if best == x[i] && at > p[i] || x[i] > best { best = x[i]; at = p[i]; }",
            1,
            false,
        ),
        (
            "let d = p[i] / 2; if d < at { at = d; row = i; second = x[i]; }
             else if d == at && i >= row { second = x[i]; row = i; }",
            1,
            true,
        ),
        (
            "if p[i] < at || at == p[i] && (i % 7 > row || row == i % 7 && false) { at = p[i]; row = i % 7; }",
            0,
            false,
        ),
    ] {
        if further == 0 {
            refused(&search(body), &["`at`"]);
            continue;
        }
        let region = region(body);
        let [extreme] = region.extremes.as_slice() else {
            panic!("{body}: {:?}", region.extremes);
        };
        assert_eq!(
            (extreme.further.len(), extreme.last),
            (further, last),
            "{body}"
        );
    }
}

#[test]
fn equal_values_are_counted() {
    for body in [
        "if x[i] > best { best = x[i]; at = 1; } else if x[i] == best { at += 1; }",
        "if x[i] == best { at = at + 1; } else if x[i] > best { at = 1; best = x[i]; }",
        "if best < x[i] { (best, at) = (x[i], p[i]); row = i; } else if best == x[i] { at += p[i]; }",
    ] {
        let region = region(body);
        let [extreme] = region.extremes.as_slice() else {
            panic!("{body}: {:?}", region.extremes);
        };
        let tallies: Vec<_> = extreme.tallies.iter().collect();
        assert_eq!(tallies.len(), 1, "{body}");
        assert_eq!(region.accumulators[*tallies[0]].fold, Fold::Add, "{body}");
        assert!(region.sites.iter().all(|site| !site.debug_only), "{body}");
    }
    for (body, word) in [
        (
            "if x[i] > best { best = x[i]; at = 1; } else if x[i] == best { at += 2; }",
            "`best`",
        ),
        (
            "if x[i] >= best { best = x[i]; at = 1; } else if x[i] == best { at += 1; }",
            "`best`",
        ),
        (
            "if x[i] > best { best = x[i]; at = 1; } else if y[i] == best { at += 1; }",
            "`best`",
        ),
        (
            "if x[i] > best { best = x[i]; at = 1; } else if x[i] == best { at -= 1; }",
            "`best`",
        ),
        (
            "if x[i] > best { best = x[i]; at = 1; } else if x[i] == best { row += 1; }",
            "`best`",
        ),
        (
            "if x[i] > best { best = x[i]; second = 0.5; } else if x[i] == best { second += 0.5; }",
            "`best`",
        ),
        (
            "if x[i] > best { best = x[i]; at = 1; } else { at += 1; }",
            "`best`",
        ),
        (
            "if x[i] > best { best = x[i]; at = 1; } else if x[i] == best { at += 1; } row += at;",
            "`at`",
        ),
    ] {
        refused(&search(body), &[word]);
    }
}

#[test]
fn the_next_best_follows() {
    for (body, apart) in [
        (
            "if x[i] < best { second = best; best = x[i]; } else if x[i] < second { second = x[i]; }",
            false,
        ),
        (
            "if best > x[i] { (second, best) = (best, x[i]); } else if second > x[i] { second = x[i]; }",
            false,
        ),
        (
            "if x[i] < best { second = best; best = x[i]; at = i; } else if x[i] < second && x[i] > best { second = x[i]; }",
            true,
        ),
        (
            "if x[i] < best { second = best; best = x[i]; } else if x[i] != best && x[i] < second { second = x[i]; }",
            true,
        ),
    ] {
        let region = region(body);
        let [extreme] = region.extremes.as_slice() else {
            panic!("{body}: {:?}", region.extremes);
        };
        let follower = extreme.follower.expect(body);
        assert_eq!(follower.apart, apart, "{body}");
        assert!(!region.is_free_of_order(), "{body}");
        // Nothing is greater than a NaN at which the least starts.
        let numbers = usize::from(body.contains("x[i] > best"));
        assert_eq!(region.ordered.len(), numbers, "{body}");
    }
    for body in [
        // It takes over the new leader, which no lane would know of another's.
        "if x[i] < best { best = x[i]; second = best; } else if x[i] < second { second = x[i]; }",
        "if x[i] < best { second = best; best = x[i]; } else if x[i] > second { second = x[i]; }",
        "if x[i] <= best { second = best; best = x[i]; } else if x[i] < second { second = x[i]; }",
        "if x[i] < best { second = best; best = x[i]; } else if x[i] < second { second = y[i]; }",
        "if x[i] < best { second = best; best = x[i]; } else if y[i] < second { second = y[i]; }",
        "if x[i] < best { second = best; best = x[i]; } else if x[i] < second && y[i] > 0.0 { second = x[i]; }",
        "if x[i] < best { second = best; best = x[i]; } else if x[i] < second && x[i] < best { second = x[i]; }",
        "if x[i] < best { second = best; best = x[i]; } else if x[i] < second { second = x[i]; at = i; }",
    ] {
        refused(&search(body), &["`best`"]);
    }
}

#[test]
fn both_ends_in_one_chain() {
    for body in [
        "if x[i] > best { best = x[i]; } else if x[i] < second { second = x[i]; }",
        "if x[i] < second { second = x[i]; row = i; } else if x[i] >= best { best = x[i]; at = i; }",
    ] {
        let region = region(body);
        assert_eq!(region.ordered.len(), 1, "{body}");
        let (least, _) = region.ordered[0];
        let least = region.accumulators.iter().find(|of| of.var == least);
        assert_eq!(least.expect(body).fold, Fold::MinIf, "{body}");
    }
    for body in [
        "if x[i] > best { best = x[i]; } else if y[i] < second { second = y[i]; }",
        "if x[i] > best { best = x[i]; } else if x[i] > second { second = x[i]; }",
        "if x[i] > best { best = x[i]; } else if x[i] < second && y[i] > 0.0 { second = x[i]; }",
        "if x[i] >= best { best = x[i]; at = i; } else if x[i] <= second { second = x[i]; row = i; }",
    ] {
        refused(&search(body), &["`best`"]);
    }
}

#[test]
fn an_order_of_several_values_is_the_comparisons_own() {
    for (body, text) in [
        (
            "if (x[i], y[i]) < (best, second) { best = x[i]; second = y[i]; }",
            "`second` decides where values are equal to `best`",
        ),
        (
            "if x[i] < best || y[i] == best && i < at { best = x[i]; at = i; }",
            "`best`",
        ),
        (
            "if x[i] <= best || x[i] == best && i < at { best = x[i]; at = i; }",
            "`best`",
        ),
        (
            "if x[i] < best || x[i] == best && i < at { best = x[i]; at = i + 1; }",
            "`best`",
        ),
        (
            "if x[i] < best || x[i] == best && i < at { best = x[i]; row = i; }",
            "`best`",
        ),
        (
            "if x[i] < best || x[i] == best && i < at || i == 3 { best = x[i]; at = i; }",
            "`best`",
        ),
        (
            "if x[i] < best { best = x[i]; at = i; } else if x[i] == best && p[i] < at { at = p[i]; }",
            "`best`",
        ),
        (
            "if p[i] < at { at = p[i]; row = i; } else if p[i] == at && i < row { row = i; second = 1.0; }",
            "`at`",
        ),
        (
            "if p[i] < at { at = p[i]; row = i; } else if p[i] == at && i < row { row = i + 1; }",
            "`at`",
        ),
    ] {
        refused(&search(body), &[text]);
    }
}

#[test]
fn conditions_around_a_comparison_stay() {
    for body in [
        "if i % 2 == 0 && x[i] > best { best = x[i]; }",
        "if x[i] > best && y[i] < 0.5 { best = x[i]; }",
        "best = if y[i] < 0.5 && x[i] > best { x[i] } else { best };",
    ] {
        let region = region(body);
        assert_eq!(region.accumulators.len(), 1, "{body}");
        assert_eq!(region.accumulators[0].fold, Fold::MaxIf, "{body}");
    }
}

#[test]
fn what_a_branch_reads_is_part_of_the_guard() {
    let region = region("if x[i] < best { best = x[i]; second = y[i]; }");
    assert!(region.sites.iter().all(|site| site.debug_only));
    assert!(region.guard.iter().any(|of| of.purpose.contains("`y[i]`")));
    assert!(region.undecided.is_empty());
}

/// Whether serial would meet the failure is found out by running it.
#[test]
fn a_failure_that_depends_on_the_order_is_left_to_serial() {
    for body in [
        "if x[i] < best { best = x[i]; second = y[p[i]]; }",
        "if x[i] < best && y[p[i]] > 0.0 { best = x[i]; at = i; }",
    ] {
        assert!(!region(body).undecided.is_empty(), "{body}");
    }
    let flag = "fn f(x: &[f64], p: &[usize]) -> bool { let mut found = false;
        for i in 0..p.len() { found = found || x[p[i]] > 1.0; } found }";
    assert!(!accepted(flag).1.regions[0].undecided.is_empty());
    let written = "fn f(x: &[f64], p: &[usize], out: &mut [f64]) -> bool { let mut found = false;
        for i in 0..p.len() { out[i] = 1.0; found = found || x[p[i]] > 1.0; } found }";
    refused(written, &["depends on `found`", "evaluate it first"]);
    let taken = "fn f(x: &[f64], p: &[usize], out: &mut [f64]) -> usize { let mut best = 0.0;
        let mut at = 0; for i in 0..p.len() { out[i] = 1.0;
        if x[i] > best { best = x[i]; at = p[p[i]]; } } at }";
    refused(taken, &["depends on `at`", "before the `if`"]);
}

#[test]
fn contests_that_are_none_are_refused_by_name() {
    let cases: [(&str, &[&str]); 8] = [
        (
            "if x[i] < best { second = best; best = x[i]; }",
            &["`second` takes over", "second best"],
        ),
        (
            "if x[i] < best { best = x[i]; at = i; } if y[i] < best { best = y[i]; }",
            &["`best`", "assigned here as well"],
        ),
        (
            "if x[i] < best { best = x[i]; at = i; } if y[i] <= best { best = y[i]; at = i; }",
            &["in another way", "compare the same way"],
        ),
        (
            "if x[i] < best { best = x[i]; at = i; } at += 1;",
            &["`at`", "`best`", "assigned here as well"],
        ),
        (
            "if x[i] < best { best = x[i]; at = i; } second += best;",
            &["`best`", "read here"],
        ),
        (
            "if x[i] < best { best = x[i]; at = i; second += 1.0; }",
            &["`best`"],
        ),
        ("if x[i] < best { best = x[i]; at = at + i; }", &["`at`"]),
        ("if x[i] < best { best = y[i]; at = i; }", &["`best`"]),
    ];
    for (body, words) in cases {
        refused(&search(body), words);
    }
}

#[test]
fn saturating_sums_combine_where_they_are_unsigned() {
    let kernel = |ty: &str, body: &str| {
        format!(
            "fn f(x: &[{ty}]) -> {ty} {{ let mut s: {ty} = 0; for i in 0..x.len() {{ {body} }} s }}"
        )
    };
    for body in ["s = s.saturating_add(x[i]);", "s = x[i].saturating_add(s);"] {
        let (_, plan) = accepted(&kernel("u8", body));
        assert_eq!(plan.regions[0].accumulators[0].fold, Fold::SaturatingAdd);
        refused(&kernel("i8", body), &["`s`", "`saturating_add`", "order"]);
    }
    let body = "s = s.saturating_sub(x[i]);";
    refused(&kernel("u8", body), &["`s`", "`saturating_sub`"]);
    let mixed = "s = s.saturating_add(x[i]); s += 1;";
    refused(&kernel("u8", mixed), &["`saturating_add`", "`+`"]);
}

fn shared(body: &str) -> String {
    format!(
        "fn f(x: &[f64], p: &[usize], k: usize, h: &mut [f64], c: &mut [u32], f: &mut [bool],
              mut s: ArrayViewMut2<f64>, y: &mut [f64]) {{ for i in 0..x.len() {{ {body} }} }}"
    )
}

#[test]
fn elements_combine_however_written() {
    let cases = [
        ("c[p[i]] += 1;", Fold::Add),
        ("let b = (x[i] * 8.0) as usize; h[b] += x[i];", Fold::Add),
        ("let b = p[i] % 4; h[b] = h[b] + x[i];", Fold::Add),
        ("h[p[i]] = x[i] + h[p[i]];", Fold::Add),
        (
            "if x[i] > 0.5 { h[p[i]] += 1.0; } else { h[0] -= x[i]; }",
            Fold::Add,
        ),
        ("h[i % 4] *= x[i];", Fold::Mul),
        ("h[p[i]] /= x[i];", Fold::Mul),
        ("h[0] += x[i];", Fold::Add),
        ("h[k] += x[i];", Fold::Add),
        ("h[p[i]] = h[p[i]].max(x[i]);", Fold::Max),
        (
            "h[p[i]] = h[p[i]].max({ let t = 2.0 * x[i]; t + 1.0 });",
            Fold::Max,
        ),
        ("h[p[i]] = f64::min(x[i], h[p[i]]);", Fold::Min),
        ("if x[i] > h[p[i]] { h[p[i]] = x[i]; }", Fold::MaxIf),
        ("let b = p[i]; if h[b] > x[i] { h[b] = x[i]; }", Fold::MinIf),
        ("c[p[i]] |= 1 << (i % 32);", Fold::Or),
        ("c[p[i]] ^= i as u32;", Fold::Xor),
        ("c[p[i]] = c[p[i]].wrapping_add(3);", Fold::Add),
        ("c[p[i]] = c[p[i]].saturating_add(3);", Fold::SaturatingAdd),
        ("f[p[i]] = true;", Fold::Or),
        ("f[p[i]] &= x[i] > 0.0;", Fold::And),
        ("for d in 0..3 { s[[p[i], d]] += x[i]; }", Fold::Add),
        ("for j in 0..p[i] { h[j] += 1.0; }", Fold::Add),
    ];
    for (body, fold) in cases {
        let (_, plan) = accepted(&shared(body));
        assert_eq!(plan.regions[0].shared.len(), 1, "{body}");
        assert_eq!(plan.regions[0].shared[0].fold, fold, "{body}");
    }
}

#[test]
fn several_arrays_and_scalars_combine_at_once() {
    let source =
        "fn f(x: ArrayView2<f64>, near: &[usize], n: &mut [u64], mut s: ArrayViewMut2<f64>,
        out: &mut [f64]) -> (f64, usize) { let (mut t, mut best, mut at) = (0.0, 1.0, 0);
        for i in 0..x.nrows() { let c = near[i]; n[c] += 1; let mut own = 0.0;
            for d in 0..x.ncols() { s[[c, d]] += x[[i, d]]; own += x[[i, d]]; }
            out[i] = own; t += own; if own < best { best = own; at = i; } } (t, at) }";
    let (_, plan) = accepted(source);
    let region = &plan.regions[0];
    assert_eq!((region.shared.len(), region.accumulators.len()), (2, 4));
}

/// Every element would be one of many copies; the loops inside have it for themselves.
#[test]
fn loops_inside_that_are_parallel_need_no_copies() {
    let source = "fn f(a: &mut [f64], b: &[f64], c: &mut [f64], steps: usize) {
        for t in 0..steps { for i in 0..a.len() { a[i] += b[i]; }
        for i in 0..c.len() { c[i] *= 0.5; } } }";
    let (_, plan) = accepted(source);
    assert_eq!(plan.regions.len(), 2);
    let source = "fn f(h: &mut [u32], p: &[usize], c: &mut [u32], steps: usize) {
        for t in 0..steps { for i in 0..p.len() { h[p[i]] += 1; }
        for i in 0..c.len() { c[i] += 1; } } }";
    let (_, plan) = accepted(source);
    assert_eq!(plan.regions.len(), 2);
    assert_eq!(plan.regions[0].shared.len(), 1);
}

#[test]
fn elements_that_do_not_combine_are_refused_by_name() {
    let cases: [(&str, &[&str]); 13] = [
        (
            "h[p[i]] = h[p[i]].max({ let t = h[0]; t });",
            &["`h[p[i]]`"],
        ),
        ("h[i % 4] = x[i];", &["`h[i % 4]`", "independent(h)"]),
        ("h[0] = x[i];", &["`h[0]`"]),
        ("h[p[i]] += x[i]; h[p[i]] *= 2.0;", &["`h`", "`+`", "`*`"]),
        ("h[p[i]] += x[i]; y[i] = h[p[i]];", &["`h`", "read here"]),
        ("h[p[i]] += x[i]; y[i] = h[0];", &["`h`", "read here"]),
        ("h[p[i]] += h[i];", &["`h`", "read here"]),
        ("h[p[i]] = h[p[i]] * 2.0 + x[i];", &["`h[p[i]]`"]),
        ("h[p[i]] = h[i] + x[i];", &["`h[p[i]]`"]),
        ("h[p[i]] += 1.0; h[k] = 0.0;", &["`h`"]),
        ("c[p[i]] /= 2;", &["`c`", "`/`", "no reduction"]),
        (
            "c[p[i]] += 1; if c[p[i]] > 3 { y[i] = 1.0; }",
            &["`c`", "read here"],
        ),
        (
            "if x[i] < h[p[i]] { h[p[i]] = x[i]; c[p[i]] = i as u32; }",
            &["`h"],
        ),
    ];
    for (body, words) in cases {
        refused(&shared(body), words);
    }
}

/// Something between the comparison and the assignment changes what the value is.
#[test]
fn a_value_that_changes_once_compared() {
    for body in [
        "let mut q = i; if x[q] < best && { q += 1; true } { best = x[q]; }",
        "let mut q = i; if x[q] < best && { q += 1; true } { best = x[q]; at = q; }",
        "let mut q = i; if x[q] < best { at = { q += 1; q }; best = x[q]; }",
        "let mut q = i; if x[q] < best { let t = { q += 1; q }; best = x[q]; at = t; }",
    ] {
        refused(&search(body), &["`best`"]);
    }
}

/// The greatest or least of bools is a flag, and has no place.
#[test]
fn a_place_of_a_bool() {
    refused(
        "fn f(x: &[bool], n: usize) -> (bool, usize) { let (mut b, mut at) = (true, 0);
            for i in 0..n { if x[i] < b { b = x[i]; at = i; } } (b, at) }",
        &["`b`"],
    );
}
