//! Maps in which neighbours in memory of some array lie along the loop around the innermost one, as in
//! `for i { for j { b[[j, i]] = a[[i, j]]; } }`. Row by row, each iteration would bring a line of the
//! cache of which the next row uses the next element, when it is gone. Iterations are independent and
//! none fails, so rows may run in blocks that use whole lines.

use super::form::Former;
use super::plan::Region;
use crate::ir::{AccessId, ExprId, VarId, walk};

/// Steps of the innermost loop that stay in a line of the cache, or the next.
const NEAR: u128 = 8;

/// Whether rows of the region may run in blocks.
pub fn may(region: &Region) -> bool {
    let otherwise = region.in_order.is_some() || region.strips.is_some();
    region.nest.len() > 1 && !region.combines() && !otherwise && !region.fast_can_fail()
}

/// Whether they do, whatever the strides of arrays are.
pub fn find(former: &Former, region: &Region) -> bool {
    let [.., around, innermost] = &*region.nest else {
        return false;
    };
    let crosses = |id| crosses(former, id, around.var, innermost.var);
    let (function, mut found) = (former.function, false);
    walk::accesses(function, &region.body, &mut |id| found |= crosses(id));
    found
}

/// Whether the loop around goes to an access's neighbours, and the innermost one far away.
fn crosses(former: &Former, id: AccessId, around: VarId, innermost: VarId) -> bool {
    let slope = |index: &ExprId, along: VarId| {
        let form = former.form(*index)?;
        Some(form.poly.split(along)?.0)
    };
    let Some((last, others)) = former.function.accesses[id].index.split_last() else {
        return false;
    };
    let next = slope(last, around).and_then(|slope| slope.as_constant());
    if !matches!(next, Some(1 | -1)) {
        return false;
    }
    let far = match slope(last, innermost) {
        None => return false,
        Some(slope) => match slope.as_constant() {
            Some(steps) => steps.unsigned_abs() > NEAR,
            None => true,
        },
    };
    let elsewhere = |index| slope(index, innermost).is_some_and(|slope| !slope.is_zero());
    far || others.iter().any(elsewhere)
}

#[cfg(test)]
mod tests {
    use crate::analysis::tests::accepted;

    fn across(body: &str) -> bool {
        let source = format!(
            "fn f(a: ArrayView2<f64>, w: &[f64], mut b: ArrayViewMut2<f64>, y: &mut [f64], n: usize) {{
                 for i in 0..a.nrows() {{ for j in 0..n {{ {body} }} }} }}"
        );
        accepted(&source).1.regions[0].across
    }

    #[test]
    fn transpositions_run_in_blocks() {
        assert!(across("b[[j, i]] = a[[i, j]];"));
        assert!(across("b[[i, j]] = a[[j, i]] + a[[i, j]];"));
        assert!(across("b[[i, j]] = w[j * n + i];"));
    }

    #[test]
    fn what_goes_along_rows_does_not() {
        for body in [
            "b[[i, j]] = a[[i, j]] * w[i];",
            "b[[i, j]] = w[i + j];",
            // Combined, and what may fail.
            "y[j] += a[[j, i]];",
            "b[[i, j]] = a[[j, i]] * w[a[[i, j]] as usize];",
        ] {
            assert!(!across(body), "{body}");
        }
    }
}
