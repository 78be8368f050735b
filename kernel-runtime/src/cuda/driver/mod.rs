//! The CUDA driver, found at run time.
//!
//! cust expects the linker to find `libcuda`. Here [`symbols`] defines what cust references, and
//! each symbol asks the [`Backend`]: the driver's library if this machine has one, the software
//! device if that was chosen, or nothing, in which case the calls fail with a code and
//! [`missing`] tells why.
//!
//! # Other users of the driver in one program
//!
//! - A crate that loads the driver at run time is not affected: it asks its own handle.
//! - A crate or C library that links `libcuda` dynamically: the definitions here come first, and
//!   its calls go through them to the real driver. Of what they return, only codes that CUDA 11.4
//!   did not know change, to `CUDA_ERROR_UNKNOWN`. Symbols that are not defined here still come
//!   from `libcuda`, which is then a dependency of the program, as that crate wants it.
//! - Something that defines the same symbols statically, such as a second version of this crate,
//!   is refused by the linker as duplicate definitions. One of them must go.

#[cfg(feature = "software-device")]
mod software;
pub mod status;
pub mod symbols;

use super::DeviceChoice;
use libloading::Library;
use std::ffi::OsString;
use std::sync::OnceLock;
use symbols::Table;

/// Who answers driver calls.
pub enum Backend {
    /// A driver library.
    Library(Box<Table>),
    /// The software device.
    #[cfg(feature = "software-device")]
    Software,
    /// Nobody, for this reason.
    Missing(String),
}

/// What [`DeviceChoice`] came to, or why the environment's word is not one.
static CHOICE: OnceLock<Result<DeviceChoice, String>> = OnceLock::new();
static BACKEND: OnceLock<Backend> = OnceLock::new();

/// The variable that chooses a device where the program does not.
const DEVICE_VARIABLE: &str = "KERNEL_CUDA_DEVICE";
/// The variable that names the driver's library where the loader would not find it.
const LIBRARY_VARIABLE: &str = "KERNEL_CUDA_LIBRARY";

#[cfg(windows)]
const LIBRARIES: &[&str] = &["nvcuda.dll"];
#[cfg(not(windows))]
const LIBRARIES: &[&str] = &["libcuda.so.1", "libcuda.so"];

/// Chooses the device of this process, unless one is in use already.
pub fn select(choice: DeviceChoice) -> Result<(), DeviceChoice> {
    match CHOICE.get_or_init(|| Ok(choice)) {
        Ok(chosen) if *chosen == choice => Ok(()),
        Ok(chosen) => Err(*chosen),
        // The environment's word was not understood; no device is in use, and none will be.
        Err(_) => Err(DeviceChoice::Hardware),
    }
}

/// The backend, found on the first call.
pub fn backend() -> &'static Backend {
    BACKEND.get_or_init(|| match CHOICE.get_or_init(choice_by_environment) {
        Ok(DeviceChoice::Hardware) => hardware(),
        Ok(DeviceChoice::Software) => software_device(),
        Err(reason) => Backend::Missing(reason.clone()),
    })
}

/// Whether the software device answers.
pub fn is_software() -> bool {
    match backend() {
        #[cfg(feature = "software-device")]
        Backend::Software => true,
        Backend::Library(_) | Backend::Missing(_) => false,
    }
}

/// Why there is no driver, if there is none.
pub fn missing() -> Option<&'static str> {
    match backend() {
        Backend::Missing(reason) => Some(reason),
        _ => None,
    }
}

/// What the software device found wrong with the last launch of this thread, if anything.
pub fn findings() -> Option<String> {
    #[cfg(feature = "software-device")]
    if is_software() {
        return software::findings();
    }
    None
}

fn choice_by_environment() -> Result<DeviceChoice, String> {
    choice_by_word(std::env::var_os(DEVICE_VARIABLE))
}

fn choice_by_word(word: Option<OsString>) -> Result<DeviceChoice, String> {
    let Some(word) = word else {
        return Ok(DeviceChoice::Hardware);
    };
    match word.to_str() {
        Some("" | "hardware") => Ok(DeviceChoice::Hardware),
        Some("software") => Ok(DeviceChoice::Software),
        _ => Err(format!(
            "{DEVICE_VARIABLE} is {word:?}: it may be `hardware` or `software`"
        )),
    }
}

#[cfg(feature = "software-device")]
fn software_device() -> Backend {
    Backend::Software
}

#[cfg(not(feature = "software-device"))]
fn software_device() -> Backend {
    Backend::Missing(String::from(
        "the software device was chosen, but kernel-runtime was built without its \
         `software-device` feature",
    ))
}

fn hardware() -> Backend {
    let named = std::env::var_os(LIBRARY_VARIABLE).filter(|name| !name.is_empty());
    let found = match named {
        Some(name) => open(&[name]),
        None => open(LIBRARIES),
    };
    match found {
        Ok(table) => Backend::Library(Box::new(table)),
        Err(reason) => Backend::Missing(reason),
    }
}

/// Loads the first of `names` that the loader finds; fails with all that it said.
fn open<N: AsRef<std::ffi::OsStr>>(names: &[N]) -> Result<Table, String> {
    let mut said = Vec::new();
    for name in names {
        // SAFETY: loading runs the initialisers of NVIDIA's driver, which may run at any time.
        match unsafe { Library::new(name.as_ref()) } {
            Ok(library) => return Ok(table(library)),
            Err(error) => said.push(loaders_words(&error)),
        }
    }
    Err(said.join("; "))
}

/// What the loader said, which is the error's source; the error itself only says that it failed.
fn loaders_words(error: &libloading::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => source.to_string(),
        None => error.to_string(),
    }
}

fn table(library: Library) -> Table {
    // SAFETY: the library goes by the driver's name, and is never unloaded: see below.
    let table = unsafe { Table::load(&library) };
    // A driver that has been initialised must not be unloaded: its threads may still run.
    std::mem::forget(library);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_library_fails_in_the_loaders_words() {
        let names = ["libno-such-driver.so.1", "libno-such-driver.so"];
        let reason = open(&names).err().expect("no such library");
        for name in names {
            assert!(reason.contains(name), "{reason}");
        }
    }

    #[test]
    fn a_library_that_is_no_driver_has_no_entry_points() {
        // Any library will do; libc is everywhere where this runs.
        if cfg!(target_os = "linux") {
            assert!(open(&["libc.so.6"]).is_ok());
        }
    }

    #[test]
    fn words_of_the_environment() {
        let by = |word: &str| choice_by_word(Some(word.into()));
        assert_eq!(choice_by_word(None), Ok(DeviceChoice::Hardware));
        assert_eq!(by(""), Ok(DeviceChoice::Hardware));
        assert_eq!(by("software"), Ok(DeviceChoice::Software));
        assert!(by("Software2").unwrap_err().contains("Software2"));
    }

    #[test]
    fn all_symbols_are_kept() {
        assert_eq!(symbols::keep(), 104);
    }
}
