//! Runs of few iterations by the region's own code, without a question to the plan: the driver knows that the
//! guard holds.
//!
//! The call is `unsafe` as the code is told nothing that the driver does not say: the condition in front of it is the
//! guard, and the loops go up from a number by one.

use super::brief::Brief;
use super::condition;
use super::names::{self, emit};
use super::region::Region;
use super::work::{self, Trips};
use proc_macro2::TokenStream;

/// How they go; `None` if the region has none.
pub fn of(region: &Region, trips: &Trips, captured: &TokenStream) -> Option<Brief> {
    let plan = region.plan;
    let further = !plan.relaxed.is_empty() || plan.interior.is_some();
    if further || !plan.shared.is_empty() {
        return None;
    }
    let firsts = work::firsts(region)?;
    let guard = condition::guard(region, trips)?;
    let session = &region.context.session;
    let operations = work::operations(region, trips)?;
    let loops = firsts.iter().zip(&trips.names);
    let loops = loops.map(|(first, count)| {
        let first = names::index(*first);
        emit!((#first, #count))
    });
    Some(Brief {
        given: emit!(#session.is_few(#operations) #guard),
        run: emit!(unsafe {
            #session.few(&__REGION, #captured, &[#(#loops),*], &mut __values)
        }),
    })
}
