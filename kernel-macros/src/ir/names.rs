//! Names as rustc compares them.

use proc_macro2::Ident;

/// `r#n` is `n`.
pub fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_string)
}
