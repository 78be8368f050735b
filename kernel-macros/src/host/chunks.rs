//! The fast form of a reduction that runs and folds several chunks in one call. What depends on the
//! order starts anew in every chunk; the lanes of everything else stay from one to the next.

use super::names::{self, emit};
use super::region::Region;
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

/// Runs a tile by this function: chunk by chunk where it says so, else as it is.
pub fn each(region: &Region, code: &TokenStream) -> TokenStream {
    let rt = region.rt();
    let lanes = names::index(region.lanes() as usize);
    let width = names::index(region.plan.accumulators.len());
    let refill = ordered(region).map(|(at, of)| {
        let (ty, at) = (region.body.scalar(of.ty), names::index(at));
        let identity = match of.fold {
            Fold::Mul => emit!(1.0),
            _ => emit!(-0.0),
        };
        emit!(#rt::refill::<#ty>(__slots, #at, #identity);)
    });
    let folds = ordered(region).map(|(at, of)| {
        let (ty, at) = (region.body.scalar(of.ty), names::index(at));
        let sum = of.fold != Fold::Mul;
        emit!(*__folded.add(#at) = #rt::folded::<#ty, #sum>(__slots, #at, #lanes);)
    });
    emit! {
        let (mut __part, mut __folded) = (*__tile, __tile.folded);
        loop {
            if __tile.chunk != 0 {
                __part.columns.1 = #rt::Ord::min(__part.columns.0 + __tile.chunk, __tile.columns.1);
                #(#refill)*
            }
            #code(__call, &__part, __slots)?;
            if __tile.chunk == 0 { return #rt::Result::Ok(()); }
            #(#folds)*
            __folded = __folded.add(#width);
            __part.columns.0 = __part.columns.1;
            if __part.columns.0 == __tile.columns.1 { return #rt::Result::Ok(()); }
        }
    }
}
