//! Arrays of a kernel.

use super::number::Number;
use crate::ir::Scalar;

/// An array: elements somewhere in a run of them.
#[derive(Clone, Debug)]
pub struct Array {
    pub elem: Scalar,
    /// All elements there are, those between the array's own too.
    pub values: Vec<Number>,
    /// Where the element at index 0 of every dimension is.
    pub first: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<isize>,
}

impl Array {
    /// Where an element is; `None` if the index is out of bounds.
    pub fn place(&self, index: &[usize]) -> Option<usize> {
        let mut place = self.first.cast_signed();
        for (dim, at) in index.iter().enumerate() {
            if *at >= self.shape[dim] {
                return None;
            }
            place += at.cast_signed() * self.strides[dim];
        }
        Some(place.cast_unsigned())
    }
}
