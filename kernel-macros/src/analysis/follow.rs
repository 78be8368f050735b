//! Which loops the dimensions of arrays follow. Strides are known when a region runs: an array may be
//! transposed, or have its first dimension contiguous, and a walk in the order of the source then
//! brings a line of the cache for every element. The runtime knows the strides, and with what is
//! said here can go the other way.

use super::form::Former;
use super::plan::{ArrayUse, Follow, Region};
use crate::ir::{ExprId, ExprKind, Function, Scalar, walk};
use crate::tables::HashSet;

/// Fills in what each array of a region follows, and whether its loops may change places.
pub fn find(former: &Former, region: &mut Region) {
    if region.nest.len() < 2 {
        return;
    }
    let follows = region.arrays.iter().map(|of| follow(former, region, of));
    let follows: Vec<_> = follows.collect();
    for (of, follow) in region.arrays.iter_mut().zip(follows) {
        of.follow = follow;
    }
    region.turns = turns(former.function, region);
}

/// The loops that an array's dimensions follow, in all accesses.
fn follow(former: &Former, region: &Region, of: &ArrayUse) -> Option<Follow> {
    let function = former.function;
    let (mut found, mut alike) = (None::<Follow>, true);
    walk::accesses(function, &region.body, &mut |id| {
        let access = &function.accesses[id];
        if access.array != of.var {
            return;
        }
        let this = access.index.iter().map(|id| dimension(former, region, *id));
        let Some(this) = this.collect::<Option<Vec<_>>>() else {
            alike = false;
            return;
        };
        let mut indices = access.index.iter();
        let variables = indices.all(|id| is_variable(function, region, *id));
        let this = Follow {
            exact: variables && are_different(&this),
            loops: this,
        };
        match &mut found {
            None => found = Some(this),
            Some(found) => {
                alike &= found.loops == this.loops;
                found.exact &= this.exact;
            }
        }
    });
    found.filter(|_| alike)
}

/// The loop that an index grows with, by one for each step of its variable, if it grows with any; `None`
/// of what is anything else.
fn dimension(former: &Former, region: &Region, index: ExprId) -> Option<Option<usize>> {
    let form = former.form(index)?;
    let mut along = None;
    for (position, node) in region.nest.iter().enumerate() {
        let (slope, _) = form.poly.split(node.var)?;
        match slope.as_constant() {
            Some(0) => {}
            Some(1) if along.is_none() => along = Some(position),
            _ => return None,
        }
    }
    Some(along)
}

/// Whether no loop is that of two dimensions: along a diagonal, places in one are no places in the other.
fn are_different(loops: &[Option<usize>]) -> bool {
    let mut known = HashSet::default();
    loops.iter().all(|of| known.insert(*of))
}

/// Whether an index is the variable of one of the loops and nothing else.
fn is_variable(function: &Function, region: &Region, index: ExprId) -> bool {
    match function.exprs[index].kind {
        ExprKind::Var(var) => region.nest.iter().any(|node| node.var == var),
        // Of what is in bounds, the value stays the same.
        ExprKind::Cast(inner, Scalar::Usize) => {
            matches!(function.exprs[inner].kind, ExprKind::Var(_))
                && is_variable(function, region, inner)
        }
        _ => false,
    }
}

/// Whether iterations are the same if the loops change places, with the dimensions of all arrays: their
/// variables are indices and nothing else, in no order, and none fails.
fn turns(function: &Function, region: &Region) -> bool {
    let ordered =
        region.in_order.is_some() || !region.shared.is_empty() || !region.extremes.is_empty();
    let conditional = !region.relaxed.is_empty() || region.interior.is_some();
    let exact = |of: &ArrayUse| match &of.follow {
        Some(follow) => follow.exact,
        None => !of.reads && !of.writes,
    };
    if ordered || conditional || region.fast_can_fail() || !region.arrays.iter().all(exact) {
        return false;
    }
    mentions_elsewhere(function, region) == Some(0)
}

