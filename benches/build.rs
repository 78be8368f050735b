//! The gallery's kernels for the peers, as they are or with `fastmath`.

use std::path::Path;
use std::{env, fs};

const GALLERY: &str = "../examples/tests/gallery";

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let is_fast = env::var_os("CARGO_FEATURE_FASTMATH").is_some();
    println!("cargo:rerun-if-changed=build.rs");
    for name in ["kernels.rs", "pricing.rs"] {
        let path = Path::new(GALLERY).join(name);
        println!("cargo:rerun-if-changed={}", path.display());
        let source = fs::read_to_string(&path).expect("the gallery is there");
        fs::write(Path::new(&out).join(name), module(&source, is_fast)).expect("OUT_DIR is there");
    }
}

/// The file as the inside of a module.
fn module(source: &str, is_fast: bool) -> String {
    let lines = source.lines().filter(|line| !line.starts_with("//!"));
    let text = lines.collect::<Vec<_>>().join("\n");
    if is_fast {
        return text.replace("#[kernel(parallel, cuda)]", "#[kernel(parallel, fastmath)]");
    }
    text
}
