//! The driver's symbols that cust references, defined here.
//!
//! cust declares them as `extern "C"` and expects the linker to find `libcuda`. Every one of them
//! is a wrapper that asks the loaded driver (or the software device), so nothing is left for the
//! linker to find and a program without a driver starts. A compile-time comparison with cust's
//! own declarations follows each wrapper.

use super::status::{self, Plain};
use super::{Backend, backend};
use cust::sys;
use cust::sys::*;
use std::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_ushort, c_void};

#[cfg(feature = "software-device")]
use super::software;

macro_rules! driver {
    (
        software { $(fn $soft:ident($($soft_arg:ident: $soft_ty:ty),*);)* }
        hardware { $(fn $hard:ident($($hard_arg:ident: $hard_ty:ty),*);)* }
        undeclared { $(fn $other:ident($($other_arg:ident: $other_ty:ty),*);)* }
        unexported { $(fn $hidden:ident($($hidden_ty:ty),*);)* }
    ) => {
        /// The entry points of a loaded driver; `None` where this version of it lacks one.
        #[allow(non_snake_case)]
        pub struct Table {
            $($soft: Option<unsafe extern "C" fn($(<$soft_ty as Plain>::Plain),*) -> c_int>,)*
            $($hard: Option<unsafe extern "C" fn($(<$hard_ty as Plain>::Plain),*) -> c_int>,)*
            $($other: Option<unsafe extern "C" fn($(<$other_ty as Plain>::Plain),*) -> c_int>,)*
            $($hidden: Option<unsafe extern "C" fn($(<$hidden_ty as Plain>::Plain),*) -> c_int>,)*
        }

        impl Table {
            /// Looks up every entry point.
            ///
            /// # Safety
            ///
            /// `library` is an NVIDIA driver, and stays loaded.
            pub unsafe fn load(library: &libloading::Library) -> Table {
                // SAFETY: the caller's; an NVIDIA driver exports these names with these types.
                unsafe {
                    Table {
                        $($soft: symbol(library, stringify!($soft)),)*
                        $($hard: symbol(library, stringify!($hard)),)*
                        $($other: symbol(library, stringify!($other)),)*
                        $($hidden: symbol(library, stringify!($hidden)),)*
                    }
                }
            }
        }

        $(driver!(
            @wrap $soft($($soft_arg: $soft_ty),*),
            // SAFETY: the caller's; the software device has the driver's rules.
            software::guarded(|| unsafe { software::$soft($($soft_arg),*) })
        );)*
        $(const _: unsafe extern "C" fn($($soft_ty),*) -> CUresult = sys::$soft;)*
        $(driver!(@wrap $hard($($hard_arg: $hard_ty),*), status::NOT_SUPPORTED);)*
        $(const _: unsafe extern "C" fn($($hard_ty),*) -> CUresult = sys::$hard;)*
        $(driver!(@wrap $other($($other_arg: $other_ty),*), status::NOT_SUPPORTED);)*

        /// Addresses of all wrappers, see [`keep`].
        #[used]
        static EXPORTED: Exported<{ driver!(@count $($soft)* $($hard)* $($other)*) + 1 }> =
            Exported([
                $($soft as *const (),)*
                $($hard as *const (),)*
                $($other as *const (),)*
                cuGetErrorString as *const (),
            ]);
    };
    (@wrap $name:ident($($arg:ident: $ty:ty),*), $software:expr) => {
        /// The driver's.
        ///
        /// # Safety
        ///
        /// As the driver says of this name.
        // Some of the software device's answers are safe functions.
        #[allow(unused_unsafe)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: <$ty as Plain>::Plain),*) -> c_int {
            status::report(match backend() {
                Backend::Library(table) => match table.$name {
                    // SAFETY: the caller keeps the driver's rules for this entry point.
                    Some(entry) => unsafe { entry($($arg),*) },
                    None => status::ENTRY_NOT_FOUND,
                },
                #[cfg(feature = "software-device")]
                Backend::Software => $software,
                Backend::Missing(_) => status::NO_DEVICE,
            })
        }
    };
    (@count) => { 0 };
    (@count $first:ident $($rest:ident)*) => { 1 + driver!(@count $($rest)*) };
}

/// Looks one entry point up.
///
/// # Safety
///
/// `library` exports `name` with type `T`, a function pointer, or not at all.
unsafe fn symbol<T: Copy>(library: &libloading::Library, name: &str) -> Option<T> {
    // SAFETY: the caller's.
    let symbol = unsafe { library.get::<T>(name) };
    symbol.ok().map(|symbol| *symbol)
}

struct Exported<const N: usize>([*const (); N]);

