//! Device functions whose form for the host is another one, with the same values: on a processor a
//! table in memory is near, and both ways of a choice are SIMD code; on a device a branch is cheaper.

use kernel_macros::kernel;
use std::hint::select_unpredictable;

/// Functions, each with the device function whose code devices have. The two give the same values for all
/// arguments.
macro_rules! on_host {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident($($x:ident: $ty:ty),+) -> $value:ty as $device:path $body:block
    )+) => {$(
        $(#[$attribute])*
        #[inline(always)]
        $visibility fn $name($($x: $ty),+) -> $value $body

        #[allow(non_camel_case_types)]
        $visibility enum $name {}

        impl crate::function::DeviceFunction for $name {
            type Arguments = ($($ty,)+);
            type Value = $value;
            // Neither form fails.
            const SITES: u32 = 0;
            const PIECE: &'static crate::piece::Piece =
                <$device as crate::function::DeviceFunction>::PIECE;

            #[inline(always)]
            fn call<const WIDE: bool>(($($x,)+): ($($ty,)+)) -> Result<$value, crate::function::Fault> {
                Ok($name($($x),+))
            }

            fn raise(_: crate::function::Fault) {}
        }
    )+};
}

/// A function of one number, with the values of a device function, whose code devices have, and its form in loops
/// where few arguments are rare: see `math/rare.rs`. None of them fails.
macro_rules! with_rare_path {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident($x:ident: $ty:ty) -> $value:ty as $device:path, $usually:ident
    ) => {
        $(#[$attribute])*
        #[inline(always)]
        $visibility fn $name($x: $ty) -> $value {
            $device($x)
        }

        #[allow(non_camel_case_types)]
        #[doc(hidden)]
        $visibility enum $name {}

        impl crate::function::DeviceFunction for $name {
            type Arguments = ($ty,);
            type Value = $value;
            const SITES: u32 = 0;
            const PIECE: &'static crate::piece::Piece =
                <$device as crate::function::DeviceFunction>::PIECE;
            const RARE: bool = true;

            #[inline(always)]
            fn call<const WIDE: bool>(($x,): ($ty,)) -> Result<$value, crate::function::Fault> {
                Ok($device($x))
            }

            #[inline(always)]
            fn usually<const USUAL: bool, const WIDE: bool>(
                ($x,): ($ty,),
                rare: &mut crate::math::rare::Rare,
            ) -> Result<$value, crate::function::Fault> {
                Ok($usually::<USUAL>($x, rare))
            }

            fn raise(_: crate::function::Fault) {}
        }
    };
}

pub(super) use {on_host, with_rare_path};

// The host calls it nowhere.
#[allow(dead_code)]
#[kernel(device, crate = crate)]
fn choose_on_device(condition: bool, yes: f64, no: f64) -> f64 {
    if condition { yes } else { no }
}

on_host! {
    /// One of two numbers. Of several choices by one condition LLVM would make two ways, and SIMD code
    /// that goes both.
    pub(super) fn choose(condition: bool, yes: f64, no: f64) -> f64 as choose_on_device {
        select_unpredictable(condition, yes, no)
    }
}
