//! Plan → Rust tokens: the dispatcher, the handle with its versions, the driver and its regions.
//!
//! One function becomes four items' worth of code around two bodies: `serial` is the body
//! verbatim; the *driver* is the same body with each parallel loop replaced by the code that runs
//! it as a region, and serves `parallel`, `cuda` and the plain call alike.
//!
//! Whatever could go wrong was an error before this stage. What remains is hygiene: every token
//! made here has a mixed-site span (so its locals never meet the user's, and lints leave it alone)
//! and names what it needs by an absolute path into the runtime's hidden module (so nothing that the
//! user's file defines comes between). The user's own tokens keep their spans, in both bodies and
//! where a failed operation is repeated to raise its panic.
//!
//! The code has `unsafe` blocks; `docs/soundness.md` lists what they do and why they may. Their
//! mixed-site spans make rustc treat them as an external macro's, for which `unsafe_code` is silent
//! even when forbidden; the alternative, unchecked functions that claim to be safe, would put a lie
//! into the runtime.

mod access;
mod batch;
mod body;
mod brief;
mod call;
mod cast;
mod chunks;
mod condition;
mod confirm;
mod device;
pub mod driver;
mod elements;
mod expr;
mod family;
mod few;
mod fold;
mod formula;
mod function;
mod hidden;
mod item;
mod iterate;
mod lanes;
mod leaves;
mod levels;
mod logic;
mod names;
mod order;
pub mod plan;
mod raise;
pub mod region;
pub mod residency;
mod restart;
mod space;
mod stages;
mod strips;
#[cfg(test)]
mod tests;
mod text;
mod usual;
mod work;

use crate::analysis::plan::Plan;
use crate::ir::{Function, Scalar};
use proc_macro2::{Ident, TokenStream};

pub use device::{Device, DeviceEntry, Ptx};
pub use family::{Family, Member, expand as expand_family, ptx_of};
pub use function::{Written, device_function};
pub use item::expand;
pub use names::Runtime;

/// Everything about one function, for [`expand`].
#[derive(Debug)]
pub struct Expansion<'a> {
    pub function: &'a Function,
    pub plan: &'a Plan,
    pub item: Item,
    /// Path of the runtime crate: `::kernel_runtime` unless the user says otherwise.
    pub runtime: TokenStream,
    /// Name of the enum that carries the versions, with the user's span.
    pub handle: Ident,
    /// Where the constant with the device's code is.
    pub ptx: TokenStream,
    /// It is one of several: the traits of its type parameters are in scope.
    pub instance: bool,
    /// Names that were taken for types, which rustc has to confirm.
    pub aliases: Vec<(Ident, Scalar)>,
    /// What `NAME::report()` says.
    pub report: String,
    /// Where there is to be a CUDA version.
    pub device: Option<Device>,
}

/// The function as written, in pieces, with the user's spans.
#[derive(Debug, Default)]
pub struct Item {
    /// `pub(crate)` or nothing.
    pub visibility: TokenStream,
    /// `#[doc]` attributes.
    pub docs: TokenStream,
    /// `#[allow]` and kin: for every copy of the body.
    pub lints: TokenStream,
    /// `#[cfg]`s: for everything.
    pub cfgs: TokenStream,
    /// All other attributes: for the function that keeps the name.
    pub attributes: TokenStream,
    /// `<'a>` or nothing.
    pub generics: TokenStream,
    pub params: Vec<Param>,
    /// The return type without its arrow; nothing for `()`.
    pub output: TokenStream,
    /// `where ..` or nothing.
    pub where_clause: TokenStream,
    /// The imports of the body's outermost block.
    pub imports: TokenStream,
    /// What stands between the body's braces.
    pub body: TokenStream,
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// `mut x`, `_`
    pub pattern: TokenStream,
    /// The name, where the pattern is one.
    pub name: Option<Ident>,
    pub ty: TokenStream,
}
