//! Attacks on the rules of the proof, one file for each rule: every form is accepted and right, or
//! refused. The table in `docs/soundness.md` names the rule that stops each.

mod dependences;
mod guards;
mod r1;
mod r2;
mod r4;
mod r5;
mod reductions;

use super::plan::{Bounds, Plan};
use crate::ir::{AccessMode, Function};

/// How the only access to `array` with this mode stays in bounds.
pub(super) fn bounds_of(
    function: &Function,
    plan: &Plan,
    array: &str,
    mode: AccessMode,
) -> Vec<Bounds> {
    let region = &plan.regions[0];
    let mut found: Vec<_> = region
        .bounds
        .iter()
        .filter(|(id, _)| {
            let access = &function.accesses[**id];
            function.vars[access.array].ident == array && access.mode == mode
        })
        .map(|(id, bounds)| (*id, *bounds))
        .collect();
    found.sort();
    found.into_iter().map(|(_, bounds)| bounds).collect()
}

/// The names of the first region's parallel loops.
pub(super) fn parallel_loops(function: &Function, plan: &Plan) -> Vec<String> {
    let nest = plan.regions[0].nest.iter();
    nest.map(|node| function.vars[node.var].ident.to_string())
        .collect()
}
