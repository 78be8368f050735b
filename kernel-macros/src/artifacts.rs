//! What a build can be asked to leave behind: `KERNEL_REPORT=1` prints each kernel's report,
//! `KERNEL_PTX_DIR` names a folder for every PTX text, for tools such as NVIDIA's assembler.

use crate::host::Ptx;
use proc_macro2::TokenStream;
use quote::quote;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, fs, io};

/// Writes the texts, if they are complete, to `$KERNEL_PTX_DIR/<crate>-<kernel>-<hash>.{release,debug}.ptx`, if the
/// variable is set while the crate compiles. Those that call device functions are complete only
/// in the crate; `kernel_runtime` writes them, if the variable is set when they are loaded.
///
/// # Errors
///
/// The folder cannot be made or written; the text says which.
pub fn write_ptx(kernel: &str, ptx: &Ptx) -> Result<(), String> {
    let Some(dir) = env::var_os("KERNEL_PTX_DIR").filter(|dir| !dir.is_empty()) else {
        return Ok(());
    };
    let Some((release, debug)) = ptx.complete() else {
        return Ok(());
    };
    let dir = Path::new(&dir);
    let krate = env::var("CARGO_CRATE_NAME").unwrap_or_else(|_| "unknown".to_string());
    let mut hasher = DefaultHasher::new();
    release.hash(&mut hasher);
    let stem = format!("{krate}-{kernel}-{:016x}", hasher.finish());
    let write = || -> io::Result<()> {
        fs::create_dir_all(dir)?;
        fs::write(dir.join(format!("{stem}.release.ptx")), &release)?;
        fs::write(dir.join(format!("{stem}.debug.ptx")), &debug)
    };
    write().map_err(|error| format!("KERNEL_PTX_DIR: cannot write to {}: {error}", dir.display()))
}

/// Prints the report while the crate compiles, if `KERNEL_REPORT` asks for it.
pub fn print_report(name: &proc_macro2::Ident, report: &str) {
    let asked = env::var_os("KERNEL_REPORT").is_some_and(|value| !value.is_empty() && value != "0");
    if asked {
        eprint!("{}: {report}", name.span().file());
    }
}

/// Makes cargo build the crate again when `KERNEL_REPORT` changes: reading the variable in an
/// expansion is what it watches. One does for all of a process, as each compiles one crate.
pub fn watch_report() -> Option<TokenStream> {
    static WATCHED: AtomicBool = AtomicBool::new(false);
    (!WATCHED.swap(true, Ordering::Relaxed)).then(|| {
        quote! {
            const _: ::core::option::Option<&'static ::core::primitive::str> =
                ::core::option_env!("KERNEL_REPORT");
        }
    })
}
