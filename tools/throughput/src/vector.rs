//! SLEEF and SVML: functions of whole AVX2 registers in shared libraries.

use libloading::Library;
use std::arch::x86_64::{
    __m256, __m256d, _mm256_loadu_pd, _mm256_loadu_ps, _mm256_storeu_pd, _mm256_storeu_ps,
};
use std::error::Error;
use std::path::Path;

/// The libraries that are there.
pub struct Libraries {
    sleef: Option<Library>,
    svml: Option<Library>,
}

/// Whose function, as a name is spelled.
#[derive(Clone, Copy)]
pub enum Maker {
    Sleef,
    Svml,
}

impl Libraries {
    /// Loads both.
    ///
    /// # Errors
    /// If a library that was named cannot be loaded.
    pub fn open(sleef: Option<&Path>, svml: Option<&Path>) -> Result<Libraries, Box<dyn Error>> {
        // SAFETY: loading these libraries runs nothing but their own initialisers.
        let open = |path: Option<&Path>| path.map(|path| unsafe { Library::new(path) }).transpose();
        Ok(Libraries {
            sleef: open(sleef)?,
            svml: open(svml)?,
        })
    }

    fn address(&self, maker: Maker, name: &str) -> Option<*const ()> {
        let library = match maker {
            Maker::Sleef => self.sleef.as_ref()?,
            Maker::Svml => self.svml.as_ref()?,
        };
        // SAFETY: only the address is taken.
        let symbol = unsafe { library.get::<*const ()>(name) }.ok()?;
        Some(*symbol)
    }
}

/// A type whose AVX2 registers these libraries take: loops of one and of two arrays.
macro_rules! loops {
    ($ty:ident, $module:ident, $register:ident, $lanes:literal, $sleef:literal, $svml:literal,
     $load:ident, $store:ident) => {
        pub mod $module {
            use super::*;

            #[allow(improper_ctypes_definitions)] // Registers, in the convention of the libraries.
            type Unary = unsafe extern "C" fn($register) -> $register;
            #[allow(improper_ctypes_definitions)]
            type Binary = unsafe extern "C" fn($register, $register) -> $register;

            fn symbol(maker: Maker, name: &str) -> String {
                match maker {
                    Maker::Sleef => format!(
                        "Sleef_{}",
                        name.replacen('_', concat!($sleef, "_"), 1) + "avx2"
                    ),
                    Maker::Svml => format!(concat!("__svml_{}", $svml, "_ha_l9"), name),
                }
            }

            /// The function over an array.
            pub fn unary(
                libraries: &Libraries,
                maker: Maker,
                name: &str,
            ) -> Option<impl Fn(&mut [$ty], &[$ty])> {
                let address = libraries.address(maker, &symbol(maker, name))?;
                // SAFETY: the name says what the function takes.
                let function: Unary = unsafe { std::mem::transmute(address) };
                // SAFETY: `functions` measures this only where there is AVX2.
                Some(move |out: &mut [$ty], x: &[$ty]| unsafe { over_one(function, out, x) })
            }

            /// The function over two arrays.
            pub fn binary(
                libraries: &Libraries,
                maker: Maker,
                name: &str,
            ) -> Option<impl Fn(&mut [$ty], &[$ty], &[$ty])> {
                let address = libraries.address(maker, &symbol(maker, name))?;
                // SAFETY: the name says what the function takes.
                let function: Binary = unsafe { std::mem::transmute(address) };
                // SAFETY: `functions` measures this only where there is AVX2.
                Some(move |out: &mut [$ty], x: &[$ty], y: &[$ty]| unsafe {
                    over_two(function, out, x, y)
                })
            }

            #[target_feature(enable = "avx2")]
            unsafe fn over_one(function: Unary, out: &mut [$ty], x: &[$ty]) {
                let (out, _) = out.as_chunks_mut::<$lanes>();
                let (x, _) = x.as_chunks::<$lanes>();
                for (out, x) in out.iter_mut().zip(x) {
                    // SAFETY: chunks have as many elements as a register; the caller vouches for
                    // the function.
                    unsafe { $store(out.as_mut_ptr(), function($load(x.as_ptr()))) };
                }
            }

            #[target_feature(enable = "avx2")]
            unsafe fn over_two(function: Binary, out: &mut [$ty], x: &[$ty], y: &[$ty]) {
                let (out, _) = out.as_chunks_mut::<$lanes>();
                let (x, _) = x.as_chunks::<$lanes>();
                let (y, _) = y.as_chunks::<$lanes>();
                for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
                    // SAFETY: as above.
                    unsafe {
                        let value = function($load(x.as_ptr()), $load(y.as_ptr()));
                        $store(out.as_mut_ptr(), value);
                    }
                }
            }
        }
    };
}

loops!(
    f64,
    wide,
    __m256d,
    4,
    "d4",
    "4",
    _mm256_loadu_pd,
    _mm256_storeu_pd
);
loops!(
    f32,
    narrow,
    __m256,
    8,
    "f8",
    "f8",
    _mm256_loadu_ps,
    _mm256_storeu_ps
);
