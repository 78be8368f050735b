//! Ranges and steps of the loops, and the ends of forms over them.

use super::{Pair, Side};
use crate::analysis::extent::replace_by_end;
use crate::analysis::poly::{Poly, Sym};
use crate::ir::{Adapter, LoopId};

impl Pair<'_> {
    /// The extreme of a form over everything that moves, as a polynomial over captured values.
    pub(super) fn bound(&self, side: &Side, form: &Poly, greatest: bool) -> Option<Poly> {
        let mut form = form.clone();
        let inner = side.loops.iter().rev();
        for id in inner.chain(self.former.nest.iter().rev()) {
            let var = self.former.function.loops[*id].var;
            if !form.indices().contains(&var) {
                continue;
            }
            let (low, high) = self.loop_extent(*id)?;
            form = replace_by_end(self.former, &form, var, &low, &high, greatest)?;
        }
        form.is_invariant().then_some(form)
    }

    /// Smallest and largest value of a loop variable. A parallel loop's are known at run time at
    /// the latest.
    pub(super) fn loop_extent(&self, id: LoopId) -> Option<(Poly, Poly)> {
        if let Some((low, high, _)) = self.former.extent(id) {
            return Some((low, high));
        }
        let parallel = self.former.nest.contains(&id);
        let end = |high| Poly::sym(Sym::Extent(id, high));
        parallel.then(|| (end(false), end(true)))
    }

    /// Different values of a loop variable are at least this far apart.
    pub(super) fn step(&self, id: LoopId) -> Poly {
        let mut step = Poly::constant(1);
        for adapter in &self.former.function.loops[id].range.adapters {
            if let Adapter::StepBy(by) = adapter {
                // A step that arithmetic makes could wrap; one that a name or a number is cannot.
                let by = self.former.form(*by).filter(|form| form.fits.is_empty());
                let by = by.map(|form| form.poly).filter(Poly::is_invariant);
                let product = by.and_then(|by| step.checked_mul(&by));
                step = product.unwrap_or_else(|| Poly::constant(1));
            }
        }
        step
    }
}
