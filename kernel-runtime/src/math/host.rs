//! Device functions whose form for the host is another one, with the same values: on a processor a
//! table in memory is near, and both ways of a choice are SIMD code; on a device a branch is cheaper.

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

pub(super) use on_host;
