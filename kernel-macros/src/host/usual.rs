//! Maps whose iterations call functions with a rare path, such as the sine of a large number.
//!
//! SIMD code computes both paths in every lane. So a fast form computes the usual path alone, some
//! iterations at a time, and notes whether an argument was rare: then those iterations are done
//! again, with the functions proper, before anybody sees what they wrote. They can be: what they
//! write, none of them reads.

use super::iterate::{self, Functions};
use super::names::emit;
use super::region::Region;
use crate::ir::{ExprKind, Scalar, walk};
use proc_macro2::TokenStream;

/// Whether a region has forms for usual arguments.
pub fn serves(region: &Region) -> bool {
    let plan = region.plan;
    let again = plan.arrays.iter().all(|of| !(of.reads && of.writes));
    again && plan.in_order.is_none() && plan.shared.is_empty() && has_rare_path(region)
}

fn has_rare_path(region: &Region) -> bool {
    let function = region.body.function();
    let mut found = false;
    walk::expressions(function, &region.plan.body, &mut |id| {
        let rare = |kind: &ExprKind| matches!(kind, ExprKind::Call(of, _) if of.has_rare_path());
        found |= rare(&function.exprs[id].kind);
    });
    found && !function.std_math
}

/// The functions of such a map; `rows` are the iterations of a tile.
pub fn functions(region: &Region, rows: &TokenStream) -> Functions {
    let (rt, bool) = (region.rt(), region.body.scalar(Scalar::Bool));
    let mut items = emit! {
        #[inline(always)]
        unsafe fn __rows<const FAST: #bool, const USUAL: #bool>(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __rare: &mut #rt::Rare,
        ) -> #rt::Checked {
            #rows
            #rt::Result::Ok(())
        }
        unsafe fn __proper(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            _: *mut #rt::Slot,
        ) -> #rt::Checked {
            unsafe { __rows::<false, false>(__call, __tile, &mut #rt::Rare::none()) }
        }
        #[inline(always)]
        unsafe fn __usual(
            __call: &#rt::Call<'_>,
            __tile: &#rt::Tile,
            __slots: *mut #rt::Slot,
        ) -> #rt::Checked {
            for __part in #rt::Tile::parts(*__tile) {
                let mut __rare = #rt::Rare::none();
                let __outcome = unsafe { __rows::<true, true>(__call, &__part, &mut __rare) };
                if #rt::Rare::any(__rare) || #rt::Result::is_err(&__outcome) {
                    unsafe { __proper(__call, &__part, __slots)? };
                }
            }
            #rt::Result::Ok(())
        }
    };
    items.extend(iterate::fast(rt, &emit!(__usual)));
    Functions {
        items,
        body: emit!(__proper),
        pays: emit!(true),
        fold: emit!(#rt::Option::None),
        fast_fold: emit!(#rt::Option::None),
    }
}
