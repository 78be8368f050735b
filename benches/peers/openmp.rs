//! The peers in C, from a library that `run` compiled.

use libloading::Symbol;
use std::ffi::c_int;
use std::path::Path;

/// A compiled `peers.c`.
pub struct Library(libloading::Library);

impl Library {
    /// Loads it, and gives OpenMP this many threads.
    ///
    /// # Errors
    /// If there is no such library, or it was built without OpenMP.
    pub fn open(path: &Path, threads: usize) -> Result<Library, libloading::Error> {
        // SAFETY: the library is `peers.c` alone, which has no initialisers.
        let library = Library(unsafe { libloading::Library::new(path)? });
        // SAFETY: `omp_set_num_threads` is `void (int)` by the OpenMP specification, section 18.2.1.
        unsafe {
            let set: Symbol<unsafe extern "C" fn(c_int)> =
                library.0.get(b"omp_set_num_threads\0")?;
            set(threads as c_int);
        }
        Ok(library)
    }

    /// A function of the library.
    ///
    /// # Safety
    /// `F` is the function's type in `peers.c`.
    ///
    /// # Panics
    /// If there is no such function.
    pub unsafe fn function<F: Copy>(&self, name: &str) -> F {
        // SAFETY: the caller vouches for the type.
        let symbol: Result<Symbol<F>, _> = unsafe { self.0.get(name.as_bytes()) };
        *symbol.unwrap_or_else(|error| panic!("peers.c has no `{name}`: {error}"))
    }
}

/// Calls a function of `peers.c`: `call!(library, "name", (n as usize, x.as_ptr() as *const f64) -> f64)`.
macro_rules! call {
    ($library:expr, $name:literal, ($($value:expr => $ty:ty),* $(,)?) $(-> $out:ty)?) => {{
        // SAFETY: the types are those of the function's parameters in `peers.c`; pointers come from
        // slices of the lengths passed with them, mutable ones from slices that nobody else holds.
        unsafe {
            let function: unsafe extern "C" fn($($ty),*) $(-> $out)? = $library.function($name);
            function($($value),*)
        }
    }};
}
pub(crate) use call;
