//! The fast form of a reduction that runs and folds several chunks in one call. What depends on the
//! order starts anew in every chunk; the lanes of everything else stay from one to the next.

use super::lanes::has_whole_rounds;
use super::names::{self, emit};
use super::region::Region;
use super::usual;
use crate::analysis::plan::{Accumulator, Fold};
use proc_macro2::TokenStream;

/// Whether the region's fast form does that: it has lanes, and sums or products of floats in them.
pub fn serves(region: &Region) -> bool {
    region.lanes() > 1 && ordered(region).next().is_some()
}

/// The accumulators that depend on the order, and their positions.
fn ordered<'r>(region: &'r Region) -> impl Iterator<Item = (usize, &'r Accumulator)> {
    let all = region.plan.accumulators.iter().enumerate();
    all.filter(|(_, of)| !of.is_free_of_order())
}

/// Whether the lanes of what depends on the order stay in registers while a chunk of whole rounds runs, and fold
/// there: where rounds are short, and nothing has an iteration done again or in pieces. LLVM makes no vectors of
/// iterations that can fail, and what was stored lane by lane is slow to load as vectors at once.
pub fn keeps(region: &Region) -> bool {
    let plan = region.plan;
    let whole = has_whole_rounds(region) && plan.interior.is_none() && !plan.fast_can_fail();
    serves(region) && whole && region.stages.is_none() && !usual::serves(region)
}

/// An accumulator that depends on the order.
pub struct Ordered {
    pub at: usize,
    pub ty: TokenStream,
    pub identity: TokenStream,
    pub sum: bool,
}

impl Ordered {
    /// Those of a region.
    pub fn all(region: &Region) -> Vec<Ordered> {
        let all = ordered(region).map(|(at, of)| Ordered {
            at,
            ty: region.body.scalar(of.ty),
            identity: match of.fold {
                Fold::Mul => emit!(1.0),
                _ => emit!(-0.0),
            },
            sum: of.fold != Fold::Mul,
        });
        all.collect()
    }
}

/// Runs a tile by this function: chunk by chunk where it says so, else as it is. Of a chunk of whole rounds
/// the function may find where to put what it comes to.
pub fn each(region: &Region, code: &TokenStream) -> TokenStream {
    let rt = region.rt();
    let lanes = names::index(region.lanes() as usize);
    let width = names::index(region.plan.accumulators.len());
    let ordered = Ordered::all(region);
    let refill = ordered.iter().map(|of| {
        let (at, ty, identity) = (names::index(of.at), &of.ty, &of.identity);
        emit!(#rt::refill::<#ty>(__slots, #at, #identity);)
    });
    let folds = ordered.iter().map(|of| {
        let (at, ty, sum) = (names::index(of.at), &of.ty, of.sum);
        emit!(*__folded.add(#at) = #rt::folded::<#ty, #sum, #lanes>(__slots, #at);)
    });
    let (refill, folds) = (emit!(#(#refill)*), emit!(#(#folds)*));
    let (refill, folds) = match keeps(region) {
        true => (
            emit! {
                let __whole = (__part.columns.1 - __part.columns.0) % #lanes == 0;
                __part.folded = if __whole { __folded } else { #rt::null_mut() };
                if !__whole { #refill }
            },
            emit!(if __part.folded.is_null() { #folds }),
        ),
        false => (refill, folds),
    };
    emit! {
        let (mut __part, mut __folded) = (*__tile, __tile.folded);
        loop {
            if __tile.chunk != 0 {
                __part.columns.1 = #rt::Ord::min(__part.columns.0 + __tile.chunk, __tile.columns.1);
                #refill
            }
            #code(__call, &__part, __slots)?;
            if __tile.chunk == 0 { return #rt::Result::Ok(()); }
            #folds
            __folded = __folded.add(#width);
            __part.columns.0 = __part.columns.1;
            if __part.columns.0 == __tile.columns.1 { return #rt::Result::Ok(()); }
        }
    }
}
