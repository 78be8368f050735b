//! Which accesses the guard keeps in bounds, and the guard's conditions (design: guards).
//!
//! An access that each iteration of an exactly known domain makes goes into the guard, at the
//! corners of the domain, and is not checked in the iteration. Any other is checked there, unless
//! it turns out at run time that it could not leave its array even unconditionally. Where
//! an index takes part in the proof of independence, rule R1 adds a no-wrap condition even if the
//! access is checked.

use super::extent::{Domain, to_wide};
use super::form::{Fit, Form, Former};
use super::plan::{Bounds, Condition, Reason, Test, Wide};
use super::poly::{Poly, Sym};
use super::scan::{Step, Visit};
use super::texts;
use crate::ir::{AccessId, ExprId, Scalar, VarId, dump};
use std::collections::{HashMap, HashSet};

/// The outcome for all accesses of a candidate.
#[derive(Debug, Default)]
pub struct BoundsPlan {
    pub bounds: HashMap<AccessId, Bounds>,
    pub guard: Vec<Condition>,
    /// What makes [`Bounds::Relaxed`] accesses safe.
    pub relaxed: Vec<Condition>,
    /// Arithmetic nodes that cannot overflow once the guard holds.
    pub covered: HashSet<ExprId>,
    pub reasons: Vec<Reason>,
}

/// `proved` holds the arrays whose accesses the proof of independence relies on.
pub fn plan(former: &Former, visits: &[Visit], proved: &HashSet<VarId>) -> BoundsPlan {
    let mut plan = BoundsPlan::default();
    for visit in visits {
        let access = &former.function.accesses[visit.access];
        let forms: Option<Vec<Form>> = access.index.iter().map(|id| former.form(*id)).collect();
        let forms = forms.filter(|forms| forms.iter().all(|form| form.poly.is_affine()));
        let domain = Domain::new(former, &visit.context);
        let Some(forms) = forms else {
            plan.bounds.insert(visit.access, Bounds::Checked);
            continue;
        };
        let inside = in_bounds(&domain, former, visit, &forms);
        let bounds = match inside {
            Some(test) if domain.exact => {
                plan.guard
                    .push(condition(former, visit, test, "stays in bounds"));
                plan.covered
                    .extend(forms.into_iter().flat_map(|form| form.covered));
                plan.bounds.insert(visit.access, Bounds::Proved);
                continue;
            }
            Some(test) => {
                plan.relaxed
                    .push(condition(former, visit, test, "stays in bounds"));
                Bounds::Relaxed
            }
            None => Bounds::Checked,
        };
        plan.bounds.insert(visit.access, bounds);
        if !proved.contains(&access.array) {
            continue;
        }
        match no_wrap(&domain, &forms) {
            Some(test) => plan
                .guard
                .push(condition(former, visit, test, "does not wrap")),
            None => plan.refuse(former, visit),
        }
    }
    plan
}

fn condition(former: &Former, visit: &Visit, test: Test, what: &str) -> Condition {
    let access = dump::access(former.function, visit.access);
    Condition {
        test,
        purpose: format!("`{access}` {what}"),
    }
}

impl BoundsPlan {
    /// The form is affine, but its extremes are out of reach.
    fn refuse(&mut self, former: &Former, visit: &Visit) {
        let access = &former.function.accesses[visit.access];
        let text = dump::access(former.function, visit.access);
        let inner = visit.context.steps.iter().filter_map(|step| match step {
            Step::Loop(id)
                if former
                    .extent(*id)
                    .is_none_or(|(_, _, fits)| !fits.is_empty()) =>
            {
                let var = former.function.loops[*id].var;
                Some(former.function.vars[var].ident.to_string())
            }
            _ => None,
        });
        let inner: Vec<String> = inner.collect();
        let (message, help) = texts::unstated_range(&text, &inner);
        let span = access.span;
        self.reasons.push(Reason {
            message,
            span,
            help: Some(help),
            second: None,
        });
    }
}

/// The condition that keeps an access in bounds all over its domain; `None` if it cannot be stated.
fn in_bounds(domain: &Domain, former: &Former, visit: &Visit, forms: &[Form]) -> Option<Test> {
    let array = former.function.accesses[visit.access].array;
    let mut tests = Vec::new();
    for (dim, form) in forms.iter().enumerate() {
        let (low, high) = domain.extremes(&form.poly)?;
        let len = to_wide(former, &Poly::sym(Sym::Len(array, dim as u32)));
        if !matches!(low, Wide::Const(0..)) {
            tests.push(Test::Le(Wide::Const(0), low));
        }
        tests.push(Test::Lt(high, len));
        tests.extend(fit_tests(domain, &form.fits)?);
    }
    Some(domain.all_over(tests))
}

/// Rule R1 for an access that the proof relies on but the guard does not keep in bounds. What no
/// arithmetic made (a loop variable, say) cannot have wrapped.
fn no_wrap(domain: &Domain, forms: &[Form]) -> Option<Test> {
    let mut tests = Vec::new();
    for form in forms.iter().filter(|form| !form.fits.is_empty()) {
        let index = Fit {
            poly: form.poly.clone(),
            scalar: Scalar::Usize,
            debug: false,
        };
        tests.extend(fit_tests(domain, &form.fits)?);
        tests.extend(fit_tests(domain, &[index])?);
    }
    Some(domain.all_over(tests))
}

fn fit_tests(domain: &Domain, fits: &[Fit]) -> Option<Vec<Test>> {
    fits.iter()
        .filter(|fit| !fit.poly.is_invariant_constant())
        .map(|fit| domain.fit_test(fit))
        .collect()
}

impl Poly {
    /// A number that every index type has.
    fn is_invariant_constant(&self) -> bool {
        self.as_constant()
            .is_some_and(|value| (0..=127).contains(&value))
    }
}
