//! A region's launch: the constant part, and the arguments.

use super::names::{self, emit};
use super::region::Region;
use crate::ir::Scalar;
use crate::ptx::DeviceParam;
use proc_macro2::{Literal, TokenStream};

/// How a device runs a region.
#[derive(Debug)]
pub struct DeviceEntry {
    pub entry: String,
    /// The second entry of a region with accumulators.
    pub fold: Option<String>,
    /// The first entry's parameters, in crates without debug assertions and with them.
    pub release: Vec<DeviceParam>,
    pub debug: Vec<DeviceParam>,
}

/// The associated constant that describes the region's code, if there is any.
pub fn code(region: &Region) -> Option<TokenStream> {
    let input = region.context.input;
    let entry = input.device.as_ref()?.regions[region.plan.index].as_ref()?;
    let (rt, ptx) = (region.rt(), &input.ptx);
    let name = names::plain(&input.function.name);
    let fold = match &entry.fold {
        Some(fold) => emit!(#rt::Option::Some(#fold)),
        None => emit!(#rt::Option::None),
    };
    let (debug, first) = (region.body.debug(), &entry.entry);
    let with = entry.debug.iter().map(|of| param(rt, *of));
    let without = entry.release.iter().map(|of| param(rt, *of));
    Some(emit! {
        const DEVICE: #rt::Option<&'static #rt::DeviceCode> =
            #rt::Option::Some(&#rt::DeviceCode {
                module: #rt::launch::Module { name: #name, ptx: #ptx },
                entry: #first,
                fold: #fold,
                params: if #debug { &[#(#with),*] } else { &[#(#without),*] },
            });
    })
}

fn param(rt: &TokenStream, of: DeviceParam) -> TokenStream {
    let (name, numbers): (_, &[u8]) = match &of {
        DeviceParam::Trip(n) => ("Trip", &[*n]),
        DeviceParam::First(n) => ("First", &[*n]),
        DeviceParam::Step(n) => ("Step", &[*n]),
        DeviceParam::Base(n) => ("Base", &[*n]),
        DeviceParam::Len(n, dim) => ("Len", &[*n, *dim]),
        DeviceParam::Stride(n, dim) => ("Stride", &[*n, *dim]),
        DeviceParam::Scalar(n) => ("Scalar", &[*n]),
        DeviceParam::Failure => ("Failure", &[]),
        DeviceParam::Chunk => ("Chunk", &[]),
        DeviceParam::Chunks => ("Chunks", &[]),
        DeviceParam::Partials(n) => ("Partials", &[*n]),
    };
    let (name, numbers) = (names::local(name), numbers.iter());
    let numbers: Vec<_> = numbers.map(|n| Literal::u8_unsuffixed(*n)).collect();
    if numbers.is_empty() {
        return emit!(#rt::launch::DeviceParam::#name);
    }
    emit!(#rt::launch::DeviceParam::#name(#(#numbers),*))
}

/// Hands the launch's arguments to `visit`.
pub fn arguments(region: &Region) -> TokenStream {
    let (rt, plan) = (region.rt(), region.plan);
    let arrays = plan.arrays.iter().map(|of| {
        let (name, reads, writes) = (region.body.name(of.var), of.reads, of.writes);
        let keep = region.context.residency.keeps(of.var);
        emit!(#name.arg([#reads, #writes, #keep]))
    });
    let scalars = plan.scalars.iter().map(|id| {
        let name = region.body.name(*id);
        emit!(#rt::bits(#name))
    });
    let u64 = region.body.scalar(Scalar::U64);
    emit! {
        let __scalars: &[#u64] = &[#(#scalars),*];
        __visit(&__trips, &mut [#(#arrays),*], __scalars);
    }
}
