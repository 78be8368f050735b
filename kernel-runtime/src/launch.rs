//! What an expansion hands over to run a region on a device.
//!
//! This is the contract between three parties: the PTX text (written by `kernel-macros/src/ptx`),
//! the driver code around it (`kernel-macros/src/host`), and `crate::cuda`, which moves data and
//! launches. It is plain data and exists with or without the `cuda` feature, so that expansions
//! do not depend on features.
//!
//! # Entries
//!
//! A region without accumulators is one entry. Its innermost parallel loop runs along
//! `x`, the next along `y`, the outermost of three along `z`; each dimension is a grid-stride loop
//! (`t = ctaid * ntid + tid; t < trip; t += nctaid * ntid`), so that any grid is right. Along `x` a
//! thread may take [`Launch::width`] neighbouring iterations at a time: where what they access lies
//! on boundaries of as many elements, and `nctaid * ntid` is at least twice that.
//!
//! The entry that runs the iterations may have another form with the same parameters, and
//! [`Launch::entry`] is whichever of the two is to run: `NAME_relaxed` without checks of the indices
//! that the plan's `fast` speaks of, only where that holds; `NAME_narrow` with indices of 32 bits. A
//! `_relaxed` entry may have such indices too. Where the entry does, `trip + nctaid * ntid` is below
//! 2^32 along each dimension, and the elements of an array lie at most 2^31 - 2^21 elements apart, on
//! the host and on the device.
//!
//! A region with accumulators is two entries. The first runs one warp per chunk of the canonical
//! order (warp `w = (ctaid.x * ntid.x + tid.x) / 32`, stepping by the number of warps in the
//! grid; `ntid.x` is a multiple of 32); which of the warp's threads holds a lane is the entry's
//! own matter. The chunk's result goes to `partials[chunk]` of each accumulator. The second,
//! `fold`, runs as one block, of any number of whole warps along `x`, and leaves the pairwise
//! tree over all chunks in `partials[0]`; its parameters are [`DeviceParam::Partials`] for every
//! accumulator in order, then [`DeviceParam::Chunks`].
//!
//! A region with array accumulators is one of these two, whose iterations update the arrays by
//! atomic instructions, or two entries for its groups, which are here in the place of chunks. In
//! the first, thread `g` along `x` (stepping by the number of threads in the grid) runs group `g`,
//! `0..Chunks`. It combines into the arrays themselves if `g` is 0, and else into the elements
//! `copies[e * Chunks + g]` of each array accumulator, `e` being the row-major number of the
//! element. Other accumulators' results go to `partials[g]`; group 0 starts from
//! [`DeviceParam::Initial`]. The second runs as blocks of any number of whole warps along `x`, as
//! many as there are elements or less, and leaves the pairwise tree over all groups in the arrays
//! and in `partials[0]`. Behind the parameters above it takes, for each array accumulator in order,
//! [`DeviceParam::Copies`], [`DeviceParam::Base`], and [`DeviceParam::Len`] and then
//! [`DeviceParam::Stride`] of every dimension.
//!
//! # Failure record
//!
//! [`DeviceParam::Failure`] points at [`FAILURE_BYTES`] bytes, little-endian:
//! `lock: u32 = 0, site: u32, k: u64 = u64::MAX, args: [u64; 4]`. A thread whose iteration fails
//! takes the lock, and if its `k` (row-major number of the iteration) is smaller, writes the
//! record; then it stops working.

/// One `.param` of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceParam {
    /// `.u64`: trip count of a parallel loop, outermost first.
    Trip(u8),
    /// `.u64`: first value of a parallel loop's variable, sign-extended.
    First(u8),
    /// `.u64`: what the variable grows by, modulo 2^64.
    Step(u8),
    /// `.u64`: device address of the element at index 0 of every dimension.
    Base(u8),
    /// `.u64`: length of a dimension (array, dimension).
    Len(u8, u8),
    /// `.u64`: stride of a dimension in elements, modulo 2^64 (array, dimension).
    Stride(u8, u8),
    /// A captured scalar, in its own type; `bool` is `.u8`.
    Scalar(u8),
    /// `.u64`: address of the failure record.
    Failure,
    /// `.u64`: iterations of a chunk, `C(N)`, or of a group.
    Chunk,
    /// `.u64`: number of chunks, or of groups.
    Chunks,
    /// `.u64`: address of one value per chunk of an accumulator.
    Partials(u8),
    /// An accumulator's value before the region, in its own type; `bool` is `.u8`.
    Initial(u8),
    /// `.u64`: address of the groups' copies of an array accumulator.
    Copies(u8),
}

