//! How an array's elements lie in host memory, and how they will lie on the device.

use crate::launch::{ArrayArg, MAX_RANK};
use std::ops::Range;

/// Where the elements of an array go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// There are none.
    Empty,
    /// They fill one block of memory without a hole, in some order of the dimensions, some of
    /// them perhaps backwards: the block is copied as it is.
    Block {
        /// The lowest element's place, in elements from element 0: zero or below.
        lowest: isize,
    },
    /// There is memory between them, which may be in use by somebody else at this moment: they
    /// are packed one by one, in row-major order.
    Packed,
}

/// An array's placement, and its strides on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub placement: Placement,
    /// Size of the device's copy.
    pub bytes: usize,
    /// Strides of the device's copy, in elements.
    pub strides: [isize; MAX_RANK],
    /// The dimensions that step through memory, outermost first, as (length, stride on the host):
    /// those of length one and of stride zero are left out, hence their own number.
    steps: [(usize, isize); MAX_RANK],
}

impl Layout {
    /// `None` if the packed copy would not fit into an address space.
    pub fn of(array: &ArrayArg) -> Option<Layout> {
        let mut layout = Layout {
            placement: Placement::Empty,
            bytes: 0,
            strides: array.strides,
            steps: [(1, 0); MAX_RANK],
        };
        if shape(array).contains(&0) {
            return Some(layout);
        }
        layout.steps = steps(array);
        let elements = layout
            .steps
            .iter()
            .try_fold(1_usize, |product, (length, _)| product.checked_mul(*length))?;
        layout.bytes = elements
            .checked_mul(array.elem_bytes)
            .filter(|bytes| isize::try_from(*bytes).is_ok())?;
        if is_dense(layout.steps) {
            layout.placement = Placement::Block {
                lowest: lowest(layout.steps),
            };
        } else {
            layout.placement = Placement::Packed;
            layout.strides = row_major(array);
        }
        Some(layout)
    }

    /// Host addresses from the lowest to behind the highest element of `array`, whose layout this
    /// is. Empty arrays have none.
    pub fn span(&self, array: &ArrayArg) -> Range<usize> {
        if self.placement == Placement::Empty {
            return 0..0;
        }
        let at = |elements: isize| {
            let bytes = elements.wrapping_mul(array.elem_bytes.cast_signed());
            array.ptr.addr().wrapping_add_signed(bytes)
        };
        at(lowest(self.steps))..at(highest(self.steps).wrapping_add(1))
    }
}

fn shape(array: &ArrayArg) -> &[usize] {
    &array.shape[..array.rank.min(MAX_RANK)]
}

/// Whether a dimension steps through memory.
fn moves(length: usize, stride: isize) -> bool {
    length > 1 && stride != 0
}

/// The dimensions that step through memory, in order, after as many steps of length one.
fn steps(array: &ArrayArg) -> [(usize, isize); MAX_RANK] {
    let mut steps = [(1, 0); MAX_RANK];
    let mut at = MAX_RANK;
    for (&length, &stride) in shape(array).iter().zip(&array.strides).rev() {
        if moves(length, stride) {
            at -= 1;
            steps[at] = (length, stride);
        }
    }
    steps
}

/// Whether each dimension, from the shortest stride up, continues where the one before ends.
fn is_dense(mut steps: [(usize, isize); MAX_RANK]) -> bool {
    steps.sort_by_key(|(_, stride)| stride.unsigned_abs());
    let mut extent = 1_usize;
    for (length, stride) in steps {
        if length == 1 {
            continue;
        }
        if stride.unsigned_abs() != extent {
            return false;
        }
        // Below the number of elements, which `Layout::of` has multiplied without overflow.
        extent *= length;
    }
    true
}

fn highest(steps: [(usize, isize); MAX_RANK]) -> isize {
    let forwards = steps.iter().filter(|(_, stride)| *stride > 0);
    forwards
        .map(|(length, stride)| (*length as isize - 1) * stride)
        .sum()
}