// SAFETY: addresses of functions, which nothing writes through.
unsafe impl<const N: usize> Sync for Exported<N> {}

/// Makes the caller depend on every wrapper.
///
/// GNU ld takes from an archive only what is asked for by then, and this crate's archive comes
/// before cust's, which is what asks. Whoever can reach cust through this crate calls this first.
pub fn keep() -> usize {
    std::hint::black_box(&EXPORTED).0.len()
}

driver! {
    software {
        fn cuCtxGetApiVersion(ctx: CUcontext, version: *mut c_uint);
        fn cuCtxGetCurrent(pctx: *mut CUcontext);
        fn cuCtxGetDevice(device: *mut CUdevice);
        fn cuCtxGetStreamPriorityRange(least_priority: *mut c_int, greatest_priority: *mut c_int);
        fn cuCtxSetCurrent(ctx: CUcontext);
        fn cuCtxSynchronize();
        fn cuDeviceGet(device: *mut CUdevice, ordinal: c_int);
        fn cuDeviceGetAttribute(pi: *mut c_int, attrib: CUdevice_attribute, dev: CUdevice);
        fn cuDeviceGetCount(count: *mut c_int);
        fn cuDeviceGetName(name: *mut c_char, len: c_int, dev: CUdevice);
        fn cuDevicePrimaryCtxRelease_v2(dev: CUdevice);
        fn cuDevicePrimaryCtxRetain(pctx: *mut CUcontext, dev: CUdevice);
        fn cuDevicePrimaryCtxSetFlags_v2(dev: CUdevice, flags: c_uint);
        fn cuDeviceTotalMem_v2(bytes: *mut usize, dev: CUdevice);
        fn cuDriverGetVersion(driver_version: *mut c_int);
        fn cuEventCreate(event: *mut CUevent, flags: c_uint);
        fn cuEventDestroy_v2(event: CUevent);
        fn cuEventElapsedTime(milliseconds: *mut f32, start: CUevent, end: CUevent);
        fn cuEventQuery(event: CUevent);
        fn cuEventRecord(event: CUevent, stream: CUstream);
        fn cuEventSynchronize(event: CUevent);
        fn cuFuncGetAttribute(pi: *mut c_int, attrib: CUfunction_attribute, hfunc: CUfunction);
        fn cuInit(flags: c_uint);
        fn cuLaunchHostFunc(stream: CUstream, host_fn: CUhostFn, user_data: *mut c_void);
        fn cuLaunchKernel(
            func: CUfunction, grid_dim_x: c_uint, grid_dim_y: c_uint, grid_dim_z: c_uint,
            block_dim_x: c_uint, block_dim_y: c_uint, block_dim_z: c_uint,
            shared_mem_bytes: c_uint, stream: CUstream, kernel_params: *mut *mut c_void,
            extra: *mut *mut c_void
        );
        fn cuMemAllocAsync(dptr: *mut CUdeviceptr, bytesize: usize, stream: CUstream);
        fn cuMemAlloc_v2(dptr: *mut CUdeviceptr, bytesize: usize);
        fn cuMemFreeAsync(dptr: CUdeviceptr, stream: CUstream);
        fn cuMemFree_v2(dptr: CUdeviceptr);
        fn cuMemGetInfo_v2(free: *mut usize, total: *mut usize);
        fn cuMemcpyDtoDAsync_v2(
            dst_device: CUdeviceptr, src_device: CUdeviceptr, byte_count: usize, stream: CUstream
        );
        fn cuMemcpyDtoD_v2(dst_device: CUdeviceptr, src_device: CUdeviceptr, byte_count: usize);
        fn cuMemcpyDtoHAsync_v2(
            dst_host: *mut c_void, src_device: CUdeviceptr, byte_count: usize, stream: CUstream
        );
        fn cuMemcpyDtoH_v2(dst_host: *mut c_void, src_device: CUdeviceptr, byte_count: usize);
        fn cuMemcpyHtoDAsync_v2(
            dst_device: CUdeviceptr, src_host: *const c_void, byte_count: usize, stream: CUstream
        );
        fn cuMemcpyHtoD_v2(dst_device: CUdeviceptr, src_host: *const c_void, byte_count: usize);
        fn cuMemsetD16Async(dst_device: CUdeviceptr, us: c_ushort, count: usize, stream: CUstream);
        fn cuMemsetD16_v2(dst_device: CUdeviceptr, us: c_ushort, count: usize);
        fn cuMemsetD32Async(dst_device: CUdeviceptr, ui: c_uint, count: usize, stream: CUstream);
        fn cuMemsetD32_v2(dst_device: CUdeviceptr, ui: c_uint, count: usize);
        fn cuMemsetD8Async(dst_device: CUdeviceptr, uc: c_uchar, count: usize, stream: CUstream);
        fn cuMemsetD8_v2(dst_device: CUdeviceptr, uc: c_uchar, count: usize);
        fn cuModuleGetFunction(hfunc: *mut CUfunction, hmod: CUmodule, name: *const c_char);
        fn cuModuleGetGlobal_v2(
            dptr: *mut CUdeviceptr, bytes: *mut usize, hmod: CUmodule, name: *const c_char
        );
        fn cuModuleLoadData(module: *mut CUmodule, image: *const c_void);
        fn cuModuleLoadDataEx(
            module: *mut CUmodule, image: *const c_void, num_options: c_uint,
            options: *mut CUjit_option, option_values: *mut *mut c_void
        );
        fn cuModuleUnload(hmod: CUmodule);
        fn cuOccupancyMaxActiveBlocksPerMultiprocessor(
            num_blocks: *mut c_int, func: CUfunction, block_size: c_int, dynamic_smem_size: usize
        );
        fn cuStreamCreateWithPriority(stream: *mut CUstream, flags: c_uint, priority: c_int);
        fn cuStreamDestroy_v2(stream: CUstream);
        fn cuStreamGetFlags(stream: CUstream, flags: *mut c_uint);
        fn cuStreamGetPriority(stream: CUstream, priority: *mut c_int);
        fn cuStreamSynchronize(stream: CUstream);
        fn cuStreamWaitEvent(stream: CUstream, event: CUevent, flags: c_uint);
    }
    hardware {
        fn cuArray3DCreate_v2(handle: *mut CUarray, allocate_array: *const CUDA_ARRAY3D_DESCRIPTOR);
        fn cuArray3DGetDescriptor_v2(
            array_descriptor: *mut CUDA_ARRAY3D_DESCRIPTOR, array: CUarray
        );
        fn cuArrayDestroy(array: CUarray);
        fn cuCtxCreate_v2(pctx: *mut CUcontext, flags: c_uint, dev: CUdevice);
        fn cuCtxDestroy_v2(ctx: CUcontext);
        fn cuCtxGetCacheConfig(pconfig: *mut CUfunc_cache);
        fn cuCtxGetFlags(flags: *mut c_uint);
        fn cuCtxGetLimit(pvalue: *mut usize, limit: CUlimit);
        fn cuCtxGetSharedMemConfig(config: *mut CUsharedconfig);
        fn cuCtxPopCurrent_v2(pctx: *mut CUcontext);
        fn cuCtxPushCurrent_v2(ctx: CUcontext);
        fn cuCtxSetCacheConfig(config: CUfunc_cache);
        fn cuCtxSetLimit(limit: CUlimit, value: usize);
        fn cuCtxSetSharedMemConfig(config: CUsharedconfig);
        fn cuDestroyExternalMemory(ext_mem: CUexternalMemory);
        fn cuDevicePrimaryCtxReset_v2(dev: CUdevice);
        fn cuExternalMemoryGetMappedBuffer(
            dev_ptr: *mut CUdeviceptr, ext_mem: CUexternalMemory,
            buffer_desc: *const CUDA_EXTERNAL_MEMORY_BUFFER_DESC
        );
        fn cuFuncSetCacheConfig(hfunc: CUfunction, config: CUfunc_cache);
        fn cuFuncSetSharedMemConfig(hfunc: CUfunction, config: CUsharedconfig);
        fn cuGraphAddKernelNode(
            graph_node: *mut CUgraphNode, graph: CUgraph, dependencies: *const CUgraphNode,
            num_dependencies: usize, node_params: *const CUDA_KERNEL_NODE_PARAMS
        );
        fn cuGraphCreate(graph: *mut CUgraph, flags: c_uint);
        fn cuGraphDestroy(graph: CUgraph);
        fn cuGraphGetEdges(
            graph: CUgraph, from: *mut CUgraphNode, to: *mut CUgraphNode, num_edges: *mut usize
        );
        fn cuGraphGetNodes(graph: CUgraph, nodes: *mut CUgraphNode, num_nodes: *mut usize);
        fn cuGraphKernelNodeGetParams(node: CUgraphNode, node_params: *mut CUDA_KERNEL_NODE_PARAMS);
        fn cuGraphNodeGetType(node: CUgraphNode, kind: *mut CUgraphNodeType);
        fn cuImportExternalMemory(
            ext_mem_out: *mut CUexternalMemory,
            mem_handle_desc: *const CUDA_EXTERNAL_MEMORY_HANDLE_DESC
        );
        fn cuLinkAddData_v2(
            state: CUlinkState, kind: CUjitInputType, data: *mut c_void, size: usize,
            name: *const c_char, num_options: c_uint, options: *mut CUjit_option,
            option_values: *mut *mut c_void
        );
        fn cuLinkComplete(state: CUlinkState, cubin_out: *mut *mut c_void, size_out: *mut usize);
        fn cuLinkCreate_v2(
            num_options: c_uint, options: *mut CUjit_option, option_values: *mut *mut c_void,
            state_out: *mut CUlinkState
        );
        fn cuLinkDestroy(state: CUlinkState);
        fn cuMemAdvise(dev_ptr: CUdeviceptr, count: usize, advice: CUmem_advise, device: CUdevice);
        fn cuMemAllocHost_v2(pp: *mut *mut c_void, bytesize: usize);
        fn cuMemAllocManaged(dptr: *mut CUdeviceptr, bytesize: usize, flags: c_uint);
        fn cuMemFreeHost(p: *mut c_void);
        fn cuMemPrefetchAsync(
            dev_ptr: CUdeviceptr, count: usize, dst_device: CUdevice, stream: CUstream
        );
        fn cuMemcpy2D_v2(copy: *const CUDA_MEMCPY2D);
        fn cuMemcpyAtoH_v2(
            dst_host: *mut c_void, src_array: CUarray, src_offset: usize, byte_count: usize
        );
        fn cuMemcpyHtoA_v2(
            dst_array: CUarray, dst_offset: usize, src_host: *const c_void, byte_count: usize
        );
        fn cuModuleLoad(module: *mut CUmodule, fname: *const c_char);
        fn cuOccupancyAvailableDynamicSMemPerBlock(
            dynamic_smem_size: *mut usize, func: CUfunction, num_blocks: c_int, block_size: c_int
        );
        fn cuOccupancyMaxPotentialBlockSize(
            min_grid_size: *mut c_int, block_size: *mut c_int, func: CUfunction,
            block_size_to_dynamic_smem_size: CUoccupancyB2DSize, dynamic_smem_size: usize,
            block_size_limit: c_int
        );
        fn cuSurfObjectCreate(surf_object: *mut CUsurfObject, res_desc: *const CUDA_RESOURCE_DESC);
        fn cuSurfObjectDestroy(surf_object: CUsurfObject);
        fn cuSurfObjectGetResourceDesc(
            res_desc: *mut CUDA_RESOURCE_DESC, surf_object: CUsurfObject
        );
        fn cuTexObjectCreate(
            tex_object: *mut CUtexObject, res_desc: *const CUDA_RESOURCE_DESC,
            tex_desc: *const CUDA_TEXTURE_DESC, res_view_desc: *const CUDA_RESOURCE_VIEW_DESC
        );
        fn cuTexObjectDestroy(tex_object: CUtexObject);
        fn cuTexObjectGetResourceDesc(res_desc: *mut CUDA_RESOURCE_DESC, tex_object: CUtexObject);
    }
    // cust declares this one in a function of its own.
    undeclared {
        fn cuGraphDebugDotPrint(graph: CUgraph, path: *const c_char, flags: c_uint);
    }
    // Looked up for the functions below.
    unexported {
        fn cuGetErrorString(CUresult, *mut *const c_char);
        fn cuGetErrorName(CUresult, *mut *const c_char);
    }
}