/// Size of the failure record.
pub const FAILURE_BYTES: usize = 48;

/// The PTX of one kernel function.
#[derive(Clone, Copy, Debug)]
pub struct Module {
    /// The function's name, for messages.
    pub name: &'static str,
    /// The text; its address identifies the module in caches.
    pub ptx: &'static str,
}

/// A parallel loop of a region: its variable takes `first + t * step` for `t` in `0..count`,
/// modulo 2^64 and then truncated to the variable's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trip {
    /// First value, sign-extended.
    pub first: u64,
    /// Step, modulo 2^64.
    pub step: u64,
    /// Number of iterations.
    pub count: u64,
}

/// Dimensions of an array at most: three, and one more for the parts of complex numbers.
pub const MAX_RANK: usize = 4;

/// An array of a region, on the host.
#[derive(Clone, Copy, Debug)]
pub struct ArrayArg {
    /// The element at index 0 of every dimension.
    pub ptr: *mut u8,
    /// Size of an element.
    pub elem_bytes: usize,
    /// Number of dimensions used of `shape` and `strides`.
    pub rank: usize,
    /// Lengths.
    pub shape: [usize; MAX_RANK],
    /// Strides in elements; any sign.
    pub strides: [isize; MAX_RANK],
    /// Whether the region reads elements.
    pub reads: bool,
    /// Whether the region writes elements. Elements that it does not write keep their value.
    pub writes: bool,
    /// Whether the array may stay on the device after the launch, because whoever launched it
    /// releases it before anybody touches its elements or its memory goes.
    pub keep: bool,
}

/// An accumulator of a region.
#[derive(Clone, Copy, Debug)]
pub struct AccumulatorArg {
    /// Size of its type.
    pub bytes: usize,
    /// Its value before the region, as bits, zero-extended.
    pub initial: u64,
    /// Where the folded value goes, as bits, zero-extended: that of chunks without the initial
    /// value, that of groups with it.
    pub folded: u64,
}

/// Everything about one run of a region.
#[derive(Debug)]
pub struct Launch<'a> {
    /// The PTX.
    pub module: Module,
    /// Name of the region's entry.
    pub entry: &'static str,
    /// Name of the second entry of a region with accumulators.
    pub fold: Option<&'static str>,
    /// The parameters of `entry`, in order.
    pub params: &'a [DeviceParam],
    /// The parallel loops, outermost first; none is empty.
    pub trips: &'a [Trip],
    /// Neighbouring iterations of the innermost loop that a thread takes together where they allow
    /// it; 1 if it never does.
    pub width: u64,
    /// How many loops out from the innermost neighbours in memory lie, for some array of a map that
    /// crosses it; else 0.
    pub crosswise: usize,
    /// The arrays, by the numbers in `params`.
    pub arrays: &'a [ArrayArg],
    /// Captured scalars by the numbers in `params`, as bits, zero-extended.
    pub scalars: &'a [u64],
    /// Accumulators by the numbers in `params`.
    pub accumulators: &'a mut [AccumulatorArg],
    /// Positions in `arrays` of the array accumulators of which groups have copies.
    pub shared: &'a [usize],
    /// Length and number of the chunks of the canonical order, or of its groups.
    pub chunk: u64,
    /// See `chunk`.
    pub chunks: u64,
}

/// The earliest iteration of a region that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Row-major number of the iteration.
    pub k: u64,
    /// Number of the site in the region.
    pub site: u32,
    /// The site's arguments, as bits, zero-extended.
    pub args: [u64; 4],
}
