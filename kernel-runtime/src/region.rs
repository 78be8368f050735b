//! What an expansion says about a region: a text that describes it, and the code of its
//! iterations. Everything else about it (ranges, guard, chunks, lanes, threads, devices) exists
//! once, here, already compiled.
//!
//! A region's space is padded to three loops, missing outer ones having one iteration.

mod admission;
mod at_once;
mod block;
mod brief;
mod chunk;
mod copies;
mod few;
mod fold;
mod formula;
mod functions;
mod kept;
pub mod op;
mod packed;
mod plan;
mod primitive;
mod registers;
mod run;
mod scratch;
mod staying;
mod tile;
#[cfg(target_arch = "x86_64")]
mod transpose;
mod turn;

pub(crate) use admission::Captured;
pub use block::{folded, refill};
pub use brief::Combine;
pub use chunk::{AnyReduce, with_slots, with_values};
pub use fold::Slot;
pub use kept::Kept;
pub(crate) use packed::Packed;
pub(crate) use primitive::Primitive;
pub use registers::{come_to, taken};
pub use run::{AnyMap, Place, Run};
pub use tile::Tile;

use crate::array::{Array, View, ViewMut};
use crate::element::Element;
use crate::failure::Checked;
use crate::level::{self, Level};
use crate::range::Progression;
pub(crate) use plan::{Accumulator, Plan};
use std::sync::OnceLock;

/// Trip counts of the parallel loops, outermost first.
pub type Shape = [u64; 3];

/// The code of a region's iterations: those of a tile. A reduction's iterations take turns at the
/// lanes, of which the pointer is the first accumulator's slot; maps do not look at it.
///
/// # Safety
///
/// The call was made for the region of which this is the code, and the tile lies within its
/// space. Nobody else touches what its iterations write, nor writes what they read, meanwhile. For
/// a reduction, the slots of all its accumulators are there, and every lane that the tile reaches
/// was filled; if the tile has chunks, the code is a form that folds them, and there is room for what
/// the accumulators of each come to.
pub type Body = unsafe fn(&Call<'_>, &Tile, *mut Slot) -> Checked;

/// Folds so many lanes of all accumulators, a power of two, into the first ones, as the canonical
/// order says.
///
/// # Safety
///
/// The slots are those of the region of which this is the code, and so many lanes were filled. For
/// the fast form, the processor has `Level::FAST`.
pub type FoldLanes = unsafe fn(*mut Slot, usize);

/// The forms of a region's code. A driver hands them over with each call: a static that named them would
/// have the crate of a kernel compile all that they reach, whether anybody calls the kernel or not.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Every iteration that the guard admits.
    pub body: Body,
    /// For arrays with contiguous rows, and where the plan's further condition holds, compiled for
    /// `Level::FAST`.
    pub fast: Option<Body>,
    /// The same for `Level::Avx512`, with the feature `avx512`.
    pub wide: Option<Body>,
    /// Whether vectors of that form gather what they read from elements that are no neighbours.
    pub gathers: bool,
    /// Whether the fast form folds the chunks of a tile that says so (see [`Tile::chunk`]).
    pub folds: bool,
    /// Where accumulators do not fold one by one, as the plan says.
    pub fold: Option<FoldLanes>,
    /// The same for `Level::FAST`.
    pub fast_fold: Option<FoldLanes>,
}

impl Code {
    /// The fast form for the highest level that this process has, if any.
    #[inline]
    pub(crate) fn fastest(&self) -> Option<Body> {
        let level = Level::current();
        let has_wide = cfg!(feature = "avx512") && self.wide.is_some();
        if has_wide && level >= Level::Avx512 && !(self.gathers && level::gathers_slowly()) {
            return self.wide;
        }
        if level >= Level::FAST {
            self.fast
        } else {
            None
        }
    }
}

/// What an expansion says about a region, and its plan once somebody asked for it.
#[derive(Debug)]
pub struct Region {
    /// What the region is, as text that the runtime reads.
    text: &'static str,
    /// The kernel's PTX, where a device can run the region.
    pub(crate) ptx: Option<&'static str>,
    /// Whether the user's crate has debug assertions.
    debug: bool,
    /// Never dropped, as regions are statics.
    plan: OnceLock<&'static Plan>,
}

impl Region {
    /// The region of this plan, and of this PTX where a device can run it; whether the user's crate has
    /// debug assertions.
    pub const fn new(text: &'static str, ptx: Option<&'static str>, debug: bool) -> Region {
        Region {
            text,
            ptx,
            debug,
            plan: OnceLock::new(),
        }
    }

    #[inline]
    pub(crate) fn plan(&self) -> &'static Plan {
        self.plan.get_or_init(|| {
            let Region { text, debug, .. } = self;
            let parsed = Plan::parse(text, *debug).unwrap_or_else(|| {
                panic!("this is no plan of a region, a defect of #[kernel]:\n{text}")
            });
            Box::leak(Box::new(parsed))
        })
    }
}

/// The loops of a run, outermost first.
#[derive(Clone, Copy, Debug)]
pub struct Progressions {
    loops: [Progression; 3],
    /// The greatest values of their variables, `i64::MAX` where those may be greater.
    highest: [i64; 3],
    depth: usize,
}

impl Progressions {
    /// None yet. A constant: what is made in parts and copied whole waits for all of its parts.
    pub(crate) const NONE: Progressions = Progressions {
        loops: [Progression::NONE; 3],
        highest: [0; 3],
        depth: 0,
    };

