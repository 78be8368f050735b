//! Dependences: two accesses to one array, at least one a write, must never meet in different
//! iterations of the parallel loops.
//!
//! Let `f` and `g` be the two index forms in one dimension, `v` and `v'` the parallel loop
//! variables of the two iterations. Meeting means `f = g` in every dimension. Three arguments:
//!
//! * *separation*: if `f` and `g` have equal coefficients for the parallel variables not known
//!   equal yet, then `a (v - v') = d` where `d` is the difference of what is left. If `|d| < |a| s`
//!   (`s` the step of `v`), only `v = v'` is possible. One variable after the other, mixed radix:
//!   the others' contribution counts as part of `d` until they are known equal.
//! * *different values*: a dimension in which `f - g` can never be zero (disjoint ranges, or a
//!   constant difference that the coefficients' greatest common divisor does not divide).
//! * *taking apart*: a flat index by a stride, into dimensions of their own ([`radix`]).
//! * *no solution*: of all dimensions, ranges and conditions together ([`meeting`]).
//! * *a guard*: a condition of either argument that depends on values is left to run time, if it
//!   can hold for any number of iterations.

use super::bounds::{is_free, reliable};
use super::extent::{Domain, replace_by_end, sign, to_wide};
use super::facts;
use super::form::Former;
use super::meeting::{self, Knowledge, Mover};
use super::plan::{Condition, Reason, Test, Wide};
use super::poly::{Poly, Sym};
use super::polyhedron::gcd;
use super::radix::{self, Forms};
use super::scan::{Context, Step, Visit, writes};
use super::{texts, words};
use crate::ir::{AccessId, AccessMode, Adapter, ExprKind, LoopId, Scalar, VarId, dump, walk};
use std::collections::HashSet;

/// The proof's outcome: conditions for the guard, or reasons why there is none.
#[derive(Debug, Default)]
pub struct DependPlan {
    pub guard: Vec<Condition>,
    pub reasons: Vec<Reason>,
    /// Arrays of which several iterations may write the same elements.
    pub conflicts: Vec<VarId>,
    /// Arrays whose index forms the proof relies on (rule R1).
    pub proved: HashSet<VarId>,
    /// Reasons that follow from others: the index changes from iteration to iteration because a
    /// variable does, of which there is more to say.
    pub consequences: Vec<Reason>,
}

impl DependPlan {
    fn conflict(&mut self, array: VarId) {
        if !self.conflicts.contains(&array) {
            self.conflicts.push(array);
        }
    }

    /// What follows from the ways to prove a pair apart.
    fn take(&mut self, pair: &Pair, ways: Option<Vec<Alternative>>) {
        let function = pair.former.function;
        let (side, other) = (pair.side, pair.other);
        if let Some(alternatives) = ways {
            self.guard.extend(pair.condition(&alternatives));
            return;
        }
        if writes(side.mode) && writes(other.mode) {
            self.conflict(function.accesses[side.visit.access].array);
        }
        let unreliable = side.unreliable(pair.former);
        let unreliable = unreliable.or_else(|| other.unreliable(pair.former));
        if let Some(reason) = &unreliable
            && [side, other]
                .iter()
                .any(|side| side.follows_a_value(pair.former))
        {
            self.consequences.push(reason.clone());
            return;
        }
        let reason = unreliable.unwrap_or_else(|| pair.reason());
        // One conflict per pair of places, however often the pair is met.
        if !self.reasons.iter().any(|r| r.message == reason.message) {
            self.reasons.push(reason);
        }
    }
}

/// Judges every array that the candidate writes, except those in `independent`.
pub fn plan(former: &Former, visits: &[Visit], independent: &HashSet<VarId>) -> DependPlan {
    let mut plan = DependPlan::default();
    let array = |visit: &Visit| former.function.accesses[visit.access].array;
    let mode = |visit: &Visit| former.function.accesses[visit.access].mode;
    let mut written: Vec<VarId> = visits
        .iter()
        .filter(|visit| writes(mode(visit)))
        .map(array)
        .collect();
    written.sort();
    written.dedup();
    for var in written.into_iter().filter(|var| !independent.contains(var)) {
        let mine: Vec<&Visit> = visits.iter().filter(|visit| array(visit) == var).collect();
        judge_array(former, &mine, &mut plan);
    }
    plan
}

