//! Prints the PTX of kernels: each argument is a file with one function, or `--contract`, for those
//! behind it to be compiled with `fastmath(contract)`.
#![allow(missing_docs)]

use kernel_compiler::compile_with;
use kernel_compiler::fastmath::FastMath;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let mut granted = FastMath::default();
    for path in env::args().skip(1) {
        if path == "--contract" {
            granted.contract = true;
            continue;
        }
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        match compile_with(&source, granted).map(|compiled| compiled.ptx) {
            Ok(Some([release, _])) => print!("{release}"),
            Ok(None) => eprintln!("{path} calls other functions"),
            Err(refusal) => {
                eprintln!("{path}: {refusal}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