/// Answers without a driver too: `Display` of cust's error panics when this fails.
///
/// # Safety
///
/// `text` is null or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cuGetErrorString(error: c_int, text: *mut *const c_char) -> c_int {
    if let Backend::Library(table) = backend()
        && let Some(entry) = table.cuGetErrorString
    {
        // SAFETY: the caller's pointer, as the driver wants it.
        return status::report(unsafe { entry(error, text) });
    }
    if text.is_null() {
        return status::report(status::INVALID_VALUE);
    }
    let known = status::known_name(error).unwrap_or(c"CUDA_ERROR_UNKNOWN");
    // SAFETY: not null, and the caller says that it is writable.
    unsafe { *text = known.as_ptr() };
    status::report(status::SUCCESS)
}
const _: unsafe extern "C" fn(CUresult, *mut *const c_char) -> CUresult = sys::cuGetErrorString;

/// What the loaded driver calls a code.
pub fn name_by_driver(code: c_int) -> Option<String> {
    let Backend::Library(table) = backend() else {
        return None;
    };
    let mut text = std::ptr::null();
    // SAFETY: `text` is writable; the driver leaves a static string in it, or null.
    let answer = unsafe { table.cuGetErrorName?(code, &mut text) };
    if answer != status::SUCCESS || text.is_null() {
        return None;
    }
    // SAFETY: the driver answered with a static C string.
    let name = unsafe { CStr::from_ptr(text) };
    Some(name.to_string_lossy().into_owned())
}
