//! How two partial results of a region become one.

use super::item;
use super::levels;
use super::names::{self, emit};
use super::region::Region;
use crate::analysis::plan::Extreme;
use crate::ir::Scalar;
use proc_macro2::{Ident, TokenStream};

/// The functions that fold accumulators which do not fold one by one: the first so many lanes, a
/// power of two, into the first ones.
pub struct Folds {
    pub items: TokenStream,
    /// `Option`s: for every processor, and for those that run the fast form.
    pub forms: [TokenStream; 2],
}

pub fn functions(region: &Region) -> Folds {
    let (plan, rt) = (region.plan, region.rt());
    if plan.extremes.is_empty() {
        let none = emit!(#rt::Option::None);
        return Folds {
            items: TokenStream::new(),
            forms: [none.clone(), none],
        };
    }
    let types = plan.accumulators.iter().map(|of| region.body.scalar(of.ty));
    let types: Vec<_> = types.collect();
    let positions: Vec<_> = (0..types.len()).map(names::index).collect();
    let all = |of: fn(usize) -> Ident| -> Vec<Ident> { (0..types.len()).map(of).collect() };
    let (lefts, rights) = (all(left), all(right));
    let folded = all(|n| names::local(&format!("__folded{n}")));
    let (pair, usize) = (pair(region), region.body.scalar(Scalar::Usize));
    let (features, slots) = (levels::features(), names::index(types.len()));
    let fold = |name: &str, attribute: &TokenStream| {
        let name = names::local(name);
        emit! {
            #attribute
            unsafe fn #name(__slots: *mut #rt::Slot, __count: #usize) {
                let mut __room = [#rt::Slot::EMPTY; #slots];
                let (mut __from, mut __to) = (__slots, __room.as_mut_ptr());
                let mut __width = __count / 2;
                while __width > 0 {
                    unsafe {
                        __fold_lanes(
                            __width,
                            #(#rt::lanes::<#types>(__to, #positions),)*
                            #(#rt::lanes_from::<#types>(__from, #positions, 0),)*
                            #(#rt::lanes_from::<#types>(__from, #positions, __width)),*
                        )
                    }
                    (__from, __to) = (__to, __from);
                    __width /= 2;
                }
                #(unsafe {
                    *#rt::first(#rt::lanes::<#types>(__slots, #positions)) =
                        *#rt::first(#rt::lanes::<#types>(__from, #positions));
                })*
            }
        }
    };
    let (general, fast) = (
        fold("__fold", &item::late()),
        fold("__fast_fold", &features),
    );
    let items = emit! {
        // To another place: where a lane is chosen or stays as it is, LLVM would store under a
        // mask, which takes long on many processors. As parameters, the references tell it that
        // the places do not overlap.
        #[inline(always)]
        unsafe fn __fold_lanes(
            __width: #usize,
            #(#folded: &mut [#types; 0],)*
            #(#lefts: &[#types; 0],)*
            #(#rights: &[#types; 0]),*
        ) {
            #(let #folded = #rt::first(#folded);)*
            #(let (#lefts, #rights) = (#lefts.as_ptr(), #rights.as_ptr());)*
            for __lane in 0..__width {
                let __values = {
                    #(let #lefts = unsafe { *#lefts.add(__lane) };)*
                    #(let #rights = unsafe { *#rights.add(__lane) };)*
                    #pair
                };
                #(unsafe { *#folded.add(__lane) = __values.#positions };)*
            }
        }
    };
    Folds {
        items: emit!(#items #general),
        forms: [
            emit!(#rt::Option::Some(__fold)),
            emit!({ #fast #rt::Option::Some(__fast_fold) }),
        ],
    }
}

/// The name of an accumulator's left value; before that, of where the left half of its lanes is.
fn left(accumulator: usize) -> Ident {
    names::local(&format!("__left{accumulator}"))
}

/// Likewise on the right.
fn right(accumulator: usize) -> Ident {
    names::local(&format!("__right{accumulator}"))
}

/// The left and the right values of all accumulators as one. Not by `if`: LLVM would load what it
/// chose from one of two addresses, for which there are no vectors.
fn pair(region: &Region) -> TokenStream {
    let plan = region.plan;
    let ahead = plan.extremes.iter().enumerate().map(|(number, extreme)| {
        let (name, test) = (ahead_name(number), ahead(extreme));
        emit!(let #name = #test;)
    });
    let folds = plan.accumulators.iter().enumerate().map(|(at, of)| {
        let (left, right) = (left(at), right(at));
        match plan.extreme_of(at) {
            Some(number) => member(region, number, at),
            None => (region.body).combine(of.fold.combine(), of.ty, emit!(#left), emit!(#right)),
        }
    });
    emit!(#(#ahead)* (#(#folds,)*))
}

/// What a member of an extreme has of both sides.
fn member(region: &Region, number: usize, at: usize) -> TokenStream {
    let (rt, extreme, ahead) = (
        region.rt(),
        &region.plan.extremes[number],
        ahead_name(number),
    );
    let of = &region.plan.accumulators[at];
    let combine = |left: &Ident, right: &Ident| {
        let fold = of.fold.combine();
        region
            .body
            .combine(fold, of.ty, emit!(#left), emit!(#right))
    };
    let (mine, others) = (left(at), right(at));
    let chosen = |yes, no| emit!(#rt::select_unpredictable(#ahead, #yes, #no));
    let (leader, next) = (left(extreme.leader), right(extreme.leader));
    let one = match extreme.follower.filter(|of| of.at == at) {
        None => chosen(emit!(#others), emit!(#mine)),
        Some(_) => chosen(combine(&leader, &others), combine(&mine, &next)),
    };
    if !extreme.adds(at) {
        return one;
    }
    let both = combine(&mine, &others);
    emit!(#rt::select_unpredictable(#leader == #next, #both, #one))
}

fn ahead_name(number: usize) -> Ident {
    names::local(&format!("__ahead{number}"))
}

/// Whether the right partial result is ahead of the left one; without branches, for SIMD.
fn ahead(extreme: &Extreme) -> TokenStream {
    let order = extreme.order().into_iter();
    let tests = order.map(|(at, least)| {
        let (mine, others) = (right(at), left(at));
        let better = if least { emit!(<) } else { emit!(>) };
        (emit!((#mine #better #others)), emit!((#mine == #others)))
    });
    // From the last one, which is not asked whether it is equal.
    let test = tests.rev().reduce(|(later, _), (better, equal)| {
        let test = emit!((#better | (#equal & #later)));
        (test, TokenStream::new())
    });
    test.map_or_else(TokenStream::new, |(test, _)| test)
}