/// Judges elements that scalars stand for (rule R9): no other access of the candidate may be to one
/// of them, in whatever iteration.
pub fn apart(former: &Former, visits: &[Visit], elements: &[AccessId], plan: &mut DependPlan) {
    let array = |visit: &Visit| former.function.accesses[visit.access].array;
    let elements = elements.iter().map(|access| Visit {
        access: *access,
        context: Context::default(),
    });
    let elements: Vec<Visit> = elements.collect();
    for (n, element) in elements.iter().enumerate() {
        plan.proved.insert(array(element));
        let side = Side::of(former, element);
        let others = visits.iter().chain(&elements[n + 1..]);
        for other in others.filter(|other| array(other) == array(element)) {
            let other = Side::of(former, other);
            let pair = Pair {
                former,
                side: &side,
                other: &other,
            };
            plan.take(&pair, pair.different());
        }
    }
}

/// One access with its index forms.
struct Side<'a> {
    visit: &'a Visit,
    /// Those that the proof may rely on. Meeting takes all dimensions, so that some are enough to
    /// exclude it.
    dims: Vec<Option<Poly>>,
    mode: AccessMode,
    /// Inner loops around it whose ranges the guard knows to be what they seem.
    loops: Vec<LoopId>,
    known: Knowledge,
}

fn judge_array(former: &Former, visits: &[&Visit], plan: &mut DependPlan) {
    let own = |visit: &&&Visit| is_own(former, visit);
    if visits.iter().filter(own).count() == visits.len() {
        return;
    }
    plan.proved.extend(
        visits
            .first()
            .map(|visit| former.function.accesses[visit.access].array),
    );
    let sides: Vec<Side> = visits.iter().map(|visit| Side::of(former, visit)).collect();
    for (n, side) in sides.iter().enumerate() {
        for other in &sides[n..] {
            if writes(side.mode) || writes(other.mode) {
                judge_pair(former, side, other, plan);
            }
        }
    }
}

impl<'a> Side<'a> {
    fn of(former: &Former, visit: &'a Visit) -> Self {
        let access = &former.function.accesses[visit.access];
        let domain = Domain::new(former, &visit.context);
        let dims = access.index.iter();
        Side {
            visit,
            dims: dims.map(|id| reliable(former, &domain, *id)).collect(),
            mode: access.mode,
            loops: domain.known_loops,
            known: domain.known,
        }
    }

    /// Why the proof knows less of it than of other accesses.
    fn unreliable(&self, former: &Former) -> Option<Reason> {
        if self.dims.iter().all(Option::is_some) {
            return None;
        }
        let function = former.function;
        let access = &function.accesses[self.visit.access];
        let text = dump::access(function, self.visit.access);
        let array = function.vars[access.array].ident.to_string();
        let form = |id| former.form(id).is_some_and(|form| form.poly.is_affine());
        let (message, help) = match access.mode {
            _ if access.index.iter().all(|id| form(*id)) => {
                texts::unstated_range(&text, &self.unstated(former))
            }
            AccessMode::Update => texts::not_affine_update(&text),
            AccessMode::Store => texts::not_affine_write(&text, &array),
            AccessMode::Load => texts::not_affine_read(&text, &array),
        };
        Some(Reason {
            message,
            span: access.span,
            help: Some(help),
            second: None,
        })
    }

    /// Whether its index is made of a variable that iterations assign.
    fn follows_a_value(&self, former: &Former) -> bool {
        let mut found = false;
        for index in &former.function.accesses[self.visit.access].index {
            walk::below(former.function, *index, &mut |id| {
                if let ExprKind::Var(var) = former.function.exprs[id].kind {
                    found |= former.is_assigned(var) && !former.is_local(var);
                }
            });
        }
        found
    }

