//! Arrays of tuples of equal elements, as arrays of the elements with one dimension more.
//!
//! Rust does not promise how a tuple lies in memory. That its elements lie one behind the other, with
//! nothing between or behind them, is asserted for each type while compiling.

use super::{PhantomData, Raw, ReadParts, View, ViewMut, WriteParts};
use crate::element::Element;
use core::mem::offset_of;

macro_rules! tuple {
    ($len:literal $($elem:ident $at:tt)*) => {
        impl<T: Element> Packed for ($($elem,)*) {
            const IS_PACKED: () = {
                assert!(size_of::<Self>() == $len * size_of::<T>());
                $(assert!(offset_of!(Self, $at) == $at * size_of::<T>());)*
            };
        }

        impl<T: Element> ReadParts<2> for [($($elem,)*)] {
            type Elem = T;

            #[inline(always)]
            fn __kernel_read_parts(&self) -> View<'_, T, 2> {
                const { <($($elem,)*)>::IS_PACKED };
                View {
                    raw: Raw::dense(self.as_ptr().cast_mut().cast(), [self.len(), $len]),
                    borrow: PhantomData,
                }
            }
        }

        impl<T: Element> WriteParts<2> for [($($elem,)*)] {
            #[inline(always)]
            fn __kernel_write_parts(&mut self) -> ViewMut<'_, T, 2> {
                const { <($($elem,)*)>::IS_PACKED };
                ViewMut {
                    raw: Raw::dense(self.as_mut_ptr().cast(), [self.len(), $len]),
                    borrow: PhantomData,
                }
            }
        }
    };
}

/// A tuple whose elements lie as those of an array do.
trait Packed {
    /// Compiles only if that is so.
    const IS_PACKED: ();
}

tuple!(2 T 0 T 1);
tuple!(3 T 0 T 1 T 2);
tuple!(4 T 0 T 1 T 2 T 3);
tuple!(5 T 0 T 1 T 2 T 3 T 4);
tuple!(6 T 0 T 1 T 2 T 3 T 4 T 5);
