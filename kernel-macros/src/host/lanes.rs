//! Iterations that combine, in lanes of the canonical order that take turns.

use super::chunks::{self, Ordered};
use super::levels;
use super::names::{self, emit};
use super::order::unchecked;
use super::region::Region;
use super::space::{inner, outer, pieces, tile};
use super::stages::Printer;
use super::strips::Strips;
use crate::analysis::plan;
use crate::ir::{Block, Scalar, walk};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::ToTokens;

/// Operations of an iteration that take no longer than loading and storing its lanes.
pub const LITTLE: i128 = 12;

/// The same where a few lanes serve, for which there are registers in a longer iteration too.
const SOME: i128 = 32;

/// Lanes of a round where any lane serves: at least so many, and more while all of them fit into half of
/// AVX2's registers, so that a vector's operation does not wait for the one before.
const FEW_LANES: u32 = 16;
const FEW_BYTES: u32 = 256;

/// A reduction's accumulators in tokens.
pub struct Accumulators {
    pub vars: Vec<Ident>,
    pub types: Vec<TokenStream>,
    pub positions: Vec<Literal>,
    /// The references to their first lanes.
    pub lanes: Vec<Ident>,
}

impl Accumulators {
    pub fn of(region: &Region) -> Self {
        let all = &region.plan.accumulators;
        let lanes = |n: usize| names::local(&format!("__lanes{n}"));
        Accumulators {
            vars: all.iter().map(|of| region.body.name(of.var)).collect(),
            types: all.iter().map(|of| region.body.scalar(of.ty)).collect(),
            positions: (0..all.len()).map(names::index).collect(),
            lanes: (0..all.len()).map(lanes).collect(),
        }
    }
}

/// Iterations whose lanes take turns. All lanes are in memory, next to each other like the
/// elements that neighbouring iterations read: a round of them is a loop that LLVM vectorises, and
/// memory is read in order.
pub fn in_lanes(region: &Region, accumulators: &Accumulators) -> TokenStream {
    let rt = region.rt();
    let lanes = &accumulators.lanes;
    let all = names::index(region.lanes() as usize);
    let (staged_lanes, staged) = staged_in_lanes(region, accumulators).unzip();
    let row = pieces(region, || {
        let whole = whole_rounds(region, accumulators);
        let abreast = abreast_in_lanes(region, accumulators);
        let round = visits(region, accumulators, &emit!(__count));
        emit! {
            let mut __from = __from;
            while __from < __end {
                #whole
                #abreast
                #staged
                let __count = #rt::Ord::min(__end - __from, #all - __lane);
                #round
                __from += __count;
                __lane = (__lane + __count) % #all;
            }
        }
    });
    let rows = tile(region, &outer(region), &row);
    emit! {
        #(let #lanes = #rt::first(#lanes);)*
        let mut __lane = __tile.lane;
        #staged_lanes
        #rows
    }
}

/// Rounds over all lanes, in the fast form: a loop of a known number of trips, which LLVM unrolls
/// so that lanes stay in registers from round to round. Where any lane serves, a few of them take
/// all the turns, which leaves registers to the iteration, and every row begins with a round.
fn whole_rounds(region: &Region, accumulators: &Accumulators) -> Option<TokenStream> {
    let may = levels::IN_FULL && region.body.is_main();
    if !may || !has_whole_rounds(region) {
        return None;
    }
    let (first, lanes) = if region.plan.is_free_of_order() {
        (
            Some(emit!(if FAST {
                __lane = 0;
            })),
            few_lanes(region),
        )
    } else {
        (None, region.lanes())
    };
    let count = names::index(lanes as usize);
    let round = visits(region, accumulators, &count);
    let rounds = emit! {
        #first
        while FAST && __lane == 0 && __end - __from >= #count {
            #round
            __from += #count;
        }
    };
    let rounds = match chunks::keeps(region) {
        true => in_registers(region, accumulators, &rounds),
        false => rounds,
    };
    Some(levels::if_optimised(region.rt(), &rounds))
}

