//! How a device runs a region.

use crate::ptx::DeviceParam;

/// A region's entries in the PTX.
#[derive(Debug)]
pub struct DeviceEntry {
    pub entry: String,
    /// The second entry of a region with accumulators.
    pub fold: Option<String>,
    /// The first entry's parameters, in crates without debug assertions and with them.
    pub release: Vec<DeviceParam>,
    pub debug: Vec<DeviceParam>,
}
