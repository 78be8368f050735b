//! The driver's status codes: which of them cust can be shown, what they are called, and what the
//! last failing call on this thread really returned.

use cust::sys::{self, CUresult};
use std::cell::Cell;
use std::ffi::{CStr, c_int, c_uchar, c_uint, c_ushort};

pub const SUCCESS: c_int = CUresult::CUDA_SUCCESS as c_int;
pub const INVALID_VALUE: c_int = CUresult::CUDA_ERROR_INVALID_VALUE as c_int;
pub const OUT_OF_MEMORY: c_int = CUresult::CUDA_ERROR_OUT_OF_MEMORY as c_int;
pub const LAUNCH_FAILED: c_int = CUresult::CUDA_ERROR_LAUNCH_FAILED as c_int;
pub const STUB_LIBRARY: c_int = CUresult::CUDA_ERROR_STUB_LIBRARY as c_int;
pub const NO_DEVICE: c_int = CUresult::CUDA_ERROR_NO_DEVICE as c_int;
pub const OPERATING_SYSTEM: c_int = CUresult::CUDA_ERROR_OPERATING_SYSTEM as c_int;
pub const UNKNOWN: c_int = CUresult::CUDA_ERROR_UNKNOWN as c_int;
/// The loaded driver lacks an entry point.
pub const ENTRY_NOT_FOUND: c_int = CUresult::CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND as c_int;
#[cfg(feature = "software-device")]
pub const NOT_SUPPORTED: c_int = CUresult::CUDA_ERROR_NOT_SUPPORTED as c_int;

macro_rules! codes {
    ($($name:ident)*) => {
        /// The codes that `cudaError_enum` lists. Any other value of that Rust enum is undefined
        /// behaviour.
        const LISTED: &[(c_int, &CStr)] = &[
            $((CUresult::$name as c_int, text(concat!(stringify!($name), "\0"))),)*
        ];
        /// Fails to compile if the list above lacks a variant.
        const _: fn(CUresult) = |code| match code {
            $(CUresult::$name => (),)*
        };
    };
}

const fn text(bytes: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(bytes.as_bytes()) {
        Ok(text) => text,
        Err(_) => c"",
    }
}

codes! {
    CUDA_SUCCESS
    CUDA_ERROR_INVALID_VALUE
    CUDA_ERROR_OUT_OF_MEMORY
    CUDA_ERROR_NOT_INITIALIZED
    CUDA_ERROR_DEINITIALIZED
    CUDA_ERROR_PROFILER_DISABLED
    CUDA_ERROR_PROFILER_NOT_INITIALIZED
    CUDA_ERROR_PROFILER_ALREADY_STARTED
    CUDA_ERROR_PROFILER_ALREADY_STOPPED
    CUDA_ERROR_STUB_LIBRARY
    CUDA_ERROR_NO_DEVICE
    CUDA_ERROR_INVALID_DEVICE
    CUDA_ERROR_DEVICE_NOT_LICENSED
    CUDA_ERROR_INVALID_IMAGE
    CUDA_ERROR_INVALID_CONTEXT
    CUDA_ERROR_CONTEXT_ALREADY_CURRENT
    CUDA_ERROR_MAP_FAILED
    CUDA_ERROR_UNMAP_FAILED
    CUDA_ERROR_ARRAY_IS_MAPPED
    CUDA_ERROR_ALREADY_MAPPED
    CUDA_ERROR_NO_BINARY_FOR_GPU
    CUDA_ERROR_ALREADY_ACQUIRED
    CUDA_ERROR_NOT_MAPPED
    CUDA_ERROR_NOT_MAPPED_AS_ARRAY
    CUDA_ERROR_NOT_MAPPED_AS_POINTER
    CUDA_ERROR_ECC_UNCORRECTABLE
    CUDA_ERROR_UNSUPPORTED_LIMIT
    CUDA_ERROR_CONTEXT_ALREADY_IN_USE
    CUDA_ERROR_PEER_ACCESS_UNSUPPORTED
    CUDA_ERROR_INVALID_PTX
    CUDA_ERROR_INVALID_GRAPHICS_CONTEXT
    CUDA_ERROR_NVLINK_UNCORRECTABLE
    CUDA_ERROR_JIT_COMPILER_NOT_FOUND
    CUDA_ERROR_UNSUPPORTED_PTX_VERSION
    CUDA_ERROR_JIT_COMPILATION_DISABLED
    CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY
    CUDA_ERROR_INVALID_SOURCE
    CUDA_ERROR_FILE_NOT_FOUND
    CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND
    CUDA_ERROR_SHARED_OBJECT_INIT_FAILED
    CUDA_ERROR_OPERATING_SYSTEM
    CUDA_ERROR_INVALID_HANDLE
    CUDA_ERROR_ILLEGAL_STATE
    CUDA_ERROR_NOT_FOUND
    CUDA_ERROR_NOT_READY
    CUDA_ERROR_ILLEGAL_ADDRESS
    CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES
    CUDA_ERROR_LAUNCH_TIMEOUT
    CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING
    CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED
    CUDA_ERROR_PEER_ACCESS_NOT_ENABLED
    CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE
    CUDA_ERROR_CONTEXT_IS_DESTROYED
    CUDA_ERROR_ASSERT
    CUDA_ERROR_TOO_MANY_PEERS
    CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED
    CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED
    CUDA_ERROR_HARDWARE_STACK_ERROR
    CUDA_ERROR_ILLEGAL_INSTRUCTION
    CUDA_ERROR_MISALIGNED_ADDRESS
    CUDA_ERROR_INVALID_ADDRESS_SPACE
    CUDA_ERROR_INVALID_PC
    CUDA_ERROR_LAUNCH_FAILED
    CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE
    CUDA_ERROR_NOT_PERMITTED
    CUDA_ERROR_NOT_SUPPORTED
    CUDA_ERROR_SYSTEM_NOT_READY
    CUDA_ERROR_SYSTEM_DRIVER_MISMATCH
    CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE
    CUDA_ERROR_MPS_CONNECTION_FAILED
    CUDA_ERROR_MPS_RPC_FAILURE
    CUDA_ERROR_MPS_SERVER_NOT_READY
    CUDA_ERROR_MPS_MAX_CLIENTS_REACHED
    CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED
    CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED
    CUDA_ERROR_STREAM_CAPTURE_INVALIDATED
    CUDA_ERROR_STREAM_CAPTURE_MERGE
    CUDA_ERROR_STREAM_CAPTURE_UNMATCHED
    CUDA_ERROR_STREAM_CAPTURE_UNJOINED
    CUDA_ERROR_STREAM_CAPTURE_ISOLATION
    CUDA_ERROR_STREAM_CAPTURE_IMPLICIT
    CUDA_ERROR_CAPTURED_EVENT
    CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD
    CUDA_ERROR_TIMEOUT
    CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE
    CUDA_ERROR_EXTERNAL_DEVICE
    CUDA_ERROR_UNKNOWN
}

