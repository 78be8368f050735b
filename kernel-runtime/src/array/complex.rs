//! Arrays of complex numbers, as arrays of their parts.

use super::{PhantomData, Raw, ReadParts, View, ViewMut, WriteParts};
use crate::complex::{Complex, Part};

impl<T: Part> ReadParts<2> for [Complex<T>] {
    type Elem = T;

    #[inline(always)]
    fn __kernel_read_parts(&self) -> View<'_, T, 2> {
        View {
            raw: Raw::dense(self.as_ptr().cast_mut().cast(), [self.len(), 2]),
            borrow: PhantomData,
        }
    }
}

impl<T: Part> WriteParts<2> for [Complex<T>] {
    #[inline(always)]
    fn __kernel_write_parts(&mut self) -> ViewMut<'_, T, 2> {
        ViewMut {
            raw: Raw::dense(self.as_mut_ptr().cast(), [self.len(), 2]),
            borrow: PhantomData,
        }
    }
}

impl<T: Part, const N: usize> ReadParts<3> for [[Complex<T>; N]] {
    type Elem = T;

    #[inline(always)]
    fn __kernel_read_parts(&self) -> View<'_, T, 3> {
        View {
            raw: Raw::dense(self.as_ptr().cast_mut().cast(), [self.len(), N, 2]),
            borrow: PhantomData,
        }
    }
}

impl<T: Part, const N: usize> WriteParts<3> for [[Complex<T>; N]] {
    #[inline(always)]
    fn __kernel_write_parts(&mut self) -> ViewMut<'_, T, 3> {
        ViewMut {
            raw: Raw::dense(self.as_mut_ptr().cast(), [self.len(), N, 2]),
            borrow: PhantomData,
        }
    }
}

#[cfg(feature = "ndarray")]
mod of_ndarray {
    use super::*;
    use ::ndarray::{ArrayRef, Ix1, Ix2, Ix3};

    macro_rules! rank {
        ($rank:literal $dim:ident $($at:literal)*) => {
            impl<T: Part> ReadParts<$rank> for ArrayRef<Complex<T>, $dim> {
                type Elem = T;

                #[inline(always)]
                fn __kernel_read_parts(&self) -> View<'_, T, $rank> {
                    let (shape, strides) = (self.shape(), self.strides());
                    View {
                        raw: Raw {
                            ptr: self.as_ptr().cast_mut().cast(),
                            shape: [$(shape[$at],)* 2],
                            strides: [$(2 * strides[$at],)* 1],
                        },
                        borrow: PhantomData,
                    }
                }
            }

            impl<T: Part> WriteParts<$rank> for ArrayRef<Complex<T>, $dim> {
                #[inline(always)]
                fn __kernel_write_parts(&mut self) -> ViewMut<'_, T, $rank> {
                    let ptr = self.as_mut_ptr().cast();
                    let (shape, strides) = (self.shape(), self.strides());
                    ViewMut {
                        raw: Raw {
                            ptr,
                            shape: [$(shape[$at],)* 2],
                            strides: [$(2 * strides[$at],)* 1],
                        },
                        borrow: PhantomData,
                    }
                }
            }
        };
    }

    rank!(2 Ix1 0);
    rank!(3 Ix2 0 1);
    rank!(4 Ix3 0 1 2);
}
