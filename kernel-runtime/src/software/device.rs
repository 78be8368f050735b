//! The device: memory, modules, functions, launches. What a CUDA driver does, behind safe
//! functions; all state is the process's, and every function may be called from any thread.
//!
//! Addresses and handles are numbers that earlier calls gave. Errors are the driver's codes, as in
//! `CUresult`: 1 for a value or an address that is not valid, 2 for too little memory, 400 for a handle
//! that nothing has, 500 for a name that nothing has; for a launch that went wrong, the code that a
//! driver would give, and [`findings`] say more.
//!
//! ```
//! use kernel_runtime::software::device;
//!
//! let text = ".version 6.0 .target sm_70 .address_size 64
//! .visible .entry twice(.param .u64 x) {
//!     .reg .b64 %a;
//!     .reg .f32 %f;
//!     ld.param.u64 %a, [x];
//!     ld.global.f32 %f, [%a];
//!     add.rn.f32 %f, %f, %f;
//!     st.global.f32 [%a], %f;
//!     ret;
//! }";
//! let module = device::module_load(text).expect("PTX that the device knows");
//! let twice = device::function(module, "twice").unwrap();
//! let x = device::mem_alloc(4).unwrap();
//! device::copy_to_device(x, &1.5f32.to_le_bytes()).unwrap();
//!
//! device::launch(twice, [1; 3], [1; 3], 0, &[x.to_le_bytes().to_vec()]).unwrap();
//!
//! let mut bytes = [0; 4];
//! device::copy_to_host(&mut bytes, x).unwrap();
//! assert_eq!(f32::from_le_bytes(bytes), 3.0);
//! device::mem_free(x).unwrap();
//! device::module_unload(module).unwrap();
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::launch::{Launch, Tracked};
use super::memory::{DeviceMemory, Owner, TOTAL_BYTES};
use super::order::Geometry;
use super::program::Program;
use super::races::MAX_THREADS;
use super::{link, parse};

pub use super::detect::{Code, Finding, Kind};

/// `CUDA_ERROR_INVALID_VALUE`.
const INVALID_VALUE: Code = 1;
/// `CUDA_ERROR_OUT_OF_MEMORY`.
const OUT_OF_MEMORY: Code = 2;
/// `CUDA_ERROR_INVALID_HANDLE`.
const INVALID_HANDLE: Code = 400;
/// `CUDA_ERROR_NOT_FOUND`.
const NOT_FOUND: Code = 500;
/// `CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES`.
const OUT_OF_RESOURCES: Code = 701;

/// Shared memory of a block at most, without a kernel's opting in to more.
const MAX_SHARED: u64 = 48 << 10;
/// Threads of a block at most.
const MAX_BLOCK: u64 = 1024;

static MEMORY: DeviceMemory = DeviceMemory::new();
static MODULES: RwLock<Modules> = RwLock::new(Modules::new());
static NEXT_HANDLE: AtomicU64 = AtomicU64::new(0x5000);

thread_local! {
    static FINDINGS: RefCell<Vec<Finding>> = const { RefCell::new(Vec::new()) };
}

struct Modules {
    modules: BTreeMap<u64, Arc<Program>>,
    /// Module and index of a function's handle.
    functions: BTreeMap<u64, (u64, usize)>,
}

impl Modules {
    const fn new() -> Self {
        Modules {
            modules: BTreeMap::new(),
            functions: BTreeMap::new(),
        }
    }

    fn function(&self, handle: u64) -> Result<(Arc<Program>, usize), Code> {
        let (module, index) = self.functions.get(&handle).ok_or(INVALID_HANDLE)?;
        let program = self.modules.get(module).ok_or(INVALID_HANDLE)?;
        Ok((program.clone(), *index))
    }
}

fn handle() -> u64 {
    NEXT_HANDLE.fetch_add(0x10, Ordering::Relaxed)
}

fn modules() -> std::sync::RwLockReadGuard<'static, Modules> {
    MODULES.read().unwrap_or_else(PoisonError::into_inner)
}

fn modules_mut() -> std::sync::RwLockWriteGuard<'static, Modules> {
    MODULES.write().unwrap_or_else(PoisonError::into_inner)
}

