//! The functions that run a region's tiles, as expansions write them: what they capture, and the iterations.
//!
//! A macro of one crate gives them their form, so that an expansion says everything once and a build parses
//! only the form that it has. Names are the expansion's, as its iterations use them.

/// `__rows`, which the runtime calls for a tile. Where kernels are optimised it takes the call apart and hands
/// it to `__run`, which is inlined: what its iterations read are parameters there, and each array comes with a
/// reference to where it starts, as a reference that is a parameter tells LLVM what rule R3 says: nothing else
/// reaches what is written through it. Elsewhere it runs the iterations itself.
#[cfg(feature = "every-form")]
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_tile {
    ($($parts:tt)*) => {
        $crate::__kernel_inlined_tile! { $($parts)* }
    };
}

/// `__rows`, which the runtime calls for a tile: `__kernel_inlined_tile`, or with debug assertions
/// `__kernel_plain_tile`.
#[cfg(not(feature = "every-form"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_tile {
    ($($parts:tt)*) => {
        $crate::__private::cfg_select! {
            debug_assertions => { $crate::__kernel_plain_tile! { $($parts)* } }
            _ => { $crate::__kernel_inlined_tile! { $($parts)* } }
        }
    };
}

/// One function, which only a crate that calls the kernel compiles.
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_plain_tile {
    (
        ($($parameter:tt)*) ($($pass:tt)*) ($($further:ident $further_ty:ty)?)
        ($call:ident $tile:ident $slots:ident $shape:ident $($interior:ident)?)
        [$($name:ident ($($ty:tt)*) ($($init:tt)*))*]
        [$($array:ident $start:ident ($($start_ty:tt)*))*]
        [$($lanes:ident ($($lane:tt)*) $position:tt)*]
        $iterations:tt
    ) => {
        #[inline]
        unsafe fn __rows $($parameter)* (
            $call: &$crate::__private::Call<'_>,
            $tile: &$crate::__private::Tile,
            $slots: *mut $crate::__private::Slot,
            $($further: $further_ty)?
        ) -> $crate::__private::Checked {
            $(let $name = $($init)*;)*
            let $shape = $call.shape();
            $(let $interior = $call.interior();)?
            $(let $lanes = unsafe { $crate::__private::lanes::<$($lane)*>($slots, $position) };)*
            $iterations
            $crate::__private::Result::Ok(())
        }
    };
}

/// Two functions.
#[doc(hidden)]
#[macro_export]
macro_rules! __kernel_inlined_tile {
    (
        ($($parameter:tt)*) ($($pass:tt)*) ($($further:ident $further_ty:ty)?)
        ($call:ident $tile:ident $slots:ident $shape:ident $($interior:ident)?)
        [$($name:ident ($($ty:tt)*) ($($init:tt)*))*]
        [$($array:ident $start:ident ($($start_ty:tt)*))*]
        [$($lanes:ident ($($lane:tt)*) $position:tt)*]
        $iterations:tt
    ) => {
        #[inline(always)]
        unsafe fn __run $($parameter)* (
            $tile: &$crate::__private::Tile,
            $shape: $crate::__private::Shape,
            $($interior: ($crate::__private::prim::u64, $crate::__private::prim::u64),)?
            $($start: $($start_ty)*,)*
            $($name: $($ty)*,)*
            $($lanes: &mut [$($lane)*; 0],)*
            $($further: $further_ty)?
        ) -> $crate::__private::Checked {
            $(let $array = unsafe { $array.from_start($start) };)*
            $iterations
            $crate::__private::Result::Ok(())
        }
        #[inline(always)]
        unsafe fn __rows $($parameter)* (
            $call: &$crate::__private::Call<'_>,
            $tile: &$crate::__private::Tile,
            $slots: *mut $crate::__private::Slot,
            $($further: $further_ty)?
        ) -> $crate::__private::Checked {
            $(let $name = $($init)*;)*
            unsafe {
                __run $($pass)* (
                    $tile,
                    $call.shape(),
                    $({ let $interior = $call.interior(); $interior },)?
                    $($array.start(),)*
                    $($name,)*
                    $($crate::__private::lanes::<$($lane)*>($slots, $position),)*
                    $($further)?
                )
            }
        }
    };
}
