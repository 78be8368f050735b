//! What a kernel may take as an array, and how a region holds it.
//!
//! A region does not hold references into arrays: iterations on several threads write different
//! elements of one array, which no `&mut` can express. It holds a [`View`] or a [`ViewMut`]: a
//! pointer, lengths and strides, together with the borrow that keeps everybody else out for as
//! long as the region runs.

#[cfg(feature = "ndarray")]
mod ndarray;
mod slice;

use crate::element::Element;
use crate::launch::ArrayArg;
use std::marker::PhantomData;

/// Pointer, lengths and strides (in elements) of an array of rank `R`.
#[derive(Clone, Copy)]
struct Raw<T, const R: usize> {
    ptr: *mut T,
    shape: [usize; R],
    strides: [isize; R],
}

impl<T, const R: usize> Raw<T, R> {
    /// Distance of an element from the first in elements. `UNIT` says that the last dimension is
    /// contiguous, so that LLVM need not read its stride.
    #[inline(always)]
    fn offset<const UNIT: bool>(&self, index: [usize; R]) -> isize {
        let mut offset = 0isize;
        for (dim, &at) in index.iter().enumerate() {
            let at = at.cast_signed();
            let step = if UNIT && dim + 1 == R {
                at
            } else {
                at.wrapping_mul(self.strides[dim])
            };
            offset = offset.wrapping_add(step);
        }
        offset
    }

    #[inline(always)]
    fn is_unit(&self) -> bool {
        self.strides[R - 1] == 1 || self.shape[R - 1] < 2
    }

    fn arg(&self, [reads, writes, keep]: [bool; 3]) -> ArrayArg {
        const { assert!(R >= 1 && R <= 3, "arrays have one to three dimensions") };
        let mut shape = [1; 3];
        let mut strides = [0; 3];
        shape[..R].copy_from_slice(&self.shape);
        strides[..R].copy_from_slice(&self.strides);
        ArrayArg {
            ptr: self.ptr.cast(),
            elem_bytes: size_of::<T>(),
            rank: R,
            shape,
            strides,
            reads,
            writes,
            keep,
        }
    }
}

/// An array that a region only reads.
#[derive(Clone, Copy)]
pub struct View<'a, T, const R: usize> {
    raw: Raw<T, R>,
    borrow: PhantomData<&'a [T]>,
}

/// An array that a region writes: the only way to it while the region runs (rule R3).
///
/// It is `Copy` so that each thread can keep it in registers. Only expansions make and use it, and
/// they write an element from one iteration alone.
#[derive(Clone, Copy)]
pub struct ViewMut<'a, T, const R: usize> {
    raw: Raw<T, R>,
    borrow: PhantomData<&'a mut [T]>,
}

// SAFETY: a `View` stands for a shared borrow of its elements and only ever reads them, as
// `&[T]` does, which is `Send` and `Sync` where `T: Sync`.
unsafe impl<T: Sync, const R: usize> Send for View<'_, T, R> {}
// SAFETY: as above.
unsafe impl<T: Sync, const R: usize> Sync for View<'_, T, R> {}
// SAFETY: a `ViewMut` stands for a unique borrow. All element access through it is `unsafe`, and
// the contract of those functions asks that no two threads touch one element with a write among
// them; values of `T` do cross threads, hence `T: Send`.
unsafe impl<T: Send, const R: usize> Send for ViewMut<'_, T, R> {}
// SAFETY: as above; reads through a shared handle need `T: Sync` too.
unsafe impl<T: Send + Sync, const R: usize> Sync for ViewMut<'_, T, R> {}

macro_rules! handle {
    ($handle:ident) => {
        impl<'a, T: Element, const R: usize> $handle<'a, T, R> {
            /// The handle of an array whose elements are those of `E`; another type of element
            /// fails to compile.
            #[inline(always)]
            pub fn of<E: Element>(self) -> $handle<'a, E, R> {
                const {
                    assert!(
                        E::KIND.is(T::KIND),
                        "#[kernel] took this array's elements for another type"
                    );
                }
                $handle {
                    raw: Raw {
                        ptr: self.raw.ptr.cast(),
                        shape: self.raw.shape,
                        strides: self.raw.strides,
                    },
                    borrow: PhantomData,
                }
            }

            /// Length of a dimension.
            #[inline(always)]
            pub fn len(&self, dim: usize) -> usize {
                self.raw.shape[dim]
            }

            /// Whether an index is not below its dimension's length.
            #[inline(always)]
            pub fn outside(&self, index: [usize; R]) -> bool {
                let mut outside = false;
                for (at, len) in index.iter().zip(self.raw.shape) {
                    outside |= *at >= len;
                }
                outside
            }

            /// Whether neighbours in the last dimension are neighbours in memory.
            #[inline(always)]
            pub fn is_unit(&self) -> bool {
                self.raw.is_unit()
            }

            /// The array as a device launch describes it: whether it is read, whether it is
            /// written, and whether it may stay on the device.
            pub fn arg(&self, uses: [bool; 3]) -> ArrayArg {
                self.raw.arg(uses)
            }

            /// Reads an element.
            ///
            /// # Safety
            ///
            /// Every index is below its dimension's length, no other thread writes the element
            /// meanwhile, and with `UNIT` [`Self::is_unit`] holds.
            #[inline(always)]
            pub unsafe fn get<const UNIT: bool>(self, index: [usize; R]) -> T {
                let offset = self.raw.offset::<UNIT>(index);
                // SAFETY: the handle borrows the array, whose elements lie at these offsets for
                // indices in bounds; the caller excludes a write at the same time.
                unsafe { self.raw.ptr.offset(offset).read() }
            }
        }
    };
}

