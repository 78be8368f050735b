//! The table of times and ratios.

use std::fmt::Write;

/// Nanoseconds for one element of each version; `None` where it is not there.
#[derive(Clone, Copy, Default)]
pub struct Times {
    /// The platform's libm, called for each element.
    pub libm: Option<f64>,
    /// `kernel_runtime::math` in a loop at the target's baseline.
    pub baseline: Option<f64>,
    /// The same loop with AVX2.
    pub avx2: Option<f64>,
    /// The same loop with AVX-512.
    pub avx512: Option<f64>,
    /// SLEEF's function of 1.0 ULP (where it has one) with AVX2.
    pub sleef: Option<f64>,
    /// SVML's function of high accuracy with AVX2; as Numba uses it, with AVX-512 where the processor has that.
    pub svml: Option<f64>,
}

impl Times {
    /// The shorter ones.
    pub fn or(self, other: Times) -> Times {
        let less = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b).reduce(f64::min);
        Times {
            libm: less(self.libm, other.libm),
            baseline: less(self.baseline, other.baseline),
            avx2: less(self.avx2, other.avx2),
            avx512: less(self.avx512, other.avx512),
            sleef: less(self.sleef, other.sleef),
            svml: less(self.svml, other.svml),
        }
    }
}

/// One function's times.
pub struct Line {
    pub name: &'static str,
    pub times: Times,
}

/// A table in Markdown: the times, how many times faster the AVX2 loop is than each of the others,
/// and the AVX-512 loop than libm and SVML.
pub fn text(lines: &[Line]) -> String {
    let mut text = String::from(
        "| function | libm | baseline | AVX2 | AVX-512 | SLEEF | SVML | AVX2: libm / | SLEEF / | SVML / | AVX-512: libm / | SVML / |\n\
         | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n",
    );
    for Line { name, times } in lines {
        let Times {
            libm,
            baseline,
            avx2,
            avx512,
            sleef,
            svml,
        } = *times;
        let nanoseconds = [libm, baseline, avx2, avx512, sleef, svml].map(cell);
        let ratios = [libm, sleef, svml].map(|other| ratio(other, avx2));
        let ratios = ratios
            .into_iter()
            .chain([libm, svml].map(|other| ratio(other, avx512)));
        let ratios: Vec<String> = ratios.map(cell).collect();
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {name} | {} | {} |",
            nanoseconds.join(" | "),
            ratios.join(" | ")
        );
    }
    text
}

fn ratio(other: Option<f64>, ours: Option<f64>) -> Option<f64> {
    Some(other? / ours?)
}

fn cell(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"))
}
