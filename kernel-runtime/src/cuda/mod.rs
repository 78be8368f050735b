//! The CUDA device: the driver, its memory, and launches, on the crate `cust`.
//!
//! Nothing here is linked against the driver and nothing panics for want of one: a program that
//! uses this module starts on any machine, and calls give an [`Error`] where there is no GPU.
//!
//! # Environment
//!
//! - `KERNEL_CUDA_DEVICE=software` chooses the software device, if the feature `software-device`
//!   is on; `hardware` or nothing means the NVIDIA driver. [`select_device`] goes before it.
//! - `KERNEL_CUDA_LIBRARY` names the driver's library, for systems whose loader does not find
//!   `libcuda.so.1` (`nvcuda.dll` on Windows) by itself.
//!
//! # Building
//!
//! cust's build script wants a CUDA directory: any directory that has a `lib64`, named by
//! `CUDA_LIBRARY_PATH`, will do. What it then asks the linker for, `-lcuda`, is an empty archive
//! that this crate's build script makes.
//!
//! # Example
//!
//! ```
//! match kernel_runtime::cuda::available() {
//!     Ok(device) => println!("{}, {} bytes", device.name, device.memory),
//!     Err(error) => println!("kernels stay on the host: {error}"),
//! }
//! ```

mod context;
mod driver;
mod fault;
mod launch;
mod memory;
mod module;
mod timing;

pub(crate) use fault::Fault;
pub(crate) use launch::run;
pub(crate) use memory::Residence;
pub(crate) use timing::begin_call;
pub use timing::{Timing, last_call};

use crate::Error;
use context::Context;

/// Which device runs kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceChoice {
    /// The first device of the NVIDIA driver.
    Hardware,
    /// The software device.
    Software,
}

/// The device in use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// Its name, by the driver.
    pub name: String,
    /// Its memory, in bytes.
    pub memory: usize,
    /// Its compute capability, major and minor.
    pub compute_capability: (u32, u32),
    /// The newest CUDA version that the driver knows, major and minor.
    pub driver_version: (u32, u32),
    /// Whether it is the software device.
    pub software: bool,
}

/// Chooses the device of this process, over the environment.
///
/// # Errors
///
/// Too late: another device is in use, which is returned. The first call of a kernel's CUDA
/// version, of [`available`], or of this function settles it.
pub fn select_device(choice: DeviceChoice) -> Result<(), DeviceChoice> {
    driver::select(choice)
}

/// The device that kernels would run on.
///
/// # Errors
///
/// There is no driver, or no device, or it cannot be used; the error says which.
pub fn available() -> Result<DeviceInfo, Error> {
    let entered = Context::enter().map_err(|fault| fault.into_error("available"))?;
    Ok(entered.info.clone())
}

/// Whether there is a device for `kernel`, which is named where there is not.
pub(crate) fn ready(kernel: &'static str) -> Result<(), Error> {
    let entered = Context::enter();
    entered.map(drop).map_err(|fault| fault.into_error(kernel))
}
