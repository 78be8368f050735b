//! How a region holds an array; `taken` says what a kernel may take as one.
//!
//! A region does not hold references into arrays: iterations on several threads write different
//! elements of one array, which no `&mut` can express. It holds a [`View`] or a [`ViewMut`]: a
//! pointer, lengths and strides, together with the borrow that keeps everybody else out for as
//! long as the region runs.

#[cfg(feature = "num-complex")]
mod complex;
#[cfg(feature = "ndarray")]
mod ndarray;
mod slice;
mod taken;
mod tuples;

pub use taken::{
    Contiguous, Indexed, ReadArray, ReadParts, WriteArray, WriteParts, an_element, behind,
    elements, is_array, is_contiguous,
};

use crate::element::Element;
use crate::launch::{ArrayArg, MAX_RANK};
use std::marker::PhantomData;

/// Pointer, lengths and strides (in elements) of an array of rank `R`.
#[derive(Clone, Copy)]
struct Raw<T, const R: usize> {
    ptr: *mut T,
    shape: [usize; R],
    strides: [isize; R],
}

// Loops without iterators here: they are inlined into every access of every kernel, and what is
// simple to begin with costs neither time to compile nor time to run unoptimised. What a call does once
// for each array is inlined by optimised builds alone: others compile faster if they call it.
impl<T, const R: usize> Raw<T, R> {
    /// The array of this shape whose elements follow one another, row by row.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn dense(ptr: *mut T, shape: [usize; R]) -> Self {
        let (mut strides, mut step, mut dim) = ([1; R], 1isize, R);
        while dim > 0 {
            dim -= 1;
            strides[dim] = step;
            step = step.wrapping_mul(shape[dim].cast_signed());
        }
        Raw {
            ptr,
            shape,
            strides,
        }
    }

    /// The same array from another pointer to its start. A new value rather than a changed one: LLVM
    /// takes a local apart before it inlines a function, but not a parameter, so that it knows of every
    /// access through a local which reference it came from.
    #[inline(always)]
    fn at(&self, ptr: *mut T) -> Self {
        let (shape, strides) = (self.shape, self.strides);
        Raw {
            ptr,
            shape,
            strides,
        }
    }

    /// Distance of an element from the first in elements. `UNIT` says that the last dimension is
    /// contiguous, so that LLVM need not read its stride.
    #[inline(always)]
    fn offset<const UNIT: bool>(&self, index: [usize; R]) -> isize {
        let (mut offset, mut dim) = (0isize, 0);
        while dim < R {
            let at = index[dim] as isize;
            let step = if UNIT && dim + 1 == R {
                at
            } else {
                at.wrapping_mul(self.strides[dim])
            };
            offset = offset.wrapping_add(step);
            dim += 1;
        }
        offset
    }

    /// The same where the last dimension is contiguous and has so many elements, and the one before
    /// follows it without a gap: LLVM knows both steps.
    #[inline(always)]
    fn offset_in_rows<const ROW: isize>(&self, index: [usize; R]) -> isize {
        let mut offset = 0isize;
        for (dim, &at) in index.iter().enumerate() {
            let step = match R - dim {
                1 => 1,
                2 => ROW,
                _ => self.strides[dim],
            };
            offset = offset.wrapping_add(at.cast_signed().wrapping_mul(step));
        }
        offset
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn erase<'a>(self) -> Array<'a> {
        const {
            assert!(
                R >= 1 && R <= MAX_RANK,
                "arrays have one to three dimensions"
            )
        };
        let (mut shape, mut strides, mut dim) = ([1; MAX_RANK], [0; MAX_RANK], 0);
        while dim < R {
            shape[dim] = self.shape[dim];
            strides[dim] = self.strides[dim];
            dim += 1;
        }
        Array {
            ptr: self.ptr.cast(),
            shape,
            strides,
            borrow: PhantomData,
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn restore(array: &Array<'_>) -> Raw<T, R> {
        let (mut shape, mut strides, mut dim) = ([0; R], [0; R], 0);
        while dim < R {
            shape[dim] = array.shape[dim];
            strides[dim] = array.strides[dim];
            dim += 1;
        }
        Raw {
            ptr: array.ptr.cast(),
            shape,
            strides,
        }
    }
}

/// A [`View`] or [`ViewMut`] that no longer shows its type, rank and use: what code reads that is
/// the same for all arrays.
#[derive(Clone, Copy)]
pub struct Array<'a> {
    ptr: *mut u8,
    shape: [usize; MAX_RANK],
    strides: [isize; MAX_RANK],
    borrow: PhantomData<&'a ()>,
}

// SAFETY: it offers no access to elements; the `unsafe` functions that make it a handle again
// give back what it was made of, and those are `Send` and `Sync` for every type of element.
unsafe impl Send for Array<'_> {}
// SAFETY: as above.
unsafe impl Sync for Array<'_> {}

impl Array<'_> {
    /// Length of a dimension.
    #[inline(always)]
    pub(crate) fn len(&self, dim: usize) -> usize {
        self.shape[dim]
    }

    /// More than the indices of an element come to together, in an array of this rank.
    pub(crate) fn reach(&self, rank: usize) -> usize {
        self.shape[..rank]
            .iter()
            .fold(0, |sum, length| sum.saturating_add(*length))
    }

    /// Elements from one of a dimension to the next.
    pub(crate) fn stride(&self, dim: usize) -> isize {
        self.strides[dim]
    }

    /// The same elements, with the dimensions in another order.
    pub(crate) fn reordered(&self, dims: [usize; MAX_RANK]) -> Self {
        Array {
            shape: dims.map(|dim| self.shape[dim]),
            strides: dims.map(|dim| self.strides[dim]),
            ..*self
        }
    }

    /// An array of the same shape over other elements, from there on, so far apart.
    pub(crate) fn elsewhere<'o>(&self, ptr: *mut u8, strides: [isize; MAX_RANK]) -> Array<'o> {
        Array {
            ptr,
            shape: self.shape,
            strides,
            borrow: PhantomData,
        }
    }

    /// Where an element of so many bytes lies.
    pub(crate) fn element(&self, index: [usize; MAX_RANK], bytes: usize) -> *mut u8 {
        let steps = index.iter().zip(self.strides);
        let offset = steps.map(|(at, step)| at.cast_signed().wrapping_mul(step));
        let offset = offset.fold(0, isize::wrapping_add);
        self.ptr
            .wrapping_offset(offset.wrapping_mul(bytes.cast_signed()))
    }

    /// Whether, in an array of this rank, neighbours in the last dimension are neighbours in
    /// memory.
    #[inline(always)]
    pub(crate) fn is_unit(&self, rank: usize) -> bool {
        self.strides[rank - 1] == 1 || self.shape[rank - 1] < 2
    }

    /// Whether its elements follow one another in memory, row by row.
    fn is_dense(&self) -> bool {
        let mut step = 1;
        let dims = self.shape.iter().zip(self.strides).rev();
        dims.filter(|(length, _)| **length != 1)
            .all(|(length, stride)| {
                let follows = stride == step;
                step = step.wrapping_mul(length.cast_signed());
                follows
            })
    }

    /// Number of elements.
    pub(crate) fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// The number of rows: runs along the last dimension.
    fn rows(&self) -> usize {
        self.shape[..MAX_RANK - 1].iter().product()
    }

    /// The index of a row's first element.
    fn row(&self, mut number: usize) -> [usize; MAX_RANK] {
        let mut index = [0; MAX_RANK];
        for at in (0..MAX_RANK - 1).rev() {
            index[at] = number % self.shape[at];
            number /= self.shape[at];
        }
        index
    }

    /// An array of the same shape and of this rank over other elements, row by row.
    pub(crate) fn over<'o>(&self, ptr: *mut u8, rank: usize) -> Array<'o> {
        let mut array = Array {
            ptr,
            shape: self.shape,
            strides: [0; MAX_RANK],
            borrow: PhantomData,
        };
        array.lie_at(ptr, rank);
        array
    }

    /// Makes it an array over other elements, row by row. It is changed in place: a processor waits before
    /// it copies as a vector what was just stored word by word.
    pub(crate) fn lie_at(&mut self, ptr: *mut u8, rank: usize) {
        self.ptr = ptr;
        let mut step = 1isize;
        for dim in (0..rank).rev() {
            self.strides[dim] = step;
            step = step.wrapping_mul(self.shape[dim].cast_signed());
        }
    }

    /// Copies the elements of another array of the same shape here, each of so many bytes.
    ///
    /// # Safety
    ///
    /// Both arrays' elements are there and of that size, these may be written, and nobody else
    /// touches them meanwhile. They are not the other's.
    pub(crate) unsafe fn copy_from(&self, other: &Array<'_>, bytes: usize) {
        if self.is_dense() && other.is_dense() {
            // SAFETY: the caller's; the elements of both follow one another.
            unsafe { std::ptr::copy_nonoverlapping(other.ptr, self.ptr, self.size() * bytes) };
            return;
        }
        let columns = self.shape[MAX_RANK - 1];
        for (row, column) in (0..self.rows()).flat_map(|row| (0..columns).map(move |c| (row, c))) {
            let mut index = self.row(row);
            index[MAX_RANK - 1] = column;
            let (to, from) = (self.element(index, bytes), other.element(index, bytes));
            // SAFETY: indices in bounds, of arrays that the caller vouches for.
            unsafe { std::ptr::copy_nonoverlapping(from, to, bytes) };
        }
    }

    /// An array of this rank, as a device launch describes it: whether it is read, whether it is
    /// written, and whether it may stay on the device.
    pub(crate) fn arg(
        &self,
        (elem_bytes, rank): (usize, usize),
        [reads, writes, keep]: [bool; 3],
    ) -> ArrayArg {
        ArrayArg {
            ptr: self.ptr,
            elem_bytes,
            rank,
            shape: self.shape,
            strides: self.strides,
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

            /// Elements from an index of a dimension to the next.
            #[inline(always)]
            pub fn stride(&self, dim: usize) -> isize {
                self.raw.strides[dim]
            }

            /// Whether an index is not below its dimension's length.
            #[inline(always)]
            pub fn outside(&self, index: [usize; R]) -> bool {
                let (mut outside, mut dim) = (false, 0);
                while dim < R {
                    outside |= index[dim] >= self.raw.shape[dim];
                    dim += 1;
                }
                outside
            }

            /// The same, for code that treats all arrays alike.
            #[inline(always)]
            pub fn erase(self) -> Array<'a> {
                self.raw.erase()
            }

            /// The array as a device launch describes it: whether it is read, whether it is
            /// written, and whether it may stay on the device.
            pub fn arg(&self, uses: [bool; 3]) -> ArrayArg {
                self.erase().arg((size_of::<T>(), R), uses)
            }

            /// The handle that [`Self::erase`] took.
            ///
            /// # Safety
            ///
            /// It was a handle of this kind, type and rank.
            #[inline(always)]
            pub(crate) unsafe fn from_array(array: &Array<'a>) -> Self {
                $handle {
                    raw: Raw::restore(array),
                    borrow: PhantomData,
                }
            }

            /// Reads an element.
            ///
            /// # Safety
            ///
            /// Every index is below its dimension's length, no other thread writes the element
            /// meanwhile, and with `UNIT` neighbours in the
            /// last dimension are neighbours in memory.
            #[inline(always)]
            pub unsafe fn get<const UNIT: bool>(self, index: [usize; R]) -> T {
                let offset = self.raw.offset::<UNIT>(index);
                // SAFETY: the handle borrows the array, whose elements lie at these offsets for
                // indices in bounds; the caller excludes a write at the same time.
                unsafe { self.raw.ptr.offset(offset).read() }
            }

            /// Reads an element by an instruction of its own. LLVM gathers a vector's elements from far
            /// places by an instruction that takes twice to four times as long as eight loads on
            /// processors of AMD's, and longer on those of Intel's that must not gather speculatively.
            ///
            /// # Safety
            ///
            /// As for [`Self::get`].
            #[inline(always)]
            pub unsafe fn get_alone<const UNIT: bool>(self, index: [usize; R]) -> T {
                let offset = self.raw.offset::<UNIT>(index);
                // SAFETY: as in `get`.
                unsafe { self.raw.ptr.offset(offset).read_volatile() }
            }
        }
    };
}