fn lowest(steps: [(usize, isize); MAX_RANK]) -> isize {
    let backwards = steps.iter().filter(|(_, stride)| *stride < 0);
    backwards
        .map(|(length, stride)| (*length as isize - 1) * stride)
        .sum()
}

/// Row-major strides; a dimension of stride zero keeps it, as all its elements are one.
fn row_major(array: &ArrayArg) -> [isize; MAX_RANK] {
    let mut strides = array.strides;
    let mut next = 1;
    for (at, &length) in shape(array).iter().enumerate().rev() {
        if moves(length, array.strides[at]) {
            strides[at] = next;
            next *= length as isize;
        }
    }
    strides
}

/// Copies the elements of an array into `packed`, which has the layout's size.
///
/// # Safety
///
/// `array` describes elements that may be read, and `layout` is that of `array`.
pub unsafe fn pack(array: &ArrayArg, layout: &Layout, packed: &mut [u8]) {
    assert_eq!(packed.len(), layout.bytes);
    let to = packed.as_mut_ptr();
    // SAFETY: the rows cover `layout.bytes` bytes of `packed`; the elements are the caller's.
    each_row(array, layout, |row, offset| unsafe {
        copy_row(array, layout, row.cast_const(), to.add(offset), Way::In);
    });
}

/// Copies `packed` back into the elements of an array, and nowhere else.
///
/// # Safety
///
/// `array` describes elements that may be written, and `layout` is that of `array`.
pub unsafe fn unpack(array: &ArrayArg, layout: &Layout, packed: &[u8]) {
    assert_eq!(packed.len(), layout.bytes);
    let from = packed.as_ptr();
    // SAFETY: as in `pack`.
    each_row(array, layout, |row, offset| unsafe {
        copy_row(array, layout, from.add(offset), row, Way::Out);
    });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// From strided to packed.
    In,
    /// From packed to strided.
    Out,
}

/// Calls back with the first element of each innermost row and its place in the packed copy.
fn each_row(array: &ArrayArg, layout: &Layout, mut row: impl FnMut(*mut u8, usize)) {
    let (inner, outer) = layout.steps.split_last().expect("arrays have dimensions");
    let (bytes, row_bytes) = (array.elem_bytes as isize, inner.0 * array.elem_bytes);
    let rows: usize = outer.iter().map(|(length, _)| length).product();
    for number in 0..rows {
        let mut rest = number;
        let mut elements = 0;
        for (length, stride) in outer.iter().rev() {
            elements += (rest % length) as isize * stride;
            rest /= length;
        }
        row(
            array.ptr.wrapping_offset(elements * bytes),
            number * row_bytes,
        );
    }
}

/// Copies one innermost row.
///
/// # Safety
///
/// The strided side has that row's elements, the packed side room for them.
unsafe fn copy_row(array: &ArrayArg, layout: &Layout, from: *const u8, to: *mut u8, way: Way) {
    let (length, stride) = layout.steps[MAX_RANK - 1];
    if stride == 1 || length == 1 {
        // SAFETY: consecutive elements on both sides; staging never overlaps an array.
        unsafe { std::ptr::copy_nonoverlapping(from, to, length * array.elem_bytes) };
        return;
    }
    let (read, write) = match way {
        Way::In => (stride, 1),
        Way::Out => (1, stride),
    };
    // SAFETY: the caller's.
    unsafe {
        match array.elem_bytes {
            1 => copy_strided(from, to, length, read, write, Bytes::<1>),
            2 => copy_strided(from, to, length, read, write, Bytes::<2>),
            4 => copy_strided(from, to, length, read, write, Bytes::<4>),
            8 => copy_strided(from, to, length, read, write, Bytes::<8>),
            bytes => copy_strided(from, to, length, read, write, bytes),
        }
    }
}

/// An element's size: a constant, where that makes a copy one load and one store.
trait Size: Copy {
    fn bytes(self) -> usize;
}

#[derive(Clone, Copy)]
struct Bytes<const N: usize>;