handle!(View);
handle!(ViewMut);

impl<T: Element, const R: usize> ViewMut<'_, T, R> {
    /// Writes an element.
    ///
    /// # Safety
    ///
    /// Every index is below its dimension's length, no other thread touches the element meanwhile,
    /// and with `UNIT` [`Self::is_unit`] holds.
    #[inline(always)]
    pub unsafe fn set<const UNIT: bool>(self, index: [usize; R], value: T) {
        let offset = self.raw.offset::<UNIT>(index);
        // SAFETY: as for `get`; the handle was made from a unique borrow, so it may write.
        unsafe { self.raw.ptr.offset(offset).write(value) }
    }
}

impl<T: Element, const R: usize> ViewMut<'_, T, R> {
    /// Number of elements.
    #[inline]
    pub fn size(&self) -> usize {
        self.raw.shape.iter().product()
    }

    /// The elements, row by row.
    ///
    /// # Safety
    ///
    /// No other thread writes an element meanwhile.
    pub unsafe fn to_vec(self) -> Vec<T> {
        let indices = (0..self.size()).map(|number| self.index_of(number));
        // SAFETY: in bounds, and in any stride; the rest is the caller's.
        indices
            .map(|index| unsafe { self.get::<false>(index) })
            .collect()
    }

    /// Sets the elements, row by row.
    ///
    /// # Safety
    ///
    /// No other thread touches an element meanwhile.
    pub unsafe fn assign(self, values: &[T]) {
        for (number, value) in (0..self.size()).zip(values) {
            // SAFETY: in bounds, and in any stride; the rest is the caller's.
            unsafe { self.set::<false>(self.index_of(number), *value) };
        }
    }

    /// The index of the element with this row-major number.
    #[inline]
    fn index_of(&self, mut number: usize) -> [usize; R] {
        let mut index = [0; R];
        for (at, len) in index.iter_mut().zip(self.raw.shape).rev() {
            (*at, number) = (number % len, number / len);
        }
        index
    }

    /// A handle of the same shape to these elements, row by row.
    ///
    /// # Safety
    ///
    /// There are [`Self::size`] of them, which stay where they are, and nobody else's, for as long
    /// as the result is used.
    pub unsafe fn over(self, elements: &mut [T]) -> Self {
        let mut strides = [1_isize; R];
        for dim in (1..R).rev() {
            strides[dim - 1] = strides[dim].wrapping_mul(self.raw.shape[dim].cast_signed());
        }
        let raw = Raw {
            ptr: elements.as_mut_ptr(),
            shape: self.raw.shape,
            strides,
        };
        ViewMut {
            raw,
            borrow: PhantomData,
        }
    }
}

/// An array that can be read, by method call, so that autoref finds it behind any number of
/// references.
pub trait ReadArray<const R: usize> {
    /// Type of its elements.
    type Elem: Element;

    /// Borrows it.
    fn __kernel_read(&self) -> View<'_, Self::Elem, R>;
}

/// An array that can be written, likewise.
pub trait WriteArray<const R: usize>: ReadArray<R> {
    /// Borrows it, alone.
    fn __kernel_write(&mut self) -> ViewMut<'_, Self::Elem, R>;
}

/// A variable whose `[]` is known to be that of a slice or of `ndarray`. A type of the user's own
/// that merely dereferences to one may index otherwise, and is none of these.
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took `{Self}` for a slice or an array of `ndarray`",
    label = "not an array that a kernel can index"
)]
pub trait Indexed {
    /// Whether the variable owns its elements: their memory goes when it does, and not before
    /// somebody changes it.
    const OWNS: bool = false;
    /// Whether its elements are where it is itself, so that they move with it.
    const INLINE: bool = false;
}

impl<A: Indexed + ?Sized> Indexed for &A {}
impl<A: Indexed + ?Sized> Indexed for &mut A {}

/// Fails to compile unless the variable is an array of the known kinds.
#[inline(always)]
pub fn is_array<A: Indexed + ?Sized>(_: &A) {}

/// A variable whose neighbouring elements are neighbours in memory, whatever its value. Regions
/// reach such arrays without reading their last stride, in every form of their bodies.
#[diagnostic::on_unimplemented(
    message = "`#[kernel]` took `{Self}` for a slice, a `Vec` or a fixed array",
    label = "not contiguous by its type"
)]
pub trait Contiguous: Indexed {}

impl<A: Contiguous + ?Sized> Contiguous for &A {}
impl<A: Contiguous + ?Sized> Contiguous for &mut A {}

/// Fails to compile unless the variable is contiguous: a macro or an alias of the user's own may
/// have `vec!`'s or `Vec`'s name and make something else.
#[inline(always)]
pub fn is_contiguous<A: Contiguous + ?Sized>(_: &A) {}
