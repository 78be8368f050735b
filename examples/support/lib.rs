//! Shared by the example programs: data that anyone can regenerate, timing, and ways to show it.

pub mod chart;
pub mod data;
pub mod memory;
pub mod npy;
pub mod progress;
pub mod table;
pub mod timing;
pub mod units;

/// The code in the documents compiles and runs.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../README.md")]
    struct Readme;

    #[doc = include_str!("../../docs/guide.md")]
    struct Guide;
}
