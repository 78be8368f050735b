//! Which accesses the guard keeps in bounds, and the guard's conditions (design: guards).
//!
//! An access that each iteration of an exactly known domain makes goes into the guard, at the
//! corners of the domain, and is not checked in the iteration. Any other is checked there, unless
//! it turns out at run time that it could not leave its array even unconditionally. Where
//! an index takes part in the proof of independence, rule R1 adds a no-wrap condition even if the
//! access is checked.

use super::constant;
use super::extent::{Domain, to_wide};
use super::form::{Constraint, Fit, Form, Former};
use super::interval::{self, Interval};
use super::plan::{Bounds, Condition, Test, Wide};
use super::poly::{Poly, Sym};
use super::scan::{Context, Step, Visit};
use crate::ir::{
    Access, AccessId, BinaryOp, Block, Builtin, ExprId, ExprKind, Function, Scalar, VarId, dump,
    walk,
};
use crate::tables::{HashMap, HashSet};

/// The outcome for all accesses of a candidate.
#[derive(Debug, Default)]
pub struct BoundsPlan {
    pub bounds: HashMap<AccessId, Bounds>,
    /// Accesses of whose bounds no condition on the way says anything.
    pub free: HashSet<AccessId>,
    pub guard: Vec<Condition>,
    /// What makes [`Bounds::Relaxed`] accesses safe.
    pub relaxed: Vec<Condition>,
    /// Divisions that cannot fail where the same holds.
    pub divisions: HashSet<ExprId>,
    /// Arithmetic nodes that cannot overflow once the guard holds.
    pub covered: HashSet<ExprId>,
}