    /// Variables of the loops around it whose ranges the guard does not know.
    fn unstated(&self, former: &Former) -> Vec<String> {
        let around = self
            .visit
            .context
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::Loop(id) if !self.loops.contains(id) => Some(*id),
                _ => None,
            });
        let var = |id| &former.function.vars[former.function.loops[id].var].ident;
        around.map(|id| var(id).to_string()).collect()
    }
}

/// Whether the iterators of all parallel loops hand out the element, each to one iteration.
fn is_own(former: &Former, visit: &Visit) -> bool {
    let own = &former.function.accesses[visit.access].own;
    former.nest.iter().all(|id| own.contains(id))
}

fn judge_pair(former: &Former, side: &Side, other: &Side, plan: &mut DependPlan) {
    let pair = Pair {
        former,
        side,
        other,
    };
    plan.take(&pair, pair.disjoint());
}

/// Polynomials that must all be positive: one way to prove a pair disjoint.
type Alternative = Vec<Poly>;

enum Truth {
    Always,
    /// Depends on values, and can hold for any number of iterations.
    AtRunTime,
    Never,
}

struct Pair<'a> {
    former: &'a Former<'a>,
    side: &'a Side<'a>,
    other: &'a Side<'a>,
}

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
    /// Ways to prove it; an empty one needs no guard. `None` if there is no way.
    fn disjoint(&self) -> Option<Vec<Alternative>> {
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
    fn different(&self) -> Option<Vec<Alternative>> {
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

    /// Polynomials that, if positive, keep the ranges of a dimension apart.
    fn different_values(&self, forms: &Forms) -> Vec<Poly> {
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
    fn not_divisible(&self, forms: &Forms) -> bool {
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

    /// Shows one parallel variable after the other to be equal in both iterations.
    fn separation(&self, dims: &[Forms], needs: &[Poly]) -> Option<Alternative> {
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
    fn is_own(&self, id: LoopId) -> bool {
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
                needs.retain(|need| {
                    !matches!(self.truth(std::slice::from_ref(need)), Truth::Always)
                });
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

    /// The extreme of a form over everything that moves, as a polynomial over captured values.
    fn bound(&self, side: &Side, form: &Poly, greatest: bool) -> Option<Poly> {
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
    fn loop_extent(&self, id: LoopId) -> Option<(Poly, Poly)> {
        if let Some((low, high, _)) = self.former.extent(id) {
            return Some((low, high));
        }
        let parallel = self.former.nest.contains(&id);
        let end = |high| Poly::sym(Sym::Extent(id, high));
        parallel.then(|| (end(false), end(true)))
    }

    /// Different values of a loop variable are at least this far apart.
    fn step(&self, id: LoopId) -> Poly {
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

    /// Whether all of these are positive.
    fn truth(&self, tests: &[Poly]) -> Truth {
        if tests.iter().all(|test| self.is_positive(test)) {
            Truth::Always
        } else if self.can_hold(tests) {
            Truth::AtRunTime
        } else {
            Truth::Never
        }
    }

    /// Positive whatever the values, given that no parallel loop is empty.
    fn is_positive(&self, test: &Poly) -> bool {
        let Some(rest) = test.checked_sub(&Poly::constant(1)) else {
            return false;
        };
        let nonnegative = |poly: &Poly| poly.is_zero() || sign(self.former, poly) == Some(false);
        if nonnegative(&rest) {
            return true;
        }
        self.former.nest.iter().any(|id| {
            let Some((low, high)) = self.loop_extent(*id) else {
                return false;
            };
            let room = high
                .checked_sub(&low)
                .and_then(|extent| rest.checked_sub(&extent));
            room.is_some_and(|room| nonnegative(&room))
        })
    }

    /// Whether some values make all tests positive with every parallel loop long: a condition that
    /// only a handful of iterations could meet is a conflict, not a guard. Sampling can only err
    /// towards an error or towards a guard that fails; neither is unsound.
    fn can_hold(&self, tests: &[Poly]) -> bool {
        const ROUNDS: u64 = 500;
        let mut wanted = self.loops_in_sight();
        wanted.extend(tests.iter().map(|test| (test.clone(), 1)));
        let mut known = wanted.clone();
        known.extend(self.in_bounds());
        let facts = facts::about(self.former, &known);
        known.extend(facts.into_iter().map(|fact| (fact, 0)));
        let all = known.iter().map(|(poly, least)| (poly, *least));
        if meeting::contradictory(self.former, all) {
            return false;
        }
        (0..ROUNDS).any(|round| {
            let value_of = |sym: Sym| sample(self.former, sym, round);
            let at_least = |(poly, least): &(Poly, i128)| {
                poly.evaluate(&value_of)
                    .is_some_and(|value| value >= *least)
            };
            wanted.iter().all(at_least)
        })
    }

    /// Extents of the loops around both accesses, and how large they must at least be: parallel
    /// loops are long.
    fn loops_in_sight(&self) -> Vec<(Poly, i128)> {
        const LONG: i128 = 63;
        let inner = self.side.loops.iter().chain(&self.other.loops);
        let mut extents = Vec::new();
        for (id, least) in self
            .former
            .nest
            .iter()
            .map(|id| (id, LONG))
            .chain(inner.map(|id| (id, 1)))
        {
            let Some((low, high)) = self.loop_extent(*id) else {
                continue;
            };
            let steps = self.step(*id).checked_mul(&Poly::constant(least));
            let extent = high.checked_sub(&low);
            let room = extent
                .zip(steps)
                .and_then(|(extent, steps)| extent.checked_sub(&steps));
            // A loop whose length is a number has no other.
            let open = |room: &Poly| room.is_invariant() && room.as_constant().is_none();
            extents.extend(room.filter(open).map(|room| (room, 0)));
        }
        extents
    }

    /// That both accesses stay in their array, where every iteration makes them: another condition
    /// of the guard.
    fn in_bounds(&self) -> Vec<(Poly, i128)> {
        let sides = [self.side, self.other].into_iter();
        sides.flat_map(|side| self.stays_inside(side)).collect()
    }

    fn stays_inside(&self, side: &Side) -> Vec<(Poly, i128)> {
        let context = &side.visit.context;
        if context.uncertain || !is_free(self.former, &context.steps) {
            return Vec::new();
        }
        let array = self.former.function.accesses[side.visit.access].array;
        let mut inside = Vec::new();
        for (dim, form) in (0..).zip(&side.dims) {
            let ends = form
                .as_ref()
                .map(|form| [false, true].map(|end| self.bound(side, form, end)));
            let Some([low, high]) = ends else { continue };
            let len = Poly::sym(Sym::Len(array, dim));
            inside.extend(low.map(|low| (low, 0)));
            inside.extend(
                high.and_then(|high| len.checked_sub(&high))
                    .map(|room| (room, 1)),
            );
        }
        inside
    }

    /// The guard's condition, if one is needed.
    fn condition(&self, alternatives: &[Alternative]) -> Option<Condition> {
        let test = self.guard(alternatives)?;
        let text = |side: &Side| dump::access(self.former.function, side.visit.access);
        let (a, b) = (text(self.side), text(self.other));
        let purpose = if a == b {
            format!("iterations have `{a}` to themselves")
        } else {
            format!("`{a}` and `{b}` of different iterations are different elements")
        };
        let asked = words::alternatives(self.former, alternatives);
        let purpose = format!("{purpose}: it asks if {asked}");
        Some(Condition { test, purpose })
    }

    /// The run-time condition, if one is needed.
    fn guard(&self, alternatives: &[Alternative]) -> Option<Test> {
        if alternatives.iter().any(Vec::is_empty) {
            return None;
        }
        let positive = |poly: &Poly| Test::Lt(Wide::Const(0), to_wide(self.former, poly));
        let mut any: Vec<Test> = alternatives
            .iter()
            .map(|tests| Test::All(tests.iter().map(positive).collect()))
            .collect();
        Some(if any.len() == 1 {
            any.swap_remove(0)
        } else {
            Test::Any(any)
        })
    }

    fn reason(&self) -> Reason {
        let function = self.former.function;
        let (mut first, mut second) = (self.side, self.other);
        if !writes(first.mode) {
            std::mem::swap(&mut first, &mut second);
        }
        let (a, b) = (
            &function.accesses[first.visit.access],
            &function.accesses[second.visit.access],
        );
        let array = function.vars[a.array].ident.to_string();
        let text = dump::access(self.former.function, first.visit.access);
        if first.dims == second.dims {
            let update = a.mode == AccessMode::Update;
            return Reason {
                message: texts::self_conflict(&text),
                span: a.span,
                help: Some(texts::self_conflict_help(update, &array)),
                second: None,
            };
        }
        let other = dump::access(self.former.function, second.visit.access);
        let (message, at, help) = match writes(second.mode) {
            true => texts::write_conflict(&text, &other, &array),
            false => texts::conflict(&text, &other, &array, self.reads(first, second)),
        };
        Reason {
            message,
            span: a.span,
            help: Some(help),
            second: Some((at, b.span)),
        }
    }

    /// When a read of an element comes, as seen from its write, where the forms differ by numbers.
    fn reads(&self, write: &Side, read: &Side) -> texts::Reads {
        let later = self.former.nest.iter().find_map(|id| {
            let ahead = self.ahead(write, read, *id)?;
            (ahead != 0).then_some(ahead > 0)
        });
        match later {
            Some(true) => texts::Reads::Afterwards,
            Some(false) => texts::Reads::Before,
            None => texts::Reads::Sometime,
        }
    }

    /// By how much the variable of a loop is ahead in the iteration that reads the element, in the
    /// loop's direction, by a dimension that nothing else decides.
    fn ahead(&self, write: &Side, read: &Side, id: LoopId) -> Option<i128> {
        let node = &self.former.function.loops[id];
        let backwards = node.range.adapters.iter();
        let backwards = backwards
            .filter(|adapter| matches!(adapter, Adapter::Rev))
            .count()
            % 2;
        let dims = write.dims.iter().zip(&read.dims);
        let shifts = dims.filter_map(|(f, g)| {
            let (f, g) = (f.as_ref()?, g.as_ref()?);
            let alone = f.indices() == [node.var] && g.indices() == [node.var];
            let (coefficient, _) = f.split(node.var)?;
            let shift = f.checked_sub(g)?.as_constant().filter(|_| alone)?;
            shift.checked_div(coefficient.as_constant()?)
        });
        let shift = shifts.into_iter().next()?;
        Some(if backwards == 1 { -shift } else { shift })
    }
}

/// The first of each.
fn distinct<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for item in all {
        if !found.contains(&item) {
            found.push(item);
        }
    }
    found
}

/// A value for a symbol in one round of sampling: small, large and, where the type allows,
/// negative ones, by a counter-based generator.
fn sample(former: &Former, sym: Sym, round: u64) -> i128 {
    const VALUES: [i128; 16] = [
        0, 1, 2, 3, 4, 7, 16, 63, 64, 65, 128, 1000, 4096, 10_007, 65_536, 1_000_003,
    ];
    let (kind, number) = match sym {
        Sym::Var(var) => (1, var.index()),
        Sym::Len(array, dim) => (2, array.index() * 4 + dim as usize),
        Sym::Atom(expr) => (3, expr.index()),
        Sym::Extent(id, high) => (4, id.index() * 2 + usize::from(high)),
        Sym::Index(var) => (5, var.index()),
    };
    let hash = mix(round.wrapping_mul(8).wrapping_add(kind) ^ mix(number as u64));
    let value = VALUES[(hash % 16) as usize];
    let signed = match sym {
        Sym::Var(var) => former.function.vars[var]
            .ty
            .scalar()
            .is_some_and(Scalar::is_signed),
        Sym::Extent(..) => true,
        _ => false,
    };
    if signed && hash & 64 != 0 {
        -value
    } else {
        value
    }
}

/// SplitMix64's output function (Steele, Lea and Flood 2014).
fn mix(x: u64) -> u64 {
    let z = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
