//! Iterations in the order that suits a body: one by one, in strips, a few abreast, or cut at their calls.

use super::lanes::Accumulators;
use super::levels;
use super::names::{self, emit};
use super::region::Region;
use super::space::{constant_step, inner, outer, pieces, tile};
use super::stages;
use super::strips::Strips;
use crate::analysis::plan::{self, Wide};
use crate::analysis::stages::Stages;
use proc_macro2::{Literal, TokenStream};
use quote::ToTokens;

/// A row of fewer iterations is not worth a strip.
const SHORTEST_STRIP: usize = 8;

/// The longest row that is unrolled, and the operations of one.
const SHORT_ROW: i128 = 16;
const SHORT_ROW_COST: i128 = 128;

/// Iterations row by row, in the way that suits the body.
pub fn along_rows(region: &Region) -> TokenStream {
    match (&region.plan.strips, &region.stages) {
        (Some(plan), _) if plan.abreast => abreast(region, plan),
        (Some(plan), _) => strips(region, plan),
        (None, Some(plan)) => in_stages(region, plan),
        (None, None) => map(region),
    }
}

/// Iterations one by one.
fn map(region: &Region) -> TokenStream {
    let outer = outer(region);
    let inner = inner(region);
    let along = |iteration: TokenStream| {
        emit! {
            for __t in __from..__end {
                #inner
                #iteration
            }
        }
    };
    let row = pieces(region, || match region.plan.in_order {
        Some(id) => region.body.trips(id, along),
        None => along(region.body.iteration()),
    });
    let rows = tile(region, &outer, &row);
    let Some(trips) = short_row(region) else {
        return rows;
    };
    let iteration = region.body.iteration();
    let row = emit!(for __t in 0..#trips { #inner #iteration });
    let short = tile(region, &outer, &row);
    emit!(if __tile.columns == (0, #trips) { #short } else { #rows })
}

/// The trips of the innermost loop, where they are a few that the source says: LLVM unrolls rows, and
/// makes vectors of several of them.
fn short_row(region: &Region) -> Option<Literal> {
    let plan = region.plan;
    let plain = plan.interior.is_none() && plan.in_order.is_none();
    let [.., _, innermost] = &*plan.nest else {
        return None;
    };
    let (Wide::Const(start), Wide::Const(end)) = (&innermost.start, &innermost.end) else {
        return None;
    };
    let counts = constant_step(innermost).is_some_and(|step| step.abs() == 1);
    let trips = end - start + i128::from(innermost.inclusive);
    let Wide::Const(cost) = plan.cost else {
        return None;
    };
    let short = (2..=SHORT_ROW).contains(&trips) && cost * trips <= SHORT_ROW_COST;
    (plain && counts && short).then(|| names::index(trips as usize))
}

/// Iterations that combine nothing, in strips where these are long enough to pay.
fn strips(region: &Region, plan: &plan::Strips) -> TokenStream {
    let outer = outer(region);
    let strip = Strips::of(region, plan);
    let (lanes, parts) = (strip.lanes(), strip.iterations(TokenStream::clone));
    let rows = tile(region, &outer, &parts);
    let (plain, rt) = (map(region), region.rt());
    let fast = region.plan.has_fast_form().then(|| emit!(FAST &&));
    let unchecked = unchecked(region);
    let (shortest, longest) = (names::index(SHORTEST_STRIP), names::index(strip.longest()));
    emit! {
        if #fast __tile.columns.1 - __tile.columns.0 >= #shortest #unchecked {
            #lanes
            let (mut __from, __end) = __tile.columns;
            while __from < __end {
                let __count = #rt::Ord::min(__end - __from, #longest);
                #rows
                __from += __count;
            }
        } else {
            #plain
        }
    }
}

/// The condition that no iteration fails: one that does has to be the earliest.
pub fn unchecked(region: &Region) -> Option<TokenStream> {
    region.uses_debug().then(|| {
        let debug = region.body.debug();
        emit!(&& !#debug)
    })
}

/// Iterations that combine nothing, cut at their calls, as far as there are enough of them.
fn in_stages(region: &Region, plan: &Stages) -> TokenStream {
    let inner = inner(region);
    let stages = stages::Printer::of(region, &inner, plan);
    let parts = stages.parts(|_, iteration| iteration);
    let rows = together(region, &stages.count(), &parts);
    let lanes = stages.lanes();
    emit!(#lanes #rows)
}

/// Iterations of which a few go along elements of their own, as far as there are enough of them.
fn abreast(region: &Region, plan: &plan::Strips) -> TokenStream {
    let strip = Strips::of(region, plan);
    let parts = strip.iterations(TokenStream::clone);
    let rows = together(region, &names::index(strip.longest()), &parts);
    let lanes = strip.lanes();
    emit!(#lanes #rows)
}

/// Rows of which the fast form runs so many iterations together, in order, and the rest one by one.
fn together(region: &Region, count: &impl ToTokens, parts: &TokenStream) -> TokenStream {
    let inner = inner(region);
    let unchecked = unchecked(region);
    let together = emit! {
        while FAST #unchecked && __end - __from >= #count {
            #parts
            __from += #count;
        }
    };
    let together = levels::if_optimised(region.rt(), &together);
    let along = |iteration: TokenStream| {
        emit! {
            let (mut __from, __end) = __tile.columns;
            #together
            for __t in __from..__end {
                #inner
                #iteration
            }
        }
    };
    let row = match region.plan.in_order {
        Some(id) => region.body.trips(id, along),
        None => along(region.body.iteration()),
    };
    tile(region, &outer(region), &row)
}

/// Iterations that combine in order, into the only lane.
pub fn in_order(region: &Region, accumulators: &Accumulators) -> TokenStream {
    let rt = region.rt();
    let Accumulators { vars, lanes, .. } = accumulators;
    let iterations = along_rows(region);
    emit! {
        #(let #lanes = #rt::first(#lanes);)*
        #(let mut #vars = unsafe { *#lanes };)*
        #iterations
        #(unsafe { *#lanes = #vars };)*
    }
}
