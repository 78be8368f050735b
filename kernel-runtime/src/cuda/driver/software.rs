//! Driver calls answered by the software device.
//!
//! Contexts, streams and events are kept here, as strictly as a driver keeps them: a thread
//! without a current context is refused. Everything on a stream happens at once, in call order.
//! What else a device does is asked of [`crate::software::device`].
//!
//! # Safety
//!
//! The unsafe functions are the driver's and have its rules (CUDA driver API, the page of each
//! name): a pointer is null, or valid for as many bytes as the call reads or writes there, until the
//! call returns; a text ends with a zero byte; a launch's parameters are as many and as long as the
//! entry's.

// The driver's names.
#![expect(non_snake_case)]

use super::status::{INVALID_VALUE, SUCCESS, UNKNOWN};
use crate::software::device;
use cust::sys::*;
use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_ushort, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

const INVALID_CONTEXT: c_int = CUresult::CUDA_ERROR_INVALID_CONTEXT as c_int;
const INVALID_DEVICE: c_int = CUresult::CUDA_ERROR_INVALID_DEVICE as c_int;
const INVALID_HANDLE: c_int = CUresult::CUDA_ERROR_INVALID_HANDLE as c_int;
const INVALID_PTX: c_int = CUresult::CUDA_ERROR_INVALID_PTX as c_int;

/// The version that this device says it is: CUDA 12.0.
const VERSION: c_int = 12_000;
/// The primary context's handle.
const CONTEXT: usize = 1;

thread_local! {
    static CURRENT: Cell<usize> = const { Cell::new(0) };
}

/// Times of events, by handle; `None` before the first record.
static EVENTS: Mutex<Option<HashMap<u64, Option<Instant>>>> = Mutex::new(None);
static HANDLES: AtomicU64 = AtomicU64::new(CONTEXT as u64 + 1);

/// A panic must not cross the driver's interface: it becomes a code.
pub fn guarded(call: impl FnOnce() -> c_int) -> c_int {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(UNKNOWN)
}

/// What the device found wrong with the last launch of this thread, one finding per line.
pub fn findings() -> Option<String> {
    let found: Vec<String> = device::findings().iter().map(ToString::to_string).collect();
    (!found.is_empty()).then(|| found.join("\n"))
}

fn code(result: Result<(), c_int>) -> c_int {
    result.err().unwrap_or(SUCCESS)
}

fn new_handle() -> u64 {
    HANDLES.fetch_add(1, Ordering::Relaxed)
}

/// Writes through a pointer of the caller.
///
/// # Safety
///
/// `place` is null or writable.
unsafe fn give<T>(place: *mut T, value: T) -> c_int {
    if place.is_null() {
        return INVALID_VALUE;
    }
    // SAFETY: not null, hence writable.
    unsafe { place.write(value) };
    SUCCESS
}

fn in_context(call: impl FnOnce() -> c_int) -> c_int {
    if CURRENT.get() == CONTEXT {
        call()
    } else {
        INVALID_CONTEXT
    }
}

fn on_device(dev: CUdevice, call: impl FnOnce() -> c_int) -> c_int {
    if dev == 0 { call() } else { INVALID_DEVICE }
}

pub fn cuInit(_flags: c_uint) -> c_int {
    SUCCESS
}

pub unsafe fn cuDriverGetVersion(version: *mut c_int) -> c_int {
    // SAFETY: the caller's pointer.
    unsafe { give(version, VERSION) }
}

pub unsafe fn cuDeviceGetCount(count: *mut c_int) -> c_int {
    // SAFETY: the caller's pointer.
    unsafe { give(count, 1) }
}

pub unsafe fn cuDeviceGet(device: *mut CUdevice, ordinal: c_int) -> c_int {
    // SAFETY: the caller's pointer.
    on_device(ordinal, || unsafe { give(device, 0) })
}

pub unsafe fn cuDeviceGetName(name: *mut c_char, len: c_int, dev: CUdevice) -> c_int {
    let text = c"software device".to_bytes_with_nul();
    if name.is_null() || (len as usize) < text.len() || len < 0 {
        return INVALID_VALUE;
    }
    // SAFETY: the caller has room for `len` bytes, and the text is no longer than that.
    on_device(dev, || unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), name, text.len());
        SUCCESS
    })
}

