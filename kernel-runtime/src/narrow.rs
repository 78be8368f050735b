//! Whether 32 bits hold what a launch computes about indices.

use crate::launch::{ArrayArg, Trip};

/// How many trips a loop may take, and how far an array's elements may lie apart, in elements. A
/// counter does not wrap then when a grid that has about as many threads advances it; and a distance
/// is one of 32 bits, even by the 2^20 elements more or less that an instruction adds itself.
const LIMIT: u64 = (1 << 31) - (1 << 21);

/// The same for elements where tests take both forms: the other one serves where they have more than
/// a few. A few can be enough for any number of trips.
const SPAN: u64 = if cfg!(feature = "every-form") {
    1 << 9
} else {
    LIMIT
};

/// Whether an entry whose indices have 32 bits (`kernel-macros/src/ptx/narrow.rs`) may run.
pub(crate) fn fits(trips: &[Trip], arrays: &[ArrayArg]) -> bool {
    fits_within(SPAN, trips, arrays)
}

fn fits_within(span: u64, trips: &[Trip], arrays: &[ArrayArg]) -> bool {
    let within = |of: Option<u64>| of.is_some_and(|distance| distance <= span);
    trips.iter().all(|trip| trip.count <= LIMIT)
        && arrays
            .iter()
            .all(|of| within(spread(of)) && within(packed(of)))
}

/// Distance between the furthest elements of an array; `None` if 64 bits do not hold it.
fn spread(array: &ArrayArg) -> Option<u64> {
    let dims = dims(array);
    let steps = dims.map(|(len, stride)| (len as u64).checked_mul(stride.unsigned_abs() as u64));
    steps
        .into_iter()
        .try_fold(0, |sum: u64, step| sum.checked_add(step?))
}

/// The same if a device has the elements in a row, as it does where they have gaps between them.
fn packed(array: &ArrayArg) -> Option<u64> {
    let moving = dims(array).filter(|(_, stride)| *stride != 0);
    moving.into_iter().try_fold(1, |count: u64, (last, _)| {
        count.checked_mul(last as u64 + 1)
    })
}

/// The last index and the stride of each dimension.
fn dims(array: &ArrayArg) -> impl Iterator<Item = (usize, isize)> {
    let lens = array.shape.iter().map(|len| len.saturating_sub(1));
    lens.zip(array.strides).take(array.rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::launch::MAX_RANK;

    fn array<const R: usize>(dims: [(usize, isize); R]) -> ArrayArg {
        let (mut shape, mut strides) = ([usize::MAX; MAX_RANK], [isize::MIN; MAX_RANK]);
        for (at, (len, stride)) in dims.into_iter().enumerate() {
            (shape[at], strides[at]) = (len, stride);
        }
        ArrayArg {
            ptr: std::ptr::null_mut(),
            elem_bytes: 8,
            rank: R,
            shape,
            strides,
            reads: true,
            writes: false,
            keep: false,
        }
    }

    fn fit<const R: usize>(dims: [(usize, isize); R]) -> bool {
        let small = array([(3, 1)]);
        let of = array(dims);
        let [alone, both] = [vec![of], vec![small, of]].map(|of| fits_within(LIMIT, &[], &of));
        assert_eq!(alone, both);
        alone
    }

    #[test]
    fn elements_lie_within_the_span() {
        let limit = LIMIT as usize;
        assert!(fit([(limit, 1)]) && !fit([(limit + 2, 1)]));
        assert!(fit([(limit, -1)]) && !fit([(limit + 2, -1)]));
        assert!(fit([(2, LIMIT as isize)]) && !fit([(2, LIMIT as isize + 1)]));
        assert!(!fit([(2, isize::MIN)]) && !fit([(3, isize::MAX), (3, isize::MIN)]));
        // 30000 rows of so many columns, and one of the columns more.
        assert!(fit([(30_000, 71_512), (71_512, 1)]) && !fit([(30_000, 71_513), (71_513, 1)]));
        assert!(fit([(46_000, -1), (46_000, -46_000)]) && !fit([(46_400, 1), (46_400, 46_400)]));
        assert!(fit([(1 << 10, 1 << 20), (1 << 10, 1 << 10), (1 << 10, 1)]));
        assert!(!fit([(1 << 11, 1 << 20), (1 << 10, 1 << 10), (1 << 10, 1)]));
    }

    #[test]
    fn elements_that_are_packed_lie_there_too() {
        // Windows over one row: all elements are near each other until each has a place of its own.
        assert!(fit([(40_000, 2), (40_000, 2)]) && !fit([(50_000, 2), (50_000, 2)]));
        // Copies of one element stay one.
        assert!(fit([(usize::MAX, 0), (7, 2)]));
    }

    #[test]
    fn empty_arrays_fit() {
        assert!(fit([(0, 1)]) && fit([(0, isize::MIN), (1, isize::MAX)]));
    }

    #[test]
    fn counters_do_not_wrap() {
        let trip = |count| Trip {
            first: u64::MAX,
            step: u64::MAX,
            count,
        };
        assert!(fits_within(LIMIT, &[trip(LIMIT), trip(LIMIT)], &[]));
        assert!(!fits_within(LIMIT, &[trip(1), trip(LIMIT + 1)], &[]));
        // The number of threads is that of trips in whole blocks.
        let threads = LIMIT.next_multiple_of(1024);
        assert!(LIMIT + threads <= u32::MAX.into());
    }
}