handle!(View);
handle!(ViewMut);

// A handle goes to a function that runs iterations together with a reference to where the array
// starts, which refers to no element. As a parameter it tells LLVM that, while the function runs,
// what is written through it is reached in no other way, and what is read through it is not
// written. That is rule R3, and it is said of the elements that are touched alone, which is also
// what Tree Borrows makes of such references: threads have the same one, for different elements.

impl<'a, T: Element, const R: usize> View<'a, T, R> {
    /// Where the array starts.
    #[inline(always)]
    pub fn start(self) -> &'a [T; 0] {
        // SAFETY: the pointer is a slice's or an array's, so aligned and not null.
        unsafe { &*self.raw.ptr.cast_const().cast() }
    }

    /// The same handle, which reaches its elements through the reference.
    ///
    /// # Safety
    ///
    /// [`Self::start`] gave the reference.
    #[inline(always)]
    pub unsafe fn from_start(self, start: &'a [T; 0]) -> Self {
        Self {
            raw: self.raw.at(start.as_ptr().cast_mut()),
            borrow: PhantomData,
        }
    }
}

impl<'a, T: Element, const R: usize> ViewMut<'a, T, R> {
    /// Where the array starts.
    #[inline(always)]
    pub fn start(self) -> &'a mut [T; 0] {
        // SAFETY: the pointer is a slice's or an array's, so aligned and not null.
        unsafe { &mut *self.raw.ptr.cast() }
    }

    /// The same handle, which reaches its elements through the reference.
    ///
    /// # Safety
    ///
    /// [`Self::start`] gave the reference.
    #[inline(always)]
    pub unsafe fn from_start(self, start: &'a mut [T; 0]) -> Self {
        Self {
            raw: self.raw.at(start.as_mut_ptr()),
            borrow: PhantomData,
        }
    }
}
macro_rules! rows {
    ($handle:ident) => {
        impl<T: Element, const R: usize> $handle<'_, T, R> {
            /// Reads an element of an array of rows.
            ///
            /// # Safety
            ///
            /// As for [`Self::get`]; and the last dimension has `ROW` elements, neighbours in
            /// memory, and where there is one before it, its neighbours are `ROW` elements apart.
            #[inline(always)]
            pub unsafe fn get_in_rows<const ROW: isize>(self, index: [usize; R]) -> T {
                let offset = self.raw.offset_in_rows::<ROW>(index);
                // SAFETY: as in `get`.
                unsafe { self.raw.ptr.offset(offset).read() }
            }

            /// Whether the rows of the last dimension have so many elements, and lie as far apart.
            #[inline(always)]
            pub fn has_rows_of(self, row: isize) -> bool {
                let length = self.raw.shape[R - 1].cast_signed();
                R >= 2 && length == row && self.raw.strides[R - 2] == row
            }
        }
    };
}

rows!(View);
rows!(ViewMut);

impl<T: Element, const R: usize> ViewMut<'_, T, R> {
    /// Writes an element.
    ///
    /// # Safety
    ///
    /// Every index is below its dimension's length, no other thread touches the element meanwhile,
    /// and with `UNIT` neighbours in the last dimension are neighbours in memory.
    #[inline(always)]
    pub unsafe fn set<const UNIT: bool>(self, index: [usize; R], value: T) {
        let offset = self.raw.offset::<UNIT>(index);
        // SAFETY: as for `get`; the handle was made from a unique borrow, so it may write.
        unsafe { self.raw.ptr.offset(offset).write(value) }
    }
}

impl<T: Element, const R: usize> ViewMut<'_, T, R> {
    /// Writes an element of an array of rows.
    ///
    /// # Safety
    ///
    /// As for [`Self::set`]; and the rows are as [`Self::get_in_rows`] asks.
    #[inline(always)]
    pub unsafe fn set_in_rows<const ROW: isize>(self, index: [usize; R], value: T) {
        let offset = self.raw.offset_in_rows::<ROW>(index);
        // SAFETY: as in `set`.
        unsafe { self.raw.ptr.offset(offset).write(value) }
    }
}
