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
    use crate::region::fold::named;
    use crate::region::primitive::Primitive;

    #[test]
    fn lanes_are_put_back() {
        let add = named("add", Primitive::F64).expect("there is one");
        let mut slots = [Slot::EMPTY; 2];
        for (slot, value) in slots.iter_mut().zip([1.0f64, 2.0]) {
            (add.fill)(slot, 4, value.to_bits());
        }
        // SAFETY: there are two slots.
        let kept = unsafe { Kept::<2>::of(slots.as_ptr()) };
        slots.iter_mut().for_each(|slot| (add.fill)(slot, 4, 0));
        // SAFETY: as above.
        unsafe { kept.put_back(slots.as_mut_ptr()) };
        // SAFETY: four lanes were filled.
        let sums = slots.each_mut().map(|slot| unsafe { (add.lanes)(slot, 4) });
        assert_eq!(sums, [4.0f64.to_bits(), 8.0f64.to_bits()]);
    }
}