/// `proved` holds the arrays whose accesses the proof of independence relies on.
pub fn plan(former: &Former, visits: &[Visit], proved: &HashSet<VarId>) -> BoundsPlan {
    let mut plan = BoundsPlan::default();
    for visit in visits {
        let access = &former.function.accesses[visit.access];
        let forms = access.index.iter().map(|id| former.form(*id));
        let affine = |form: &Form| form.poly.is_affine();
        let forms: Vec<Option<Form>> = forms.map(|form| form.filter(affine)).collect();
        let domain = Domain::new(former, &visit.context);
        if is_free(former, &visit.context.steps) {
            plan.free.insert(visit.access);
        }
        if access.inside || cannot_miss(former.function, access) {
            plan.bounds.insert(visit.access, Bounds::Proved);
            plan.no_wrap(former, visit, &domain, &forms, proved);
            continue;
        }
        let whole: Option<Vec<Form>> = forms.iter().cloned().collect();
        let affine = whole.is_some();
        let inside = match whole {
            Some(forms) => in_bounds(&domain, former, visit, &forms),
            None => in_intervals(&domain, former, visit),
        };
        let bounds = match inside {
            Some(test) if affine && domain.exact => {
                plan.guard
                    .push(condition(former, visit, test, "stays in bounds"));
                plan.covered
                    .extend(forms.into_iter().flatten().flat_map(|form| form.covered));
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
        plan.no_wrap(former, visit, &domain, &forms, proved);
    }
    plan
}

/// The form of one dimension of an index, if the proof may rely on it (rules R1 and R2).
pub fn reliable(former: &Former, domain: &Domain, index: ExprId) -> Option<Poly> {
    let form = former.form(index).filter(|form| form.poly.is_affine())?;
    no_wrap(domain, &form).map(|_| form.poly)
}

/// A bounds check of captured values alone, as a condition of the guard.
pub fn invariant_check(former: &Former, cond: ExprId) -> Option<Test> {
    check(former, &Domain::new(former, &Context::default()), cond)
}

/// A bounds check all over a domain, as a condition of the guard; `None` if it cannot be stated.
fn check(former: &Former, domain: &Domain, cond: ExprId) -> Option<Test> {
    let (least, left, right) = match &former.function.exprs[cond].kind {
        ExprKind::Logic { left, right, .. } => {
            let both = [*left, *right].map(|cond| check(former, domain, cond));
            let both: Option<Vec<Test>> = both.into_iter().collect();
            return both.map(Test::All);
        }
        ExprKind::Binary(BinaryOp::Lt, left, right) => (1, *left, *right),
        ExprKind::Binary(BinaryOp::Le, left, right) => (0, *left, *right),
        _ => return None,
    };
    let (left, right) = (former.typed_form(left)?, former.typed_form(right)?);
    let room = right.poly.checked_sub(&left.poly).filter(Poly::is_affine)?;
    let (low, _) = domain.extremes(&room)?;
    let fits: Vec<Fit> = left.fits.into_iter().chain(right.fits).collect();
    let mut tests = fit_tests(domain, &fits)?;
    if !matches!(low, Wide::Const(low) if low >= least) {
        tests.push(Test::Le(Wide::Const(least), low));
    }
    Some(domain.all_over(tests))
}

fn condition(former: &Former, visit: &Visit, test: Test, what: &str) -> Condition {
    let access = dump::access(former.function, visit.access);
    Condition {
        test,
        purpose: format!("`{access}` {what}"),
    }
}

impl BoundsPlan {
    /// The guard answers bounds checks of slices that each iteration of a known domain makes.
    pub fn take_over(&mut self, former: &Former, checks: &[(ExprId, Context)]) {
        for (cond, context) in checks {
            let domain = Domain::new(former, context);
            let Some(test) = check(former, &domain, *cond).filter(|_| domain.exact) else {
                continue;
            };
            let purpose = format!("`{}`", dump::expr(former.function, *cond));
            self.guard.push(Condition { test, purpose });
            self.covered.insert(*cond);
        }
    }

    /// Divisions by what is above zero wherever the parallel loops go.
    pub fn divisions(&mut self, former: &Former, body: &Block) {
        let domain = Domain::new(former, &Context::default());
        walk::expressions(former.function, body, &mut |id| {
            let Some(by) = divisor(former, id) else {
                return;
            };
            let Some(interval) = interval::of(former, &domain, by) else {
                return;
            };
            let mut tests = interval.tests;
            tests.push(Test::Le(Wide::Const(1), interval.low));
            let name = dump::expr(former.function, by);
            let purpose = format!("`{name}` is above zero");
            let test = domain.all_over(tests);
            self.relaxed.push(Condition { test, purpose });
            self.divisions.insert(id);
        });
    }

    /// Rule R1 for an access that the proof relies on.
    fn no_wrap(
        &mut self,
        former: &Former,
        visit: &Visit,
        domain: &Domain,
        forms: &[Option<Form>],
        proved: &HashSet<VarId>,
    ) {
        let array = former.function.accesses[visit.access].array;
        if !proved.contains(&array) {
            return;
        }
        let known = forms.iter().flatten();
        let tests = known.filter_map(|form| no_wrap(domain, form));
        let test = domain.all_over(tests.flatten().collect());
        let condition = condition(former, visit, test, "does not wrap");
        self.guard.push(condition);
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

/// The same for an index that is more than affine; not exact.
fn in_intervals(domain: &Domain, former: &Former, visit: &Visit) -> Option<Test> {
    let access = &former.function.accesses[visit.access];
    let mut tests = Vec::new();
    for (dim, index) in access.index.iter().enumerate() {
        let interval =
            interval::of(former, domain, *index).or_else(|| by_type(former, access, *index))?;
        let len = to_wide(former, &Poly::sym(Sym::Len(access.array, dim as u32)));
        tests.push(Test::Le(Wide::Const(0), interval.low));
        tests.push(Test::Lt(interval.high, len));
        tests.extend(interval.tests);
    }
    Some(domain.all_over(tests))
}

/// A table from outside is hoped to have an element for every value of a narrow type.
fn by_type(former: &Former, access: &Access, index: ExprId) -> Option<Interval> {
    let mut tables = former.function.tables.iter();
    let is_table = tables.any(|(table, _)| *table == access.array);
    is_table.then(|| interval::of_narrow(former, index))?
}

/// Whether an index cannot miss an array whose length its type says.
fn cannot_miss(function: &Function, access: &Access) -> bool {
    let [index] = access.index[..] else {
        return false;
    };
    let len = function.lens.get(&access.array);
    len.is_some_and(|len| constant::is_below(function, index, *len))
}

/// Whether nothing is passed on the way but loops, which run at all.
pub fn is_free(former: &Former, steps: &[Step]) -> bool {
    match steps {
        [] => true,
        [Step::Loop(_), rest @ ..] => is_free(former, rest),
        [
            Step::When(Constraint { kind, .. }),
            Step::Loop(id),
            rest @ ..,
        ] => {
            let runs = former.not_empty(*id).map(|runs| runs.kind);
            runs.is_some_and(|runs| runs == *kind) && is_free(former, rest)
        }
        [Step::When(_), ..] => false,
    }
}

/// What an integer division that can fail divides by.
fn divisor(former: &Former, id: ExprId) -> Option<ExprId> {
    let exprs = &former.function.exprs;
    let by = match &exprs[id].kind {
        ExprKind::Binary(BinaryOp::Div | BinaryOp::Rem, _, by) => *by,
        ExprKind::Call(Builtin::RemEuclid | Builtin::DivEuclid, args) => args[1],
        _ => return None,
    };
    let literal = matches!(exprs[by].kind, ExprKind::Int(..));
    let integer = exprs[by].ty.scalar().is_some_and(Scalar::is_int);
    (integer && !literal).then_some(by)
}

/// Rule R1 for a dimension that the proof relies on but the guard does not keep in bounds; `None`
/// if it cannot be stated. What no arithmetic made (a loop variable, say) cannot have wrapped.
fn no_wrap(domain: &Domain, form: &Form) -> Option<Vec<Test>> {
    if form.fits.is_empty() {
        return Some(Vec::new());
    }
    let index = Fit {
        poly: form.poly.clone(),
        scalar: Scalar::Usize,
        debug: false,
    };
    let mut tests = fit_tests(domain, &form.fits)?;
    tests.extend(fit_tests(domain, &[index])?);
    Some(tests)
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
