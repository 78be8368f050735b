//! What went wrong on the way to the device, before it is known for which kernel.

use super::driver::{self, status};
use crate::Error;
use cust::error::CudaResult;
use std::fmt::Display;

/// A failure that becomes an [`Error`] once the kernel's name is at hand.
#[derive(Debug)]
pub enum Fault {
    NoDriver {
        reason: String,
    },
    NoDevice,
    Ptx {
        log: String,
    },
    OutOfMemory {
        bytes: usize,
    },
    /// A driver call failed.
    Call {
        code: i32,
        doing: String,
    },
}

impl Fault {
    /// A driver call that returned `code`.
    pub fn call(code: i32, doing: impl Into<String>) -> Fault {
        Fault::Call {
            code,
            doing: doing.into(),
        }
    }

    /// A launch that its own expansion got wrong.
    pub fn contract(what: String) -> Fault {
        Fault::Call {
            code: status::INVALID_VALUE,
            doing: format!("reading the launch: {what}"),
        }
    }

    pub fn into_error(self, kernel: &'static str) -> Error {
        match self {
            Fault::NoDriver { reason } => Error::NoDriver { reason },
            Fault::NoDevice => Error::NoDevice,
            Fault::Ptx { log } => Error::Ptx { kernel, log },
            Fault::OutOfMemory { bytes } => Error::OutOfMemory { kernel, bytes },
            Fault::Call { code, doing } => Error::Device {
                kernel,
                code,
                name: status::name(code),
                context: doing,
            },
        }
    }
}

/// Makes a call through cust, whose errors lose codes that cust does not know; the wrapper under
/// it kept the real one. `doing` completes the sentence "failed while ..".
pub fn through_cust<T>(
    doing: impl Display,
    call: impl FnOnce() -> CudaResult<T>,
) -> Result<T, Fault> {
    status::take_last();
    call().map_err(|error| {
        let code = match status::take_last() {
            // No driver call failed: cust refused by itself.
            status::SUCCESS => error as i32,
            code => code,
        };
        Fault::call(code, doing.to_string())
    })
}

/// Looks at the code that a wrapper returned. The real code is the one it kept.
pub fn checked(doing: impl Display, returned: i32) -> Result<(), Fault> {
    if returned == status::SUCCESS {
        return Ok(());
    }
    Err(Fault::call(status::take_last(), doing.to_string()))
}

/// The same for a launch, which the software device may have more to say about.
pub fn checked_launch(doing: impl Display, returned: i32) -> Result<(), Fault> {
    match driver::findings() {
        Some(findings) if returned != status::SUCCESS => {
            checked(format_args!("{doing}\n{findings}"), returned)
        }
        _ => checked(doing, returned),
    }
}
