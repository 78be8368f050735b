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

mod extent;
mod reason;
mod separation;
mod shifts;
mod sides;
mod truth;
mod values;
mod ways;

use super::form::Former;
use super::meeting::Knowledge;
use super::plan::{Condition, Reason};
use super::poly::Poly;
use super::scan::{Context, Visit, writes};
use crate::ir::{AccessId, AccessMode, LoopId, VarId};
use crate::tables::HashSet;
use shifts::{Shift, Shifts};

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

/// Polynomials that must all be positive: one way to prove a pair disjoint.
type Alternative = Vec<Poly>;

struct Pair<'a> {
    former: &'a Former<'a>,
    side: &'a Side<'a>,
    other: &'a Side<'a>,
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
    // Of few there is nothing to gain.
    let many = (sides.len() > 6).then(|| Shifts::of(former.function, &sides));
    let mut separate: HashSet<Shift> = HashSet::default();
    for (n, side) in sides.iter().enumerate() {
        for (m, other) in (n..).zip(&sides[n..]) {
            if !(writes(side.mode) || writes(other.mode)) {
                continue;
            }
            let shift = many.as_ref().and_then(|shifts| shifts.between(n, m));
            if shift.as_ref().is_some_and(|of| separate.contains(of)) {
                continue;
            }
            if judge_pair(former, side, other, plan) {
                separate.extend(shift);
            }
        }
    }
}

/// Whether the iterators of all parallel loops hand out the element, each to one iteration.
fn is_own(former: &Former, visit: &Visit) -> bool {
    let own = &former.function.accesses[visit.access].own;
    former.nest.iter().all(|id| own.contains(id))
}

/// Whether they are separate. If not, the plan says what else there is to prove, or to tell.
fn judge_pair(former: &Former, side: &Side, other: &Side, plan: &mut DependPlan) -> bool {
    let pair = Pair {
        former,
        side,
        other,
    };
    let separate = pair.is_separate();
    if !separate {
        plan.take(&pair, pair.disjoint());
    }
    separate
}
