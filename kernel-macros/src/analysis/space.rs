//! The iteration space of a nest: its loops with bounds that no iteration changes.

use super::bounds;
use super::extent::to_wide;
use super::form::{Fit, Former};
use super::plan::{Condition, NestLoop, Reason, Test, Wide, WideAdapter};
use super::texts;
use crate::ir::{Adapter, LoopId, Scalar};

/// What has to hold of the ranges, and the loops.
type Space = (Vec<Condition>, Vec<NestLoop>);

/// The parallel loops with their bounds; inner ones must not depend on outer ones. `driven` says
/// that the driver evaluates the outermost one's range.
pub fn of(former: &Former, driven: bool, reasons: &mut Vec<Reason>) -> Option<Space> {
    let function = former.function;
    let mut space = Vec::new();
    let mut loops = Vec::new();
    for (position, id) in former.nest.iter().enumerate() {
        let node = &function.loops[*id];
        let ty = function.vars[node.var].ty.scalar()?;
        match parallel_loop(former, driven && position == 0, *id, ty) {
            Some((node, conditions)) => {
                space.extend(conditions);
                loops.push(node);
            }
            None => {
                let index = function.vars[node.var].ident.to_string();
                let of_iterator = node.iteration.is_some();
                let (message, help) = texts::unknown_range(&index, position, of_iterator);
                reasons.push(Reason {
                    message,
                    span: node.range_span,
                    help,
                    second: None,
                });
                return None;
            }
        }
    }
    Some((space, loops))
}

fn parallel_loop(
    former: &Former,
    driven: bool,
    id: LoopId,
    ty: Scalar,
) -> Option<(NestLoop, Vec<Condition>)> {
    let node = &former.function.loops[id];
    let range = &node.range;
    let end_of = |expr| {
        let form = former.typed_form(expr);
        match form {
            Some(form) if form.poly.is_invariant() => {
                let mut fits = form.fits;
                // Nobody else evaluates it: the loop as written fails where it does.
                if fits.is_empty() && !(driven && node.iteration.is_none()) {
                    fits = former.arithmetic_within(expr)?;
                }
                Some((to_wide(former, &form.poly), fits))
            }
            // Only the driver can evaluate it.
            _ if driven && node.iteration.is_none() => Some((Wide::Atom(expr), Vec::new())),
            _ => None,
        }
    };
    let (start, start_fits) = end_of(range.start)?;
    let (end, end_fits) = end_of(range.end)?;
    let mut fits: Vec<Fit> = start_fits.into_iter().chain(end_fits).collect();
    let mut adapters = Vec::new();
    for adapter in &range.adapters {
        adapters.push(match adapter {
            Adapter::Rev => WideAdapter::Rev,
            Adapter::StepBy(step) => {
                let (wide, more) = end_of(*step)?;
                fits.extend(more);
                WideAdapter::StepBy(wide)
            }
        });
    }
    // In `0..n + i - i` the end is invariant, and the sum on the way is not.
    if !fits.iter().all(|fit| fit.poly.is_invariant()) {
        return None;
    }
    let mut conditions: Vec<Condition> = fits
        .iter()
        .map(|fit| {
            let test = Test::Fits(to_wide(former, &fit.poly), fit.scalar);
            let test = if fit.debug {
                Test::Debug(Box::new(test))
            } else {
                test
            };
            let name = &former.function.vars[node.var].ident;
            Condition {
                test,
                purpose: format!("the range of `{name}` does not wrap"),
            }
        })
        .collect();
    if let Some(iteration) = &node.iteration {
        for required in &iteration.requires {
            let test = bounds::invariant_check(former, *required)?;
            let purpose = format!("`{}` is in bounds", iteration.text);
            conditions.push(Condition { test, purpose });
        }
    }
    let inclusive = range.inclusive;
    Some((
        NestLoop {
            id,
            var: node.var,
            ty,
            start,
            end,
            inclusive,
            adapters,
        },
        conditions,
    ))
}