pub unsafe fn cuDeviceTotalMem_v2(bytes: *mut usize, dev: CUdevice) -> c_int {
    // SAFETY: the caller's pointer.
    on_device(dev, || unsafe { give(bytes, device::total_memory()) })
}

pub unsafe fn cuDeviceGetAttribute(value: *mut c_int, attribute: c_int, dev: CUdevice) -> c_int {
    // SAFETY: the caller's pointer.
    on_device(dev, || unsafe { give(value, device_attribute(attribute)) })
}

/// Small enough that ordinary tests need more than one round of a grid-stride loop.
fn device_attribute(attribute: c_int) -> c_int {
    use CUdevice_attribute_enum as Attribute;
    const TABLE: &[(Attribute, c_int)] = &[
        (Attribute::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024),
        (Attribute::CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 1024),
        (Attribute::CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 1024),
        (Attribute::CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 64),
        (Attribute::CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, c_int::MAX),
        (Attribute::CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 65_535),
        (Attribute::CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 65_535),
        (
            Attribute::CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK,
            48 << 10,
        ),
        (Attribute::CU_DEVICE_ATTRIBUTE_WARP_SIZE, 32),
        (Attribute::CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, 2),
        (
            Attribute::CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR,
            1024,
        ),
        (Attribute::CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 1),
        (Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 9),
        (Attribute::CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 0),
    ];
    let entry = TABLE.iter().find(|(known, _)| *known as c_int == attribute);
    entry.map_or(0, |(_, value)| *value)
}

pub unsafe fn cuDevicePrimaryCtxRetain(context: *mut CUcontext, dev: CUdevice) -> c_int {
    // SAFETY: the caller's pointer.
    on_device(dev, || unsafe { give(context, CONTEXT as CUcontext) })
}

pub fn cuDevicePrimaryCtxRelease_v2(dev: CUdevice) -> c_int {
    on_device(dev, || SUCCESS)
}

pub fn cuDevicePrimaryCtxSetFlags_v2(dev: CUdevice, _flags: c_uint) -> c_int {
    on_device(dev, || SUCCESS)
}

pub fn cuCtxSetCurrent(context: CUcontext) -> c_int {
    match context as usize {
        handle @ (0 | CONTEXT) => {
            CURRENT.set(handle);
            SUCCESS
        }
        _ => INVALID_CONTEXT,
    }
}

pub unsafe fn cuCtxGetCurrent(context: *mut CUcontext) -> c_int {
    // SAFETY: the caller's pointer.
    unsafe { give(context, CURRENT.get() as CUcontext) }
}

pub unsafe fn cuCtxGetApiVersion(_context: CUcontext, version: *mut c_uint) -> c_int {
    // SAFETY: the caller's pointer.
    unsafe { give(version, VERSION as c_uint) }
}

pub unsafe fn cuCtxGetDevice(device: *mut CUdevice) -> c_int {
    // SAFETY: the caller's pointer.
    in_context(|| unsafe { give(device, 0) })
}

pub fn cuCtxSynchronize() -> c_int {
    in_context(|| SUCCESS)
}

pub unsafe fn cuCtxGetStreamPriorityRange(least: *mut c_int, greatest: *mut c_int) -> c_int {
    // SAFETY: the caller's pointers.
    in_context(|| unsafe { give(least, 0).max(give(greatest, 0)) })
}

pub unsafe fn cuStreamCreateWithPriority(
    stream: *mut CUstream,
    _flags: c_uint,
    _priority: c_int,
) -> c_int {
    // SAFETY: the caller's pointer.
    in_context(|| unsafe { give(stream, new_handle() as CUstream) })
}

pub fn cuStreamDestroy_v2(_stream: CUstream) -> c_int {
    in_context(|| SUCCESS)
}

pub unsafe fn cuStreamGetFlags(_stream: CUstream, flags: *mut c_uint) -> c_int {
    // SAFETY: the caller's pointer.
    in_context(|| unsafe { give(flags, 0) })
}

pub unsafe fn cuStreamGetPriority(_stream: CUstream, priority: *mut c_int) -> c_int {
    // SAFETY: the caller's pointer.
    in_context(|| unsafe { give(priority, 0) })
}

pub fn cuStreamSynchronize(_stream: CUstream) -> c_int {
    in_context(|| SUCCESS)
}

