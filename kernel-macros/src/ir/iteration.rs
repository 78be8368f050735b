//! Loops over iterators, as far as anything after the lowering has to know about them.

use super::ExprId;
use proc_macro2::{Ident, TokenStream};

/// The iterator of a loop.
#[derive(Clone, Debug)]
pub struct Iteration {
    /// Conditions on chunk sizes and ends of slices: where one fails, making the iterator panics.
    pub requires: Vec<ExprId>,
    /// These conditions are that arrays have one shape; what the iterator does where they have not,
    /// only the loop as written knows.
    pub alike: bool,
    /// The type that it was taken for.
    pub adaptor: Adaptor,
    /// The methods that an array's iterators are made by, unless no trait could hide them.
    pub makers: Vec<Maker>,
    /// Statements at the start of the body that name what is handed out.
    pub bound: usize,
    /// The source, for the report.
    pub text: String,
}

/// `receiver.method(..)`, which is to be the array's own.
#[derive(Clone, Debug)]
pub struct Maker {
    pub receiver: TokenStream,
    pub method: Ident,
    /// How many arguments it takes.
    pub args: usize,
}

/// Types of iterators. The lowering knows methods by their names; that these are the ones meant,
/// rustc confirms.
#[derive(Clone, Debug)]
pub enum Adaptor {
    /// What `for` makes of an array itself: no method is called.
    Plain,
    /// The iterator of a range of integers.
    Range,
    /// The same without an end.
    RangeFrom,
    Slice(SliceIterator),
    NdArray(NdIterator),
    Enumerate(Box<Adaptor>),
    Rev(Box<Adaptor>),
    StepBy(Box<Adaptor>),
    Take(Box<Adaptor>),
    Skip(Box<Adaptor>),
    Copied(Box<Adaptor>),
    Cloned(Box<Adaptor>),
    Zip(Box<Adaptor>, Box<Adaptor>),
    /// With a closure of any kind.
    Map(Box<Adaptor>),
    /// `ndarray::Zip`, which is no iterator.
    NdZip,
}

/// Iterators of slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceIterator {
    Iter,
    IterMut,
    Chunks,
    ChunksMut,
    ChunksExact,
    ChunksExactMut,
    Windows,
}

/// Iterators of `ndarray`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NdIterator {
    Iter,
    IterMut,
    Indexed,
    IndexedMut,
    AxisIter,
    AxisIterMut,
    /// Rows and columns.
    Lanes,
    LanesMut,
}
