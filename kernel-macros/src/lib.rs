//! The `#[kernel]` attribute. Use it through `kernel-runtime`, which re-exports it.

mod analysis;
mod args;
mod artifacts;
mod diagnostics;
mod expand;
mod fastmath;
mod host;
mod infer;
mod instances;
mod ir;
mod lower;
mod parse;
mod ptx;
mod report;
mod stand_in;
mod tables;

/// Makes a loop function a kernel: serial, parallel and CUDA versions, and a dispatcher.
#[proc_macro_attribute]
pub fn kernel(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand::kernel(arguments.into(), item.into()).into()
}
