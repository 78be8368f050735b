//! What a report says of the order in which a region goes through memory, which is not always that of
//! the source. What is only known when it runs, the strides, is said as a condition.

use crate::analysis::plan::{ArrayUse, Region, Strips};

/// Whether and when the order is another one.
pub fn notes(region: &Region) -> Vec<&'static str> {
    let strips = region.strips.as_ref().map(trips);
    let blocks = match (region.across, region.blocks) {
        (true, _) => {
            Some("order: in blocks, as neighbours in memory are in other rows of the loops")
        }
        (false, true) => Some("order: in blocks, where strides put neighbours in other rows"),
        (false, false) => None,
    };
    let free = region.accumulators.iter().all(|of| of.is_free_of_order());
    let turns = (region.turns && free)
        .then_some("order: loops change places, where all arrays are transposed");
    let copies = copies(region).then_some(
        "order: columns are copied to where each is contiguous, where strides put them in rows",
    );
    strips
        .into_iter()
        .chain(turns)
        .chain(blocks)
        .chain(copies)
        .collect()
}

fn trips(strips: &Strips) -> &'static str {
    match strips {
        Strips { masked: true, .. } => {
            "order: neighbouring iterations make each trip of the loops inside together, until the last is done"
        }
        Strips { abreast: true, .. } => {
            "order: a few iterations make each trip of the loops inside together, each in its own row"
        }
        _ => "order: neighbouring iterations make each trip of the loops inside together",
    }
}

/// Whether a reduction may run on copies (`kernel-runtime/src/region/packed.rs`).
fn copies(region: &Region) -> bool {
    let by_one = region
        .nest
        .iter()
        .rev()
        .take(2)
        .all(|of| of.adapters.is_empty());
    let copied = |of: &ArrayUse| {
        let read = of.reads && !of.writes && !of.contiguous;
        read && of.follow.as_ref().is_some_and(|of| of.exact)
    };
    let reduces = !region.accumulators.is_empty();
    reduces && region.nest.len() > 1 && by_one && region.arrays.iter().any(copied)
}
