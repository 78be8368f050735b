//! A library that says it is `libcuda`, for tests of everything between a kernel and the real
//! one. Its device memory is host memory, its one compute kernel is written below, and, like a
//! driver newer than cust, it returns codes that cust has never heard of.
//!
//! The tests compile this file by itself and load it.

#![allow(non_snake_case, clippy::missing_safety_doc, clippy::too_many_arguments)]

use std::alloc::{Layout, alloc, dealloc};
use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

type Handle = usize;

/// This much device memory.
const MEMORY: usize = 1 << 20;

static RETAINED: AtomicU32 = AtomicU32::new(0);
static HANDLES: AtomicUsize = AtomicUsize::new(100);
static BLOCKS: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);
/// What the next synchronisation returns.
static PENDING: Mutex<c_int> = Mutex::new(0);

#[unsafe(no_mangle)]
pub extern "C" fn cuInit(_flags: c_uint) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorName(code: c_int, name: *mut *const c_char) -> c_int {
    let text = match code {
        46 => c"CUDA_ERROR_DEVICE_UNAVAILABLE",
        _ => return 1,
    };
    unsafe { *name = text.as_ptr() };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDriverGetVersion(version: *mut c_int) -> c_int {
    unsafe { *version = 13_010 };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetCount(count: *mut c_int) -> c_int {
    unsafe { *count = 1 };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGet(device: *mut c_int, _ordinal: c_int) -> c_int {
    unsafe { *device = 0 };
    0
}

/// Leaves no NUL behind, which the real one might do to a long name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetName(name: *mut c_char, length: c_int, _: c_int) -> c_int {
    unsafe { name.write_bytes(b'F', length as usize) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceTotalMem_v2(bytes: *mut usize, _device: c_int) -> c_int {
    unsafe { *bytes = MEMORY };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDeviceGetAttribute(value: *mut c_int, which: c_int, _: c_int) -> c_int {
    let answer = match which {
        16 => 4,
        39 => 2048,
        75 => 9,
        76 => 0,
        _ => 1,
    };
    unsafe { *value = answer };
    0
}

/// The first time, somebody else has the device.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuDevicePrimaryCtxRetain(context: *mut Handle, _: c_int) -> c_int {
    if RETAINED.fetch_add(1, Ordering::SeqCst) == 0 {
        return 46;
    }
    unsafe { *context = 7 };
    0
}

thread_local! {
    static CURRENT: Cell<Handle> = const { Cell::new(0) };
}

#[unsafe(no_mangle)]
pub extern "C" fn cuCtxSetCurrent(context: Handle) -> c_int {
    CURRENT.set(context);
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuCtxGetCurrent(context: *mut Handle) -> c_int {
    unsafe { *context = CURRENT.get() };
    0
}

unsafe fn new_handle(place: *mut Handle) -> c_int {
    unsafe { *place = HANDLES.fetch_add(1, Ordering::SeqCst) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuStreamCreateWithPriority(s: *mut Handle, _: c_uint, _: c_int) -> c_int {
    unsafe { new_handle(s) }
}

#[unsafe(no_mangle)]
pub extern "C" fn cuStreamDestroy_v2(_stream: Handle) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn cuStreamSynchronize(_stream: Handle) -> c_int {
    std::mem::take(&mut *PENDING.lock().unwrap())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEventCreate(event: *mut Handle, _flags: c_uint) -> c_int {
    unsafe { new_handle(event) }
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventDestroy_v2(_event: Handle) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn cuEventRecord(_event: Handle, _stream: Handle) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuEventElapsedTime(ms: *mut f32, _: Handle, _: Handle) -> c_int {
    unsafe { *ms = 1.5 };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemAlloc_v2(address: *mut u64, bytes: usize) -> c_int {
    if CURRENT.get() != 7 {
        return 201;
    }
    let mut blocks = BLOCKS.lock().unwrap();
    let blocks = blocks.get_or_insert_default();
    if blocks.values().sum::<usize>() + bytes > MEMORY {
        return 2;
    }
    let block = unsafe { alloc(Layout::from_size_align(bytes, 256).unwrap()) } as usize;
    blocks.insert(block, bytes);
    unsafe { *address = block as u64 };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemFree_v2(address: u64) -> c_int {
    let mut blocks = BLOCKS.lock().unwrap();
    let Some(bytes) = blocks.get_or_insert_default().remove(&(address as usize)) else {
        return 1;
    };
    unsafe { dealloc(address as *mut u8, Layout::from_size_align(bytes, 256).unwrap()) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyHtoDAsync_v2(
    to: u64,
    from: *const u8,
    bytes: usize,
    _stream: Handle,
) -> c_int {
    unsafe { std::ptr::copy_nonoverlapping(from, to as *mut u8, bytes) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuMemcpyDtoHAsync_v2(
    to: *mut u8,
    from: u64,
    bytes: usize,
    _stream: Handle,
) -> c_int {
    unsafe { std::ptr::copy_nonoverlapping(from as *const u8, to, bytes) };
    0
}

/// Refuses texts that say so, with a log that fills whatever room there is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleLoadDataEx(
    module: *mut Handle,
    image: *const c_char,
    count: c_uint,
    options: *const c_int,
    values: *mut *mut c_void,
) -> c_int {
    let text = unsafe { CStr::from_ptr(image) };
    if !text.to_bytes().starts_with(b"refuse") {
        return unsafe { new_handle(module) };
    }
    let options = unsafe { std::slice::from_raw_parts(options, count as usize) };
    let values = unsafe { std::slice::from_raw_parts(values, count as usize) };
    let of = |option: c_int| options.iter().position(|&given| given == option);
    let (Some(buffer), Some(size)) = (of(5), of(6)) else {
        return 1;
    };
    let (buffer, size) = (values[buffer] as *mut u8, values[size] as usize);
    let log = b"ptxas fatal: this text asks to be refused; ".iter().cycle();
    for (at, byte) in log.take(size).enumerate() {
        unsafe { buffer.add(at).write(*byte) };
    }
    222
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuModuleGetFunction(
    function: *mut Handle,
    _module: Handle,
    name: *const c_char,
) -> c_int {
    let number = match unsafe { CStr::from_ptr(name) }.to_bytes() {
        b"double" => 1,
        b"too_new_at_launch" => 2,
        b"too_new_later" => 3,
        _ => return 500,
    };
    unsafe { *function = number };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuLaunchKernel(
    function: Handle,
    _grid_x: c_uint,
    _grid_y: c_uint,
    _grid_z: c_uint,
    _block_x: c_uint,
    _block_y: c_uint,
    _block_z: c_uint,
    _shared: c_uint,
    _stream: Handle,
    params: *mut *mut c_void,
    _extra: *mut *mut c_void,
) -> c_int {
    match function {
        1 => unsafe { double(params) },
        2 => return 1234,
        _ => *PENDING.lock().unwrap() = 912,
    }
    0
}

/// `x[t * stride] *= 2` for a base, a stride and a trip count.
unsafe fn double(params: *mut *mut c_void) {
    let word = |at: usize| unsafe { (*params.add(at)).cast::<u64>().read() };
    let (base, stride, count) = (word(0), word(1) as i64, word(2) as i64);
    for t in 0..count {
        let element = (base as *mut f64).wrapping_offset((t * stride) as isize);
        unsafe { *element *= 2.0 };
    }
}
