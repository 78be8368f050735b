//! Shared by the example programs: data that anyone can regenerate, timing, and ways to show it.

pub mod chart;
pub mod data;
pub mod memory;
pub mod npy;
pub mod progress;
pub mod table;
pub mod timing;
pub mod units;