pub fn cuStreamWaitEvent(_stream: CUstream, event: CUevent, _flags: c_uint) -> c_int {
    in_context(|| with_event(event, |_| SUCCESS))
}

fn events() -> MutexGuard<'static, Option<HashMap<u64, Option<Instant>>>> {
    EVENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn with_event(event: CUevent, call: impl FnOnce(&mut Option<Instant>) -> c_int) -> c_int {
    match events().get_or_insert_default().get_mut(&(event as u64)) {
        Some(time) => call(time),
        None => INVALID_HANDLE,
    }
}

pub unsafe fn cuEventCreate(event: *mut CUevent, _flags: c_uint) -> c_int {
    in_context(|| {
        let handle = new_handle();
        events().get_or_insert_default().insert(handle, None);
        // SAFETY: the caller's pointer.
        unsafe { give(event, handle as CUevent) }
    })
}

pub fn cuEventDestroy_v2(event: CUevent) -> c_int {
    match events().get_or_insert_default().remove(&(event as u64)) {
        Some(_) => SUCCESS,
        None => INVALID_HANDLE,
    }
}

pub fn cuEventRecord(event: CUevent, _stream: CUstream) -> c_int {
    in_context(|| {
        with_event(event, |time| {
            *time = Some(Instant::now());
            SUCCESS
        })
    })
}

pub fn cuEventQuery(event: CUevent) -> c_int {
    with_event(event, |_| SUCCESS)
}

pub fn cuEventSynchronize(event: CUevent) -> c_int {
    with_event(event, |_| SUCCESS)
}

pub unsafe fn cuEventElapsedTime(milliseconds: *mut f32, start: CUevent, end: CUevent) -> c_int {
    let time = |event: CUevent| *events().as_ref()?.get(&(event as u64))?;
    let (Some(start), Some(end)) = (time(start), time(end)) else {
        return INVALID_HANDLE;
    };
    let elapsed = end.saturating_duration_since(start);
    // SAFETY: the caller's pointer.
    unsafe { give(milliseconds, elapsed.as_secs_f32() * 1e3) }
}

pub unsafe fn cuMemAlloc_v2(address: *mut CUdeviceptr, bytes: usize) -> c_int {
    if bytes == 0 {
        return INVALID_VALUE;
    }
    in_context(|| match device::mem_alloc(bytes) {
        // SAFETY: the caller's pointer.
        Ok(allocated) => unsafe { give(address, allocated) },
        Err(code) => code,
    })
}

pub unsafe fn cuMemAllocAsync(address: *mut CUdeviceptr, bytes: usize, _stream: CUstream) -> c_int {
    // SAFETY: the caller's pointer.
    unsafe { cuMemAlloc_v2(address, bytes) }
}

pub fn cuMemFree_v2(address: CUdeviceptr) -> c_int {
    in_context(|| code(device::mem_free(address)))
}

pub fn cuMemFreeAsync(address: CUdeviceptr, _stream: CUstream) -> c_int {
    cuMemFree_v2(address)
}

pub unsafe fn cuMemGetInfo_v2(free: *mut usize, total: *mut usize) -> c_int {
    in_context(|| {
        let (free_bytes, total_bytes) = device::memory_info();
        // SAFETY: the caller's pointers.
        unsafe { give(free, free_bytes).max(give(total, total_bytes)) }
    })
}

pub unsafe fn cuMemcpyHtoD_v2(address: CUdeviceptr, host: *const c_void, bytes: usize) -> c_int {
    if host.is_null() {
        return INVALID_VALUE;
    }
    // SAFETY: the caller has `bytes` readable bytes there.
    let host = unsafe { std::slice::from_raw_parts(host.cast(), bytes) };
    in_context(|| code(device::copy_to_device(address, host)))
}

pub unsafe fn cuMemcpyHtoDAsync_v2(
    address: CUdeviceptr,
    host: *const c_void,
    bytes: usize,
    _stream: CUstream,
) -> c_int {
    // SAFETY: the caller's pointer.
    unsafe { cuMemcpyHtoD_v2(address, host, bytes) }
}

pub unsafe fn cuMemcpyDtoH_v2(host: *mut c_void, address: CUdeviceptr, bytes: usize) -> c_int {
    if host.is_null() {
        return INVALID_VALUE;
    }
    // SAFETY: the caller has `bytes` writable bytes there.
    let host = unsafe { std::slice::from_raw_parts_mut(host.cast(), bytes) };
    in_context(|| code(device::copy_to_host(host, address)))
}

