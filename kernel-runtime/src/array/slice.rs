//! Slices, and what dereferences to them.

use super::{Contiguous, Indexed, PhantomData, Raw, ReadArray, View, ViewMut, WriteArray};
use crate::element::Element;

impl<T: Element> ReadArray<1> for [T] {
    type Elem = T;

    #[inline(always)]
    fn __kernel_read(&self) -> View<'_, T, 1> {
        View {
            raw: Raw::dense(self.as_ptr().cast_mut(), [self.len()]),
            borrow: PhantomData,
        }
    }
}

impl<T: Element> WriteArray<1> for [T] {
    #[inline(always)]
    fn __kernel_write(&mut self) -> ViewMut<'_, T, 1> {
        ViewMut {
            raw: Raw::dense(self.as_mut_ptr(), [self.len()]),
            borrow: PhantomData,
        }
    }
}

/// Slices of arrays, of arrays of arrays, and so on.
macro_rules! nested {
    ($rank:literal [$($len:ident)*] $elem:ty) => {
        impl<T: Element $(, const $len: usize)*> ReadArray<$rank> for [$elem] {
            type Elem = T;

            #[inline(always)]
            fn __kernel_read(&self) -> View<'_, T, $rank> {
                View {
                    raw: Raw::dense(self.as_ptr().cast_mut().cast(), [self.len() $(, $len)*]),
                    borrow: PhantomData,
                }
            }
        }

        impl<T: Element $(, const $len: usize)*> WriteArray<$rank> for [$elem] {
            #[inline(always)]
            fn __kernel_write(&mut self) -> ViewMut<'_, T, $rank> {
                ViewMut {
                    raw: Raw::dense(self.as_mut_ptr().cast(), [self.len() $(, $len)*]),
                    borrow: PhantomData,
                }
            }
        }
    };
}

nested!(2 [N] [T; N]);
nested!(3 [M N] [[T; N]; M]);
nested!(4 [L M N] [[[T; N]; M]; L]);

impl<T> Indexed for [T] {}
impl<T> Indexed for Vec<T> {
    const OWNS: bool = true;
}
impl<T, const N: usize> Indexed for [T; N] {
    const OWNS: bool = true;
    const INLINE: bool = true;
}

impl<T> Contiguous for [T] {
    type Sized = ();
    type Item = T;
}
impl<T> Contiguous for Vec<T> {
    type Sized = Self;
    type Item = T;
}
impl<T, const N: usize> Contiguous for [T; N] {
    type Sized = Self;
    type Item = T;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_of_arrays_are_dimensions() {
        let mut boxes = [[[[0u32; 2]; 3]; 4]; 5];
        for (number, cell) in (0..).zip(
            boxes
                .as_flattened_mut()
                .as_flattened_mut()
                .as_flattened_mut(),
        ) {
            *cell = number;
        }
        let slice: &[[[[u32; 2]; 3]; 4]] = &boxes;
        let view = slice.__kernel_read();
        assert_eq!([0, 1, 2, 3].map(|dim| view.len(dim)), [5, 4, 3, 2]);
        // SAFETY: the index is in bounds.
        let cell = unsafe { view.get::<false>([3, 2, 1, 1]) };
        assert_eq!(cell, boxes[3][2][1][1]);
    }

    #[test]
    fn slices_vectors_and_arrays_are_one() {
        let mut vector = Vec::from([1.0f64, 2.0, 3.0]);
        let mut array = [1.0f64, 2.0, 3.0];
        let slice: &mut [f64] = &mut array;
        for mut view in [slice.__kernel_write(), vector.__kernel_write()] {
            assert_eq!(view.len(0), 3);
            assert!(view.erase().is_unit(1));
            view = view.of::<f64>();
            // SAFETY: 2 is below the length, and this is the only thread.
            unsafe {
                view.set::<true>([2], 4.0);
                assert_eq!(view.get::<false>([2]), 4.0);
            }
        }
        assert_eq!(array[2], 4.0);
        assert_eq!(vector[2], 4.0);
    }
}
