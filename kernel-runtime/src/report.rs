//! What `NAME::report()` returns.

use std::fmt;

/// What became of each loop of a kernel, and why: display it.
///
/// ```text
/// the loop over `i`: parallel, with the loop over `j`; `result` is a sum
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
