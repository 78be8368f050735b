//! `#[kernel(device)]` functions, as kernels and each other see them.

use crate::math::rare::Rare;
use crate::piece::Piece;
use std::panic::{self, AssertUnwindSafe};

/// A function that a loop of a kernel may call. `#[kernel(device)]` implements it for the type of
/// the function's name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no function that a loop of a kernel may call",
    label = "called in a loop that runs in parallel",
    note = "mark the function `#[kernel(device)]`, or vouch for it with \
            `#[kernel(.., assume_pure(path))]`"
)]
pub trait DeviceFunction {
    /// Parameters, as a tuple.
    type Arguments;
    /// What it gives.
    type Value;
    /// Number of places where it can fail, those of the functions that it calls included.
    const SITES: u32;
    /// The body for a device.
    const PIECE: &'static Piece;
    /// Whether it has a path that few arguments take, as the sine has for large ones.
    const RARE: bool = false;

    /// The body, which says where it failed instead of panicking; if `WIDE`, in code for AVX-512.
    fn call<const WIDE: bool>(arguments: Self::Arguments) -> Result<Self::Value, Fault>;

    /// [`call`](Self::call); if `USUAL`, without the path that few arguments take. Where one of them
    /// would have taken it, `rare` is told, and the value may be any.
    #[inline(always)]
    fn usually<const USUAL: bool, const WIDE: bool>(
        arguments: Self::Arguments,
        rare: &mut Rare,
    ) -> Result<Self::Value, Fault> {
        _ = rare;
        Self::call::<WIDE>(arguments)
    }

    /// Panics as the function itself does where that failed.
    fn raise(fault: Fault);
}

/// Where a device function failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Number of the place.
    pub site: u32,
    /// The place's arguments, as bits, zero-extended.
    pub args: [u64; 4],
}

/// A failure. Cold, so that the path without one is what is laid out.
#[cold]
#[inline(never)]
pub fn fault(site: u32, args: [u64; 4]) -> Fault {
    Fault { site, args }
}

/// Calls a function that the user vouches for; `None` if it panics. The caller of the kernel calls
/// it again with the same arguments, so that the panic that counts is that of the earliest
/// iteration.
pub fn assumed<T>(call: impl FnOnce() -> T) -> Option<T> {
    // What the call takes and gives are numbers; what else it touches, the user vouches for.
    panic::catch_unwind(AssertUnwindSafe(call)).ok()
}
