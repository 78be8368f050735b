//! The ways to prove two accesses apart.

use super::truth::{Truth, distinct};
use super::{Alternative, Pair, Side};
use crate::analysis::meeting::{self, Mover};
use crate::analysis::poly::Poly;
use crate::analysis::radix::{self, Forms};

impl Pair<'_> {
    /// Whether separation alone proves it, without a guard: that takes least, and settles most pairs. All that
    /// it depends on is of the accesses' kinds, and how far they are apart (`shifts.rs`): two iterations meet
    /// where they do with both indices moved by the same number.
    pub(super) fn is_separate(&self) -> bool {
        let separation = self.separation(&self.dims(), &[]);
        separation.is_some_and(|of| of.is_empty())
    }

    /// Ways to prove what is not separate; an empty one needs no guard. `None` if there is no way.
    pub(super) fn disjoint(&self) -> Option<Vec<Alternative>> {
        let dims = self.dims();
        let mut alternatives = self.ways(&dims, &[]);
        if !alternatives.iter().any(Vec::is_empty) {
            let (parts, needs) = self.taken_apart(&dims);
            if parts != dims {
                alternatives.extend(self.ways(&parts, &needs));
            }
        }
        if alternatives.iter().any(Vec::is_empty) {
            return Some(vec![Vec::new()]);
        }
        let alternatives = distinct(alternatives.into_iter().map(distinct));
        (!alternatives.is_empty()).then_some(alternatives)
    }

    /// Ways to prove that the accesses never meet, even in one iteration.
    pub(super) fn different(&self) -> Option<Vec<Alternative>> {
        let dims = self.dims();
        let mut alternatives = self.different_somewhere(&dims, &[]);
        if dims.iter().any(|forms| self.not_divisible(forms)) {
            alternatives.push(Vec::new());
        }
        if alternatives.iter().any(Vec::is_empty) {
            return Some(vec![Vec::new()]);
        }
        (!alternatives.is_empty()).then_some(alternatives)
    }

    /// The forms of the dimensions that the proof may rely on.
    fn dims(&self) -> Vec<Forms> {
        let dims = self.side.dims.iter().zip(&self.other.dims);
        let dims = dims.filter_map(|(f, g)| {
            let (f, g) = (f.clone()?, g.clone()?);
            Some(Forms { f, g })
        });
        dims.collect()
    }

    /// Ways by one dimension whose values are different in any two iterations.
    fn different_somewhere(&self, dims: &[Forms], needs: &[Poly]) -> Vec<Alternative> {
        let mut alternatives = Vec::new();
        for forms in dims {
            for test in self.different_values(forms) {
                let mut tests = needs.to_vec();
                if !self.is_positive(&test) {
                    tests.push(test);
                }
                if self.can_be_positive(&tests) {
                    alternatives.push(tests);
                }
            }
        }
        alternatives
    }

    /// Ways by these dimensions, which are those of the index if `needs` are positive.
    fn ways(&self, dims: &[Forms], needs: &[Poly]) -> Vec<Alternative> {
        let mut alternatives = self.different_somewhere(dims, needs);
        let certain = dims.iter().any(|forms| self.not_divisible(forms));
        if certain || self.never_meet(dims) {
            alternatives.push(needs.to_vec());
        }
        if !alternatives.iter().any(Vec::is_empty) {
            alternatives.extend(self.separation(dims, needs));
        }
        alternatives
    }

    fn can_be_positive(&self, tests: &[Poly]) -> bool {
        tests.is_empty() || !matches!(self.truth(tests), Truth::Never)
    }

    /// Flat indices as the dimensions that their strides make of them, and what must be positive
    /// for that. What needs no guard comes first.
    fn taken_apart(&self, dims: &[Forms]) -> (Vec<Forms>, Vec<Poly>) {
        const MOST: usize = 8;
        let (mut parts, mut needs) = (dims.to_vec(), Vec::new());
        for guarded in [false, true] {
            for _ in 0..MOST {
                let splits = parts.iter().enumerate();
                let found = splits.into_iter().find_map(|(at, forms)| {
                    let mut splits = forms.splits(self.former).into_iter();
                    splits.find_map(|split| {
                        let more = self.needed(&split, &needs, guarded)?;
                        Some((at, split, more))
                    })
                });
                let Some((at, split, more)) = found else {
                    break;
                };
                needs.extend(more);
                parts.splice(at..=at, [split.quotients, split.remainders]);
            }
        }
        (parts, needs)
    }

    /// What more must be positive for the remainders to differ by less than the stride.
    fn needed(&self, split: &radix::Split, needs: &[Poly], guarded: bool) -> Option<Vec<Poly>> {
        let Forms { f, g } = &split.remainders;
        let ends = |side: &Side, form: &Poly| {
            let least = self.bound(side, form, false)?;
            Some((least, self.bound(side, form, true)?))
        };
        let ((f_low, f_high), (g_low, g_high)) = (ends(self.side, f)?, ends(self.other, g)?);
        let spans = [f_high.checked_sub(&g_low)?, g_high.checked_sub(&f_low)?];
        let rooms = spans.iter().map(|span| split.stride.checked_sub(span));
        let mut rooms = rooms.collect::<Option<Vec<Poly>>>()?;
        rooms.retain(|room| !self.is_positive(room));
        match (rooms.is_empty(), guarded) {
            (true, _) => Some(rooms),
            (false, false) => None,
            (false, true) => self
                .can_be_positive(&[needs, &rooms].concat())
                .then_some(rooms),
        }
    }

    /// Whether ranges and conditions leave no two iterations in which the accesses meet.
    fn never_meet(&self, dims: &[Forms]) -> bool {
        let nest = self.former.nest.iter();
        let movers = nest.map(|id| Mover {
            var: self.former.function.loops[*id].var,
            ends: self.loop_extent(*id),
            step: self.step(*id),
            own: self.is_own(*id),
        });
        let movers: Vec<Mover> = movers.collect();
        let known = [&self.side.known, &self.other.known];
        meeting::impossible(self.former, dims, known, &movers)
    }
}