    /// The loop at a position of the nest.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> &Progression {
        &self.loops[..self.depth][at]
    }

    #[inline]
    fn push(&mut self, of: &Progression) {
        self.loops[self.depth].set(of);
        self.highest[self.depth] = of.narrow_hi().unwrap_or(i64::MAX);
        self.depth += 1;
    }

    /// The same loops in another order.
    fn reordered(&self, order: [usize; 3]) -> Progressions {
        Progressions {
            loops: order.map(|at| self.loops[at]),
            highest: order.map(|at| self.highest[at]),
            depth: self.depth,
        }
    }

    /// The same iterations with those of the loops from one on as the innermost one's alone.
    fn collapsed(&self, from: usize) -> Progressions {
        let (mut loops, innermost) = (*self, self.depth - 1);
        let count = self.loops[from..self.depth]
            .iter()
            .map(Progression::count)
            .product();
        for of in &mut loops.loops[from..innermost] {
            *of = of.with_count(1);
        }
        loops.loops[innermost] = self.loops[innermost].with_count(count);
        loops
    }

    pub(crate) fn as_slice(&self) -> &[Progression] {
        &self.loops[..self.depth]
    }

    /// Trip counts, padded.
    fn shape(&self) -> Shape {
        let mut shape = [1; 3];
        let missing = 3 - self.depth;
        for (count, of) in shape[missing..].iter_mut().zip(self.as_slice()) {
            *count = of.count();
        }
        shape
    }
}

/// One run of a region: what its iterations read.
pub struct Call<'a> {
    arrays: &'a [Array<'a>],
    scalars: &'a [u64],
    loops: &'a Progressions,
    shape: Shape,
    interior: (u64, u64),
}

impl<'a> Call<'a> {
    /// The same with other arrays of the same shapes.
    pub(crate) fn with<'o>(&self, arrays: &'o [Array<'o>]) -> Call<'o>
    where
        'a: 'o,
    {
        Call {
            arrays,
            scalars: self.scalars,
            ..*self
        }
    }

    pub(crate) fn arrays(&self) -> &'a [Array<'a>] {
        self.arrays
    }
}

impl Call<'_> {
    /// Trip counts.
    #[inline(always)]
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Places of the innermost loop from the first to behind the last at which the body's simpler
    /// forms hold.
    #[inline(always)]
    pub fn interior(&self) -> (u64, u64) {
        self.interior
    }

    /// First value of the variable of the loop at a position of the nest, modulo 2^64.
    #[inline(always)]
    pub fn first(&self, at: usize) -> u64 {
        self.loops.loops[at].first()
    }

    /// What the variable grows by, modulo 2^64.
    #[inline(always)]
    pub fn step(&self, at: usize) -> u64 {
        self.loops.loops[at].step()
    }

    /// A captured scalar.
    ///
    /// # Safety
    ///
    /// There are more scalars than this.
    #[inline(always)]
    pub unsafe fn scalar<T: Element>(&self, at: usize) -> T {
        // SAFETY: the caller's.
        T::from_bits(unsafe { *self.scalars.get_unchecked(at) })
    }

    /// An array that the region only reads.
    ///
    /// # Safety
    ///
    /// There are more arrays than this, and this one was captured as a `View` of that type.
    #[inline(always)]
    pub unsafe fn view<T: Element, const R: usize>(&self, at: usize) -> View<'_, T, R> {
        // SAFETY: the caller's.
        unsafe { View::from_array(self.arrays.get_unchecked(at)) }
    }

    /// An array that the region writes.
    ///
    /// # Safety
    ///
    /// There are more arrays than this, and this one was captured as a `ViewMut` of that type.
    #[inline(always)]
    pub unsafe fn view_mut<T: Element, const R: usize>(&self, at: usize) -> ViewMut<'_, T, R> {
        // SAFETY: the caller's.
        unsafe { ViewMut::from_array(self.arrays.get_unchecked(at)) }
    }
}

/// Where the lanes of the accumulator at this position start; see [`crate::array::View::start`].
///
/// # Safety
///
/// The slots are those of a region with more accumulators than this, and nobody else has them.
#[inline(always)]
pub unsafe fn lanes<'a, T>(slots: *mut Slot, accumulator: usize) -> &'a mut [T; 0] {
    // SAFETY: the caller's; slots are aligned for every element, and no element is referred to.
    unsafe { &mut *slots.add(accumulator).cast() }
}

/// Where those of its lanes start that follow so many others.
///
/// # Safety
///
/// As for [`lanes`], and there are more lanes than that.
#[inline(always)]
pub unsafe fn lanes_from<'a, T>(slots: *mut Slot, accumulator: usize, lane: usize) -> &'a [T; 0] {
    // SAFETY: the caller's; slots are aligned for every element, and no element is referred to.
    unsafe { &*slots.add(accumulator).cast::<T>().add(lane).cast() }
}

/// What a strip holds for one of its iterations.
///
/// # Safety
///
/// It has more iterations than this.
#[inline(always)]
pub unsafe fn get<T: Copy, const N: usize>(strip: &[T; N], at: usize) -> T {
    // SAFETY: the caller's.
    unsafe { *strip.get_unchecked(at) }
}

/// Changes it.
///
/// # Safety
///
/// As for [`get`].
#[inline(always)]
pub unsafe fn put<T, const N: usize>(strip: &mut [T; N], at: usize, value: T) {
    // SAFETY: the caller's.
    unsafe { *strip.get_unchecked_mut(at) = value };
}

/// The first lane, from which the others follow.
#[inline(always)]
pub fn first<T>(lanes: &mut [T; 0]) -> *mut T {
    lanes.as_mut_ptr()
}
