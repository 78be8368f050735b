//! What the tests of kernels share.
#![allow(dead_code)]

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// Around lanes (64, 128), blocks, chunks and tasks, and on the way there.
pub const SIZES: [usize; 21] = [
    0, 1, 2, 15, 17, 33, 63, 64, 65, 127, 128, 129, 195, 333, 509, 513, 1000, 4097, 16384, 16385,
    100_003,
];

/// Sizes of the thread pools.
pub const THREADS: [usize; 4] = [1, 2, 3, 7];

/// Runs `f` in a pool of so many threads.
pub fn on_threads<R: Send>(threads: usize, f: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().expect("a thread pool").install(f)
}

/// Multiples of 2^-32 in -0.5..0.5, without a pattern.
pub fn value(k: usize) -> f64 {
    let mixed = (k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
    mixed as f64 / 4294967296.0 - 0.5
}

/// A vector of such values.
pub fn values(n: usize) -> Vec<f64> {
    (0..n).map(value).collect()
}

thread_local! {
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// `place: message` of the panic in `f`; panics itself if there is none.
pub fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    match failure_of(f) {
        Err(panic) => panic,
        Ok(_) => panic!("this was to panic"),
    }
}

/// The value of `f`, or `place: message` of its panic.
pub fn failure_of<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |info| {
            if !WATCHED.get() {
                return previous(info);
            }
            let place = info.location().map(ToString::to_string);
            let text = info.payload_as_str().unwrap_or("no text");
            PANIC.set(Some(format!("{}: {text}", place.unwrap_or_default())));
        }));
    });
    // A thread of a pool that waits inside `f` may run another test's `f` meanwhile.
    let outer = WATCHED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(f));
    WATCHED.set(outer);
    outcome.map_err(|_| PANIC.take().expect("the hook saw the panic"))
}
