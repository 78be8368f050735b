//! Whether the loop as written gives the bits that its region gives, so that a run of few iterations
//! may be left to it: asking the guard takes longer than they do.

use super::plan::Region;
use crate::ir::{Builtin, ExprId, ExprKind, Function, Scalar, Ty, walk};

/// Whether it does.
pub fn as_written(function: &Function, region: &Region) -> bool {
    // Of equal extremes the first or the last one is chosen, wherever the iterations run.
    let folds = region.accumulators.iter().enumerate();
    let folds = folds.filter(|(at, _)| region.extreme_of(*at).is_none());
    let folds = folds.map(|(_, of)| of).chain(region.followers());
    let folds = folds.map(|of| of.ty);
    let folds = folds.chain(region.shared.iter().map(|of| of.ty));
    !region.rounds_otherwise
        && region.calls.is_empty()
        // Lanes take float operands in another order.
        && !folds.into_iter().any(Scalar::is_float)
        && all_exact(function, region)
}

fn all_exact(function: &Function, region: &Region) -> bool {
    let mut exact = true;
    walk::expressions(function, &region.body, &mut |id| {
        exact &= is_exact(function, id);
    });
    exact
}

/// Whether an expression has one value, here and in the standard library.
fn is_exact(function: &Function, id: ExprId) -> bool {
    let of = &function.exprs[id];
    match &of.kind {
        ExprKind::Apply(..) => false,
        ExprKind::Call(builtin, _) => match builtin {
            // Of two zeros, the standard library may return either.
            Builtin::Min | Builtin::Max | Builtin::MinIf | Builtin::MaxIf => {
                !matches!(&of.ty, Ty::Scalar(ty) if ty.is_float())
            }
            builtin => !builtin.is_elementary() || function.std_math,
        },
        _ => true,
    }
}