/// How many times the body mentions a loop's variable besides in the indices of arrays, which are nothing else;
/// `None` if it asks for numbers that change with the loops' order. An iterator's index and what it hands out
/// beside the element may be one node: places are counted, not nodes.
fn mentions_elsewhere(function: &Function, region: &Region) -> Option<usize> {
    let is_loop = |id: ExprId| match function.exprs[id].kind {
        ExprKind::Var(var) => region.nest.iter().any(|node| node.var == var),
        _ => false,
    };
    let (mut all, mut as_indices, mut asks) = (0_usize, 0, false);
    walk::expressions(function, &region.body, &mut |id| {
        all += usize::from(is_loop(id));
        let kind = &function.exprs[id].kind;
        asks |= matches!(kind, ExprKind::Iteration | ExprKind::Len { .. });
    });
    walk::accesses(function, &region.body, &mut |id| {
        for index in &function.accesses[id].index {
            walk::below(function, *index, &mut |id| {
                as_indices += usize::from(is_loop(id))
            });
        }
    });
    (!asks).then(|| all - as_indices)
}

#[cfg(test)]
mod tests {
    use crate::analysis::plan::Follow;
    use crate::analysis::tests::accepted;

    /// What the arrays of the first region follow, and whether its loops may change places.
    fn follows(body: &str) -> (Vec<Option<Follow>>, bool) {
        let source = format!(
            "fn f(a: ArrayView2<f64>, w: &[f64], mut b: ArrayViewMut2<f64>, c: ArrayView3<f64>, n: usize, t: usize) -> f64 {{
                 let mut s = 0.0;
                 for i in 0..a.nrows() {{ for j in 0..n {{ {body} }} }}
                 s
             }}"
        );
        let region = &accepted(&source).1.regions[0];
        let follow = region.arrays.iter().map(|of| of.follow.clone());
        (follow.collect(), region.turns)
    }

    fn follow(loops: &[Option<usize>], exact: bool) -> Option<Follow> {
        let loops = loops.to_vec();
        Some(Follow { loops, exact })
    }

    const ROW: Option<usize> = Some(0);
    const COLUMN: Option<usize> = Some(1);

    #[test]
    fn variables_as_indices_are_exact_and_turn() {
        let (found, turns) = follows("b[[i, j]] = a[[j, i]] * 2.0;");
        assert!(turns);
        assert!(found.contains(&follow(&[ROW, COLUMN], true)));
        assert!(found.contains(&follow(&[COLUMN, ROW], true)));
        assert!(follows("s += a[[i, j]];").1);
    }

    #[test]
    fn neighbours_follow_but_do_not_turn() {
        let neighbours = follows("s += a[[i, j + 1]] * a[[i + t, j]];");
        assert_eq!(neighbours, (vec![follow(&[ROW, COLUMN], false)], false));
        let plane = follows("s += c[[i, t, j]];");
        assert_eq!(plane, (vec![follow(&[ROW, None, COLUMN], false)], false));
        let diagonal = follows("s += c[[i, j, j]];");
        assert_eq!(
            diagonal,
            (vec![follow(&[ROW, COLUMN, COLUMN], false)], false)
        );
    }

    #[test]
    fn accesses_that_differ_follow_nothing() {
        for body in [
            "s += a[[i, j]] * a[[j, i]];",
            "s += a[[i, 2 * j]];",
            "s += w[i * n + j];",
        ] {
            assert_eq!(follows(body), (vec![None], false), "{body}");
        }
    }

    #[test]
    fn loops_whose_variables_are_values_stay() {
        for body in [
            "s += a[[i, j]] * i as f64;",
            "if i > j { s += a[[i, j]]; }",
            "s += if t > 3 { a[[i, j]] } else { j as f64 };",
            "for _ in 0..i { s += a[[i, j]]; }",
            "s += a[[i, j]] / a.ncols() as f64;",
        ] {
            assert!(!follows(body).1, "{body}");
        }
    }

    /// What an iterator hands out is its own index, read twice.
    #[test]
    fn loops_whose_positions_are_handed_out_stay() {
        let turns = |body: &str| {
            let source = format!("fn f(a: ArrayView2<f64>) -> f64 {{ let mut s = 0.0; {body} s }}");
            accepted(&source).1.regions[0].turns
        };
        for body in [
            "for (at, v) in a.indexed_iter() { if at.0 == at.1 { s += v; } }",
            "for it in a.indexed_iter() { s += *it.1 * it.0.1 as f64; }",
            "for (k, v) in a.iter().enumerate() { s += v * k as f64; }",
        ] {
            assert!(!turns(body), "{body}");
        }
        assert!(turns("for ((_, _), v) in a.indexed_iter() { s += v; }"));
    }
}
