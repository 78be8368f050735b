//! Runs of few iterations of a map by the region's own code, without a question to the plan: the driver knows
//! that the guard holds.
//!
//! The call is `unsafe` as the code is told nothing that the driver does not say: the condition in front of it is the
//! guard, the loops go up from zero by one, and no iteration fails.

use super::brief::Brief;
use super::condition;
use super::names::{self, emit};
use super::region::Region;
use super::work::{self, Trips, counts_from_zero};
use proc_macro2::TokenStream;

/// Operations of a run, at most: fewer than any that threads share. With more, the question is nothing beside
/// them.
const WORK: usize = 8191;

/// How they go; `None` if the region has none.
pub fn of(region: &Region, trips: &Trips, captured: &TokenStream) -> Option<Brief> {
    let plan = region.plan;
    let combines = plan.combines() || !plan.extremes.is_empty() || !plan.elements.is_empty();
    let further = !plan.relaxed.is_empty() || plan.interior.is_some();
    if combines || further || plan.can_fail(true) || !counts_from_zero(region) {
        return None;
    }
    let (rt, session) = (region.rt(), &region.context.session);
    let guard = condition::guard(region, trips)?;
    let (operations, most) = (work::operations(region, trips)?, names::index(WORK));
    let counts = &trips.names;
    let ones = (counts.len()..3).map(|_| names::index(1));
    let bound = &trips.bound;
    Some(Brief {
        given: emit! {
            #rt::optimised!({
                #bound
                if #session.is_brief(#operations, #most) #guard {
                    unsafe { __REGION.few(#captured, [#(#ones,)* #(#counts),*]) };
                    true
                } else {
                    false
                }
            } {
                false
            })
        },
        run: emit!(#rt::Outcome::Done),
    })
}
