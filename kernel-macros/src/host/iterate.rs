//! The struct that holds a region's captures, and the traits through which the runtime iterates.

use super::names::{self, emit};
use super::region::{Region, handle_type};
use super::{device, fold, grouped, space, wide};
use crate::analysis::plan::{Fold, Identity, NestLoop};
use crate::ir::Scalar;
use proc_macro2::{Ident, Literal, TokenStream};

/// Name of the struct.
pub fn struct_name() -> Ident {
    names::local("__KernelRegion")
}

fn lanes_name() -> Ident {
    names::local("__KernelLanes")
}

/// Struct and impls.
pub fn items(region: &Region) -> TokenStream {
    let (structure, base) = (structure(region), base(region));
    let iterate = if !region.plan.shared.is_empty() {
        grouped::items(region)
    } else if region.plan.accumulators.is_empty() {
        map(region)
    } else {
        reduce(region)
    };
    emit!(#structure #base #iterate)
}

/// Names and types of the captured values.
fn captures(region: &Region) -> Vec<(Ident, TokenStream)> {
    let vars = &region.context.input.function.vars;
    let arrays = region.plan.arrays.iter().map(|of| {
        let ty = handle_type(&region.body, of, "a");
        (region.body.name(of.var), ty)
    });
    let scalars = region.plan.scalars.iter().map(|id| {
        let ty = region.body.ty(&vars[*id].ty);
        (region.body.name(*id), ty)
    });
    arrays.chain(scalars).collect()
}

fn structure(region: &Region) -> TokenStream {
    let (rt, name) = (region.rt(), struct_name());
    let (names, types): (Vec<_>, Vec<_>) = captures(region).into_iter().unzip();
    let loops = names::index(region.plan.nest.len());
    emit! {
        #[derive(#rt::Clone, #rt::Copy)]
        struct #name<'a> {
            __shape: #rt::Shape,
            __trips: [#rt::launch::Trip; #loops],
            fast: #rt::prim::bool,
            #(#names: #types,)*
            borrow: #rt::PhantomData<&'a ()>,
        }
    }
}

/// The struct's value, where loops and captures are locals.
pub fn construct(region: &Region) -> TokenStream {
    let (rt, name) = (region.rt(), struct_name());
    let captured = captures(region).into_iter().map(|(name, _)| name);
    let loops: Vec<Ident> = (0..region.plan.nest.len()).map(wide::loop_name).collect();
    let missing = (loops.len()..3).map(|_| emit!(1));
    let strided = region.plan.arrays.iter().filter(|of| !of.contiguous);
    let strided = strided.map(|of| region.body.name(of.var));
    let relaxed = wide::all(&region.body, &region.plan.relaxed);
    emit! {
        #name {
            __shape: [#(#missing,)* #(#loops.count()),*],
            __trips: [#(#loops.trip()),*],
            fast: true #(&& #strided.is_unit())* && #relaxed,
            #(#captured,)*
            borrow: #rt::PhantomData,
        }
    }
}

/// The captures as locals again.
pub fn unpack(region: &Region) -> TokenStream {
    let name = struct_name();
    let captured = captures(region).into_iter().map(|(name, _)| name);
    emit!(let #name { __shape, __trips, #(#captured,)* .. } = *self;)
}

fn base(region: &Region) -> TokenStream {
    let (rt, name) = (region.rt(), struct_name());
    let strided = region.plan.arrays.iter().any(|of| !of.contiguous);
    let fast = if strided || !region.plan.relaxed.is_empty() {
        emit!(self.fast)
    } else {
        emit!(true)
    };
    let device = device::code(region);
    let arguments = device.is_some().then(|| {
        let (unpack, arguments) = (unpack(region), device::arguments(region));
        emit! {
            fn arguments(&self, __visit: #rt::Visit<'_>) {
                #unpack
                #arguments
            }
        }
    });
    emit! {
        impl #rt::Region for #name<'_> {
            #device
            #[inline(always)]
            fn shape(&self) -> #rt::Shape {
                self.__shape
            }
            #[inline(always)]
            fn fast(&self) -> #rt::prim::bool {
                #fast
            }
            #arguments
        }
    }
}

/// The loop variables' values at an iteration.
pub fn variables(region: &Region, from: usize, to: usize) -> TokenStream {
    let nest = region.plan.nest.iter().enumerate();
    nest.skip(from)
        .take(to - from)
        .map(|(at, node)| variable(region, at, node))
        .collect()
}

