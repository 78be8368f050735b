//! `ndarray`'s iterators and its arrays' methods.

pub use ndarray::iter::{
    AxisIter, AxisIterMut, IndexedIter, IndexedIterMut, Iter as NdIter, IterMut as NdIterMut,
    Lanes, LanesIter, LanesIterMut, LanesMut,
};
pub use ndarray::{ArrayView, ArrayViewMut, Ix1, Ix2, Ix3, Zip as NdZip};

use ndarray::{ArrayBase, ArrayRef, Axis, Data, DataMut, Dimension, RawData, RemoveAxis};

impl<S: RawData, D> super::ByValue for ArrayBase<S, D> {}
impl<S: RawData, D> super::ByValue for &mut ArrayBase<S, D> {}
impl<S: RawData, D> super::WritesByValue for ArrayBase<S, D> {}
impl<S: RawData, D> super::ByReference for ArrayBase<S, D> {}

/// A call on several arrays; fails to compile if it is on something else.
#[inline(always)]
pub fn zipped<P, D>(zip: NdZip<P, D>) -> NdZip<P, D> {
    zip
}

/// Methods that read.
pub trait NdArrayMethods<A: 'static, D: Dimension + 'static>: AsArray<A, D> {
    fn iter(&self) -> NdIter<'_, A, D> {
        self.array().iter()
    }
    fn indexed_iter(&self) -> IndexedIter<'_, A, D> {
        self.array().indexed_iter()
    }
    fn outer_iter(&self) -> AxisIter<'_, A, D::Smaller>
    where
        D: RemoveAxis,
    {
        self.array().outer_iter()
    }
    fn axis_iter(&self, axis: Axis) -> AxisIter<'_, A, D::Smaller>
    where
        D: RemoveAxis,
    {
        self.array().axis_iter(axis)
    }
    fn rows(&self) -> Lanes<'_, A, D::Smaller> {
        self.array().rows()
    }
    fn columns(&self) -> Lanes<'_, A, D::Smaller> {
        self.array().columns()
    }
}

/// Methods that write.
pub trait NdArrayMutMethods<A: 'static, D: Dimension + 'static>: AsArrayMut<A, D> {
    fn iter_mut(&mut self) -> NdIterMut<'_, A, D> {
        self.array_mut().iter_mut()
    }
    fn indexed_iter_mut(&mut self) -> IndexedIterMut<'_, A, D> {
        self.array_mut().indexed_iter_mut()
    }
    fn outer_iter_mut(&mut self) -> AxisIterMut<'_, A, D::Smaller>
    where
        D: RemoveAxis,
    {
        self.array_mut().outer_iter_mut()
    }
    fn axis_iter_mut(&mut self, axis: Axis) -> AxisIterMut<'_, A, D::Smaller>
    where
        D: RemoveAxis,
    {
        self.array_mut().axis_iter_mut(axis)
    }
    fn rows_mut(&mut self) -> LanesMut<'_, A, D::Smaller> {
        self.array_mut().rows_mut()
    }
    fn columns_mut(&mut self) -> LanesMut<'_, A, D::Smaller> {
        self.array_mut().columns_mut()
    }
}

/// An array of either kind of ownership, to read.
pub trait AsArray<A, D> {
    fn array(&self) -> &ArrayRef<A, D>;
}

/// An array to write.
pub trait AsArrayMut<A, D> {
    fn array_mut(&mut self) -> &mut ArrayRef<A, D>;
}

impl<A, S: Data<Elem = A>, D: Dimension> AsArray<A, D> for ArrayBase<S, D> {
    fn array(&self) -> &ArrayRef<A, D> {
        self
    }
}

impl<A, S: DataMut<Elem = A>, D: Dimension> AsArrayMut<A, D> for ArrayBase<S, D> {
    fn array_mut(&mut self) -> &mut ArrayRef<A, D> {
        self
    }
}

impl<A: 'static, S: Data<Elem = A>, D: Dimension + 'static> NdArrayMethods<A, D>
    for ArrayBase<S, D>
{
}
impl<A: 'static, S: DataMut<Elem = A>, D: Dimension + 'static> NdArrayMutMethods<A, D>
    for ArrayBase<S, D>
{
}
