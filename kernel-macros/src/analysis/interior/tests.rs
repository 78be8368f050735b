use crate::analysis::plan::{Bounds, Interior, Region, Simpler, SiteKey};
use crate::analysis::tests::accepted;

/// The region of a kernel from `old` to `new`, for each row `i` and column `j`.
fn grid(body: &str) -> Region {
    let source = format!(
        "fn f(old: ArrayView2<f64>, mut new: ArrayViewMut2<f64>) {{
            let (rows, columns) = old.dim();
            for i in 0..rows {{ for j in 0..columns {{ {body} }} }}
        }}"
    );
    let (_, mut plan) = accepted(&source);
    plan.regions.swap_remove(0)
}

fn forms(region: &Region) -> Vec<Simpler> {
    let simpler = |of: &Interior| of.simpler.values().copied().collect();
    let mut forms: Vec<Simpler> = region.interior.as_ref().map(simpler).unwrap_or_default();
    forms.sort_by_key(|form| format!("{form:?}"));
    forms
}

/// How many remainders take no division at the borders either.
fn near(region: &Region) -> usize {
    region.interior.as_ref().map_or(0, |of| of.near.len())
}

#[test]
fn what_wraps_around_is_a_difference() {
    let torus = grid(
        "let left = (j + columns - 1) % columns; let right = (j + 1) % columns;
        new[[i, j]] = old[[i, left]] + old[[i, right]] + old[[(i + 1) % rows, j]];",
    );
    assert_eq!(forms(&torus), [Simpler::Less(0), Simpler::Less(1)]);
    assert_eq!(near(&torus), 3);
}

#[test]
fn a_remainder_by_another_number_is_not_near() {
    let repeated = grid("new[[i, j]] = old[[i, j % rows]];");
    assert_eq!(forms(&repeated), [Simpler::Less(0)]);
    assert_eq!(near(&repeated), 0);
}

#[test]
fn remainders_are_in_bounds_where_the_array_is_as_long() {
    let torus = grid("new[[i, j]] = old[[(i + 1) % rows, (j * j + 7 * i) % columns]];");
    assert!(torus.bounds.values().all(|of| *of != Bounds::Checked));
    let divisions = torus.relaxed_nodes.len();
    assert_eq!(divisions, 2);
    let mut sites = torus.site_of.keys();
    assert!(sites.any(|key| matches!(key, SiteKey::Expr(id) if torus.relaxed_nodes.contains(id))));
    assert_eq!(forms(&torus), []);
}

#[test]
fn signed_remainders_wrap_too() {
    let signed = "fn f(x: &[f64], y: &mut [f64], n: i64) { for i in 0..n {
        y[i as usize] = x[(i - 1).rem_euclid(n) as usize] + x[((i + n - 2) % n) as usize]; } }";
    let (_, plan) = accepted(signed);
    assert_eq!(
        forms(&plan.regions[0]),
        [Simpler::Less(0), Simpler::Less(1)]
    );
}

#[test]
fn clamps_leave_one_operand() {
    let clamped = grid(
        "let left = j.saturating_sub(1); let right = (j + 1).min(columns - 1);
        new[[i, j]] = old[[i, left]] - old[[i, right]] + old[[i, (j + 2).max(3)]];",
    );
    let expected = [Simpler::Less(1), Simpler::Operand(0), Simpler::Operand(0)];
    assert_eq!(forms(&clamped), expected);
}

#[test]
fn conditions_about_a_border_are_decided() {
    let bordered = grid(
        "let left = if j == 0 { columns - 1 } else { j - 1 };
        if j > 0 && j + 1 < columns { new[[i, j]] = old[[i, left]]; }",
    );
    let expected = [
        Simpler::Truth(false),
        Simpler::Truth(true),
        Simpler::Truth(true),
    ];
    assert_eq!(forms(&bordered), expected);
}

#[test]
fn conditions_in_the_middle_stay() {
    for middle in [
        "j < i",
        "2 * j < columns",
        "j < columns / 2",
        "i > 0",
        "old[[i, j]] > 0.0",
    ] {
        let region = grid(&format!("if {middle} {{ new[[i, j]] = 1.0; }}"));
        assert!(region.interior.is_none(), "{middle}");
    }
}

#[test]
fn other_loops_have_no_interior() {
    for range in ["(0..n).rev()", "(0..n).step_by(2)"] {
        let source = format!(
            "fn f(x: &[f64], y: &mut [f64], n: usize) {{
                for i in {range} {{ y[i] = x[(i + 1) % n]; }} }}"
        );
        let (_, plan) = accepted(&source);
        assert!(plan.regions[0].interior.is_none(), "{range}");
    }
}
