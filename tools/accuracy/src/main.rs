//! Errors of `kernel_runtime::math`, against CORE-MATH's correctly rounded functions.
//!
//! ```sh
//! cargo run --release -- f32 1          # all 2^32 numbers of every function of one number
//! cargo run --release -- f32 257 exp    # every 257th, of exp
//! cargo run --release -- f64 1000000    # so many random numbers, and as many hard ones
//! ```
//!
//! Prints the largest error in units in the last place (ULP) of the exact result and where it is.
//! For `f32` the reference is the `f64` function, so the error is exact to some 2^-29 ULP; for
//! `f64` it is the correctly rounded number, so that 0 stands for at most 0.5 ULP, 1 for at most
//! 1.5. That a NaN or an infinity is one on both sides is part of it.

mod narrow;
mod wide;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().ok().filter(|n| *n > 0);
    match args.as_slice() {
        ["f32", stride, names @ ..] if number(stride).is_some() => {
            narrow::measure(number(stride).unwrap_or(1), names);
        }
        ["f64", count, names @ ..] if number(count).is_some() => {
            wide::measure(number(count).unwrap_or(1), names);
        }
        _ => {
            eprintln!("usage: kernel-accuracy f32 STRIDE [NAME..] | f64 COUNT [NAME..]");
            std::process::exit(2);
        }
    }
}

/// Whether a function was asked for: all are, if none is named.
fn wanted(name: &str, names: &[&str]) -> bool {
    names.is_empty() || names.contains(&name)
}
