//! Regions with array accumulators, whose iterations run in groups.
//!
//! A group is a number of consecutive iterations ([`order::group_len`](crate::order::group_len))
//! that run in order and combine into copies of the arrays that belong to the group. The first
//! group starts from the arrays as they are, the others from the identity; the copies fold as the
//! pairwise tree, and what comes out goes back into the arrays. With one group there is nothing to
//! fold, and the iterations work on the arrays themselves, as the serial loop does.

use crate::failure::Checked;
use crate::region::{Place, Region};
use std::any::Any;

/// A region with array accumulators.
pub trait Grouped: Region {
    /// One value for each accumulator that is no array; of another type than [`Self::Copies`].
    type Values: Copy + Send;
    /// A copy of each array accumulator.
    type Copies: Send + 'static;
    /// Number of accumulators that are no arrays.
    const WIDTH: usize;
    /// Whether the loop can run once more after it failed: it reads nothing that it wrote.
    const REPEATABLE: bool;

    /// Elements and bytes of all copies together.
    fn size(&self) -> (u64, u64);
    /// Every accumulator that is no array at its identity.
    fn identity() -> Self::Values;
    /// Two partial results in one.
    fn fold(left: Self::Values, right: Self::Values) -> Self::Values;
    /// As bits, zero-extended.
    fn store(values: Self::Values, bits: &mut [u64]);
    /// From bits.
    fn load(bits: &[u64]) -> Self::Values;
    /// Copies at the identity.
    fn fresh(&self) -> Self::Copies;
    /// The same in copies that there are.
    fn reset(copies: &mut Self::Copies);
    /// The arrays' elements, row by row.
    fn initial(&self) -> Self::Copies;
    /// The arrays' elements become the copies'.
    fn keep(&self, copies: &Self::Copies);
    /// `left = left op right`, element by element.
    fn fold_copies(left: &mut Self::Copies, right: &Self::Copies);
    /// The region with copies in the place of the arrays.
    ///
    /// # Safety
    ///
    /// The result is used only while `copies` stay where they are, and by one thread at a time;
    /// nobody else uses `copies` meanwhile.
    unsafe fn over(&self, copies: &mut Self::Copies) -> Self;
    /// Iterations `from..to` of the innermost loop, at these places of the outer ones.
    fn row<const FAST: bool>(
        &self,
        outer: [u64; 2],
        from: u64,
        to: u64,
        values: Self::Values,
    ) -> Checked<Self::Values>;
}

/// Iterations `from..to`, row by row, on whatever arrays the region has.
pub fn rows<G: Grouped>(
    group: &G,
    (from, to): (u64, u64),
    values: G::Values,
) -> Checked<G::Values> {
    if group.fast() {
        rows_in_form::<G, true>(group, from, to, values)
    } else {
        rows_in_form::<G, false>(group, from, to, values)
    }
}

#[inline(always)]
fn rows_in_form<G: Grouped, const FAST: bool>(
    group: &G,
    from: u64,
    to: u64,
    mut values: G::Values,
) -> Checked<G::Values> {
    let group = *group;
    let shape = group.shape();
    let mut place = Place::of(shape, from);
    let mut left = to - from;
    while left > 0 {
        let count = left.min(shape[2] - place.t);
        values = group.row::<FAST>(place.outer, place.t, place.t + count, values)?;
        place.advance(shape, count);
        left -= count;
    }
    Ok(values)
}

/// Copies of any region's arrays.
pub type AnyCopies = Box<dyn Any + Send>;

/// A grouped region behind a pointer; values travel as bits.
pub trait AnyGrouped: Sync {
    /// Iterations `from..to`, combined into these copies and values.
    fn run(&self, from: u64, to: u64, copies: &mut AnyCopies, bits: &mut [u64]) -> Checked;
    /// Copies and values at the identity.
    fn fresh(&self, bits: &mut [u64]) -> AnyCopies;
    /// The same in copies that there are.
    fn reset(&self, copies: &mut AnyCopies, bits: &mut [u64]);
    /// `left = left op right`
    fn fold_all(&self, left: (&mut AnyCopies, &mut [u64]), right: (&AnyCopies, &[u64]));
    /// Number of accumulators that are no arrays.
    fn width(&self) -> usize;
}

/// The copies behind the pointer.
fn copies_of<G: Grouped>(copies: &mut AnyCopies) -> &mut G::Copies {
    let copies = copies.downcast_mut();
    copies.unwrap_or_else(|| unreachable!("copies of another region"))
}

impl<G: Grouped> AnyGrouped for G {
    fn run(&self, from: u64, to: u64, copies: &mut AnyCopies, bits: &mut [u64]) -> Checked {
        // SAFETY: the region made of the copies lives within this call, which borrows them alone.
        let group = unsafe { self.over(copies_of::<G>(copies)) };
        G::store(rows(&group, (from, to), G::load(bits))?, bits);
        Ok(())
    }

    fn fresh(&self, bits: &mut [u64]) -> AnyCopies {
        G::store(G::identity(), bits);
        Box::new(Grouped::fresh(self))
    }

    fn reset(&self, copies: &mut AnyCopies, bits: &mut [u64]) {
        G::store(G::identity(), bits);
        <G as Grouped>::reset(copies_of::<G>(copies));
    }

    fn fold_all(&self, left: (&mut AnyCopies, &mut [u64]), right: (&AnyCopies, &[u64])) {
        let folded = G::fold(G::load(left.1), G::load(right.1));
        G::store(folded, left.1);
        let right = right.0.downcast_ref();
        let right = right.unwrap_or_else(|| unreachable!("copies of another region"));
        G::fold_copies(copies_of::<G>(left.0), right);
    }

    fn width(&self) -> usize {
        G::WIDTH
    }
}

/// `left = op(left, right)` for each pair of elements.
pub fn each<T: Copy>(left: &mut [T], right: &[T], op: impl Fn(T, T) -> T) {
    for (left, right) in left.iter_mut().zip(right) {
        *left = op(*left, *right);
    }
}

/// So many equal elements.
pub fn filled<T: Copy>(len: usize, value: T) -> Vec<T> {
    vec![value; len]
}
