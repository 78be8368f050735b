//! Prints the PTX of kernels: each argument is a file with one function.
#![allow(missing_docs)]

use kernel_compiler::compile;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    for path in env::args().skip(1) {
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        match compile(&source).map(|compiled| compiled.ptx) {
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