fn variable(region: &Region, at: usize, node: &NestLoop) -> TokenStream {
    let (ty, name) = (region.body.scalar(node.ty), region.body.name(node.var));
    let depth = region.plan.nest.len();
    let place = if at + 1 == depth {
        emit!((__t as #ty))
    } else {
        let position = names::index(at + 3 - depth);
        emit!((__outer[#position] as #ty))
    };
    let at = names::index(at);
    let first = emit!((__trips[#at].first as #ty));
    let value = match space::constant_step(node) {
        Some(1) if from_zero(node) => place,
        Some(1) => emit!(#ty::wrapping_add(#first, #place)),
        Some(-1) => emit!(#ty::wrapping_sub(#first, #place)),
        Some(step) => {
            let step = wide::integer(step);
            let i128 = region.body.rt();
            let step = emit!((#step as #i128::prim::i128 as #ty));
            emit!(#ty::wrapping_add(#first, #ty::wrapping_mul(#place, #step)))
        }
        None => {
            let step = emit!((__trips[#at].step as #ty));
            emit!(#ty::wrapping_add(#first, #ty::wrapping_mul(#place, #step)))
        }
    };
    emit!(let #name: #ty = #value;)
}

fn from_zero(node: &NestLoop) -> bool {
    matches!(node.start, wide::Wide::Const(0))
}

fn map(region: &Region) -> TokenStream {
    let (rt, name) = (region.rt(), struct_name());
    let (unpack, depth) = (unpack(region), region.plan.nest.len());
    let outer = variables(region, 0, depth - 1);
    let inner = variables(region, depth - 1, depth);
    let iteration = region.body.iteration();
    let u64 = region.body.scalar(Scalar::U64);
    emit! {
        impl #rt::Map for #name<'_> {
            #[inline(always)]
            fn row<const FAST: #rt::prim::bool>(
                &self,
                __outer: [#u64; 2],
                __from: #u64,
                __to: #u64,
            ) -> #rt::Checked {
                #unpack
                #outer
                for __t in __from..__to {
                    #inner
                    #iteration
                }
                #rt::Result::Ok(())
            }
        }
    }
}

fn reduce(region: &Region) -> TokenStream {
    let (rt, name, lanes) = (region.rt(), struct_name(), lanes_name());
    let accumulators = &region.plan.accumulators;
    let types: Vec<_> = accumulators
        .iter()
        .map(|of| region.body.scalar(of.ty))
        .collect();
    let vars: Vec<_> = accumulators
        .iter()
        .map(|of| region.body.name(of.var))
        .collect();
    let bytes = accumulators
        .iter()
        .map(|of| names::index(of.ty.bytes() as usize));
    let fields: Vec<_> = (0..accumulators.len())
        .map(|position| names::local(&format!("lane{position}")))
        .collect();
    let positions: Vec<_> = (0..accumulators.len()).map(names::index).collect();
    let width = names::index(region.plan.lanes() as usize);
    let identities = accumulators
        .iter()
        .map(|of| identity(region, of.ty, of.fold));
    let fold = fold::pair(region);
    let (unpack, depth) = (unpack(region), region.plan.nest.len());
    let variables = variables(region, 0, depth);
    let iteration = region.body.iteration();
    let (u64, usize) = (
        region.body.scalar(Scalar::U64),
        region.body.scalar(Scalar::Usize),
    );
    let values = emit!((#(#types,)*));
    emit! {
        #[derive(#rt::Clone, #rt::Copy)]
        struct #lanes {
            #(#fields: [#types; #width],)*
        }

        impl #rt::Reduce for #name<'_> {
            type Values = #values;
            type Lanes = #lanes;
            const LANES: #usize = #width;
            const BYTES: &'static [#usize] = &[#(#bytes),*];
            #[inline(always)]
            fn identity() -> #lanes {
                #lanes { #(#fields: [#identities; #width],)* }
            }
            #[inline(always)]
            unsafe fn get(__lanes: &#lanes, __lane: #usize) -> #values {
                unsafe { (#(*__lanes.#fields.get_unchecked(__lane),)*) }
            }
            #[inline(always)]
            unsafe fn set(__lanes: &mut #lanes, __lane: #usize, __values: #values) {
                unsafe { #(*__lanes.#fields.get_unchecked_mut(__lane) = __values.#positions;)* }
            }
            #[inline(always)]
            fn fold(__left: #values, __right: #values) -> #values {
                #fold
            }
            fn store(__values: #values, __bits: &mut [#u64]) {
                #(__bits[#positions] = #rt::bits(__values.#positions);)*
            }
            fn load(__bits: &[#u64]) -> #values {
                (#(#rt::from_bits::<#types>(__bits[#positions]),)*)
            }
            #[inline(always)]
            fn step<const FAST: #rt::prim::bool>(
                &self,
                __outer: [#u64; 2],
                __t: #u64,
                __values: #values,
            ) -> #rt::Checked<#values> {
                #unpack
                let (#(mut #vars,)*) = __values;
                #variables
                #iteration
                #rt::Result::Ok((#(#vars,)*))
            }
        }
    }
}

/// Where an accumulator starts.
pub fn identity(region: &Region, scalar: Scalar, fold: Fold) -> TokenStream {
    let ty = region.body.scalar(scalar);
    match fold.identity(scalar) {
        Identity::Int(value) => wide::integer(value),
        Identity::Bool(value) => emit!(#value),
        Identity::Float(value) if value.is_nan() => emit!(#ty::NAN),
        Identity::Float(f64::INFINITY) => emit!(#ty::INFINITY),
        Identity::Float(f64::NEG_INFINITY) => emit!(#ty::NEG_INFINITY),
        Identity::Float(value) => {
            let magnitude = Literal::f64_unsuffixed(value.abs());
            if value.is_sign_negative() {
                emit!((-#magnitude))
            } else {
                emit!(#magnitude)
            }
        }
    }
}
