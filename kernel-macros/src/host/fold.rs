//! How two partial results of a region become one.

use super::names::{self, emit};
use super::region::Region;
use crate::analysis::plan::Extreme;
use proc_macro2::{Ident, TokenStream};

/// The value of `__left` and `__right`, tuples of all accumulators, as one.
pub fn pair(region: &Region) -> TokenStream {
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
