//! What `NAME::report()` returns.

use std::fmt;

/// What became of each loop of a kernel, and why: display it.
///
/// It is the kernel's source (of a kernel that a macro made, the loops' heads), and below the line of
/// each loop whether it is parallel, its reductions, the variables that each iteration has for itself,
/// and what has to hold when it starts.
///
/// ```
/// use kernel_runtime::prelude::*;
///
/// #[kernel(parallel)]
/// fn total(x: &[f64]) -> f64 {
///     let mut sum = 0.0;
///     for i in 0..x.len() {
///         sum += x[i];
///     }
///     sum
/// }
///
/// let report = total::report().to_string();
/// assert!(report.contains("^ `i`: parallel"));
/// assert!(report.contains("reduction: `sum`: f64 with `+`, 64 lanes"));
/// assert!(report.contains("sum += x[i];"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Report {
    text: &'static str,
}

impl Report {
    #[doc(hidden)]
    pub const fn new(text: &'static str) -> Report {
        Report { text }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Report").field(&self.text).finish()
    }
}
