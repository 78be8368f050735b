//! Plan to PTX text. It cannot fail: whatever could go wrong was an error before.
//!
//! Each region is one entry, another form of it where there is one, and one more entry where something
//! is left to fold: three texts at most. `kernel_runtime::launch` is the contract.
//! An entry is built by an [`Emitter`](emitter::Emitter), whose methods are spread over the files
//! by subject: [`expr`], [`arith`], [`cast`], [`builtin`], [`remainder`] for values, [`stmt`],
//! [`inner`], [`local`] for statements, [`address`] for elements of arrays, [`fail`] for sites;
//! [`map`], [`reduce`] and [`fold`] (with [`combine`]) put an iteration into its entry, [`lane_fold`]
//! the tree over the lanes of a chunk, both by what threads of a [`warp`] exchange; [`atomic`] updates arrays that accumulate; where it cannot,
//! [`grouped`] and [`grouped_fold`] do; [`form`] says which of them it is. Maps take neighbouring
//! iterations together where that makes their accesses longer ([`vectors`], [`vector_loop`]), and so
//! do the threads of a reduction on their other way through a chunk ([`lane_vectors`],
//! [`wide_chunk`]); [`staged`] has what both load and store at once. Threads that walk along rows of their own load vectors as well
//! ([`streams`]). [`entry`] decides in which forms
//! an entry is written, one of which may have indices of 32 bits ([`narrow`]).

mod address;
mod arith;
mod atomic;
mod builtin;
mod call;
mod cast;
mod code;
mod combine;
mod crosswise;
mod emitter;
mod entry;
mod expr;
mod fail;
mod fold;
mod form;
mod function;
mod grid;
mod grouped;
mod grouped_fold;
pub mod hole;
mod inner;
mod lane_fold;
mod lane_vectors;
mod local;
mod map;
pub mod names;
mod narrow;
pub mod params;
mod poly;
mod reduce;
mod remainder;
mod source;
mod staged;
mod stmt;
mod streams;
mod unroll;
mod uses;
mod value;
mod vector_loop;
mod vectors;
mod warp;
mod wide_chunk;

#[cfg(test)]
mod tests;

pub use entry::Other;
pub use form::Form;
pub use function::device_function;
pub use names::{entry_name, fold_name};
pub use params::{DeviceParam, fold_params, params};

use crate::analysis::plan::Region;
use crate::ir::Function;
use code::Code;
use emitter::Emitter;
use entry::{Forms, Writer};
use std::fmt::Write;

/// `shfl.sync` needs ISA 6.0, and the lock of the failure record the scheduling of `sm_70`.
const HEADER: &str = ".version 6.0\n.target sm_70\n.address_size 64\n";

/// What every module begins with.
pub fn head(function: &Function) -> String {
    let name = names::comment(&function.name.to_string());
    format!("// {name}\n{HEADER}")
}

/// A region's entries, with holes where they call functions.
#[derive(Debug)]
pub struct Entries {
    /// For crates without debug assertions.
    pub release: String,
    /// For crates with them, where integer overflow is a failure.
    pub debug: String,
    /// Iterations of the innermost loop that a thread takes together, in a map that does; else 1.
    pub width: i64,
    /// How many loops out from the innermost some array's neighbours lie, in a map.
    pub crosswise: Option<usize>,
    /// A second form of the entry that runs the iterations.
    pub other: Option<Other>,
}

/// The entries of a region.
pub fn entries(function: &Function, region: &Region) -> Entries {
    let writer = |debug| Writer {
        function,
        region,
        debug,
    };
    let forms = writer(false).forms();
    let (width, crosswise) = (forms.width, forms.crosswise);
    let other = forms.other.as_ref().map(|(of, _)| of.clone());
    let in_debug = region.differs_in_debug().then(|| writer(true).like(&forms));
    let release = text(writer(false), forms);
    Entries {
        debug: in_debug.map_or_else(|| release.clone(), |of| text(writer(true), of)),
        release,
        width,
        crosswise,
        other,
    }
}

/// The text of the entries.
fn text(of: Writer<'_>, forms: Forms) -> String {
    let (function, region) = (of.function, of.region);
    let parameters = params(function, region, of.debug);
    let entry = |name: &str, code: Code| {
        let head = signature(function, region, name, &parameters);
        head + &code.print()
    };
    let mut text = format!("\n{}", heads(function, region));
    text += &entry(&entry_name(function, region), forms.first);
    if let Some((other, code)) = forms.other {
        _ = write!(text, "}}\n\n// Where {}.\n", other.condition());
        text += &entry(&other.name, code);
    }
    if Form::of(function, region).has_fold() {
        text += &fold_entry(function, region, of.debug);
    }
    text + "}\n"
}

/// From the end of the first entry to that of the second.
fn fold_entry(function: &Function, region: &Region, debug: bool) -> String {
    let emitter = Emitter::new(function, region, debug);
    let (parts, body) = match Form::of(function, region) {
        Form::Groups => ("groups", grouped_fold::emit(emitter)),
        _ => ("chunks", fold::emit(emitter)),
    };
    let params = fold_params(function, region);
    let head = signature(function, region, &fold_name(function, region), &params);
    let heads = heads(function, region);
    format!("}}\n\n// The tree over the {parts} of\n{heads}{head}{body}")
}

/// The region's loops in comments.
fn heads(function: &Function, region: &Region) -> String {
    let mut text = String::new();
    for nest in &region.nest {
        let head = source::for_line(function, nest.id);
        let head = source::numbered(function.loops[nest.id].head, &head);
        _ = writeln!(text, "// {head}");
    }
    text
}

/// From `.visible` to the opening brace.
fn signature(function: &Function, region: &Region, name: &str, list: &[DeviceParam]) -> String {
    let params: Vec<String> = list
        .iter()
        .map(|param| {
            let ty = match param {
                DeviceParam::Scalar(n) => {
                    let var = region.scalars[usize::from(*n)];
                    let ty = function.vars[var].ty.scalar();
                    ty.map_or("u64".to_owned(), emitter::memory_suffix)
                }
                DeviceParam::Initial(n) => {
                    emitter::memory_suffix(region.accumulators[usize::from(*n)].ty)
                }
                _ => "u64".to_owned(),
            };
            let name = names::parameter(function, region, *param);
            format!("    .param .{ty} {name}")
        })
        .collect();
    format!(".visible .entry {name}(\n{}\n)\n{{\n", params.join(",\n"))
}
