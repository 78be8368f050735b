//! Device functions: a body on its own, held to what an iteration of a region is held to.

use super::draft::{Drafter, Sharing};
use super::plan::{Plan, Verdict};
use super::{sites, texts};
use crate::diagnostics::Sink;
use crate::infer::Mismatch;
use crate::ir::{Function, LoopId, verify};
use crate::tables::{HashMap, HashSet};

/// The function's body as the only region of a plan, one of no loops; `None` with the problems in
/// the sink.
///
/// Rule R5: nothing but the kernel language may stand in it, so a call of it in a region reads
/// its arguments, gives its value or fails, and does nothing else.
pub fn device_function(
    function: &mut Function,
    mismatches: &[Mismatch],
    sink: &mut Sink,
) -> Option<Plan> {
    let frame = LoopId::from_index(0);
    let drafter = Drafter {
        function,
        mismatches,
        independent: &HashSet::default(),
        sharing: Sharing::Nothing,
    };
    let draft = match drafter.draft(&[frame]) {
        Ok(draft) => draft,
        Err(reasons) => {
            let name = function.name.to_string();
            for reason in reasons {
                let message = texts::no_device_function(&name, &reason.message);
                sink.push(reason.span, message, reason.help);
            }
            return None;
        }
    };
    let mut region = draft.region;
    region.nest.clear();
    // A function has one form.
    region.relaxed.clear();
    region.relaxed_nodes.clear();
    region.interior = None;
    region.body = function.loops[frame].body.clone();
    let exempt = sites::Exempt {
        bounds: &region.bounds,
        nodes: &draft.exempt_nodes,
        compounds: &draft.reduce.compounds,
    };
    let found = sites::plan(function, &region.body, &exempt);
    region.take_sites(found);
    verify::region_body(function, &region.body);
    let verdicts = function.loops.ids().map(|_| Verdict::Inner).collect();
    Some(Plan {
        regions: vec![region],
        verdicts,
        kept_from_more: HashMap::default(),
        fused: HashMap::default(),
        apart: HashMap::default(),
    })
}
