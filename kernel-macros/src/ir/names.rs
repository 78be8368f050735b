//! Names as rustc compares them.

use proc_macro2::Ident;

/// What names of source that is written here begin with.
pub const WRITTEN: &str = "__kernel_";

/// A text as the user is to see it: the compiler's own names without what tells them apart.
pub fn shown(text: &str) -> String {
    text.replace(WRITTEN, "")
}

/// `r#n` is `n`.
pub fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_string)
}

/// What the names of the functions begin with that give a chain's accumulator its first value.
pub const START: &str = "__kernel_start_";
