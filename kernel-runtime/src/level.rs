//! SIMD levels: the sets of vector instructions for which regions are compiled, from one source.
//!
//! A region's general form is compiled for the baseline of its target, its fast form for the level
//! that processors of today have, and with the feature `avx512` for AVX-512 too, where that pays. Which
//! one runs is chosen once for a process, by what the processor has; it never shows in a result. Levels differ in the registers that hold a chunk's lanes, not in
//! which lane takes which iteration, and nothing is contracted.

use std::cell::Cell;
use std::sync::OnceLock;

/// A set of vector instructions. Regions use the best one that the processor has; [`with_level`] and the
/// environment variable `KERNEL_SIMD` (`baseline`, `avx2` or `avx512`) bound it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// What every processor of the target has: SSE2 on x86-64.
    Baseline,
    /// AVX2 and FMA, with the bit manipulation of the same generation: x86-64-v3.
    Avx2,
    /// AVX-512 with its extensions BW, CD, DQ and VL: x86-64-v4. Regions that
    /// compute much have a form for it, if the crate's feature `avx512` is on.
    Avx512,
}

/// The first block where regions have a form for AVX-512, else the second.
#[cfg(feature = "avx512")]
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_avx512 {
    ($with:tt $without:tt) => {
        $with
    };
}

/// The first block where regions have a form for AVX-512, else the second.
#[cfg(not(feature = "avx512"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_avx512 {
    ($with:tt $without:tt) => {
        $without
    };
}

/// The first block where kernels have what only makes them faster, else the second. Crates with debug
/// assertions do without it, so that they compile faster, unless the feature `every-form` says
/// otherwise. That also has small inputs take every way: `SPAN` of `crate::narrow` shrinks, and
/// a session has no `LITTLE_WORK`.
#[cfg(feature = "every-form")]
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_optimised {
    ($with:tt $without:tt) => {
        $with
    };
}

/// The first block where kernels have what only makes them faster, else the second: as the crate that
/// the macro is used in has debug assertions or not. The other is not even parsed.
#[cfg(not(feature = "every-form"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_optimised {
    ($with:tt $without:tt) => {
        $crate::__private::cfg_select! {
            debug_assertions => { $without }
            _ => { $with }
        }
    };
}

/// The code of a region that has the general form alone, and what folds its lanes: a constant, made without
/// a body of its own.
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_general {
    ($body:expr, $fold:expr) => {
        &$crate::__private::Code {
            body: $body,
            fast: $crate::__private::Option::None,
            wide: $crate::__private::Option::None,
            gathers: false,
            folds: false,
            fold: $fold,
            fast_fold: $crate::__private::Option::None,
        }
    };
}

/// The environment variable that bounds the level of a whole process: `baseline`, `avx2` or
/// `avx512`.
const VARIABLE: &str = "KERNEL_SIMD";

thread_local! {
    static BOUND: Cell<Option<Level>> = const { Cell::new(None) };
}

impl Level {
    /// The level of the regions' fast form. One copy of it is half of what a kernel's code costs,
    /// and processors without AVX2 have the general form.
    pub(crate) const FAST: Level = if cfg!(target_arch = "x86_64") {
        Level::Avx2
    } else {
        Level::Baseline
    };

    const NAMES: [(&'static str, Level); 3] = [
        ("baseline", Level::Baseline),
        ("avx2", Level::Avx2),
        ("avx512", Level::Avx512),
    ];

    /// The levels that this processor has, the baseline first.
    ///
    /// ```
    /// use kernel_runtime::Level;
    ///
    /// assert_eq!(Level::available()[0], Level::Baseline);
    /// ```
    #[must_use]
    pub fn available() -> &'static [Level] {
        match detected() {
            Level::Baseline => &[Level::Baseline],
            Level::Avx2 => &[Level::Baseline, Level::Avx2],
            Level::Avx512 => &[Level::Baseline, Level::Avx2, Level::Avx512],
        }
    }