impl<const N: usize> Size for Bytes<N> {
    fn bytes(self) -> usize {
        N
    }
}

impl Size for usize {
    fn bytes(self) -> usize {
        self
    }
}

/// Copies `length` elements, with strides in elements.
///
/// # Safety
///
/// Both sides have them.
unsafe fn copy_strided(
    from: *const u8,
    to: *mut u8,
    length: usize,
    read: isize,
    write: isize,
    size: impl Size,
) {
    let bytes = size.bytes() as isize;
    for at in 0..length as isize {
        // SAFETY: element `at` of both sides; staging never overlaps an array.
        unsafe {
            let from = from.offset(at * read * bytes);
            let to = to.offset(at * write * bytes);
            std::ptr::copy_nonoverlapping(from, to, size.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view<T>(first: *mut T, shape: &[usize], strides: &[isize]) -> ArrayArg {
        let mut array = ArrayArg {
            ptr: first.cast(),
            elem_bytes: size_of::<T>(),
            rank: shape.len(),
            // What lies beyond the rank must not matter.
            shape: [0; MAX_RANK],
            strides: [77; MAX_RANK],
            reads: true,
            writes: true,
            keep: false,
        };
        array.shape[..shape.len()].copy_from_slice(shape);
        array.strides[..strides.len()].copy_from_slice(strides);
        array
    }

    fn layout(shape: &[usize], strides: &[isize]) -> Layout {
        Layout::of(&view(std::ptr::null_mut::<f64>(), shape, strides)).expect("it fits")
    }

    #[test]
    fn dense_in_every_order_of_the_dimensions() {
        let cases: [(&[usize], &[isize]); 7] = [
            (&[5], &[1]),
            (&[3, 4], &[4, 1]),
            (&[3, 4], &[1, 3]),
            (&[2, 3, 4], &[12, 4, 1]),
            (&[2, 3, 4], &[1, 2, 6]),
            (&[2, 3, 4], &[4, 8, 1]),
            (&[2, 3, 4], &[3, 1, 6]),
        ];
        for (shape, strides) in cases {
            let layout = layout(shape, strides);
            let block = Placement::Block { lowest: 0 };
            assert_eq!(layout.placement, block, "{shape:?} {strides:?}");
            assert_eq!(layout.strides[..shape.len()], *strides);
            assert_eq!(layout.bytes, 8 * shape.iter().product::<usize>());
        }
    }

    #[test]
    fn backwards_is_dense_from_a_lower_place() {
        let lowest = |shape: &[usize], strides: &[isize]| layout(shape, strides).placement;
        assert_eq!(lowest(&[5], &[-1]), Placement::Block { lowest: -4 });
        assert_eq!(lowest(&[3, 4], &[-4, 1]), Placement::Block { lowest: -8 });
        assert_eq!(lowest(&[3, 4], &[-4, -1]), Placement::Block { lowest: -11 });
        assert_eq!(lowest(&[3, 4], &[1, -3]), Placement::Block { lowest: -9 });
    }

    #[test]
    fn holes_are_packed_row_major() {
        for strides in [[8, 1], [8, 2], [1, 4], [-8, -1]] {
            let layout = layout(&[3, 4], &strides);
            if strides == [1, 4] {
                // Three of four rows of a transposed array.
                assert_eq!(layout.placement, Placement::Packed);
            }
            assert_eq!(layout.placement, Placement::Packed, "{strides:?}");
            assert_eq!(layout.strides[..2], [4, 1]);
            assert_eq!(layout.bytes, 96);
        }
    }

    #[test]
    fn dimensions_that_stay_in_place_do_not_count() {
        let one = layout(&[3, 1, 4], &[4, 999, 1]);
        assert_eq!(one.placement, Placement::Block { lowest: 0 });
        let broadcast = layout(&[1000, 4], &[0, 1]);
        assert_eq!(broadcast.placement, Placement::Block { lowest: 0 });
        assert_eq!((broadcast.bytes, broadcast.strides[0]), (32, 0));
        let holes = layout(&[1000, 4], &[0, 2]);
        assert_eq!(holes.placement, Placement::Packed);
        assert_eq!(
            (holes.bytes, holes.strides[0], holes.strides[1]),
            (32, 0, 1)
        );
    }

    #[test]
    fn empty_in_any_dimension() {
        for shape in [[0, 4], [4, 0]] {
            let layout = layout(&shape, &[4, 1]);
            assert_eq!((layout.placement, layout.bytes), (Placement::Empty, 0));
        }
    }

    #[test]
    fn overlapping_windows_are_packed_or_refused() {
        assert_eq!(layout(&[3, 4], &[1, 1]).placement, Placement::Packed);
        let huge = view(std::ptr::null_mut::<u8>(), &[1 << 40, 1 << 40], &[1, 1]);
        assert_eq!(Layout::of(&huge), None);
    }

    /// Packs and unpacks; whatever is not an element must come through untouched.
    fn there_and_back<T: Copy + PartialEq + std::fmt::Debug>(
        make: impl Fn(usize) -> T,
        hole: T,
        first: usize,
        shape: &[usize],
        strides: &[isize],
    ) {
        let mut memory: Vec<T> = vec![hole; 64];
        let places = places(first, shape, strides);
        for (number, &place) in places.iter().enumerate() {
            memory[place] = make(number);
        }
        let before = memory.clone();
        // SAFETY: `first` is within the memory.
        let array = view(unsafe { memory.as_mut_ptr().add(first) }, shape, strides);
        let layout = Layout::of(&array).expect("it fits");
        let mut packed = vec![0_u8; layout.bytes];
        // SAFETY: `places` has indexed all elements.
        unsafe { pack(&array, &layout, &mut packed) };
        for (number, chunk) in packed.chunks_exact(size_of::<T>()).enumerate() {
            // SAFETY: any bytes are a value of the integers that the tests use.
            let value = unsafe { chunk.as_ptr().cast::<T>().read_unaligned() };
            assert_eq!(value, make(number));
        }
        for &place in &places {
            memory[place] = hole;
        }
        let array = ArrayArg {
            // SAFETY: as above; the pointer is made anew after the accesses between.
            ptr: unsafe { memory.as_mut_ptr().add(first) }.cast(),
            ..array
        };
        // SAFETY: as above.
        unsafe { unpack(&array, &layout, &packed) };
        assert_eq!(memory, before);
    }

    /// Indices of the elements, in row-major order.
    fn places(first: usize, shape: &[usize], strides: &[isize]) -> Vec<usize> {
        let mut places = vec![first as isize];
        for (&length, &stride) in shape.iter().zip(strides) {
            let all = |place: isize| (0..length as isize).map(move |t| place + t * stride);
            places = places.into_iter().flat_map(all).collect();
        }
        places.into_iter().map(|place| place as usize).collect()
    }

    #[test]
    fn packing_is_undone_by_unpacking() {
        let cases: [(usize, &[usize], &[isize]); 8] = [
            (0, &[4], &[3]),
            (63, &[4], &[-5]),
            (5, &[3, 4], &[8, 1]),
            (1, &[3, 4], &[16, 2]),
            (40, &[3, 4], &[-16, 2]),
            (2, &[2, 3, 4], &[30, 8, 2]),
            (0, &[4, 3, 1], &[2, 16, 9]),
            (62, &[2, 3, 2], &[-1, -16, -4]),
        ];
        for (first, shape, strides) in cases {
            there_and_back(|n| n as u8, 0xee, first, shape, strides);
            there_and_back(|n| n as u16 + 1000, 0xeeee, first, shape, strides);
            there_and_back(|n| n as u32 + 100_000, u32::MAX, first, shape, strides);
            there_and_back(|n| n as u64 + (1 << 40), u64::MAX, first, shape, strides);
            there_and_back(|n| n as u128 + (1 << 90), u128::MAX, first, shape, strides);
        }
    }
}
