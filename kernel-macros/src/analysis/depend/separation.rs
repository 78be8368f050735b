//! Separation: variables that can only be equal, one after the other.

use super::truth::Truth;
use super::{Alternative, Pair, Side};
use crate::analysis::extent::sign;
use crate::analysis::poly::Poly;
use crate::analysis::radix::Forms;
use crate::ir::LoopId;

/// A dimension's forms, split at the parallel variables.
struct Dimension {
    /// Coefficients of the parallel variables, outermost first.
    f: Vec<Poly>,
    g: Vec<Poly>,
    /// Least and greatest value of `rest of g - rest of f`.
    low: Poly,
    high: Poly,
}

impl Pair<'_> {
    /// Shows one parallel variable after the other to be equal in both iterations.
    pub(super) fn separation(&self, dims: &[Forms], needs: &[Poly]) -> Option<Alternative> {
        let nest = self.former.nest;
        let dims = dims.iter().filter_map(|forms| self.dimension(forms));
        let dims: Vec<Dimension> = dims.collect();
        let mut equal: Vec<bool> = nest.iter().map(|id| self.is_own(*id)).collect();
        let mut tests = needs.to_vec();
        while equal.iter().any(|known| !known) {
            let step = self.separate_one(&dims, &equal, &tests)?;
            equal[step.0] = true;
            tests.extend(step.1);
        }
        Some(tests)
    }

    /// Whether a loop's iterator hands out both elements, each to one iteration: then only elements
    /// of one iteration of it can meet.
    pub(super) fn is_own(&self, id: LoopId) -> bool {
        let accesses = &self.former.function.accesses;
        let own = |side: &Side| accesses[side.visit.access].own.contains(&id);
        own(self.side) && own(self.other)
    }

    /// The next variable and what it needs, nothing if possible.
    fn separate_one(
        &self,
        dims: &[Dimension],
        equal: &[bool],
        tests: &[Poly],
    ) -> Option<(usize, Vec<Poly>)> {
        let mut at_run_time = None;
        for dim in dims {
            for position in (0..equal.len()).filter(|position| !equal[*position]) {
                let Some(mut needs) = self.radix(dim, equal, position) else {
                    continue;
                };
                needs.retain(|need| !self.is_positive(need));
                if needs.is_empty() {
                    return Some((position, needs));
                }
                let together = [tests, &needs].concat();
                if at_run_time.is_none() && matches!(self.truth(&together), Truth::AtRunTime) {
                    at_run_time = Some((position, needs));
                }
            }
        }
        at_run_time
    }

    /// What makes the variable at `position` equal in both iterations, by one dimension alone.
    fn radix(&self, dim: &Dimension, equal: &[bool], position: usize) -> Option<Vec<Poly>> {
        let mut coefficient = dim.f[position].clone();
        if coefficient.is_zero() || coefficient != dim.g[position] {
            return None;
        }
        let (mut low, mut high) = (dim.low.clone(), dim.high.clone());
        for (other, known) in equal.iter().enumerate() {
            if other == position {
                continue;
            }
            let (f, g) = (&dim.f[other], &dim.g[other]);
            if f != g {
                return None;
            }
            if *known || f.is_zero() {
                continue;
            }
            // a (u' - u) is between -|a| and |a| times the loop's extent.
            let (first, last) = self.loop_extent(self.former.nest[other])?;
            let spread = last.checked_sub(&first)?.checked_mul(f)?;
            let spread = if sign(self.former, f)? {
                spread.negated()
            } else {
                spread
            };
            low = low.checked_sub(&spread)?;
            high = high.checked_add(&spread)?;
        }
        if sign(self.former, &coefficient) == Some(true) {
            coefficient = coefficient.negated();
            (low, high) = (high.negated(), low.negated());
        }
        let stride = coefficient.checked_mul(&self.step(self.former.nest[position]))?;
        Some(vec![stride.checked_sub(&high)?, stride.checked_add(&low)?])
    }

    fn dimension(&self, forms: &Forms) -> Option<Dimension> {
        let (f, f_rest) = self.split(&forms.f)?;
        let (g, g_rest) = self.split(&forms.g)?;
        let low = self.bound(self.other, &g_rest, false)?;
        let low = low.checked_sub(&self.bound(self.side, &f_rest, true)?)?;
        let high = self.bound(self.other, &g_rest, true)?;
        let high = high.checked_sub(&self.bound(self.side, &f_rest, false)?)?;
        // Without inner loop variables the difference is one value, whatever its sign.
        Some(Dimension { f, g, low, high })
    }

    fn split(&self, form: &Poly) -> Option<(Vec<Poly>, Poly)> {
        let mut rest = form.clone();
        let mut coefficients = Vec::new();
        for id in self.former.nest {
            let (coefficient, left) = rest.split(self.former.function.loops[*id].var)?;
            coefficients.push(coefficient);
            rest = left;
        }
        Some((coefficients, rest))
    }
}
