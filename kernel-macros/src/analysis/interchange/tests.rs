//! Which nests may be turned inside out, and which must not.

use crate::analysis::plan::Region;
use crate::analysis::tests::{accepted, analysed};

fn kernel(body: &str) -> String {
    format!(
        "fn f(mut a: ArrayViewMut2<f64>, b: ArrayView2<f64>, x: &[f64], y: &mut [f64], z: &mut [f64],
              m: usize, n: usize, k: usize) {{ {body} }}"
    )
}

fn regions(body: &str) -> Vec<Region> {
    analysed(&kernel(body)).1.regions
}

#[test]
fn the_outer_loop_runs_in_order_inside() {
    let cases = [
        (
            "for i in 0..m { for j in 0..n { y[j] += b[[i, j]] * x[i]; } }",
            1,
        ),
        (
            "for i in 0..m { let t = x[i] * 2.0; for j in 0..n { y[j] += b[[i, j]] * t; } }",
            1,
        ),
        (
            "for i in 1..m { for j in 0..n { a[[i, j]] = a[[i - 1, j]] + b[[i, j]]; } }",
            1,
        ),
        (
            "for i in 0..m { for j in 0..n { y[j] = y[j] * 0.5 + b[[i, j]]; } }",
            1,
        ),
        (
            "for k in 0..m { for i in 0..n { for j in 0..n { a[[i, j]] += b[[i, k]] * b[[k, j]]; } } }",
            2,
        ),
        (
            "for t in 0..m { for j in (0..n).rev() { y[2 * j] += y[2 * j + 1]; } }",
            1,
        ),
        (
            "for i in 0..m { for j in 0..n { if b[[i, j]] < 0.0 { continue; } y[j] += 1.0; } }",
            1,
        ),
        (
            "for i in 0..m { for j in 0..n { for h in 0..j { y[j] += b[[i, h]]; } } }",
            1,
        ),
    ];
    for (body, depth) in cases {
        let (_, plan) = accepted(&kernel(body));
        assert_eq!(plan.regions.len(), 1, "{body}");
        let region = &plan.regions[0];
        assert!(region.in_order.is_some(), "{body}");
        assert!(region.shared.is_empty(), "{body}");
        assert_eq!(region.nest.len(), depth, "{body}");
    }
}

/// Each of these would come out differently if the loops changed places.
#[test]
fn loops_that_meet_stay_where_they_are() {
    for body in [
        // Neighbours of the step before.
        "for i in 1..m { for j in 1..n { a[[i, j]] = a[[i - 1, j - 1]]; } }",
        "for i in 1..m { for j in 0..n { a[[i, j]] = a[[i - 1, n - 1 - j]]; } }",
        "for t in 0..m { for j in 1..n { y[j] = y[j - 1]; } }",
        "for t in 0..m { for j in 0..n { y[j] += y[0]; } }",
        // The binding reads what another iteration writes.
        "for i in 0..m { let t = y[0]; for j in 0..n { y[j] += t; } }",
        // What is bound before the inner loop goes on in it.
        "for i in 0..m { let mut p = 1.0; for j in 0..n { p *= x[i]; y[j] += p; } }",
        "for i in 0..m { let mut p = 1.0; for j in 0..n { if b[[i, j]] < 0.0 { p = 0.5; } y[j] += p; } }",
        "for i in 0..m { let mut p = (1.0, x[i]); for j in 0..n { y[j] += p.0; p.0 += p.1; } }",
        "for i in 0..m { let mut p = [0.0, 1.0]; for j in 0..n { y[j] += p[j % 2]; p[1 - j % 2] = x[i]; } }",
        "for i in 0..m { let mut p = 1.0; for h in 0..k { for j in 0..n { p += 1.0; a[[h, j]] += p; } } }",
        // A jump that leaves the inner loop, or goes on with the outer one.
        "for i in 0..m { for j in 0..n { if b[[i, j]] < 0.0 { break; } y[j] += 1.0; } }",
        "'o: for i in 0..m { for j in 0..n { if b[[i, j]] < 0.0 { continue 'o; } y[j] += 1.0; } }",
        // The inner range depends on the outer loop.
        "for i in 0..m { for j in 0..i { y[j] += b[[i, j]]; } }",
        "for i in 0..m { for j in 0..n + i - i { y[j] += b[[i, j]]; } }",
        "for i in 0..m { for j in (0..n).step_by(k + i - i) { y[j] += b[[i, j]]; } }",
        // Something else happens in each trip.
        "for i in 0..m { z[i] = 1.0; for j in 0..n { y[j] += b[[i, j]]; } }",
        "for i in (0..m).rev() { for j in 0..n { y[j] += b[[i, j]]; } }",
    ] {
        let regions = regions(body);
        let kept = |region: &Region| region.in_order.is_none();
        assert!(regions.iter().all(kept), "{body}");
    }
}

/// Where the inner loop carries a value, copies of the elements are the last resort, and where it does not, none
/// are made.
#[test]
fn elements_are_copied_where_no_loop_inside_can_have_them() {
    let cases = [
        (
            "for i in 0..m { let mut p = 1.0; for j in 0..n { p *= x[i]; y[j] += p; } }",
            true,
        ),
        (
            "for i in 0..m { let mut s = 0.0; for j in 0..n { s += b[[i, j]]; y[j] = y[j].max(s); } }",
            true,
        ),
        (
            "for i in 0..m { let q; q = x[i]; for j in 0..n { y[j] += q; } }",
            false,
        ),
        (
            "for i in 0..m { let w = [x[i], 1.0]; for j in 0..n { y[j] += w[j % 2]; } }",
            false,
        ),
    ];
    for (body, copied) in cases {
        let (_, plan) = accepted(&kernel(body));
        assert_eq!(!plan.regions[0].shared.is_empty(), copied, "{body}");
    }
    // The array is read otherwise, too, or written.
    for body in [
        "for i in 0..m { let mut p = 1.0; for j in 0..n { p *= y[j]; y[j] += p; } }",
        "for i in 0..m { let mut p = 1.0; for j in 0..n { p *= x[i]; y[j] = y[j] * 0.5 + p; } }",
        "for i in 0..m { let mut p = 1.0; for j in 0..n { p *= x[i]; y[j] = p; } }",
    ] {
        assert!(regions(body).is_empty(), "{body}");
    }
}

#[test]
fn what_is_parallel_as_it_stands_is_left_alone() {
    for body in [
        "for i in 0..m { for j in 0..n { a[[i, j]] = b[[i, j]]; } }",
        "for i in 0..m { for j in 0..n { y[i] += b[[i, j]]; } }",
    ] {
        assert!(regions(body)[0].in_order.is_none(), "{body}");
    }
}