/// Allocates device memory; the address is a multiple of 256, and never one of the host.
pub fn mem_alloc(bytes: usize) -> Result<u64, Code> {
    if bytes == 0 {
        return Err(INVALID_VALUE);
    }
    MEMORY
        .allocate(bytes, Owner::User)
        .map(|a| a.base)
        .ok_or(OUT_OF_MEMORY)
}

/// Frees memory from [`mem_alloc`]. Null is allowed, as in the driver.
pub fn mem_free(ptr: u64) -> Result<(), Code> {
    match ptr == 0 || MEMORY.free(ptr, Owner::User) {
        true => Ok(()),
        false => Err(INVALID_VALUE),
    }
}

/// Copies from the host.
pub fn copy_to_device(dst: u64, src: &[u8]) -> Result<(), Code> {
    if src.is_empty() {
        return Ok(());
    }
    let (allocation, offset) = MEMORY.find(dst, src.len()).ok_or(INVALID_VALUE)?;
    allocation.write(offset, src);
    Ok(())
}

/// Copies to the host.
pub fn copy_to_host(dst: &mut [u8], src: u64) -> Result<(), Code> {
    if dst.is_empty() {
        return Ok(());
    }
    let (allocation, offset) = MEMORY.find(src, dst.len()).ok_or(INVALID_VALUE)?;
    allocation.read(offset, dst);
    Ok(())
}

/// Copies within the device. What nobody wrote in the source counts as unwritten in the target.
pub fn copy_on_device(dst: u64, src: u64, bytes: usize) -> Result<(), Code> {
    if bytes == 0 {
        return Ok(());
    }
    let (target, to) = MEMORY.find(dst, bytes).ok_or(INVALID_VALUE)?;
    let (source, from) = MEMORY.find(src, bytes).ok_or(INVALID_VALUE)?;
    target.copy_from(to, &source, from, bytes);
    Ok(())
}

/// Writes a pattern of 1, 2 or 4 bytes `count` times. The address must be a multiple of its size.
pub fn set(dst: u64, pattern: &[u8], count: usize) -> Result<(), Code> {
    let size = pattern.len();
    if !matches!(size, 1 | 2 | 4) || !dst.is_multiple_of(size as u64) {
        return Err(INVALID_VALUE);
    }
    let bytes = count.checked_mul(size).ok_or(INVALID_VALUE)?;
    if bytes == 0 {
        return Ok(());
    }
    let (allocation, offset) = MEMORY.find(dst, bytes).ok_or(INVALID_VALUE)?;
    allocation.write(offset, &pattern.repeat(count));
    Ok(())
}

/// Loads a module. The error is a log: one line for each thing wrong, with its line in the text.
pub fn module_load(ptx: &str) -> Result<u64, String> {
    let text = ptx.trim_end_matches('\0');
    let tree = parse::module(text).map_err(|fault| fault.to_string())?;
    let program = link::program(text, &tree, &MEMORY).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        lines.join("\n")
    })?;
    let handle = handle();
    modules_mut().modules.insert(handle, Arc::new(program));
    Ok(handle)
}

/// Unloads a module; its functions and variables are gone.
pub fn module_unload(module: u64) -> Result<(), Code> {
    let mut all = modules_mut();
    let program = all.modules.remove(&module).ok_or(INVALID_HANDLE)?;
    all.functions.retain(|_, (owner, _)| *owner != module);
    for variable in &program.globals {
        MEMORY.free(variable.memory.base, variable.memory.owner);
    }
    Ok(())
}

/// An entry of a module.
pub fn function(module: u64, name: &str) -> Result<u64, Code> {
    let mut all = modules_mut();
    let program = all.modules.get(&module).ok_or(INVALID_HANDLE)?;
    let found = program
        .functions
        .iter()
        .position(|f| f.entry && f.name == name);
    let index = found.ok_or(NOT_FOUND)?;
    let known = all
        .functions
        .iter()
        .find(|(_, known)| **known == (module, index));
    if let Some((handle, _)) = known {
        return Ok(*handle);
    }
    let handle = handle();
    all.functions.insert(handle, (module, index));
    Ok(handle)
}

/// A `.global` or `.const` variable of a module: address and size.
pub fn global(module: u64, name: &str) -> Result<(u64, usize), Code> {
    let all = modules();
    let program = all.modules.get(&module).ok_or(INVALID_HANDLE)?;
    let found = program
        .globals
        .iter()
        .find(|g| g.name == name)
        .ok_or(NOT_FOUND)?;
    Ok((found.memory.base, found.memory.bytes))
}