pub unsafe fn cuMemcpyDtoHAsync_v2(
    host: *mut c_void,
    address: CUdeviceptr,
    bytes: usize,
    _stream: CUstream,
) -> c_int {
    // SAFETY: the caller's pointer.
    unsafe { cuMemcpyDtoH_v2(host, address, bytes) }
}

pub fn cuMemcpyDtoD_v2(to: CUdeviceptr, from: CUdeviceptr, bytes: usize) -> c_int {
    in_context(|| code(device::copy_on_device(to, from, bytes)))
}

pub fn cuMemcpyDtoDAsync_v2(
    to: CUdeviceptr,
    from: CUdeviceptr,
    bytes: usize,
    _stream: CUstream,
) -> c_int {
    cuMemcpyDtoD_v2(to, from, bytes)
}

pub fn cuMemsetD8_v2(address: CUdeviceptr, value: c_uchar, count: usize) -> c_int {
    in_context(|| code(device::set(address, &value.to_le_bytes(), count)))
}

pub fn cuMemsetD16_v2(address: CUdeviceptr, value: c_ushort, count: usize) -> c_int {
    in_context(|| code(device::set(address, &value.to_le_bytes(), count)))
}

pub fn cuMemsetD32_v2(address: CUdeviceptr, value: c_uint, count: usize) -> c_int {
    in_context(|| code(device::set(address, &value.to_le_bytes(), count)))
}

pub fn cuMemsetD8Async(
    address: CUdeviceptr,
    value: c_uchar,
    count: usize,
    _stream: CUstream,
) -> c_int {
    cuMemsetD8_v2(address, value, count)
}

pub fn cuMemsetD16Async(
    address: CUdeviceptr,
    value: c_ushort,
    count: usize,
    _stream: CUstream,
) -> c_int {
    cuMemsetD16_v2(address, value, count)
}

pub fn cuMemsetD32Async(
    address: CUdeviceptr,
    value: c_uint,
    count: usize,
    _stream: CUstream,
) -> c_int {
    cuMemsetD32_v2(address, value, count)
}

pub unsafe fn cuModuleLoadData(module: *mut CUmodule, image: *const c_void) -> c_int {
    // SAFETY: the caller's pointers; without options there is nothing else to point at.
    unsafe { cuModuleLoadDataEx(module, image, 0, std::ptr::null_mut(), std::ptr::null_mut()) }
}

pub unsafe fn cuModuleLoadDataEx(
    module: *mut CUmodule,
    image: *const c_void,
    count: c_uint,
    options: *mut CUjit_option,
    values: *mut *mut c_void,
) -> c_int {
    if image.is_null() {
        return INVALID_VALUE;
    }
    // SAFETY: the caller's image; this device takes PTX alone, which is a C string.
    let Ok(ptx) = unsafe { CStr::from_ptr(image.cast()) }.to_str() else {
        return INVALID_PTX;
    };
    in_context(|| match device::module_load(ptx) {
        // SAFETY: the caller's pointer.
        Ok(handle) => unsafe { give(module, handle as CUmodule) },
        Err(log) => {
            // SAFETY: the caller's arrays, `count` entries each.
            unsafe { write_log(&log, count, options, values) };
            INVALID_PTX
        }
    })
}

/// Writes into the error log buffer among the options, if there is one.
///
/// # Safety
///
/// `options` and `values` have `count` entries that follow the driver's rules.
unsafe fn write_log(
    log: &str,
    count: c_uint,
    options: *mut CUjit_option,
    values: *mut *mut c_void,
) {
    const BUFFER: c_int = CUjit_option_enum::CU_JIT_ERROR_LOG_BUFFER as c_int;
    const SIZE: c_int = CUjit_option_enum::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES as c_int;
    let option = |wanted: c_int| {
        (0..count as usize).find(|&at| {
            // SAFETY: `at` is below `count`. Read as an integer: newer options are not in the enum.
            let option = unsafe { options.cast::<c_int>().add(at).read() };
            option == wanted
        })
    };
    let (Some(buffer_at), Some(size_at)) = (option(BUFFER), option(SIZE)) else {
        return;
    };
    // SAFETY: both below `count`; sizes are passed in the pointer's place.
    let (buffer, room) = unsafe { (*values.add(buffer_at), *values.add(size_at) as usize) };
    if buffer.is_null() || room == 0 {
        return;
    }
    let length = log.len().min(room - 1);
    // SAFETY: the buffer has `room` bytes, and `length + 1` is no more than that.
    unsafe {
        std::ptr::copy_nonoverlapping(log.as_ptr(), buffer.cast(), length);
        buffer.cast::<u8>().add(length).write(0);
        *values.add(size_at) = (length + 1) as *mut c_void;
    }
}

