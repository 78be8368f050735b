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
///
/// The function stays an ordinary one, whose plain call chooses a version. The versions are
/// `NAME::serial`, `NAME::parallel` and, with `cuda`, `NAME::cuda` and `NAME::PTX`; `NAME::report()` says
/// what became of each loop. A loop runs in parallel only if its iterations are proved independent or
/// are a reduction, and a function in which no loop can is a compile error that says why.
///
/// # Arguments
///
/// | argument | what it does |
/// |---|---|
/// | `parallel` | nothing: every kernel has a version for threads. Says so where it stands |
/// | `cuda` | makes `NAME::cuda` and `NAME::PTX` |
/// | `handle = Name` | the name that the versions hang on, where the function's own is taken |
/// | `types(T = [f32, f64])` | the instances of a generic kernel; `types(Real = f64)` names a type alias |
/// | `fastmath`, `fastmath(contract, reassoc, approx)` | what may round otherwise than as written, all or those that it names; the same in every version but `serial` |
/// | `math = "std"` | `exp`, `sin` and their kin are the standard library's on threads; there is no device version of them |
/// | `unsafe(independent(out, ..))` | your word that different iterations touch different elements of these arrays. If it is not true, threads race |
/// | `assume_pure(path, ..)` | your word that these functions have no effects; iterations on threads may call them |
/// | `crate = path` | where `kernel_runtime` is, if not at `::kernel_runtime` |
/// | `device` | no kernel, but a function that kernels call. Stands alone, or with `crate` |
///
/// # Errors
///
/// What cannot be compiled is an error at its place. The types, the borrows and the lints of the function
/// are rustc's, as without the attribute.
#[proc_macro_attribute]
pub fn kernel(
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    expand::kernel(arguments.into(), item.into()).into()
}
