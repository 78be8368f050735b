//! Which version of a kernel a plain call runs.

use std::cell::Cell;
use std::sync::OnceLock;

/// A way to run a kernel: for plain calls, chosen by [`with_backend`], by the environment variable
/// `KERNEL_BACKEND` (`serial`, `thread`, `parallel` or `cuda`), or else call by call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// The function exactly as written.
    Serial,
    /// The parallel version, on the calling thread.
    Thread,
    /// The parallel version, on rayon's threads.
    Parallel,
    /// The CUDA version; the parallel one where there is no device for it.
    Cuda,
}

/// The environment variable that chooses a backend for a whole process.
const VARIABLE: &str = "KERNEL_BACKEND";

impl Backend {
    const NAMES: [(&'static str, Backend); 4] = [
        ("serial", Backend::Serial),
        ("thread", Backend::Thread),
        ("parallel", Backend::Parallel),
        ("cuda", Backend::Cuda),
    ];

    fn from_name(name: &str) -> Option<Backend> {
        let found = Backend::NAMES.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, backend)| backend)
    }

    /// What the caller or the environment asks for, if anything. The closest wins.
    pub(crate) fn asked() -> Option<Backend> {
        SCOPED.get().or_else(from_environment)
    }
}

thread_local! {
    static SCOPED: Cell<Option<Backend>> = const { Cell::new(None) };
}

/// Runs `f`; plain calls of kernels that it makes on this thread use `backend`.
///
/// Goes before `KERNEL_BACKEND`. Calls nest; calls that `f` makes on other threads are not
/// affected, and neither are calls of `NAME::serial`, `NAME::parallel` and `NAME::cuda`.
///
/// ```
/// use kernel_runtime::prelude::*;
///
/// #[kernel(parallel)]
/// fn total(x: &[f64]) -> f64 {
///     let mut sum = 0.0;
///     for i in 0..x.len() {
///         sum += x[i];
///     }
///     sum
/// }
///
/// let x: Vec<f64> = (0..100_000).map(|i| 1.0 / f64::from(i + 1)).collect();
/// let here = with_backend(Backend::Thread, || total(&x));
/// assert_eq!(here, with_backend(Backend::Parallel, || total(&x)));
/// ```
pub fn with_backend<R>(backend: Backend, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Backend>);
    impl Drop for Restore {
        fn drop(&mut self) {
            SCOPED.set(self.0);
        }
    }
    let _restore = Restore(SCOPED.replace(Some(backend)));
    f()
}

/// Read once. A value that means nothing is a mistake that would otherwise go unseen.
fn from_environment() -> Option<Backend> {
    static ASKED: OnceLock<Option<Backend>> = OnceLock::new();
    *ASKED.get_or_init(|| {
        let value = std::env::var_os(VARIABLE)?;
        match parse(&value.to_string_lossy()) {
            Ok(backend) => backend,
            Err(message) => panic!("{message}"),
        }
    })
}

fn parse(value: &str) -> Result<Option<Backend>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    match Backend::from_name(value) {
        Some(backend) => Ok(Some(backend)),
        None => Err(format!(
            "{VARIABLE} is `{value}`; it must be `serial`, `thread`, `parallel` or `cuda`"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_scope_wins_and_ends() {
        let outside = Backend::asked();
        with_backend(Backend::Serial, || {
            let inner = with_backend(Backend::Cuda, Backend::asked);
            assert_eq!(inner, Some(Backend::Cuda));
            assert_eq!(Backend::asked(), Some(Backend::Serial));
        });
        let panicked = std::panic::catch_unwind(|| {
            with_backend(Backend::Thread, || std::panic::resume_unwind(Box::new(())))
        });
        assert!(panicked.is_err());
        assert_eq!(Backend::asked(), outside);
    }

    #[test]
    fn unknown_values_are_named() {
        assert_eq!(parse("parallel"), Ok(Some(Backend::Parallel)));
        assert_eq!(parse(""), Ok(None));
        let message = parse("gpu").unwrap_err();
        assert!(message.contains("KERNEL_BACKEND") && message.contains("`gpu`"));
        for (name, _) in Backend::NAMES {
            assert!(message.contains(name));
        }
    }
}
