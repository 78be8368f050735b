//! Regions with array accumulators: the trait through which the runtime gives them copies.

use super::fold;
use super::iterate::{identity, struct_name, unpack, variables};
use super::names::{self, emit};
use super::region::Region;
use crate::analysis::plan::SharedArray;
use crate::ir::Scalar;
use proc_macro2::TokenStream;

/// The impl.
pub fn items(region: &Region) -> TokenStream {
    let (rt, name) = (region.rt(), struct_name());
    let (copies, values, row) = (copies(region), values(region), row(region));
    let repeatable = repeatable(region);
    let bool = region.body.scalar(Scalar::Bool);
    emit! {
        impl #rt::Grouped for #name<'_> {
            const REPEATABLE: #bool = #repeatable;
            #copies
            #values
            #row
        }
    }
}

/// Whether no iteration reads what another run of the loop wrote.
fn repeatable(region: &Region) -> bool {
    let shared = |var| region.plan.shared.iter().any(|of| of.var == var);
    let mut arrays = region.plan.arrays.iter();
    arrays.all(|of| shared(of.var) || !of.writes || !of.reads)
}

/// What concerns the arrays.
fn copies(region: &Region) -> TokenStream {
    let rt = region.rt();
    let shared = &region.plan.shared;
    let arrays: Vec<_> = shared.iter().map(|of| region.body.name(of.var)).collect();
    let types = shared.iter().map(|of| region.body.scalar(of.ty));
    let bytes = shared.iter().map(|of| names::index(of.ty.bytes() as usize));
    let identities: Vec<_> = shared
        .iter()
        .map(|of| identity(region, of.ty, of.fold))
        .collect();
    let positions: Vec<_> = (0..shared.len()).map(names::index).collect();
    let folds = shared.iter().map(|of| elementwise(region, of));
    let u64 = region.body.scalar(Scalar::U64);
    emit! {
        type Copies = (#(#rt::Vec<#types>,)*);
        fn size(&self) -> (#u64, #u64) {
            (
                0 #(+ self.#arrays.size() as #u64)*,
                0 #(+ self.#arrays.size() as #u64 * #bytes)*
            )
        }
        fn fresh(&self) -> Self::Copies {
            (#(#rt::filled(self.#arrays.size(), #identities),)*)
        }
        fn reset(__copies: &mut Self::Copies) {
            #(__copies.#positions.fill(#identities);)*
        }
        fn initial(&self) -> Self::Copies {
            unsafe { (#(self.#arrays.to_vec(),)*) }
        }
        fn keep(&self, __copies: &Self::Copies) {
            unsafe { #(self.#arrays.assign(&__copies.#positions);)* }
        }
        fn fold_copies(__left: &mut Self::Copies, __right: &Self::Copies) {
            #(#rt::each(&mut __left.#positions, &__right.#positions, #folds);)*
        }
        unsafe fn over(&self, __copies: &mut Self::Copies) -> Self {
            let mut __own = *self;
            unsafe { #(__own.#arrays = __own.#arrays.over(&mut __copies.#positions);)* }
            __own
        }
    }
}

/// Two elements in one, as a closure.
fn elementwise(region: &Region, of: &SharedArray) -> TokenStream {
    let (left, right) = (emit!(__one), emit!(__other));
    let value = region.body.combine(of.fold.combine(), of.ty, left, right);
    emit!(|__one, __other| #value)
}

/// What concerns the other accumulators.
fn values(region: &Region) -> TokenStream {
    let rt = region.rt();
    let accumulators = &region.plan.accumulators;
    let types: Vec<_> = accumulators
        .iter()
        .map(|of| region.body.scalar(of.ty))
        .collect();
    let positions: Vec<_> = (0..accumulators.len()).map(names::index).collect();
    let width = names::index(accumulators.len());
    let identities = accumulators
        .iter()
        .map(|of| identity(region, of.ty, of.fold));
    let fold = fold::pair(region);
    let (u64, usize) = (
        region.body.scalar(Scalar::U64),
        region.body.scalar(Scalar::Usize),
    );
    emit! {
        type Values = (#(#types,)*);
        const WIDTH: #usize = #width;
        fn identity() -> Self::Values {
            (#(#identities,)*)
        }
        fn fold(__left: Self::Values, __right: Self::Values) -> Self::Values {
            #fold
        }
        fn store(__values: Self::Values, __bits: &mut [#u64]) {
            #(__bits[#positions] = #rt::bits(__values.#positions);)*
        }
        fn load(__bits: &[#u64]) -> Self::Values {
            (#(#rt::from_bits::<#types>(__bits[#positions]),)*)
        }
    }
}

fn row(region: &Region) -> TokenStream {
    let (rt, depth) = (region.rt(), region.plan.nest.len());
    let accumulators = region.plan.accumulators.iter();
    let vars: Vec<_> = accumulators.map(|of| region.body.name(of.var)).collect();
    let unpack = unpack(region);
    let outer = variables(region, 0, depth - 1);
    let inner = variables(region, depth - 1, depth);
    let iteration = region.body.iteration();
    let (u64, bool) = (
        region.body.scalar(Scalar::U64),
        region.body.scalar(Scalar::Bool),
    );
    emit! {
        #[inline(always)]
        fn row<const FAST: #bool>(
            &self,
            __outer: [#u64; 2],
            __from: #u64,
            __to: #u64,
            __values: Self::Values,
        ) -> #rt::Checked<Self::Values> {
            #unpack
            let (#(mut #vars,)*) = __values;
            #outer
            for __t in __from..__to {
                #inner
                #iteration
            }
            #rt::Result::Ok((#(#vars,)*))
        }
    }
}

/// Runs the region.
pub fn dispatch(region: &Region) -> TokenStream {
    let (rt, session) = (region.rt(), &region.context.session);
    let values = region.initial_values();
    let results = region.results();
    emit! {
        match #session.grouped(&__region, __cost, #values) {
            #rt::Result::Ok(__total) => {
                #results
                #rt::Outcome::Done
            }
            #rt::Result::Err(__outcome) => __outcome,
        }
    }
}
