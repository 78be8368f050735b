//! Different values: dimensions in which two indices are never equal.

use super::{Pair, Side};
use crate::analysis::poly::{Poly, Sym};
use crate::analysis::polyhedron::gcd;
use crate::analysis::radix::Forms;
use crate::ir::Adapter;

impl Pair<'_> {
    /// Polynomials that, if positive, keep the ranges of a dimension apart.
    pub(super) fn different_values(&self, forms: &Forms) -> Vec<Poly> {
        let Forms { f, g } = forms;
        let range = |side: &Side, form: &Poly| {
            Some((
                self.bound(side, form, false)?,
                self.bound(side, form, true)?,
            ))
        };
        let (Some((f_low, f_high)), Some((g_low, g_high))) =
            (range(self.side, f), range(self.other, g))
        else {
            return Vec::new();
        };
        [g_low.checked_sub(&f_high), f_low.checked_sub(&g_high)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// A difference that no multiples of the coefficients make up.
    pub(super) fn not_divisible(&self, forms: &Forms) -> bool {
        let (f, g) = (
            self.in_steps(self.side, &forms.f),
            self.in_steps(self.other, &forms.g),
        );
        let (Some(f), Some(g)) = (f, g) else {
            return false;
        };
        let moving = |poly: &Poly| {
            let terms = poly.terms();
            let moves = |symbols: &[Sym]| symbols.iter().any(|s| matches!(s, Sym::Index(_)));
            let terms = terms.filter(|(symbols, _)| moves(symbols));
            terms.fold(0, |divisor, (_, value)| gcd(divisor, value))
        };
        let mut divisor = gcd(moving(&f), moving(&g));
        let Some(rest) = f.at_origin().checked_sub(&g.at_origin()) else {
            return false;
        };
        let mut constant = 0;
        for (symbols, value) in rest.terms() {
            match symbols.is_empty() {
                true => constant = value,
                false => divisor = gcd(divisor, value),
            }
        }
        match divisor {
            0 => constant != 0,
            divisor => constant % divisor != 0,
        }
    }

    /// A form in which the variables of stepped loops count steps: `start + step * k`. Inner loops
    /// first, because their starts may depend on outer ones.
    fn in_steps(&self, side: &Side, form: &Poly) -> Option<Poly> {
        let inner = side.loops.iter().rev();
        let mut form = form.clone();
        for id in inner.chain(self.former.nest.iter().rev()) {
            let node = &self.former.function.loops[*id];
            let [Adapter::StepBy(step)] = node.range.adapters[..] else {
                continue;
            };
            let known = self
                .former
                .form(step)
                .and_then(|step| step.poly.as_constant());
            let start = self.former.extent(*id).map(|(low, _, _)| low);
            let (coefficient, _) = form.split(node.var)?;
            let (Some(step), Some(start), false) = (known, start, coefficient.is_zero()) else {
                continue;
            };
            let stepped = Poly::constant(step - 1).checked_mul(&Poly::sym(Sym::Index(node.var)))?;
            let change = coefficient.checked_mul(&stepped.checked_add(&start)?)?;
            form = form.checked_add(&change)?;
        }
        Some(form)
    }
}
