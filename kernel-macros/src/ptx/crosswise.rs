//! Maps in which some array's neighbouring elements lie along another loop than the innermost, as in
//! a transposition. A warp that runs along the innermost loop alone would touch a piece of memory for
//! each of its threads, and use one element of it; blocks that are long in the other direction use
//! the whole piece at about the same time.

use super::emitter::Emitter;
use super::poly::Poly;
use super::vectors::{Touch, Trial};

impl Emitter<'_> {
    /// How many loops out from the innermost neighbours lie, if there is such an array in this map.
    pub fn find_crosswise(&self) -> Option<usize> {
        let region = self.region;
        if region.combines() || region.nest.len() < 2 {
            return None;
        }
        Trial::of(self)?.crosswise()
    }
}

impl Trial<'_> {
    fn crosswise(&self) -> Option<usize> {
        let touches = self.emitter.touches.iter();
        touches.filter_map(|touch| self.crosses(touch)).next()
    }

    /// The same for one access.
    fn crosses(&self, touch: &Touch) -> Option<usize> {
        let bytes = Poly::constant(self.bytes(touch));
        let innermost = self.trips.len() - 1;
        let along = self.slope_along(innermost, touch)?;
        if along.is_zero() || along == bytes {
            return None;
        }
        let mut outer = (0..innermost).rev();
        let n = outer.find(|&n| self.slope_along(n, touch).as_ref() == Some(&bytes))?;
        Some(innermost - n)
    }
}
