//! `ndarray`'s views and arrays, with any strides.

use super::{Indexed, PhantomData, Raw, ReadArray, View, ViewMut, WriteArray};
use crate::element::Element;
use ndarray::{ArrayBase, ArrayRef, CowRepr, Ix1, Ix2, Ix3, OwnedArcRepr, OwnedRepr, ViewRepr};

/// The first of these lengths or strides.
fn first<T: Copy + Default, const R: usize>(from: &[T]) -> [T; R] {
    let mut all = [T::default(); R];
    all.copy_from_slice(&from[..R]);
    all
}

macro_rules! rank {
    ($rank:literal $dim:ident) => {
        impl<T: Element> ReadArray<$rank> for ArrayRef<T, $dim> {
            type Elem = T;

            #[inline(always)]
            fn __kernel_read(&self) -> View<'_, T, $rank> {
                View {
                    raw: Raw {
                        ptr: self.as_ptr().cast_mut(),
                        shape: first(self.shape()),
                        strides: first(self.strides()),
                    },
                    borrow: PhantomData,
                }
            }
        }

        impl<T: Element> WriteArray<$rank> for ArrayRef<T, $dim> {
            #[inline(always)]
            fn __kernel_write(&mut self) -> ViewMut<'_, T, $rank> {
                ViewMut {
                    raw: Raw {
                        shape: first(self.shape()),
                        strides: first(self.strides()),
                        ptr: self.as_mut_ptr(),
                    },
                    borrow: PhantomData,
                }
            }
        }
    };
}

rank!(1 Ix1);
rank!(2 Ix2);
rank!(3 Ix3);

impl<T, D> Indexed for ArrayBase<OwnedRepr<T>, D> {
    const OWNS: bool = true;
}
impl<T, D> Indexed for ArrayBase<OwnedArcRepr<T>, D> {}
impl<T, D> Indexed for ArrayBase<CowRepr<'_, T>, D> {}
impl<T, D> Indexed for ArrayBase<ViewRepr<&T>, D> {}
impl<T, D> Indexed for ArrayBase<ViewRepr<&mut T>, D> {}
impl<A, D> Indexed for ArrayRef<A, D> {}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, s};

    #[test]
    fn strides_of_any_sign_reach_the_elements() {
        let mut array = Array2::from_shape_fn((4, 6), |(i, j)| (10 * i + j) as i32);
        let slice = array.slice(s![..;-1, 1..;2]);
        let view = slice.__kernel_read().of::<i32>();
        assert!(!view.erase().is_unit(2));
        for i in 0..view.len(0) {
            for j in 0..view.len(1) {
                // SAFETY: both indices are in bounds; nobody writes.
                assert_eq!(unsafe { view.get::<false>([i, j]) }, slice[[i, j]]);
            }
        }
        let owned = &mut array;
        let view = owned.__kernel_write();
        assert!(view.erase().is_unit(2));
        // SAFETY: in bounds, one thread, the last stride is 1.
        unsafe { view.set::<true>([3, 5], -1) };
        assert_eq!(array[[3, 5]], -1);
    }
}
