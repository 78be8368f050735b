//! Gives the linker a `libcuda` with nothing in it.
//!
//! cust asks for `-lcuda`. This crate defines the driver's symbols itself and loads the real
//! library when the program runs, so an empty archive is all that the linker needs to find, and
//! downstream crates build where there is no CUDA.

use std::path::Path;
use std::{env, fs, io};

/// An archive without members.
const EMPTY: &[u8] = b"!<arch>\n";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let unix = env::var_os("CARGO_CFG_UNIX").is_some();
    if unix && env::var_os("CARGO_FEATURE_CUDA").is_some() {
        let folder = env::var_os("OUT_DIR").expect("cargo names a folder for build scripts");
        let folder = Path::new(&folder);
        fs::write(folder.join("libcuda.a"), EMPTY)?;
        println!("cargo::rustc-link-search=native={}", folder.display());
    }
    Ok(())
}
