//! Which reductions let a thread take neighbouring iterations together: as many as it holds lanes, so
//! that its share of a row of lanes is one vector of each array.
//!
//! Nothing is written, and all that moves is loaded as vectors, whatever the conditions in the body
//! say; else the fold, which is longer that way, would not pay. The loops of a nest have to be as good
//! as one: the rows of every array follow one another.

use super::emitter::Emitter;
use super::poly::Poly;
use super::vectors::{Element, Group, LONGEST, Touch, Trial, Vectors};
use crate::ir::AccessMode;

impl Emitter<'_> {
    /// How `width` neighbouring iterations of this reduction go together, if they can.
    pub fn find_lane_vectors(&self, width: u32) -> Option<Vectors> {
        if !self.region.shared.is_empty() || !self.may_go_together() {
            return None;
        }
        Trial::of(self)?.reduction(width)
    }
}

impl Trial<'_> {
    fn reduction(mut self, width: u32) -> Option<Vectors> {
        let gaps = self.gaps()?;
        let touches = &self.emitter.touches;
        let moving = self.moving()?;
        if !moving.iter().all(|touch| self.is_in_a_vector(touch, width)) {
            return None;
        }
        let width = i64::from(width);
        let (mut firsts, mut loads) = (Vec::new(), Vec::new());
        for group in self.groups(&moving) {
            let vectors = group.vectors_anywhere(width)?;
            firsts.push(vectors[0].clone());
            loads.extend(vectors);
        }
        Some(Vectors {
            width,
            strided: self.strided(touches),
            lead: firsts.pop()?,
            aligned: firsts,
            loads,
            gaps,
            names: self.names(touches)?,
            innermost: self.innermost(),
        })
    }

    fn is_in_a_vector(&self, touch: &Touch, width: u32) -> bool {
        let load = self.mode(touch) == AccessMode::Load;
        let fits = width * self.ty(touch).bytes() <= LONGEST;
        load && fits && self.emitter.is_there_anyway(touch.access)
    }

    /// For each load and each loop but the outermost, what stands in memory between the end of the
    /// loop's row and the next; `None` if rows never follow one another, or if the body asks which
    /// one it is in.
    fn gaps(&mut self) -> Option<Vec<Poly>> {
        let nest = &self.emitter.region.nest;
        let values = &self.emitter.uses.values;
        if nest.len() > 1 && nest.iter().any(|of| values.contains(&of.var)) {
            return None;
        }
        let mut gaps = Vec::new();
        for touch in self.emitter.touches.clone() {
            for n in 1..self.trips.len() {
                let row = Poly::of(self.emitter.trip(n)).times(&self.slope_along(n, &touch)?)?;
                let next = self.slope_along(n - 1, &touch)?;
                let gap = next.minus(&row);
                let known = gap.regs().next().is_none();
                if next.is_zero() != row.is_zero() || known && !gap.is_zero() {
                    return None;
                }
                if !gap.is_zero() && !gaps.contains(&gap) {
                    gaps.push(gap);
                }
            }
        }
        Some(gaps)
    }

    /// What an address grows by with a loop's trip number, if all loops leave that alone.
    pub fn slope_along(&self, n: usize, touch: &Touch) -> Option<Poly> {
        let mut slope = Poly::default();
        for (factors, coefficient) in touch.address.terms() {
            let Some(at) = factors.iter().position(|reg| *reg == self.trips[n]) else {
                continue;
            };
            let mut others = factors.clone();
            others.remove(at);
            if others.iter().any(|reg| self.trips.contains(reg)) {
                return None;
            }
            slope = slope.plus(&Poly::term(others, coefficient));
        }
        Some(slope)
    }
}

impl Group {
    /// Vectors where the array itself begins with one, or else where the first load does.
    fn vectors_anywhere(&self, width: i64) -> Option<Vec<Element>> {
        let bytes = i64::from(self.element.ty.bytes());
        let shifts = [0, self.constants[0].div_euclid(bytes)];
        let mut found = shifts.iter().map(|shift| self.vectors(width, *shift));
        found.find(|vectors| !vectors.is_empty())
    }
}
