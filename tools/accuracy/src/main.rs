//! Errors of `kernel_runtime::math`, against CORE-MATH's correctly rounded functions, and whether
//! loops over arrays have the same bits at the baseline and with AVX2.
//!
//! ```sh
//! cargo run --release -- f32 1          # all 2^32 numbers of every function of one number
//! cargo run --release -- f32 257 exp    # every 257th, of exp
//! cargo run --release -- f64 1000000    # so many random numbers, and as many hard ones
//! cargo run --release -- pairs 1000000  # functions of two numbers, of both types
//! cargo run --release -- device 1000000 # all of both types, as kernels on the software device
//! ```
//!
//! Prints a row of a table for each function: the largest error in units in the last place (ULP) of
//! the exact result, where it is, how many results are not the rounded exact one, and how many
//! differ between levels. Where a result is not the rounded one, the exact result comes from
//! CORE-MATH's `f64` function for `f32`, and from MPFR, to 100 bits, for `f64`. That a NaN or an
//! infinity is one on both sides is part of it. `device` counts the results that have other bits on
//! the software device.

mod device;
mod inputs;
mod loops;
mod measure;
mod narrow;
mod pairs;
mod wide;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().ok().filter(|n| *n > 0);
    match args.as_slice() {
        [kind, count, names @ ..] if number(count).is_some() => {
            let count = number(count).unwrap_or(1);
            match *kind {
                "f32" => narrow::measure(count, names),
                "f64" => wide::measure(count, names),
                "pairs" => pairs::measure(count, names),
                "device" => device::measure(count, names),
                _ => usage(),
            }
        }
        _ => usage(),
    }
}

fn usage() {
    eprintln!("usage: kernel-accuracy f32 STRIDE [NAME..] | (f64 | pairs | device) COUNT [NAME..]");
    std::process::exit(2);
}
