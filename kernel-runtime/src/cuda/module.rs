//! Modules, each loaded once.

mod cut;
mod text;

use super::driver::{status, symbols};
use super::fault::{Fault, checked};
use crate::launch::Module;
use cust::sys::{CUfunction, CUfunction_attribute, CUjit_option, CUmodule};
use std::collections::HashMap;
use std::ffi::{CString, c_void};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The modules of a context.
#[derive(Default)]
pub struct Modules {
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
}

/// A launch's part of a text, whose place stands for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    text: (usize, usize),
    entry: &'static str,
    units: u64,
}

/// One module; its lock makes one thread compile while others that want it wait.
type Slot = Mutex<Option<Loaded>>;

/// A loaded module's entries. cust's `Module` cannot be made from a handle, and its constructors leave
/// no log behind; so loading, looking up and launching go to the driver directly.
#[derive(Clone, Copy)]
pub struct Loaded {
    pub first: Function,
    pub fold: Option<Function>,
}

/// What a launch starts.
#[derive(Clone, Copy)]
pub struct Entries {
    pub first: &'static str,
    pub fold: Option<&'static str>,
    /// Bit `n` is set if parameter `n` of the first is a stride of 1.
    pub units: u64,
}

/// A function of a module that stays loaded for as long as the process runs.
#[derive(Clone, Copy)]
pub struct Function {
    pub handle: CUfunction,
    /// Threads of a block at most, as its registers allow.
    pub max_threads: u64,
}

// SAFETY: a handle, which the driver lets any thread use that has the context current.
unsafe impl Send for Function {}

/// Room for the compiler's complaints; it truncates what does not fit.
const LOG_BYTES: usize = 16 << 10;

impl Modules {
    /// The entries of a module, which is loaded if it is not yet. The context must be current.
    pub fn entries(&self, module: &Module, entries: Entries) -> Result<Loaded, Fault> {
        let slot = self.slot(module.ptx, entries);
        let mut slot = locked(&slot);
        if let Some(loaded) = *slot {
            return Ok(loaded);
        }
        text::keep(module);
        let loaded = load_entries(module.ptx, entries)?;
        *slot = Some(loaded);
        Ok(loaded)
    }

    fn slot(&self, ptx: &'static str, entries: Entries) -> Arc<Slot> {
        let key = Key {
            text: (ptx.as_ptr() as usize, ptx.len()),
            entry: entries.first,
            units: entries.units,
        };
        locked(&self.slots).entry(key).or_default().clone()
    }
}

fn load_entries(ptx: &str, entries: Entries) -> Result<Loaded, Fault> {
    let names: Vec<&str> = [entries.first].into_iter().chain(entries.fold).collect();
    let part = cut::cut(ptx, &names, entries.units);
    let handle = load(part.as_deref().unwrap_or(ptx))?;
    Ok(Loaded {
        first: find(handle, entries.first)?,
        fold: entries.fold.map(|fold| find(handle, fold)).transpose()?,
    })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn load(ptx: &str) -> Result<CUmodule, Fault> {
    let Ok(text) = CString::new(ptx) else {
        let log = String::from("the PTX has a NUL byte in it");
        return Err(Fault::Ptx { log });
    };
    let mut log = vec![0_u8; LOG_BYTES];
    let mut options = [
        CUjit_option::CU_JIT_ERROR_LOG_BUFFER,
        CUjit_option::CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES,
    ];
    // Integers travel in the pointer's place.
    let mut values = [log.as_mut_ptr().cast::<c_void>(), LOG_BYTES as *mut c_void];
    let mut module = std::ptr::null_mut();
    // SAFETY: a C string, as many values as options, and a buffer of the size said.
    let returned = unsafe {
        symbols::cuModuleLoadDataEx(
            &mut module,
            text.as_ptr().cast(),
            options.len() as u32,
            options.as_mut_ptr(),
            values.as_mut_ptr(),
        )
    };
    match returned {
        status::SUCCESS => Ok(module),
        _ => Err(refusal(status::take_last(), &log)),
    }
}

/// Tells a text that the compiler refused from a load that failed for other reasons.
fn refusal(code: i32, log: &[u8]) -> Fault {
    let length = log.iter().position(|&byte| byte == 0).unwrap_or(log.len());
    let said = String::from_utf8_lossy(&log[..length]);
    let said = said.trim();
    let name = status::name(code);
    match code {
        // What they mean, in order: not an image, no code for this GPU, syntax, no compiler,
        // a newer PTX version than the driver knows, compiling forbidden.
        200 | 209 | 218 | 221 | 222 | 223 => Fault::Ptx {
            log: if said.is_empty() {
                format!("{name} (CUDA error {code})")
            } else {
                format!("{name} (CUDA error {code}): {said}")
            },
        },
        _ if said.is_empty() => Fault::call(code, "loading the module"),
        _ => Fault::call(code, format!("loading the module: {said}")),
    }
}

fn find(module: CUmodule, entry: &str) -> Result<Function, Fault> {
    let Ok(name) = CString::new(entry) else {
        return Err(Fault::contract(format!(
            "the name {entry:?} has a NUL in it"
        )));
    };
    let mut function = std::ptr::null_mut();
    // SAFETY: a loaded module and a C string.
    let returned = unsafe { symbols::cuModuleGetFunction(&mut function, module, name.as_ptr()) };
    checked(format_args!("looking for the entry `{entry}`"), returned)?;
    Ok(Function {
        handle: function,
        max_threads: max_threads(function),
    })
}

fn max_threads(function: CUfunction) -> u64 {
    let attribute = CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK as i32;
    let mut threads = 0;
    // SAFETY: a function of a loaded module; `threads` is writable.
    match unsafe { symbols::cuFuncGetAttribute(&mut threads, attribute, function) } {
        status::SUCCESS if threads > 0 => threads as u64,
        // Every device has as many; if the registers do not, the launch will say so.
        _ => 1024,
    }
}