/// The name of a code that cust lists.
pub fn known_name(code: c_int) -> Option<&'static CStr> {
    let listed = LISTED.iter().find(|(listed, _)| *listed == code);
    listed.map(|(_, name)| *name)
}

/// A name for any code: cust's, the driver's, or the bare number.
pub fn name(code: c_int) -> String {
    if let Some(name) = known_name(code) {
        return name.to_string_lossy().into_owned();
    }
    super::symbols::name_by_driver(code).unwrap_or_else(|| format!("code {code}"))
}

thread_local! {
    /// The last code other than success that a driver call of this thread returned.
    static LAST: Cell<c_int> = const { Cell::new(SUCCESS) };
}

/// Makes a code fit for cust: unlisted ones become `CUDA_ERROR_UNKNOWN`, and the real one is kept
/// for [`take_last`].
pub fn report(code: c_int) -> c_int {
    if code == SUCCESS {
        return SUCCESS;
    }
    LAST.set(code);
    match known_name(code) {
        Some(_) => code,
        None => UNKNOWN,
    }
}

/// The real code of the last failure on this thread, then forgotten.
pub fn take_last() -> c_int {
    LAST.replace(SUCCESS)
}

/// A type as it crosses the driver's interface: enumerations as plain integers, so that a caller
/// who passes a value that cust's Rust enums do not list does no harm.
pub trait Plain {
    /// Same size and passing convention.
    type Plain;
}

macro_rules! plain {
    ($($ty:ty => $plain:ty,)*) => { $(impl Plain for $ty { type Plain = $plain; })* };
}

plain! {
    c_int => c_int,
    c_uint => c_uint,
    c_ushort => c_ushort,
    c_uchar => c_uchar,
    usize => usize,
    u64 => u64,
    sys::CUresult => c_int,
    sys::CUdevice_attribute => c_int,
    sys::CUfunction_attribute => c_int,
    sys::CUfunc_cache => c_int,
    sys::CUsharedconfig => c_int,
    sys::CUlimit => c_int,
    sys::CUmem_advise => c_int,
    sys::CUjitInputType => c_int,
    sys::CUhostFn => sys::CUhostFn,
    sys::CUoccupancyB2DSize => sys::CUoccupancyB2DSize,
}

impl<T> Plain for *const T {
    type Plain = *const T;
}

impl<T> Plain for *mut T {
    type Plain = *mut T;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_codes_pass_and_are_remembered() {
        assert_eq!(report(SUCCESS), SUCCESS);
        assert_eq!(take_last(), SUCCESS);
        assert_eq!(report(222), 222);
        assert_eq!(take_last(), 222);
        assert_eq!(take_last(), SUCCESS);
    }

    #[test]
    fn unlisted_codes_become_unknown_and_the_real_one_is_kept() {
        for code in [
            46,
            103,
            225,
            721,
            812,
            912,
            1000,
            -1,
            c_int::MAX,
            c_int::MIN,
        ] {
            assert_eq!(report(code), UNKNOWN, "{code}");
            assert_eq!(take_last(), code);
        }
    }

    #[test]
    fn success_does_not_erase_what_failed() {
        report(700);
        report(SUCCESS);
        assert_eq!(take_last(), 700);
    }

    #[test]
    fn names() {
        assert_eq!(name(700), "CUDA_ERROR_ILLEGAL_ADDRESS");
        assert_eq!(name(0), "CUDA_SUCCESS");
        assert!(!name(-7).is_empty());
        assert_eq!(LISTED.len(), 87);
    }
}
