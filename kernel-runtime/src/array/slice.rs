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

impl<T: Element, const N: usize> ReadArray<2> for [[T; N]] {
    type Elem = T;

    #[inline(always)]
    fn __kernel_read(&self) -> View<'_, T, 2> {
        View {
            raw: Raw::dense(self.as_ptr().cast_mut().cast(), [self.len(), N]),
            borrow: PhantomData,
        }
    }
}

impl<T: Element, const N: usize> WriteArray<2> for [[T; N]] {
    #[inline(always)]
    fn __kernel_write(&mut self) -> ViewMut<'_, T, 2> {
        ViewMut {
            raw: Raw::dense(self.as_mut_ptr().cast(), [self.len(), N]),
            borrow: PhantomData,
        }
    }
}

impl<T> Indexed for [T] {}
impl<T> Indexed for Vec<T> {
    const OWNS: bool = true;
}
impl<T, const N: usize> Indexed for [T; N] {
    const OWNS: bool = true;
    const INLINE: bool = true;
}

impl<T> Contiguous for [T] {}
impl<T> Contiguous for Vec<T> {}
impl<T, const N: usize> Contiguous for [T; N] {}

#[cfg(test)]
mod tests {
    use super::*;

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
