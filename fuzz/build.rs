//! Puts the kernels that `RANDOM_KERNELS` names where the program `batch` includes them.

use std::path::PathBuf;
use std::{env, fs};

const NONE: &str = "pub const CHECKS: &[random_kernels::Check] = &[];";

fn main() {
    println!("cargo::rerun-if-env-changed=RANDOM_KERNELS");
    let source = match env::var_os("RANDOM_KERNELS") {
        Some(path) => {
            println!("cargo::rerun-if-changed={}", path.display());
            fs::read_to_string(path).expect("RANDOM_KERNELS names a file of kernels")
        }
        None => NONE.to_owned(),
    };
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo gives a folder"));
    fs::write(folder.join("kernels.rs"), source).expect("the folder can be written");
}
