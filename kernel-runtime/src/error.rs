//! Why a call of `NAME::cuda` gave no result.

/// An error of the CUDA version of a kernel.
///
/// Only [`Error::Panic`] is about the kernel's own doing. The others say why the device could not run
/// it; another version of the kernel can.
///
/// ```
/// use kernel_runtime::prelude::*;
///
/// #[kernel(parallel, cuda)]
/// fn inverses(x: &[i32], out: &mut [i32]) {
///     for i in 0..out.len() {
///         out[i] = 1000 / x[i];
///     }
/// }
///
/// let x = [1, 2, 0];
/// let mut out = [0; 3];
/// match inverses::cuda(&x, &mut out) {
///     Ok(()) => unreachable!("a division by zero"),
///     Err(Error::Panic { message, .. }) => assert_eq!(message, "attempt to divide by zero"),
///     Err(other) => println!("not on this machine: {other}"),
/// }
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `kernel-runtime` was built without its `cuda` feature.
    #[error(
        "kernel-runtime was built without its `cuda` feature: enable it to run `{kernel}` on a GPU"
    )]
    Disabled {
        /// The kernel's name.
        kernel: &'static str,
    },
    /// No NVIDIA driver on this machine.
    #[error("no CUDA driver: {reason}")]
    NoDriver {
        /// What the dynamic loader said.
        reason: String,
    },
    /// A driver, but no device that it can use.
    #[error("the CUDA driver found no device")]
    NoDevice,
    /// The driver refused the PTX.
    #[error("the CUDA driver refused the PTX of `{kernel}`: {log}")]
    Ptx {
        /// The kernel's name.
        kernel: &'static str,
        /// The driver's JIT log.
        log: String,
    },
    /// Not enough device memory.
    #[error("out of device memory: `{kernel}` asked for {bytes} bytes")]
    OutOfMemory {
        /// The kernel's name.
        kernel: &'static str,
        /// Size of the allocation that failed.
        bytes: usize,
    },
    /// The launch, or a transfer around it, failed.
    #[error("`{kernel}` failed on the device: {name} (CUDA error {code}): {context}")]
    Device {
        /// The kernel's name.
        kernel: &'static str,
        /// The driver's code, also where cust does not know it.
        code: i32,
        /// The driver's name of the code.
        name: String,
        /// What was being done; on the software device, its finding.
        context: String,
    },
    /// The kernel panicked, as its serial version would have.
    #[error("`{kernel}` panicked at {location}: {message}")]
    Panic {
        /// The kernel's name.
        kernel: &'static str,
        /// The panic message of the serial version.
        message: String,
        /// `file:line:column` of the serial version.
        location: String,
    },
}
