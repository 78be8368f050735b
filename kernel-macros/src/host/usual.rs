//! Regions whose iterations call functions with a rare path, such as the sine of a large number.
//!
//! SIMD code computes both paths in every lane. So a fast form computes the usual path alone, some
//! iterations at a time, and notes whether an argument was rare: then those iterations are done
//! again, with the functions proper, before anybody sees what they wrote. They can be: what they
//! write, none of them reads, and accumulators are what they were before. Iterations that read what
//! they write are first gone through without their writes, which leaves of them what rare arguments
//! need, as long as they read before they write.

use super::body::Body;
use super::item;
use super::iterate::{Entries, Forms};
use super::levels;
use super::names::{self, emit};
use super::region::Region;
use crate::analysis::in_place;
use crate::analysis::plan::ArrayUse;
use crate::ir::{ExprKind, Scalar, walk};
use proc_macro2::TokenStream;

/// Accumulators of which there may be a copy: more would take longer than they save.
const MOST_ACCUMULATORS: usize = 4;

/// Whether a region has forms for usual arguments. Where it calls device functions, rustc alone knows
/// whether one of them has a rare path.
pub fn serves(region: &Region) -> bool {
    let plan = region.plan;
    let in_order = plan.in_order.is_some() || !plan.shared.is_empty();
    let may = has_rare_path(&region.body) || !plan.calls.is_empty();
    !in_order && may && can_be_done_again(region)
}

/// Whether a body itself calls a function of the runtime's that has a rare path.
pub fn has_rare_path(body: &Body) -> bool {
    let function = body.function();
    let mut found = false;
    walk::expressions(function, &body.region.body, &mut |id| {
        let rare = |kind: &ExprKind| matches!(kind, ExprKind::Call(of, _) if of.has_rare_path());
        found |= rare(&function.exprs[id].kind);
    });
    found && !function.std_math
}

fn can_be_done_again(region: &Region) -> bool {
    let (plan, function) = (region.plan, region.body.function());
    let mut read_and_written = plan.arrays.iter().filter(|of| of.reads && of.writes);
    let first = |of: &ArrayUse| in_place::reads_come_first(function, &plan.body, of.var);
    match plan.accumulators.len() {
        0 => read_and_written.all(first),
        some => some <= MOST_ACCUMULATORS && read_and_written.next().is_none(),
    }
}

/// `USUAL` and `WRITES` are for the fast form alone, which is made by a function that has `WIDE`.
pub fn forms(region: &Region) -> Forms {
    let (rt, bool) = (region.rt(), region.body.scalar(Scalar::Bool));
    let flags = ["FAST", "WIDE", "USUAL", "WRITES"].map(names::local);
    Forms {
        parameter: emit!(<#(const #flags: #bool),*>),
        pass: emit!(::<#(#flags),*>),
        fast: emit!(::<true, WIDE, true, true>),
        wide: emit!(::<true, WIDE, true, true>),
        other: emit!(::<false, false, false, true>),
        further: Some((names::local("__rare"), emit!(&mut #rt::Rare))),
    }
}

/// What the runtime calls for a tile of such a region.
pub fn entries(region: &Region) -> Entries {
    let (rt, bool) = (region.rt(), region.body.scalar(Scalar::Bool));
    let other = forms(region).other;
    let part = if region.plan.arrays.iter().any(|of| of.reads && of.writes) {
        part_in_place(region)
    } else {
        part(region)
    };
    let lanes = names::index(region.lanes() as usize);
    let Rarely { unless, pays } = rarely(region);
    let late = item::late();
    let items = emit! {
        #late
        unsafe fn __proper(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __slots: *mut #rt::Slot,
        ) -> #rt::Checked {
            unsafe { __rows #other(__call, __tile, __slots, &mut #rt::Rare::none()) }
        }
        #[inline(always)]
        unsafe fn __usual<const WIDE: #bool>(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __slots: *mut #rt::Slot,
        ) -> #rt::Checked {
            #unless
            for __part in #rt::Tile::parts(*__tile, #lanes) {
                let mut __rare = #rt::Rare::none();
                #part
            }
            #rt::Result::Ok(())
        }
    };
    let wide = region.differs_by_level();
    let [usually, widely] = [emit!(__usual::<false>), emit!(__usual::<#wide>)];
    Entries {
        items,
        body: emit!(__proper),
        fast: levels::forms(region, [&usually, &widely], &pays),
    }
}

/// What follows from whether there is a rare path.
struct Rarely {
    /// Runs a tile where there is none: rustc leaves out what comes after.
    unless: TokenStream,
    /// Whether the fast form is worth its size.
    pays: TokenStream,
}

fn rarely(region: &Region) -> Rarely {
    if has_rare_path(&region.body) {
        return Rarely {
            unless: TokenStream::new(),
            pays: emit!(true),
        };
    }
    let (rt, bool) = (region.rt(), region.body.scalar(Scalar::Bool));
    let functions = region.body.implementations();
    let (rare, otherwise) = (emit!((#(#functions::RARE)||*)), levels::pays(region));
    Rarely {
        unless: emit! {
            const __RARE: #bool = #rare;
            if !__RARE {
                let __rare = &mut #rt::Rare::none();
                return unsafe { __rows::<true, WIDE, false, true>(__call, __tile, __slots, __rare) };
            }
        },
        pays: emit!((#rare || #otherwise)),
    }
}

/// A part that is done again where an argument was rare.
fn part(region: &Region) -> TokenStream {
    let (rt, fast) = (region.rt(), forms(region).fast);
    let count = region.plan.accumulators.len();
    let accumulators = names::index(count);
    let combines = count > 0;
    let keep =
        combines.then(|| emit!(let __kept = unsafe { #rt::Kept::<#accumulators>::of(__slots) };));
    let put_back = combines.then(|| emit!(unsafe { #rt::Kept::put_back(&__kept, __slots) };));
    emit! {
        #keep
        let __outcome = unsafe { __rows #fast(__call, &__part, __slots, &mut __rare) };
        if #rt::Rare::any(__rare) || #rt::Result::is_err(&__outcome) {
            #put_back
            unsafe { __proper(__call, &__part, __slots)? };
        }
    }
}

/// A part that is first gone through without its writes.
fn part_in_place(region: &Region) -> TokenStream {
    let (rt, fast) = (region.rt(), forms(region).fast);
    emit! {
        let __found = unsafe {
            __rows::<true, WIDE, true, false>(__call, &__part, __slots, &mut __rare)
        };
        if #rt::Rare::any(__rare) || #rt::Result::is_err(&__found) {
            unsafe { __proper(__call, &__part, __slots)? };
        } else {
            unsafe { __rows #fast(__call, &__part, __slots, &mut __rare)? };
        }
    }
}