    /// The level at which regions run that this thread starts.
    #[inline]
    pub(crate) fn current() -> Level {
        BOUND.get().unwrap_or_else(best)
    }
}

/// Whether regions that this thread starts run at `Level::FAST`, at least.
#[inline]
pub fn is_fast() -> bool {
    Level::current() >= Level::FAST
}

/// Runs `f`; regions that it starts on this thread use at most this level, whatever their threads.
///
/// For tests and measurements. A level that the processor has not is not used.
///
/// ```
/// use kernel_runtime::prelude::*;
/// use kernel_runtime::{Level, with_level};
///
/// #[kernel(parallel)]
/// fn squares(x: &[f64]) -> f64 {
///     let mut sum = 0.0;
///     for i in 0..x.len() {
///         sum += x[i] * x[i];
///     }
///     sum
/// }
///
/// let x: Vec<f64> = (0..100_000).map(|i| f64::from(i).sqrt()).collect();
/// for level in Level::available() {
///     assert_eq!(with_level(*level, || squares(&x)), squares(&x));
/// }
/// ```
pub fn with_level<R>(level: Level, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Level>);
    impl Drop for Restore {
        fn drop(&mut self) {
            BOUND.set(self.0);
        }
    }
    let _restore = Restore(BOUND.replace(Some(level.min(detected()))));
    f()
}

/// What the processor has, of what there are forms for.
fn detected() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        // The features of the functions that expansions make: see `host/levels.rs`.
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        let wide = cfg!(feature = "avx512")
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        match (has, wide) {
            (true, true) => return Level::Avx512,
            (true, false) => return Level::Avx2,
            (false, _) => {}
        }
    }
    Level::Baseline
}

/// What the processor has and the environment admits, asked once.
fn best() -> Level {
    static BEST: OnceLock<Level> = OnceLock::new();
    *BEST.get_or_init(|| {
        let bound = match std::env::var(VARIABLE) {
            Ok(value) if !value.is_empty() => parse(&value).unwrap_or_else(|text| panic!("{text}")),
            _ => Level::Avx512,
        };
        bound.min(detected())
    })
}

/// Whether regions that gather are slower with AVX-512 than with AVX2, for which LLVM loads one by one: on
/// AMD's processors, whose gathers are microcode (a table of 256 looked up four times for each number took
/// 1.9 times as long on Zen 4). A level that somebody asks for is the level that runs.
pub(crate) fn gathers_slowly() -> bool {
    static SLOW: OnceLock<bool> = OnceLock::new();
    BOUND.get().is_none() && *SLOW.get_or_init(|| std::env::var_os(VARIABLE).is_none() && is_amd())
}

#[cfg(target_arch = "x86_64")]
fn is_amd() -> bool {
    let vendor = std::arch::x86_64::__cpuid(0);
    let name = [vendor.ebx, vendor.edx, vendor.ecx].map(u32::to_le_bytes);
    name.as_flattened() == b"AuthenticAMD"
}

#[cfg(not(target_arch = "x86_64"))]
fn is_amd() -> bool {
    false
}

fn parse(value: &str) -> Result<Level, String> {
    let found = Level::NAMES.into_iter().find(|(name, _)| *name == value);
    found.map(|(_, level)| level).ok_or_else(|| {
        format!("{VARIABLE} is `{value}`; it must be `baseline`, `avx2` or `avx512`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_ends_with_its_scope_and_never_exceeds_the_processor() {
        let outside = Level::current();
        with_level(Level::Baseline, || {
            assert_eq!(Level::current(), Level::Baseline);
            with_level(Level::Avx512, || assert_eq!(Level::current(), detected()));
            assert_eq!(Level::current(), Level::Baseline);
        });
        assert_eq!(Level::current(), outside);
    }

    #[test]
    fn unknown_values_are_named() {
        assert_eq!(parse("avx2"), Ok(Level::Avx2));
        assert_eq!(parse("avx512"), Ok(Level::Avx512));
        assert!(parse("sse9").unwrap_err().contains("`sse9`"));
    }
}
