//! Copies of a reduction's lanes, for parts that may be done again.

use super::fold::Slot;

/// The lanes of so many accumulators, as they were.
pub struct Kept<const N: usize>([Slot; N]);

impl<const N: usize> Kept<N> {
    /// A copy. Lanes may hold nothing.
    ///
    /// # Safety
    ///
    /// There are so many slots.
    #[inline(always)]
    #[must_use]
    pub unsafe fn of(slots: *const Slot) -> Self {
        let mut kept = [Slot::EMPTY; N];
        // SAFETY: the caller's; nothing else has a part of the copy.
        unsafe { std::ptr::copy_nonoverlapping(slots, kept.as_mut_ptr(), N) };
        Kept(kept)
    }

    /// Makes the lanes what they were.
    ///
    /// # Safety
    ///
    /// The slots are those that the copy is of.
    #[inline(always)]
    pub unsafe fn put_back(&self, slots: *mut Slot) {
        // SAFETY: the caller's; nothing else has a part of the copy.
        unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), slots, N) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Primitive;

    #[test]
    fn lanes_are_put_back() {
        let mut slots = [Slot::EMPTY; 2];
        let all = |slots: &mut [Slot; 2], value: u64| {
            for (at, slot) in (0..).zip(slots) {
                slot.set(Primitive::U64, 0, value + at);
            }
        };
        all(&mut slots, 7);
        // SAFETY: there are two slots.
        let kept = unsafe { Kept::<2>::of(slots.as_ptr()) };
        all(&mut slots, 0);
        // SAFETY: as above.
        unsafe { kept.put_back(slots.as_mut_ptr()) };
        // SAFETY: the first lanes were filled.
        let firsts = slots.map(|slot| unsafe { slot.first(Primitive::U64) });
        assert_eq!(firsts, [7, 8]);
    }
}