/// Rounds over lanes that are there for them alone, where they depend on the order. A chunk of whole rounds ends
/// with what they come to; others go on with the lanes in memory.
fn in_registers(region: &Region, accumulators: &Accumulators, rounds: &TokenStream) -> TokenStream {
    let (rt, all) = (region.rt(), names::index(region.lanes() as usize));
    let ordered = Ordered::all(region);
    let parts = ordered.iter().map(|Ordered { at, ty, identity, sum }| {
        let lanes = &accumulators.lanes[*at];
        let taken = names::local(&format!("__taken{at}"));
        let at = names::index(*at);
        [
            emit!(let mut #taken: [#ty; #all] = unsafe { #rt::taken(#lanes, __anew, #identity) };),
            emit!(let #lanes = #taken.as_mut_ptr();),
            emit!(unsafe { *__tile.folded.add(#at) = #rt::come_to::<_, #sum, #all>(&#taken) };),
            emit!(unsafe { *#lanes.cast() = #taken };),
        ]
    });
    let parts: Vec<_> = parts.collect();
    let [take, use_taken, fold, put_back] = std::array::from_fn(|part| -> TokenStream {
        let parts = parts.iter().map(|parts| parts[part].clone());
        parts.collect()
    });
    emit! {
        if FAST && __lane == 0 && __end - __from >= #all {
            let __anew = !__tile.folded.is_null();
            #take
            {
                #use_taken
                #rounds
            }
            if __anew { #fold } else { #put_back }
        }
    }
}

fn few_lanes(region: &Region) -> u32 {
    let accumulators = region.plan.accumulators.iter();
    let bytes: u32 = accumulators.map(|of| of.ty.bytes()).sum();
    let fit = FEW_BYTES / bytes;
    (1 << fit.max(1).ilog2()).clamp(FEW_LANES, region.lanes())
}

/// Whether iterations do so little that loading and storing their lanes would take longer.
pub fn has_whole_rounds(region: &Region) -> bool {
    let most = if region.plan.is_free_of_order() {
        SOME
    } else {
        LITTLE
    };
    let little = matches!(region.plan.cost, plan::Wide::Const(cost) if cost <= most);
    let lanes = region.lanes() > 1 && !region.plan.needs_no_lanes();
    little && !region.plan.accumulators.is_empty() && lanes
}

/// Iterations of which a few go along elements of their own before each combines into its lane.
fn abreast_in_lanes(region: &Region, accumulators: &Accumulators) -> Option<TokenStream> {
    let plan = region.plan.strips.as_ref().filter(|_| levels::IN_FULL)?;
    let strip = Strips::of(region, plan);
    let parts = strip.iterations(|last| visit_group(region, accumulators, last));
    let (lanes, count) = (strip.lanes(), names::index(strip.longest()));
    Some(groups(region, &count, &emit!(#lanes #parts)))
}

/// So many iterations at a time, of the lanes from `__first_lane` on, as far as there are enough of them.
fn groups(region: &Region, count: &impl ToTokens, group: &TokenStream) -> TokenStream {
    let (all, unchecked) = (names::index(region.lanes() as usize), unchecked(region));
    let groups = emit! {
        while FAST #unchecked && __end - __from >= #count && #all - __lane >= #count {
            let __first_lane = __lane;
            #group
            __from += #count;
            __lane = (__lane + #count) % #all;
        }
    };
    levels::if_optimised(region.rt(), &groups)
}

/// An iteration of such a group, which combines into its lane.
fn visit_group(
    region: &Region,
    accumulators: &Accumulators,
    iteration: &TokenStream,
) -> TokenStream {
    let usize = region.body.scalar(Scalar::Usize);
    let visit = visit(accumulators, iteration);
    emit! {
        let __at = (__first_lane + __n) as #usize;
        #visit
    }
}

/// Iterations cut at their calls, each of which combines into its lane; and the lanes of what passes from
/// part to part.
fn staged_in_lanes(
    region: &Region,
    accumulators: &Accumulators,
) -> Option<(TokenStream, TokenStream)> {
    let plan = region.stages.as_ref().filter(|_| levels::IN_FULL)?;
    let inner = inner(region);
    let stages = Printer::of(region, &inner, plan);
    let combines = |block: &Block| {
        let mut found = false;
        walk::variables(region.body.function(), block, &mut |var| {
            found |= region.plan.accumulators.iter().any(|of| of.var == var);
        });
        found
    };
    let parts = stages.parts(|block, iteration| match combines(block) {
        true => visit_group(region, accumulators, &iteration),
        false => iteration,
    });
    let groups = groups(region, &stages.count(), &parts);
    Some((stages.lanes(), groups))
}

/// Iterations from `__from` on, of so many lanes from `__lane` on.
fn visits(region: &Region, accumulators: &Accumulators, count: &impl ToTokens) -> TokenStream {
    let usize = region.body.scalar(Scalar::Usize);
    let inner = inner(region);
    let visit = visit(accumulators, &region.body.iteration());
    emit! {
        for __n in 0..#count {
            let __t = __from + __n;
            let __at = (__lane + __n) as #usize;
            #inner
            #visit
        }
    }
}

/// An iteration that combines into the lanes at `__at`.
fn visit(accumulators: &Accumulators, iteration: &TokenStream) -> TokenStream {
    let Accumulators { vars, lanes, .. } = accumulators;
    emit! {
        #(let mut #vars = unsafe { *#lanes.add(__at) };)*
        #iteration
        #(unsafe { *#lanes.add(__at) = #vars };)*
    }
}