pub fn cuModuleUnload(module: CUmodule) -> c_int {
    in_context(|| code(device::module_unload(module as u64)))
}

pub unsafe fn cuModuleGetFunction(
    function: *mut CUfunction,
    module: CUmodule,
    name: *const c_char,
) -> c_int {
    if name.is_null() {
        return INVALID_VALUE;
    }
    // SAFETY: the caller's C string.
    let Ok(name) = unsafe { CStr::from_ptr(name) }.to_str() else {
        return INVALID_VALUE;
    };
    in_context(|| match device::function(module as u64, name) {
        // SAFETY: the caller's pointer.
        Ok(handle) => unsafe { give(function, handle as CUfunction) },
        Err(code) => code,
    })
}

pub unsafe fn cuModuleGetGlobal_v2(
    address: *mut CUdeviceptr,
    bytes: *mut usize,
    module: CUmodule,
    name: *const c_char,
) -> c_int {
    if name.is_null() {
        return INVALID_VALUE;
    }
    // SAFETY: the caller's C string.
    let Ok(name) = unsafe { CStr::from_ptr(name) }.to_str() else {
        return INVALID_VALUE;
    };
    in_context(|| match device::global(module as u64, name) {
        // SAFETY: the caller's pointers, either of which may be null.
        Ok((at, size)) => unsafe { give(address, at).min(give(bytes, size)) },
        Err(code) => code,
    })
}

pub unsafe fn cuFuncGetAttribute(
    value: *mut c_int,
    attribute: c_int,
    _function: CUfunction,
) -> c_int {
    const THREADS: c_int = CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK as c_int;
    let answer = if attribute == THREADS { 1024 } else { 0 };
    // SAFETY: the caller's pointer.
    in_context(|| unsafe { give(value, answer) })
}

pub unsafe fn cuOccupancyMaxActiveBlocksPerMultiprocessor(
    blocks: *mut c_int,
    _function: CUfunction,
    block_size: c_int,
    _dynamic_shared: usize,
) -> c_int {
    // SAFETY: the caller's pointer.
    in_context(|| unsafe { give(blocks, 1024 / block_size.clamp(1, 1024)) })
}

#[allow(clippy::too_many_arguments)]
pub unsafe fn cuLaunchKernel(
    function: CUfunction,
    grid_x: c_uint,
    grid_y: c_uint,
    grid_z: c_uint,
    block_x: c_uint,
    block_y: c_uint,
    block_z: c_uint,
    shared_bytes: c_uint,
    _stream: CUstream,
    params: *mut *mut c_void,
    _extra: *mut *mut c_void,
) -> c_int {
    let function = function as u64;
    in_context(|| {
        let sizes = match device::param_sizes(function) {
            Ok(sizes) => sizes,
            Err(code) => return code,
        };
        if params.is_null() && !sizes.is_empty() {
            return INVALID_VALUE;
        }
        // SAFETY: the caller has a pointer for each parameter, and its bytes behind it.
        let read = |(at, &size): (usize, &usize)| unsafe {
            std::slice::from_raw_parts((*params.add(at)).cast::<u8>(), size).to_vec()
        };
        let values: Vec<Vec<u8>> = sizes.iter().enumerate().map(read).collect();
        let grid = [grid_x, grid_y, grid_z];
        let block = [block_x, block_y, block_z];
        code(device::launch(function, grid, block, shared_bytes, &values))
    })
}

pub unsafe fn cuLaunchHostFunc(
    _stream: CUstream,
    host_fn: CUhostFn,
    user_data: *mut c_void,
) -> c_int {
    in_context(|| match host_fn {
        Some(host_fn) => {
            // SAFETY: the caller's function and its data, called once, as the driver would.
            unsafe { host_fn(user_data) };
            SUCCESS
        }
        None => INVALID_VALUE,
    })
}
