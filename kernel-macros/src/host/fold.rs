//! How two partial results of a region become one.

use super::iterate;
use super::names::{self, emit};
use super::region::Region;
use crate::analysis::plan::Extreme;
use crate::ir::Scalar;
use proc_macro2::{Ident, TokenStream};

/// Lanes that LLVM folds at once; where fewer are left to fold, those behind them fold to values
/// that nobody needs.
const VECTOR: usize = 4;

/// The functions that fold accumulators which do not fold one by one: the first so many lanes, a
/// power of two, into the first ones. `__fold` is for every processor, `__fast_fold` for those that
/// run the fast form.
pub fn functions(region: &Region) -> Option<TokenStream> {
    let plan = region.plan;
    if plan.extremes.is_empty() {
        return None;
    }
    let rt = region.rt();
    let types = plan.accumulators.iter().map(|of| region.body.scalar(of.ty));
    let types: Vec<_> = types.collect();
    let positions: Vec<_> = (0..types.len()).map(names::index).collect();
    let lanes = (0..types.len()).map(|n| names::local(&format!("__lanes{n}")));
    let lanes: Vec<_> = lanes.collect();
    let (pair, usize) = (pair(region), region.body.scalar(Scalar::Usize));
    let (features, vector) = (iterate::features(), names::index(VECTOR));
    let fold = |name: &str, features: Option<&TokenStream>| {
        let name = names::local(name);
        emit! {
            #features
            unsafe fn #name(__slots: *mut #rt::Slot, __count: #usize) {
                let mut __width = __count / 2;
                let __least = #rt::Ord::min(__width, #vector);
                while __width > 0 {
                    unsafe {
                        __fold_lanes(
                            #rt::Ord::max(__width, __least),
                            __width,
                            #(#rt::lanes::<#types>(__slots, #positions)),*
                        )
                    }
                    __width /= 2;
                }
            }
        }
    };
    let (general, fast) = (fold("__fold", None), fold("__fast_fold", Some(&features)));
    Some(emit! {
        #[inline(always)]
        unsafe fn __fold_lanes(
            __many: #usize,
            __width: #usize,
            #(#lanes: &mut [#types; 0]),*
        ) {
            #(let #lanes = #rt::first(#lanes);)*
            for __lane in 0..__many {
                let __left = unsafe { (#(*#lanes.add(__lane),)*) };
                let __right = unsafe { (#(*#lanes.add(__lane + __width),)*) };
                let __values = { #pair };
                #(unsafe { *#lanes.add(__lane) = __values.#positions };)*
            }
        }
        #general
        #fast
    })
}

/// The value of `__left` and `__right`, tuples of all accumulators, as one.
fn pair(region: &Region) -> TokenStream {
    let plan = region.plan;
    let ahead = plan.extremes.iter().enumerate().map(|(number, extreme)| {
        let (name, test) = (ahead_name(number), ahead(extreme));
        emit!(let #name = #test;)
    });
    let folds = plan.accumulators.iter().enumerate().map(|(at, of)| {
        let place = names::index(at);
        let (left, right) = (emit!(__left.#place), emit!(__right.#place));
        let mut extremes = plan.extremes.iter();
        match extremes.position(|extreme| extreme.members().any(|member| member == at)) {
            Some(number) => {
                let ahead = ahead_name(number);
                emit!(if #ahead { #right } else { #left })
            }
            None => region.body.combine(of.fold.combine(), of.ty, left, right),
        }
    });
    emit!(#(#ahead)* (#(#folds,)*))
}

fn ahead_name(number: usize) -> Ident {
    names::local(&format!("__ahead{number}"))
}

/// Whether the right partial result is ahead of the left one; without branches, for SIMD.
fn ahead(extreme: &Extreme) -> TokenStream {
    let (leader, place) = (names::index(extreme.leader), names::index(extreme.place));
    let less = |least: bool| if least { emit!(<) } else { emit!(>) };
    let (better, nearer) = (less(extreme.least), less(!extreme.last));
    emit! {
        (__right.#leader #better __left.#leader)
            | ((__right.#leader == __left.#leader) & (__right.#place #nearer __left.#place))
    }
}