/// Size of each parameter of an entry.
pub fn param_sizes(function: u64) -> Result<Vec<usize>, Code> {
    let (program, index) = modules().function(function)?;
    Ok(program.functions[index]
        .params
        .iter()
        .map(|(_, bytes)| *bytes)
        .collect())
}

/// Runs an entry to its end: `grid` and `block` count blocks and threads along `x`, `y` and `z`,
/// `shared_bytes` are those of dynamic shared memory, and `params` are the parameters' bytes, in order
/// ([`param_sizes`]).
///
/// # Errors
///
/// Extents, shared memory or parameters that the entry cannot be started with; or what the run met with,
/// of which [`findings`] says more.
pub fn launch(
    function: u64,
    grid: [u32; 3],
    block: [u32; 3],
    shared_bytes: u32,
    params: &[Vec<u8>],
) -> Result<(), Code> {
    FINDINGS.with_borrow_mut(Vec::clear);
    let (program, entry) = modules().function(function)?;
    check_extents(grid, block)?;
    let launch = prepare(program, entry, grid, block, shared_bytes, params)?;
    launch.run().map_err(|finding| {
        let code = finding.code();
        FINDINGS.with_borrow_mut(|findings| findings.push(finding));
        code
    })
}

/// The limits of compute capabilities 7.0 to 12.0.
fn check_extents(grid: [u32; 3], block: [u32; 3]) -> Result<(), Code> {
    let grid_fits = grid[0] <= i32::MAX as u32 && grid[1] <= 65535 && grid[2] <= 65535;
    let block_fits = block[0] <= 1024 && block[1] <= 1024 && block[2] <= 64;
    let empty = grid.contains(&0) || block.contains(&0);
    if empty || !grid_fits || !block_fits || volume(block) > MAX_BLOCK.into() {
        return Err(INVALID_VALUE);
    }
    match volume(grid) * volume(block) < MAX_THREADS.into() {
        true => Ok(()),
        false => Err(OUT_OF_RESOURCES),
    }
}

fn volume(extents: [u32; 3]) -> u128 {
    extents.iter().map(|e| u128::from(*e)).product()
}

fn prepare(
    program: Arc<Program>,
    entry: usize,
    grid: [u32; 3],
    block: [u32; 3],
    shared_bytes: u32,
    params: &[Vec<u8>],
) -> Result<Launch, Code> {
    let function = &program.functions[entry];
    let threads = volume(block) as u64;
    let required = function
        .required_threads
        .is_some_and(|r| r != block.map(u64::from));
    let too_many = function.max_threads.is_some_and(|max| threads > max);
    let sizes = function.params.iter().map(|(_, bytes)| *bytes);
    let fits = sizes.eq(params.iter().map(Vec::len));
    let fixed: u64 = function.shared.iter().map(|r| r.bytes).sum();
    if required || too_many || !fits || fixed + u64::from(shared_bytes) > MAX_SHARED {
        return Err(INVALID_VALUE);
    }
    let end = function.params.last().map_or(0, |(at, bytes)| at + bytes);
    let mut laid_out = vec![0; end];
    for ((at, bytes), value) in function.params.iter().zip(params) {
        laid_out[*at..at + bytes].copy_from_slice(value);
    }
    Ok(Launch {
        entry,
        grid,
        block,
        geometry: Geometry::new(threads as u32),
        params: laid_out,
        dynamic_shared: shared_bytes.into(),
        memory: MEMORY.snapshot().into_iter().map(Tracked::new).collect(),
        releases: Default::default(),
        program,
    })
}

/// What the last launch of this thread found, if it failed.
pub fn findings() -> Vec<Finding> {
    FINDINGS.with_borrow(Clone::clone)
}

/// Memory from [`mem_alloc`] that nobody has freed: address and size.
pub fn leaks() -> Vec<(u64, usize)> {
    let all = MEMORY.snapshot();
    let mine = all.iter().filter(|a| a.owner == Owner::User);
    mine.map(|a| (a.base, a.bytes)).collect()
}

/// Bytes of memory that the device claims to have.
pub fn total_memory() -> usize {
    TOTAL_BYTES
}

/// Free and total bytes of memory.
pub fn memory_info() -> (usize, usize) {
    (TOTAL_BYTES - MEMORY.used(), TOTAL_BYTES)
}
